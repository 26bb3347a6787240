"""powf, cbrt and rsqrt.

powf computes `exp(y log|x|)` with a logarithm of about 68 bits, as a sum of two numbers (in float64 for
float32); cbrt refines a polynomial by one step of Halley's method with an exact residual.
"""

from __future__ import annotations

import math

from xdsl.ir import SSAValue

from tir.lowering.expand_math import coefficients
from tir.lowering.expand_math.builder import ScalarBuilder
from tir.lowering.expand_math.exp import LOG2_E, both_ways, exp_parts, scaled
from tir.lowering.expand_math.formats import F32, F64
from tir.lowering.expand_math.log import split_exponent

TWO_THIRDS = (2 / 3, 3.700743415417188e-17)
LOG_2 = (math.log(2), 2.3190468138462996e-17)


def expand_rsqrt(b: ScalarBuilder, x: SSAValue) -> SSAValue:
    """`1 / sqrt(x)`"""
    return b.div(1.0, b.sqrt(x))


def expand_cbrt(b: ScalarBuilder, x: SSAValue) -> SSAValue:
    """The real cube root."""
    fmt = b.format
    table = coefficients.CBRT_F64 if fmt is F64 else coefficients.CBRT_F32
    magnitude = b.abs(x)
    up = 3.0 * (fmt.mantissa_bits // 3 + 1)
    tiny = b.compare("lt", magnitude, fmt.smallest_normal)
    scaled = b.select(tiny, b.mul(magnitude, 2.0**up), magnitude)
    bits = b.to_bits(scaled)
    exponent = b.small_integer_to_float(b.shift_right(bits, fmt.mantissa_bits), float(fmt.bias))
    mantissa = b.from_bits(b.ior(b.iand(bits, (1 << fmt.mantissa_bits) - 1), fmt.bits(1.0)))
    # exponent = 3 third + left, left in {0, 1, 2}; the number under the root is mantissa * 2**left.
    shifted = b.fma(b.sub(exponent, 1.0), 1 / 3, fmt.exponent_rounder())
    third = b.sub(shifted, fmt.exponent_rounder())
    left = b.fma(third, -3.0, exponent)
    one, two = b.compare("eq", left, 1.0), b.compare("eq", left, 2.0)
    reduced = b.mul(mantissa, b.select(two, 4.0, b.select(one, 2.0, 1.0)))
    root_of_power = b.select(two, 4 ** (1 / 3), b.select(one, 2 ** (1 / 3), 1.0))
    guess = b.mul(b.polynomial(mantissa, table), root_of_power)
    square, square_low = b.two_product(guess, guess)
    residual = b.fma(square_low, guess, b.fma(square, guess, b.neg(reduced)))
    slope = b.fma(b.mul(square, guess), 2.0, reduced)
    root = b.fma(b.neg(guess), b.div(residual, slope), guess)
    power = b.power_of_two(b.sub(shifted, b.select(tiny, up / 3, 0.0)))
    result = b.copysign(b.mul(root, power), x)
    finite = b.both(b.compare("gt", magnitude, 0.0), b.compare("lt", magnitude, math.inf))
    return b.select(finite, result, x)


def long_log(b: ScalarBuilder, x: SSAValue) -> tuple[SSAValue, SSAValue]:
    """`log(x)` of a positive finite float64 in two parts, to about 68 bits."""
    parts = split_exponent(b, x)
    f = parts.fraction
    # s = f / (2 + f) in two parts.
    below, below_low = b.fast_two_sum(2.0, f)
    inverse = b.div(1.0, below)
    s = b.mul(f, inverse)
    error = b.fma(b.neg(s), below, f)
    s_low = b.mul(b.fma(b.neg(s), below_low, error), inverse)
    # s**2 and s**3 in two parts.
    square, square_low = b.two_product(s, s)
    square_low = b.fma(b.add(s, s), s_low, square_low)
    cube, cube_low = b.two_product(square, s)
    cube_low = b.add(cube_low, b.fma(square, s_low, b.mul(square_low, s)))
    # c = 2/3 + s**2 p(s**2)
    tail = b.mul(square, b.polynomial(square, coefficients.LOG_LONG_F64))
    c, c_low = b.fast_two_sum(TWO_THIRDS[0], tail)
    c_low = b.add(c_low, TWO_THIRDS[1])
    term, term_low = b.two_product(cube, c)
    term_low = b.add(term_low, b.fma(cube, c_low, b.mul(cube_low, c)))
    # exponent log 2 + 2s + term, largest first; an exponent of zero loses nothing.
    e, e_low = b.two_product(parts.exponent, LOG_2[0])
    e_low = b.fma(parts.exponent, LOG_2[1], e_low)
    head, head_low = b.fast_two_sum(e, b.add(s, s))
    total, total_low = b.fast_two_sum(head, term)
    rest = b.add(b.add(head_low, total_low), b.add(b.fma(s_low, 2.0, e_low), term_low))
    return b.fast_two_sum(total, rest)


def signed_power(b: ScalarBuilder, x: SSAValue, y: SSAValue, power: SSAValue) -> SSAValue:
    """`x**y` from `power = |x|**y` for finite nonzero x and finite y: C99's special cases."""
    magnitude = b.abs(x)
    edge = b.either(b.compare("eq", magnitude, 0.0), b.compare("eq", magnitude, math.inf))
    vanishes = b.differ(b.compare("eq", magnitude, 0.0), b.compare("lt", y, 0.0))
    power = b.select(edge, b.select(vanishes, 0.0, math.inf), power)
    negative = b.compare("lt", b.copysign(1.0, x), 0.0)
    integral = b.compare("eq", b.floor(y), y)
    half = b.mul(y, 0.5)
    odd = b.both(integral, b.compare("ne", b.floor(half), half))
    power = b.select(b.both(negative, odd), b.neg(power), power)
    finite_negative = b.both(b.compare("lt", x, 0.0), b.compare("gt", x, -math.inf))
    fractional = b.compare("lt", b.floor(y), y)
    power = b.select(b.both(finite_negative, fractional), math.nan, power)
    power = b.select(b.compare("nan", x, y), b.add(x, y), power)
    is_one = b.either(b.compare("eq", y, 0.0), b.compare("eq", x, 1.0))
    return b.select(is_one, 1.0, power)


def expand_powf(b: ScalarBuilder, x: SSAValue, y: SSAValue) -> SSAValue:
    """`x**y`"""
    if b.format is F32:
        return expand_powf_f32(b, x, y)
    log, log_low = long_log(b, b.abs(x))
    # Beyond this bound every power but that of one has overflowed or vanished.
    bounded = b.at_most(b.at_least(y, -(2.0**66)), 2.0**66)
    product, low = b.two_product(log, bounded)
    low = b.fma(log_low, bounded, low)
    limited = b.at_most(b.at_least(product, b.format.exp_underflow), b.format.exp_overflow)
    low = b.select(b.compare("eq", limited, product), low, 0.0)
    scaling = both_ways(b, limited)
    power = scaled(b, exp_parts(b, limited, low, scaling.rounder), scaling)
    return signed_power(b, x, y, power)


def expand_powf_f32(b: ScalarBuilder, x: SSAValue, y: SSAValue) -> SSAValue:
    """`x**y` in float64 with polynomials of about 40 bits."""
    wide = b.in_format(F64)
    base, exponent = wide.widen(b.abs(x)), wide.widen(y)
    parts = split_exponent(wide, base, subnormals=False)
    s = wide.div(parts.fraction, wide.add(parts.fraction, 2.0))
    z = wide.mul(s, s)
    series = wide.fma(z, wide.polynomial(z, coefficients.LOG_MID), 2.0)
    log = wide.fma(parts.exponent, LOG_2[0], wide.mul(s, series))
    bounded = wide.at_most(wide.at_least(exponent, -(2.0**40)), 2.0**40)
    product = wide.at_most(wide.at_least(wide.mul(log, bounded), -200.0), 200.0)
    rounder = F64.exponent_rounder()
    shifted = wide.fma(product, LOG2_E, rounder)
    r = wide.fma(wide.sub(shifted, rounder), -LOG_2[0], product)
    tail = wide.fma(wide.mul(r, r), wide.polynomial(r, coefficients.EXP_MID), r)
    scale = wide.power_of_two(shifted)
    power = wide.narrow(wide.fma(tail, scale, scale))
    return signed_power(b, x, y, power)
