"""What the special functions should give: mpmath's value, where to look, and where only an absolute error is asked."""

from __future__ import annotations

from functools import partial
from typing import Any

from mpmath import mp

from tests.lowering.elementary_functions import Function
from tir.dialects import math_special


def gammaln(x: Any) -> Any:
    return mp.re(mp.loggamma(x)) if x > 0 else mp.log(abs(mp.gamma(x)))


def gammaln_unit(x: Any, value: Any) -> Any:
    """Between the poles are zeros, where two terms of any size cancel."""
    return value if x > 0 else max(abs(value), abs(gammaln(1 - x)), mp.mpf(1))


def psi_unit(x: Any, value: Any) -> Any:
    return value if x > 0 else max(abs(value), mp.log(1 - x), mp.mpf(1))


def tri_gamma(x: Any) -> Any:
    if x <= 0:
        return (mp.pi / mp.sinpi(x)) ** 2 - tri_gamma(1 - x)
    if x < 1e-40:
        return 1 / (x * x)
    return mp.polygamma(1, x) if x < 1e10 else 1 / x + 1 / (2 * x * x) + 1 / (6 * x**3)


def erfcx(x: Any) -> Any:
    if x > 1e8:
        return (1 - 1 / (2 * x * x)) / (x * mp.sqrt(mp.pi))
    return mp.exp(x * x) * mp.erfc(x)


def inverse_erfc(log: Any) -> Any:
    """The z of `erfc(z) = exp(-log)`, by Newton's method on the logarithm."""
    z = mp.sqrt(log) * 0.7 if log < 3 else mp.sqrt(log - mp.log(mp.sqrt(mp.pi * log) + 1))
    for _ in range(50):
        value = mp.erfc(z)
        step = (mp.log(value) + log) * value * mp.sqrt(mp.pi) / 2 * mp.exp(z * z)
        z += step
        if abs(step) < abs(z) * mp.mpf(2) ** -55:
            break  # convergence is quadratic
    return z


def erfinv(x: Any) -> Any:
    size = abs(x)
    if size >= 1:
        raise ValueError("infinite, or outside of the domain")
    if size < 1e-12:
        return mp.sqrt(mp.pi) / 2 * x * (1 + mp.pi / 12 * x * x)
    return mp.sign(x) * inverse_erfc(-mp.log(1 - size))


def erfcinv(x: Any) -> Any:
    if not 0 < x < 2:
        raise ValueError("infinite, or outside of the domain")
    if x > 1:
        return -erfcinv(2 - x)
    return erfinv(1 - x) if 1 - x < 1e-12 else inverse_erfc(-mp.log(x))


def bessel_unit(x: Any, value: Any) -> Any:
    """Later zeros of J are where two terms of the size of the amplitude cancel."""
    return max(abs(value), mp.sqrt(2 / (mp.pi * abs(x)))) if abs(x) > 7.9 else value


SPECIAL_FUNCTIONS = [
    Function(
        math_special.GammalnOp,
        gammaln,
        (-6, 20),
        (1, 2, 3, 1e17, 2.5e305, -2.457024738220800, 4e36),
        unit_of=gammaln_unit,
    ),
    Function(
        math_special.GammaOp,
        mp.gamma,
        (-180, 172),
        (1, 2, 3, 171.624, 35.04, -177.5, 5.6e-309),
        largest=200,
    ),
    Function(
        math_special.PsiOp,
        mp.digamma,
        (-6, 20),
        (1, 2, 3, 1.4616321449683622, -0.504083008264455),
        unit_of=psi_unit,
    ),
    Function(math_special.TriGammaOp, tri_gamma, (-6, 20), (1, 2, 3, 1e-154, 1e-19)),
    Function(math_special.ErfinvOp, erfinv, (-1, 1), (0.85, 1, 0.99999)),
    Function(math_special.ErfcinvOp, erfcinv, (0, 2), (0.15, 1.85, 1, 1e-15, 6e-9, 2)),
    Function(math_special.ErfcxOp, erfcx, (-27, 30), (0.5, 1, -9.2, -26.6, 1e30), smallest=-27),
    *(
        Function(
            op_class, partial(mp.besselj, order), (-30, 30), zeros, unit_of=bessel_unit, most=4
        )
        for order, op_class, zeros in (
            (0, math_special.J0Op, (2.404825557695773, 5.520078110286311, 8, 8.6537279, 2e-3)),
            (1, math_special.J1Op, (3.8317059702075125, 7.015586669815619, 8, 10.173468, 2e-3)),
        )
    ),
    *(
        Function(
            op_class,
            partial(mp.besseli, order),
            (-715, 715),
            (7.75, 7, 713, 90),
            most=3,
            largest=720,
        )
        for order, op_class in enumerate((math_special.I0Op, math_special.I1Op))
    ),
]
