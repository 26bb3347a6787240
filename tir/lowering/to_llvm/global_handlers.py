"""Constant arrays: memref.global and memref.get_global to globals of the llvm dialect."""

from __future__ import annotations

from math import prod

from xdsl.dialects import llvm, memref
from xdsl.dialects.builtin import (
    DYNAMIC_INDEX,
    DenseIntOrFPElementsAttr,
    MemRefType,
    TensorType,
    i8,
)
from xdsl.ir import Operation

from tir.support.errors import UnsupportedError

from .descriptor import POINTER, Extent, MemRefDescriptor, storage_type
from .emitter import FunctionEmitter, Handler, is_bool
from .memref_handlers import ALIGNMENT


def convert_global(op: memref.GlobalOp) -> llvm.GlobalOp:
    """The llvm global of a constant array: flat, aligned, a bool in a byte."""
    type_ = op.type
    assert isinstance(type_, MemRefType)
    value = op.initial_value
    shape = type_.get_shape()
    if not isinstance(value, DenseIntOrFPElementsAttr) or DYNAMIC_INDEX in shape:
        raise UnsupportedError(
            f"memref.global @{op.sym_name.data} needs a value and a static shape"
        )
    if is_bool(type_.element_type):
        flags = [int(flag) & 1 for flag in value.get_values()]  # pyright: ignore[reportArgumentType]
        value = DenseIntOrFPElementsAttr.from_list(TensorType(i8, [len(flags)]), flags)
    return llvm.GlobalOp(
        llvm.LLVMArrayType(prod(shape), storage_type(type_.element_type)),
        op.sym_name,
        "internal",
        constant=op.constant is not None,
        value=value,
        alignment=ALIGNMENT,
    )


def _get_global(emitter: FunctionEmitter, op: memref.GetGlobalOp) -> None:
    type_ = op.memref.type
    assert isinstance(type_, MemRefType)
    address = llvm.AddressOfOp(op.name_, POINTER)
    emitter.add(address)
    sizes: list[Extent] = list(type_.get_shape())
    emitter.memrefs[op.memref] = MemRefDescriptor(
        address.result, type_.element_type, sizes, emitter.identity_strides(sizes)
    )


HANDLERS: dict[type[Operation], Handler] = {memref.GetGlobalOp: _get_global}
