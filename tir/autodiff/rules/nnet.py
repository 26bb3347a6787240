"""Gradients of the fused operations of neural networks."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from tir.autodiff.registry import FIRST_INPUT, gradient
from tir.autodiff.shapes import keep_dims, ones_like
from tir.dialects.tir import nnet as ops
from tir.dialects.tir.base import ints, optional_int
from tir.graph.build import (
    dimshuffle,
    exp,
    mul,
    softmax,
    softmax_cross_entropy_grad,
    sub,
    sum_,
)
from tir.graph.variable import Apply


def _axis(node: Apply) -> int:
    op: Any = node.op
    axis = optional_int(op.properties["axis"])
    assert axis is not None
    return axis


def _sum_along(x: Any, axis: int) -> Any:
    return keep_dims(sum_(x, [axis]), x.type.ndim, [axis])


def _through_softmax(g: Any, probabilities: Any, axis: int) -> Any:
    """The gradient by the scores of a softmax, from the gradient by its result."""
    return mul(probabilities, sub(g, _sum_along(mul(g, probabilities), axis)))


@gradient(ops.SoftmaxOp)
def softmax_(node: Apply, gradients: Sequence[Any]) -> list[Any]:
    """p * (g - sum(g * p))."""
    (g,), (z,) = gradients, node.outputs
    return [_through_softmax(g, z, _axis(node))]


@gradient(ops.LogSoftmaxOp)
def log_softmax(node: Apply, gradients: Sequence[Any]) -> list[Any]:
    """g - softmax(x) * sum(g)."""
    (g,), (z,) = gradients, node.outputs
    return [sub(g, mul(exp(z), _sum_along(g, _axis(node))))]


@gradient(ops.LogSumExpOp)
def log_sum_exp(node: Apply, gradients: Sequence[Any]) -> list[Any]:
    """g * softmax(x), the softmax from the result that is there already."""
    (x,), (g,), (z,) = node.inputs, gradients, node.outputs
    op: Any = node.op
    axes = ints(op.properties["axes"])
    ndim = x.type.ndim
    weights = exp(sub(x, keep_dims(z, ndim, axes)))
    return [mul(keep_dims(g, ndim, axes), weights)]


@gradient(ops.SoftmaxCrossEntropyOp, connected=FIRST_INPUT)
def softmax_cross_entropy(node: Apply, gradients: Sequence[Any]) -> list[Any]:
    """(softmax(scores) - onehot(labels)) * g, row by row."""
    (scores, labels), (g,) = node.inputs, gradients
    return [softmax_cross_entropy_grad(g, scores, labels)]


@gradient(ops.SoftmaxCrossEntropyGradOp, connected=slice(2))
def softmax_cross_entropy_grad_(node: Apply, gradients: Sequence[Any]) -> list[Any]:
    """Linear in the weights; by the scores, what a softmax passes back, the labels being constant."""
    (weights, scores, labels), (g,) = node.inputs, gradients

    def by_weights() -> Any:
        unweighted = softmax_cross_entropy_grad(ones_like(weights), scores, labels)
        return sum_(mul(g, unweighted), [1])

    def by_scores() -> Any:
        rows = dimshuffle(weights, [0, "x"])
        return mul(rows, _through_softmax(g, softmax(scores, 1), 1))

    return [by_weights, by_scores]
