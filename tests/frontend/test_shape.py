"""Shapes, views and new tensors against NumPy."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import tir
from tests.evaluate import check, evaluate
from tir import tensor as T
from tir.dialects.tir.structural import DimOp
from tir.graph.dialect_op import DialectOp
from tir.graph.variable import Constant

A = np.arange(24.0).reshape(2, 3, 4)


def is_dim(variable: Any) -> bool:
    op = variable.owner.op
    return isinstance(op, DialectOp) and op.op_class is DimOp


def test_shape() -> None:
    x = T.dtensor3("x")
    check(x.shape, {x: A}, np.array([2, 3, 4]))
    check(T.shape(x), {x: A}, np.array([2, 3, 4]))
    check(x.size, {x: A}, np.int64(24))
    check(T.dscalar().size, {}, np.int64(1))
    check(T.dscalar().shape, {}, np.zeros(0, "int64"))
    assert isinstance(T.drow().shape[0], Constant)
    check(T.shape(np.zeros((1, 1))), {}, np.array([1, 1]))


def test_an_element_of_a_shape_is_one_dimension() -> None:
    x = T.dtensor3("x")
    for i in (0, 2, -1, np.int64(1)):
        assert is_dim(x.shape[i])
        check(x.shape[i], {x: A}, np.int64(A.shape[i]))
    assert all(is_dim(size) for size in x.shape)
    assert all(is_dim(size) for size in x.shape[1:])
    rows, columns = T.dmatrix().shape
    assert is_dim(rows)
    assert is_dim(columns)
    check(x.shape[::-1], {x: A}, np.array([4, 3, 2]))
    check(x.shape[5:], {x: A}, np.zeros(0, "int64"))
    check(x.shape[T.constant(1)], {x: A}, np.int64(3))
    with pytest.raises(IndexError, match="out of bounds"):
        _ = x.shape[3]
    i = T.iscalar("i")
    check(x.shape[i], {x: A, i: 1}, np.int64(3))


def test_iteration() -> None:
    x = T.dvector("x")
    for use in (iter, sum, list, tuple):
        with pytest.raises(TypeError, match="TensorType does not support iteration"):
            use(x)  # pyright: ignore
    with pytest.raises(TypeError, match="not iterable"):
        _ = 1 in T.dmatrix()  # pyright: ignore
    assert len(list(T.dtensor3().shape * 2)) == 3
    assert len(list(T.constant([1, 2, 3]))) == 3
    check(sum(T.constant([1, 2, 3])), {}, np.int64(6))
    assert T.get_vector_length(x.shape) == 1
    with pytest.raises(ValueError, match="not known"):
        T.get_vector_length(x)
    with pytest.raises(TypeError, match="must be a vector"):
        T.get_vector_length(T.dmatrix())


def test_dimshuffle() -> None:
    x = T.dtensor3()
    check(x.dimshuffle(2, 0, 1), {x: A}, A.transpose(2, 0, 1))
    check(x.dimshuffle((2, "x", 0, 1)), {x: A}, A.transpose(2, 0, 1)[:, None])
    check(x.dimshuffle(["x", -1, 0, 1]), {x: A}, A.transpose(2, 0, 1)[None])
    assert T.drow().dimshuffle(1).broadcastable == (False,)
    assert T.dscalar().dimshuffle("x", "x").broadcastable == (True, True)
    with pytest.raises(ValueError, match="cannot drop dimension 0"):
        x.dimshuffle(1, 2)
    with pytest.raises(ValueError, match="only 3 dimensions"):
        x.dimshuffle(0, 1, 2, 3)
    with pytest.raises(ValueError, match="appears twice"):
        x.dimshuffle(0, 1, 2, 0)
    with pytest.raises(TypeError, match="must be an integer"):
        x.dimshuffle(0, 1, "y")
    with pytest.raises(TypeError, match="integer"):
        x.dimshuffle(True, 1, 2)


def test_transposition() -> None:
    x = T.dtensor3()
    check(x.T, {x: A}, A.T)
    check(T.transpose(x), {x: A}, A.T)
    check(x.transpose(), {x: A}, A.T)
    check(x.transpose(1, 2, 0), {x: A}, A.transpose(1, 2, 0))
    check(x.transpose((1, -1, 0)), {x: A}, A.transpose(1, 2, 0))
    check(T.transpose(x, [2, 0, 1]), {x: A}, A.transpose(2, 0, 1))
    check(x.swapaxes(0, -1), {x: A}, A.swapaxes(0, 2))
    check(T.swapaxes(x, 1, 1), {x: A}, A)
    assert T.drow().T.broadcastable == (False, True)
    for bad in ((0, 1), (0, 1, 1), (0, 1, 3)):
        with pytest.raises(ValueError):
            x.transpose(bad)
    with pytest.raises(ValueError, match="out of range"):
        x.swapaxes(0, 3)


def test_reshape() -> None:
    x, n, v = T.dtensor3(), T.iscalar("n"), T.lvector("v")
    check(x.reshape((6, 4)), {x: A}, A.reshape(6, 4))
    check(x.reshape((-1, 6)), {x: A}, A.reshape(4, 6))
    check(x.reshape(-1), {x: A}, A.reshape(-1))
    check(x.reshape([n, -1]), {x: A, n: 8}, A.reshape(8, 3))
    check(x.reshape((x.shape[0], -1)), {x: A}, A.reshape(2, 12))
    check(x.reshape(x.shape[::-1]), {x: A}, A.reshape(4, 3, 2))
    check(x.reshape(v, ndim=2), {x: A, v: [3, 8]}, A.reshape(3, 8))
    check(x.reshape(np.array([2, 12])), {x: A}, A.reshape(2, 12))
    check(T.reshape(x, (2, 1, 12)), {x: A}, A.reshape(2, 1, 12))
    check(x.reshape(shape=(24,)), {x: A}, A.reshape(24))
    check(x.reshape((1, 24, 1)), {x: A}, A.reshape(1, 24, 1))
    assert x.reshape((1, -1, n)).broadcastable == (True, False, False)
    assert T.dmatrix().reshape(T.drow().shape).broadcastable == (True, False)
    empty = np.zeros((0, 3))
    y = T.dmatrix()
    check(y.reshape((3, 0)), {y: empty}, empty.reshape(3, 0))
    check(y.reshape((-1,)), {y: empty}, np.zeros(0))


def test_bad_reshapes() -> None:
    x, v = T.dtensor3(), T.lvector("v")
    with pytest.raises(ValueError, match="cannot reshape"):
        evaluate(x.reshape((5, -1)), {x: A})
    with pytest.raises(ValueError):
        evaluate(x.reshape(v, ndim=2), {x: A, v: [2, 12, 1]})
    with pytest.raises(ValueError, match="length of the vector v is not"):
        x.reshape(v)
    with pytest.raises(ValueError, match="at most one"):
        x.reshape((-1, -1))
    with pytest.raises(ValueError, match="negative"):
        x.reshape((-2, 3))
    with pytest.raises(ValueError, match="2 entries, but ndim=3"):
        x.reshape((6, 4), ndim=3)
    with pytest.raises(TypeError, match=r"x.reshape\(\(6, 4\)\)"):
        x.reshape(6, 4)
    for bad in (2.5, (2.0, 12), "ab", (T.dscalar(), 1), (True, 24), T.dvector(), T.lmatrix()):
        with pytest.raises(TypeError):
            x.reshape(bad)


def test_flatten() -> None:
    x = T.dtensor3()
    check(x.flatten(), {x: A}, A.ravel())
    check(x.ravel(), {x: A}, A.ravel())
    check(x.flatten(2), {x: A}, A.reshape(2, 12))
    check(T.flatten(x, ndim=2), {x: A}, A.reshape(2, 12))
    check(T.flatten(x, outdim=2), {x: A}, A.reshape(2, 12))
    check(x.flatten(3), {x: A}, A)
    s = T.dscalar()
    check(s.flatten(), {s: 2.0}, np.array([2.0]))
    assert s.flatten().broadcastable == (True,)
    assert T.tensor("int8", (True, False, True, True)).flatten(3).broadcastable == (
        True,
        False,
        True,
    )
    for shape in ((0, 3, 4), (2, 0, 4), (2, 3, 0)):
        empty = np.zeros(shape)
        check(x.flatten(2), {x: empty}, empty.reshape(shape[0], shape[1] * shape[2]))
        check(x.flatten(), {x: empty}, np.zeros(0))
    for bad in (0, 4, -1):
        with pytest.raises(ValueError, match="out of bounds"):
            x.flatten(bad)
    with pytest.raises(TypeError, match="integer"):
        x.flatten(1.5)  # pyright: ignore


def test_padding_and_squeezing() -> None:
    x = T.dmatrix()
    a = A[0]
    check(T.shape_padleft(x), {x: a}, a[None])
    check(T.shape_padleft(x, 2), {x: a}, a[None, None])
    check(T.shape_padright(x, 2), {x: a}, a[..., None, None])
    check(T.shape_padaxis(x, 1), {x: a}, a[:, None])
    check(T.shape_padaxis(x, -1), {x: a}, a[..., None])
    y = T.tensor("float64", (True, False, True))
    check(T.squeeze(y), {y: np.ones((1, 4, 1))}, np.ones(4))
    check(y.squeeze(), {y: np.ones((1, 4, 1))}, np.ones(4))
    with pytest.raises(ValueError, match="out of range"):
        T.shape_padaxis(x, 3)


def test_patterns() -> None:
    x = T.dmatrix()
    row = T.addbroadcast(x, 0)
    assert row.broadcastable == (True, False)
    check(row, {x: A[0, :1]}, A[0, :1])
    with pytest.raises(ValueError, match="supposed to be 1"):
        evaluate(row, {x: A[0]})
    assert T.unbroadcast(T.drow(), 0).broadcastable == (False, False)
    assert T.addbroadcast(x, -1).broadcastable == (False, True)
    assert T.patternbroadcast(x, (True, True)).broadcastable == (True, True)
    assert T.unbroadcast(x, 0) is x
    with pytest.raises(ValueError, match="3 booleans for a tensor of 2"):
        T.patternbroadcast(x, (True, True, False))
    with pytest.raises(ValueError, match="out of range"):
        T.addbroadcast(x, 2)


def test_filled_tensors() -> None:
    n, x = T.iscalar("n"), T.fmatrix("x")
    check(T.zeros((2, 3)), {}, np.zeros((2, 3)))
    check(T.ones(n, dtype="int8"), {n: 3}, np.ones(3, "int8"))
    check(T.zeros([n, 1]), {n: 0}, np.zeros((0, 1)))
    check(T.zeros(()), {}, np.zeros(()))
    check(T.ones(x.shape), {x: A[0].astype("float32")}, np.ones((3, 4)))
    check(T.zeros_like(x), {x: A[0].astype("float32")}, np.zeros((3, 4), "float32"))
    check(T.ones_like(x, dtype="int64"), {x: A[0].astype("float32")}, np.ones((3, 4), "int64"))
    check(x.zeros_like(), {x: A[0].astype("float32")}, np.zeros((3, 4), "float32"))
    check(T.alloc(2.5, 2, n), {n: 3}, np.full((2, 3), 2.5, "float32"))
    check(
        T.alloc(x[0], n, 4),
        {x: A[0].astype("float32"), n: 2},
        np.tile(A[0, 0], (2, 1)).astype("float32"),
    )
    assert T.zeros((1, n)).broadcastable == (True, False)
    assert T.alloc(0.0, n, 1).broadcastable == (False, True)
    with pytest.raises(TypeError, match="rank 2"):
        T.alloc(x, n)
    with pytest.raises(ValueError, match="negative"):
        evaluate(T.zeros(n), {n: -1})
    with pytest.raises(TypeError, match="integer"):
        T.zeros((2.0, 3))
    with pytest.raises(ValueError, match="length of the vector"):
        T.zeros(T.ivector())


def test_arange() -> None:
    n, m = T.iscalar("n"), T.iscalar("m")
    check(T.arange(5), {}, np.arange(5))
    check(T.arange(n), {n: 4}, np.arange(4))
    check(T.arange(n), {n: -4}, np.arange(0))
    check(T.arange(n, m, 2), {n: 1, m: 8}, np.arange(1, 8, 2))
    check(T.arange(m, n, -3), {n: 1, m: 8}, np.arange(8, 1, -3))
    check(T.arange(0.0, 1.0, 0.25), {}, np.arange(0, 1, 0.25, dtype="float32"))
    check(T.arange(0, 1, 0.1), {}, np.arange(0, 1, 0.1))
    check(T.arange(3, dtype="float32"), {}, np.arange(3, dtype="float32"))
    check(T.arange(n, dtype="int8"), {n: 3}, np.arange(3, dtype="int8"))
    assert (
        T.arange(T.scalar(dtype="uint8"), T.scalar(dtype="uint16"), np.uint8(1)).dtype == "uint64"
    )
    with pytest.raises(ZeroDivisionError):
        evaluate(T.arange(0, 5, n), {n: 0})
    with pytest.raises(TypeError, match="stop must be a scalar"):
        T.arange(T.ivector())


def test_eye() -> None:
    n = T.iscalar("n")
    check(T.eye(3), {}, np.eye(3))
    check(T.eye(n, 4, 1), {n: 2}, np.eye(2, 4, 1))
    check(T.eye(n, k=-1, dtype="int8"), {n: 3}, np.eye(3, k=-1, dtype="int8"))
    with tir.config.change_flags(floatX="float32"):
        assert T.eye(2).dtype == "float32"


def test_lengths_of_shared_expressions_are_found_in_linear_time() -> None:
    v = T.lvector("v")
    for _ in range(200):
        v = v + v
    with pytest.raises(ValueError, match="is not known"):
        T.get_vector_length(v)
