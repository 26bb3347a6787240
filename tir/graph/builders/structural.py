"""Builders of what makes, arranges and selects elements, or passes them on."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from xdsl.dialects.builtin import IntegerAttr, i64

from tir.dialects.tir import indexing, structural
from tir.dialects.tir.base import bool_array, int_array, string_array
from tir.graph.builders.nodes import apply, as_tensor_variable, cast
from tir.graph.constants import constant


def tensor_copy(x: Any) -> Any:
    """A new variable for the same value; the gradient passes."""
    return apply(structural.TensorCopyOp, x)


def consider_constant(x: Any) -> Any:
    """The gradient through this operation is zero."""
    return apply(structural.ConsiderConstantOp, x)


def zero_grad(x: Any) -> Any:
    """The gradient through this operation is zero."""
    return apply(structural.ZeroGradOp, x)


def disconnected_grad(x: Any) -> Any:
    """For the gradient, the result does not depend on the operand."""
    return apply(structural.DisconnectedGradOp, x)


def dimshuffle(x: Any, new_order: Sequence[int | str]) -> Any:
    """Dimensions permuted, added ('x' or -1) and dropped; `x` itself if nothing changes."""
    x = as_tensor_variable(x)
    order = [-1 if axis == "x" else int(axis) for axis in new_order]
    if order == list(range(x.type.ndim)):
        return x
    return apply(structural.DimshuffleOp, x, new_order=int_array(order))


def rebroadcast(x: Any, broadcastable: Sequence[bool]) -> Any:
    """`x` with another static pattern; `x` itself if it has that pattern already."""
    x = as_tensor_variable(x)
    if x.type.broadcastable == tuple(broadcastable):
        return x
    return apply(structural.RebroadcastOp, x, broadcastable=bool_array(broadcastable))


def _static_ones(dims: Sequence[Any]) -> list[bool]:
    """Which of the dimensions, given as scalar variables, are known to be 1."""
    return [getattr(d, "data", None) is not None and int(d.data) == 1 for d in dims]


def _dims(dims: Sequence[Any]) -> list[Any]:
    return [
        cast(d, "int64") if not hasattr(d, "data") else d for d in map(as_tensor_variable, dims)
    ]


def reshape(x: Any, dims: Sequence[Any], broadcastable: Sequence[bool] | None = None) -> Any:
    """`x` with dimensions given as integer scalars, one of them perhaps -1."""
    scalars = _dims(dims)
    pattern = _static_ones(scalars) if broadcastable is None else broadcastable
    return apply(structural.ReshapeOp, x, *scalars, broadcastable=bool_array(pattern))


def alloc(value: Any, dims: Sequence[Any], broadcastable: Sequence[bool] | None = None) -> Any:
    """`value` broadcast to dimensions given as integer scalars."""
    scalars = _dims(dims)
    pattern = _static_ones(scalars) if broadcastable is None else broadcastable
    return apply(structural.AllocOp, value, *scalars, broadcastable=bool_array(pattern))


def arange(start: Any, stop: Any, step: Any) -> Any:
    """start, start + step... before stop; three scalars of one dtype."""
    return apply(structural.ArangeOp, start, stop, step)


def dim(x: Any, axis: int) -> Any:
    """The size of one dimension, an int64 scalar."""
    return apply(structural.DimOp, x, axis=IntegerAttr(axis, i64))


def shape_scalars(x: Any) -> list[Any]:
    """The sizes of all dimensions: a constant 1 where a dimension is broadcastable, else `dim`."""
    x = as_tensor_variable(x)
    one = constant(np.int64(1))
    return [one if b else dim(x, axis) for axis, b in enumerate(x.type.broadcastable)]


def subtensor(x: Any, pattern: Sequence[str], indices: Sequence[Any]) -> Any:
    """Part of `x`; `pattern` and `indices` as in `tir.dialects.tir.indexing`."""
    return apply(indexing.SubtensorOp, x, *indices, pattern=string_array(pattern))


def set_subtensor(x: Any, value: Any, pattern: Sequence[str], indices: Sequence[Any]) -> Any:
    """A copy of `x` with the region replaced by `value`."""
    return apply(indexing.SetSubtensorOp, x, value, *indices, pattern=string_array(pattern))


def inc_subtensor(x: Any, value: Any, pattern: Sequence[str], indices: Sequence[Any]) -> Any:
    """A copy of `x` with `value` added to the region."""
    return apply(indexing.IncSubtensorOp, x, value, *indices, pattern=string_array(pattern))


def advanced_subtensor(x: Any, *indices: Any) -> Any:
    """x[i, j...] with integer vectors that run together."""
    return apply(indexing.AdvancedSubtensorOp, x, *indices)


def advanced_set_subtensor(x: Any, value: Any, *indices: Any) -> Any:
    """A copy of `x` with x[i, j...] replaced; the last of duplicates wins."""
    return apply(indexing.AdvancedSetSubtensorOp, x, value, *indices)


def advanced_inc_subtensor(x: Any, value: Any, *indices: Any) -> Any:
    """A copy of `x` with `value` added at x[i, j...]; duplicates accumulate."""
    return apply(indexing.AdvancedIncSubtensorOp, x, value, *indices)
