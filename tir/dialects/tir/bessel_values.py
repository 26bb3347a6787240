"""What the Bessel functions give for single numbers; see `special_values`."""

from __future__ import annotations

import decimal
import math
from decimal import Decimal

_FAR = 30.0
"""From here on the asymptotic series of orders 0 and 1 are exact to the last digit."""
_NEAR = 2.0
"""Up to here the terms of an alternating power series do not cancel."""
_OVERFLOW = 720.0
_MOST_TERMS = 100_000
_LARGE_ORDER, _LARGEST_ORDER = 2.0e4, 2.0**27
_LARGEST_DECIMAL = 2000.0
"""Up to here a power series with as many digits as cancel takes little time."""


def _asymptotic_terms(order: float, x: float) -> list[float]:
    """The terms of Hankel's expansion, without signs, until they no longer count."""
    terms = [1.0]
    k = 0
    while abs(terms[-1]) > 1e-17 and k < 100:
        k += 1
        terms.append(terms[-1] * (4 * order * order - (2 * k - 1) ** 2) / (8 * k * x))
    return terms


def _far_ordinary(order: float, x: float) -> float:
    """J by Hankel's expansion."""
    terms = _asymptotic_terms(order, x)
    p = sum(term * (-1) ** (k // 2) for k, term in enumerate(terms) if k % 2 == 0)
    q = sum(term * (-1) ** (k // 2) for k, term in enumerate(terms) if k % 2 == 1)
    phase = (order / 2 + 0.25) * math.pi
    cosine = math.cos(x) * math.cos(phase) + math.sin(x) * math.sin(phase)
    sine = math.sin(x) * math.cos(phase) - math.cos(x) * math.sin(phase)
    return math.sqrt(2 / (math.pi * x)) * (p * cosine - q * sine)


def _power_series(order: int, x: float, sign: float) -> float:
    """J (sign -1) or I (sign 1) of an integral order."""
    step = sign * x * x / 4
    terms = [(x / 2) ** order]
    while abs(terms[-1]) > 1e-17 * terms[0]:
        k = len(terms)
        terms.append(terms[-1] * step / (k * (k + order)))
    return math.fsum(terms)


def _ordinary(order: int, x: float) -> float:
    """J of an integral order by Bessel's integral: the trapezoidal rule converges exponentially."""
    if not math.isfinite(x):
        return math.nan
    size = abs(x)
    if size > _FAR:
        result = _far_ordinary(order, size)
    elif size < _NEAR:
        result = _power_series(order, size, -1.0)
    else:
        count = int(size) + 30
        angles = (math.pi * (2 * k + 1) / (2 * count) for k in range(count))
        result = math.fsum(math.cos(order * a - size * math.sin(a)) for a in angles) / count
    return result if x >= 0 or order % 2 == 0 else -result


def j0(x: float) -> float:
    """Bessel function of the first kind of order 0."""
    return _ordinary(0, x)


def j1(x: float) -> float:
    """Bessel function of the first kind of order 1."""
    return x if x == 0 else _ordinary(1, x)


def _modified(order: int, x: float) -> float:
    """I of an integral order by its power series, whose terms are positive."""
    size = abs(x)
    if size > _OVERFLOW:
        result = math.inf
    elif size > _FAR:
        series = math.fsum(
            term * (-1) ** k for k, term in enumerate(_asymptotic_terms(order, size))
        )
        half = math.exp(size / 2)
        result = half * (series / math.sqrt(2 * math.pi * size)) * half
    else:
        result = _power_series(order, size, 1.0)
    return result if x >= 0 or order % 2 == 0 else -result


def i0(x: float) -> float:
    """Modified Bessel function of the first kind of order 0."""
    return x if math.isnan(x) else _modified(0, x)


def i1(x: float) -> float:
    """Modified Bessel function of the first kind of order 1."""
    return x if math.isnan(x) or x == 0 else _modified(1, x)


def _power_over_gamma(v: float, x: float) -> tuple[float, float]:
    """`(x/2)**v / gamma(v + 1)` as a number, and the exponential of another."""
    if abs(v) < 100:
        try:
            return (x / 2) ** v / math.gamma(v + 1), 0.0
        except OverflowError:
            pass
    sign = 1.0 if v > -1 or math.floor(v) % 2 else -1.0
    return sign, v * math.log(x / 2) - math.lgamma(v + 1)


def _decimal_series(v: float, x: float, sign: int) -> tuple[float, int]:
    """The power series without its factor, as a number and a power of ten; terms that cancel have more digits."""
    with decimal.localcontext() as context:
        context.prec = 40 + int(0.9 * min(x, _LARGEST_DECIMAL) if sign < 0 else 0)
        order, step = Decimal(v), sign * Decimal(x) * Decimal(x) / 4
        term = total = Decimal(1)
        k = 0
        while k < _MOST_TERMS and (
            k + v <= 0 or abs(term) > abs(total) * Decimal("1e-20") or k * (k + v) < x * x / 4
        ):
            k += 1
            term *= step / (k * (k + order))
            total += term
        exponent = total.adjusted()
        return float(total.scaleb(-exponent)), exponent


def _series(v: float, x: float, sign: int) -> float:
    """J (sign -1) or I (sign 1) by its power series."""
    number, exponent = _decimal_series(v, x, sign)
    factor, log = _power_over_gamma(v, x)
    log += exponent * math.log(10)
    return math.inf * factor * number if log > 709 else number * factor * math.exp(log)


def _recurrence(v: float, x: float) -> float:
    """J of large arguments and orders, from those below 2."""
    fraction = v - math.floor(v)
    lower, upper = _far_ordinary(fraction, x), _far_ordinary(fraction + 1, x)
    steps = math.floor(v)
    if steps <= x:
        for k in range(1, steps + 1):
            lower, upper = upper, 2 * (fraction + k) / x * upper - lower
        for k in range(0, steps, -1):
            lower, upper = 2 * (fraction + k) / x * lower - upper, lower
        return lower
    after, here, found = 0.0, 1e-100, 0.0
    for k in range(steps + 40 + 2 * int(math.sqrt(steps)), 0, -1):
        after, here = here, 2 * (fraction + k) / x * here - after
        if k - 1 == steps:
            found = here
        if abs(here) > 1e150:
            after, here, found = after * 1e-150, here * 1e-150, found * 1e-150
    return found / here * lower if abs(lower) > abs(upper) else found / after * upper


def _special(v: float, x: float, modified: bool) -> float:
    """Where the argument is zero, or one is not finite; the argument is not negative."""
    if math.isnan(v) or math.isnan(x):
        return math.nan
    if math.isinf(v):
        return math.nan if math.isinf(x) else 0.0
    if x == 0:
        return 1.0 if v == 0 else 0.0 if v > 0 else math.inf
    return math.inf if modified else math.nan


def _of_order(v: float, x: float, modified: bool) -> float:
    """J or I of any order."""
    integral = v == math.floor(v) if math.isfinite(v) else True
    if x < 0 and not integral:
        return math.nan
    order, size = abs(v) if integral else v, abs(x)
    if not (0 < size < math.inf and math.isfinite(v)):
        result = _special(order, size, modified)
    elif modified:
        result = _modified_of_order(order, size)
    elif size > 25 and size > order * order:
        result = _far_ordinary(order, size)
    elif size <= _LARGEST_DECIMAL or size * size <= 4 * (order + 1):
        result = _series(order, size, -1)
    elif order > _LARGE_ORDER and order > 1.2 * size:
        result = 0.0
    else:
        result = _recurrence(order, size) if abs(order) <= _LARGEST_ORDER else math.nan
    odd = math.isfinite(v) and integral and v % 2 == 1
    return -result if odd and (x < 0) != (v < 0 and not modified) else result


def _modified_of_order(v: float, x: float) -> float:
    root = math.hypot(v, x)
    if root - abs(v) * math.asinh(abs(v) / x) > 730:
        return math.inf
    if x <= _FAR or x <= v * v:
        return _series(v, x, 1)
    series = math.fsum(term * (-1) ** k for k, term in enumerate(_asymptotic_terms(v, x)))
    half = math.exp(x / 2)
    return half * (series / math.sqrt(2 * math.pi * x)) * half


def jv(v: float, x: float) -> float:
    """Bessel function of the first kind of order v."""
    return _of_order(v, x, modified=False)


def iv(v: float, x: float) -> float:
    """Modified Bessel function of the first kind of order v."""
    return _of_order(v, x, modified=True)
