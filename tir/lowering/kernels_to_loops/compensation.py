"""Compensated sums: the rounding error of each addition is kept, and added at the end."""

from __future__ import annotations

from xdsl.dialects import arith
from xdsl.ir import SSAValue

from tir.lowering.structured.builder import LoopBuilder


def add_compensated(
    builder: LoopBuilder, total: SSAValue, correction: SSAValue, part: SSAValue
) -> tuple[SSAValue, SSAValue]:
    """total + part, and the correction with the rounding error of that addition added (Knuth's two-sum)."""
    new = builder.binary(arith.AddfOp, total, part)
    shadow = builder.binary(arith.SubfOp, new, total)
    lost_total = builder.binary(arith.SubfOp, total, builder.binary(arith.SubfOp, new, shadow))
    lost_part = builder.binary(arith.SubfOp, part, shadow)
    lost = builder.binary(arith.AddfOp, lost_total, lost_part)
    return new, builder.binary(arith.AddfOp, correction, lost)


def add_compensated_at(
    builder: LoopBuilder, totals: SSAValue, corrections: SSAValue, at: SSAValue, part: SSAValue
) -> None:
    """The same for a total and its correction in memory, each at an index of a vector."""
    total, correction = builder.load(totals, [at]), builder.load(corrections, [at])
    total, correction = add_compensated(builder, total, correction, part)
    builder.store(total, totals, [at])
    builder.store(correction, corrections, [at])


def corrected(builder: LoopBuilder, total: SSAValue, correction: SSAValue) -> SSAValue:
    """The compensated sum; the plain one where infinities have made the correction NaN."""
    exact = builder.binary(arith.AddfOp, total, correction)
    is_number = builder.value(arith.CmpfOp(correction, correction, "ord"))
    return builder.value(arith.SelectOp(is_number, exact, total))


def corrected_at(
    builder: LoopBuilder, totals: SSAValue, corrections: SSAValue, at: SSAValue
) -> SSAValue:
    """The same for a total and its correction in memory."""
    return corrected(builder, builder.load(totals, [at]), builder.load(corrections, [at]))
