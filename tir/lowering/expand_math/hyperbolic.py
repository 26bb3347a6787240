"""sinh, cosh and tanh by exponentials, `exp(x) - 1` where those would cancel.

(Cody and Waite 1980, ch. 9 and 10, use polynomials near zero: vector code would compute both.)
"""

from __future__ import annotations

import math

from xdsl.ir import SSAValue

from tir.lowering.expand_math import coefficients
from tir.lowering.expand_math.builder import ScalarBuilder
from tir.lowering.expand_math.exp import LOG2_E, simple_parts
from tir.lowering.expand_math.formats import F64


def odd_polynomial(b: ScalarBuilder, x: SSAValue, table: tuple[float, ...]) -> SSAValue:
    """`x + x**3 p(x*x)`"""
    square = b.mul(x, x)
    return b.fma(b.mul(x, square), b.polynomial(square, table), x)


def reduce(
    b: ScalarBuilder, x: SSAValue, unit: float, back: float, rounder: float
) -> tuple[SSAValue, SSAValue]:
    """`k + rounder` and r for `x = k (unit log 2) + r`, where `x >= 0` and `unit` is a power of two.

    r is between `back - 1/2` and `back + 1/2` times `unit log 2`: as k stays zero for longer than with the
    nearest k, nothing cancels where it is one.
    """
    fmt = b.format
    shifted = b.add(b.fma(x, LOG2_E / unit, -back), rounder)
    exponent = b.sub(shifted, rounder)
    high = b.fma(exponent, -unit * fmt.log2_high, x)
    return shifted, b.fma(exponent, -unit * fmt.log2_low, high)


def expand_cosh(b: ScalarBuilder, x: SSAValue) -> SSAValue:
    """`h + 1/(4h)` with `h = exp(|x|)/2`"""
    bounded = b.at_most(b.abs(x), (b.format.bias + 2.05) * math.log(2))
    parts = simple_parts(b, bounded, b.format.exponent_rounder(-2))
    power = b.power_of_two(parts.shifted)
    half = b.mul(b.fma(parts.tail, power, power), 2.0)
    return b.add(half, b.div(0.25, half))


def expand_sinh(b: ScalarBuilder, x: SSAValue) -> SSAValue:
    """`exp(r) (c - 1/c)/2 + sinh(r)/c` with `c = 2**k`, for `|x| = k log 2 + r`"""
    fmt = b.format
    is_double = fmt is F64
    magnitude = b.abs(x)
    shifted, r = reduce(b, magnitude, 1.0, 0.5, fmt.exponent_rounder(-1))
    square = b.mul(r, r)
    cosine_table = coefficients.COSH_F64 if is_double else coefficients.COSH_F32
    sine_table = coefficients.SINH_F64 if is_double else coefficients.SINH_F32
    cube, odd = b.mul(r, square), b.polynomial(square, sine_table)
    sine = b.fma(cube, odd, r)
    tail = b.fma(square, b.polynomial(square, cosine_table), b.mul(cube, odd))
    exponential = b.add(b.add(r, tail), 1.0)
    # c/2 is finite wherever the result is.
    half = b.power_of_two(shifted)
    inverse = b.from_bits(b.isub(2 * fmt.bits(1.0), b.to_bits(half)))
    difference = b.fma(inverse, -0.25, half)
    result = b.fma(exponential, difference, b.mul(sine, b.mul(inverse, 0.5)))
    overflows = b.compare("gt", magnitude, (fmt.bias + 2) * math.log(2))
    return b.copysign(b.select(overflows, math.inf, result), x)


def expand_tanh(b: ScalarBuilder, x: SSAValue) -> SSAValue:
    """`n / (n + 2 (1 - t))` with `n = c - 1 + (c + 1) t`, `c = 2**k`, `t = tanh(r)`, for `|x| = k log(2)/2 + r`

    For large x, what rounding takes from n cancels. At `k = 0` the divisor is 2, whatever rounding does.
    """
    is_double = b.format is F64
    # At the bound the result has rounded to one.
    bounded = b.at_most(b.abs(x), 20.0 if is_double else 10.0)
    shifted, r = reduce(b, bounded, 0.5, 0.35, b.format.exponent_rounder())
    t = odd_polynomial(b, r, coefficients.TANH_F64 if is_double else coefficients.TANH_F32)
    power = b.power_of_two(shifted)
    numerator = b.fma(t, b.add(power, 1.0), b.sub(power, 1.0))
    return b.with_sign_of(b.div(numerator, b.add(numerator, b.fma(t, -2.0, 2.0))), x)
