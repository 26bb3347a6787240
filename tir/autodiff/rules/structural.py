"""Gradients of operations that make or rearrange tensors."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

import numpy as np

from tir.autodiff.elementwise import zero_gradient
from tir.autodiff.registry import FIRST_INPUT, NO_INPUTS, gradient
from tir.autodiff.shapes import sum_to
from tir.dialects.tir import structural as ops
from tir.dialects.tir.base import ints
from tir.graph.build import (
    arange,
    cast,
    dim,
    dimshuffle,
    mul,
    reshape,
    shape_scalars,
    subtensor,
    sum_,
)
from tir.graph.constants import constant
from tir.graph.variable import Apply


@gradient(ops.ConstantOp, ops.DimOp, ops.DisconnectedGradOp, connected=NO_INPUTS)
def disconnected(node: Apply, gradients: Sequence[Any]) -> list[Any]:
    """The result is no function of the operands' values."""
    return []


@gradient(ops.TensorCopyOp, ops.RebroadcastOp)
def identity(node: Apply, gradients: Sequence[Any]) -> list[Any]:
    """The gradient passes; its pattern is fitted by the caller."""
    return [gradients[0]]


zero_gradient(ops.ConsiderConstantOp, ops.ZeroGradOp)


@gradient(ops.DimshuffleOp)
def dimshuffle_(node: Apply, gradients: Sequence[Any]) -> list[Any]:
    """Every dimension back to its place; dropped ones return, new ones go."""
    op: Any = node.op
    order = ints(op.properties["new_order"])
    places = {axis: place for place, axis in enumerate(order)}
    back = [places.get(axis, "x") for axis in range(node.inputs[0].type.ndim)]
    return [dimshuffle(gradients[0], back)]


@gradient(ops.ReshapeOp, connected=FIRST_INPUT)
def reshape_(node: Apply, gradients: Sequence[Any]) -> list[Any]:
    """The gradient in the operand's shape."""
    x = node.inputs[0]
    return [lambda: reshape(gradients[0], shape_scalars(x), x.type.broadcastable)]


@gradient(ops.AllocOp, connected=FIRST_INPUT)
def alloc(node: Apply, gradients: Sequence[Any]) -> list[Any]:
    """The gradient summed over the copies."""
    return [partial(sum_to, gradients[0], node.inputs[0])]


@gradient(ops.ArangeOp, connected=slice(0, 3, 2))
def arange_(node: Apply, gradients: Sequence[Any]) -> list[Any]:
    """Element i is start + i * step; stop only sets the length."""
    (g,), (z,) = gradients, node.outputs

    def by_step() -> Any:
        zero, one = constant(np.int64(0)), constant(np.int64(1))
        positions = cast(arange(zero, dim(z, 0), one), z.type.dtype)
        return sum_(mul(g, positions), [0])

    return [lambda: sum_(g, [0]), by_step]


@gradient(ops.MakeVectorOp)
def make_vector(node: Apply, gradients: Sequence[Any]) -> list[Any]:
    """To each scalar its element."""
    return [
        partial(subtensor, gradients[0], ["v"], [constant(np.int64(i))])
        for i in range(len(node.inputs))
    ]
