"""Indexing, and writing to indexed regions, against NumPy."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import tir
from tests.evaluate import check, evaluate
from tests.frontend.modes import every_mode
from tir import tensor as T
from tir.dialects.tir.indexing import SubtensorOp
from tir.graph.clone import clone_replace
from tir.graph.dialect_op import DialectOp

A = np.arange(60.0).reshape(3, 4, 5)
V, W = np.array([2, 0, -1]), np.array([1, 1, -2])
LIST = [0, 2]

BASIC: tuple[Any, ...] = (
    0,
    -1,
    (1, 2),
    (1, 2, 3),
    (1, -2, 3),
    slice(None),
    slice(1, None),
    slice(None, -1),
    slice(None, None, -1),
    slice(5, None, -2),
    slice(-1, 0, -1),
    slice(0, 100),
    slice(100, 200),
    slice(2, 1),
    (slice(None), slice(None, None, 2)),
    (slice(None), 1, slice(3, 1, -1)),
    (0, slice(1, 3), -1),
    Ellipsis,
    (Ellipsis, 0),
    (0, Ellipsis, 1),
    (Ellipsis, slice(1, 2)),
    None,
    (None, 0),
    (slice(None), None),
    (0, None, slice(1, 2), None),
    (Ellipsis, None),
    (),
    np.int64(1),
    (np.uint8(1), np.int16(-1)),
)

ADVANCED: tuple[Any, ...] = (
    V,
    LIST,
    (V, W),
    (V, W, V),
    (LIST, [1, -1]),
    (V, 1),
    (1, V),
    (slice(None), V),
    (slice(None), slice(None), V),
    (Ellipsis, V),
    (Ellipsis, V, W),
    (slice(None), V, W),
    (V, slice(None), W),
    (V, slice(1, 3)),
    (slice(None, None, -1), V),
    (slice(1, None), V, slice(None, None, 2)),
    (0, slice(None), V),
    (slice(None), 1, V),
    (V, slice(None), 0),
    (None, V),
    (V, None),
    (slice(None), None, V),
    (V, None, W),
    (slice(1, 2), V, 1),
    np.zeros(0, int),
    [],
    np.array([1]),
    (np.array([1]), V),
    np.array([2, 1], "uint8"),
)


@pytest.mark.parametrize("index", [*BASIC, *ADVANCED], ids=str)
def test_reading(index: Any) -> None:
    x = T.dtensor3("x")
    expected = A[[] if isinstance(index, list) and not index else index]
    check(x[index], {x: A}, expected)


def symbolic(index: Any, given: dict[Any, Any]) -> Any:
    """The same index with a variable for each integer and vector."""
    if isinstance(index, tuple):
        return tuple(symbolic(i, given) for i in index)
    if isinstance(index, slice):
        return slice(*(symbolic(i, given) for i in (index.start, index.stop, index.step)))
    if index is None or index is Ellipsis:
        return index
    value = np.asarray(index, "int64" if isinstance(index, list) else None)
    # Index vectors broadcast as all tensors do: where a length of 1 is declared.
    variable = T.tensor(value.dtype, tuple(size == 1 for size in value.shape))
    given[variable] = value
    return variable


@pytest.mark.parametrize("index", [*BASIC, *ADVANCED], ids=str)
def test_reading_with_variables(index: Any) -> None:
    x = T.dtensor3("x")
    given: dict[Any, Any] = {x: A}
    expected = A[[] if isinstance(index, list) and not index else index]
    check(x[symbolic(index, given)], given, expected)


@pytest.mark.parametrize("index", [*BASIC, *ADVANCED], ids=str)
@pytest.mark.parametrize("with_variables", [False, True])
def test_writing(index: Any, with_variables: bool) -> None:
    x = T.dtensor3("x")
    given: dict[Any, Any] = {x: A}
    numpys = np.zeros(0, int) if isinstance(index, list) and not index else index
    region = A[numpys]
    part = x[symbolic(index, given)] if with_variables else x[index]
    full = np.arange(1.0, region.size + 1).reshape(region.shape)
    last = full[..., -1:] if region.ndim and region.shape[-1] else full
    for value in (7.5, full, last):
        variable = T.as_tensor_variable(value)
        assigned = A.copy()
        assigned[numpys] = value
        check(T.set_subtensor(part, variable), given, assigned)
        added = A.copy()
        np.add.at(added, numpys, value)
        check(T.inc_subtensor(part, variable), given, added)


def test_duplicates() -> None:
    x, rows = T.dvector(), T.ivector()
    given = {x: np.zeros(3), rows: [1, 1, 0]}
    check(T.inc_subtensor(x[rows], 1), given, np.array([1.0, 2, 0]))
    check(T.set_subtensor(x[rows], np.array([1.0, 2, 3])), given, np.array([3.0, 2, 0]))


def test_writing_to_a_copy_of_a_region() -> None:
    x, y, v = T.dtensor3("x"), T.dtensor3("y"), T.lvector("v")
    for index in ((slice(1, None), v), v, (0, slice(None), v), None, (slice(1, 2), None, v), 0):
        (copied,) = clone_replace([x[index]], {x: y})
        numpys = tuple(V if i is v else i for i in index) if isinstance(index, tuple) else index
        numpys = V if index is v else numpys
        expected = A.copy()
        expected[numpys] = 7
        check(T.set_subtensor(copied, 7), {y: A, v: V}, expected)


@every_mode
@pytest.mark.parametrize("function", [T.set_subtensor, T.inc_subtensor])
def test_writing_what_the_tensor_holds_into_itself(mode: Any, function: Any) -> None:
    x = T.dvector()
    t = x / x.sum()
    values = np.array([3.0, 0.0, 1.0, 4.0, 2.5])
    old, at = values / values.sum(), values.astype("int64")
    expected = old.copy()
    if function is T.inc_subtensor:
        np.add.at(expected, at, old)
    else:
        expected[at] = old
    f = tir.function([x], function(t[T.cast(x, "int64")], t), mode=mode)
    np.testing.assert_allclose(f(values), expected)


def test_writing_options() -> None:
    x = T.fvector("x")
    given = {x: np.zeros(2, "float32")}
    check(T.set_subtensor(x[0], 0.1, inplace=True), given, np.array([0.1, 0], "float32"))
    check(T.inc_subtensor(x[0], 3), given, np.array([3, 0], "float32"))
    check(T.inc_subtensor(x[0], 3, set_instead_of_inc=True), given, np.array([3, 0], "float32"))
    assert T.set_subtensor(T.bvector()[0], 100).dtype == "int8"
    # The matrix's sizes are unknown, so a region that must be 1 is checked when run.
    row, y = T.drow(), T.dmatrix()
    updated = T.set_subtensor(row[:, 1:], y)
    check(updated, {row: np.zeros((1, 2)), y: np.ones((1, 1))}, np.array([[0.0, 1]]))
    with pytest.raises(ValueError, match="supposed to be 1"):
        evaluate(updated, {row: np.zeros((1, 2)), y: np.ones((2, 1))})


def test_the_outer_tensor_of_a_chain_is_the_one_indexed_last() -> None:
    x = T.dmatrix("x")
    a = A[0]
    expected = a[1:].copy()
    expected[0] = 0
    check(T.set_subtensor(x[1:][0], 0), {x: a}, expected)
    turned = a.T.copy()
    turned[[1, 2]] = 0
    check(T.set_subtensor(x.T[[1, 2]], 0), {x: a}, turned)


@pytest.mark.parametrize("function", [T.set_subtensor, T.inc_subtensor])
def test_bad_writing(function: Any) -> None:
    x = T.dmatrix("x")
    for bad in (x, x + 1, x.shape[0], 3, x[0] * 2, T.dot(x, x)):
        with pytest.raises(TypeError, match="must be the result of a subtensor operation"):
            function(bad, 1)
    with pytest.raises(TypeError, match="2-dimensional value in a 1-dimensional subtensor"):
        function(x[0], x)
    with pytest.raises(TypeError, match="float64 in a tensor of dtype int32 would lose precision"):
        function(T.ivector()[0], T.dscalar())
    with pytest.raises(TypeError, match="would lose precision"):
        function(T.bvector()[0], 300)
    with pytest.raises(TypeError, match="would lose precision"):
        function(T.ivector()[0], 0.5)


@pytest.mark.parametrize(
    ("index", "error", "text"),
    [
        ((0, 0, 0, 0), ValueError, "4 entries, more than the 3 dimensions of x"),
        ((Ellipsis, Ellipsis), IndexError, "single ellipsis"),
        (True, TypeError, "Python booleans"),
        ([True, False, True], TypeError, "NumPy array"),
        ([[True, False, True]], TypeError, "booleans"),
        ((0, False), TypeError, "Python booleans"),
        (1.0, TypeError, "must be an integer"),
        ("a", TypeError, "must be an integer"),
        ([0.5, 1], TypeError, "must hold integers"),
        (slice(0.5, None), TypeError, "the start of a slice must be an integer"),
        (slice(None, None, 0), ValueError, "must not be zero"),
        (np.array([True, False, True]), tir.UnsupportedError, "boolean masks"),
        (np.array([[0, 1]]), tir.UnsupportedError, "scalars and vectors"),
        (NotImplemented, TypeError, "must be an integer"),
    ],
    ids=str,
)
def test_bad_indices(index: Any, error: type[Exception], text: str) -> None:
    with pytest.raises(error, match=text):
        _ = T.dtensor3("x")[index]


def test_bad_variables_as_indices() -> None:
    x = T.dtensor3("x")
    with pytest.raises(TypeError, match="must hold integers"):
        _ = x[T.dscalar("i")]
    with pytest.raises(TypeError, match="must hold integers"):
        _ = x[T.dvector("i")]
    with pytest.raises(TypeError, match="the stop of a slice must be an integer scalar, got n"):
        _ = x[: T.ivector("n")]
    with pytest.raises(TypeError, match="the step of a slice must be an integer scalar"):
        _ = x[:: T.dscalar("n")]
    with pytest.raises(tir.UnsupportedError, match="boolean masks"):
        _ = x[x > 0]
    with pytest.raises(tir.UnsupportedError, match="scalars and vectors"):
        _ = x[T.imatrix()]


def test_out_of_bounds() -> None:
    x, i, v = T.dmatrix(), T.iscalar(), T.ivector()
    for index, value in ((i, 3), (i, -4)):
        with pytest.raises(IndexError, match="out of bounds"):
            evaluate(x[index], {x: A[:, :, 0], i: value})
    with pytest.raises(IndexError, match="out of bounds"):
        evaluate(x[v], {x: A[:, :, 0], v: [0, 3]})
    with pytest.raises(IndexError, match="out of bounds"):
        evaluate(T.set_subtensor(x[:, v], 0), {x: A[:, :, 0], v: [4]})
    with pytest.raises(IndexError, match="shape mismatch"):
        evaluate(x[v, np.array([0, 1, 2])], {x: A[:, :, 0], v: [0, 1]})


def test_patterns_of_results() -> None:
    row = T.drow()
    assert row[0].broadcastable == (False,)
    assert row[:].broadcastable == (True, False)
    assert row[0:1].broadcastable == (True, False)
    assert row[:5, ::-1].broadcastable == (True, False)
    assert row[1:].broadcastable == (False, False)
    assert row[: T.iscalar()].broadcastable == (False, False)
    assert row[:, T.ivector()].broadcastable == (True, False)
    assert row[[0]].broadcastable == (True, False)
    assert T.dmatrix()[:, None].broadcastable == (False, True, False)


def test_a_plain_index_is_one_operation() -> None:
    x = T.dmatrix()
    for region in (x[0], x[:, 1], x[1:, ::2], x[:], x[...]):
        op = region.owner.op
        assert isinstance(op, DialectOp)
        assert op.op_class is SubtensorOp
        assert region.owner.inputs[0] is x
    assert x[0].owner.op == x[0, :].owner.op


def test_take() -> None:
    x, v = T.dtensor3(), T.ivector()
    check(T.take(x, v, axis=1), {x: A, v: V}, A.take(V, axis=1))
    check(x.take([0, -1], axis=-1), {x: A}, A.take([0, -1], axis=-1))
    check(x.take(v), {x: A, v: V}, A.take(V))
    check(x.take(1, 0), {x: A}, A[1])
    with pytest.raises(ValueError, match="mode"):
        T.take(x, v, mode="clip")
