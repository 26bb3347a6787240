"""Reductions against NumPy: every axis argument, every dtype, edge cases."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import tir
from tests.evaluate import check, evaluate
from tir import tensor as T
from tir.config import config

X = np.array([[[1.0, -2, 3], [4, 5, -6]], [[0.5, 0, 2], [7, -1, 9]]])
AXES: tuple[Any, ...] = (None, 0, 1, 2, -1, -3, (0, 1), (2, 0), [1], [-1, -2], (0, 1, 2), ())
DTYPES = ("bool", "int8", "int32", "int64", "uint8", "uint64", "float32", "float64")

FUNCTIONS = {
    "sum": (T.sum, np.sum),
    "prod": (T.prod, np.prod),
    "mean": (T.mean, np.mean),
    "var": (T.var, np.var),
    "std": (T.std, np.std),
    "max": (T.max, np.max),
    "min": (T.min, np.min),
    "any": (T.any, np.any),
    "all": (T.all, np.all),
}


def numpy_axis(axis: Any) -> Any:
    return tuple(axis) if isinstance(axis, list) else axis


@pytest.mark.parametrize("name", FUNCTIONS)
@pytest.mark.parametrize("axis", AXES, ids=str)
def test_axes(name: str, axis: Any) -> None:
    function, oracle = FUNCTIONS[name]
    x = T.dtensor3("x")
    for keepdims in (False, True):
        expected = oracle(X, axis=numpy_axis(axis), keepdims=keepdims)
        check(function(x, axis=axis, keepdims=keepdims), {x: X}, expected)
        check(getattr(x, name)(axis, keepdims=keepdims), {x: X}, expected)


def test_keepdims_gives_broadcastable_dimensions() -> None:
    x = T.dtensor3()
    assert x.sum(axis=1, keepdims=True).broadcastable == (False, True, False)
    assert x.max(keepdims=True).broadcastable == (True, True, True)
    check(x - x.mean(axis=-1, keepdims=True), {x: X}, X - X.mean(axis=-1, keepdims=True))


@pytest.mark.parametrize("dtype", DTYPES)
def test_dtypes(dtype: str) -> None:
    a = np.array([[3, 0, 1], [1, 2, 5]]).astype(dtype)
    x = T.matrix(dtype=dtype)
    for name in ("sum", "prod", "max", "min", "any", "all"):
        function, oracle = FUNCTIONS[name]
        check(function(x, axis=0), {x: a}, oracle(a, axis=0))
    wide = a.astype("float32" if dtype == "float32" else "float64")
    for name in ("mean", "var", "std"):
        function, oracle = FUNCTIONS[name]
        check(function(x, axis=1), {x: a}, oracle(wide, axis=1), rtol=1e-6)


def test_float32_accumulates_in_float64() -> None:
    a = np.full(100_001, 0.1, "float32")
    x = T.fvector()
    exact = np.float32(a.astype("float64").sum())
    assert evaluate(x.sum(), {x: a}) == exact
    np.testing.assert_allclose(evaluate(x.mean(), {x: a}), np.float32(0.1), rtol=1e-7)
    check(x.sum(dtype="float64"), {x: a}, a.astype("float64").sum())
    check(x.sum(acc_dtype="float64"), {x: a}, exact)
    check(x.sum(acc_dtype="float32"), {x: a}, exact)


def test_dtype_arguments() -> None:
    a = np.array([100, 100, 100], "int8")
    x = T.bvector()
    check(x.sum(), {x: a}, np.int64(300))
    check(x.sum(dtype="int8"), {x: a}, np.array(300).astype("int8"))
    check(x.sum(dtype="float32"), {x: a}, np.float32(300))
    check(x.prod(dtype="float64"), {x: a}, np.float64(1e6))
    check(x.sum(acc_dtype="float32", dtype="float32"), {x: a}, np.float32(300))
    check(x.mean(dtype="float32"), {x: a}, np.float32(100))
    check(T.prod(x, no_zeros_in_input=True), {x: a}, np.int64(1e6))
    with pytest.raises(TypeError, match="precision"):
        T.lvector().sum(dtype="int32")
    with pytest.raises(TypeError, match="precision"):
        T.dvector().sum(acc_dtype="float32")


@pytest.mark.parametrize("axis", [None, 0, -1, (0, 2), (2, 0)])
def test_positions(axis: Any) -> None:
    x = T.dtensor3()
    flat = X.transpose(1, 0, 2).reshape(2, 6) if isinstance(axis, tuple) else None
    for keepdims in (False, True):
        for mine, oracle in ((T.argmax, np.argmax), (T.argmin, np.argmin)):
            if flat is None:
                expected = oracle(X, axis=axis, keepdims=keepdims)
            else:
                expected = oracle(flat, axis=1)
                expected = expected.reshape(1, 2, 1) if keepdims else expected
            check(mine(x, axis, keepdims), {x: X}, np.asarray(expected, "int64"))
        top, where = T.max_and_argmax(x, axis=axis, keepdims=keepdims)
        numpys = tuple(sorted(axis)) if isinstance(axis, tuple) else axis
        check(top, {x: X}, np.max(X, axis=numpys, keepdims=keepdims))
        assert where.type == T.argmax(x, axis, keepdims).type


def test_ties_and_nan() -> None:
    x = T.dvector()
    check(x.argmax(), {x: [1.0, 3, 3]}, np.int64(1))
    check(x.argmax(), {x: [1.0, np.nan, 3]}, np.int64(1))
    check(x.max(), {x: [1.0, np.nan, 3]}, np.float64(np.nan))
    check(x.min(), {x: [1.0, -np.inf, 3]}, np.float64(-np.inf))


def test_empty() -> None:
    x = T.dmatrix()
    empty = np.zeros((0, 3))
    check(x.sum(axis=0), {x: empty}, np.zeros(3))
    check(x.prod(axis=0), {x: empty}, np.ones(3))
    check(x.mean(axis=0), {x: empty}, np.full(3, np.nan))
    check(x.all(axis=0), {x: empty}, np.ones(3, bool))
    check(x.sum(axis=1), {x: empty}, np.zeros(0))
    check(x.max(axis=1), {x: empty}, np.zeros(0))
    with pytest.raises(ValueError, match="zero-size array"):
        evaluate(x.max(axis=0), {x: empty})


def test_scalars() -> None:
    x, n = T.dscalar(), T.iscalar()
    check(x.sum(), {x: 2.5}, np.float64(2.5))
    check(n.sum(), {n: 3}, np.int64(3))
    check(n.mean(), {n: 3}, np.float64(3))
    check(x.argmax(), {x: 2.5}, np.int64(0))
    check(T.sum([[1, 2], [3, 4]], axis=0), {}, np.array([4, 6]))


def test_broadcastable_dimensions_count_one() -> None:
    x = T.drow()
    a = np.array([[1.0, 2, 6]])
    check(x.mean(axis=0), {x: a}, a[0])
    check(x.mean(), {x: a}, np.float64(3))
    check(x.var(axis=0, ddof=1), {x: a}, np.full(3, np.nan))


def test_variance() -> None:
    x = T.dmatrix()
    a = X[0]
    for axis in (None, 0, 1):
        for ddof in (0, 1):
            check(T.var(x, axis, ddof=ddof), {x: a}, np.var(a, axis=axis, ddof=ddof))
            check(T.std(x, axis, ddof=ddof), {x: a}, np.std(a, axis=axis, ddof=ddof))
    # The mean of these is not a float, so the plain sum of squares is off.
    far = np.array([[1e8 + 1, 1e8 + 2, 1e8 + 4]])
    check(T.var(x, corrected=True), {x: far}, np.float64(14 / 9), rtol=1e-15)
    check(T.var(x, ddof=1, corrected=True), {x: far}, np.float64(7 / 3), rtol=1e-15)
    with pytest.raises(ValueError, match="ddof must be an integer"):
        T.var(x, ddof=0.5)  # pyright: ignore[reportArgumentType]


def test_range_and_norms() -> None:
    x = T.dmatrix()
    a = X[0]
    check(T.ptp(x), {x: a}, np.ptp(a))
    check(x.ptp(axis=1), {x: a}, np.ptp(a, axis=1))
    for order in (0, 1, 2, 3, 0.5, np.inf):
        expected = np.linalg.norm(a, ord=order, axis=1)
        found = x.norm(order, axis=1)
        check(found.astype("float64"), {x: a}, expected)
        check(x.norm(order, axis=1, keepdims=True).astype("float64"), {x: a}, expected[:, None])
    check(x.norm(2), {x: a}, np.linalg.norm(a))
    assert T.fvector().norm(3).dtype == "float32"


@pytest.mark.parametrize(
    ("axis", "error", "text"),
    [
        (3, ValueError, "axis 3 is out of range for a tensor with 3 dimensions"),
        (-4, ValueError, "axis -4 is out of range"),
        ((0, 0), ValueError, "twice"),
        ((0, -3), ValueError, "twice"),
        (1.5, TypeError, "must be an integer, got 1.5"),
        ("x", TypeError, "must be an integer"),
        (True, TypeError, "must be a known integer"),
    ],
)
def test_bad_axes(axis: Any, error: type[Exception], text: str) -> None:
    for function in (T.sum, T.max, T.argmax, T.mean, T.var, T.all):
        with pytest.raises(error, match=text):
            function(T.dtensor3(), axis=axis)
    with pytest.raises(TypeError, match="known integer"):
        T.sum(T.dtensor3(), axis=T.iscalar("axis"))


def test_constant_axes() -> None:
    x = T.dtensor3()
    check(x.sum(axis=T.constant(1)), {x: X}, X.sum(axis=1))
    check(x.sum(axis=np.array([0, 2])), {x: X}, X.sum(axis=(0, 2)))
    check(x.sum(axis=np.int64(1)), {x: X}, X.sum(axis=1))


@pytest.mark.parametrize("rows", [1, 3, 4, 5, 8, 4099])
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_how_a_row_is_reduced_does_not_depend_on_the_threads(rows: int, dtype: str) -> None:
    x = T.matrix("x", dtype=dtype)
    results = [
        x.sum(axis=1),
        x.max(axis=1),
        T.argmax(x, axis=1),
        (x * x).mean(axis=1),
        x.var(axis=1),
    ]
    value = np.random.default_rng(rows).normal(size=(rows, 301)).astype(dtype)
    found = []
    for threads in (1, 2, 3):
        with config.change_flags(threads=threads):
            found.append(tir.function([x], results)(value))
    for one, other, another in zip(*found, strict=True):
        np.testing.assert_array_equal(one, other)
        np.testing.assert_array_equal(one, another)
    expected = [
        value.sum(axis=1),
        value.max(axis=1),
        value.argmax(axis=1),
        (value**2).mean(axis=1),
        value.var(axis=1),
    ]
    for result, reference in zip(found[0], expected, strict=True):
        np.testing.assert_allclose(result, reference, rtol=1e-5, atol=1e-4)
