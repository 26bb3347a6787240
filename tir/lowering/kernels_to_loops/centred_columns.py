"""Sums about centres of columns: threads share strips of blocks of rows, whose columns are merged in the end."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from xdsl.dialects import arith, memref
from xdsl.dialects.builtin import DYNAMIC_INDEX, FloatAttr, MemRefType, f64
from xdsl.ir import Attribute, SSAValue

from tir.lowering.kernels_to_loops.centred import Centred, Count
from tir.lowering.kernels_to_loops.centred_strips import CentredStrip
from tir.lowering.kernels_to_loops.column_blocks import ColumnBlocks, StripOfBlock
from tir.lowering.kernels_to_loops.structure import buffers, grain
from tir.lowering.structured.builder import LoopBuilder, memref_type
from tir.lowering.structured.operands import loop_sizes, run
from tir.support.cost_model import CENTRED_BLOCK_ROWS


class CentredColumns:
    """A reduction of columns, which is stored when this is made, and sums about numbers, which `finish` stores."""

    def __init__(self, builder: LoopBuilder, centred: Centred) -> None:
        self.builder = builder
        self.centred = centred
        first = centred.first
        self.loops = first.loops
        sizes = loop_sizes(builder, buffers(first.operands), first.loops)
        self.division = ColumnBlocks(
            builder, sizes, centred.work, folds=True, least_rows=CENTRED_BLOCK_ROWS
        )
        blocks, self.columns = self.division.blocks, self.division.columns
        outputs = buffers((first.outputs[0], centred.second.outputs[0]))
        self.results = [run(builder, o.buffer, None, self.columns) for o in outputs]
        others = builder.binary(arith.SubiOp, blocks, builder.index(1))
        size = builder.multiply(others, self.columns)
        self.partial = [self._alloc(memref_type(r).element_type, size) for r in self.results]
        # What no result holds is kept for all blocks, but not of a single one.
        size = builder.multiply(blocks, self.columns)
        size = builder.value(
            arith.SelectOp(builder.equal(others, builder.index(0)), builder.index(0), size)
        )
        self.aside = [self._alloc(f64, size) for _ in range(centred.sums - 1)]
        self.division.share(self._prepare)
        self._combine(others)
        for buffer in (*self.partial, *self.aside):
            builder.add(memref.DeallocOp.get(buffer))

    def _alloc(self, type_: Attribute, size: SSAValue) -> SSAValue:
        return self.builder.alloc(MemRefType(type_, [DYNAMIC_INDEX]), [size])

    def _prepare(self) -> Callable[[StripOfBlock], None]:
        strip = CentredStrip(self.builder, self.centred, self.division)

        def one(at: StripOfBlock) -> None:
            strip.accumulate(at)
            self._store(strip, at)

        return one

    def _store(self, strip: CentredStrip, at: StripOfBlock) -> None:
        """The first block writes results, the others partial ones."""
        builder = self.builder
        length = builder.smaller(at.strip.length, self.columns)
        zero, one = builder.index(0), builder.index(1)
        is_first = builder.equal(at.block, zero)
        is_single = builder.equal(self.division.blocks, one)

        def place(block: SSAValue) -> SSAValue:
            return builder.add_index(builder.multiply(block, self.columns), at.strip.first)

        before = place(builder.binary(arith.SubiOp, at.block, one))
        targets: list[SSAValue] = []
        for result, partial in zip(self.results, self.partial, strict=True):
            own = run(builder, result, at.strip.first, length)
            other = run(builder, partial, before, length)
            targets.append(builder.value(arith.SelectOp(is_first, own, other)))
        for row, aside in zip(strip.totals[2:], self.aside, strict=True):
            own = run(builder, row, None, length)
            other = run(builder, aside, place(at.block), length)
            targets.append(builder.value(arith.SelectOp(is_single, own, other)))
        count = self._count(at.block)

        def column(number: SSAValue, _: object) -> tuple[()]:
            part = self.centred.own(builder, count, strip.load(number))
            values = self.centred.finished(builder, part)
            for value, target in zip(values, targets, strict=True):
                builder.store(value, target, [number])
            return ()

        builder.for_(length, (), column, interleave=1)

    def _combine(self, others: SSAValue) -> None:
        """Merge the results of the other blocks with those of the first one, block by block."""
        builder, centred = self.builder, self.centred
        kept = [*self.results, *self.aside]

        def part(begin: SSAValue, end: SSAValue) -> None:
            def one(number: SSAValue, carried: Sequence[SSAValue]) -> list[SSAValue]:
                (rows,) = carried
                block = builder.add_index(number, builder.index(1))
                before, own = Count.of(builder, rows), self._rows(block)
                both = builder.add_index(rows, own)
                count, own = Count.of(builder, both), Count.of(builder, own)
                start = builder.multiply(number, self.columns)
                start_aside = builder.multiply(block, self.columns)

                def column(at: SSAValue, _: object) -> tuple[()]:
                    at_partial = builder.add_index(start, at)
                    at_aside = builder.add_index(start_aside, at)
                    there = [builder.load(p, [at_partial]) for p in self.partial]
                    there += [builder.load(a, [at_aside]) for a in self.aside]
                    left = centred.own(builder, before, [builder.load(k, [at]) for k in kept])
                    right = centred.own(builder, own, there)
                    merged = centred.merged(builder, left, right, count)
                    values = centred.finished(builder, centred.own(builder, count, merged))
                    for value, target in zip(values, kept, strict=True):
                        builder.store(value, target, [at])
                    return ()

                builder.for_(end, (), column, lower=begin, interleave=1)
                return [both]

            builder.for_(others, [self._rows(builder.index(0))], one)

        none = builder.equal(others, builder.index(0))
        columns = builder.value(arith.SelectOp(none, others, self.columns))
        work = builder.multiply(others, builder.index(2 * centred.work))
        builder.parallel(columns, grain(builder, work), part)

    def finish(self) -> None:
        """The sums about the numbers, which the program has computed meanwhile."""
        builder, centred = self.builder, self.centred
        if centred.is_centre:
            return

        def part(begin: SSAValue, end: SSAValue) -> None:
            count = Count.of(builder, self.division.real_rows)
            # What is left out is the sum of distances from the mean: no more than its rounding error.
            zero = builder.scalar(FloatAttr(0.0, f64))
            rest = [zero] * len(self.aside)

            def column(at: SSAValue, _: object) -> tuple[()]:
                values = [builder.load(r, [at]) for r in self.results]
                about = centred.about.load(builder, [at] * self.loops)
                known = centred.own(builder, count, [*values, *rest])
                builder.store(centred.wanted(builder, known, about), self.results[1], [at])
                return ()

            builder.for_(end, (), column, lower=begin, interleave=1)

        builder.parallel(self.columns, grain(builder, builder.index(centred.work)), part)

    def _rows(self, block: SSAValue) -> SSAValue:
        """How many rows there are in a block, as they are in memory."""
        builder = self.builder
        most = builder.multiply(self.division.block, self.division.copies)
        rest = builder.binary(arith.SubiOp, self.division.real_rows, builder.multiply(block, most))
        return builder.larger(builder.smaller(rest, most), builder.index(0))

    def _count(self, block: SSAValue) -> Count:
        return Count.of(self.builder, self._rows(block))
