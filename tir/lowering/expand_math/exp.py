"""exp, exp2, expm1, sigmoid and softplus.

`x = k log 2 + r` with `|r| <= log(2)/2` and a two-part `log 2` (Cody and Waite, "Software Manual for
the Elementary Functions", 1980, ch. 6), a minimax polynomial for `exp(r)`, and a scaling by `2**k`.

`2**k` may be subnormal, or overflow where the result does not: what is computed is smaller by `2**64` (float32) or `2**512`
(float64) for positive arguments, larger by that for negative ones, and one product with a constant makes up for it. A constant offset
of k hides in the number whose addition rounds to integers; one that depends on the sign is the exponent of the constant, and taken off.

Where a vector of elements of a table is one instruction, exponentials of float32 are `2**(k/8)` of a table times a shorter polynomial.

The rounding of r costs a quarter of a unit of the result at most. Where an exponential enters a power, `exp_parts`
carries that error too.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from xdsl.ir import SSAValue

from tir.lowering.expand_math import coefficients
from tir.lowering.expand_math.builder import Operand, ScalarBuilder
from tir.lowering.expand_math.formats import F64
from tir.lowering.expand_math.log import log_of_one_plus

LOG2_E = 1 / math.log(2)


@dataclass(frozen=True)
class Scaling:
    """How powers of two are kept in the range of normal numbers: as `2**k / factor`, from `k + rounder`."""

    rounder: float
    factor: Operand

    def power(self, b: ScalarBuilder, shifted: SSAValue) -> SSAValue:
        """`2**k / factor`"""
        if not isinstance(self.factor, SSAValue):
            return b.power_of_two(shifted)
        # In the low bits of the sum are two biased exponents: that of 2**k, and the bias once more, for the other to be taken off.
        bits = b.shift_left(b.to_bits(shifted), b.format.mantissa_bits)
        return b.from_bits(b.isub(bits, b.to_bits(self.factor)))


def downward(b: ScalarBuilder) -> Scaling:
    """For exponentials of at most 1."""
    offset = (b.format.bias + 1) // 2
    return Scaling(b.format.exponent_rounder(offset), 2.0**-offset)


def both_ways(b: ScalarBuilder, x: SSAValue) -> Scaling:
    """For `exp(x)` where x may have any sign."""
    offset = (b.format.bias + 1) // 2
    # The sign bit as a condition is free.
    negative = b.icompare("slt", b.to_bits(x), 0)
    factor = b.select(negative, 2.0**-offset, 2.0**offset)
    return Scaling(b.format.exponent_rounder(b.format.bias), factor)


@dataclass(frozen=True)
class ExpParts:
    """`exp(x) = (1 + tail) * 2**k`, `shifted = k + rounder`."""

    shifted: SSAValue
    tail: SSAValue


def exp_table(b: ScalarBuilder) -> coefficients.Polynomial:
    """`(exp(r) - 1 - r) / r**2`"""
    return coefficients.EXP_F64 if b.format is F64 else coefficients.EXP_F32


def exp_tail(b: ScalarBuilder, r: SSAValue) -> SSAValue:
    """`exp(r) - 1` for a reduced argument"""
    return b.fma(b.mul(r, r), b.polynomial(r, exp_table(b)), r)


def exp_parts(b: ScalarBuilder, x: SSAValue, low: SSAValue | None, rounder: Operand) -> ExpParts:
    """The reduction of `exp(x + low)`, to more than the format's precision."""
    shifted = b.fma(x, LOG2_E, rounder)
    exponent = b.sub(shifted, rounder)
    high = b.fma(exponent, -b.format.log2_high, x)
    if low is None:
        r = b.fma(exponent, -b.format.log2_low, high)
        rest = b.fma(exponent, -b.format.log2_low, b.sub(high, r))
    else:
        small = b.fma(exponent, b.format.log2_low, b.neg(low))
        r = b.sub(high, small)
        rest = b.sub(b.sub(high, r), small)
    square = b.mul(r, r)
    # exp(r + rest) - 1 with rest small: rest is multiplied by exp(r), 1 + r is near enough.
    tail = b.fma(square, b.polynomial(r, exp_table(b)), b.fma(rest, r, rest))
    return ExpParts(shifted, b.add(r, tail))


def simple_parts(b: ScalarBuilder, x: SSAValue, rounder: Operand) -> ExpParts:
    """The reduction of `exp(x)`, to half a unit of its last place."""
    shifted = b.fma(x, LOG2_E, rounder)
    exponent = b.sub(shifted, rounder)
    r = b.fma(exponent, -b.format.log2_low, b.fma(exponent, -b.format.log2_high, x))
    return ExpParts(shifted, exp_tail(b, r))


def scaled(b: ScalarBuilder, parts: ExpParts, scaling: Scaling) -> SSAValue:
    """`(1 + tail) * 2**k` from parts that were reduced with the rounder of `scaling`."""
    power = scaling.power(b, parts.shifted)
    return b.mul(b.fma(parts.tail, power, power), scaling.factor)


def simple(b: ScalarBuilder, x: SSAValue, scaling: Scaling) -> SSAValue:
    """`exp(x)` of an argument within bounds, to about a unit of its last place."""
    if b.looks_up:
        return by_eighths(b, x, scaling)
    return scaled(b, simple_parts(b, x, scaling.rounder), scaling)


EIGHTHS = 8


def power_of_eighths(b: ScalarBuilder, shifted: SSAValue, offset: int = 0) -> SSAValue:
    """The bits of `2**(k/8 + offset)`, from `shifted = k + rounder`

    The table has the powers of two of eighths, with the exponent of as many eighths taken off, so that the sum with all of k is right.
    """
    fmt = b.format
    k, places = b.to_bits(shifted), fmt.mantissa_bits - 3
    table = tuple(
        fmt.bits(2.0 ** (n / EIGHTHS)) - (n << places) + (offset << fmt.mantissa_bits)
        for n in range(EIGHTHS)
    )
    name = f"power_of_eighths.{offset}" if offset else "power_of_eighths"
    return b.iadd(b.lookup(k, table, name), b.shift_left(k, places))


def by_eighths(b: ScalarBuilder, x: SSAValue, scaling: Scaling) -> SSAValue:
    """`exp(x)` with `x = k/8 log 2 + r`: a table has the powers of two of eighths, and a short polynomial does for r"""
    fmt = b.format
    shifted = b.fma(x, EIGHTHS * LOG2_E, fmt.rounder)
    k = b.sub(shifted, fmt.rounder)
    r = b.fma(k, -fmt.log2_low / EIGHTHS, b.fma(k, -fmt.log2_high / EIGHTHS, x))
    bits = power_of_eighths(b, shifted, int(scaling.rounder - fmt.exponent_rounder()))
    if isinstance(scaling.factor, SSAValue):
        bits = b.isub(bits, b.to_bits(scaling.factor))
    power = b.from_bits(bits)
    tail = b.fma(b.mul(r, r), b.polynomial(r, coefficients.EXP_EIGHTH_F32), r)
    return b.mul(b.fma(tail, power, power), scaling.factor)


def expand_exp(b: ScalarBuilder, x: SSAValue) -> SSAValue:
    """`exp(x)`"""
    bounded = b.at_most(b.at_least(x, b.format.exp_underflow), b.format.exp_overflow)
    return simple(b, bounded, both_ways(b, x))


def expand_exp_nonpositive(b: ScalarBuilder, x: SSAValue) -> SSAValue:
    """`exp(x)` for `x <= 8`"""
    return simple(b, b.at_least(x, b.format.exp_underflow), downward(b))


def expand_exp_term(b: ScalarBuilder, x: SSAValue) -> SSAValue:
    """`exp(x)` for `x <= 64`, in a sum of about 1 or more

    The float32 nearest to log 2 is so near that subtracting k times that is wrong by `3e-9 |x|` at most, of a term that is small
    where that is not. At the bound `2**k` comes out as 0, so that no subnormal number needs scaling.
    """
    fmt = b.format
    bounded = b.at_least(x, -fmt.bias * math.log(2))
    if b.looks_up:
        step = math.log(2) / EIGHTHS
        shifted = b.fma(bounded, 1 / step, fmt.rounder)
        r = b.fma(b.sub(shifted, fmt.rounder), -step, bounded)
        power = b.from_bits(power_of_eighths(b, shifted))
        # The sum adds this product without rounding it.
        return b.contracted_mul(power, b.polynomial(r, (1.0, 1.0, *coefficients.EXP_EIGHTH_F32)))
    rounder = fmt.exponent_rounder()
    if fmt is F64:
        parts = simple_parts(b, bounded, rounder)
    else:
        shifted = b.fma(bounded, LOG2_E, rounder)
        r = b.fma(b.sub(shifted, rounder), -math.log(2), bounded)
        parts = ExpParts(shifted, exp_tail(b, r))
    power = b.power_of_two(parts.shifted)
    return b.fma(parts.tail, power, power)


def expand_exp2(b: ScalarBuilder, x: SSAValue) -> SSAValue:
    """`2**x`: the reduction is exact"""
    fmt = b.format
    limit = float(fmt.bias + 2)
    scaling = both_ways(b, x)
    x = b.at_most(b.at_least(x, -limit - fmt.mantissa_bits), limit)
    shifted = b.add(x, scaling.rounder)
    fraction = b.sub(x, b.sub(shifted, scaling.rounder))
    table = coefficients.EXP2_F64 if fmt is F64 else coefficients.EXP2_F32
    power = scaling.power(b, shifted)
    result = b.fma(b.mul(power, fraction), b.polynomial(fraction, table), power)
    return b.mul(result, scaling.factor)


def expand_expm1(b: ScalarBuilder, x: SSAValue) -> SSAValue:
    """`exp(x) - 1`, as half of `2**k tail + (2**k - 1)`, doubled: `2**k` may overflow."""
    lowest = -b.format.mantissa_bits * math.log(2) - 2
    bounded = b.at_most(b.at_least(x, lowest), b.format.exp_overflow)
    parts = exp_parts(b, bounded, None, b.format.exponent_rounder(-1))
    half_power = b.power_of_two(parts.shifted)
    half = b.fma(parts.tail, half_power, b.sub(half_power, 0.5))
    # Near zero the result is x itself, with its sign, and halving could lose a subnormal's bit.
    tiny = b.compare("lt", b.abs(x), b.format.epsilon / 4)
    return b.select(tiny, x, b.add(half, half))


def exp_of_minus_abs(b: ScalarBuilder, x: SSAValue) -> SSAValue:
    """`exp(-|x|)`, without a table: what is computed of it needs a tenth of a unit more"""
    bounded = b.at_least(b.neg(b.abs(x)), b.format.exp_underflow)
    scaling = downward(b)
    return scaled(b, simple_parts(b, bounded, scaling.rounder), scaling)


def expand_sigmoid(b: ScalarBuilder, x: SSAValue) -> SSAValue:
    """`n - n q` with `q = t / (1 + t)` and `t = exp(-|x|)`, where n is 1, or t where x is negative

    As q is at most 1/2, and small where the result is or where that is nearly 1, little is asked of it.
    """
    t = exp_of_minus_abs(b, x)
    whole = b.select(b.compare("lt", x, 0.0), t, 1.0)
    quotient = b.div(t, b.add(t, 1.0))
    return b.fma(b.neg(whole), quotient, whole)


def expand_softplus(b: ScalarBuilder, x: SSAValue) -> SSAValue:
    """`log(1 + exp(x)) = max(x, 0) + log(1 + exp(-|x|))`"""
    logarithm = log_of_one_plus(b, exp_of_minus_abs(b, x))
    return b.add(b.select(b.compare("gt", x, 0.0), x, 0.0), logarithm)
