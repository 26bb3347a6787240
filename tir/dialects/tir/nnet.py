"""Fused operations of neural networks: what the stabilizing rewrites aim at.

Each subtracts the row's maximum before it exponentiates, so none overflows.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

import numpy as np
from xdsl.dialects.builtin import ArrayAttr, IntegerAttr, TensorType
from xdsl.irdl import irdl_op_definition, prop_def

from tir.dialects.tir.base import (
    Array,
    Properties,
    TirOp,
    TypeInferenceError,
    broadcastable_of,
    check_axis,
    ints,
    optional_int,
    rank,
    tensor_type,
    type_dtype,
)
from tir.dialects.tir.reduction import ReductionOp
from tir.support.dtypes import DISCRETE_DTYPES, FLOAT_DTYPES


def _check_float(operand: TensorType, what: str) -> None:
    if type_dtype(operand) not in FLOAT_DTYPES:
        raise TypeInferenceError(f"{what} needs a float tensor, got {type_dtype(operand)}")


def _log_sum_exp(x: Array, axes: Sequence[int]) -> Array:
    """log(sum(exp(x))) with the reduced dimensions kept."""
    with np.errstate(all="ignore"):
        top = np.max(x, axis=tuple(axes), keepdims=True, initial=-np.inf)
        # An infinite maximum must not become inf - inf.
        shift = np.where(np.isfinite(top), top, 0)
        total = np.sum(np.exp((x - shift).astype("float64")), axis=tuple(axes), keepdims=True)
        return np.log(total) + shift


def _below_maximum(x: Array, axis: int | None) -> Array:
    """x minus its maximum along an axis, in float64."""
    return (x - np.max(x, axis=axis, keepdims=True, initial=-np.inf)).astype("float64")


class SoftmaxBase(TirOp):
    """A normalization along one axis."""

    PROPERTY_NAMES: ClassVar[tuple[str, ...]] = ("axis",)
    axis = prop_def(IntegerAttr)

    @classmethod
    def infer_types(
        cls, operand_types: Sequence[TensorType], properties: Properties
    ) -> list[TensorType]:
        (operand,) = operand_types
        _check_float(operand, cls.name)
        check_axis(operand, properties)
        return [operand]


@irdl_op_definition
class SoftmaxOp(SoftmaxBase):
    """exp(x) / sum(exp(x)) along an axis."""

    name = "tir.softmax"

    @classmethod
    def evaluate(cls, arrays: Sequence[Array], properties: Properties) -> list[Array]:
        (x,) = arrays
        axis = optional_int(properties["axis"])
        with np.errstate(all="ignore"):
            exponentials = np.exp(_below_maximum(x, axis))
            result = exponentials / np.sum(exponentials, axis=axis, keepdims=True)
        return [result.astype(x.dtype)]


@irdl_op_definition
class LogSoftmaxOp(SoftmaxBase):
    """x - log(sum(exp(x))) along an axis."""

    name = "tir.log_softmax"

    @classmethod
    def evaluate(cls, arrays: Sequence[Array], properties: Properties) -> list[Array]:
        (x,) = arrays
        axis = optional_int(properties["axis"])
        with np.errstate(all="ignore"):
            shifted = _below_maximum(x, axis)
            total = np.sum(np.exp(shifted), axis=axis, keepdims=True)
            return [(shifted - np.log(total)).astype(x.dtype)]


@irdl_op_definition
class LogSumExpOp(ReductionOp):
    """log(sum(exp(x))) over axes."""

    name = "tir.log_sum_exp"
    PROPERTY_NAMES: ClassVar[tuple[str, ...]] = ("axes",)
    axes = prop_def(ArrayAttr)

    @classmethod
    def result_dtype(cls, dtype: str) -> str:
        if dtype not in FLOAT_DTYPES:
            raise TypeInferenceError(f"log_sum_exp needs a float tensor, got {dtype}")
        return dtype

    @classmethod
    def evaluate(cls, arrays: Sequence[Array], properties: Properties) -> list[Array]:
        (x,) = arrays
        axes = ints(properties["axes"])
        return [np.squeeze(_log_sum_exp(x, axes), axis=axes).astype(x.dtype)]


def _check_labels(logits: TensorType, labels: TensorType) -> None:
    _check_float(logits, "softmax cross-entropy")
    if rank(logits) != 2:
        raise TypeInferenceError(f"the scores must be a matrix, got {logits}")
    if rank(labels) != 1 or type_dtype(labels) not in DISCRETE_DTYPES[1:]:
        raise TypeInferenceError(f"the labels must be a vector of integers, got {labels}")


def _check_label_values(scores: Array, labels: Array) -> None:
    if labels.shape[0] != scores.shape[0]:
        raise ValueError(
            f"Input dimension mis-match. (input[0].shape[0] = {scores.shape[0]}, "
            f"input[1].shape[0] = {labels.shape[0]})"
        )
    bad = (labels < -scores.shape[1]) | (labels >= scores.shape[1])
    if bad.any():
        raise IndexError(
            f"index {labels[bad][0]} is out of bounds for axis 1 with size {scores.shape[1]}"
        )


@irdl_op_definition
class SoftmaxCrossEntropyOp(TirOp):
    """-log(softmax(scores)[i, labels[i]]) for each row i: scores (n, k) floats, labels (n,) integers."""

    name = "tir.softmax_cross_entropy"

    @classmethod
    def infer_types(
        cls, operand_types: Sequence[TensorType], properties: Properties
    ) -> list[TensorType]:
        logits, labels = operand_types
        _check_labels(logits, labels)
        # Either side may know that there is one row only; both are checked when run.
        one_row = broadcastable_of(logits)[0] and broadcastable_of(labels)[0]
        return [tensor_type(type_dtype(logits), (one_row,))]

    @classmethod
    def evaluate(cls, arrays: Sequence[Array], properties: Properties) -> list[Array]:
        scores, labels = arrays
        _check_label_values(scores, labels)
        total = _log_sum_exp(scores, (1,))[:, 0]
        picked = scores[np.arange(len(labels)), labels]
        with np.errstate(all="ignore"):
            return [(total - picked).astype(scores.dtype)]


@irdl_op_definition
class SoftmaxCrossEntropyGradOp(TirOp):
    """Gradient by the scores: (softmax(scores) - onehot(labels)) * weights[:, None]; operands weights (n,), scores, labels."""

    name = "tir.softmax_cross_entropy_grad"

    @classmethod
    def infer_types(
        cls, operand_types: Sequence[TensorType], properties: Properties
    ) -> list[TensorType]:
        weights, logits, labels = operand_types
        _check_labels(logits, labels)
        if rank(weights) != 1 or type_dtype(weights) != type_dtype(logits):
            raise TypeInferenceError(
                f"the weights must be a vector of {type_dtype(logits)}, got {weights}"
            )
        return [logits]

    @classmethod
    def evaluate(cls, arrays: Sequence[Array], properties: Properties) -> list[Array]:
        weights, scores, labels = arrays
        _check_label_values(scores, labels)
        with np.errstate(all="ignore"):
            result = np.exp(scores - _log_sum_exp(scores, (1,)))
            result[np.arange(len(labels)), labels] -= 1
            return [(result * weights[:, None]).astype(scores.dtype)]
