"""rt to the llvm dialect: the memory of outputs, of updates in place, and of the call."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from xdsl.dialects import llvm
from xdsl.dialects.builtin import IntegerAttr, MemRefType, i8, i32, i64
from xdsl.ir import Operation, SSAValue

from tir.dialects import rt
from tir.support.errors import LoweringError

from .descriptor import POINTER, Extent, MemRefDescriptor, element_size
from .emitter import EXCEPTION_IS_SET, OUT_OF_MEMORY, FunctionEmitter, Handler
from .memref_handlers import allocation_size, largest_allocation

NEW_ARRAY = "tir_new_array"
TAKE_SHARED = "tir_take_shared"
TAKE_INPUT, TAKE_SCRATCH = "tir_take_input", "tir_take_scratch"
SCRATCH_MALLOC, SCRATCH_FREE = "tir_scratch_malloc", "tir_scratch_free"
MAXIMAL_RANK = 32
_DATA_OFFSET = 16


def main_only(emitter: FunctionEmitter, op: Operation) -> None:
    """`LoweringError` for an operation that stands in another function."""
    if not emitter.is_main:
        raise LoweringError(f"{op.name} belongs in @main")


def _alloc_output(emitter: FunctionEmitter, op: rt.AllocOutputOp) -> None:
    main_only(emitter, op)
    type_ = op.memref.type
    assert isinstance(type_, MemRefType)
    dynamic = iter(op.dims)
    sizes: list[Extent] = [
        1 if size == 1 else emitter.extent(next(dynamic)) if size < 0 else size
        for size in type_.get_shape()
    ]
    emitter.module.declare(NEW_ARRAY, [i32, POINTER, i32, i64], POINTER)
    dtype = np.dtype(op.dtype.data)
    array = emitter.call_value(NEW_ARRAY, _new_array_arguments(emitter, sizes, dtype), POINTER)
    _set_output(emitter, op, op.index, array, sizes)
    _count_memory(emitter, _bytes(emitter, sizes, dtype.itemsize))


def _new_array_arguments(
    emitter: FunctionEmitter, sizes: Sequence[Extent], dtype: np.dtype[Any]
) -> list[SSAValue]:
    """The rank, the sizes, the dtype and its item size, as the functions of the pool take them."""
    if emitter.dims_slot is None:
        emitter.dims_slot = emitter.stack_slot(MAXIMAL_RANK, i64)
    for position, size in enumerate(sizes):
        place = emitter.offset_pointer(emitter.dims_slot, position, i64)
        emitter.store(emitter.materialize(size), place)
    return [
        emitter.integer(len(sizes), i32),
        emitter.dims_slot,
        emitter.integer(dtype.num, i32),
        emitter.integer(dtype.itemsize),
    ]


def _bytes(emitter: FunctionEmitter, sizes: Sequence[Extent], item_size: int) -> Extent:
    size: Extent = item_size
    for extent in sizes:
        size = emitter.multiply(size, extent)
    return size


def _take_shared(emitter: FunctionEmitter, op: rt.TakeSharedOp) -> None:
    main_only(emitter, op)
    emitter.module.declare(TAKE_SHARED, [POINTER, POINTER], POINTER)
    # Behind the outputs stand the old array and the cell of each output that replaces one.
    outputs = emitter.prologue.args[-1]
    first = emitter.output_count + 2 * (op.index.value.data - emitter.first_update)
    arguments = [
        emitter.load(emitter.offset_pointer(outputs, first + i, POINTER), POINTER) for i in (0, 1)
    ]
    array = emitter.call_value(TAKE_SHARED, arguments, POINTER)
    _set_output(emitter, op, op.index, array, emitter.memref(op.source).sizes)


def _take_input(emitter: FunctionEmitter, op: rt.TakeInputOp) -> None:
    main_only(emitter, op)
    number = emitter.taken_slots.get(op.source)
    if number is None:
        raise LoweringError(f"{op.name} takes a parameter of @main")
    outputs = emitter.prologue.args[-1]
    free = emitter.load(emitter.offset_pointer(outputs, number, POINTER), POINTER)
    is_free = emitter.compare("ne", free, emitter.null())
    sizes = emitter.memref(op.source).sizes
    if op.index is None or op.dtype is None:
        size = _take_scratch(emitter, op, free, is_free)
    else:
        dtype = np.dtype(op.dtype.data)
        emitter.module.declare(TAKE_INPUT, [POINTER, i32, POINTER, i32, i64], POINTER)
        arguments = [free, *_new_array_arguments(emitter, sizes, dtype)]
        array = emitter.call_value(TAKE_INPUT, arguments, POINTER)
        _set_output(emitter, op, op.index, array, sizes)
        size = emitter.materialize(_bytes(emitter, sizes, dtype.itemsize))
    _count_memory(emitter, emitter.select(is_free, emitter.integer(0), size))


def _take_scratch(
    emitter: FunctionEmitter, op: rt.TakeInputOp, free: SSAValue, is_free: SSAValue
) -> SSAValue:
    """A temporary in an input, or in new memory, which is given back when the function is left; the bytes of that."""
    source = emitter.memref(op.source)
    size = allocation_size(emitter, source.sizes, element_size(source.element))
    emitter.module.declare(TAKE_SCRATCH, [POINTER, i64], POINTER)
    data = emitter.call_value(TAKE_SCRATCH, [free, size], POINTER)
    _free_at_exit(emitter, emitter.select(is_free, emitter.null(), data), size)
    _check_memory(emitter, data)
    emitter.memrefs[op.memref] = MemRefDescriptor(
        data, source.element, source.sizes, emitter.identity_strides(source.sizes)
    )
    return size


def _free_at_exit(emitter: FunctionEmitter, block: SSAValue, size: SSAValue) -> None:
    """Have memory of `tir_scratch_malloc` given back however the function is left."""
    emitter.module.declare(SCRATCH_FREE, [POINTER, i64])
    slot, size_slot = emitter.pointer_slot(), emitter.stack_slot(1, i64)

    def give_back() -> None:
        emitter.call(SCRATCH_FREE, [emitter.load(slot, POINTER), emitter.load(size_slot, i64)])

    emitter.exit_actions.append(give_back)
    emitter.set_slot(block, slot)
    emitter.store(size, size_slot)


def _check_memory(emitter: FunctionEmitter, block: SSAValue) -> None:
    emitter.check(emitter.compare("ne", block, emitter.null()), emitter.integer(OUT_OF_MEMORY, i32))


def _set_output(
    emitter: FunctionEmitter,
    op: rt.AllocOutputOp | rt.TakeSharedOp | rt.TakeInputOp,
    index: IntegerAttr,
    array: SSAValue,
    sizes: list[Extent],
) -> None:
    """Hand the array over to the caller, and let the memref be its data."""
    emitter.check(
        emitter.compare("ne", array, emitter.null()), emitter.integer(EXCEPTION_IS_SET, i32)
    )
    outputs = emitter.prologue.args[-1]
    emitter.store(array, emitter.offset_pointer(outputs, index.value.data, POINTER))
    data = emitter.load(emitter.offset_pointer(array, _DATA_OFFSET // 8, i64), POINTER)
    type_ = op.memref.type
    assert isinstance(type_, MemRefType)
    emitter.memrefs[op.memref] = MemRefDescriptor(
        data, type_.element_type, sizes, emitter.identity_strides(sizes)
    )


def _alloc_arena(emitter: FunctionEmitter, op: rt.AllocArenaOp) -> None:
    main_only(emitter, op)
    dynamic = iter(op.dims)
    total = emitter.integer(0)
    offsets: list[SSAValue] = []
    shapes: list[list[Extent]] = []
    for buffer in op.buffers:
        assert isinstance(buffer.type, MemRefType)
        sizes: list[Extent] = [
            emitter.extent(next(dynamic)) if size < 0 else size for size in buffer.type.get_shape()
        ]
        offsets.append(total)
        shapes.append(sizes)
        size = allocation_size(emitter, sizes, element_size(buffer.type.element_type))
        # Two that are no larger than the largest have a sum that does not overflow.
        both = emitter.emit(llvm.AddOp, (total, size), i64)
        total = largest_allocation(emitter, both)
    emitter.module.declare(SCRATCH_MALLOC, [i64], POINTER)
    block = emitter.call_value(SCRATCH_MALLOC, [total], POINTER)
    _free_at_exit(emitter, block, total)
    _check_memory(emitter, block)
    _count_memory(emitter, total)
    for buffer, offset, sizes in zip(op.buffers, offsets, shapes, strict=True):
        assert isinstance(buffer.type, MemRefType)
        emitter.memrefs[buffer] = MemRefDescriptor(
            emitter.offset_pointer(block, offset, i8),
            buffer.type.element_type,
            sizes,
            emitter.identity_strides(sizes),
        )


def _count_memory(emitter: FunctionEmitter, size: Extent) -> None:
    """Add to the bytes that this call has allocated."""
    emitter.memory_use = emitter.plus(emitter.memory_use, size)


HANDLERS: dict[type[Operation], Handler] = {
    rt.AllocOutputOp: _alloc_output,
    rt.TakeSharedOp: _take_shared,
    rt.TakeInputOp: _take_input,
    rt.AllocArenaOp: _alloc_arena,
}
