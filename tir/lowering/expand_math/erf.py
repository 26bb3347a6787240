"""erf and erfc.

Near zero a polynomial; elsewhere `erfc(x) = exp(-x*x) g(t) / (1 + 2x)`, where `g` is nearly constant in
`t = (x - 3)/(x + 3)` (M. M. Shepherd and J. G. Laframboise, "Chebyshev approximation of
(1 + 2x) exp(x^2) erfc x", Mathematics of Computation 36, 1981).
"""

from __future__ import annotations

from xdsl.ir import SSAValue

from tir.lowering.expand_math import coefficients
from tir.lowering.expand_math.builder import ScalarBuilder
from tir.lowering.expand_math.exp import downward, exp_parts, simple_parts
from tir.lowering.expand_math.formats import F64

CENTER = 3.0
ERF_CUT = 139 / 128


def ratio(b: ScalarBuilder, x: SSAValue) -> SSAValue:
    """The variable of the polynomials, `(x - 3)/(x + 3)`."""
    return b.div(b.sub(x, CENTER), b.add(x, CENTER))


def expand_erf(b: ScalarBuilder, x: SSAValue) -> SSAValue:
    """The sign of x at the function of `|x|`."""
    result = erf_of_positive_f64(b, x) if b.format is F64 else erf_of_positive_f32(b, x)
    return b.with_sign_of(result, x)


def erf_of_positive_f32(b: ScalarBuilder, x: SSAValue) -> SSAValue:
    """A polynomial up to about 1, then `1 - p**8`: of a polynomial for the eighth root of erfc, as that is small, little is asked."""
    magnitude = b.abs(x)
    near = b.polynomial(b.mul(magnitude, magnitude), coefficients.ERF_SMALL_F32)
    near = b.fma(magnitude, near, magnitude)
    # At the bound the result has rounded to one.
    beyond = b.sub(b.at_most(magnitude, 3.92), ERF_CUT)
    constant, *others = coefficients.ERFC_ROOT_F32
    power = b.fma(beyond, b.polynomial(beyond, others), constant)
    for _ in range(2):
        power = b.mul(power, power)
    far = b.fma(b.neg(power), power, 1.0)
    return b.select(b.compare("lt", magnitude, ERF_CUT), near, far)


def erf_of_positive_f64(b: ScalarBuilder, x: SSAValue) -> SSAValue:
    """`erf(|x|) = 1 - exp(-y)` with a polynomial for `y = -log(erfc(|x|))`"""
    magnitude = b.at_most(b.abs(x), 6.0)
    y = b.fma(magnitude, b.polynomial(magnitude, coefficients.ERF_F64), magnitude)
    parts = simple_parts(b, b.neg(y), b.format.exponent_rounder())
    power = b.power_of_two(parts.shifted)
    return b.fma(b.neg(parts.tail), power, b.sub(1.0, power))


def expand_erfc(b: ScalarBuilder, x: SSAValue) -> SSAValue:
    """`1 - erf(x)`; the tail is carried in two parts up to the last rounding."""
    is_double = b.format is F64
    near_table = coefficients.ERF_NEAR_F64 if is_double else coefficients.ERF_NEAR_F32
    tail_table = coefficients.ERFC_F64 if is_double else coefficients.ERFC_F32
    constant_low = coefficients.ERFC_F64_LOW if is_double else coefficients.ERFC_F32_LOW
    # 1 - erf(x), in two parts.
    factor = b.polynomial(b.mul(x, x), near_table)
    erf = b.fma(x, factor, x)
    erf_low = b.fma(x, factor, b.sub(x, erf))
    near, near_low = b.fast_two_sum(1.0, b.neg(erf))
    small = b.add(near, b.sub(near_low, erf_low))

    magnitude = b.at_most(b.abs(x), 27.4 if is_double else 10.3)
    square, square_low = b.two_product(magnitude, magnitude)
    scaling = downward(b)
    parts = exp_parts(b, b.neg(square), b.neg(square_low), scaling.rounder)
    exponential, exponential_low = b.fast_two_sum(1.0, parts.tail)
    t = ratio(b, magnitude)
    inner = b.polynomial(t, tail_table[1:])
    scaled = b.fma(t, inner, tail_table[0])
    scaled_low = b.add(b.fma(t, inner, b.sub(tail_table[0], scaled)), constant_low)
    product, low = b.two_product(scaled, exponential)
    low = b.add(low, b.fma(scaled, exponential_low, b.mul(scaled_low, exponential)))
    double = b.add(magnitude, magnitude)
    denominator, denominator_low = b.fast_two_sum(double, 1.0)
    inverse = b.div(1.0, denominator)
    quotient = b.mul(product, inverse)
    remainder = b.add(b.fma(b.neg(quotient), denominator, product), low)
    remainder = b.fma(b.neg(quotient), denominator_low, remainder)
    tail = b.mul(b.fma(remainder, inverse, quotient), b.power_of_two(parts.shifted))
    tail = b.mul(tail, scaling.factor)
    large = b.select(b.compare("lt", x, 0.0), b.sub(2.0, tail), tail)
    return b.select(b.compare("lt", b.abs(x), 0.46), small, large)
