"""Products of vectors and matrices against NumPy."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np
import pytest

import tir
from tests.evaluate import check, evaluate
from tests.frontend.modes import every_mode
from tir import tensor as T

VALUES: dict[int, Any] = {
    0: np.array(2.5),
    1: np.array([1.0, -2, 3]),
    2: np.arange(9.0).reshape(3, 3),
}
DTYPES = ("bool", "int8", "uint8", "int32", "int64", "float32", "float64")


@pytest.mark.parametrize(("left", "right"), list(itertools.product(VALUES, VALUES)))
def test_dot(left: int, right: int) -> None:
    x, y = T.tensor("float64", (False,) * left), T.tensor("float64", (False,) * right)
    given = {x: VALUES[left], y: VALUES[right]}
    expected = np.dot(VALUES[left], VALUES[right])
    check(T.dot(x, y), given, expected)
    check(x.dot(y), given, expected)
    if left and right:
        check(x @ y, given, expected)
        check(VALUES[left] @ y, given, expected)
    check(x.dot(VALUES[right]), given, expected)


def test_dtypes() -> None:
    for left, right in itertools.product(DTYPES, DTYPES):
        a, b = np.array([[1, 0], [2, 3]]).astype(left), np.array([1, 2]).astype(right)
        x, y = T.matrix(dtype=left), T.vector(dtype=right)
        check(T.dot(x, y), {x: a, y: b}, np.dot(a, b))


def test_broadcastable() -> None:
    assert T.dot(T.drow(), T.dmatrix()).broadcastable == (True, False)
    assert T.dot(T.dmatrix(), T.dcol()).broadcastable == (False, True)
    assert T.dot(T.dvector(), T.dvector()).broadcastable == ()


def test_empty() -> None:
    x, y = T.dmatrix(), T.dmatrix()
    check(T.dot(x, y), {x: np.zeros((2, 0)), y: np.zeros((0, 3))}, np.zeros((2, 3)))


def test_errors() -> None:
    x, y, z = T.dmatrix(), T.dvector(), T.dtensor3()
    with pytest.raises(ValueError, match="Shape mismatch: x has 3 cols"):
        evaluate(T.dot(x, y), {x: np.ones((2, 3)), y: np.ones(2)})
    with pytest.raises(ValueError, match="Shape mismatch"):
        evaluate(T.dot(z, x), {z: np.ones((2, 3, 4)), x: np.ones((3, 2))})


def test_outer() -> None:
    x, y = T.dvector(), T.dmatrix()
    a, b = np.array([1.0, 2]), np.arange(6.0).reshape(2, 3)
    check(T.outer(x, x), {x: a}, np.outer(a, a))
    check(T.outer(x, y), {x: a, y: b}, np.outer(a, b))


@every_mode
def test_zeros_in_the_shape_of_a_product(mode):
    """They are filled as the memory of the product is, and are yet another value."""
    a, v = T.dmatrix("a"), T.dvector("v")
    square, rows = (a.shape[0], a.shape[0]), (a.shape[0],)
    outputs = [
        T.dot(a, a.T),
        T.zeros(square),
        T.dot(a, v),
        T.zeros(rows),
        T.dot(v, a.T),
        T.dot(v, v),
    ]
    value, vector = np.arange(6.0).reshape(2, 3), np.arange(3.0)
    found = tir.function([a, v], [*outputs, T.zeros(())], mode=mode)(value, vector)
    expected = [
        value @ value.T,
        np.zeros((2, 2)),
        value @ vector,
        np.zeros(2),
        vector @ value.T,
        5,
        0,
    ]
    for one, other in zip(found, expected, strict=True):
        np.testing.assert_allclose(one, other)
    n = T.lscalar("n")
    zeros = T.zeros((n, n))
    np.testing.assert_array_equal(
        tir.function([n], T.dot(zeros, zeros), mode=mode)(2), np.zeros((2, 2))
    )


SHAPES = ((5,), (4, 5), (2, 4, 5), (2, 3, 4, 5)), ((5,), (5, 6), (2, 5, 6), (3, 2, 5, 6))


def _compare(symbolic: Any, numeric: Any, *arrays: Any, patterns: Any = None) -> None:
    patterns = patterns or [(False,) * a.ndim for a in arrays]
    inputs = [T.tensor(a.dtype.name, p) for a, p in zip(arrays, patterns, strict=True)]
    expected = numeric(*arrays)
    for mode in ("FAST_RUN", "FAST_COMPILE"):
        found = np.asarray(tir.function(inputs, symbolic(*inputs), mode=mode)(*arrays))
        assert found.shape == expected.shape
        assert found.dtype == expected.dtype
        np.testing.assert_allclose(found, expected, rtol=1e-12, atol=1e-12)


def _values(*shapes: tuple[int, ...], dtype: str = "float64") -> list[Any]:
    rng = np.random.default_rng(len(shapes[0]))
    return [(4 * rng.normal(size=shape)).astype(dtype) for shape in shapes]


@pytest.mark.parametrize(("left", "right"), list(itertools.product(*SHAPES)))
def test_dot_of_more_dimensions(left: tuple[int, ...], right: tuple[int, ...]) -> None:
    for dtype in ("float64", "int64"):
        _compare(T.dot, np.dot, *_values(left, right, dtype=dtype))


@pytest.mark.parametrize(
    ("left", "right", "ones"),
    [
        ((3, 4, 5), (3, 5, 6), None),
        ((3, 4, 5), (5, 6), None),
        ((3, 4, 5), (5,), None),
        ((4, 5), (3, 5, 6), None),
        ((5,), (3, 5, 6), None),
        ((5,), (2, 3, 5, 6), None),
        ((2, 3, 4, 5), (2, 3, 5, 6), None),
        ((2, 3, 4, 5), (3, 5, 6), None),
        ((1, 4, 5), (3, 5, 6), ((0,), ())),
        ((3, 4, 5), (1, 5, 6), ((), (0,))),
        ((1, 4, 5), (1, 5, 6), ((0,), (0,))),
        ((1, 1, 4, 5), (2, 3, 5, 6), ((0, 1), ())),
        ((1, 3, 4, 5), (2, 1, 5, 6), ((0,), (1,))),
        ((0, 4, 5), (0, 5, 6), None),
        ((2, 4, 0), (2, 0, 6), None),
        ((2, 1, 5), (2, 5, 1), ((1,), (2,))),
    ],
)
def test_matmul(left: tuple[int, ...], right: tuple[int, ...], ones: Any) -> None:
    patterns = [
        tuple(axis in own for axis in range(len(shape)))
        for shape, own in zip((left, right), ones or ((), ()), strict=True)
    ]
    for dtype in ("float64", "int32"):
        _compare(T.matmul, np.matmul, *_values(left, right, dtype=dtype), patterns=patterns)
    _compare(lambda x, y: x @ y, np.matmul, *_values(left, right), patterns=patterns)


def test_stacks_must_agree() -> None:
    x, y = T.dtensor4(), T.dtensor4()
    f = tir.function([x, y], T.matmul(x, y))
    for left, right in (((2, 3), (3, 2)), ((1, 3), (2, 3)), ((6, 1), (2, 3))):
        with pytest.raises(ValueError, match="Shape mismatch"):
            f(np.ones((*left, 4, 5)), np.ones((*right, 5, 4)))
    with pytest.raises(ValueError, match="Shape mismatch"):
        f(np.ones((2, 3, 4, 5)), np.ones((2, 3, 4, 5)))
    with pytest.raises(ValueError, match="no dimensions"):
        T.matmul(T.dscalar(), x)


@pytest.mark.parametrize(
    ("left", "right", "axes"),
    [
        ((2, 3, 4), (3, 4, 5), 2),
        ((2, 3), (4,), 0),
        ((2, 3, 4), (2, 3, 4), 3),
        ((2, 3, 4), (3, 4), (1, 0)),
        ((2, 3, 4), (4, 5, 6, 3), ([1, 2], [3, 0])),
        ((2, 3, 4), (4, 5, 6, 3), ([1, -1], [-1, 0])),
        ((5,), (5,), 1),
        ((2, 0, 4), (0, 4), 2),
    ],
)
def test_tensordot(left: tuple[int, ...], right: tuple[int, ...], axes: Any) -> None:
    _compare(
        lambda x, y: T.tensordot(x, y, axes),
        lambda x, y: np.tensordot(x, y, axes),
        *_values(left, right),
    )


@pytest.mark.parametrize(
    ("left", "right", "axes", "own"),
    [
        ((2, 3, 4), (2, 4, 5), 1, 1),
        ((2, 3, 4, 5), (2, 4, 5), 2, 2),
        ((2, 3, 4, 5), (2, 4, 5), ([2], [1]), ([1], [0])),
        ((2, 4), (2, 4), 1, 1),
        ((2, 4), (2, 4, 3), 1, 1),
        ((2, 3), (2, 4), 0, 0),
    ],
)
def test_batched_tensordot(
    left: tuple[int, ...], right: tuple[int, ...], axes: Any, own: Any
) -> None:
    _compare(
        lambda x, y: T.batched_tensordot(x, y, axes),
        lambda x, y: np.stack([np.tensordot(a, b, own) for a, b in zip(x, y, strict=True)]),
        *_values(left, right),
    )


@pytest.mark.parametrize(
    ("left", "right", "sum_"),
    [
        ((2, 3, 4), (2, 4, 5), "bij,bjk->bik"),
        ((2, 4), (2, 4), "bj,bj->b"),
        ((2, 4), (2, 4, 5), "bj,bjk->bk"),
        ((2, 3, 4), (2, 4), "bij,bj->bi"),
        ((2,), (2, 3, 4), "b,bij->bij"),
        ((2, 3), (2,), "bi,b->bi"),
        ((2,), (2,), "b,b->b"),
        ((2, 3, 4, 5), (2, 6, 5, 3), "baij,bcjk->baick"),
    ],
)
def test_batched_dot(left: tuple[int, ...], right: tuple[int, ...], sum_: str) -> None:
    _compare(T.batched_dot, lambda x, y: np.einsum(sum_, x, y), *_values(left, right))


def test_batched_dot_of_views() -> None:
    x, y = _values((4, 3, 2), (2, 5, 4))
    _compare(
        lambda x, y: T.batched_dot(x.T, y.dimshuffle(0, 2, 1)[:, ::-1]),
        lambda x, y: np.matmul(x.T, y.transpose(0, 2, 1)[:, ::-1]),
        x.copy(),
        y.copy(),
    )


def test_axes_that_do_not_fit() -> None:
    x = T.dtensor3()
    for axes in (4, -1, ([0, 1], [0]), ([0, 0], [0, 1]), ([0], [1], [2])):
        with pytest.raises(ValueError, match="axes"):
            T.tensordot(x, x, axes)
    with pytest.raises(ValueError, match="out of range"):
        T.tensordot(x, x, ([3], [0]))
    with pytest.raises(ValueError, match="the first one"):
        T.batched_tensordot(x, x, ([0], [1]))
    for function in (T.batched_dot, T.batched_tensordot):
        with pytest.raises(TypeError, match="no dimension"):
            function(x, T.dscalar())
