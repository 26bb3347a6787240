"""Builders of the special functions, which `build` does not name: importing this module imports their operations."""

from __future__ import annotations

from typing import Any

from tir.dialects.tir import special
from tir.graph.builders.elementwise import mul
from tir.graph.builders.nodes import apply, as_tensor_variable, cast, scalar_like
from tir.support.dtypes import upgrade_to_float


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


def j0(x: Any) -> Any:
    """Bessel function of the first kind of order 0."""
    return apply(special.J0Op, x)


def j1(x: Any) -> Any:
    """Bessel function of the first kind of order 1."""
    return apply(special.J1Op, x)


def i0(x: Any) -> Any:
    """Modified Bessel function of the first kind of order 0."""
    return apply(special.I0Op, x)


def i1(x: Any) -> Any:
    """Modified Bessel function of the first kind of order 1."""
    return apply(special.I1Op, x)


def gammainc(k: Any, x: Any) -> Any:
    """Regularized lower incomplete gamma function."""
    return apply(special.GammaincOp, k, x)


def gammaincc(k: Any, x: Any) -> Any:
    """Regularized upper incomplete gamma function."""
    return apply(special.GammainccOp, k, x)


def gammal(k: Any, x: Any) -> Any:
    """Lower incomplete gamma function."""
    return mul(gammainc(k, x), gamma(k))


def gammau(k: Any, x: Any) -> Any:
    """Upper incomplete gamma function."""
    return mul(gammaincc(k, x), gamma(k))


def chi2sf(x: Any, k: Any) -> Any:
    """How probable more than x is in the chi squared distribution with k degrees of freedom."""
    return gammaincc(_half(k), _half(x))


def _half(x: Any) -> Any:
    value = as_tensor_variable(x)
    floating = cast(value, upgrade_to_float(value.type.dtype))
    return mul(floating, scalar_like(0.5, floating))


def jv(v: Any, x: Any) -> Any:
    """Bessel function of the first kind of order v."""
    return apply(special.JvOp, v, x)


def iv(v: Any, x: Any) -> Any:
    """Modified Bessel function of the first kind of order v."""
    return apply(special.IvOp, v, x)
