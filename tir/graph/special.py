"""Builders of the special functions, beside those of `build`; importing this module imports their operations."""

from __future__ import annotations

from typing import Any

from tir.dialects.tir import special
from tir.graph.build import apply


def gammaln(x: Any) -> Any:
    """Logarithm of the absolute value of the gamma function."""
    return apply(special.GammalnOp, x)


def gamma(x: Any) -> Any:
    """Gamma function."""
    return apply(special.GammaOp, x)


def psi(x: Any) -> Any:
    """Derivative of the logarithm of the gamma function."""
    return apply(special.PsiOp, x)


def tri_gamma(x: Any) -> Any:
    """Derivative of psi."""
    return apply(special.TriGammaOp, x)


def erfinv(x: Any) -> Any:
    """The number whose erf is x."""
    return apply(special.ErfinvOp, x)


def erfcinv(x: Any) -> Any:
    """The number whose erfc is x."""
    return apply(special.ErfcinvOp, x)


def erfcx(x: Any) -> Any:
    """exp(x**2) * erfc(x), without overflow for large x."""
    return apply(special.ErfcxOp, x)
