"""What the Bessel functions give for single numbers; see `special_values`."""

from __future__ import annotations

import math

_FAR = 30.0
"""From here on the asymptotic series of orders 0 and 1 are exact to the last digit."""
_NEAR = 2.0
"""Up to here the terms of an alternating power series do not cancel."""
_OVERFLOW = 720.0


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
