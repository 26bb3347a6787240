"""Gradients of exponentials, logarithms, trigonometric and hyperbolic functions and their like."""

from __future__ import annotations

import math
from typing import Any

from tir.autodiff.elementwise import elementwise
from tir.dialects.tir import transcendental as ops
from tir.graph.build import (
    add,
    cos,
    cosh,
    exp,
    mul,
    neg,
    scalar_like,
    sigmoid,
    sin,
    sinh,
    sqr,
    sqrt,
    sub,
    true_div,
)


def _scaled(g: Any, factor: float) -> Any:
    return mul(g, scalar_like(factor, g))


def _plus_one(x: Any) -> Any:
    return add(x, scalar_like(1, x))


def _one_minus(x: Any) -> Any:
    return sub(scalar_like(1, x), x)


def _one_minus_square(x: Any) -> Any:
    # As a product: 1 - x ** 2 would lose all digits near 1.
    return mul(_one_minus(x), _plus_one(x))


elementwise(ops.ExpOp, lambda g, z, x: mul(g, z))
elementwise(ops.Exp2Op, lambda g, z, x: mul(g, _scaled(z, math.log(2))))
# Not z + 1, which loses all digits for very negative x.
elementwise(ops.Expm1Op, lambda g, z, x: mul(g, exp(x)))
elementwise(ops.LogOp, lambda g, z, x: true_div(g, x))
elementwise(ops.Log2Op, lambda g, z, x: true_div(g, _scaled(x, math.log(2))))
elementwise(ops.Log10Op, lambda g, z, x: true_div(g, _scaled(x, math.log(10))))
elementwise(ops.Log1pOp, lambda g, z, x: true_div(g, _plus_one(x)))

elementwise(ops.CbrtOp, lambda g, z, x: true_div(g, _scaled(sqr(z), 3)))

elementwise(ops.SinOp, lambda g, z, x: mul(g, cos(x)))
elementwise(ops.CosOp, lambda g, z, x: neg(mul(g, sin(x))))
elementwise(ops.TanOp, lambda g, z, x: mul(g, _plus_one(sqr(z))))
elementwise(ops.ArcsinOp, lambda g, z, x: true_div(g, sqrt(_one_minus_square(x))))
elementwise(ops.ArccosOp, lambda g, z, x: neg(true_div(g, sqrt(_one_minus_square(x)))))
elementwise(ops.ArctanOp, lambda g, z, x: true_div(g, _plus_one(sqr(x))))
elementwise(
    ops.Arctan2Op,
    lambda g, z, y, x: true_div(mul(g, x), add(sqr(x), sqr(y))),
    lambda g, z, y, x: neg(true_div(mul(g, y), add(sqr(x), sqr(y)))),
)
elementwise(ops.Deg2radOp, lambda g, z, x: _scaled(g, math.pi / 180))
elementwise(ops.Rad2degOp, lambda g, z, x: _scaled(g, 180 / math.pi))

elementwise(ops.SinhOp, lambda g, z, x: mul(g, cosh(x)))
elementwise(ops.CoshOp, lambda g, z, x: mul(g, sinh(x)))
elementwise(ops.TanhOp, lambda g, z, x: mul(g, _one_minus(sqr(z))))
elementwise(ops.ArcsinhOp, lambda g, z, x: true_div(g, sqrt(_plus_one(sqr(x)))))
elementwise(ops.ArccoshOp, lambda g, z, x: true_div(g, sqrt(neg(_one_minus_square(x)))))
elementwise(ops.ArctanhOp, lambda g, z, x: true_div(g, _one_minus_square(x)))

_TWO_OVER_SQRT_PI = 2 / math.sqrt(math.pi)

elementwise(ops.ErfOp, lambda g, z, x: mul(g, _scaled(exp(neg(sqr(x))), _TWO_OVER_SQRT_PI)))
elementwise(ops.ErfcOp, lambda g, z, x: mul(g, _scaled(exp(neg(sqr(x))), -_TWO_OVER_SQRT_PI)))
elementwise(ops.SigmoidOp, lambda g, z, x: mul(g, mul(z, _one_minus(z))))
elementwise(ops.SoftplusOp, lambda g, z, x: mul(g, sigmoid(x)))
