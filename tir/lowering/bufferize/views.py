"""Views: new sizes and strides over the same memory."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from xdsl.dialects import memref
from xdsl.dialects.builtin import DYNAMIC_INDEX
from xdsl.ir import Attribute, SSAValue

from tir.lowering.bufferize.types import BufferBuilder, contiguous, strided
from tir.lowering.structured.builder import memref_type


def dimshuffle(builder: BufferBuilder, source: SSAValue, order: Sequence[int]) -> SSAValue:
    """A view with dimensions permuted, added (-1) and dropped."""
    type_ = memref_type(source)
    metadata = builder.add(memref.ExtractStridedMetaDataOp(source))
    rank = len(type_.get_shape())
    base, offset, *rest = metadata.results
    sizes, strides = rest[:rank], rest[rank:]
    shape = [1 if axis < 0 else type_.get_shape()[axis] for axis in order]
    one = builder.constant(1)
    return builder.value(
        memref.ReinterpretCastOp.from_dynamic(
            base,
            [offset],
            [
                s if s != DYNAMIC_INDEX else sizes[axis]
                for s, axis in zip(shape, order, strict=True)
            ],
            # The stride of a dimension of size 1 is never used; 1 keeps it harmless.
            [one if axis < 0 else strides[axis] for axis in order],
            strided(type_.element_type, shape),
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
    type_ = memref_type(source)
    return builder.value(
        memref.SubviewOp.create(
            operands=[source, *operands],
            result_types=[strided(type_.element_type, result_shape)],
            properties=properties,
        )
    )


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
