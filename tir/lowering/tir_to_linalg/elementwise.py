"""Elementwise operations: one `linalg.generic` each, its body from the scalar table."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import cast

import numpy as np
from xdsl.dialects import arith
from xdsl.dialects.builtin import AffineMapAttr, TensorType, i1
from xdsl.ir import SSAValue

from tir.dialects.projections import affine_map
from tir.dialects.tir.arithmetic import CastOp, IntDivOp, ModOp, PowOp, SecondOp
from tir.dialects.tir.base import Array, TirOp, rank, type_dtype
from tir.dialects.tir.elementwise import ComparisonOp, ElementwiseOp, PredicateOp
from tir.lowering.tir_to_linalg.builder import Builder, HostBuilder
from tir.lowering.tir_to_linalg.context import Lowering, signless
from tir.lowering.tir_to_linalg.conversions import changes_value, convert, scalar_type
from tir.lowering.tir_to_linalg.generic import (
    broadcast_map,
    empty,
    fill,
    generic,
    identity_map,
    iterators,
    shape_of,
)
from tir.lowering.tir_to_linalg.scalar_table import scalar_function
from tir.support.dtypes import DISCRETE_DTYPES

SIZE_MISMATCH = "Input dimension mis-match"

_CHECKED = (IntDivOp, ModOp, PowOp)
"""Operations that are undefined for some integers."""


def operand_type(value: SSAValue) -> TensorType:
    """The `tir` type of a value."""
    return cast(TensorType, value.type)


def broadcast_dims(low: Lowering, operands: Sequence[SSAValue]) -> list[SSAValue]:
    """The sizes of the elementwise result of operands, checked to agree."""
    ranks = [rank(operand_type(o)) for o in operands]
    result_rank = max(ranks)
    result: list[SSAValue | None] = [None] * result_rank
    found_in: list[tuple[int, int]] = [(0, 0)] * result_rank
    for number, operand in enumerate(operands):
        missing = result_rank - ranks[number]
        shape = operand_type(operand).get_shape()
        if all(size == 1 for size in shape):
            continue
        for axis, dim in enumerate(low.dims(operand)):
            if shape[axis] == 1:
                continue
            known = result[missing + axis]
            if known is None:
                result[missing + axis] = dim
                found_in[missing + axis] = (number, axis)
                continue
            first, first_axis = found_in[missing + axis]
            low.shapes.require_equal(
                known,
                dim,
                f"{SIZE_MISMATCH}. (input[{first}].shape[{first_axis}] differs from "
                f"input[{number}].shape[{axis}])",
            )
    return [low.host.index(1) if d is None else low.shapes.representative(d) for d in result]


def lower_elementwise(low: Lowering, op: TirOp) -> None:
    """Any elementwise operation."""
    assert isinstance(op, ElementwiseOp)
    op_class = type(op)
    result = op.results[0]
    dtypes = [type_dtype(operand_type(o)) for o in op.operands]
    if op_class is CastOp and not changes_value(dtypes[0], type_dtype(operand_type(result))):
        low.bind_same(result, op.operands[0])
        return
    wanted = op_class.operand_dtypes(dtypes, op.properties)
    compute = _Computation(op_class, dtypes, wanted, type_dtype(operand_type(result)))
    if _runs_on_host(low, op, wanted):
        _lower_on_host(low, op, compute)
        return
    dims = broadcast_dims(low, op.operands)
    if op_class is SecondOp:
        _lower_second(low, op, dims)
        return
    if op_class in _CHECKED and wanted[-1] in DISCRETE_DTYPES:
        _check_right_operand(low, op, wanted[-1])
    tensors, literals = _split_literals(low, op.operands, wanted)
    type_ = signless(result.type)
    lowered = elementwise(
        low, tensors, type_, dims, lambda b, *xs: compute(b, _merge(b, xs, literals, wanted))
    )
    low.bind(result, lowered)


def elementwise(
    low: Lowering,
    tensors: Sequence[SSAValue],
    type_: TensorType,
    dims: Sequence[SSAValue],
    body: Callable[..., SSAValue],
) -> SSAValue:
    """A generic over parallel loops: `body` of corresponding elements of tensors that broadcast to `dims`."""
    shape = type_.get_shape()
    maps = [broadcast_map(shape_of(t), shape) for t in tensors]
    return parallel_generic(low, tensors, maps, type_, dims, body)


def parallel_generic(
    low: Lowering,
    tensors: Sequence[SSAValue],
    maps: Sequence[AffineMapAttr],
    type_: TensorType,
    dims: Sequence[SSAValue],
    body: Callable[..., SSAValue],
) -> SSAValue:
    """A generic over parallel loops with operand maps of one's own."""
    shape = type_.get_shape()
    (result,) = generic(
        low.host,
        tensors,
        maps,
        [empty(low.host, dims, type_)],
        [identity_map(len(shape))],
        iterators(len(shape)),
        lambda b, *xs: [body(b, *xs[:-1])],
    )
    low.shapes.declare(result, dims)
    return result


def convert_tensor(low: Lowering, value: SSAValue, before: str, after: str) -> SSAValue:
    """A lowered tensor with its elements converted to another dtype."""
    if not changes_value(before, after):
        return value
    type_ = TensorType(scalar_type(after), shape_of(value))
    return elementwise(
        low, [value], type_, low.shapes.dims(value), lambda b, x: convert(b, x, before, after)
    )


class _Computation:
    """An operation on scalars with its conversions of operands and result."""

    def __init__(
        self,
        op_class: type[ElementwiseOp],
        dtypes: Sequence[str],
        wanted: Sequence[str],
        result_dtype: str,
    ):
        self.op_class = op_class
        self.dtypes = dtypes
        self.wanted = wanted
        self.result_dtype = result_dtype
        self.function = scalar_function(op_class, wanted[-1])

    def __call__(self, b: Builder, scalars: Sequence[SSAValue]) -> SSAValue:
        """`scalars` have the operands' own dtypes, or the wanted one for literals."""
        operands = [
            convert(b, x, before, after) if x.type != scalar_type(after) else x
            for x, before, after in zip(scalars, self.dtypes, self.wanted, strict=True)
        ]
        value = self.function(b, *operands)
        if issubclass(self.op_class, ComparisonOp | PredicateOp):
            return value
        return convert(b, value, self.wanted[-1], self.result_dtype)


def _split_literals(
    low: Lowering, operands: Sequence[SSAValue], wanted: Sequence[str]
) -> tuple[list[SSAValue], list[Array | SSAValue | None]]:
    """The operands that must be read from tensors, and the scalars that the body can state or capture."""
    tensors: list[SSAValue] = []
    scalars: list[Array | SSAValue | None] = []
    for operand, dtype in zip(operands, wanted, strict=True):
        array = low.constant(operand)
        if array is not None and array.size == 1:
            scalars.append(_convert_literal(array, dtype))
        elif low.is_computed_scalar(operand):
            scalars.append(low.scalar(operand))
        else:
            scalars.append(None)
            tensors.append(low.tensor(operand))
    return tensors, scalars


def _convert_literal(array: Array, dtype: str) -> Array:
    with np.errstate(all="ignore"):
        return array.reshape(()).astype(dtype)


def _merge(
    b: Builder,
    elements: Sequence[SSAValue],
    scalars: Sequence[Array | SSAValue | None],
    dtypes: Sequence[str],
) -> list[SSAValue]:
    remaining = iter(elements)
    merged: list[SSAValue] = []
    for scalar, dtype in zip(scalars, dtypes, strict=True):
        if scalar is None:
            merged.append(next(remaining))
        elif isinstance(scalar, SSAValue):
            merged.append(scalar)
        else:
            merged.append(b.constant(scalar.item(), scalar_type(dtype)))
    return merged


def _runs_on_host(low: Lowering, op: TirOp, wanted: Sequence[str]) -> bool:
    """Whether an operation is arithmetic on sizes and indices, which host code does without any tensor."""
    return (
        any(low.is_computed_scalar(o) for o in op.operands)
        and all(low.is_host_scalar(o) for o in op.operands)
        and all(dtype in DISCRETE_DTYPES for dtype in wanted)
        and type_dtype(operand_type(op.results[0])) in DISCRETE_DTYPES
        and type(op) is not PowOp
    )


def _lower_on_host(low: Lowering, op: TirOp, compute: _Computation) -> None:
    scalars = [low.scalar(o) for o in op.operands]
    if type(op) in _CHECKED:
        zero = low.host.constant(0, scalars[1].type)
        low.host.require(
            low.host.compare("ne", scalars[1], zero), _DIVISION_BY_ZERO, "ZeroDivisionError"
        )
    low.bind_scalar(op.results[0], compute(low.host, scalars))


def _lower_second(low: Lowering, op: TirOp, dims: Sequence[SSAValue]) -> None:
    operand, result = op.operands[1], op.results[0]
    type_ = signless(result.type)
    array = low.constant(operand)
    if array is not None and array.size == 1:
        scalar = low.host.constant(array.item(), type_.element_type)
        filled = fill(low.host, scalar, dims, type_)
        low.shapes.declare(filled, dims)
        low.bind(result, filled)
    elif signless(operand.type) == type_:
        low.bind_same(result, operand)
    else:
        low.bind(result, elementwise(low, [low.tensor(operand)], type_, dims, lambda b, x: x))


_DIVISION_BY_ZERO = "integer division or modulo by zero"


def _check_right_operand(low: Lowering, op: TirOp, dtype: str) -> None:
    right = op.operands[1]
    array = low.constant(right)
    own_dtype = type_dtype(operand_type(right))
    if isinstance(op, PowOp):
        if own_dtype == "bool" or own_dtype.startswith("u"):
            return
        if array is not None and not (array < 0).any():
            return
        check, message, kind = _is_not_negative, _NEGATIVE_POWER, "ValueError"
    else:
        if array is not None and array.all():
            return
        check, message, kind = _is_not_zero, _DIVISION_BY_ZERO, "ZeroDivisionError"
    low.host.require(holds_for_all(low, low.tensor(right), check), message, kind)


_NEGATIVE_POWER = "Integers to negative integer powers are not allowed."


def _is_not_zero(b: Builder, x: SSAValue) -> SSAValue:
    return b.compare("ne", x, b.constant(0, x.type))


def _is_not_negative(b: Builder, x: SSAValue) -> SSAValue:
    return b.compare("sge", x, b.constant(0, x.type))


def holds_for_all(
    low: Lowering, value: SSAValue, predicate: Callable[[Builder, SSAValue], SSAValue]
) -> SSAValue:
    """Whether a predicate holds for all elements of a lowered tensor, as an i1 of host code."""
    host: HostBuilder = low.host
    count = len(shape_of(value))
    start = fill(host, host.constant(1, i1), (), TensorType(i1, []))
    (result,) = generic(
        host,
        [value],
        [identity_map(count)],
        [start],
        [affine_map(count, ())],
        iterators(count, tuple(range(count))),
        lambda b, x, acc: [b.binary(arith.AndIOp, acc, predicate(b, x))],
    )
    return host.extract(result, ())
