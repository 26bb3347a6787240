"""Values broadcast as NumPy's assignment does: a size of 1 fits any, even if it is not declared broadcastable."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from xdsl.dialects.builtin import TensorType
from xdsl.ir import SSAValue

from tir.dialects.tir.base import type_dtype
from tir.lowering.tir_to_linalg.context import Lowering
from tir.lowering.tir_to_linalg.conversions import convert, scalar_type
from tir.lowering.tir_to_linalg.elementwise import elementwise, operand_type
from tir.lowering.tir_to_linalg.generic import fill, shape_of
from tir.lowering.tir_to_linalg.slices import stretch


def assigned_value(
    low: Lowering,
    value: SSAValue,
    type_: TensorType,
    dims: Sequence[SSAValue],
    dtype: str | None = None,
) -> SSAValue:
    """`value` as a lowered tensor of sizes `dims` and elements of `dtype` (by default, its own)."""
    own_dtype = type_dtype(operand_type(value))
    dtype = dtype or own_dtype
    scalar = _scalar(low, value, own_dtype, dtype)
    if scalar is not None:
        result = fill(low.host, scalar, dims, type_)
        low.shapes.declare(result, dims)
        return result
    source = stretch(low, low.tensor(value), dims)
    if dtype == own_dtype and shape_of(source) == type_.get_shape():
        return source
    return elementwise(low, [source], type_, dims, lambda b, x: convert(b, x, own_dtype, dtype))


def _scalar(low: Lowering, value: SSAValue, before: str, after: str) -> SSAValue | None:
    array = low.constant(value)
    if array is not None and array.size == 1:
        with np.errstate(all="ignore"):
            return low.host.constant(array.reshape(()).astype(after).item(), scalar_type(after))
    if low.is_computed_scalar(value):
        return convert(low.host, low.scalar(value), before, after)
    return None
