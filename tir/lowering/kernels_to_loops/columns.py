"""Kernels that reduce columns: rows stream by, the accumulators of a tile of columns stay in the cache."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from xdsl.dialects import arith, memref
from xdsl.dialects.builtin import DYNAMIC_INDEX, MemRefType
from xdsl.ir import SSAValue

from tir.lowering.kernels_to_loops.locals import Local, find_locals
from tir.lowering.kernels_to_loops.nest import Extent, Loop, emit
from tir.lowering.kernels_to_loops.structure import Structured, buffers
from tir.lowering.structured.builder import LoopBuilder, memref_type
from tir.lowering.structured.operands import (
    AnyOperand,
    Operand,
    loop_sizes,
    product,
    unit_strides,
)
from tir.support.cost_model import COLUMN_TILE, PARALLEL_WORK


@dataclass(frozen=True)
class _TileOperand(Operand):
    """An operand that holds one tile: the index of the last loop counts from the tile's first column."""

    loop: int
    origin: SSAValue

    def indices(self, builder: LoopBuilder, loops: Sequence[SSAValue]) -> list[SSAValue]:
        """The index of the element of an iteration."""
        here = list(loops)
        here[self.loop] = builder.binary(arith.SubiOp, loops[self.loop], self.origin)
        return super().indices(builder, here)


def lower_columns(
    builder: LoopBuilder,
    ops: Sequence[Structured],
    allocations: Mapping[SSAValue, Sequence[SSAValue]] | None = None,
) -> None:
    """Tiles of columns that threads may share; faster loops where the innermost strides are 1."""
    shared = [(op.loops - 1,) for op in ops]
    locals_ = find_locals(builder, allocations or {}, ops, shared)
    condition: SSAValue | None = None
    simplified: list[Structured] = []
    for op in ops:
        met, operands = unit_strides(builder, op.operands, op.loops - 1)
        if met is not None:
            condition = met if condition is None else builder.both(condition, met)
        simplified.append(op.with_operands(operands))
    builder.choose(
        condition,
        lambda: _tiles(builder, simplified, locals_),
        lambda: _tiles(builder, ops, locals_),
    )


def _tiles(
    builder: LoopBuilder, ops: Sequence[Structured], locals_: Mapping[SSAValue, Local]
) -> None:
    sizes = [loop_sizes(builder, buffers(op.operands), op.loops) for op in ops]
    columns = sizes[0][-1]
    tile = builder.index(COLUMN_TILE)
    work = builder.index(1)
    for op, extents in zip(ops, sizes, strict=True):
        rows = product(builder, extents[:-1])
        cost = builder.multiply(rows, builder.index(op.work * COLUMN_TILE))
        work = builder.add_index(work, cost)

    def part(begin: SSAValue, end: SSAValue) -> None:
        made = {b: _allocate_tile(builder, local) for b, local in locals_.items()}

        def one(number: SSAValue, _: object) -> tuple[()]:
            origin = builder.multiply(number, tile)
            stop = builder.smaller(builder.add_index(origin, tile), columns)
            for op, extents in zip(ops, sizes, strict=True):
                loops: list[Loop] = [*map(Extent, extents[:-1]), Extent(stop, origin)]
                operands = [_view(o, op, made, origin) for o in op.operands]
                emit(builder, op.with_operands(operands), loops)
            return ()

        builder.for_(end, (), one, lower=begin)
        for buffer in made.values():
            if isinstance(buffer.owner, memref.AllocOp):
                builder.add(memref.DeallocOp.get(buffer))

    grain = builder.ceil_divide(builder.index(PARALLEL_WORK), work)
    builder.parallel(builder.ceil_divide(columns, tile), grain, part)


def _view(
    operand: AnyOperand, op: Structured, made: Mapping[SSAValue, SSAValue], origin: SSAValue
) -> AnyOperand:
    if isinstance(operand, Operand) and (buffer := made.get(operand.buffer)) is not None:
        return _TileOperand(buffer, operand.map, op.loops - 1, origin)
    return operand


def _allocate_tile(builder: LoopBuilder, local: Local) -> SSAValue:
    """Memory for a tile of a local buffer: on the stack unless it has more dimensions than the columns."""
    type_ = memref_type(local.buffer)
    shape = [
        COLUMN_TILE if axis in local.shared else size
        for axis, size in enumerate(type_.get_shape())
    ]
    if DYNAMIC_INDEX not in shape:
        return builder.alloca(MemRefType(type_.element_type, shape))
    sizes = [local.sizes[axis] for axis, size in enumerate(shape) if size == DYNAMIC_INDEX]
    return builder.alloc(MemRefType(type_.element_type, shape), sizes)
