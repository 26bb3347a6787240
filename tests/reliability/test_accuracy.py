"""Sums are no less accurate than NumPy's, and special values come out as NumPy has them."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

import tir
from tests.reliability.costs import SMALL, costs
from tir import tensor as T
from tir.config import config
from tir.frontend.compiled_function import Function

Array = np.ndarray[Any, Any]

SHAPES = ((1, 20_011), (20_011, 1), (1024, 17), (17, 1024), (3, 20_000), (4096, 3))
AXES = (None, 0, 1)


def _samples(shape: tuple[int, int], dtype: str) -> dict[str, Array]:
    rng = np.random.default_rng(shape)
    wide = rng.normal(size=shape) * 10 ** rng.uniform(-8, 8, shape)
    samples = {"uniform": rng.random(shape), "normal": rng.normal(size=shape), "wide": wide}
    return {name: sample.astype(dtype) for name, sample in samples.items()}


def _error(found: Any, terms: Array, axis: int | None) -> float:
    """The largest error of a sum, in units of the dtype's precision times the sum of the sizes of the terms."""
    lines = terms.reshape(1, -1) if axis is None else np.moveaxis(terms, axis, 1)
    errors = [
        abs(float(value) - math.fsum(line)) / float(np.sum(np.abs(line)))
        for value, line in zip(np.atleast_1d(found)[:40], lines[:40].astype("float64"), strict=True)
    ]
    return max(errors) / float(np.finfo(terms.dtype).eps)


@pytest.fixture(scope="module", params=["float64", "float32"])
def sums(request: pytest.FixtureRequest) -> tuple[str, Function]:
    """Sums of a matrix and of its squares, over all of it and over each axis."""
    x = T.matrix("x", dtype=request.param)
    outputs = [T.sum(value, axis=axis) for axis in AXES for value in (x, x * x)]
    return request.param, tir.function([x], outputs)


@pytest.mark.parametrize("shape", SHAPES, ids=str)
def test_sums(sums: tuple[str, Function], shape: tuple[int, int]) -> None:
    dtype, function = sums
    for name, sample in _samples(shape, dtype).items():
        results = iter(function(sample))
        for axis in AXES:
            for power in (1, 2):
                terms = sample**power
                ours = _error(next(results), terms, axis)
                numpys = _error(np.sum(terms, axis=axis), terms, axis)
                # Both are a few roundings off where they do it well; by which of them is chance.
                assert ours <= max(2 * numpys, 2), f"{name}, axis {axis}, power {power}"


@pytest.mark.parametrize("columns", [200, 500, 1000])
def test_what_is_left_of_a_row_beside_vectors_costs_no_accuracy(columns: int) -> None:
    a = np.random.default_rng(3).random((2000, columns)).astype("float32")
    x = T.fmatrix("x")
    exact = a.astype("float64").sum(axis=1)

    def error(sums: Array) -> float:
        return math.sqrt(np.mean((sums - exact) ** 2))

    # Added element by element to the sum of the vectors, it makes the error of rows of 200 half as large again.
    assert error(tir.function([x], T.sum(x, axis=1))(a)) < 1.3 * error(a.sum(axis=1))


@pytest.mark.parametrize("level", [0, 1])
def test_rows_without_vector_instructions(level: int) -> None:
    """Vector instructions keep several partial sums, of fewer terms each: a single one must not have as many as all of them."""
    a = np.random.default_rng(3).random((2000, 992)).astype("float32")
    x = T.fmatrix("x")
    exact = a.astype("float64").sum(axis=1)
    with config.change_flags(opt_level=level):
        ours = tir.function([x], T.sum(x, axis=1))(a)
    assert np.std(ours - exact) < 1.3 * np.std(a.sum(axis=1) - exact)


TALL = ((100_003, 3), (60_001, 17), (200_003, 1), (8192, 40))


@pytest.mark.parametrize("shape", TALL, ids=str)
def test_sums_of_tall_matrices(sums: tuple[str, Function], shape: tuple[int, int]) -> None:
    """NumPy adds row after row, but where columns are contiguous, it adds them pairwise: that is what we compare with."""
    dtype, function = sums
    for name, sample in _samples(shape, dtype).items():
        for x in (sample, np.asfortranarray(sample)):
            results = function(x)
            for place, power in ((2, 1), (3, 2)):
                terms = sample**power
                ours = _error(results[place], terms, 0)
                numpys = _error(np.sum(np.asfortranarray(terms), axis=0), terms, 0)
                assert ours <= max(2 * numpys, 2), f"{name}, power {power}"


@pytest.mark.parametrize("axes", [0, 1, (0, 1), (0, 2), 2], ids=str)
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_sums_of_three_axes(dtype: str, axes: int | tuple[int, ...]) -> None:
    a = np.random.default_rng(5).random((301, 307, 5)).astype(dtype)
    x = T.tensor3("x", dtype=dtype)
    found = tir.function([x], T.sum(x, axis=axes))(a)
    axis = (axes,) if isinstance(axes, int) else axes
    kept = [n for n in range(3) if n not in axis]
    lines = a.transpose(*kept, *axis).reshape(-1, np.prod([a.shape[n] for n in axis]))
    assert _error(found.ravel(), lines, 1) <= 2


def test_sums_of_float32_in_float64() -> None:
    a = np.random.default_rng(5).random((200_000, 2)).astype("float32")
    x = T.fmatrix("x")
    found = tir.function([x], [T.sum(x, axis=axis, dtype="float64") for axis in AXES])(a)
    for axis, sums in zip(AXES, found, strict=True):
        assert _error(sums, a.astype("float64"), axis) <= 2


@pytest.fixture(scope="module", params=["float64", "float32"])
def variances(request: pytest.FixtureRequest) -> tuple[str, list[Function]]:
    """Variances over all of a matrix and over each axis, and the mean, in blocks of usual size and in small ones."""
    x = T.matrix("x", dtype=request.param)
    outputs = [T.var(x, axis=axis) for axis in AXES]
    outputs += [T.std(x, ddof=1), T.mean(x), T.std(x, axis=0, ddof=1), T.mean(x, axis=0)]
    usual = tir.function([x], outputs)
    with costs(**SMALL):
        return request.param, [usual, tir.function([x], outputs)]


@pytest.mark.parametrize("shape", [(2, 2), (1, 700), (301, 307), (40_001, 3)], ids=str)
def test_variances(variances: tuple[str, list[Function]], shape: tuple[int, int]) -> None:
    """What cancels or drifts does no more harm than in NumPy, which subtracts the mean first."""
    dtype, functions = variances
    rng = np.random.default_rng(shape)
    normal, far = rng.normal(size=shape), np.zeros(shape)
    far.flat[0] = 1e6
    upper = np.arange(normal.size).reshape(shape) > normal.size // 2
    samples = {
        "normal": normal,
        "large mean": normal + 1e6,
        "outlier first": normal + far,
        "two levels": normal + 1e6 * upper,
        "drift": np.arange(normal.size).reshape(shape) / 7,
        "constant": np.full(shape, 0.1),
        "squares overflow about zero": 1e16 * (normal + 10_000),
    }
    for name, sample in samples.items():
        for function in functions:
            _check_variances(name, function, sample.astype(dtype))


def _check_variances(name: str, function: Function, x: Array) -> None:
    eps = np.finfo(x.dtype).eps
    found = function(x)
    wide = x.astype("longdouble")
    for result, axis in zip(found, AXES, strict=False):
        if x.shape[axis or 0] == 1:
            continue
        exact, numpys = np.var(wide, axis=axis), np.var(x, axis=axis)
        scale = eps * (exact + eps * np.mean(wide) ** 2)
        ours, theirs = (float(np.max(np.abs(v - exact) / scale)) for v in (result, numpys))
        assert ours <= max(2 * theirs, 4), f"{name}, axis {axis}"
        assert np.min(result) >= 0, f"{name}, axis {axis}"
    for std, var, n in ((found[3], found[0], x.size), (found[5], found[1], x.shape[0])):
        if n > 1:
            np.testing.assert_allclose(std, np.sqrt(var.astype("float64") * n / (n - 1)), 1e-6)
    for mean, axis in ((found[4], None), (found[6], 0)):
        np.testing.assert_allclose(mean, np.mean(wide, axis=axis).astype(x.dtype), 1e-6, 1e-6)


@pytest.mark.parametrize("shape", [(700, 1), (40, 33), (700, 90)], ids=str)
def test_special_variances(variances: tuple[str, list[Function]], shape: tuple[int, int]) -> None:
    """Infinities and NaN make the variance NaN wherever they are, and the mean what it is."""
    dtype, functions = variances
    rng = np.random.default_rng(shape)
    for count in (1, 2, shape[1]):
        x = rng.normal(size=shape).astype(dtype)
        where = rng.integers(x.size, size=count)
        x.flat[where] = rng.choice([np.inf, -np.inf, np.nan], size=count)
        with np.errstate(invalid="ignore"):
            expected = [np.var(x, axis=0), np.mean(x, axis=0)]
        for function in functions:
            found = function(x)
            for result, value in zip((found[1], found[6]), expected, strict=True):
                np.testing.assert_allclose(result, value, 1e-4, 1e-6)


@pytest.fixture(scope="module", params=["float64", "float32"])
def log_sums(request: pytest.FixtureRequest) -> tuple[str, list[Function]]:
    """Logarithms of sums of exponentials over all of a matrix and over each axis, in blocks of usual size and in small ones."""
    x = T.matrix("x", dtype=request.param)
    outputs = [T.log(T.sum(T.exp(x), axis=axis)) for axis in AXES]
    usual = tir.function([x], outputs)
    with costs(**SMALL):
        return request.param, [usual, tir.function([x], outputs)]


@pytest.mark.parametrize("shape", [(1, 700), (3000, 5), (301, 307), (10, 400)], ids=str)
def test_log_sum_exp(log_sums: tuple[str, list[Function]], shape: tuple[int, int]) -> None:
    """However the maximum wanders while blocks are read, the result is as good as if it had been known from the start."""
    dtype, functions = log_sums
    rng = np.random.default_rng(shape)
    slope = np.arange(rng.normal(size=shape).size).reshape(shape)
    samples = {
        "normal": rng.normal(size=shape),
        "wide": 100 * rng.normal(size=shape),
        "rising slowly": slope / slope.size,
        "rising fast": slope * 3.0,
        "falling": -slope / 7,
        "far": rng.normal(size=shape) - 1e4,
        "constant": np.full(shape, 0.1),
    }
    for height in (5, 12, 70, 500):
        late = rng.normal(size=shape)
        late[-1, :] = late[:, -1] = height
        samples[f"late maximum of {height}"] = late
    for name, sample in samples.items():
        x = sample.astype(dtype)
        wide = x.astype("longdouble")
        for function in functions:
            for result, axis in zip(function(x), AXES, strict=True):
                top = np.max(wide, axis=axis)
                shifted = wide - np.max(wide, axis=axis, keepdims=True)
                total = np.log(np.sum(np.exp(shifted), axis=axis))
                # The sum is within two units of its last place, and the result is rounded once, or twice in float64.
                rounding = 0.5 if dtype == "float32" else 1
                scale = np.finfo(dtype).eps * (np.abs(top + total) * rounding + 2)
                assert np.max(np.abs(result - (top + total)) / scale) < 1, f"{name}, axis {axis}"


LOG_SUM_SPECIAL = {
    "one number": [-np.inf] * 9 + [1.0],
    "one late number": [-np.inf] * 90 + [-1e30],
    "nothing": [-np.inf],
    "infinity": [np.inf, 0.0, 1.0],
    "both infinities": [-np.inf, np.inf],
    "NaN": [np.nan, 1.0, -np.inf],
    "NaN and infinity": [np.nan, np.inf],
    "largest and least": [1e38, -1e38],
}


@pytest.mark.parametrize("name", LOG_SUM_SPECIAL)
@pytest.mark.parametrize("shape", [(1, 700), (700, 1), (40, 33), (700, 90)], ids=str)
def test_special_log_sums(
    log_sums: tuple[str, list[Function]], shape: tuple[int, int], name: str
) -> None:
    dtype, functions = log_sums
    values = np.array(LOG_SUM_SPECIAL[name])
    rng = np.random.default_rng(7)
    for x in (
        np.resize(values, shape),
        np.resize(values, shape[::-1]).T.copy(),
        values[rng.integers(values.size, size=shape)],
    ):
        x = x.astype(dtype)
        for function in functions:
            for result, axis in zip(function(x), AXES, strict=True):
                columns = x.reshape(-1, 1) if axis is None else np.moveaxis(x, axis, 0)
                with np.errstate(invalid="ignore"):
                    expected = np.logaddexp.reduce(columns, axis=0)
                np.testing.assert_allclose(
                    np.atleast_1d(result), expected, 1e-5, err_msg=f"axis {axis}"
                )


def test_log_sums_of_nothing() -> None:
    x = T.matrix("x", dtype="float64")
    function = tir.function([x], [T.log(T.sum(T.exp(x), axis=axis)) for axis in AXES])
    for shape in ((0, 3), (3, 0)):
        empty = np.zeros(shape)
        for result, axis in zip(function(empty), AXES, strict=True):
            with np.errstate(divide="ignore"):
                np.testing.assert_array_equal(result, np.log(np.sum(np.exp(empty), axis=axis)))


SPECIAL = {
    "NaN": [np.nan],
    "infinity": [np.inf],
    "both infinities": [np.inf, -np.inf],
    "minus infinity and NaN": [-np.inf, np.nan],
    "negative zeros": [-0.0],
    "overflow": [1e308, 1e308, 1e308],
}


@pytest.fixture(scope="module")
def reductions() -> Function:
    """Reductions over all of a matrix and over each axis, in several blocks."""
    x = T.dmatrix("x")
    outputs = [
        f(x, axis=axis) for axis in AXES for f in (T.sum, T.max, T.min, T.prod, T.mean, T.var)
    ]
    with costs(**SMALL):
        return tir.function([x], outputs)


@pytest.mark.parametrize("name", SPECIAL)
@pytest.mark.parametrize("shape", [(1, 700), (700, 1), (40, 33), (9, 700)], ids=str)
def test_special_values(reductions: Function, shape: tuple[int, int], name: str) -> None:
    rng = np.random.default_rng(7)
    fill = 0.0 if name == "negative zeros" else 1.0
    for _ in range(5):
        x = np.full(shape, fill)
        for value in SPECIAL[name]:
            x.flat[rng.integers(x.size)] = value
        results = iter(reductions(x))
        with np.errstate(all="ignore"):
            for axis in AXES:
                for function in (np.sum, np.max, np.min, np.prod, np.mean, np.var):
                    what = f"{function.__name__}, axis {axis}"
                    expected = function(x, axis=axis)
                    np.testing.assert_allclose(next(results), expected, 1e-12, err_msg=what)


@pytest.mark.parametrize("axis", AXES)
def test_maximum_beside_a_log_sum(axis: int | None) -> None:
    """A number near the maximum does for the one, not for the other."""
    x = T.matrix("x", dtype="float32")
    function = tir.function([x], [T.log(T.sum(T.exp(x), axis=axis)), T.max(x, axis=axis)])
    sample = np.random.default_rng(3).normal(size=(300, 400)).astype("float32")
    sample[:, 350] += 3
    sample[250] += 3
    log_sum, largest = function(sample)
    np.testing.assert_array_equal(largest, sample.max(axis=axis))
    expected = np.log(np.sum(np.exp(sample.astype("float64")), axis=axis))
    np.testing.assert_allclose(log_sum, expected, 2e-7)
