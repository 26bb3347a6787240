"""round: to the nearest integer, ties away from zero."""

from __future__ import annotations

from xdsl.ir import SSAValue

from tir.lowering.expand_math.builder import ScalarBuilder


def expand_round(b: ScalarBuilder, x: SSAValue) -> SSAValue:
    """`trunc(x)`, one further from zero where the (exact) fraction is at least a half."""
    whole = b.trunc(x)
    up = b.compare("ge", b.abs(b.sub(x, whole)), 0.5)
    return b.add(whole, b.copysign(b.select(up, 1.0, 0.0), x))
