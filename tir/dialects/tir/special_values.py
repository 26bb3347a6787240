"""What the special functions give for single numbers: their meaning for the interpreter and the constant folder.

Plain series, recurrences and iterations on Python floats, with the functions of the module `math`. Compiled code has algorithms of
its own, and the tests compare both with mpmath and SciPy.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

_SQRT_PI = math.sqrt(math.pi)
_FAR = 12.0
"""From here on the asymptotic series of psi and tri_gamma are exact."""
_BERNOULLI = (1 / 6, -1 / 30, 1 / 42, -1 / 30, 5 / 66, -691 / 2730, 7 / 6, -3617 / 510)


def elementwise(function: Callable[..., float]) -> Callable[..., Any]:
    """A function of numbers as one of arrays that broadcast; computed in float64."""
    vectorized = np.vectorize(function, otypes=[np.float64])

    def apply(*arrays: Any) -> Any:
        shape = np.broadcast_shapes(*(a.shape for a in arrays))
        return vectorized(*arrays) if math.prod(shape) else np.empty(shape)

    return apply


def _polynomial(x: float, coefficients: Sequence[float]) -> float:
    """The lowest coefficient comes first."""
    result = 0.0
    for coefficient in reversed(coefficients):
        result = result * x + coefficient
    return result


def _is_pole(x: float) -> bool:
    return x <= 0 and (x == math.floor(x) if math.isfinite(x) else True)


def _sine_of_turns(x: float) -> float:
    """`sin(pi x)`"""
    rest = math.fmod(x, 2.0)
    near = round(2 * rest)
    angle = math.pi * (rest - near / 2)
    return (math.sin(angle), math.cos(angle), -math.sin(angle), -math.cos(angle))[near % 4]


def gammaln(x: float) -> float:
    """Logarithm of `|gamma(x)|`; near its zeros to a small absolute error."""
    if _is_pole(x):
        return math.copysign(math.inf, x) if math.isinf(x) else math.inf
    try:
        return math.lgamma(x)
    except OverflowError:
        return math.inf


def gamma(x: float) -> float:
    """`gamma(x)`"""
    if _is_pole(x):
        return math.copysign(math.inf, x) if x == 0 else math.nan
    try:
        return math.gamma(x)
    except OverflowError:
        return math.inf


def psi(x: float) -> float:
    """Derivative of `gammaln`."""
    if _is_pole(x):
        return math.copysign(math.inf, -x) if x == 0 else math.nan
    if x < 0:
        # pi / tan(pi x)
        return psi(1 - x) - math.pi * _sine_of_turns(x + 0.5) / _sine_of_turns(x)
    below = 0.0
    while x < _FAR:
        below += 1 / x
        x += 1
    if math.isinf(x):
        return x
    square = 1 / (x * x)
    terms = [b / (2 * k) for k, b in enumerate(_BERNOULLI, 1)]
    return math.log(x) - 0.5 / x - square * _polynomial(square, terms) - below


def tri_gamma(x: float) -> float:
    """Derivative of `psi`."""
    if _is_pole(x):
        return math.inf
    if x < 0:
        sine = _sine_of_turns(x) / math.pi
        return (math.inf if sine * sine == 0 else 1 / (sine * sine)) - tri_gamma(1 - x)
    below = 0.0
    while x < _FAR:
        if x * x == 0:
            return math.inf
        below += 1 / (x * x)
        x += 1
    inverse = 1 / x
    square = inverse * inverse
    rest = inverse * square * _polynomial(square, _BERNOULLI)
    return below + (rest + 0.5 * square + inverse)


def erfcx(x: float) -> float:
    """`exp(x**2) erfc(x)`"""
    if x > 25:
        half = 0.5 / (x * x)
        series = 1.0
        for k in range(13, 0, -2):
            series = 1 - k * half * series
        return series / (x * _SQRT_PI)
    if math.isnan(x):
        return x
    if x < -27:
        return math.inf
    # Of the square, as much as fits, and the rest.
    high = math.ldexp(round(math.ldexp(x, 20)), -20)
    rest = (x - high) * (x + high)
    return math.exp(high * high) * math.exp(rest) * math.erfc(x)


def erfinv(x: float) -> float:
    """The z of `erf(z) = x`"""
    if not abs(x) < 1:
        return math.copysign(math.inf, x) if abs(x) == 1 else math.nan
    if abs(x) > 0.5:
        return math.copysign(_inverse_erfc(1 - abs(x)), x)
    z = x
    for _ in range(5):
        # Halley's method: the second derivative of erf is -2z times the first.
        step = (math.erf(z) - x) * _SQRT_PI / 2 * math.exp(z * z)
        z -= step / (1 + z * step)
    return z


def erfcinv(x: float) -> float:
    """The z of `erfc(z) = x`"""
    if not 0 < x < 2:
        return math.inf if x == 0 else -math.inf if x == 2 else math.nan
    if 0.5 < x < 1.5:
        return erfinv(1 - x)
    return -_inverse_erfc(2 - x) if x > 1 else _inverse_erfc(x)


def _inverse_erfc(x: float) -> float:
    """The z of `erfc(z) = x` for `0 < x <= 1/2`, by Newton's method on the logarithm."""
    log = math.log(x)
    z = math.sqrt(-log)
    for _ in range(8):
        scaled = erfcx(z)
        z += (math.log(scaled) - z * z - log) * scaled * _SQRT_PI / 2
    return z
