"""erfinv, erfcinv and erfcx.

erfinv up to 0.85 is x times a constant, and a small quotient of polynomials in `0.7225 - x**2`. In the tails `z = r - R(r)` with `r = sqrt(-log(erfc(z)/2))` and a
quotient R that is small beside r (the variable is that of M. J. Wichura, "The percentage points of the normal distribution",
Applied Statistics 37, 1988).

erfcx is a polynomial up to 1/2, and `g(t) / (1/2 + x)` from there, where g is nearly constant in `t = (x - 3.75)/(x + 3.75)`
(Shepherd and Laframboise, as for erfc). For negative x it is `2 exp(x*x) - erfcx(-x)`.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from xdsl.ir import SSAValue

from tir.lowering.expand_math import erf_inverse_coefficients as coefficients
from tir.lowering.expand_math.builder import Operand, ScalarBuilder
from tir.lowering.expand_math.exp import exp_parts
from tir.lowering.expand_math.gamma import in_double, upward
from tir.lowering.expand_math.log import natural_log, split_exponent

NEAR = 0.85
ERFCX_NEAR = 0.5
SLOPE = (0.886226925452758, -3.8332932499128993e-17)
"""sqrt(pi)/2 in two parts."""
LOWEST = 1.5625
MIDDLE = 6.0
SHORT_MIDDLE = 4.25
ERFCX_CENTER = 3.75
ERFCX_OVERFLOW = 26.7


def quotient(
    b: ScalarBuilder, x: SSAValue, above: tuple[float, ...], below: tuple[float, ...]
) -> SSAValue:
    """The quotient of two polynomials."""
    return b.div(b.polynomial(x, above), b.polynomial(x, below))


def inverse_near(b: ScalarBuilder, x: SSAValue, short: bool) -> SSAValue:
    """`erfinv(x)` for `|x| <= 0.85`"""
    c = coefficients
    tables = (
        (c.ERFINV_NEAR_MID_ABOVE, c.ERFINV_NEAR_MID_BELOW)
        if short
        else (c.ERFINV_NEAR_F64_ABOVE, c.ERFINV_NEAR_F64_BELOW)
    )
    square = b.mul(x, x)
    small = b.fma(square, quotient(b, b.sub(NEAR**2, square), *tables), SLOPE[1])
    return b.with_sign_of(b.fma(x, SLOPE[0], b.mul(x, small)), x)


@dataclass(frozen=True)
class Tail:
    """r, and what rounding took from it."""

    r: SSAValue
    low: Operand


def tail_variable(b: ScalarBuilder, complement: SSAValue, short: bool) -> Tail:
    """r from erfc(z)."""
    half = b.mul(complement, 0.5)
    square = b.neg(natural_log(b, split_exponent(b, half, subnormals=not short)))
    r = b.sqrt(square)
    return Tail(r, 0.0 if short else b.div(b.fma(b.neg(r), r, square), b.add(r, r)))


def inverse_tail(b: ScalarBuilder, tail: Tail, short: bool) -> SSAValue:
    """z for `1.6 <= r <= 6.1`, or 4.3"""
    c = coefficients
    tables = (
        (c.ERFINV_TAIL_MID_ABOVE, c.ERFINV_TAIL_MID_BELOW)
        if short
        else (c.ERFINV_TAIL_F64_ABOVE, c.ERFINV_TAIL_F64_BELOW)
    )
    return b.add(tail.r, b.sub(tail.low, quotient(b, b.sub(tail.r, LOWEST), *tables)))


def inverse_far_tail(b: ScalarBuilder, tail: Tail, short: bool) -> SSAValue:
    """z for larger r."""
    c = coefficients
    tables = (
        (c.ERFCINV_TAIL_MID_ABOVE, c.ERFCINV_TAIL_MID_BELOW)
        if short
        else (c.ERFCINV_TAIL_F64_ABOVE, c.ERFCINV_TAIL_F64_BELOW)
    )
    middle = SHORT_MIDDLE if short else MIDDLE
    return b.add(tail.r, b.sub(tail.low, quotient(b, b.sub(tail.r, middle), *tables)))


def expand_erfinv(b: ScalarBuilder, x: SSAValue) -> SSAValue:
    """`erfinv(x)`; NaN outside of [-1, 1]."""

    def function(b: ScalarBuilder, x: SSAValue, short: bool) -> SSAValue:
        size = b.abs(x)
        near = inverse_near(b, x, short)
        tail = inverse_tail(b, tail_variable(b, b.sub(1.0, size), short), short)
        tail = b.select(b.compare("eq", size, 1.0), math.inf, tail)
        # The tail of NaN depends on its sign, which is not to be relied on: that of `1 - NaN` is another on the GPU.
        tail = b.select(b.compare("le", size, 1.0), tail, math.nan)
        return b.select(b.compare("lt", size, NEAR), near, b.copysign(tail, x))

    return in_double(b, x, function)


def expand_erfcinv(b: ScalarBuilder, x: SSAValue) -> SSAValue:
    """`erfcinv(x)`; NaN outside of [0, 2]."""

    def function(b: ScalarBuilder, x: SSAValue, short: bool) -> SSAValue:
        complement = b.select(b.compare("gt", x, 1.0), b.sub(2.0, x), x)
        left = b.sub(1.0, x)
        near = inverse_near(b, left, short)
        variable = tail_variable(b, complement, short)
        is_far = b.compare("gt", variable.r, SHORT_MIDDLE if short else MIDDLE)
        tail = b.select(
            is_far, inverse_far_tail(b, variable, short), inverse_tail(b, variable, short)
        )
        tail = b.select(b.compare("eq", complement, 0.0), math.inf, tail)
        tail = b.select(b.compare("ge", complement, 0.0), tail, math.nan)
        return b.select(b.compare("lt", b.abs(left), NEAR), near, b.copysign(tail, left))

    return in_double(b, x, function)


def expand_erfcx(b: ScalarBuilder, x: SSAValue) -> SSAValue:
    """`exp(x*x) erfc(x)`"""

    def function(b: ScalarBuilder, x: SSAValue, short: bool) -> SSAValue:
        near_table = coefficients.ERFCX_NEAR_MID if short else coefficients.ERFCX_NEAR_F64
        far_table = coefficients.ERFCX_FAR_MID if short else coefficients.ERFCX_FAR_F64
        constant_low = 0.0 if short else coefficients.ERFCX_FAR_F64_LOW
        size = b.abs(x)
        near = b.fma(size, b.polynomial(size, near_table), 1.0)
        bounded = b.at_most(size, 1e30)
        t = b.div(b.sub(bounded, ERFCX_CENTER), b.add(bounded, ERFCX_CENTER))
        rest = b.fma(t, b.polynomial(t, far_table[1:]), constant_low)
        far = b.div(b.add(rest, far_table[0]), b.add(size, 0.5))
        positive = b.select(b.compare("lt", size, ERFCX_NEAR), near, far)
        bounded = b.at_most(size, ERFCX_OVERFLOW)
        square, low = b.two_product(bounded, bounded)
        scaling = upward(b)
        parts = exp_parts(b, square, low, scaling.rounder)
        power = b.power_of_two(parts.shifted)
        doubled = b.add(power, power)
        exponential = b.mul(b.fma(parts.tail, doubled, doubled), scaling.factor)
        return b.select(b.compare("lt", x, 0.0), b.sub(exponential, positive), positive)

    return in_double(b, x, function)
