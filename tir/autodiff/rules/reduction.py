"""Gradients of reductions."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from tir.autodiff.elementwise import zero_gradient
from tir.autodiff.registry import gradient
from tir.autodiff.shapes import keep_dims
from tir.dialects.tir import reduction as ops
from tir.dialects.tir.base import ints
from tir.graph.build import eq, mul, prod, scalar_like, second, sum_, switch, true_div
from tir.graph.variable import Apply


def _axes(node: Apply) -> tuple[int, ...]:
    op: Any = node.op
    return ints(op.properties["axes"])


def _spread(value: Any, node: Apply) -> Any:
    """One value per reduction as a tensor that broadcasts against the operand."""
    return keep_dims(value, node.inputs[0].type.ndim, _axes(node))


@gradient(ops.SumOp)
def sum_rule(node: Apply, gradients: Sequence[Any]) -> list[Any]:
    """The gradient, repeated."""
    (x,), (g,) = node.inputs, gradients
    return [second(x, _spread(g, node))]


@gradient(ops.ProdOp)
def prod_rule(node: Apply, gradients: Sequence[Any]) -> list[Any]:
    """The product of all other elements: z / x unless x is zero, then the product of the rest.

    Differentiated again, this is right as long as no product has two zeros.
    """
    (x,), (g,), (z,) = node.inputs, gradients, node.outputs
    is_zero = eq(x, scalar_like(0, x))
    nonzero = switch(is_zero, scalar_like(1, x), x)
    only_zero = eq(_spread(sum_(is_zero, _axes(node)), node), 1)
    rest = _spread(prod(nonzero, _axes(node)), node)
    at_zero = switch(only_zero, rest, scalar_like(0, x))
    others = switch(is_zero, at_zero, true_div(_spread(z, node), nonzero))
    return [mul(_spread(g, node), others)]


@gradient(ops.MaxOp, ops.MinOp)
def extreme(node: Apply, gradients: Sequence[Any]) -> list[Any]:
    """The whole gradient to each element that equals the result."""
    (x,), (g,), (z,) = node.inputs, gradients, node.outputs
    return [switch(eq(x, _spread(z, node)), _spread(g, node), scalar_like(0, z))]


zero_gradient(ops.AnyOp, ops.AllOp, ops.ArgmaxOp, ops.ArgminOp)
