"""sinh, cosh and tanh: a polynomial near zero, exponentials elsewhere.

The polynomial avoids the cancellation of `exp(x) - exp(-x)` (Cody and Waite 1980, ch. 9 and 10).
"""

from __future__ import annotations

from xdsl.ir import SSAValue

from tir.lowering.expand_math import coefficients
from tir.lowering.expand_math.builder import ScalarBuilder
from tir.lowering.expand_math.exp import exp_parts, exp_scaled
from tir.lowering.expand_math.formats import F64


def odd_polynomial(b: ScalarBuilder, x: SSAValue, table: tuple[float, ...]) -> SSAValue:
    """`x + x**3 p(x*x)`"""
    square = b.mul(x, x)
    return b.fma(b.mul(x, square), b.polynomial(square, table), x)


def half_exp(b: ScalarBuilder, magnitude: SSAValue) -> SSAValue:
    """`exp(x) / 2` for `x >= 0`: finite wherever the hyperbolic functions are."""
    return exp_scaled(b, b.at_most(magnitude, b.format.exp_overflow + 1.0), -1.0)


def expand_cosh(b: ScalarBuilder, x: SSAValue) -> SSAValue:
    """`h + 1/(4h)` with `h = exp(|x|)/2`"""
    half = half_exp(b, b.abs(x))
    return b.add(half, b.div(0.25, half))


def expand_sinh(b: ScalarBuilder, x: SSAValue) -> SSAValue:
    """`h - 1/(4h)` with `h = exp(|x|)/2`, a polynomial for `|x| < 1`"""
    table = coefficients.SINH_F64 if b.format is F64 else coefficients.SINH_F32
    magnitude = b.abs(x)
    half = half_exp(b, magnitude)
    large = b.sub(half, b.div(0.25, half))
    small = odd_polynomial(b, magnitude, table)
    return b.copysign(b.select(b.compare("lt", magnitude, 1.0), small, large), x)


def expand_tanh(b: ScalarBuilder, x: SSAValue) -> SSAValue:
    """`1 - 2/(exp(2|x|) + 1)`, a polynomial for `|x| < 0.55`"""
    is_double = b.format is F64
    table = coefficients.TANH_F64 if is_double else coefficients.TANH_F32
    magnitude = b.abs(x)
    # At the bound the result has rounded to one.
    bounded = b.at_most(magnitude, 20.0 if is_double else 10.0)
    parts = exp_parts(b, b.add(bounded, bounded))
    power = b.power_of_two(parts.exponent)
    exponential = b.fma(parts.tail, power, power)
    large = b.sub(1.0, b.div(2.0, b.add(exponential, 1.0)))
    near = b.compare("lt", magnitude, 0.55)
    return b.copysign(b.select(near, odd_polynomial(b, magnitude, table), large), x)
