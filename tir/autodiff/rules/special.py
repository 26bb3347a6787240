"""Gradients of the special functions."""

from __future__ import annotations

import math
from typing import Any

from tir.autodiff.elementwise import elementwise
from tir.autodiff.registry import Undefined
from tir.dialects.tir import special as ops
from tir.graph.build import add, eq, exp, log, mul, neg, scalar_like, sqr, sub, switch, true_div
from tir.graph.builders.special import gammaln, i0, i1, iv, j0, j1, jv, psi, tri_gamma

_SQRT_PI = math.sqrt(math.pi)


def _scaled(x: Any, factor: float) -> Any:
    return mul(x, scalar_like(factor, x))


elementwise(ops.GammalnOp, lambda g, z, x: mul(g, psi(x)))
elementwise(ops.GammaOp, lambda g, z, x: mul(g, mul(z, psi(x))))
elementwise(ops.PsiOp, lambda g, z, x: mul(g, tri_gamma(x)))
elementwise(ops.TriGammaOp, Undefined("tir has no derivative of tri_gamma"))
elementwise(ops.ErfinvOp, lambda g, z, x: mul(g, _scaled(exp(sqr(z)), _SQRT_PI / 2)))
elementwise(ops.ErfcinvOp, lambda g, z, x: mul(g, _scaled(exp(sqr(z)), -_SQRT_PI / 2)))
elementwise(
    ops.ErfcxOp,
    lambda g, z, x: mul(g, sub(_scaled(mul(x, z), 2), scalar_like(2 / _SQRT_PI, x))),
)


def _over_argument(z: Any, x: Any) -> Any:
    """`z / x`, where z is J1 or I1 of x: a half at zero."""
    at_zero = eq(x, scalar_like(0, x))
    quotient = true_div(z, switch(at_zero, scalar_like(1, x), x))
    return switch(at_zero, scalar_like(0.5, x), quotient)


elementwise(ops.J0Op, lambda g, z, x: neg(mul(g, j1(x))))
elementwise(ops.J1Op, lambda g, z, x: mul(g, sub(j0(x), _over_argument(z, x))))
elementwise(ops.I0Op, lambda g, z, x: mul(g, i1(x)))
elementwise(ops.I1Op, lambda g, z, x: mul(g, sub(i0(x), _over_argument(z, x))))


def _gamma_density(k: Any, x: Any) -> Any:
    """The derivative of gammainc by x, `x**(k-1) exp(-x) / gamma(k)`."""
    one = scalar_like(1, x)
    return exp(sub(sub(mul(sub(k, one), log(x)), x), gammaln(k)))


_BY_THE_PARAMETER = Undefined(
    "tir has no derivative of gammainc and gammaincc by their parameter k"
)

elementwise(ops.GammaincOp, _BY_THE_PARAMETER, lambda g, z, k, x: mul(g, _gamma_density(k, x)))
elementwise(
    ops.GammainccOp, _BY_THE_PARAMETER, lambda g, z, k, x: neg(mul(g, _gamma_density(k, x)))
)


def _neighbours(v: Any) -> tuple[Any, Any]:
    """The orders below and above."""
    one = scalar_like(1, v)
    return sub(v, one), add(v, one)


def _jv_by_argument(g: Any, z: Any, v: Any, x: Any) -> Any:
    below, above = _neighbours(v)
    return mul(g, _scaled(sub(jv(below, x), jv(above, x)), 0.5))


def _iv_by_argument(g: Any, z: Any, v: Any, x: Any) -> Any:
    below, above = _neighbours(v)
    return mul(g, _scaled(add(iv(below, x), iv(above, x)), 0.5))


_BY_THE_ORDER = Undefined("tir has no derivative of Bessel functions by their order (jv and iv)")

elementwise(ops.JvOp, _BY_THE_ORDER, _jv_by_argument)
elementwise(ops.IvOp, _BY_THE_ORDER, _iv_by_argument)
