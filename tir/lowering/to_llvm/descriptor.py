"""Memrefs as the converter sees them: a pointer, sizes and strides, never a value of the IR."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from xdsl.dialects import llvm
from xdsl.dialects.builtin import (
    DYNAMIC_INDEX,
    Float16Type,
    Float32Type,
    Float64Type,
    IndexType,
    IntegerType,
    MemRefType,
    NoneAttr,
    i8,
    i64,
)
from xdsl.ir import Attribute, SSAValue

from tir.support.errors import LoweringError, UnsupportedError

Extent: TypeAlias = SSAValue | int
"""A size or stride: an i64 value, or a constant that is not in the IR until it is needed."""

POINTER = llvm.LLVMPointerType()


@dataclass(slots=True)
class MemRefDescriptor:
    """A memref: `pointer` to its first element, and a size and a stride in elements per dimension."""

    pointer: SSAValue
    element: Attribute
    sizes: list[Extent]
    strides: list[Extent]


def storage_type(element: Attribute) -> Attribute:
    """The type an element is stored as: a bool takes a byte, an index 64 bits."""
    if isinstance(element, IndexType):
        return i64
    if isinstance(element, IntegerType) and element.width.data == 1:
        return i8
    return element


def element_size(element: Attribute) -> int:
    """The bytes that an element occupies in memory."""
    stored = storage_type(element)
    match stored:
        case IntegerType():
            return stored.width.data // 8
        case Float16Type():
            return 2
        case Float32Type():
            return 4
        case Float64Type():
            return 8
        case _:
            raise UnsupportedError(f"memrefs of {element} cannot be lowered to LLVM")


def convert_type(type_: Attribute) -> Attribute:
    """The LLVM type of a scalar: index becomes i64."""
    match type_:
        case IndexType():
            return i64
        case IntegerType() | Float16Type() | Float32Type() | Float64Type():
            return type_
        case llvm.LLVMPointerType() | llvm.LLVMStructType() | llvm.LLVMArrayType():
            return type_
        case MemRefType():
            raise LoweringError(
                "a memref cannot be a block argument, a loop-carried value or a result here"
            )
        case _:
            raise UnsupportedError(f"values of type {type_} cannot be lowered to LLVM")


def static_strides(type_: MemRefType) -> tuple[int | None, ...] | None:
    """The strides of an explicit layout, None where dynamic; None for the identity layout."""
    layout = type_.layout
    if isinstance(layout, NoneAttr):
        return None
    strides = layout.get_strides()
    if strides is None:
        raise UnsupportedError(f"the layout of {type_} is not strided")
    return tuple(strides)


def exploded_types(type_: Attribute) -> list[Attribute]:
    """The LLVM parameters that a function parameter becomes.

    A memref becomes a pointer to its first element, an i64 for each dynamic size, and, where its layout
    is explicit, an i64 for each dynamic stride. Its offset is part of the pointer.
    """
    if not isinstance(type_, MemRefType):
        return [convert_type(type_)]
    element_size(type_.element_type)
    count = sum(size == DYNAMIC_INDEX for size in type_.get_shape())
    strides = static_strides(type_)
    if strides is not None:
        count += sum(stride is None for stride in strides)
    return [POINTER, *([i64] * count)]
