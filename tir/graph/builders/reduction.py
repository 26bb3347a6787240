"""Builders of what combines elements: reductions over axes, products of matrices, softmax and its relatives."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from xdsl.dialects.builtin import IntegerAttr, i64

from tir.dialects.tir import contraction, nnet, reduction
from tir.dialects.tir.base import TirOp, int_array
from tir.graph.builders.nodes import apply


def _reduce(op_class: type[TirOp], x: Any, axes: Sequence[int]) -> Any:
    return apply(op_class, x, axes=int_array(axes))


def sum_(x: Any, axes: Sequence[int]) -> Any:
    """Sum over `axes`, which must be increasing and not negative."""
    return _reduce(reduction.SumOp, x, axes)


def prod(x: Any, axes: Sequence[int]) -> Any:
    """Product over `axes`, which must be increasing and not negative."""
    return _reduce(reduction.ProdOp, x, axes)


def max_(x: Any, axes: Sequence[int]) -> Any:
    """Largest element over `axes`, which must be increasing and not negative."""
    return _reduce(reduction.MaxOp, x, axes)


def min_(x: Any, axes: Sequence[int]) -> Any:
    """Smallest element over `axes`, which must be increasing and not negative."""
    return _reduce(reduction.MinOp, x, axes)


def any_(x: Any, axes: Sequence[int]) -> Any:
    """Whether any element is nonzero over `axes`, which must be increasing and not negative."""
    return _reduce(reduction.AnyOp, x, axes)


def all_(x: Any, axes: Sequence[int]) -> Any:
    """Whether all elements are nonzero over `axes`, which must be increasing and not negative."""
    return _reduce(reduction.AllOp, x, axes)


def argmax(x: Any, axes: Sequence[int]) -> Any:
    """Position of the first largest element over `axes`, which must be increasing and not negative."""
    return _reduce(reduction.ArgmaxOp, x, axes)


def argmin(x: Any, axes: Sequence[int]) -> Any:
    """Position of the first smallest element over `axes`, which must be increasing and not negative."""
    return _reduce(reduction.ArgminOp, x, axes)


def log_sum_exp(x: Any, axes: Sequence[int]) -> Any:
    """log(sum(exp(x))) over `axes`, which must be increasing and not negative."""
    return _reduce(nnet.LogSumExpOp, x, axes)


def dot(x: Any, y: Any) -> Any:
    """Inner product of vectors, matrix-vector or matrix-matrix product, in the common dtype."""
    return apply(contraction.DotOp, x, y)


def batched_dot(x: Any, y: Any) -> Any:
    """Products of the matrices in the last two of three or more dimensions; a single one broadcasts."""
    return apply(contraction.BatchedDotOp, x, y)


def softmax(x: Any, axis: int) -> Any:
    """exp(x) / sum(exp(x)) along an axis, not negative."""
    return apply(nnet.SoftmaxOp, x, axis=IntegerAttr(axis, i64))


def log_softmax(x: Any, axis: int) -> Any:
    """log(softmax(x)) along an axis, not negative."""
    return apply(nnet.LogSoftmaxOp, x, axis=IntegerAttr(axis, i64))


def softmax_cross_entropy(scores: Any, labels: Any) -> Any:
    """-log(softmax(scores)[i, labels[i]]) for each row."""
    return apply(nnet.SoftmaxCrossEntropyOp, scores, labels)


def softmax_cross_entropy_grad(weights: Any, scores: Any, labels: Any) -> Any:
    """Gradient of the above by the scores, rows weighted."""
    return apply(nnet.SoftmaxCrossEntropyGradOp, weights, scores, labels)
