"""Rows of the operations that make and rearrange tensors."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from tests.op_table.row import Array, Case, Failure, Gradient, Row
from tests.op_table.samples import ALL_DTYPES, normal
from tir.dialects.tir import structural
from tir.dialects.tir.base import TirOp
from tir.dialects.tir.structural import ConstantOp, dense_attribute
from tir.graph import build


def _constant(value: Array) -> Any:
    return build.apply(ConstantOp, value=dense_attribute(value))


def _constant_cases() -> list[Case]:
    values = [normal((2, 3), dtype) for dtype in ALL_DTYPES]
    values += [np.array(2.5), np.zeros((0, 3)), np.array([np.nan, np.inf, -0.0])]
    return [
        Case(f"{v.dtype} {v.shape}", lambda v=v: _constant(v), (), lambda v=v: v, ulps=0)
        for v in values
    ]


def _dimshuffle(order: Sequence[Any]) -> Callable[[Any], Any]:
    return lambda x: build.dimshuffle(x, order)


def _dimshuffle_oracle(order: Sequence[Any]) -> Callable[[Array], Array]:
    def oracle(x: Array) -> Array:
        kept = [axis for axis in order if axis != "x"]
        squeezed = np.squeeze(x, tuple(a for a in range(x.ndim) if a not in kept))
        moved = squeezed.transpose(np.argsort(np.argsort(kept)))
        return np.expand_dims(moved, tuple(i for i, axis in enumerate(order) if axis == "x"))

    return oracle


def _dimshuffle_cases() -> list[Case]:
    trials = [
        ((3, 4), (1, 0), None),
        ((3, 4), (0, "x", 1), None),
        ((4,), ("x", 0), None),
        ((4,), (0, "x", "x"), None),
        ((), ("x", "x"), None),
        ((2, 3, 4), (2, 0, 1), None),
        ((2, 3, 4), (1, "x", 2, 0), None),
        ((3, 1), (0,), (False, True)),
        ((1, 3), (1, "x", 0), (True, False)),
        ((1, 1), (), (True, True)),
        ((0, 4), (1, 0), None),
    ]
    return [
        Case(
            f"{shape} {order}",
            _dimshuffle(order),
            (normal(shape),),
            _dimshuffle_oracle(order),
            (pattern,),
            ulps=0,
        )
        for shape, order, pattern in trials
    ]


def _rebroadcast_cases() -> list[Case]:
    return [
        Case(
            f"{start} to {end}",
            lambda x, end=end: build.add(build.rebroadcast(x, end), 0.0),
            (normal((1, 3)),),
            np.asarray,
            (start,),
            ulps=0,
        )
        for start, end in (
            ((False, False), (True, False)),
            ((True, False), (False, False)),
        )
    ]


def _reshape(*dims: int) -> Callable[[Any], Any]:
    return lambda x: build.reshape(x, [np.int64(d) for d in dims])


def _reshape_cases() -> list[Case]:
    trials = [
        ((3, 4), (4, 3)),
        ((3, 4), (12,)),
        ((3, 4), (2, -1)),
        ((3, 4), (2, 3, 2)),
        ((12,), (3, 1, 4)),
        ((1,), ()),
        ((), (1, 1)),
        ((0, 4), (2, 0)),
        ((2, 3, 4), (6, 4)),
    ]
    fixed = [
        Case(
            f"{shape} to {dims}",
            _reshape(*dims),
            (normal(shape),),
            lambda x, dims=dims: x.reshape(dims),
            ulps=0,
        )
        for shape, dims in trials
    ]
    return [
        *fixed,
        Case(
            "transposed, sizes as inputs",
            lambda x, n, m: build.reshape(build.dimshuffle(x, (1, 0)), [n, m]),
            (normal((3, 4)), np.array(2), np.array(6)),
            lambda x, n, m: x.T.reshape(int(n), int(m)),
            ulps=0,
        ),
    ]


def _alloc(value: Any, *dims: Any) -> Any:
    return build.alloc(value, dims)


def _alloc_oracle(value: Array, *dims: Array) -> Array:
    return np.broadcast_to(value, [int(d) for d in dims])


def _alloc_cases() -> list[Case]:
    two, three = np.array(2), np.array(3, "int32")
    trials: list[tuple[str, tuple[Array, ...], Any]] = [
        ("scalar", (np.array(1.5), two, three), None),
        ("vector", (normal((3,)), two, three), None),
        ("col", (normal((2, 1)), two, three), ((False, True), None, None)),
        ("nothing", (np.array(1, "int8"), np.array(0)), None),
        ("boolean", (np.array(True), two), None),
    ]
    return [
        Case(label, _alloc, arrays, _alloc_oracle, patterns, ulps=0)
        for label, arrays, patterns in trials
    ]


def _arange_cases() -> list[Case]:
    trials = [
        ("int64", (0, 5, 1)),
        ("int64", (5, 0, -2)),
        ("int32", (2, 2, 1)),
        ("int16", (3, 1, 1)),
        ("uint8", (1, 200, 50)),
        ("float64", (0.0, 1.0, 0.1)),
        ("float64", (1.0, -1.0, -0.25)),
        ("float32", (0.0, 2.0, 0.5)),
    ]
    return [
        Case(
            f"{dtype} {bounds}",
            build.arange,
            tuple(np.array(b, dtype) for b in bounds),
            lambda a, b, c: np.arange(a.item(), b.item(), c.item(), dtype=a.dtype),
        )
        for dtype, bounds in trials
    ]


def _dim_cases() -> list[Case]:
    return [
        Case(
            f"{shape} {axis}",
            lambda x, axis=axis: build.dim(x, axis),
            (np.zeros(shape, "int8"),),
            lambda x, axis=axis: np.asarray(x.shape[axis]),
        )
        for shape, axis in (((3,), 0), ((2, 5), 1), ((0, 4), 0))
    ]


def _make_vector_cases() -> list[Case]:
    return [
        Case(
            dtype,
            build.make_vector,
            tuple(np.array(v, dtype) for v in (1, 0, 1)),
            lambda *values: np.array(values),
        )
        for dtype in ALL_DTYPES
    ]


def _identity_row(op: type[TirOp], function: Callable[..., Any], constant_gradient: bool) -> Row:
    def cases() -> list[Case]:
        # The addition tells the result from the operand, which it may share memory with.
        return [Case("", lambda x: build.add(function(x), 1.0), (normal((3, 4)),), lambda x: x + 1)]

    gradients = () if constant_gradient else (Gradient("", function, (normal((3,)),), np.asarray),)
    return Row(op, cases, gradients, constant_gradient=constant_gradient)


S = structural

ROWS: tuple[Row, ...] = (
    Row(S.ConstantOp, _constant_cases, constant_gradient=True),
    Row(
        S.DimshuffleOp,
        _dimshuffle_cases,
        (
            Gradient(
                "", _dimshuffle((1, "x", 0)), (normal((2, 3)),), _dimshuffle_oracle((1, "x", 0))
            ),
            Gradient(
                "dropping",
                _dimshuffle((1,)),
                (normal((1, 3)),),
                _dimshuffle_oracle((1,)),
                patterns=((True, False),),
            ),
        ),
    ),
    Row(
        S.RebroadcastOp,
        _rebroadcast_cases,
        (
            Gradient(
                "", lambda x: build.rebroadcast(x, (True, False)), (normal((1, 3)),), np.asarray
            ),
        ),
        (
            Failure(
                "not 1",
                lambda x: build.add(build.rebroadcast(x, (True, False)), 0.0),
                (normal((2, 3)),),
                ValueError,
                None,
            ),
        ),
    ),
    Row(
        S.ReshapeOp,
        _reshape_cases,
        (Gradient("", _reshape(3, -1), (normal((2, 3)),), lambda x: x.reshape(3, -1)),),
        (
            Failure("wrong size", _reshape(5, 2), (normal((3, 4)),), ValueError, None),
            Failure("indivisible", _reshape(5, -1), (normal((3, 4)),), ValueError, None),
        ),
    ),
    Row(
        S.AllocOp,
        _alloc_cases,
        (
            Gradient(
                "vector",
                lambda x: build.alloc(x, [2, 3]),
                (normal((3,)),),
                lambda x: np.tile(x, (2, 1)),
            ),
            Gradient(
                "scalar",
                lambda x: build.alloc(x, [2, 3]),
                (np.array(0.5),),
                lambda x: np.full((2, 3), x),
            ),
        ),
        (
            Failure("negative", _alloc, (np.array(1.0), np.array(-1)), ValueError, None),
            Failure("does not fit", _alloc, (normal((3,)), np.array(2)), ValueError, None),
        ),
    ),
    Row(
        S.ArangeOp,
        _arange_cases,
        failures=(
            Failure(
                "zero step",
                build.arange,
                (np.array(0), np.array(5), np.array(0)),
                ZeroDivisionError,
                "step must not be zero",
            ),
        ),
        constant_gradient=True,
    ),
    Row(S.DimOp, _dim_cases, constant_gradient=True),
    Row(
        S.MakeVectorOp,
        _make_vector_cases,
        (
            Gradient(
                "",
                build.make_vector,
                (np.array(1.0), np.array(2.0)),
                lambda x, y: np.array([x, y]),
                (0, 1),
            ),
        ),
    ),
    _identity_row(S.TensorCopyOp, build.tensor_copy, False),
    _identity_row(S.ConsiderConstantOp, build.consider_constant, True),
    _identity_row(S.ZeroGradOp, build.zero_grad, True),
    _identity_row(S.DisconnectedGradOp, build.disconnected_grad, True),
)
