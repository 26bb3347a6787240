"""The regularized incomplete gamma functions P (lower) and Q (upper).

As in S. L. Moshier's Cephes library: the power series of P for x up to k, Legendre's continued fraction of Q for larger x, and for
small arguments, where P is nearly 1, a power series of Q. The factor `x**k exp(-x) / gamma(k + 1)` is the exponential of a sum of
two numbers, with logarithms of 68 bits: its relative error is about `k log(k) 2**-68`, if that is more than a unit.

Series and fractions take about `6 sqrt(k)` steps where x is near k.
"""

from __future__ import annotations

import math

from xdsl.ir import SSAValue

from tir.lowering.expand_math.builder import ScalarBuilder
from tir.lowering.expand_math.control import branch, repeat
from tir.lowering.expand_math.exp import downward, exp_parts, expand_expm1, scaled
from tir.lowering.expand_math.formats import F64
from tir.lowering.expand_math.gamma import Pair, log_gamma_of_one_more
from tir.lowering.expand_math.power import long_log

SMALL = 1.1
MOST_STEPS = 2.0**21
"""Beyond k = 1e11, where arguments near k would take more, the result is no longer exact."""


def expand_gammainc(b: ScalarBuilder, k: SSAValue, x: SSAValue) -> SSAValue:
    """`P(k, x)`"""
    return _in_double(b, k, x, upper=False)


def expand_gammaincc(b: ScalarBuilder, k: SSAValue, x: SSAValue) -> SSAValue:
    """`Q(k, x) = 1 - P(k, x)`"""
    return _in_double(b, k, x, upper=True)


def _in_double(b: ScalarBuilder, k: SSAValue, x: SSAValue, upper: bool) -> SSAValue:
    if b.format is F64:
        return regularized(b, k, x, upper)
    wide = b.in_format(F64)
    return b.narrow(regularized(wide, wide.widen(k), wide.widen(x), upper))


def regularized(b: ScalarBuilder, k: SSAValue, x: SSAValue, upper: bool) -> SSAValue:
    """P or Q for all float64."""
    positive = b.both(b.compare("gt", k, 0.0), b.compare("gt", x, 0.0))
    finite = b.both(b.compare("lt", k, math.inf), b.compare("lt", x, math.inf))
    return branch(
        b,
        b.both(positive, finite),
        lambda b: _positive(b, k, x, upper),
        lambda b: _special(b, k, x, upper),
    )


def _special(b: ScalarBuilder, k: SSAValue, x: SSAValue, upper: bool) -> SSAValue:
    """Where an argument is zero, infinite, or outside of the domain."""
    nothing = b.either(b.compare("eq", x, 0.0), b.compare("eq", k, math.inf))
    result = b.select(nothing, *((1.0, 0.0) if upper else (0.0, 1.0)))
    inside = b.both(b.compare("ge", k, 0.0), b.compare("ge", x, 0.0))
    alike = b.compare("eq", k, x)
    return b.select(inside, b.select(alike, math.nan, result), math.nan)


def _positive(b: ScalarBuilder, k: SSAValue, x: SSAValue, upper: bool) -> SSAValue:
    far = b.both(b.compare("gt", x, SMALL), b.compare("gt", x, k))

    def fraction(b: ScalarBuilder) -> SSAValue:
        result = _upper_fraction(b, k, x)
        return result if upper else b.sub(1.0, result)

    def series(b: ScalarBuilder) -> SSAValue:
        result = b.at_most(_lower_series(b, k, x), 1.0)
        return b.sub(1.0, result) if upper else result

    def near(b: ScalarBuilder) -> SSAValue:
        if not upper:
            return series(b)
        # Where more than about half of the whole is below x.
        log = long_log(b, x)[0]
        bound = b.select(b.compare("lt", x, 0.5), b.div(-0.4, log), b.mul(x, SMALL))
        little = b.both(b.compare("lt", x, SMALL), b.compare("lt", k, bound))
        return branch(b, little, lambda b: _small_upper(b, k, x), series)

    return branch(b, far, fraction, near)


def _power(b: ScalarBuilder, k: SSAValue, x: SSAValue) -> Pair:
    """`k log(x) - log gamma(k + 1)`, in two parts."""
    # Beyond, the exponential of the result less x is zero.
    k = b.at_most(k, 1e17)
    log, log_low = long_log(b, x)
    gamma, gamma_low = log_gamma_of_one_more(b, k)
    product, low = b.two_product(k, log)
    low = b.fma(k, log_low, low)
    total, error = b.two_sum(product, b.neg(gamma))
    return total, b.add(error, b.sub(low, gamma_low))


def _density(b: ScalarBuilder, k: SSAValue, x: SSAValue) -> SSAValue:
    """`x**k exp(-x) / gamma(k + 1)`, at most 1."""
    power, low = _power(b, k, x)
    total, error = b.two_sum(power, b.neg(x))
    total, low = b.fast_two_sum(total, b.add(error, low))
    bounded = b.at_least(total, b.format.exp_underflow)
    low = b.select(b.compare("eq", bounded, total), low, 0.0)
    scaling = downward(b)
    return scaled(b, exp_parts(b, bounded, low, scaling.rounder), scaling)


def _lower_series(b: ScalarBuilder, k: SSAValue, x: SSAValue) -> SSAValue:
    """The factor times `1 + x/(k+1) + x**2/((k+1)(k+2)) + ...`"""

    def goes_on(b: ScalarBuilder, term: SSAValue, total: SSAValue, n: SSAValue) -> SSAValue:
        counts = b.compare("gt", term, b.mul(total, b.format.epsilon / 4))
        return b.both(counts, b.compare("lt", n, MOST_STEPS))

    def step(
        b: ScalarBuilder, term: SSAValue, total: SSAValue, n: SSAValue
    ) -> tuple[SSAValue, SSAValue, SSAValue]:
        n = b.add(n, 1.0)
        term = b.div(b.mul(term, x), b.add(k, n))
        return term, b.add(total, term), n

    total = repeat(b, (1.0, 1.0, 0.0), goes_on, step)[1]
    return b.mul(_density(b, k, x), total)


def _upper_fraction(b: ScalarBuilder, k: SSAValue, x: SSAValue) -> SSAValue:
    """The factor times `k / (x + 1 - k - (1 - k)/(x + 3 - k - 2 (2 - k)/(x + 5 - k - ...)))`, by Lentz' method."""

    def goes_on(
        b: ScalarBuilder,
        n: SSAValue,
        ratio: SSAValue,
        inverse: SSAValue,
        change: SSAValue,
        result: SSAValue,
    ) -> SSAValue:
        changes = b.compare("gt", b.abs(b.sub(change, 1.0)), b.format.epsilon)
        return b.both(changes, b.compare("lt", n, MOST_STEPS))

    def step(
        b: ScalarBuilder,
        n: SSAValue,
        ratio: SSAValue,
        inverse: SSAValue,
        change: SSAValue,
        result: SSAValue,
    ) -> tuple[SSAValue, ...]:
        n = b.add(n, 1.0)
        above = b.mul(n, b.sub(k, n))
        below = b.add(b.fma(n, 2.0, 1.0), b.sub(x, k))
        inverse = b.div(1.0, b.fma(above, inverse, below))
        ratio = b.add(below, b.div(above, ratio))
        change = b.mul(ratio, inverse)
        return n, ratio, inverse, change, b.mul(result, change)

    start = b.div(1.0, b.add(b.sub(x, k), 1.0))
    result = repeat(b, (0.0, math.inf, start, 0.0, start), goes_on, step)[4]
    return b.mul(b.mul(_density(b, k, x), k), result)


def _small_upper(b: ScalarBuilder, k: SSAValue, x: SSAValue) -> SSAValue:
    """`1 - u (1 + S)` with `u = x**k / gamma(k + 1)` and `S = k sum((-x)**n / (n! (k + n)))`, without cancellation."""

    def goes_on(b: ScalarBuilder, term: SSAValue, total: SSAValue, n: SSAValue) -> SSAValue:
        return b.compare("gt", b.abs(term), b.mul(b.abs(total), b.format.epsilon / 4))

    def step(
        b: ScalarBuilder, term: SSAValue, total: SSAValue, n: SSAValue
    ) -> tuple[SSAValue, SSAValue, SSAValue]:
        n = b.add(n, 1.0)
        term = b.neg(b.div(b.mul(term, x), n))
        return term, b.add(total, b.div(term, b.add(k, n))), n

    power, low = _power(b, k, x)
    less_one = expand_expm1(b, power)
    whole = b.add(less_one, 1.0)
    lost = b.fma(low, whole, less_one)
    series = repeat(b, (1.0, 0.0, 0.0), goes_on, step)[1]
    return b.neg(b.fma(b.mul(whole, k), series, lost))
