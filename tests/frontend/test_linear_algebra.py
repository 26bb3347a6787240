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
    check(x @ y, given, expected)
    check(VALUES[left] @ y, given, expected) if left else None
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
    x, y = T.dmatrix(), T.dvector()
    with pytest.raises(ValueError, match="Shape mismatch: x has 3 cols"):
        evaluate(T.dot(x, y), {x: np.ones((2, 3)), y: np.ones(2)})
    with pytest.raises(tir.UnsupportedError, match="up to 2 dimensions"):
        T.dot(T.dtensor3(), x)


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
