"""Reductions of columns: rows stream by, and are added to accumulators, one for each column.

Threads share strips of columns of blocks of rows (`column_blocks.py`), each with accumulators of its own; those of the blocks are
combined at the end. Where several rows are taken as one long row, its accumulators are added up before that.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from xdsl.dialects import arith, memref
from xdsl.dialects.builtin import DYNAMIC_INDEX, MemRefType
from xdsl.ir import SSAValue

from tir.lowering.kernels_to_loops.column_blocks import ColumnBlocks, StripOfBlock
from tir.lowering.kernels_to_loops.combine import Combiner, combiner
from tir.lowering.kernels_to_loops.folded import FoldedOperands, is_foldable
from tir.lowering.kernels_to_loops.loops import Extent
from tir.lowering.kernels_to_loops.strips import Rows, Strip, StripAccumulators, nested_rows
from tir.lowering.kernels_to_loops.structure import Structured, buffers
from tir.lowering.kernels_to_loops.visits import visit_together
from tir.lowering.structured.builder import LoopBuilder
from tir.lowering.structured.operands import Operand, loop_sizes, run
from tir.support.cost_model import READ_STREAMS


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
        self.folds = bool(self.combiners) and is_foldable(self.op)
        self.division = ColumnBlocks(
            builder,
            self.sizes,
            self.op.work,
            folds=self.folds,
            least_rows=1 if self.combiners else None,
        )
        self.columns = self.division.columns
        others = builder.binary(arith.SubiOp, self.division.blocks, builder.index(1))
        size = builder.multiply(others, self.columns)
        self.partial = {
            n: builder.alloc(MemRefType(c.type, [DYNAMIC_INDEX]), [size])
            for n, c in self.combiners.items()
        }
        self.division.share(self._prepare)
        if self.partial:
            self._combine(others)

    def _prepare(self) -> Callable[[StripOfBlock], None]:
        """Accumulators of a thread, and what it does with a strip of a block."""
        builder = self.builder
        accumulators = StripAccumulators(builder, self.op)
        folded = FoldedOperands(builder, self.op) if self.folds else None

        def one(at: StripOfBlock) -> None:
            strip = at.strip
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
                folded.repeat(strip.first, width, self.division.copies)
                rows = self._folded_rows(accumulators, at, folded)
            accumulators.add_rows(strip, at.first, at.last, rows)
            if folded is not None:
                self._fold(accumulators, width)
            if self.combiners:
                self._store(accumulators, at.block, Strip(strip.first, width), starts)
            else:
                accumulators.store(strip, [Extent(size) for size in self.sizes], self.op.loops - 1)

        return one

    def _rows(self, accumulators: StripAccumulators, strip: Strip) -> Rows:
        loops = [Extent(size) for size in self.sizes]
        return nested_rows(accumulators, loops, self.op.loops - 1, strip)[1]

    def _folded_rows(
        self, accumulators: StripAccumulators, block: StripOfBlock, folded: FoldedOperands
    ) -> Rows:
        """Rows in an order in which those that are taken together are far apart, as memory sends these faster than neighbours."""
        builder, strip = self.builder, block.strip
        count = builder.binary(arith.SubiOp, block.last, block.first)
        streams = builder.index(READ_STREAMS)
        each = builder.binary(arith.DivUIOp, count, streams)

        def rows(first: SSAValue, stop: SSAValue, part: Strip) -> None:
            before = builder.binary(arith.SubiOp, part.first, strip.first)
            attached = accumulators.attach(
                lambda row: Operand(run(builder, row, before, part.length), (0,))
            )

            def row(number: SSAValue) -> tuple[Structured, SSAValue]:
                start = builder.multiply(number, self.division.length)
                start = builder.add_index(start, part.first)
                rest = builder.binary(arith.SubiOp, self.division.total, start)
                length = builder.smaller(part.length, rest)
                inputs = [folded.at(o, start, before, length) for o in self.op.inputs]
                outputs = [folded.at(o, start, before, length) for o in attached.outputs]
                here = attached.with_operands([*inputs, *outputs])
                return replace(here, parallel=(True,)), length

            def one(number: SSAValue, _: object = None) -> tuple[()]:
                op, length = row(number)
                visit_together(builder, [op], Extent(length))
                return ()

            if attached.rows_at_once == 1:
                builder.for_(stop, (), one, lower=first)
                return
            here = builder.binary(arith.SubiOp, stop, first)
            are_all = builder.equal(here, streams)
            done = builder.binary(arith.SubiOp, first, block.first)
            quarter = builder.binary(arith.DivUIOp, done, streams)
            begin = builder.add_index(block.first, quarter)
            # What is left over comes in order.
            begin = builder.value(arith.SelectOp(are_all, begin, first))
            step = builder.value(arith.SelectOp(are_all, each, builder.index(1)))

            def one_by_one() -> None:
                def place(n: SSAValue, _: object) -> tuple[()]:
                    return one(builder.add_index(begin, builder.multiply(n, step)))

                builder.for_(here, (), place)

            def together() -> None:
                visit_together(builder, [row(n)[0] for n in numbers], Extent(part.length))

            numbers = builder.spaced(begin, each, READ_STREAMS)
            # The last row may be shorter.
            end = builder.add_index(numbers[-1], builder.index(1))
            end = builder.multiply(end, self.division.length)
            are_full = builder.value(arith.CmpiOp(end, self.division.total, "sle"))
            builder.if_else(builder.both(are_all, are_full), together, one_by_one)

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

        builder.for_(self.division.copies, (), one, lower=builder.index(1))

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

            builder.for_(self.columns, (), column, interleave=1)
            return ()

        builder.for_(others, (), one)
        for buffer in self.partial.values():
            builder.add(memref.DeallocOp.get(buffer))
