"""Sine and cosine of `pi x`, for the reflection formulas of the gamma function and its relatives."""

from __future__ import annotations

from dataclasses import dataclass

from xdsl.ir import SSAValue

from tir.lowering.expand_math.builder import ScalarBuilder
from tir.lowering.expand_math.formats import F64
from tir.lowering.expand_math.trig import Pair, choose, flip_sign, is_odd, sin_cos
from tir.lowering.expand_math.trig_reduction import PI_2, Reduced


@dataclass(frozen=True)
class HalfTurns:
    """`sin(pi x)` and `cos(pi x)`, each a number and a smaller correction."""

    sine: Pair
    cosine: Pair


def sine_and_cosine_of_turns(b: ScalarBuilder, x: SSAValue) -> HalfTurns:
    """Both functions of a non-negative float64: the reduction is exact."""
    rest = b.fma(b.floor(b.mul(x, 0.5)), -2.0, x)
    shifted = b.fma(rest, 2.0, F64.rounder)
    left = b.fma(b.sub(shifted, F64.rounder), -0.5, rest)
    doubled = b.add(left, left)
    angle, error = b.two_product(doubled, PI_2[0])
    quadrant = b.to_bits(shifted)
    parts = sin_cos(b, Reduced(quadrant, angle, b.fma(doubled, PI_2[1], error)))
    odd = is_odd(b, quadrant)
    sine, cosine = (
        choose(b, odd, parts.cosine, parts.sine),
        choose(b, odd, parts.sine, parts.cosine),
    )
    next_quadrant = b.iadd(quadrant, 1)
    return HalfTurns(_signed(b, sine, quadrant), _signed(b, cosine, next_quadrant))


def _signed(b: ScalarBuilder, x: Pair, quadrant: SSAValue) -> Pair:
    return flip_sign(b, x[0], quadrant, 1), flip_sign(b, x[1], quadrant, 1)
