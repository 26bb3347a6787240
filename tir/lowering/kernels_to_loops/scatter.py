"""Loops for `linalg_ext.scatter`: one after the other, since indices may repeat."""

from __future__ import annotations

from collections.abc import Sequence

from xdsl.dialects import arith
from xdsl.dialects.builtin import Float32Type, Float64Type, i1
from xdsl.ir import SSAValue

from tir.dialects.linalg_ext import ScatterOp
from tir.lowering.structured.builder import INDEX, LoopBuilder, memref_type


def lower_scatter(builder: LoopBuilder, op: ScatterOp) -> None:
    """A loop over the index vectors, and inside it loops over the dimensions that they do not index."""
    updates, *vectors = op.inputs
    destination = op.output
    rank = len(memref_type(destination).get_shape())
    inner_axes = range(len(vectors), rank)
    counts = [builder.size(v, 0) for v in (*vectors, updates) if not _is_one(v, 0)]
    count = counts[0] if counts else builder.index(1)

    def outer(row: SSAValue, _: Sequence[SSAValue]) -> Sequence[SSAValue]:
        position = [
            builder.value(
                arith.IndexCastOp(
                    builder.load(v, [builder.index(0) if _is_one(v, 0) else row]), INDEX
                )
            )
            for v in vectors
        ]
        _update(builder, op, row, position, list(inner_axes))
        return ()

    builder.for_(count, (), outer)


def _update(
    builder: LoopBuilder,
    op: ScatterOp,
    row: SSAValue,
    position: list[SSAValue],
    axes: list[int],
) -> None:
    updates, *vectors = op.inputs
    if axes:

        def body(index: SSAValue, _: Sequence[SSAValue]) -> Sequence[SSAValue]:
            _update(builder, op, row, [*position, index], axes[1:])
            return ()

        builder.for_(builder.size(op.output, axes[0]), (), body)
        return
    rest = position[len(vectors) :]
    at = [
        builder.index(0) if _is_one(updates, axis) else index
        for axis, index in enumerate([row, *rest])
    ]
    value = builder.load(updates, at)
    if op.combiner.data == "add":
        value = _add(builder, builder.load(op.output, position), value)
    builder.store(value, op.output, position)


def _is_one(buffer: SSAValue, axis: int) -> bool:
    return memref_type(buffer).get_shape()[axis] == 1


def _add(builder: LoopBuilder, left: SSAValue, right: SSAValue) -> SSAValue:
    if isinstance(left.type, Float32Type | Float64Type):
        return builder.binary(arith.AddfOp, left, right)
    return builder.binary(arith.OrIOp if left.type == i1 else arith.AddiOp, left, right)
