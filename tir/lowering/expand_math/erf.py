"""erf and erfc.

erf: near zero a polynomial; elsewhere another one for the eighth root of what erf lacks to 1.

erfc: near zero a polynomial for erf; elsewhere `erfc(x) = exp(-x*x) g(t) / (1 + 2x)`, where `g` is nearly constant in
`t = (x - 3)/(x + 3)` (M. M. Shepherd and J. G. Laframboise, "Chebyshev approximation of
(1 + 2x) exp(x^2) erfc x", Mathematics of Computation 36, 1981).
"""

from __future__ import annotations

from xdsl.ir import SSAValue

from tir.lowering.expand_math import coefficients
from tir.lowering.expand_math.builder import ScalarBuilder
from tir.lowering.expand_math.exp import downward, exp_parts
from tir.lowering.expand_math.formats import F64

CENTER = 3.0
ERF_CUT = 153 / 128


def ratio(b: ScalarBuilder, x: SSAValue) -> SSAValue:
    """The variable of the polynomials, `(x - 3)/(x + 3)`."""
    return b.div(b.sub(x, CENTER), b.add(x, CENTER))


def expand_erf(b: ScalarBuilder, x: SSAValue) -> SSAValue:
    """A polynomial up to about 1, then `1 - p**8`: of a polynomial for the eighth root of erfc, as that is small, little is asked."""
    is_double = b.format is F64
    near_table = coefficients.ERF_SMALL_F64 if is_double else coefficients.ERF_SMALL_F32
    root_table = coefficients.ERFC_ROOT_F64 if is_double else coefficients.ERFC_ROOT_F32
    magnitude = b.abs(x)
    near = b.fma(magnitude, b.polynomial(b.mul(magnitude, magnitude), near_table), magnitude)
    # At the bound the result has rounded to one.
    beyond = b.sub(b.at_most(magnitude, 5.93 if is_double else 3.92), ERF_CUT)
    power = b.fma(beyond, b.polynomial(beyond, root_table[1:]), root_table[0])
    for _ in range(2):
        power = b.mul(power, power)
    far = b.fma(b.neg(power), power, 1.0)
    result = b.select(b.compare("lt", magnitude, ERF_CUT), near, far)
    return b.with_sign_of(result, x)


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
