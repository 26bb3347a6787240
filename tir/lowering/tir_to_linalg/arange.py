"""Arange: the length by host arithmetic, the elements from their index."""

from __future__ import annotations

from xdsl.dialects import arith
from xdsl.dialects.builtin import f64, i64
from xdsl.ir import SSAValue

from tir.dialects.tir.base import TirOp, type_dtype
from tir.lowering.tir_to_linalg.builder import INDEX, Builder
from tir.lowering.tir_to_linalg.context import Lowering, signless
from tir.lowering.tir_to_linalg.conversions import convert, is_float_dtype, scalar_type
from tir.lowering.tir_to_linalg.elementwise import elementwise, operand_type

_ZERO_STEP = "arange: the step must not be zero"
_TOO_LONG = "arange: Maximum allowed size exceeded"
_LONGEST = 2.0**62


def lower_arange(low: Lowering, op: TirOp) -> None:
    """start, start + step... of integers or floats."""
    dtype = type_dtype(operand_type(op.results[0]))
    if is_float_dtype(dtype):
        _lower_float_arange(low, op, dtype)
    else:
        _lower_integer_arange(low, op, dtype)


def _lower_integer_arange(low: Lowering, op: TirOp, dtype: str) -> None:
    host = low.host
    start, stop, step = (low.index(o) for o in op.operands)
    zero = host.index(0)
    host.require(host.compare("ne", step, zero), _ZERO_STEP, "ZeroDivisionError")
    length = slice_length(low, start, stop, step)
    scalars = [low.scalar(op.operands[0]), low.scalar(op.operands[2])]

    def body(b: Builder) -> SSAValue:
        wide = b.cast(arith.IndexCastOp, b.iteration_index(0), i64)
        index = convert(b, wide, "int64", dtype)
        return b.binary(arith.AddiOp, scalars[0], b.binary(arith.MuliOp, index, scalars[1]))

    low.bind(op.results[0], elementwise(low, [], signless(op.results[0].type), [length], body))


def slice_length(low: Lowering, start: SSAValue, stop: SSAValue, step: SSAValue) -> SSAValue:
    """How many of start, start + step... come before stop; the step is not zero."""
    host = low.host
    zero, one = host.index(0), host.index(1)
    forward = host.compare("sgt", step, zero)
    distance = host.choose(
        forward,
        lambda: host.binary(arith.SubiOp, stop, start),
        lambda: host.binary(arith.SubiOp, start, stop),
    )
    stride = host.choose(forward, lambda: step, lambda: host.binary(arith.SubiOp, zero, step))
    distance = host.binary(arith.MaxSIOp, distance, zero)
    padded = host.binary(arith.AddiOp, distance, host.binary(arith.SubiOp, stride, one))
    length = host.binary(arith.DivSIOp, padded, stride)
    host.declare_nonnegative(length)
    return length


def _lower_float_arange(low: Lowering, op: TirOp, dtype: str) -> None:
    host = low.host
    start, stop, step = (convert(host, low.scalar(o), dtype, "float64") for o in op.operands)
    zero = host.constant(0.0, f64)
    host.require(host.compare("une", step, zero), _ZERO_STEP, "ZeroDivisionError")
    length = _float_length(low, start, stop, step)
    # NumPy finds the increment from the first two elements, as rounded to the dtype.
    first = convert(host, start, "float64", dtype)
    second = convert(host, host.binary(arith.AddfOp, start, step), "float64", dtype)
    increment = host.binary(arith.SubfOp, second, first)

    def body(b: Builder) -> SSAValue:
        wide = b.cast(arith.IndexCastOp, b.iteration_index(0), i64)
        index = b.cast(arith.SIToFPOp, wide, scalar_type(dtype))
        return b.binary(arith.AddfOp, first, b.binary(arith.MulfOp, index, increment))

    low.bind(op.results[0], elementwise(low, [], signless(op.results[0].type), [length], body))


def _float_length(low: Lowering, start: SSAValue, stop: SSAValue, step: SSAValue) -> SSAValue:
    host = low.host
    exact = host.binary(arith.DivfOp, host.binary(arith.SubfOp, stop, start), step)
    exact = host.binary(arith.MaximumfOp, exact, host.constant(0.0, f64))
    host.require(host.compare("olt", exact, host.constant(_LONGEST, f64)), _TOO_LONG)
    whole = host.cast(arith.FPToSIOp, exact, i64)
    below = host.compare("olt", host.cast(arith.SIToFPOp, whole, f64), exact)
    rounded_up = host.binary(arith.AddiOp, whole, host.constant(1, i64))
    length = host.cast(arith.IndexCastOp, host.select(below, rounded_up, whole), INDEX)
    host.declare_nonnegative(length)
    return length
