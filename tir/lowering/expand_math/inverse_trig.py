"""asin, acos, atan and atan2.

asin and acos use `asin(x) = pi/2 - 2 asin(sqrt((1-x)/2))` above one half; atan2 reduces its ratio to
`|t| <= tan(pi/8)` with the angle pi/4, so that one division and one polynomial serve all quadrants
(Cody and Waite 1980, ch. 10 and 11).
"""

from __future__ import annotations

import math

from xdsl.ir import SSAValue

from tir.lowering.expand_math import coefficients
from tir.lowering.expand_math.builder import ScalarBuilder
from tir.lowering.expand_math.formats import F64

# pi/4 in two parts; doubling and quadrupling them is exact.
PI_4 = {
    "f64": (0.7853981633974483, 3.061616997868383e-17),
    "f32": (0.7853981852531433, -2.1855694143368964e-08),
}
TAN_PI_8 = math.sqrt(2) - 1


def asin_near_zero(b: ScalarBuilder, x: SSAValue, square: SSAValue) -> SSAValue:
    """`asin(x) - x`, `square = x*x <= 1/4`"""
    table = coefficients.ASIN_F64 if b.format is F64 else coefficients.ASIN_F32
    return b.mul(b.mul(x, square), b.polynomial(square, table))


def half_angle(b: ScalarBuilder, magnitude: SSAValue) -> tuple[SSAValue, SSAValue, SSAValue]:
    """Whether `magnitude < 1/2`; the number t to take the asin of, and `asin(t) - t`."""
    near = b.compare("lt", magnitude, 0.5)
    square = b.select(near, b.mul(magnitude, magnitude), b.fma(magnitude, -0.5, 0.5))
    t = b.select(near, magnitude, b.sqrt(square))
    return near, t, asin_near_zero(b, t, square)


def expand_asin(b: ScalarBuilder, x: SSAValue) -> SSAValue:
    """`asin(x)`; NaN outside of [-1, 1]"""
    quarter, quarter_low = PI_4[b.format.name]
    near, t, rest = half_angle(b, b.abs(x))
    # pi/2 - 2(t + rest), with the rounding error of the first difference.
    total, lost = b.fast_two_sum(2 * quarter, b.mul(t, -2.0))
    large = b.add(total, b.fma(rest, -2.0, b.add(lost, 2 * quarter_low)))
    return b.copysign(b.select(near, b.add(t, rest), large), x)


def expand_acos(b: ScalarBuilder, x: SSAValue) -> SSAValue:
    """`acos(x)`; NaN outside of [-1, 1]"""
    quarter, quarter_low = PI_4[b.format.name]
    near, t, rest = half_angle(b, b.abs(x))
    negative = b.compare("lt", x, 0.0)
    sign = b.select(negative, -1.0, 1.0)
    middle = b.sub(2 * quarter, b.mul(sign, b.add(t, b.sub(rest, b.mul(sign, 2 * quarter_low)))))
    double = b.add(t, t)
    left = b.sub(4 * quarter, b.add(double, b.fma(rest, 2.0, -4 * quarter_low)))
    right = b.fma(rest, 2.0, double)
    return b.select(near, middle, b.select(negative, left, right))


def angle(
    b: ScalarBuilder, small: SSAValue, large: SSAValue, base: SSAValue, sign: SSAValue
) -> SSAValue:
    """`base pi/4 + sign atan(small / large)` for finite `0 <= small <= large` and `large > 0`.

    `base` is a small integer, `sign` is 1 or -1. The ratio is carried in two parts.
    """
    table = coefficients.ATAN_F64 if b.format is F64 else coefficients.ATAN_F32
    quarter, quarter_low = PI_4[b.format.name]
    middle = b.compare("gt", small, b.mul(large, TAN_PI_8))
    moved = b.select(middle, large, 0.0)
    denominator, denominator_low = b.fast_two_sum(large, b.select(middle, small, 0.0))
    numerator, numerator_low = b.two_sum(small, b.neg(moved))
    inverse = b.div(1.0, denominator)
    t = b.mul(numerator, inverse)
    remainder = b.fma(b.neg(t), denominator, numerator)
    remainder = b.add(remainder, b.fma(b.neg(t), denominator_low, numerator_low))
    t_low = b.mul(remainder, inverse)
    square = b.mul(t, t)
    rest = b.fma(b.mul(t, square), b.polynomial(square, table), t_low)
    count = b.add(base, b.select(middle, sign, 0.0))
    offset, offset_error = b.two_product(count, quarter)
    # Also right for an offset of zero, where nothing is lost.
    total, low = b.fast_two_sum(offset, b.mul(t, sign))
    low = b.add(low, b.fma(rest, sign, b.fma(count, quarter_low, offset_error)))
    return b.add(total, low)


def expand_atan(b: ScalarBuilder, x: SSAValue) -> SSAValue:
    """`atan(x)`"""
    magnitude = b.at_most(b.abs(x), 2.0 ** (b.format.bias - 3))
    above = b.compare("gt", magnitude, 1.0)
    small = b.select(above, 1.0, magnitude)
    large = b.select(above, magnitude, 1.0)
    # A NaN is not above one: it is the small side.
    result = angle(b, small, large, b.select(above, 2.0, 0.0), b.select(above, -1.0, 1.0))
    return b.copysign(result, x)


def expand_atan2(b: ScalarBuilder, y: SSAValue, x: SSAValue) -> SSAValue:
    """The angle of the point `(x, y)`, with the signs of zeros and infinities as in C99."""
    up, along = b.abs(y), b.abs(x)
    above = b.compare("gt", up, along)
    small, large = b.select(above, along, up), b.select(above, up, along)
    # Scale sums and the reciprocal into range, and give the infinite and the zero ratios finite terms.
    fmt = b.format
    factor = b.select(b.compare("gt", large, 2.0 ** (fmt.bias - 3)), 0.25, 1.0)
    scale_up = 2.0 ** (2 * fmt.mantissa_bits)
    factor = b.select(b.compare("lt", large, 1 / scale_up), scale_up, factor)
    endless = b.compare("eq", large, math.inf)
    diagonal = b.compare("eq", small, math.inf)
    small = b.select(endless, b.select(diagonal, 1.0, 0.0), b.mul(small, factor))
    degenerate = b.either(endless, b.compare("eq", large, 0.0))
    large = b.select(degenerate, 1.0, b.mul(large, factor))
    left = b.compare("lt", b.copysign(1.0, x), 0.0)
    base = b.select(above, 2.0, b.select(left, 4.0, 0.0))
    result = angle(b, small, large, base, b.select(b.differ(above, left), -1.0, 1.0))
    result = b.select(b.compare("nan", x, y), b.add(x, y), result)
    return b.copysign(result, y)
