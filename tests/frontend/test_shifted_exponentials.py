"""Log-sum-exp and softmax as published programs write them, shifted by the maximum, against NumPy and mpmath."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from types import SimpleNamespace
from typing import Any

import mpmath
import numpy as np
import pytest

import tir
from tir import tensor as T

Array = np.ndarray[Any, Any]
Axis = int | tuple[int, ...] | None
Form = Callable[[Any, Any, Axis], Any]


def top(m: Any, x: Any, axis: Axis) -> Any:
    return m.max(x, axis=axis, keepdims=True)


def log_total(m: Any, x: Any, axis: Axis, keepdims: bool = True) -> Any:
    return m.log(m.sum(m.exp(x), axis=axis, keepdims=keepdims))


def log_sum_exp(m: Any, x: Any, axis: Axis) -> Any:
    return log_total(m, x - top(m, x, axis), axis) + top(m, x, axis)


def log_sum_exp_without_keepdims(m: Any, x: Any, axis: Axis) -> Any:
    return m.max(x, axis=axis) + log_total(m, x - top(m, x, axis), axis, keepdims=False)


def softmax(m: Any, x: Any, axis: Axis) -> Any:
    e = m.exp(x - top(m, x, axis))
    return e / m.sum(e, axis=axis, keepdims=True)


def log_softmax(m: Any, x: Any, axis: Axis) -> Any:
    z = x - top(m, x, axis)
    return z - log_total(m, z, axis)


def log_softmax_by_sum(m: Any, x: Any, axis: Axis) -> Any:
    return x - log_sum_exp(m, x, axis)


def softmax_by_log(m: Any, x: Any, axis: Axis) -> Any:
    return m.exp(log_softmax(m, x, axis))


FORMS: dict[str, Form] = {
    f.__name__: f
    for f in (
        log_sum_exp,
        log_sum_exp_without_keepdims,
        softmax,
        softmax_by_log,
        log_softmax,
        log_softmax_by_sum,
    )
}
NUMPY = SimpleNamespace(exp=np.exp, log=np.log, sum=np.sum, max=np.max)


@cache
def compiled(axis: Axis, ndim: int, dtype: str) -> Any:
    """All forms as one function, each of an array of its own: nothing that one computes is there for another."""
    inputs = [T.TensorType(dtype, (False,) * ndim)() for _ in FORMS]
    return tir.function(
        inputs, [f(T, x, axis) for f, x in zip(FORMS.values(), inputs, strict=True)]
    )


def results(x: Array, axis: Axis) -> list[Array]:
    return compiled(axis, x.ndim, x.dtype.name)(*[x] * len(FORMS))


@pytest.mark.parametrize("axis", [1, (0, 2), (1, 2)])
def test_several_dimensions(axis: Axis) -> None:
    x = np.random.default_rng(5).normal(size=(3, 5, 70)) * 3
    for form, result in zip(FORMS.values(), results(x, axis), strict=True):
        expected = form(NUMPY, x, axis)
        assert result.shape == expected.shape
        np.testing.assert_allclose(result, expected, rtol=1e-13, atol=1e-14)


def test_a_large_matrix() -> None:
    """With parts that threads share and blocks that are read once, of which the maxima differ."""
    rng = np.random.default_rng(6)
    x = (rng.normal(size=(700, 900)) * 3 + 20 * rng.normal(size=(700, 1))).astype("float32")
    for axis in (0, 1, None):
        for form, result in zip(FORMS.values(), results(x, axis), strict=True):
            expected = form(NUMPY, x.astype("float64"), axis)
            np.testing.assert_allclose(result, expected, rtol=1e-5, atol=1e-5)


def exact_forms(x: Array, axis: Axis) -> dict[str, Array]:
    log = np.vectorize(mpmath.log, otypes=[object])
    with mpmath.workdps(60):
        exponentials = np.vectorize(lambda v: mpmath.exp(mpmath.mpf(float(v))), otypes=[object])(x)
        total = exponentials.sum(axis=axis, keepdims=True)
        probabilities = exponentials / total
        by_sum = {"log_sum_exp": log(total), "softmax": probabilities}
        found = {**by_sum, "log_softmax": log(probabilities)}
        return {name: value.astype("float64") for name, value in found.items()}


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_far_from_zero_no_digit_is_lost(dtype: str) -> None:
    """Where the maximum is large, adding it back to a sum costs the digits that subtracting it has saved."""
    x = (np.random.default_rng(6).normal(size=(4, 6)) * 3 + 30000).astype(dtype)
    eps = float(np.finfo(dtype).eps)
    for axis in (0, 1, None):
        exact = exact_forms(x, axis)
        for name, result in zip(FORMS, results(x, axis), strict=True):
            assert result.dtype == dtype
            expected = next(v for k, v in exact.items() if name.startswith(k))
            # x - log_sum_exp(x) has rounded the sum before it subtracts; of one axis the compiler does better.
            rounded = name == "log_softmax_by_sum" and axis is None
            np.testing.assert_allclose(
                result.reshape(expected.shape),
                expected,
                rtol=40 * eps,
                atol=30000 * eps if rounded else 0,
                err_msg=f"{name} along {axis}",
            )


NAN, INF = np.nan, np.inf
ROWS = [
    [NAN, 1.0, 2.0],
    [NAN, INF, 2.0],
    [1.0, INF, 2.0],
    [INF, INF, INF],
    [-INF, 1.0, -INF],
    [INF, -INF, 0.0],
    [-INF, -INF, -INF],
    [-1e30, 0.0, 1e30],
    [0.5, -1.0, 2.0],
]


def expected_of(name: str, x: Array, axis: Axis) -> Array:
    """What NumPy gives in float64; but the log-sum-exp of an infinite maximum is that, not inf - inf."""
    with np.errstate(all="ignore"):
        expected = np.asarray(FORMS[name](NUMPY, x, axis))
        largest = np.max(x, axis=axis, keepdims=True)
        infinite = np.isinf(largest)
        if name.startswith("log_sum_exp"):
            return np.where(
                infinite.reshape(expected.shape), largest.reshape(expected.shape), expected
            )
        if name == "log_softmax_by_sum" and axis is None:
            return np.where(infinite, x - largest, expected)
        return expected


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_infinities_and_nan(dtype: str) -> None:
    x = np.array(ROWS, dtype)
    tolerance = 1e-6 if dtype == "float32" else 1e-14
    cases: list[tuple[Array, Axis]] = [(x, 1), (x.T.copy(), 0), *((row[None], None) for row in x)]
    for array, axis in cases:
        for name, result in zip(FORMS, results(array, axis), strict=True):
            expected = expected_of(name, array.astype("float64"), axis)
            np.testing.assert_allclose(
                result, expected, rtol=tolerance, atol=1e-30, err_msg=f"{name}({array}, {axis})"
            )


@pytest.mark.parametrize("axis", [1, None])
def test_gradients(axis: Axis) -> None:
    """The gradient by the maximum cancels."""
    rng = np.random.default_rng(7)
    points = [rng.normal(size=(3, 4)) for _ in FORMS]

    def all_forms(*xs: Any) -> Any:
        forms = zip(FORMS.values(), xs, strict=True)
        return sum(T.sum(T.sin(3 * f(T, x, axis))) for f, x in forms)

    T.verify_grad(all_forms, points, rng=rng, n_tests=1)


@pytest.mark.parametrize("hold", [tir.zero_grad, tir.disconnected_grad, tir.consider_constant])
def test_a_maximum_that_is_held_constant(hold: Callable[[Any], Any]) -> None:
    def held_max(x: Any, **options: Any) -> Any:
        return hold(T.max(x, **options))

    module = SimpleNamespace(exp=T.exp, log=T.log, sum=T.sum, max=held_max)
    a = np.random.default_rng(9).normal(size=(3, 4))
    inputs = [T.dmatrix() for _ in FORMS]
    forms = list(zip(FORMS.values(), inputs, strict=True))
    f = tir.function(inputs, [form(module, x, 1) for form, x in forms])
    assert "tir.max" not in f.ir("optimized")
    for (form, _), result in zip(forms, f(*[a] * len(forms)), strict=True):
        np.testing.assert_allclose(result, form(NUMPY, a, 1), rtol=1e-13)
