"""Reductions of columns: rows stream by, and are added to accumulators, one for each column.

Threads share blocks of rows and strips of columns, each with accumulators of its own; those of the blocks are combined at
the end. Blocks and strips depend on the sizes only, so the result does not depend on the number of threads.

Short rows would make short loops. Where memory is contiguous, several of them are one long row, whose accumulators are
added up in the end.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from xdsl.dialects import arith, memref
from xdsl.dialects.builtin import DYNAMIC_INDEX, MemRefType
from xdsl.ir import SSAValue

from tir.lowering.kernels_to_loops.combine import Combiner, combiner
from tir.lowering.kernels_to_loops.folded import FoldedOperands, is_foldable
from tir.lowering.kernels_to_loops.loops import Extent
from tir.lowering.kernels_to_loops.strips import Rows, Strip, StripAccumulators, nested_rows
from tir.lowering.kernels_to_loops.structure import Structured, buffers, grain
from tir.lowering.kernels_to_loops.visits import visit_all
from tir.lowering.structured.builder import LoopBuilder
from tir.lowering.structured.operands import Operand, loop_sizes, product, run
from tir.support.cost_model import (
    FOLDED_ROW,
    FOLDED_VECTOR,
    PARALLEL_WORK,
    ROW_BLOCKS,
    STRIP_LENGTH,
    SUM_ROWS,
)


def lower_columns(builder: LoopBuilder, op: Structured) -> None:
    """Loops for a reduction whose last loop, and no other, is parallel."""
    combiners = {n: combiner(op, n) for n in range(len(op.outputs)) if op.accumulates(n)}
    known = {n: c for n, c in combiners.items() if c is not None}
    sizes = loop_sizes(builder, buffers(op.operands), op.loops)
    in_place = all(o.is_contiguous for o in buffers(op.outputs))
    _Columns(builder, op, sizes, known if len(known) == len(combiners) and in_place else {}).emit()


@dataclass
class _Columns:
    """The loops of a reduction of columns, while they are written."""

    builder: LoopBuilder
    op: Structured
    sizes: Sequence[SSAValue]
    combiners: Mapping[int, Combiner]
    """How the results of several rows become one; empty where that is not known."""

    def emit(self) -> None:
        """Share out strips of blocks of rows, then combine what the blocks came to."""
        builder = self.builder
        self.columns = self.sizes[-1]
        rows = product(builder, self.sizes[:-1])
        self.folds = bool(self.combiners) and is_foldable(self.op)
        self.copies = self._copies(rows) if self.folds else builder.index(1)
        self.length = builder.multiply(self.columns, self.copies)
        self.total = builder.multiply(rows, self.columns)
        self.rows = builder.ceil_divide(rows, self.copies)
        self.strips = builder.ceil_divide(self.length, builder.index(STRIP_LENGTH))
        blocks = self._blocks() if self.combiners else builder.index(1)
        self.block = builder.ceil_divide(self.rows, blocks)
        others = builder.binary(arith.SubiOp, blocks, builder.index(1))
        size = builder.multiply(others, self.columns)
        self.partial = {
            n: builder.alloc(MemRefType(c.type, [DYNAMIC_INDEX]), [size])
            for n, c in self.combiners.items()
        }
        strip = builder.smaller(self.length, builder.index(STRIP_LENGTH))
        work = builder.multiply(builder.multiply(self.block, strip), builder.index(self.op.work))
        builder.parallel(builder.multiply(blocks, self.strips), grain(builder, work), self._part)
        if self.partial:
            self._combine(others)

    def _copies(self, rows: SSAValue) -> SSAValue:
        """How many rows become one: vectors of them, unless they are long or few."""
        builder = self.builder
        columns = builder.larger(self.columns, builder.index(1))
        fit = builder.binary(arith.DivUIOp, builder.index(FOLDED_ROW), columns)
        enough = builder.binary(arith.DivUIOp, rows, builder.index(SUM_ROWS))
        vector = builder.index(FOLDED_VECTOR)
        vectors = builder.binary(arith.DivUIOp, builder.smaller(fit, enough), vector)
        return builder.larger(builder.multiply(vectors, vector), builder.index(1))

    def _blocks(self) -> SSAValue:
        """How many blocks of rows there are: together with strips enough to keep threads busy."""
        builder = self.builder
        strips = builder.larger(self.strips, builder.index(1))
        most = builder.binary(arith.DivUIOp, builder.index(ROW_BLOCKS), strips)
        work = builder.multiply(self.total, builder.index(self.op.work))
        worth = builder.binary(arith.DivUIOp, work, builder.index(PARALLEL_WORK))
        return builder.larger(builder.smaller(most, worth), builder.index(1))

    def _part(self, begin: SSAValue, end: SSAValue) -> None:
        """A range of strips of blocks."""
        builder = self.builder
        accumulators = StripAccumulators(builder, self.op)
        folded = FoldedOperands(builder, self.op) if self.folds else None

        def one(number: SSAValue, _: object) -> tuple[()]:
            block = builder.binary(arith.DivUIOp, number, self.strips)
            place = builder.binary(arith.RemUIOp, number, self.strips)
            column = builder.multiply(place, builder.index(STRIP_LENGTH))
            rest = builder.binary(arith.SubiOp, self.length, column)
            strip = Strip(column, builder.smaller(rest, builder.index(STRIP_LENGTH)))
            first = builder.multiply(block, self.block)
            last = builder.smaller(builder.add_index(first, self.block), self.rows)
            starts = {
                n: self.combiners[n].neutral(builder) if self.combiners else self.op.start(n)
                for n in accumulators.numbers
            }
            accumulators.start(strip, starts)
            if folded is None:
                width = strip.length
                rows = self._rows(accumulators, strip)
            else:
                width = builder.smaller(strip.length, self.columns)
                folded.repeat(column, width, self.copies)
                rows = self._folded_rows(accumulators, strip, folded)
            accumulators.add_rows(strip, first, last, rows)
            if folded is not None:
                self._fold(accumulators, width)
            if self.combiners:
                self._store(accumulators, block, Strip(column, width), starts)
            else:
                accumulators.store(strip, [Extent(size) for size in self.sizes], self.op.loops - 1)
            return ()

        builder.for_(end, (), one, lower=begin)

    def _rows(self, accumulators: StripAccumulators, strip: Strip) -> Rows:
        loops = [Extent(size) for size in self.sizes]
        return nested_rows(accumulators, loops, self.op.loops - 1, strip)[1]

    def _folded_rows(
        self, accumulators: StripAccumulators, strip: Strip, folded: FoldedOperands
    ) -> Rows:
        builder = self.builder

        def rows(first: SSAValue, stop: SSAValue, part: Strip) -> None:
            before = builder.binary(arith.SubiOp, part.first, strip.first)
            attached = accumulators.attach(
                lambda row: Operand(run(builder, row, before, part.length), (0,))
            )

            def row(number: SSAValue, _: object) -> tuple[()]:
                start = builder.add_index(builder.multiply(number, self.length), part.first)
                rest = builder.binary(arith.SubiOp, self.total, start)
                length = builder.smaller(part.length, rest)
                inputs = [folded.at(o, start, before, length) for o in self.op.inputs]
                outputs = [folded.at(o, start, before, length) for o in attached.outputs]
                here = attached.with_operands([*inputs, *outputs])
                visit_all(builder, replace(here, parallel=(True,)), [Extent(length)], [0])
                return ()

            builder.for_(stop, (), row, lower=first)

        return rows

    def _fold(self, accumulators: StripAccumulators, width: SSAValue) -> None:
        """Add up the accumulators of the rows that were one."""
        builder = self.builder

        def one(copy: SSAValue, _: object) -> tuple[()]:
            start = builder.multiply(copy, width)

            def column(at: SSAValue) -> None:
                accumulators.merge(self.combiners, at, builder.add_index(start, at))

            accumulators.for_columns(width, column)
            return ()

        builder.for_(self.copies, (), one, lower=builder.index(1))

    def _store(
        self,
        accumulators: StripAccumulators,
        block: SSAValue,
        strip: Strip,
        neutral: Mapping[int, SSAValue],
    ) -> None:
        """The first block writes results, the others partial ones."""
        builder = self.builder
        is_first = builder.equal(block, builder.index(0))
        before = builder.binary(arith.SubiOp, block, builder.index(1))
        own = builder.add_index(builder.multiply(before, self.columns), strip.first)
        targets: dict[int, tuple[SSAValue, SSAValue]] = {}
        for n, partial in self.partial.items():
            result = run(builder, self._output(n).buffer, strip.first, strip.length)
            aside = run(builder, partial, own, strip.length)
            start = builder.value(arith.SelectOp(is_first, self.op.start(n), neutral[n]))
            targets[n] = builder.value(arith.SelectOp(is_first, result, aside)), start

        def column(at: SSAValue) -> None:
            for n, (target, start) in targets.items():
                value = self.combiners[n].combine(builder, start, accumulators.value(n, at))
                builder.store(value, target, [at])

        accumulators.for_columns(strip.length, column)

    def _output(self, number: int) -> Operand:
        output = self.op.outputs[number]
        assert isinstance(output, Operand)
        return output

    def _combine(self, others: SSAValue) -> None:
        """Add the partial results of the other blocks to the results, block by block."""
        builder = self.builder
        results = {
            n: run(builder, self._output(n).buffer, None, self.columns) for n in self.partial
        }

        def one(number: SSAValue, _: object) -> tuple[()]:
            start = builder.multiply(number, self.columns)

            def column(at: SSAValue, _: object) -> tuple[()]:
                for n, partial in self.partial.items():
                    total = builder.load(results[n], [at])
                    value = builder.load(partial, [builder.add_index(start, at)])
                    value = self.combiners[n].combine(builder, total, value)
                    builder.store(value, results[n], [at])
                return ()

            builder.for_(self.columns, (), column)
            return ()

        builder.for_(others, (), one)
        for buffer in self.partial.values():
            builder.add(memref.DeallocOp.get(buffer))
