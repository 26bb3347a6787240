"""Cross-entropies."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tir.frontend.tensor.creation import arange
from tir.graph import build

if TYPE_CHECKING:
    from tir.frontend.tensor.variable import TensorVariable


def categorical_crossentropy(coding_dist: Any, true_dist: Any) -> TensorVariable:
    """Minus the expected logarithm of `coding_dist` under `true_dist`, for each row.

    `true_dist` is either a tensor of the same rank, a distribution along its last axis, or a vector of integer labels
    for a matrix `coding_dist`. The result has one dimension less than `coding_dist`.

    >>> from tir import tensor as T
    >>> T.nnet.categorical_crossentropy(T.dmatrix(), T.ivector()).type
    TensorType(float64, vector)
    """
    coding, true = build.as_tensor_variable(coding_dist), build.as_tensor_variable(true_dist)
    rank = coding.type.ndim
    if rank > 0 and true.type.ndim == rank:
        return build.neg(build.sum_(build.mul(true, build.log(coding)), [rank - 1]))
    if rank == 2 and true.type.ndim == 1:
        rows = arange(build.dim(true, 0))
        return build.neg(build.advanced_subtensor(build.log(coding), rows, true))
    raise TypeError(
        "categorical_crossentropy: rank mismatch between coding and true distributions: need tensors of one rank, or "
        f"a matrix and a vector of labels; got {coding.type} and {true.type}"
    )


def binary_crossentropy(output: Any, target: Any) -> TensorVariable:
    """`-(target * log(output) + (1 - target) * log(1 - output))` elementwise; `output` is not clipped."""
    hit = build.mul(target, build.log(output))
    miss = build.mul(build.sub(1.0, target), build.log(build.sub(1.0, output)))
    return build.neg(build.add(hit, miss))


def sigmoid_binary_crossentropy(output: Any, target: Any) -> TensorVariable:
    """`binary_crossentropy(sigmoid(output), target)`, without overflow."""
    hit = build.mul(target, build.softplus(build.neg(output)))
    return build.add(hit, build.mul(build.sub(1.0, target), build.softplus(output)))
