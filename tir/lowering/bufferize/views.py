"""Views: new sizes and strides over the same memory."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from xdsl.dialects import memref
from xdsl.dialects.builtin import DYNAMIC_INDEX, MemRefType
from xdsl.ir import Attribute, SSAValue

from tir.lowering.bufferize.types import (
    BufferBuilder,
    contiguous,
    is_contiguous,
    is_size_of,
    strided,
)
from tir.lowering.structured.builder import memref_type
from tir.lowering.structured.operands import has_unit_inner_stride


def dimshuffle(builder: BufferBuilder, source: SSAValue, order: Sequence[int]) -> SSAValue:
    """A view with dimensions permuted, added (-1) and dropped."""
    type_ = memref_type(source)
    metadata = builder.add(memref.ExtractStridedMetaDataOp(source))
    rank = len(type_.get_shape())
    base, offset, *rest = metadata.results
    sizes, strides = rest[:rank], rest[rank:]
    shape = [1 if axis < 0 else type_.get_shape()[axis] for axis in order]
    one = builder.constant(1)
    unit = bool(order) and order[-1] == rank - 1 and has_unit_inner_stride(type_)
    return builder.value(
        memref.ReinterpretCastOp.from_dynamic(
            base,
            [offset],
            [
                s if s != DYNAMIC_INDEX else sizes[axis]
                for s, axis in zip(shape, order, strict=True)
            ],
            # The stride of a dimension of size 1 is never used; 1 keeps it harmless.
            [
                1 if unit and i == len(order) - 1 else one if axis < 0 else strides[axis]
                for i, axis in enumerate(order)
            ],
            strided(type_.element_type, shape, unit),
        )
    )


def subview(
    builder: BufferBuilder,
    source: SSAValue,
    operands: Sequence[SSAValue],
    properties: Mapping[str, Attribute],
    result_shape: Sequence[int],
) -> SSAValue:
    """The view that a slice describes; operands and properties are those of the tensor operation."""
    element = memref_type(source).element_type

    def view_of(type_: MemRefType) -> memref.SubviewOp:
        return memref.SubviewOp.create(
            operands=[source, *operands], result_types=[type_], properties=properties
        )

    view = view_of(strided(element, result_shape))
    type_ = None
    if _takes_whole_rows(view):
        type_ = contiguous(element, result_shape)
    elif _steps_by_one_inside(view):
        type_ = strided(element, result_shape, unit_inner=True)
    if type_ is not None:
        view.erase()
        view = view_of(type_)
    return builder.value(view)


def _takes_whole_rows(view: memref.SubviewOp) -> bool:
    """Whether a view of contiguous memory is contiguous: all of every dimension, but for a range of the first one."""
    source = memref_type(view.source)
    if not is_contiguous(source) or any(step != 1 for step in view.static_strides.iter_values()):
        return False
    offsets, sizes = list(view.static_offsets.iter_values()), list(view.static_sizes.iter_values())
    dynamic = iter(view.sizes)
    for axis, size in enumerate(sizes):
        value = next(dynamic) if size == DYNAMIC_INDEX else None
        if axis == 0:
            continue
        whole = size == 1 == source.get_shape()[axis] or is_size_of(value, view.source, axis)
        if offsets[axis] != 0 or not whole:
            return False
    return True


def _steps_by_one_inside(view: memref.SubviewOp) -> bool:
    """Whether neighbours in the last dimension, which the view must keep, stay neighbours."""
    source, result = memref_type(view.source), memref_type(view.result)
    if not has_unit_inner_stride(source) or not result.get_shape():
        return False
    sizes = list(view.static_sizes.iter_values())
    # Sizes that are 1 may have been dropped: only one that is not 1 is certainly the last one of the result.
    return list(view.static_strides.iter_values())[-1] == 1 and sizes[-1] != 1


def contiguous_view(
    builder: BufferBuilder, source: SSAValue, sizes: Sequence[SSAValue], shape: Sequence[int]
) -> SSAValue:
    """Contiguous memory seen in another shape; `sizes` are those of its dynamic dimensions."""
    type_ = memref_type(source)
    remaining = iter(sizes)
    dims = [s if s != DYNAMIC_INDEX else next(remaining) for s in shape]
    strides: list[SSAValue | int] = []
    running: SSAValue | int = 1
    for size in reversed(dims):
        strides.insert(0, running)
        if isinstance(size, int) and size == 1:
            continue
        running = _product(builder, running, size)
    op = memref.ReinterpretCastOp.from_dynamic(
        source, [0], dims, strides, contiguous(type_.element_type, shape)
    )
    # A contiguous result needs no strides; what LLVM does not use it removes.
    return builder.value(op)


def _product(builder: BufferBuilder, left: SSAValue | int, right: SSAValue | int) -> SSAValue | int:
    if isinstance(left, int) and left == 1:
        return right
    if isinstance(right, int) and right == 1:
        return left
    left = builder.constant(left) if isinstance(left, int) else left
    right = builder.constant(right) if isinstance(right, int) else right
    return builder.multiply(left, right)
