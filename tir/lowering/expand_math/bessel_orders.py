"""Bessel functions of any real order, ordinary (J) and modified (I).

The power series where its terms do not cancel; for large arguments the asymptotic expansion (Hankel's for J). Between the two, J comes
from orders 0 to 2 by its recurrence in the order. That is stable up to orders as large as the argument and towards negative ones;
larger orders are found by J. C. P. Miller's algorithm: the recurrence from a much larger order down, and then scaled. So are orders
0 to 2 of small arguments, scaled by `(x/2)**v = sum((v + 2k) gamma(v + k)/k! J(v + 2k))`.
"""

from __future__ import annotations

import math
from collections.abc import Callable

from xdsl.ir import SSAValue

from tir.lowering.expand_math.builder import Operand, ScalarBuilder
from tir.lowering.expand_math.control import branch, branches, repeat
from tir.lowering.expand_math.exp import both_ways, exp_parts, scaled
from tir.lowering.expand_math.formats import F64
from tir.lowering.expand_math.gamma import (
    Pair,
    log_gamma_of_one_more,
    log_gamma_positive,
    log_gamma_reflected,
    upward,
)
from tir.lowering.expand_math.log import natural_log, split_exponent
from tir.lowering.expand_math.power import long_log
from tir.lowering.expand_math.trig import choose, flip_sign, is_odd, sin_cos
from tir.lowering.expand_math.trig_reduction import (
    FAR_F64,
    Reduced,
    reduce_far_f64,
    reduce_near_f64,
)
from tir.lowering.expand_math.turns import sine_and_cosine_of_turns

ORDINARY_FAR = 25.0
MODIFIED_FAR = 30.0
MILLER_PAIRS = 40.0
"""Half of the order from which the recurrence starts for arguments up to 25."""
TINY_EXPONENT = 512
"""A power of two: its product with the logarithm of 2 is exact."""
LOG_2_LOW = 2.3190468138462996e-17
"""What `math.log(2)` lacks to the logarithm of 2."""
LARGE_ORDER = 2.0e4
LARGEST_ORDER = 2.0**27
"""Beyond it the recurrence would take seconds, and the result is NaN."""
MOST_STEPS = 2.0**21
"""Of a power series: no term that far counts but for negative orders beyond that."""
OVERFLOW = 730.0

Function = Callable[[ScalarBuilder, SSAValue, SSAValue], SSAValue]


def expand_jv(b: ScalarBuilder, v: SSAValue, x: SSAValue) -> SSAValue:
    """`J(x)` of order v"""
    return _for_all(b, v, x, ordinary, modified=False)


def expand_iv(b: ScalarBuilder, v: SSAValue, x: SSAValue) -> SSAValue:
    """`I(x)` of order v"""
    return _for_all(b, v, x, modified, modified=True)


def _for_all(
    b: ScalarBuilder, v: SSAValue, x: SSAValue, function: Function, modified: bool
) -> SSAValue:
    """For all arguments, in float64, from the function for finite orders that are not negative integers, and finite positive x."""
    if b.format is not F64:
        wide = b.in_format(F64)
        return b.narrow(_for_all(wide, wide.widen(v), wide.widen(x), function, modified))
    integral = b.compare("eq", b.floor(v), v)
    half = b.mul(v, 0.5)
    odd = b.compare("ne", b.floor(half), half)
    order, size = b.select(integral, b.abs(v), v), b.abs(x)
    usual = b.both(b.compare("gt", size, 0.0), b.compare("lt", size, math.inf))
    usual = b.both(usual, b.compare("lt", b.abs(v), math.inf))

    def special(b: ScalarBuilder) -> SSAValue:
        at_zero = b.select(b.compare("gt", order, 0.0), 0.0, math.inf)
        at_zero = b.select(b.compare("eq", order, 0.0), 1.0, at_zero)
        beyond = b.select(b.compare("eq", size, math.inf), math.inf if modified else math.nan, 0.0)
        result = b.select(b.compare("eq", size, 0.0), at_zero, beyond)
        no_order = b.compare("eq", b.abs(v), math.inf)
        result = b.select(
            no_order, b.select(b.compare("lt", size, math.inf), 0.0, math.nan), result
        )
        return b.select(b.compare("nan", v, x), math.nan, result)

    result = branch(b, usual, lambda b: function(b, order, size), special)
    negative = b.compare("lt", x, 0.0)
    turned = negative if modified else b.differ(negative, b.compare("lt", v, 0.0))
    turned = b.both(b.both(integral, odd), turned)
    result = b.select(turned, b.neg(result), result)
    outside = b.both(negative, b.compare("lt", b.floor(v), v))
    return b.select(outside, math.nan, result)


# --- the power series ----------------------------------------------------------------------------


def _power_over_gamma(b: ScalarBuilder, v: SSAValue, x: SSAValue) -> tuple[SSAValue, ...]:
    """The logarithm of `|(x/2)**v / gamma(v + 1)|` in two parts, and 1 with the sign of the gamma function."""
    log, log_low = long_log(b, b.mul(x, 0.5))
    # Beyond, the result is zero or infinite.
    v = b.at_most(v, 1e17)

    def negative(b: ScalarBuilder) -> tuple[SSAValue, ...]:
        z = b.add(v, 1.0)
        value = branch(
            b,
            b.compare("gt", z, 0.0),
            lambda b: log_gamma_positive(b, z, False),
            lambda b: log_gamma_reflected(b, z, False),
        )
        half = b.mul(b.floor(z), 0.5)
        even = b.compare("eq", b.floor(half), half)
        positive = b.either(even, b.compare("gt", z, 0.0))
        return value, b.value(0.0), b.select(positive, 1.0, -1.0)

    def positive(b: ScalarBuilder) -> tuple[SSAValue, ...]:
        return (*log_gamma_of_one_more(b, v), b.value(1.0))

    gamma, gamma_low, sign = branches(b, b.compare("lt", v, 0.0), negative, positive)
    product, low = b.two_product(v, log)
    low = b.fma(v, log_low, low)
    total, error = b.two_sum(product, b.neg(gamma))
    return *b.fast_two_sum(total, b.add(error, b.sub(low, gamma_low))), sign


def _power_series(b: ScalarBuilder, v: SSAValue, x: SSAValue, sign: float) -> SSAValue:
    """`(x/2)**v / gamma(v + 1)` times `1 + s/(v+1) + s**2/(2 (v+1) (v+2)) + ...` with `s = sign x**2/4`"""
    factor = b.mul(b.mul(x, x), 0.25 * sign)

    def goes_on(b: ScalarBuilder, term: SSAValue, total: SSAValue, n: SSAValue) -> SSAValue:
        # Of negative orders the first terms may grow.
        counts = b.compare("gt", b.abs(term), b.mul(b.abs(total), b.format.epsilon / 4))
        unfinished = b.either(counts, b.compare("le", b.add(n, v), 0.0))
        return b.both(unfinished, b.compare("lt", n, MOST_STEPS))

    def step(
        b: ScalarBuilder, term: SSAValue, total: SSAValue, n: SSAValue
    ) -> tuple[SSAValue, SSAValue, SSAValue]:
        n = b.add(n, 1.0)
        term = b.mul(term, b.div(factor, b.mul(n, b.add(v, n))))
        return term, b.add(total, term), n

    exponent, low, gamma_sign = _power_over_gamma(b, v, x)
    # Where the power underflows, the sum may be large enough to make up for it.
    small = b.compare("lt", exponent, 0.0)
    first = b.select(small, 2.0**-TINY_EXPONENT, 1.0)
    moved, error = b.two_sum(exponent, b.select(small, TINY_EXPONENT * math.log(2), 0.0))
    low = b.add(low, b.add(error, b.select(small, TINY_EXPONENT * LOG_2_LOW, 0.0)))
    total = repeat(b, (first, first, 0.0), goes_on, step)[1]
    bounded = b.at_most(b.at_least(moved, b.format.exp_underflow), b.format.exp_overflow)
    low = b.select(b.compare("eq", bounded, moved), low, 0.0)
    scaling = both_ways(b, bounded)
    power = scaled(b, exp_parts(b, bounded, low, scaling.rounder), scaling)
    return b.mul(b.mul(power, total), gamma_sign)


# --- asymptotic expansions -----------------------------------------------------------------------


def _expansion(b: ScalarBuilder, v: SSAValue, x: SSAValue) -> tuple[SSAValue, ...]:
    """The sums of the even and of the odd terms `(4v**2 - 1)(4v**2 - 9).../(n! (8x)**n)`, with signs that alternate in pairs; and of all
    with signs that alternate."""
    square = b.mul(b.mul(v, v), 4.0)
    inverse = b.div(0.125, x)

    def goes_on(b: ScalarBuilder, n: SSAValue, term: SSAValue, *sums: SSAValue) -> SSAValue:
        counts = b.compare("gt", b.abs(term), b.format.epsilon / 4)
        return b.both(counts, b.compare("lt", n, 100.0))

    def step(
        b: ScalarBuilder, n: SSAValue, term: SSAValue, even: SSAValue, odd: SSAValue, all_: SSAValue
    ) -> tuple[SSAValue, ...]:
        def following(n: SSAValue, term: SSAValue) -> SSAValue:
            root = b.fma(n, 2.0, -1.0)
            above = b.fma(b.neg(root), root, square)
            return b.mul(term, b.div(b.mul(above, inverse), n))

        first_n = b.add(n, 1.0)
        first = following(first_n, term)
        second_n = b.add(n, 2.0)
        second = following(second_n, first)
        # Two steps turn the sign of the pairs.
        turned = b.icompare("slt", b.shift_left(b.to_bits(b.add(n, F64.rounder)), 62), 0)
        odd = b.add(odd, b.select(turned, b.neg(first), first))
        even = b.add(even, b.select(turned, second, b.neg(second)))
        return second_n, second, even, odd, b.add(all_, b.sub(second, first))

    return tuple(repeat(b, (0.0, 1.0, 1.0, 0.0, 1.0), goes_on, step)[2:])


def _hankel(b: ScalarBuilder, v: SSAValue, x: SSAValue, waves: Pair) -> SSAValue:
    """J for large x, from the sine and the cosine of x."""
    even, odd, _ = _expansion(b, v, x)
    turn = b.fma(v, 0.5, 0.25)
    phase = sine_and_cosine_of_turns(b, b.abs(turn))
    phase_sine, phase_cosine = b.add(*phase.sine), b.add(*phase.cosine)
    phase_sine = b.select(b.compare("lt", turn, 0.0), b.neg(phase_sine), phase_sine)
    sine, cosine = waves
    shifted_cosine = b.fma(cosine, phase_cosine, b.mul(sine, phase_sine))
    shifted_sine = b.fma(sine, phase_cosine, b.neg(b.mul(cosine, phase_sine)))
    amplitude = b.sqrt(b.div(2 / math.pi, x))
    return b.mul(amplitude, b.fma(even, shifted_cosine, b.neg(b.mul(odd, shifted_sine))))


def _sine_and_cosine(b: ScalarBuilder, x: SSAValue) -> Pair:
    """Of a finite positive x."""

    def waves(b: ScalarBuilder, reduced: Reduced) -> Pair:
        parts = sin_cos(b, reduced)
        odd = is_odd(b, parts.quadrant)
        sine = b.add(*choose(b, odd, parts.cosine, parts.sine))
        cosine = b.add(*choose(b, odd, parts.sine, parts.cosine))
        return (
            flip_sign(b, sine, parts.quadrant, 1),
            flip_sign(b, cosine, b.iadd(parts.quadrant, 1), 1),
        )

    sine, cosine = branches(
        b,
        b.compare("lt", x, FAR_F64),
        lambda b: waves(b, reduce_near_f64(b, x)),
        lambda b: waves(b, reduce_far_f64(b, x)),
    )
    return sine, cosine


def _modified_far(b: ScalarBuilder, v: SSAValue, x: SSAValue) -> SSAValue:
    """I for large x that does not overflow."""
    total = _expansion(b, v, x)[2]
    factor = b.div(total, b.sqrt(b.mul(x, 2 * math.pi)))
    scaling = upward(b)
    parts = exp_parts(b, x, None, scaling.rounder)
    power = b.power_of_two(parts.shifted)
    return b.mul(b.mul(b.fma(parts.tail, factor, factor), power), scaling.factor)


def modified(b: ScalarBuilder, v: SSAValue, x: SSAValue) -> SSAValue:
    """I for finite positive x and orders that are not negative integers."""
    square = b.mul(v, v)
    # The logarithm of I, nearly.
    size = b.abs(v)
    root = b.sqrt(b.fma(x, x, square))
    arsinh = natural_log(b, split_exponent(b, b.div(b.add(size, root), x)))
    exponent = b.fma(b.neg(size), arsinh, root)
    overflows = b.either(b.compare("gt", exponent, OVERFLOW), b.compare("gt", x, 1e150))

    def finite(b: ScalarBuilder) -> SSAValue:
        far = b.both(b.compare("gt", x, MODIFIED_FAR), b.compare("gt", x, square))
        return branch(
            b, far, lambda b: _modified_far(b, v, x), lambda b: _power_series(b, v, x, 1.0)
        )

    return branch(b, overflows, lambda b: b.value(math.inf), finite)


# --- the recurrence of J -------------------------------------------------------------------------


def ordinary(b: ScalarBuilder, v: SSAValue, x: SSAValue) -> SSAValue:
    """J for finite positive x and orders that are not negative integers."""
    square = b.mul(v, v)
    positive = b.compare("ge", v, 0.0)
    bound = b.select(positive, b.fma(v, 4.0, 4.0), 4.0)
    is_near = b.compare("le", b.mul(x, x), bound)

    def others(b: ScalarBuilder) -> SSAValue:
        far = b.both(b.compare("gt", x, ORDINARY_FAR), b.compare("gt", x, square))
        return branch(
            b,
            far,
            lambda b: _hankel(b, v, x, _sine_and_cosine(b, x)),
            lambda b: _by_recurrence(b, v, x),
        )

    return branch(b, is_near, lambda b: _power_series(b, v, x, -1.0), others)


def _by_recurrence(b: ScalarBuilder, v: SSAValue, x: SSAValue) -> SSAValue:
    steps = b.floor(v)
    fraction = b.sub(v, steps)
    vanishes = b.both(b.compare("gt", v, LARGE_ORDER), b.compare("gt", v, b.mul(x, 1.2)))

    def value(b: ScalarBuilder) -> SSAValue:
        base = _first_orders(b, fraction, x)
        return branch(
            b,
            b.compare("gt", steps, x),
            lambda b: _downward(b, fraction, steps, x, base),
            lambda b: _stepwise(b, fraction, steps, x, base),
        )

    too_large = b.compare("gt", b.abs(v), LARGEST_ORDER)
    return branch(
        b,
        b.either(vanishes, too_large),
        lambda b: b.select(vanishes, 0.0, math.nan),
        value,
    )


def _first_orders(b: ScalarBuilder, v: SSAValue, x: SSAValue) -> Pair:
    """J of the orders v and v + 1, for `0 <= v < 1` and x from 2 on."""

    def far(b: ScalarBuilder) -> Pair:
        waves = _sine_and_cosine(b, x)
        return _hankel(b, v, x, waves), _hankel(b, b.add(v, 1.0), x, waves)

    first, second = branches(
        b, b.compare("gt", x, ORDINARY_FAR), far, lambda b: _by_miller(b, v, x)
    )
    return first, second


def _by_miller(b: ScalarBuilder, v: SSAValue, x: SSAValue) -> Pair:
    """The same for x up to 25."""
    twice = b.div(2.0, x)

    def goes_on(b: ScalarBuilder, k: SSAValue, *values: SSAValue) -> SSAValue:
        return b.compare("gt", k, 0.0)

    def step(
        b: ScalarBuilder, k: SSAValue, upper: SSAValue, lower: SSAValue, total: SSAValue
    ) -> tuple[SSAValue, ...]:
        order = b.fma(k, 2.0, v)
        total = b.mul(total, b.div(b.add(v, k), b.add(k, 1.0)))
        total = b.fma(order, lower, total)
        below = b.fma(b.mul(twice, order), lower, b.neg(upper))
        next_order = b.sub(order, 1.0)
        return b.sub(k, 1.0), below, b.fma(b.mul(twice, next_order), below, b.neg(lower)), total

    _, second, first, total = repeat(b, (MILLER_PAIRS, 0.0, 2.0**-400, 0.0), goes_on, step)
    exponent, low, _ = _power_over_gamma(b, v, x)
    scaling = both_ways(b, exponent)
    power = scaled(b, exp_parts(b, exponent, low, scaling.rounder), scaling)
    scale = b.div(power, b.add(first, total))
    return b.mul(first, scale), b.mul(second, scale)


def _stepwise(b: ScalarBuilder, v: SSAValue, steps: SSAValue, x: SSAValue, base: Pair) -> SSAValue:
    """J of the order `v + steps`, from v and v + 1 upward or downward."""
    twice = b.div(2.0, x)

    def up(b: ScalarBuilder) -> SSAValue:
        def goes_on(b: ScalarBuilder, k: SSAValue, *values: SSAValue) -> SSAValue:
            return b.compare("lt", k, steps)

        def step(
            b: ScalarBuilder, k: SSAValue, lower: SSAValue, upper: SSAValue
        ) -> tuple[SSAValue, ...]:
            k = b.add(k, 1.0)
            order = b.mul(twice, b.add(v, k))
            return k, upper, b.fma(order, upper, b.neg(lower))

        return repeat(b, (0.0, *base), goes_on, step)[1]

    def down(b: ScalarBuilder) -> SSAValue:
        def goes_on(b: ScalarBuilder, k: SSAValue, *values: SSAValue) -> SSAValue:
            return b.compare("gt", k, steps)

        def step(
            b: ScalarBuilder, k: SSAValue, lower: SSAValue, upper: SSAValue
        ) -> tuple[SSAValue, ...]:
            order = b.mul(twice, b.add(v, k))
            return b.sub(k, 1.0), b.fma(order, lower, b.neg(upper)), lower

        return repeat(b, (0.0, *base), goes_on, step)[1]

    return branch(b, b.compare("lt", steps, 0.0), down, up)


def _downward(b: ScalarBuilder, v: SSAValue, steps: SSAValue, x: SSAValue, base: Pair) -> SSAValue:
    """J of the order `v + steps`, larger than x, by Miller's algorithm."""
    twice = b.div(2.0, x)
    start = b.floor(b.add(b.fma(b.sqrt(steps), 2.0, steps), 40.0))
    huge, shrink = 2.0**600, 2.0**-600

    def goes_on(b: ScalarBuilder, k: SSAValue, *values: SSAValue) -> SSAValue:
        return b.compare("gt", k, 0.0)

    def step(
        b: ScalarBuilder, k: SSAValue, upper: SSAValue, lower: SSAValue, found: SSAValue
    ) -> tuple[SSAValue, ...]:
        order = b.mul(twice, b.add(v, k))
        below = b.fma(order, lower, b.neg(upper))
        k = b.sub(k, 1.0)
        found = b.select(b.compare("eq", k, steps), below, found)
        factor = b.select(b.compare("gt", b.abs(below), huge), shrink, 1.0)
        return k, b.mul(lower, factor), b.mul(below, factor), b.mul(found, factor)

    initial: tuple[Operand, ...] = (start, 0.0, 2.0**-400, 0.0)
    _, second, first, found = repeat(b, initial, goes_on, step)
    larger = b.compare("gt", b.abs(first), b.abs(second))
    ratio = b.div(found, b.select(larger, first, second))
    return b.mul(ratio, b.select(larger, *base))
