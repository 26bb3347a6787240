"""exp, exp2, expm1, sigmoid and softplus.

`x = k log 2 + r` with `|r| <= log(2)/2` and a two-part `log 2` (Cody and Waite, "Software Manual for
the Elementary Functions", 1980, ch. 6), a minimax polynomial for `exp(r)`, and a scaling by `2**k`
in two steps, so that results overflow and underflow as they should.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from xdsl.ir import SSAValue

from tir.lowering.expand_math import coefficients
from tir.lowering.expand_math.builder import Operand, ScalarBuilder
from tir.lowering.expand_math.formats import F64
from tir.lowering.expand_math.log import log_of_sum

LOG2_E = 1 / math.log(2)


@dataclass(frozen=True)
class ExpParts:
    """`exp(x) = (1 + tail) * 2**exponent`."""

    exponent: SSAValue
    tail: SSAValue


def exp_parts(b: ScalarBuilder, x: SSAValue, low: SSAValue | None = None) -> ExpParts:
    """The reduction of `exp(x + low)`, for `|x|` small enough for an exponent of the format."""
    table = coefficients.EXP_F64 if b.format is F64 else coefficients.EXP_F32
    exponent = b.sub(b.fma(x, LOG2_E, b.format.rounder), b.format.rounder)
    high = b.fma(exponent, -b.format.log2_high, x)
    if low is None:
        small = b.mul(exponent, b.format.log2_low)
    else:
        small = b.fma(exponent, b.format.log2_low, b.neg(low))
    r = b.sub(high, small)
    rest = b.sub(b.sub(high, r), small)
    square = b.mul(r, r)
    # exp(r + rest) - 1 with rest small: rest is multiplied by exp(r), 1 + r is near enough.
    tail = b.fma(square, b.polynomial(r, table), b.fma(rest, r, rest))
    return ExpParts(exponent, b.add(r, tail))


def clamped(b: ScalarBuilder, x: SSAValue) -> SSAValue:
    """`x` cut to a range outside of which exp is zero or infinite anyway; a NaN stays."""
    return b.at_most(b.at_least(x, b.format.exp_underflow), b.format.exp_overflow)


def exp_scaled(b: ScalarBuilder, x: SSAValue, exponent_shift: float = 0.0) -> SSAValue:
    """`exp(x) * 2**shift` for a clamped `x`."""
    parts = exp_parts(b, x)
    exponent = b.add(parts.exponent, exponent_shift) if exponent_shift else parts.exponent
    return b.scale(b.add(parts.tail, 1.0), exponent)


def expand_exp(b: ScalarBuilder, x: SSAValue) -> SSAValue:
    """`exp(x)`"""
    return exp_scaled(b, clamped(b, x))


def expand_exp2(b: ScalarBuilder, x: SSAValue) -> SSAValue:
    """`2**x`: the reduction is exact, then `exp(r log 2)` with a two-part `log 2`."""
    fmt = b.format
    limit = float(fmt.bias + 2)
    x = b.at_most(b.at_least(x, -limit - fmt.mantissa_bits), limit)
    exponent = b.sub(b.add(x, fmt.rounder), fmt.rounder)
    fraction = b.sub(x, exponent)
    table = coefficients.EXP_F64 if fmt is F64 else coefficients.EXP_F32
    log2 = fmt.log2_high + fmt.log2_low
    r = b.mul(fraction, log2)
    rest = b.fma(fraction, fmt.log2_low, b.fma(fraction, fmt.log2_high, b.neg(r)))
    tail = b.fma(b.mul(r, r), b.polynomial(r, table), b.fma(rest, r, rest))
    return b.scale(b.add(b.add(r, tail), 1.0), exponent)


def expand_expm1(b: ScalarBuilder, x: SSAValue) -> SSAValue:
    """`exp(x) - 1`, as half of `2**k tail + (2**k - 1)`, doubled: `2**k` may overflow."""
    lowest = -b.format.mantissa_bits * math.log(2) - 2
    parts = exp_parts(b, b.at_most(b.at_least(x, lowest), b.format.exp_overflow))
    half_power = b.power_of_two(b.sub(parts.exponent, 1.0))
    half = b.fma(parts.tail, half_power, b.sub(half_power, 0.5))
    # Near zero the result is x itself, with its sign, and halving could lose a subnormal's bit.
    tiny = b.compare("lt", b.abs(x), b.format.epsilon / 4)
    return b.select(tiny, x, b.mul(half, 2.0))


def exp_of_minus_abs(b: ScalarBuilder, x: SSAValue) -> tuple[SSAValue, SSAValue]:
    """`exp(-|x|)` and its rounding error."""
    parts = exp_parts(b, b.at_least(b.neg(b.abs(x)), b.format.exp_underflow))
    high, low = b.fast_two_sum(1.0, parts.tail)
    # The low part only matters where the result is not tiny: one clamped scaling is enough.
    power = b.power_of_two(b.at_least(parts.exponent, 1.0 - b.format.bias))
    return b.scale(high, parts.exponent), b.mul(low, power)


def expand_sigmoid(b: ScalarBuilder, x: SSAValue) -> SSAValue:
    """`1 / (1 + exp(-x))`, as `t / (1 + t)` with `t = exp(x)` where x is negative."""
    t, t_low = exp_of_minus_abs(b, x)
    negative = b.compare("lt", x, 0.0)
    denominator, low = b.fast_two_sum(1.0, t)
    low = b.add(low, t_low)
    inverse = b.div(1.0, denominator)
    numerator = b.select(negative, t, 1.0)
    numerator_low = b.select(negative, t_low, 0.0)
    quotient = b.mul(numerator, inverse)
    remainder = b.fma(b.neg(quotient), denominator, numerator)
    remainder = b.add(b.fma(b.neg(quotient), low, remainder), numerator_low)
    return b.fma(remainder, inverse, quotient)


def expand_softplus(b: ScalarBuilder, x: SSAValue) -> SSAValue:
    """`log(1 + exp(x)) = max(x, 0) + log(1 + exp(-|x|))`"""
    t, t_low = exp_of_minus_abs(b, x)
    total, low = b.fast_two_sum(1.0, t)
    logarithm = log_of_sum(b, total, b.add(low, t_low))
    positive: Operand = b.select(b.compare("lt", x, 0.0), 0.0, x)
    return b.add(positive, logarithm)
