"""What the incomplete gamma functions give for single numbers; see `special_values`."""

from __future__ import annotations

import math
from functools import cache

_MOST_STEPS = 2**21
_STIRLING_FROM = 20.0


def _density(k: float, x: float) -> float:
    """`x**k exp(-x) / gamma(k + 1)`"""
    if k < _STIRLING_FROM and x < 700:
        return x**k * math.exp(-x) / math.gamma(k + 1)
    # About the maximum, whose place is k: there the exponent is small.
    exponent = -k * _less_log(x, k)
    rest = 1 / (12 * k) - 1 / (360 * k**3) + 1 / (1260 * k**5) - 1 / (1680 * k**7)
    return math.exp(exponent - rest) / math.sqrt(2 * math.pi * k)


def _less_log(x: float, k: float) -> float:
    """`d - log(1 + d)` of `d = x/k - 1`"""
    d = (x - k) / k
    if abs(d) > 0.1:
        return d - math.log(x / k)
    return math.fsum((-d) ** n / n for n in range(2, 20))


def _lower_series(k: float, x: float) -> float:
    term = total = 1.0
    n = 0
    while term > total * 2.0**-54 and n < _MOST_STEPS:
        n += 1
        term *= x / (k + n)
        total += term
    return min(_density(k, x) * total, 1.0)


def _upper_fraction(k: float, x: float) -> float:
    """Legendre's continued fraction by Lentz' method."""
    below = x - k + 1
    ratio, inverse = math.inf, 1 / below
    result, change = inverse, 0.0
    n = 0
    while abs(change - 1) > 2.0**-52 and n < _MOST_STEPS:
        n += 1
        above = n * (k - n)
        below += 2
        inverse = 1 / (above * inverse + below)
        ratio = below + above / ratio
        change = ratio * inverse
        result *= change
    return _density(k, x) * k * result


def _small_upper(k: float, x: float) -> float:
    """The upper function where it is small because k is: `1 - u (1 + S)` with `u = x**k / gamma(k + 1)`."""
    power = k * math.log(x) - _log_gamma_of_one_more(k)
    term, total = 1.0, 0.0
    n = 0
    while abs(term) > 2.0**-54 * abs(total):
        n += 1
        term *= -x / n
        total += term / (k + n)
    return -math.expm1(power) - math.exp(power) * k * total


def _log_gamma_of_one_more(k: float) -> float:
    """`log gamma(1 + k)`, which is small where k is."""
    if k > 0.3:
        return math.lgamma(1 + k)
    return math.fsum((-k) ** n * value / n for n, value in enumerate(_zeta_values(), 1))


@cache
def _zeta_values() -> tuple[float, ...]:
    """Euler's constant, and the zeta function at 2, 3, ..."""
    first = (0.5772156649015329, 1.6449340668482264, 1.2020569031595942, 1.0823232337111382)
    first = (*first, 1.03692775514337, 1.0173430619844491, 1.0083492773819228)
    return (*first, *(math.fsum(float(m) ** -n for m in range(1, 200)) for n in range(8, 32)))


def _special(k: float, x: float, lower: bool) -> float:
    """Where an argument is zero, infinite, or outside of the domain."""
    if not (k >= 0 and x >= 0) or k == x:
        return math.nan
    nothing = x == 0 or math.isinf(k)
    return float(nothing != lower)


def gammainc(k: float, x: float) -> float:
    """The regularized lower incomplete gamma function."""
    if not (0 < k < math.inf and 0 < x < math.inf):
        return _special(k, x, lower=True)
    return 1 - _upper_fraction(k, x) if x > max(k, 1.1) else _lower_series(k, x)


def gammaincc(k: float, x: float) -> float:
    """The regularized upper incomplete gamma function."""
    if not (0 < k < math.inf and 0 < x < math.inf):
        return _special(k, x, lower=False)
    if x > max(k, 1.1):
        return _upper_fraction(k, x)
    if x < 1.1 and k < (-0.4 / math.log(x) if x < 0.5 else 1.1 * x):
        return _small_upper(k, x)
    return 1 - _lower_series(k, x)
