"""Memref types, and the shorthand for building host arithmetic."""

from __future__ import annotations

from collections.abc import Sequence

from xdsl.dialects import arith, memref
from xdsl.dialects.builtin import (
    DYNAMIC_INDEX,
    IndexType,
    IntAttr,
    IntegerAttr,
    LocationAttr,
    MemRefType,
    NoneAttr,
    StridedLayoutAttr,
    TensorType,
)
from xdsl.ir import Attribute, Block, Operation, SSAValue

from tir.lowering.structured.builder import memref_type

INDEX = IndexType()


def contiguous(element_type: Attribute, shape: Sequence[int]) -> MemRefType:
    """The type of a buffer of our own making: row-major, no gaps."""
    return MemRefType(element_type, shape)


def strided(element_type: Attribute, shape: Sequence[int], unit_inner: bool = False) -> MemRefType:
    """The type of memory laid out by somebody else: any offset, any strides, but for 1 in the last dimension if said."""
    strides: list[IntAttr | NoneAttr] = [NoneAttr() for _ in shape]
    if unit_inner and strides:
        strides[-1] = IntAttr(1)
    return MemRefType(element_type, shape, StridedLayoutAttr(strides, NoneAttr()))


def is_contiguous(type_: MemRefType) -> bool:
    """Whether the type promises a row-major layout."""
    return isinstance(type_.layout, NoneAttr)


def tensor_type(value: SSAValue) -> TensorType:
    """The type of a value that is a tensor."""
    assert isinstance(value.type, TensorType)
    return value.type


def is_size_of(size: SSAValue | None, buffer: SSAValue, axis: int) -> bool:
    """Whether an index was asked of a buffer as its size along an axis."""
    if size is None or not isinstance(size.owner, memref.DimOp):
        return False
    index = size.owner.index.owner
    return (
        size.owner.source is buffer
        and isinstance(index, arith.ConstantOp)
        and isinstance(index.value, IntegerAttr)
        and index.value.value.data == axis
    )


class BufferBuilder:
    """Adds operations at the end of a block, each with the current location."""

    def __init__(self, block: Block) -> None:
        self.block = block
        self.location: LocationAttr | None = None
        self._constants: dict[int, SSAValue] = {}

    def add(self, op: Operation) -> Operation:
        """Add an operation."""
        if self.location is not None:
            op.location = self.location
        self.block.add_op(op)
        return op

    def value(self, op: Operation) -> SSAValue:
        """Add an operation and give its first result."""
        return self.add(op).results[0]

    def constant(self, number: int) -> SSAValue:
        """An index constant, made once for the block."""
        known = self._constants.get(number)
        if known is None:
            known = self.value(arith.ConstantOp(IntegerAttr(number, INDEX)))
            self._constants[number] = known
        return known

    def multiply(self, left: SSAValue, right: SSAValue) -> SSAValue:
        """Product of two index values."""
        return self.value(arith.MuliOp.create(operands=[left, right], result_types=[INDEX]))

    def sizes(self, buffer: SSAValue) -> list[SSAValue]:
        """The sizes of the dynamic dimensions of a memref."""
        return [
            self.value(memref.DimOp(buffer, self.constant(axis)))
            for axis, size in enumerate(memref_type(buffer).get_shape())
            if size == DYNAMIC_INDEX
        ]
