"""Reductions of columns: rows stream by, and are added to accumulators in memory, one for each column.

Threads share blocks of rows, each with accumulators of its own, which are combined at the end. The blocks depend on the
sizes only, so the result does not depend on the number of threads. Where rows are long, threads share columns.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from xdsl.dialects import arith, memref
from xdsl.dialects.builtin import DYNAMIC_INDEX, MemRefType
from xdsl.ir import SSAValue

from tir.lowering.kernels_to_loops.combine import Combiner, combiner
from tir.lowering.kernels_to_loops.nest import Extent, Loop, emit
from tir.lowering.kernels_to_loops.structure import Structured, buffers, grain
from tir.lowering.structured.builder import LoopBuilder
from tir.lowering.structured.operands import (
    Operand,
    loop_sizes,
    product,
    run,
)
from tir.support.cost_model import PARALLEL_WORK, ROW_BLOCKS, WIDE_ROW


def lower_columns(builder: LoopBuilder, op: Structured) -> None:
    """Loops for a reduction whose last loop, and no other, is parallel."""
    sizes = loop_sizes(builder, buffers(op.operands), op.loops)
    combiners = {n: combiner(op, n) for n in range(len(op.outputs)) if op.accumulates(n)}
    known = {n: c for n, c in combiners.items() if c is not None}
    in_place = all(o.is_contiguous for o in buffers(op.outputs))
    if len(known) < len(combiners) or not in_place:
        _share_columns(builder, op, sizes)
        return
    wide = builder.value(arith.CmpiOp(sizes[-1], builder.index(WIDE_ROW), "sgt"))
    builder.if_else(
        wide,
        lambda: _share_columns(builder, op, sizes),
        lambda: _share_rows(builder, op, known, sizes),
    )


def _share_columns(builder: LoopBuilder, op: Structured, sizes: Sequence[SSAValue]) -> None:
    """Each thread goes through all rows of some columns."""
    loops: list[Loop] = [Extent(size) for size in sizes]
    work = builder.multiply(product(builder, sizes[:-1]), builder.index(op.work))
    # Less than a page of a row at a time would waste what memory fetches ahead.
    least = builder.larger(grain(builder, work), builder.index(WIDE_ROW // 4))
    builder.parallel(
        sizes[-1],
        least,
        lambda begin, end: emit(builder, op, [*loops[:-1], Extent(end, begin)]),
    )


def _share_rows(
    builder: LoopBuilder,
    op: Structured,
    combiners: Mapping[int, Combiner],
    sizes: Sequence[SSAValue],
) -> None:
    """Each block of rows has accumulators of its own; the first block uses the results themselves."""
    rows, columns = sizes[0], sizes[-1]
    work = builder.multiply(product(builder, sizes[1:]), builder.index(op.work))
    work = builder.larger(work, builder.index(1))
    blocks = builder.binary(
        arith.DivUIOp, builder.multiply(rows, work), builder.index(PARALLEL_WORK)
    )
    blocks = builder.larger(builder.smaller(blocks, builder.index(ROW_BLOCKS)), builder.index(1))
    block = builder.ceil_divide(rows, blocks)
    others = builder.binary(arith.SubiOp, blocks, builder.index(1))
    partial = {
        n: builder.alloc(MemRefType(c.type, [DYNAMIC_INDEX]), [builder.multiply(others, columns)])
        for n, c in combiners.items()
    }

    def part(begin: SSAValue, end: SSAValue) -> None:
        def one(number: SSAValue, _: object) -> tuple[()]:
            lower = builder.multiply(number, block)
            upper = builder.smaller(builder.add_index(lower, block), rows)
            outer: list[Loop] = [Extent(upper, lower), *map(Extent, sizes[1:-1])]
            its = _block_of(builder, op, combiners, partial, number, columns)

            def several() -> None:
                emit(builder, its, [*outer, Extent(columns)])

            if any(op.is_long_sum(n) for n in combiners):
                # A single column is summed in a register, with the care that rows are summed with.
                single = builder.equal(columns, builder.index(1))
                zero = builder.index(0)
                builder.if_else(single, lambda: emit(builder, its, [*outer, zero]), several)
            else:
                several()
            return ()

        builder.for_(end, (), one, lower=begin)

    builder.parallel(blocks, builder.index(1), part)
    _combine(builder, op, combiners, partial, others, columns)
    for buffer in partial.values():
        builder.add(memref.DeallocOp.get(buffer))


def _block_of(
    builder: LoopBuilder,
    op: Structured,
    combiners: Mapping[int, Combiner],
    partial: Mapping[int, SSAValue],
    number: SSAValue,
    columns: SSAValue,
) -> Structured:
    """The operation with the accumulators, and the values they start from, of a block."""
    first = builder.equal(number, builder.index(0))
    before = builder.binary(arith.SubiOp, number, builder.index(1))
    outputs = list(op.outputs)
    starts = list(op.starts)
    for n, combiner_ in combiners.items():
        output = outputs[n]
        assert isinstance(output, Operand)
        start = starts[n]
        assert start is not None, "a reduction starts from a value"
        own = run(builder, partial[n], builder.multiply(before, columns), columns)
        result = run(builder, output.buffer, None, columns)
        buffer = builder.value(arith.SelectOp(first, result, own))
        outputs[n] = Operand(buffer, (op.loops - 1,))
        starts[n] = builder.value(arith.SelectOp(first, start, combiner_.neutral(builder)))
    return replace(op, outputs=tuple(outputs), starts=tuple(starts))


def _combine(
    builder: LoopBuilder,
    op: Structured,
    combiners: Mapping[int, Combiner],
    partial: Mapping[int, SSAValue],
    others: SSAValue,
    columns: SSAValue,
) -> None:
    """Add the accumulators of the other blocks to the results, block by block."""

    def one(number: SSAValue, _: object) -> tuple[()]:
        start = builder.multiply(number, columns)

        def column(index: SSAValue, _: object) -> tuple[()]:
            for n, combiner_ in combiners.items():
                output = op.outputs[n]
                assert isinstance(output, Operand)
                at = [index if p == op.loops - 1 else builder.index(0) for p in output.map]
                total = builder.load(output.buffer, at)
                value = builder.load(partial[n], [builder.add_index(start, index)])
                builder.store(combiner_.combine(builder, total, value), output.buffer, at)
            return ()

        builder.for_(columns, (), column)
        return ()

    builder.for_(others, (), one)
