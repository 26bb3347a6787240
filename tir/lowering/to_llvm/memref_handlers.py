"""memref to the llvm dialect: descriptors in Python, element addresses as one GEP each."""

from __future__ import annotations

from collections.abc import Sequence

from xdsl.dialects import llvm, memref
from xdsl.dialects.builtin import (
    DYNAMIC_INDEX,
    DenseArrayBase,
    IntegerAttr,
    IntegerType,
    MemRefType,
    NoneAttr,
    UnitAttr,
    i1,
    i8,
    i32,
    i64,
)
from xdsl.ir import Attribute, Operation, SSAValue

from tir.dialects import llvm_ext, llvm_intrinsics
from tir.support.errors import LoweringError, UnsupportedError

from .descriptor import POINTER, Extent, MemRefDescriptor, element_size, storage_type
from .emitter import OUT_OF_MEMORY, FunctionEmitter, Handler, is_bool

ALIGNMENT = 64
_ORDERING = IntegerAttr(0, i64)
_NOT_EQUAL = {"predicate": IntegerAttr(1, i64)}
_PRODUCT = llvm.LLVMStructType.from_type_list([i64, i1])
_FIRST = DenseArrayBase.from_list(i64, [0])
_SECOND = DenseArrayBase.from_list(i64, [1])
_ALIGNMENTS = {size: IntegerAttr(size, i64) for size in (1, 2, 4, 8)}
_LARGEST_ALLOCATION = (1 << 62) - ALIGNMENT


def _memref_type(value: SSAValue) -> MemRefType:
    assert isinstance(value.type, MemRefType)
    return value.type


def element_pointer(
    emitter: FunctionEmitter,
    descriptor: MemRefDescriptor,
    indices: Sequence[SSAValue],
    inbounds: bool = True,
) -> SSAValue:
    """The address of an element; the index of a dimension of size 1 is 0 and is left out."""
    offset: Extent = 0
    for index, size, stride in zip(indices, descriptor.sizes, descriptor.strides, strict=True):
        if size != 1:
            offset = emitter.plus(offset, emitter.multiply(emitter.extent(index), stride))
    element = storage_type(descriptor.element)
    return emitter.offset_pointer(descriptor.pointer, offset, element, inbounds)


def _access_properties(
    emitter: FunctionEmitter, element: Attribute
) -> tuple[dict[str, Attribute], dict[str, Attribute]]:
    properties: dict[str, Attribute] = {
        "alignment": _ALIGNMENTS[element_size(element)],
        "ordering": _ORDERING,
    }
    attributes: dict[str, Attribute] = {}
    if emitter.access_groups:
        attributes["access_groups"] = emitter.groups_attribute()
    return properties, attributes


def _is_nontemporal(op: memref.LoadOp | memref.StoreOp) -> bool:
    return op.nontemporal is not None and bool(op.nontemporal.value.data)


def _load(emitter: FunctionEmitter, op: memref.LoadOp) -> None:
    descriptor = emitter.memref(op.memref)
    pointer = element_pointer(emitter, descriptor, op.indices)
    properties, attributes = _access_properties(emitter, descriptor.element)
    if _is_nontemporal(op):
        attributes["nontemporal"] = UnitAttr()
    load = llvm.LoadOp.create(
        operands=(pointer,),
        result_types=(storage_type(descriptor.element),),
        properties=properties,
        attributes=attributes,
    )
    emitter.add(load)
    value: SSAValue = load.results[0]
    if is_bool(descriptor.element):
        value = emitter.emit(llvm_ext.ICmpOp, (value, emitter.integer(0, i8)), i1, _NOT_EQUAL)
    emitter.values[op.res] = value


def _store(emitter: FunctionEmitter, op: memref.StoreOp) -> None:
    descriptor = emitter.memref(op.memref)
    pointer = element_pointer(emitter, descriptor, op.indices)
    value = emitter.value(op.value)
    if is_bool(descriptor.element):
        value = emitter.emit(llvm.ZExtOp, (value,), i8)
    properties, attributes = _access_properties(emitter, descriptor.element)
    if _is_nontemporal(op):
        properties["nontemporal"] = UnitAttr()
    emitter.add(
        llvm.StoreOp.create(operands=(value, pointer), properties=properties, attributes=attributes)
    )


def _dim(emitter: FunctionEmitter, op: memref.DimOp) -> None:
    descriptor = emitter.memref(op.source)
    index = emitter.known_integer(emitter.value(op.index))
    if index is None or not 0 <= index < len(descriptor.sizes):
        raise UnsupportedError("memref.dim needs a constant index within the rank")
    emitter.values[op.result] = emitter.materialize(descriptor.sizes[index])


def _sizes(
    emitter: FunctionEmitter, type_: MemRefType, dynamic: Sequence[SSAValue]
) -> list[Extent]:
    rest = iter(dynamic)
    return [
        emitter.extent(next(rest)) if size == DYNAMIC_INDEX else size for size in type_.get_shape()
    ]


def allocation_size(
    emitter: FunctionEmitter, sizes: Sequence[Extent], element_bytes: int
) -> SSAValue:
    """The bytes to ask for: a multiple of the alignment, never 0, and too many on overflow."""
    static = element_bytes
    dynamic: list[SSAValue] = []
    for size in sizes:
        if isinstance(size, int):
            static *= size
        else:
            dynamic.append(size)
    total = emitter.integer(min(static, _LARGEST_ALLOCATION))
    overflow: SSAValue | None = None
    for size in dynamic:
        product = emitter.emit(llvm_intrinsics.UMulWithOverflowOp, (total, size), _PRODUCT)
        total = emitter.emit(llvm.ExtractValueOp, (product,), i64, {"position": _FIRST})
        flag = emitter.emit(llvm.ExtractValueOp, (product,), i1, {"position": _SECOND})
        overflow = flag if overflow is None else emitter.emit(llvm.OrOp, (overflow, flag), i1)
    if overflow is not None:
        total = emitter.select(overflow, emitter.integer(_LARGEST_ALLOCATION), total)
        total = largest_allocation(emitter, total)
    padded = emitter.emit(llvm.AddOp, (total, emitter.integer(ALIGNMENT)), i64)
    return emitter.emit(llvm.AndOp, (padded, emitter.integer(-ALIGNMENT)), i64)


def largest_allocation(emitter: FunctionEmitter, size: SSAValue) -> SSAValue:
    """A number of bytes, or what no allocator gives if that is less: sums of two such numbers do not overflow."""
    return emitter.emit(llvm_intrinsics.UMinOp, (size, emitter.integer(_LARGEST_ALLOCATION)), i64)


def allocate(emitter: FunctionEmitter, size: SSAValue) -> SSAValue:
    """A call of the C allocator for `size` bytes; null where there is no memory."""
    emitter.module.declare("aligned_alloc", [i64, i64], POINTER)
    return emitter.call_value("aligned_alloc", [emitter.integer(ALIGNMENT), size], POINTER)


def free(emitter: FunctionEmitter, pointer: SSAValue) -> None:
    """A call of the C deallocator; null is allowed."""
    emitter.module.declare("free", [POINTER])
    emitter.call("free", [pointer])


def _alloc(emitter: FunctionEmitter, op: memref.AllocOp) -> None:
    type_ = _memref_type(op.memref)
    sizes = _sizes(emitter, type_, op.dynamic_sizes)
    slot = emitter.pointer_slot()
    emitter.alloc_slots[op.memref] = slot
    emitter.exit_actions.append(lambda: free(emitter, emitter.load(slot, POINTER)))
    if emitter.loop_depth:
        free(emitter, emitter.load(slot, POINTER))
    size = allocation_size(emitter, sizes, element_size(type_.element_type))
    pointer = allocate(emitter, size)
    emitter.set_slot(pointer, slot)
    emitter.check(
        emitter.compare("ne", pointer, emitter.null()), emitter.integer(OUT_OF_MEMORY, i32)
    )
    emitter.memrefs[op.memref] = MemRefDescriptor(
        pointer, type_.element_type, sizes, emitter.identity_strides(sizes)
    )


def _alloca(emitter: FunctionEmitter, op: memref.AllocaOp) -> None:
    type_ = _memref_type(op.memref)
    sizes = _sizes(emitter, type_, op.dynamic_sizes)
    count = 1
    for size in sizes:
        if not isinstance(size, int):
            raise UnsupportedError("memref.alloca needs static sizes: the stack is small")
        count *= size
    pointer = emitter.stack_slot(count, storage_type(type_.element_type), ALIGNMENT)
    emitter.memrefs[op.memref] = MemRefDescriptor(
        pointer, type_.element_type, sizes, emitter.identity_strides(sizes)
    )


def _dealloc(emitter: FunctionEmitter, op: memref.DeallocOp) -> None:
    slot = emitter.alloc_slots.get(op.memref)
    if slot is None:
        raise LoweringError("memref.dealloc takes the result of a memref.alloc")
    free(emitter, emitter.load(slot, POINTER))
    emitter.set_slot(emitter.null(), slot)


def _mixed(
    emitter: FunctionEmitter, static: DenseArrayBase[IntegerType], dynamic: Sequence[SSAValue]
) -> list[Extent]:
    rest = iter(dynamic)
    return [
        emitter.extent(next(rest)) if value == DYNAMIC_INDEX else int(value)
        for value in static.iter_values()
    ]


def _kept_dimensions(shape: Sequence[int], sizes: Sequence[int]) -> list[int]:
    """The source dimensions that a subview of a smaller rank keeps: it drops sizes of 1."""
    kept: list[int] = []
    for position, size in enumerate(sizes):
        remaining = len(sizes) - position
        needed = len(shape) - len(kept)
        if needed and (shape[len(kept)] == size or remaining == needed):
            kept.append(position)
        elif size != 1:
            raise LoweringError("memref.subview drops a dimension that is not 1")
    return kept


def _subview(emitter: FunctionEmitter, op: memref.SubviewOp) -> None:
    source = emitter.memref(op.source)
    type_ = _memref_type(op.result)
    offsets = _mixed(emitter, op.static_offsets, op.offsets)
    sizes = _mixed(emitter, op.static_sizes, op.sizes)
    steps = _mixed(emitter, op.static_strides, op.strides)
    offset: Extent = 0
    for start, stride in zip(offsets, source.strides, strict=True):
        offset = emitter.plus(offset, emitter.multiply(start, stride))
    # An empty view may start outside of its source.
    pointer = emitter.offset_pointer(
        source.pointer, offset, storage_type(source.element), inbounds=False
    )
    strides = [
        emitter.multiply(step, stride) for step, stride in zip(steps, source.strides, strict=True)
    ]
    static = [int(size) for size in op.static_sizes.iter_values()]
    kept = _kept_dimensions(type_.get_shape(), static)
    emitter.memrefs[op.result] = MemRefDescriptor(
        pointer, source.element, [sizes[i] for i in kept], [strides[i] for i in kept]
    )


def _reinterpret_cast(emitter: FunctionEmitter, op: memref.ReinterpretCastOp) -> None:
    source = emitter.memref(op.source)
    offsets = _mixed(emitter, op.static_offsets, op.offsets)
    pointer = emitter.offset_pointer(
        source.pointer, offsets[0], storage_type(source.element), inbounds=False
    )
    emitter.memrefs[op.result] = MemRefDescriptor(
        pointer,
        source.element,
        _mixed(emitter, op.static_sizes, op.sizes),
        _mixed(emitter, op.static_strides, op.strides),
    )


def _metadata(emitter: FunctionEmitter, op: memref.ExtractStridedMetaDataOp) -> None:
    """The offset is always 0: the base buffer starts at the first element of the source."""
    source = emitter.memref(op.source)
    emitter.memrefs[op.base_buffer] = MemRefDescriptor(source.pointer, source.element, [], [])
    emitter.values[op.offset] = emitter.integer(0)
    for result, extent in zip(
        (*op.sizes, *op.strides), (*source.sizes, *source.strides), strict=True
    ):
        emitter.values[result] = emitter.materialize(extent)


def _cast(emitter: FunctionEmitter, op: memref.CastOp) -> None:
    source = emitter.memref(op.source)
    sizes = [
        size if static == DYNAMIC_INDEX else static
        for size, static in zip(source.sizes, _memref_type(op.dest).get_shape(), strict=True)
    ]
    emitter.memrefs[op.dest] = MemRefDescriptor(
        source.pointer, source.element, sizes, source.strides
    )


def _copy(emitter: FunctionEmitter, op: memref.CopyOp) -> None:
    """Nothing is copied where both are the same memory, which intrinsics would go through nevertheless."""
    source, destination = emitter.memref(op.source), emitter.memref(op.destination)
    for value in (op.source, op.destination):
        if not isinstance(_memref_type(value).layout, NoneAttr):
            raise UnsupportedError(f"{op.name} copies contiguous memory only")
    size: Extent = element_size(source.element)
    for extent in source.sizes:
        size = emitter.multiply(size, extent)
    same = emitter.compare("eq", source.pointer, destination.pointer)
    count = emitter.select(same, emitter.integer(0), emitter.materialize(size))
    emitter.module.declare("memcpy", [POINTER, POINTER, i64], POINTER)
    emitter.call("memcpy", [destination.pointer, source.pointer, count], POINTER)


HANDLERS: dict[type[Operation], Handler] = {
    memref.LoadOp: _load,
    memref.StoreOp: _store,
    memref.DimOp: _dim,
    memref.AllocOp: _alloc,
    memref.AllocaOp: _alloca,
    memref.DeallocOp: _dealloc,
    memref.SubviewOp: _subview,
    memref.ReinterpretCastOp: _reinterpret_cast,
    memref.CastOp: _cast,
    memref.CopyOp: _copy,
    memref.ExtractStridedMetaDataOp: _metadata,
}
