"""Products with what is scaled and added to them: values as NumPy has them, in as many library calls as said."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import tir
from tir import tensor as T

HALF, TWO = np.float32(0.5), np.float32(2)
RATES = (0.0, -0.0, 1.0, -1.0, 0.1, 1e-30, 1e30, np.inf, -np.inf, np.nan)
SIZES = (
    (3, 4, 5),
    (1, 4, 5),
    (3, 1, 5),
    (3, 4, 1),
    (1, 1, 1),
    (0, 4, 5),
    (3, 0, 5),
    (3, 4, 0),
    (20, 33, 17),
)

Expression = Callable[..., Any]


def _calls(function: Any) -> list[str]:
    """What each product adds to, "dest" or "zeros", in order."""
    lines = function.ir("buffers").splitlines()
    products = [line for line in lines if any(f"rt.{n} " in line for n in ("gemm", "gemv", "dot"))]
    return ["zeros" if "beta = 0.0" in line else "dest" for line in products]


def _compile(build: Expression, arrays: tuple[Any, ...]) -> Any:
    inputs = [T.tensor(a.dtype.name, (False,) * a.ndim) for a in arrays]
    return tir.function(inputs, build(*inputs, T.dot), on_unused_input="ignore")


def _check(build: Expression, arrays: tuple[Any, ...], calls: list[str]) -> None:
    function = _compile(build, arrays)
    assert _calls(function) == calls
    _compare(function, build, arrays)


def _compare(function: Any, build: Expression, arrays: tuple[Any, ...]) -> None:
    with np.errstate(all="ignore"):
        expected = np.asarray(build(*arrays, np.dot))
    found = np.asarray(function(*arrays))
    tolerance = 1e-5 if arrays[0].dtype == "float32" else 1e-12
    np.testing.assert_allclose(found, expected, rtol=tolerance, atol=tolerance)


def _matrices(dtype: str, m: int = 3, k: int = 4, n: int = 5) -> tuple[Any, Any, Any]:
    rng = np.random.default_rng(m + 10 * k + 100 * n)
    a, b, c = (rng.normal(size=s).astype(dtype) for s in ((m, k), (k, n), (m, n)))
    return a, b, c


SUMS: dict[str, tuple[Expression, list[str]]] = {
    "a step": (lambda a, b, c, dot: c - HALF * dot(a, b), ["dest"]),
    "a product first": (lambda a, b, c, dot: dot(a, b) + c, ["dest"]),
    "something subtracted": (lambda a, b, c, dot: dot(a, b) * TWO - c, ["dest"]),
    "both scaled": (lambda a, b, c, dot: TWO * c - dot(a, b) * HALF, ["dest"]),
    "only scaled": (lambda a, b, c, dot: -(HALF * dot(a, b)), ["zeros"]),
    "scaled as a whole": (lambda a, b, c, dot: HALF * (c + dot(a, b)), ["dest"]),
    "more terms": (lambda a, b, c, dot: c + dot(a, b) - c * c + HALF, ["dest"]),
    "two products": (lambda a, b, c, dot: dot(a, b) - TWO * dot(a * a, b), ["zeros", "dest"]),
    "two and more": (lambda a, b, c, dot: c - dot(a, b) - TWO * dot(a * a, b), ["dest", "dest"]),
    "a row": (lambda a, b, c, dot: dot(a, b) + c[0], ["dest"]),
    "twice the same": (lambda a, b, c, dot: dot(a, b) + dot(a, b), ["zeros"]),
    "what is added is a factor": (lambda a, b, c, dot: dot(c, dot(c.T, c)) + c, ["zeros", "dest"]),
    "transposed": (lambda a, b, c, dot: c.T + dot(a, b).T, ["dest"]),
    "a vector": (lambda a, b, c, dot: a[0] - HALF * dot(b, c[0]), ["dest"]),
    "a vector from the left": (lambda a, b, c, dot: c[0] - HALF * dot(a[0], b), ["dest"]),
    "a number": (lambda a, b, c, dot: HALF - TWO * dot(a[0], b[:, 0]), ["dest"]),
    "inside a function": (lambda a, b, c, dot: abs(c + dot(a, b)), ["zeros"]),
    "two inside a function": (
        lambda a, b, c, dot: abs(c + TWO * dot(a, b) - dot(a * a, b)),
        ["zeros", "dest"],
    ),
    "two inside a function, and nothing else": (
        lambda a, b, c, dot: abs(dot(a * a, b) - dot(a, b)),
        ["zeros", "dest"],
    ),
    "a product of products": (lambda a, b, c, dot: dot(a, b) * dot(a, b) + c, ["zeros"]),
}


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("name", SUMS)
def test_sums(name: str, dtype: str) -> None:
    build, calls = SUMS[name]
    a, b, c = _matrices(dtype)
    if dtype == "float64":
        _check(build, (a, b, c), calls)
    else:
        _compare(_compile(build, (a, b, c)), build, (a, b, c))


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_sizes_and_layouts(dtype: str) -> None:
    step = lambda a, b, c, rate, dot: c - rate * dot(a, b)  # noqa: E731
    rate = np.array(0.25, dtype)
    function = _compile(step, (*_matrices(dtype), rate))
    assert _calls(function) == ["dest"]
    for sizes in SIZES:
        a, b, c = _matrices(dtype, *sizes)
        for view in (
            lambda x: x,
            np.asfortranarray,
            lambda x: np.repeat(np.repeat(x, 2, 0), 3, 1)[::2, ::3],
            lambda x: x[::-1, ::-1].copy()[::-1, ::-1],
        ):
            _compare(function, step, (view(a), view(b), view(c), rate))
    np.testing.assert_array_equal(c, _matrices(dtype, *SIZES[-1])[2])


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("kind", ["matrices", "tiny matrices", "column", "vectors", "dot"])
def test_special_values(kind: str, dtype: str) -> None:
    """BLAS ignores NaN and infinities where it multiplies by 0; NumPy does not."""
    m, k, n = (3, 4, 5) if kind == "tiny matrices" else (7, 9, 11)
    step = lambda a, b, c, rate, dot: c - rate * dot(a, b)  # noqa: E731
    function = None
    for value in (0.5, np.inf, np.nan):
        a, b, c = _matrices(dtype, m, k, n)
        a[1, 2] = b[3, 1] = value
        c[2, 3] = -value
        match kind:
            case "column":
                b, c = b[:, 1:2], c[:, 3:4]
            case "vectors":
                b, c = b[:, 1], c[:, 3]
            case "dot":
                a, b, c = a[1], b[:, 1], np.asarray(c[2, 3])
        function = function or _compile(step, (a, b, c, np.array(1, dtype)))
        assert _calls(function) == ["dest"]
        for rate in RATES:
            _compare(function, step, (a, b, c, np.array(rate, dtype)))


@pytest.mark.parametrize("constant", [1e-30, np.inf, np.nan])
def test_special_constants(constant: float) -> None:
    a, b, c = _matrices("float32")
    a[1, 2] = b[3, 1] = np.inf
    scaled = lambda a, b, c, dot: c + np.float32(constant) * dot(a, b)  # noqa: E731
    _compare(_compile(scaled, (a, b, c)), scaled, (a, b, c))


def test_scaling_does_not_overflow_factors() -> None:
    a, x = np.full((9, 9), 1e-200), np.full(9, 1e200)
    function = _compile(lambda a, x, s, dot: s * dot(a, x), (a, x, np.array(1.0)))
    np.testing.assert_allclose(function(a, x, np.array(1e200)), 9e200)


def test_a_failure_comes_before_the_product() -> None:
    a, b, c = _matrices("float64")
    function = _compile(lambda a, b, c, dot: c + TWO * dot(a, b), (a, b, c))
    with pytest.raises(ValueError, match="Shape mismatch"):
        function(a, b[1:], c)
    with pytest.raises(ValueError, match="mis-match"):
        function(a, b, c[1:])


def test_an_update_is_one_product() -> None:
    x, g = T.fmatrix("x"), T.fmatrix("g")
    weights = np.ones((4, 5), "float32")
    w = tir.shared(weights, name="w")
    function = tir.function([x, g], updates=[(w, w - HALF * T.dot(x.T, g))])
    assert _calls(function) == ["dest"]
    a, _, c = _matrices("float32")
    for _ in range(3):
        function(a, c)
    np.testing.assert_allclose(w.get_value(), 1 - 1.5 * (a.T @ c), rtol=1e-5)
    np.testing.assert_array_equal(weights, 1)
