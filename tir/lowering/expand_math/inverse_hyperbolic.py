"""asinh, acosh and atanh: polynomials near zero, logarithms of two-part arguments elsewhere."""

from __future__ import annotations

import math

from xdsl.ir import SSAValue

from tir.lowering.expand_math import coefficients
from tir.lowering.expand_math.builder import ScalarBuilder
from tir.lowering.expand_math.formats import F64
from tir.lowering.expand_math.hyperbolic import odd_polynomial
from tir.lowering.expand_math.log import (
    Mantissa,
    natural_log,
    split_exponent,
    with_special_values,
)


def beyond_squares(b: ScalarBuilder) -> float:
    """From here on `sqrt(x*x + 1)` and `sqrt(x*x - 1)` are x to working precision."""
    return 2.0**28 if b.format is F64 else 2.0**13


def corrected_sqrt(b: ScalarBuilder, x: SSAValue, low: SSAValue) -> tuple[SSAValue, SSAValue]:
    """`sqrt(x + low)` in two parts, for positive `x`."""
    root = b.sqrt(x)
    remainder = b.add(b.fma(b.neg(root), root, x), low)
    return root, b.mul(remainder, b.div(0.5, root))


def log_of_pair(b: ScalarBuilder, x: SSAValue, low: SSAValue, doubled: SSAValue) -> SSAValue:
    """`log(x + low)`, plus `log 2` where `doubled` holds; special values by `x`."""
    parts = split_exponent(b, x, subnormals=False)
    exponent = b.add(parts.exponent, b.select(doubled, 1.0, 0.0))
    result = natural_log(b, Mantissa(exponent, parts.fraction), b.div(low, x))
    return with_special_values(b, x, result)


def expand_asinh(b: ScalarBuilder, x: SSAValue) -> SSAValue:
    """`log(x + sqrt(x*x + 1))`, a polynomial for `|x| < 1/2`"""
    table = coefficients.ASINH_F64 if b.format is F64 else coefficients.ASINH_F32
    magnitude = b.abs(x)
    huge = b.compare("gt", magnitude, beyond_squares(b))
    safe = b.select(huge, 1.0, magnitude)
    square, square_low = b.two_product(safe, safe)
    under, under_low = b.two_sum(square, 1.0)
    root, root_low = corrected_sqrt(b, under, b.add(under_low, square_low))
    total, total_low = b.fast_two_sum(root, safe)
    total = b.select(huge, magnitude, total)
    low = b.select(huge, 0.0, b.add(total_low, root_low))
    large = log_of_pair(b, total, low, huge)
    near = b.compare("lt", magnitude, 0.5)
    return b.copysign(b.select(near, odd_polynomial(b, magnitude, table), large), x)


def expand_acosh(b: ScalarBuilder, x: SSAValue) -> SSAValue:
    """`log(1 + (t + sqrt(t*t + 2t)))`, `t = x - 1`: precise next to one"""
    huge = b.compare("gt", x, beyond_squares(b))
    t = b.sub(b.select(huge, 2.0, x), 1.0)
    square, square_low = b.two_product(t, t)
    # Below one there is no result, at one there is no correction: keep away from a division by zero.
    outside = b.compare("le", x, 1.0)
    under, under_low = b.two_sum(square, b.add(t, t))
    under = b.select(outside, 1.0, under)
    root, root_low = corrected_sqrt(b, under, b.add(under_low, square_low))
    grown, grown_low = b.fast_two_sum(root, t)
    total, total_low = b.two_sum(1.0, grown)
    low = b.add(total_low, b.add(grown_low, root_low))
    result = log_of_pair(b, b.select(huge, x, total), b.select(huge, 0.0, low), huge)
    at_edge = b.select(b.compare("eq", x, 1.0), 0.0, math.nan)
    return b.select(outside, at_edge, result)


def expand_atanh(b: ScalarBuilder, x: SSAValue) -> SSAValue:
    """`log((1 + x)/(1 - x)) / 2`, a polynomial for `|x| < 1/2`"""
    table = coefficients.ATANH_F64 if b.format is F64 else coefficients.ATANH_F32
    magnitude = b.abs(x)
    numerator, numerator_low = b.fast_two_sum(1.0, magnitude)
    denominator = b.sub(1.0, magnitude)
    quotient = b.div(numerator, denominator)
    remainder = b.add(b.fma(b.neg(quotient), denominator, numerator), numerator_low)
    parts = split_exponent(b, quotient, subnormals=False)
    # The remainder over the denominator, relative to the quotient, is the remainder over the numerator.
    logarithm = natural_log(b, parts, b.div(remainder, numerator))
    large = b.mul(with_special_values(b, quotient, logarithm), 0.5)
    near = b.compare("lt", magnitude, 0.5)
    return b.copysign(b.select(near, odd_polynomial(b, magnitude, table), large), x)
