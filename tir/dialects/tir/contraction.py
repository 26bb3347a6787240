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
