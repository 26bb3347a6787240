"""Elementwise operations whose operands lie across each other in memory: transposed, or strided in the last dimension.

The innermost loop and another one go tile by tile. What a tile needs of an operand that does not lie along the
innermost loop is first copied to the stack, in the order in which memory has it; the body then finds all its operands
in a row. So every line of memory is fetched once, and LLVM vectorizes the body as for contiguous operands.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from xdsl.dialects import arith
from xdsl.dialects.builtin import MemRefType
from xdsl.ir import SSAValue

from tir.lowering.kernels_to_loops.loops import Extent, Loop, for_rows, over
from tir.lowering.kernels_to_loops.nest import emit
from tir.lowering.kernels_to_loops.structure import Structured, buffers, grain
from tir.lowering.structured.builder import LoopBuilder, memref_type
from tir.lowering.structured.operands import Operand, loop_sizes, product
from tir.support.cost_model import TILE_LENGTH, TILE_ROWS


@dataclass(frozen=True)
class _TileOperand(Operand):
    """The copy of what a tile needs of an operand: rows along the innermost loop, one for each index of another."""

    row_loop: int
    first_row: SSAValue
    first_column: SSAValue

    def indices(self, builder: LoopBuilder, loops: Sequence[SSAValue]) -> list[SSAValue]:
        """Where the element of an iteration has been copied to."""
        row = builder.binary(arith.SubiOp, loops[self.row_loop], self.first_row)
        column = builder.binary(arith.SubiOp, loops[-1], self.first_column)
        return [builder.add_index(builder.multiply(row, builder.index(TILE_LENGTH)), column)]


def lower_tiles(
    builder: LoopBuilder, op: Structured, row_loop: int, copied: Sequence[bool]
) -> None:
    """Tiles over loop `row_loop` and the innermost one; `copied` says which inputs are copied first."""
    last = op.loops - 1
    sizes = loop_sizes(builder, buffers(op.operands), op.loops)
    tile_rows, tile_length = builder.index(TILE_ROWS), builder.index(TILE_LENGTH)
    others = [loop for loop in range(op.loops) if loop not in (row_loop, last)]
    tiles = [sizes[loop] for loop in others] + [builder.ceil_divide(sizes[row_loop], tile_rows)]

    def part(begin: SSAValue, end: SSAValue) -> None:
        scratch = [
            builder.alloca(
                MemRefType(memref_type(o.buffer).element_type, [TILE_ROWS * TILE_LENGTH])
            )
            for o, wanted in zip(buffers(op.inputs), copied, strict=True)
            if wanted
        ]

        def rows(_: SSAValue, indices: Sequence[SSAValue]) -> None:
            *outer, block = indices
            first_row = builder.multiply(block, tile_rows)
            end_row = builder.smaller(builder.add_index(first_row, tile_rows), sizes[row_loop])
            loops: list[Loop] = [Extent(size) for size in sizes]
            for loop, index in zip(others, outer, strict=True):
                loops[loop] = index
            loops[row_loop] = Extent(end_row, first_row)

            def tile(first: SSAValue, _: object) -> tuple[()]:
                stop = builder.smaller(builder.add_index(first, tile_length), sizes[last])
                loops[last] = Extent(stop, first)
                origin = (row_loop, first_row, first)
                emit(builder, _with_copies(builder, op, copied, scratch, loops, origin), loops)
                return ()

            builder.for_(sizes[last], (), tile, step=tile_length)

        for_rows(builder, begin, end, tiles, rows)

    work = builder.multiply(sizes[last], builder.index(op.work * TILE_ROWS))
    builder.parallel(product(builder, tiles), grain(builder, work), part)


def _with_copies(
    builder: LoopBuilder,
    op: Structured,
    copied: Sequence[bool],
    scratch: Sequence[SSAValue],
    loops: Sequence[Loop],
    origin: tuple[int, SSAValue, SSAValue],
) -> Structured:
    """Copy the inputs of a tile that do not lie along it; the operation on the copies."""
    row_loop = origin[0]
    # The innermost loop of the copy is the other one: along it transposed operands are contiguous.
    order = [op.loops - 1, row_loop]
    remaining = iter(scratch)
    inputs: list[Operand] = []
    for operand, wanted in zip(buffers(op.inputs), copied, strict=True):
        if not wanted:
            inputs.append(operand)
            continue
        copy = _TileOperand(next(remaining), operand.map, *origin)

        def move(indices: list[Loop], source: Operand = operand, target: Operand = copy) -> None:
            at: Sequence[SSAValue] = indices  # pyright: ignore[reportAssignmentType]
            target.store(builder, source.load(builder, at), at)

        over(builder, loops, order, move)
        inputs.append(copy)
    return op.with_operands([*inputs, *op.outputs])
