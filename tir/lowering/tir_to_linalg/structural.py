"""Constants, views, and tensors made from sizes."""

from __future__ import annotations

from collections.abc import Sequence

from xdsl.dialects import tensor
from xdsl.dialects.builtin import ArrayAttr, IntegerAttr, TensorType, i64
from xdsl.ir import SSAValue

from tir.dialects import linalg_ext
from tir.dialects.tir.base import TirOp, bools, ints, optional_int
from tir.dialects.tir.structural import NEW_AXIS, dense_array
from tir.lowering.tir_to_linalg.assignment import assigned_value
from tir.lowering.tir_to_linalg.builder import Builder
from tir.lowering.tir_to_linalg.context import Lowering, signless
from tir.lowering.tir_to_linalg.elementwise import elementwise
from tir.lowering.tir_to_linalg.generic import element_type, shape_of


def lower_constant(low: Lowering, op: TirOp) -> None:
    """A constant becomes part of the code that uses it, or a tensor where one is needed."""
    low.bind_constant(op.results[0], dense_array(op.properties["value"]))


def lower_identity(low: Lowering, op: TirOp) -> None:
    """Operations that differ only in their gradient vanish."""
    low.bind_same(op.results[0], op.operands[0])


def lower_dim(low: Lowering, op: TirOp) -> None:
    """A size is a scalar of host code."""
    axis = optional_int(op.properties["axis"])
    assert axis is not None
    low.bind_index(op.results[0], low.dims(op.operands[0])[axis])


def lower_dimshuffle(low: Lowering, op: TirOp) -> None:
    """A dimshuffle is a view."""
    order = ints(op.properties["new_order"])
    array = low.constant(op.operands[0])
    if array is not None and array.size == 1:
        low.bind_constant(op.results[0], array.reshape([1] * len(order)))
        return
    low.bind(op.results[0], dimshuffle(low, low.tensor(op.operands[0]), order))


def dimshuffle(low: Lowering, source: SSAValue, order: Sequence[int]) -> SSAValue:
    """A lowered tensor with its dimensions permuted, added (-1) or dropped."""
    shape = shape_of(source)
    if tuple(order) == tuple(range(len(shape))):
        return source
    type_ = TensorType(
        element_type(source), [1 if axis == NEW_AXIS else shape[axis] for axis in order]
    )
    properties = {"new_order": ArrayAttr([IntegerAttr(axis, i64) for axis in order])}
    result = low.host.emit(linalg_ext.DimshuffleOp, (source,), type_, properties)
    dims = low.shapes.dims(source)
    one = low.host.index(1)
    low.shapes.declare(result, [one if axis == NEW_AXIS else dims[axis] for axis in order])
    return result


def lower_rebroadcast(low: Lowering, op: TirOp) -> None:
    """Another static type for the same tensor; new static 1s are checked."""
    source = low.tensor(op.operands[0])
    dims = low.shapes.dims(source)
    pattern = bools(op.properties["broadcastable"])
    for axis, broadcastable in enumerate(pattern):
        if broadcastable:
            low.shapes.require_equal(
                dims[axis],
                low.host.index(1),
                f"Dimension {axis} of a rebroadcast's input was supposed to be 1",
            )
    type_ = signless(op.results[0].type)
    if source.type == type_:
        low.bind(op.results[0], source)
        return
    result = low.host.emit(tensor.CastOp, (source,), type_)
    low.shapes.declare(result, dims)
    low.bind(op.results[0], result)


def lower_alloc(low: Lowering, op: TirOp) -> None:
    """A value repeated over given sizes."""
    host = low.host
    value, *sizes = op.operands
    dims = [low.index(size) for size in sizes]
    for axis, broadcastable in enumerate(bools(op.properties["broadcastable"])):
        dim = dims[axis]
        host.require(
            host.compare("sge", dim, host.index(0)), "alloc: negative dimensions are not allowed"
        )
        host.declare_nonnegative(dim)
        if broadcastable:
            low.shapes.require_equal(
                dim,
                host.index(1),
                f"alloc: dimension {axis} was declared broadcastable but its size is not 1",
            )
    dims = [low.shapes.representative(dim) for dim in dims]
    type_ = signless(op.results[0].type)
    low.bind(op.results[0], assigned_value(low, value, type_, dims))


def lower_make_vector(low: Lowering, op: TirOp) -> None:
    """A vector of scalars: each element picks its scalar by its index."""
    scalars = [low.scalar(o) if low.is_host_scalar(o) else None for o in op.operands]
    tensors = [
        low.tensor(o) for o, scalar in zip(op.operands, scalars, strict=True) if scalar is None
    ]
    type_ = signless(op.results[0].type)

    def body(b: Builder, *elements: SSAValue) -> SSAValue:
        read = iter(elements)
        values = [next(read) if scalar is None else scalar for scalar in scalars]
        position = b.iteration_index(0)
        result = values[-1]
        for number in range(len(values) - 2, -1, -1):
            is_here = b.compare("eq", position, b.index(number))
            result = b.select(is_here, values[number], result)
        return result

    low.bind(op.results[0], elementwise(low, tensors, type_, [low.host.index(len(scalars))], body))
