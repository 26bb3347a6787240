"""asin, acos, atan and atan2.

asin and acos use `asin(x) = pi/2 - 2 asin(sqrt((1-x)/2))` above one half; atan2 reduces its ratio to
`|t| <= tan(pi/8)` with the angle pi/4, so that one division and one polynomial serve all quadrants
(Cody and Waite 1980, ch. 10 and 11).
"""

from __future__ import annotations

import math

from xdsl.ir import SSAValue

from tir.lowering.expand_math import coefficients
from tir.lowering.expand_math.builder import Operand, ScalarBuilder
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
    # pi/2 - 2(t + rest), summed from pi/4 - t, which is nearly exact.
    high = b.sub(quarter, t)
    large = b.sub(high, b.sub(b.fma(rest, 2.0, b.sub(t, 2.0 * quarter_low)), quarter))
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
    b: ScalarBuilder, small: SSAValue, large: SSAValue, base: Operand, sign: Operand
) -> SSAValue:
    """`base pi/4 + sign atan(small / large)` for `0 <= small <= large`; the base counts exactly."""
    table = coefficients.ATAN_F64 if b.format is F64 else coefficients.ATAN_F32
    quarter, quarter_low = PI_4[b.format.name]
    middle = b.compare("gt", small, b.mul(large, TAN_PI_8))
    numerator = b.select(middle, b.sub(small, large), small)
    denominator = b.select(middle, b.add(small, large), large)
    t = b.div(numerator, denominator)
    square = b.mul(t, t)
    count = b.add(base, b.select(middle, sign, 0.0))
    offset = b.mul(count, quarter)
    offset_low = b.fma(count, quarter_low, b.fma(count, quarter, b.neg(offset)))
    t = b.mul(t, sign) if isinstance(sign, SSAValue) else t
    rest = b.fma(b.mul(t, square), b.polynomial(square, table), offset_low)
    total, low = b.fast_two_sum(offset, t)
    from_base = b.add(total, b.add(low, rest))
    return b.select(b.compare("eq", count, 0.0), b.add(t, rest), from_base)


def expand_atan(b: ScalarBuilder, x: SSAValue) -> SSAValue:
    """`atan(x)`"""
    magnitude = b.abs(x)
    above = b.compare("gt", magnitude, 1.0)
    small = b.select(above, 1.0, magnitude)
    large = b.select(above, magnitude, 1.0)
    result = angle(b, small, large, b.select(above, 2.0, 0.0), b.select(above, -1.0, 1.0))
    return b.copysign(result, x)


def expand_atan2(b: ScalarBuilder, y: SSAValue, x: SSAValue) -> SSAValue:
    """The angle of the point `(x, y)`, with the signs of zeros and infinities as in C99."""
    up, along = b.abs(y), b.abs(x)
    above = b.compare("gt", up, along)
    small, large = b.select(above, along, up), b.select(above, up, along)
    # Keep sums finite, equal infinities equal, and 0/0 away; the ratio is unchanged.
    biggest = 2.0 ** (b.format.bias - 3)
    factor = b.select(b.compare("gt", large, biggest), 0.25, 1.0)
    infinite = b.compare("eq", small, math.inf)
    small = b.select(infinite, 1.0, b.mul(small, factor))
    large = b.select(infinite, 1.0, b.mul(large, factor))
    large = b.select(b.compare("eq", large, 0.0), 1.0, large)
    left = b.compare("lt", b.copysign(1.0, x), 0.0)
    base = b.select(above, 2.0, b.select(left, 4.0, 0.0))
    result = angle(b, small, large, base, b.select(b.differ(above, left), -1.0, 1.0))
    result = b.select(b.compare("nan", x, y), b.add(x, y), result)
    return b.copysign(result, y)
