"""Gradients of the special functions."""

from __future__ import annotations

import math
from typing import Any

from tir.autodiff.elementwise import elementwise
from tir.autodiff.registry import Undefined
from tir.dialects.tir import special as ops
from tir.graph.build import exp, mul, scalar_like, sqr, sub
from tir.graph.special import psi, tri_gamma

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
