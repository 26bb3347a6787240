"""Matrix products."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from xdsl.dialects.builtin import TensorType
from xdsl.irdl import irdl_op_definition

from tir.dialects.tir.base import (
    Array,
    Properties,
    TirOp,
    TypeInferenceError,
    broadcastable_of,
    rank,
    tensor_type,
    type_dtype,
)
from tir.support.dtypes import upcast


@irdl_op_definition
class DotOp(TirOp):
    """Inner product of vectors, matrix-vector or matrix-matrix product, in the common dtype."""

    name = "tir.dot"

    @classmethod
    def infer_types(
        cls, operand_types: Sequence[TensorType], properties: Properties
    ) -> list[TensorType]:
        if len(operand_types) != 2 or any(rank(t) not in (1, 2) for t in operand_types):
            raise TypeInferenceError("dot needs two vectors or matrices")
        left, right = operand_types
        pattern = (*broadcastable_of(left)[:-1], *broadcastable_of(right)[1:])
        return [tensor_type(upcast(type_dtype(left), type_dtype(right)), pattern)]

    @classmethod
    def evaluate(cls, arrays: Sequence[Array], properties: Properties) -> list[Array]:
        left, right = arrays
        if left.shape[-1] != right.shape[0]:
            raise ValueError(
                f"Shape mismatch: x has {left.shape[-1]} cols (shape of x: {left.shape}) but y has "
                f"{right.shape[0]} rows (shape of y: {right.shape})"
            )
        dtype = upcast(left.dtype.name, right.dtype.name)
        return [np.asarray(np.dot(left.astype(dtype), right.astype(dtype)))]


@irdl_op_definition
class BatchedDotOp(TirOp):
    """Products of the matrices in the last two dimensions, one for each index of those in front, in the common dtype.

    Both operands have the same rank, 3 or more, and the same static 1s in front. Or all in front of one are static
    1s: then its one matrix is in every product.
    """

    name = "tir.batched_dot"

    @classmethod
    def infer_types(
        cls, operand_types: Sequence[TensorType], properties: Properties
    ) -> list[TensorType]:
        ranks = [rank(t) for t in operand_types]
        if len(ranks) != 2 or ranks[0] != ranks[1] or ranks[0] < 3:
            raise TypeInferenceError(
                "batched_dot needs two tensors of as many dimensions, 3 or more"
            )
        left, right = map(broadcastable_of, operand_types)
        stacks = left[:-2], right[:-2]
        if stacks[0] != stacks[1] and not any(all(stack) for stack in stacks):
            raise TypeInferenceError("batched_dot: dimensions in front are 1 in one operand only")
        stack = (a and b for a, b in zip(*stacks, strict=True))
        dtype = upcast(*map(type_dtype, operand_types))
        return [tensor_type(dtype, (*stack, left[-2], right[-1]))]

    @classmethod
    def check(
        cls,
        arrays: Sequence[Array],
        operand_types: Sequence[TensorType],
        properties: Properties,
    ) -> None:
        left, right = arrays
        single = any(all(broadcastable_of(t)[:-2]) for t in operand_types)
        if (left.shape[:-2] != right.shape[:-2] and not single) or left.shape[-1] != right.shape[
            -2
        ]:
            raise ValueError(
                f"Shape mismatch: batched_dot of tensors of shapes {left.shape} and {right.shape}"
            )

    @classmethod
    def evaluate(cls, arrays: Sequence[Array], properties: Properties) -> list[Array]:
        left, right = arrays
        dtype = upcast(left.dtype.name, right.dtype.name)
        return [np.matmul(left.astype(dtype), right.astype(dtype))]
