"""gamma and the logarithm of its absolute value.

With `z = x` or, for x below 1, `z = x + 1`, and `gamma(x) = gamma(z) / x` there:

* from 1 to 3 `log gamma(z) = (z - 1) (z - 2) P(t)`, which keeps its digits at the zeros, where P is a polynomial of
  `t = (z - 1.75)/(z + 1.75)`: this puts the pole at zero as far away as infinity;
* from 3 on Stirling's formula, `(z - 1/2) log z - z + log(2 pi)/2`, and a polynomial of `1/z**2` for what that lacks. Where float64 is
  wanted, it is a sum of two numbers, with a logarithm of 68 bits, so that its exponential is right.

Negative arguments are rare, and reflected. float32 functions are computed in float64 with shorter polynomials.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from xdsl.ir import SSAValue

from tir.lowering.expand_math import gamma_coefficients as coefficients
from tir.lowering.expand_math.builder import Operand, ScalarBuilder
from tir.lowering.expand_math.exp import Scaling, downward, exp_parts, simple_parts
from tir.lowering.expand_math.formats import F64
from tir.lowering.expand_math.log import natural_log, split_exponent
from tir.lowering.expand_math.power import long_log
from tir.lowering.expand_math.turns import sine_and_cosine_of_turns

CENTER = 1.75
NEAR = 3.0
LOG_2_PI_HALF = (0.9189385332046728, -3.8782941580672414e-17)
LOG_PI = (1.1447298858494002, 1.0265951162707826e-17)
PI = (math.pi, 1.2246467991473532e-16)

Pair = tuple[SSAValue, SSAValue]
Unary = Callable[[ScalarBuilder, SSAValue, bool], SSAValue]
"""A function on float64; the flag says that the precision of a float32 is enough."""


def in_double(b: ScalarBuilder, x: SSAValue, function: Unary) -> SSAValue:
    """A function that is computed in float64 for both formats."""
    if b.format is F64:
        return function(b, x, False)
    wide = b.in_format(F64)
    return b.narrow(function(wide, wide.widen(x), True))


def with_rare(
    b: ScalarBuilder, x: SSAValue, rare: SSAValue, usual: Unary, other: Unary, name: str
) -> SSAValue:
    """`usual`, but `other` where the condition holds."""
    return b.unless(
        rare, in_double(b, x, usual), x, lambda b, x: in_double(b, x, other), f"{name}.far"
    )


@dataclass(frozen=True)
class Shifted:
    """`z >= 1`, and `z - 1` exactly; whether z is x + 1, not x."""

    z: SSAValue
    less_one: SSAValue
    below: SSAValue


def shift_above_one(b: ScalarBuilder, x: SSAValue) -> Shifted:
    """The z of a positive x."""
    below = b.compare("lt", x, 1.0)
    return Shifted(b.select(below, b.add(x, 1.0), x), b.select(below, x, b.sub(x, 1.0)), below)


def moebius(b: ScalarBuilder, z: SSAValue) -> SSAValue:
    """The variable of the polynomials from 1 to 3."""
    return b.div(b.sub(z, CENTER), b.add(z, CENTER))


def with_leading_term(b: ScalarBuilder, x: SSAValue, table: Sequence[float]) -> SSAValue:
    """A polynomial whose constant term is most of it, which is added last, as each sum of Estrin's scheme rounds."""
    return b.fma(x, b.polynomial(x, table[1:]), table[0])


def log_gamma_near(b: ScalarBuilder, at: Shifted, short: bool) -> SSAValue:
    """`log gamma(z)` for `1 <= z <= 3`"""
    table = coefficients.GAMMALN_NEAR_MID if short else coefficients.GAMMALN_NEAR_F64
    roots, low = b.two_product(at.less_one, b.sub(at.less_one, 1.0))
    quotient = with_leading_term(b, moebius(b, at.z), table)
    return b.fma(roots, quotient, b.mul(low, quotient))


def stirling_rest(b: ScalarBuilder, z: SSAValue, short: bool) -> SSAValue:
    """What Stirling's formula lacks, for `z >= 3`."""
    table = coefficients.GAMMALN_FAR_MID if short else coefficients.GAMMALN_FAR_F64
    inverse = b.div(1.0, z)
    return b.mul(inverse, b.polynomial(b.mul(inverse, inverse), table))


def log_gamma_far(b: ScalarBuilder, z: SSAValue, log: Pair) -> Pair:
    """`log gamma(z)` for `3 <= z < 1e17`, in two parts."""
    factor = b.sub(z, 0.5)
    product, low = b.two_product(factor, log[0])
    low = b.fma(factor, log[1], low)
    total, error = b.two_sum(product, b.neg(z))
    total, second_error = b.two_sum(total, LOG_2_PI_HALF[0])
    small = b.add(stirling_rest(b, z, False), LOG_2_PI_HALF[1])
    low = b.add(b.add(low, error), b.add(second_error, small))
    return b.fast_two_sum(total, low)


def short_log(b: ScalarBuilder, x: SSAValue) -> SSAValue:
    """The logarithm of a positive float64 that was a float32."""
    return natural_log(b, split_exponent(b, x, subnormals=False))


def short_log_gamma_far(b: ScalarBuilder, z: SSAValue, log: SSAValue) -> SSAValue:
    """`log gamma(z)` for `z >= 3`, to the precision of float32."""
    rest = b.add(stirling_rest(b, z, True), LOG_2_PI_HALF[0])
    return b.fma(z, b.sub(log, 1.0), b.fma(log, -0.5, rest))


def log_gamma_positive(b: ScalarBuilder, x: SSAValue, short: bool) -> SSAValue:
    """`log gamma(x)` for positive x."""
    at = shift_above_one(b, x)
    near = log_gamma_near(b, at, short)
    is_near = b.compare("lt", x, NEAR)
    if short:
        log = short_log(b, x)
        near = b.select(at.below, b.sub(near, log), near)
        return b.select(is_near, near, short_log_gamma_far(b, x, log))
    log, log_low = long_log(b, x)
    near = b.select(at.below, b.sub(b.sub(near, log_low), log), near)
    far = log_gamma_far(b, x, (log, log_low))[0]
    # Here the product may overflow, and nothing else counts.
    huge = b.mul(x, b.sub(log, 1.0))
    far = b.select(b.compare("ge", x, 1e17), huge, far)
    return b.select(is_near, near, far)


def log_gamma_of_one_more(b: ScalarBuilder, x: SSAValue) -> Pair:
    """`log gamma(1 + x)` for `0 <= x < 1e17`, in two parts."""
    z, z_low = b.fast_two_sum(b.select(b.compare("gt", x, 1.0), x, 1.0), b.at_most(x, 1.0))
    log_z = long_log(b, z)
    far, far_low = log_gamma_far(b, z, log_z)
    # The derivative of log gamma is about the logarithm.
    far_low = b.fma(z_low, log_z[0], far_low)
    is_near = b.compare("lt", z, NEAR)
    near = log_gamma_near(b, Shifted(z, x, is_near), False)
    return b.select(is_near, near, far), b.select(is_near, 0.0, far_low)


def log_gamma_reflected(b: ScalarBuilder, x: SSAValue, short: bool) -> SSAValue:
    """`log |gamma(x)| = log(pi / |sin(pi x)|) - log gamma(1 - x)` for x that is zero or negative."""
    y = b.neg(x)
    other, other_low = log_gamma_of_one_more(b, y)
    sine, sine_low = b.fast_two_sum(*sine_and_cosine_of_turns(b, y).sine)
    log_sine, low = long_log(b, b.abs(sine))
    low = b.add(low, b.div(sine_low, sine))
    total, error = b.two_sum(log_sine, other)
    total, second_error = b.two_sum(total, -LOG_PI[0])
    rest = b.add(b.add(error, second_error), b.add(b.sub(low, LOG_PI[1]), other_low))
    result = b.neg(b.add(total, rest))
    pole = b.compare("eq", b.floor(x), x)
    result = b.select(pole, math.inf, result)
    return b.select(b.compare("eq", x, -math.inf), -math.inf, result)


def expand_gammaln(b: ScalarBuilder, x: SSAValue) -> SSAValue:
    """`log |gamma(x)|`; inf at zero and negative integers."""
    rare = b.compare("le", x, 0.0)
    return with_rare(b, x, rare, log_gamma_positive, log_gamma_reflected, "gammaln")


def log_gamma_pair(b: ScalarBuilder, at: Shifted) -> Pair:
    """`log gamma(z)` for `1 <= z < 1e17`, in two parts."""
    near = log_gamma_near(b, at, False)
    far, far_low = log_gamma_far(b, at.z, long_log(b, at.z))
    is_near = b.compare("lt", at.z, NEAR)
    return b.select(is_near, near, far), b.select(is_near, 0.0, far_low)


def upward(b: ScalarBuilder) -> Scaling:
    """For exponentials that may overflow, and are not small."""
    offset = (b.format.bias + 1) // 2
    return Scaling(b.format.exponent_rounder(-offset), 2.0**offset)


def gamma_positive(b: ScalarBuilder, x: SSAValue, short: bool) -> SSAValue:
    """`gamma(x)` for positive x; beyond 172 it has overflowed."""
    bounded = b.at_most(x, 172.0)
    at = shift_above_one(b, bounded)
    scaling = upward(b)
    if short:
        near = log_gamma_near(b, at, True)
        far = short_log_gamma_far(b, at.z, short_log(b, at.z))
        log = b.select(b.compare("lt", at.z, NEAR), near, far)
        parts = simple_parts(b, log, scaling.rounder)
    else:
        parts = exp_parts(b, *log_gamma_pair(b, at), scaling.rounder)
    power = b.power_of_two(parts.shifted)
    result = b.mul(b.fma(parts.tail, power, power), scaling.factor)
    return b.select(at.below, b.div(result, x), result)


def quotient_of_pairs(b: ScalarBuilder, above: tuple[Operand, Operand], below: Pair) -> Pair:
    """The quotient of two sums of a number and a smaller one; it may be infinite."""
    quotient = b.div(above[0], below[0])
    remainder = b.add(b.fma(b.neg(quotient), below[0], above[0]), above[1])
    remainder = b.fma(b.neg(quotient), below[1], remainder)
    finite = b.compare("lt", b.abs(quotient), math.inf)
    return quotient, b.select(finite, b.div(remainder, below[0]), 0.0)


def gamma_reflected(b: ScalarBuilder, x: SSAValue, short: bool) -> SSAValue:
    """`gamma(x) = pi / (sin(pi x) gamma(1 - x))` for x that is zero or negative; beyond -190 it has vanished."""
    y = b.neg(x)
    at = shift_above_one(b, b.at_most(y, 190.0))
    sine, sine_low = b.fast_two_sum(*sine_and_cosine_of_turns(b, y).sine)
    factor = b.select(at.below, 1.0, at.z)
    product, low = b.two_product(sine, factor)
    low = b.fma(sine_low, factor, low)
    quotient = b.neg(b.add(*quotient_of_pairs(b, PI, (product, low))))
    log, log_low = log_gamma_pair(b, at)
    scaling = downward(b)
    parts = exp_parts(b, b.neg(log), b.neg(log_low), scaling.rounder)
    power = b.power_of_two(parts.shifted)
    # It is at least 1/100, so that nothing is lost yet.
    quotient = b.mul(quotient, scaling.factor)
    result = b.mul(b.fma(parts.tail, quotient, quotient), power)
    result = b.select(b.compare("eq", b.floor(x), x), math.nan, result)
    return b.select(b.compare("eq", x, 0.0), b.div(1.0, x), result)


def expand_gamma(b: ScalarBuilder, x: SSAValue) -> SSAValue:
    """`gamma(x)`; NaN at negative integers."""
    rare = b.compare("le", x, 0.0)
    return with_rare(b, x, rare, gamma_positive, gamma_reflected, "gamma")
