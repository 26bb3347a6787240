"""Building `linalg.generic`, `linalg.fill` and `tensor.empty`."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache

from xdsl.dialects import tensor
from xdsl.dialects.builtin import (
    AffineMapAttr,
    ArrayAttr,
    DenseArrayBase,
    TensorType,
    i32,
)
from xdsl.dialects.linalg.attrs import IteratorTypeAttr
from xdsl.dialects.linalg.ops import FillOp, GenericOp, YieldOp
from xdsl.ir import Attribute, Block, Region, SSAValue

from tir.dialects.projections import affine_map, broadcast, identity
from tir.lowering.tir_to_linalg.builder import Builder, HostBuilder

Body = Callable[..., Sequence[SSAValue]]
"""Takes a builder and the elements of inputs and outputs, gives the new elements of the outputs."""

PARALLEL = IteratorTypeAttr.parallel()
REDUCTION = IteratorTypeAttr.reduction()


def identity_map(rank: int) -> AffineMapAttr:
    """The map of an operand with the shape of the iteration space."""
    return affine_map(rank, identity(rank))


@lru_cache(maxsize=1024)
def broadcast_map(shape: tuple[int, ...], result_shape: tuple[int, ...]) -> AffineMapAttr:
    """The map of an operand that broadcasts to `result_shape`, aligned at the last dimension."""
    return affine_map(len(result_shape), broadcast(shape, result_shape))


@lru_cache(maxsize=256)
def iterators(rank: int, reduced: tuple[int, ...] = ()) -> ArrayAttr[IteratorTypeAttr]:
    """Iterator types: reduction for the loops in `reduced`, parallel for the others."""
    return ArrayAttr([REDUCTION if dim in reduced else PARALLEL for dim in range(rank)])


@lru_cache(maxsize=256)
def _map_array(maps: tuple[AffineMapAttr, ...]) -> ArrayAttr[AffineMapAttr]:
    return ArrayAttr(maps)


@lru_cache(maxsize=64)
def segments(*sizes: int) -> DenseArrayBase:
    """The `operandSegmentSizes` of an operation."""
    return DenseArrayBase.from_list(i32, sizes)


def element_type(value: SSAValue) -> Attribute:
    """The element type of a tensor."""
    type_ = value.type
    assert isinstance(type_, TensorType)
    return type_.element_type


def shape_of(value: SSAValue) -> tuple[int, ...]:
    """The static shape of a tensor."""
    type_ = value.type
    assert isinstance(type_, TensorType)
    return type_.get_shape()


def empty(host: HostBuilder, dims: Sequence[SSAValue], type_: TensorType) -> SSAValue:
    """A tensor of unspecified contents; `dims` are all its sizes."""
    dynamic = [d for d, size in zip(dims, type_.get_shape(), strict=True) if size != 1]
    return host.emit(tensor.EmptyOp, dynamic, type_)


def fill(
    host: HostBuilder, scalar: SSAValue, dims: Sequence[SSAValue], type_: TensorType
) -> SSAValue:
    """A tensor of which each element is `scalar`."""
    destination = empty(host, dims, type_)
    block = Block(arg_types=(scalar.type, type_.element_type))
    block.add_op(YieldOp.create(operands=(block.args[0],)))
    op = host.append(
        FillOp,
        (scalar, destination),
        (type_,),
        {"operandSegmentSizes": segments(1, 1)},
        (Region(block),),
    )
    return op.results[0]


def generic(
    host: HostBuilder,
    inputs: Sequence[SSAValue],
    input_maps: Sequence[AffineMapAttr],
    outputs: Sequence[SSAValue],
    output_maps: Sequence[AffineMapAttr],
    iterator_types: ArrayAttr[IteratorTypeAttr],
    body: Body,
) -> Sequence[SSAValue]:
    """A `linalg.generic` whose body is built by `body`; its results, one for each output."""
    operands = (*inputs, *outputs)
    block = Block(arg_types=[element_type(value) for value in operands])
    builder = Builder(block, host.location)
    builder.append(YieldOp, body(builder, *block.args), ())
    properties: dict[str, Attribute] = {
        "indexing_maps": _map_array((*input_maps, *output_maps)),
        "iterator_types": iterator_types,
        "operandSegmentSizes": segments(len(inputs), len(outputs)),
    }
    types = [value.type for value in outputs]
    return host.append(GenericOp, operands, types, properties, (Region(block),)).results
