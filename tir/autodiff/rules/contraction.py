"""Gradients of matrix products."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from tir.autodiff.registry import gradient
from tir.autodiff.shapes import sum_to
from tir.dialects.tir import contraction as ops
from tir.graph.build import batched_dot, dimshuffle, dot, mul
from tir.graph.variable import Apply


def _transpose(x: Any) -> Any:
    return dimshuffle(x, [1, 0])


def _outer(x: Any, y: Any) -> Any:
    # Elementwise, so that it fuses with what surrounds it.
    return mul(dimshuffle(x, [0, "x"]), dimshuffle(y, ["x", 0]))


@gradient(ops.DotOp)
def dot_(node: Apply, gradients: Sequence[Any]) -> list[Any]:
    """The product of the gradient with the other operand, arranged to the operand's shape."""
    (x, y), (g,) = node.inputs, gradients
    match x.type.ndim, y.type.ndim:
        case 1, 1:
            return [lambda: mul(g, y), lambda: mul(g, x)]
        case 2, 1:
            return [lambda: _outer(g, y), lambda: dot(_transpose(x), g)]
        case 1, 2:
            return [lambda: dot(y, g), lambda: _outer(x, g)]
        case _:
            return [lambda: dot(g, _transpose(y)), lambda: dot(_transpose(x), g)]


@gradient(ops.BatchedDotOp)
def batched_dot_(node: Apply, gradients: Sequence[Any]) -> list[Any]:
    """The products of the gradient with the other operand, summed where a single matrix was in all of them."""
    (x, y), (g,) = node.inputs, gradients
    rank = x.type.ndim
    swapped = [*range(rank - 2), rank - 1, rank - 2]
    return [
        lambda: sum_to(batched_dot(g, dimshuffle(y, swapped)), x),
        lambda: sum_to(batched_dot(dimshuffle(x, swapped), g), y),
    ]
