"""Operations that make or rearrange tensors without computing on elements."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

import numpy as np
from xdsl.dialects.builtin import (
    ArrayAttr,
    BytesAttr,
    DenseIntOrFPElementsAttr,
    IntegerAttr,
    TensorType,
)
from xdsl.ir import Attribute
from xdsl.irdl import irdl_op_definition, prop_def

from tir.dialects.tir.base import (
    Array,
    Properties,
    TirOp,
    TypeInferenceError,
    bools,
    broadcastable_of,
    check_axis,
    ints,
    optional_int,
    rank,
    tensor_type,
    type_dtype,
)
from tir.support.dtypes import DISCRETE_DTYPES, dtype_of, ir_type

NEW_AXIS = -1
"""In a dimshuffle's `new_order`: a new broadcastable dimension (Theano writes 'x')."""


def dense_attribute(value: Array) -> DenseIntOrFPElementsAttr:
    """A NumPy array as the `value` property of a constant."""
    value = np.asarray(value, order="C")
    element_type = ir_type(value.dtype.name)
    raw = value.tobytes()
    return DenseIntOrFPElementsAttr(
        TensorType(element_type, value.shape),  # pyright: ignore[reportArgumentType]
        BytesAttr(raw),
    )


def dense_array(attribute: Attribute) -> Array:
    """The NumPy array of a constant's `value` property. Read-only."""
    assert isinstance(attribute, DenseIntOrFPElementsAttr)
    type_ = attribute.type
    assert isinstance(type_, TensorType)
    dtype = dtype_of(type_.element_type)
    shape = type_.get_shape()
    count = int(np.prod(shape))
    array = np.frombuffer(attribute.data.data, dtype=dtype)
    if array.size != count:  # a splat, `dense<0.0>`
        array = np.broadcast_to(array[:1], (count,))
    return array.reshape(shape)


@irdl_op_definition
class ConstantOp(TirOp):
    """A constant tensor; its dimensions of size 1 are broadcastable."""

    name = "tir.constant"
    PROPERTY_NAMES: ClassVar[tuple[str, ...]] = ("value",)
    value = prop_def(DenseIntOrFPElementsAttr)

    @classmethod
    def infer_types(
        cls, operand_types: Sequence[TensorType], properties: Properties
    ) -> list[TensorType]:
        if operand_types:
            raise TypeInferenceError("a constant has no operands")
        value = properties["value"]
        if not isinstance(value, DenseIntOrFPElementsAttr):
            raise TypeInferenceError("the value of a constant must be dense<...> : tensor<...>")
        shape = value.type.get_shape()
        return [tensor_type(dtype_of(value.type.element_type), tuple(s == 1 for s in shape))]

    @classmethod
    def evaluate(cls, arrays: Sequence[Array], properties: Properties) -> list[Array]:
        return [dense_array(properties["value"])]


@irdl_op_definition
class DimshuffleOp(TirOp):
    """Dimensions permuted, added (-1: a new broadcastable one) or dropped (broadcastable ones only)."""

    name = "tir.dimshuffle"
    PROPERTY_NAMES: ClassVar[tuple[str, ...]] = ("new_order",)
    new_order = prop_def(ArrayAttr)

    @classmethod
    def infer_types(
        cls, operand_types: Sequence[TensorType], properties: Properties
    ) -> list[TensorType]:
        (operand,) = operand_types
        order = ints(properties["new_order"])
        pattern = broadcastable_of(operand)
        kept = [axis for axis in order if axis != NEW_AXIS]
        if len(set(kept)) != len(kept) or any(a < 0 or a >= len(pattern) for a in kept):
            raise TypeInferenceError(
                f"new_order {_theano_order(order)} must name each of the {len(pattern)} dimensions "
                "at most once"
            )
        for axis, broadcastable in enumerate(pattern):
            if axis not in kept and not broadcastable:
                raise TypeInferenceError(
                    f"dimshuffle {_theano_order(order)} drops dimension {axis}, "
                    "which is not broadcastable"
                )
        return [tensor_type(type_dtype(operand), tuple(a == NEW_AXIS or pattern[a] for a in order))]

    @classmethod
    def evaluate(cls, arrays: Sequence[Array], properties: Properties) -> list[Array]:
        (x,) = arrays
        order = ints(properties["new_order"])
        kept = [axis for axis in order if axis != NEW_AXIS]
        dropped = [axis for axis in range(x.ndim) if axis not in kept]
        moved = x.transpose([*kept, *dropped]).reshape([x.shape[axis] for axis in kept])
        shape = iter(moved.shape)
        return [moved.reshape([1 if axis == NEW_AXIS else next(shape) for axis in order])]


def _theano_order(order: Sequence[int]) -> tuple[int | str, ...]:
    return tuple("x" if axis == NEW_AXIS else axis for axis in order)


@irdl_op_definition
class RebroadcastOp(TirOp):
    """The same tensor with another static pattern; a dimension declared 1 is checked when run."""

    name = "tir.rebroadcast"
    PROPERTY_NAMES: ClassVar[tuple[str, ...]] = ("broadcastable",)
    broadcastable = prop_def(ArrayAttr)

    @classmethod
    def infer_types(
        cls, operand_types: Sequence[TensorType], properties: Properties
    ) -> list[TensorType]:
        (operand,) = operand_types
        pattern = bools(properties["broadcastable"])
        if len(pattern) != rank(operand):
            raise TypeInferenceError(f"a pattern of {len(pattern)} for rank {rank(operand)}")
        return [tensor_type(type_dtype(operand), pattern)]

    @classmethod
    def evaluate(cls, arrays: Sequence[Array], properties: Properties) -> list[Array]:
        (x,) = arrays
        for axis, broadcastable in enumerate(bools(properties["broadcastable"])):
            if broadcastable and x.shape[axis] != 1:
                raise ValueError(
                    f"Dimension {axis} of a rebroadcast's input was supposed to be 1 "
                    f"(got {x.shape[axis]} instead)"
                )
        return [x]


class SizedOp(TirOp):
    """First operand, of any rank, and then the sizes of the result's dimensions as integer scalars."""

    PROPERTY_NAMES: ClassVar[tuple[str, ...]] = ("broadcastable",)
    broadcastable = prop_def(ArrayAttr)

    @classmethod
    def infer_types(
        cls, operand_types: Sequence[TensorType], properties: Properties
    ) -> list[TensorType]:
        operand, *dims = operand_types
        for dim in dims:
            if rank(dim) != 0 or type_dtype(dim) not in DISCRETE_DTYPES:
                raise TypeInferenceError(
                    f"{cls.name} needs integer scalars as dimensions, got {dim}"
                )
        pattern = bools(properties["broadcastable"])
        if len(pattern) != len(dims):
            raise TypeInferenceError(f"{len(dims)} dimensions but a pattern of {len(pattern)}")
        return [tensor_type(type_dtype(operand), pattern)]


def _check_static_ones(array: Array, pattern: Sequence[bool], what: str) -> None:
    for axis, broadcastable in enumerate(pattern):
        if broadcastable and array.shape[axis] != 1:
            raise ValueError(
                f"{what}: dimension {axis} was declared broadcastable but has size {array.shape[axis]}"
            )


@irdl_op_definition
class ReshapeOp(SizedOp):
    """First operand with the dimensions given by the others (one may be -1), in row-major order."""

    name = "tir.reshape"

    @classmethod
    def evaluate(cls, arrays: Sequence[Array], properties: Properties) -> list[Array]:
        x, *dims = arrays
        result = x.reshape([int(d) for d in dims])
        _check_static_ones(result, bools(properties["broadcastable"]), "reshape")
        return [result]


@irdl_op_definition
class AllocOp(SizedOp):
    """First operand broadcast to the dimensions given by the others."""

    name = "tir.alloc"

    @classmethod
    def infer_types(
        cls, operand_types: Sequence[TensorType], properties: Properties
    ) -> list[TensorType]:
        value, *dims = operand_types
        if rank(value) > len(dims):
            raise TypeInferenceError(
                f"cannot fill {len(dims)} dimensions with a value of rank {rank(value)}"
            )
        return super().infer_types(operand_types, properties)

    @classmethod
    def evaluate(cls, arrays: Sequence[Array], properties: Properties) -> list[Array]:
        value, *dims = arrays
        shape = [int(d) for d in dims]
        if any(d < 0 for d in shape):
            raise ValueError(f"alloc: negative dimensions are not allowed, got {shape}")
        result = np.empty(shape, value.dtype)
        _check_static_ones(result, bools(properties["broadcastable"]), "alloc")
        result[...] = value
        return [result]


@irdl_op_definition
class ArangeOp(TirOp):
    """start, start + step, ... up to but without stop; three scalars of one dtype."""

    name = "tir.arange"

    @classmethod
    def infer_types(
        cls, operand_types: Sequence[TensorType], properties: Properties
    ) -> list[TensorType]:
        if len(operand_types) != 3 or any(rank(t) for t in operand_types):
            raise TypeInferenceError("arange needs three scalars: start, stop and step")
        dtypes = {type_dtype(t) for t in operand_types}
        if len(dtypes) != 1 or "bool" in dtypes:
            raise TypeInferenceError(f"arange needs numbers of one dtype, got {sorted(dtypes)}")
        return [tensor_type(dtypes.pop(), (False,))]

    @classmethod
    def evaluate(cls, arrays: Sequence[Array], properties: Properties) -> list[Array]:
        start, stop, step = (a.item() for a in arrays)
        if step == 0:
            raise ZeroDivisionError("arange: the step must not be zero")
        return [np.arange(start, stop, step, dtype=arrays[0].dtype)]


@irdl_op_definition
class DimOp(TirOp):
    """The size of one dimension, as an int64 scalar."""

    name = "tir.dim"
    PROPERTY_NAMES: ClassVar[tuple[str, ...]] = ("axis",)
    axis = prop_def(IntegerAttr)

    @classmethod
    def infer_types(
        cls, operand_types: Sequence[TensorType], properties: Properties
    ) -> list[TensorType]:
        (operand,) = operand_types
        check_axis(operand, properties)
        return [tensor_type("int64", ())]

    @classmethod
    def evaluate(cls, arrays: Sequence[Array], properties: Properties) -> list[Array]:
        axis = optional_int(properties["axis"])
        assert axis is not None
        return [np.asarray(arrays[0].shape[axis], "int64")]


@irdl_op_definition
class MakeVectorOp(TirOp):
    """A vector of scalars of one dtype."""

    name = "tir.make_vector"

    @classmethod
    def infer_types(
        cls, operand_types: Sequence[TensorType], properties: Properties
    ) -> list[TensorType]:
        dtypes = {type_dtype(t) for t in operand_types}
        if any(rank(t) for t in operand_types) or len(dtypes) != 1:
            raise TypeInferenceError("make_vector needs at least one scalar, all of one dtype")
        return [tensor_type(dtypes.pop(), (len(operand_types) == 1,))]

    @classmethod
    def evaluate(cls, arrays: Sequence[Array], properties: Properties) -> list[Array]:
        return [np.array([a[()] for a in arrays], arrays[0].dtype)]


class IdentityOp(TirOp):
    """Gives its operand unchanged; what differs is the gradient."""

    @classmethod
    def infer_types(
        cls, operand_types: Sequence[TensorType], properties: Properties
    ) -> list[TensorType]:
        (operand,) = operand_types
        return [operand]

    @classmethod
    def evaluate(cls, arrays: Sequence[Array], properties: Properties) -> list[Array]:
        return [arrays[0]]


@irdl_op_definition
class TensorCopyOp(IdentityOp):
    """A new variable for the same value; the gradient passes."""

    name = "tir.tensor_copy"


@irdl_op_definition
class ConsiderConstantOp(IdentityOp):
    """The gradient through this operation is zero."""

    name = "tir.consider_constant"


@irdl_op_definition
class ZeroGradOp(IdentityOp):
    """The gradient through this operation is zero."""

    name = "tir.zero_grad"


@irdl_op_definition
class DisconnectedGradOp(IdentityOp):
    """For the gradient, the result does not depend on the operand."""

    name = "tir.disconnected_grad"
