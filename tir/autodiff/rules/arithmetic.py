"""Gradients of arithmetic, rounding, selection and conversion."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from tir.autodiff.elementwise import elementwise, zero_gradient
from tir.autodiff.registry import ZERO, gradient
from tir.autodiff.shapes import sum_to
from tir.dialects.tir import arithmetic as ops
from tir.graph.build import (
    and_,
    eq,
    ge,
    gt,
    int_div,
    le,
    log,
    lt,
    mul,
    neg,
    or_,
    pow_,
    scalar_like,
    sgn,
    sqr,
    sub,
    switch,
    true_div,
)
from tir.graph.constants import constant
from tir.graph.variable import Apply, Constant


def _where(condition: Any, g: Any) -> Any:
    # Not a product: an infinite gradient must not become NaN where it does not go.
    return switch(condition, g, scalar_like(0, g))


def _unless(condition: Any, g: Any) -> Any:
    return switch(condition, scalar_like(0, g), g)


elementwise(ops.AddOp, lambda g, z, x, y: g, lambda g, z, x, y: g)
elementwise(ops.SubOp, lambda g, z, x, y: g, lambda g, z, x, y: neg(g))
elementwise(ops.MulOp, lambda g, z, x, y: mul(g, y), lambda g, z, x, y: mul(g, x))
elementwise(
    ops.TrueDivOp,
    lambda g, z, x, y: true_div(g, y),
    lambda g, z, x, y: neg(true_div(mul(g, z), y)),
)
elementwise(
    ops.ModOp,
    lambda g, z, x, y: g,
    lambda g, z, x, y: neg(mul(g, int_div(x, y))),
)
# In a tie, the first operand takes all.
elementwise(
    ops.MaximumOp,
    lambda g, z, x, y: _where(ge(x, y), g),
    lambda g, z, x, y: _unless(ge(x, y), g),
)
elementwise(
    ops.MinimumOp,
    lambda g, z, x, y: _where(le(x, y), g),
    lambda g, z, x, y: _unless(le(x, y), g),
)
elementwise(ops.NegOp, lambda g, z, x: neg(g))
elementwise(ops.AbsOp, lambda g, z, x: mul(g, sgn(x)))
elementwise(ops.SqrOp, lambda g, z, x: mul(g, mul(scalar_like(2, g), x)))
elementwise(ops.SqrtOp, lambda g, z, x: true_div(mul(g, scalar_like(0.5, g)), z))
elementwise(ops.ReciprocalOp, lambda g, z, x: neg(mul(g, sqr(z))))
elementwise(
    ops.SwitchOp,
    ZERO,
    lambda g, z, c, x, y: _where(c, g),
    lambda g, z, c, x, y: _unless(c, g),
)
# The lower bound is tested first, which matters when it is the larger one.
elementwise(
    ops.ClipOp,
    lambda g, z, x, low, high: _unless(or_(lt(x, low), gt(x, high)), g),
    lambda g, z, x, low, high: _where(lt(x, low), g),
    lambda g, z, x, low, high: _unless(lt(x, low), _where(gt(x, high), g)),
)
elementwise(ops.CastOp, lambda g, z, x: g)

zero_gradient(
    ops.SgnOp,
    ops.IntDivOp,
    ops.CeilOp,
    ops.FloorOp,
    ops.TruncOp,
    ops.RoundHalfToEvenOp,
    ops.RoundHalfAwayFromZeroOp,
)


def _by_base(g: Any, z: Any, x: Any, y: Any) -> Any:
    """g * y * x ** (y - 1), and 0 rather than 0 * inf where x and y are both zero."""
    if isinstance(y, Constant) and np.all(y.data != 0):
        return mul(g, mul(y, pow_(x, constant(y.data - y.data.dtype.type(1)))))
    exponent = sub(y, scalar_like(1, y))
    both_zero = and_(eq(x, scalar_like(0, x)), eq(y, scalar_like(0, y)))
    return mul(g, mul(y, pow_(x, switch(both_zero, scalar_like(1, y), exponent))))


def _by_exponent(g: Any, z: Any, x: Any, y: Any) -> Any:
    """g * z * log(x), and 0 where x is zero."""
    is_zero = eq(x, scalar_like(0, x))
    # The inner switch keeps infinities out of the gradient of this gradient.
    logarithm = log(switch(is_zero, scalar_like(1, x), x))
    return _unless(is_zero, mul(g, mul(z, logarithm)))


elementwise(ops.PowOp, _by_base, _by_exponent)


@gradient(ops.SecondOp, connected=slice(1, 2))
def second(node: Apply, gradients: Sequence[Any]) -> list[Any]:
    """Only the second operand gives values; of the first, the shape alone is used."""
    (g,) = gradients
    return [lambda: sum_to(g, node.inputs[1])]
