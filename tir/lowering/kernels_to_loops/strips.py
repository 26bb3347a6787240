"""Reductions whose innermost loop is parallel: rows stream by, and are added to accumulators, one for each column.

Accumulators are on the stack, for a strip of columns at a time. Sums go through a few rows at a time, which are added to
partial sums in the precision of the terms, float32 or float64: those are added to the accumulators in float64, and if the terms
were float64, with compensation (D. E. Knuth, The Art of Computer Programming 2, 4.2.2, Theorem B). There are as few
additions to each partial sum as in the leaves of pairwise summation.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from xdsl.dialects import arith
from xdsl.dialects.builtin import AnyFloat, FloatAttr, MemRefType, f32, f64
from xdsl.ir import Attribute, SSAValue

from tir.lowering.kernels_to_loops.combine import Combiner
from tir.lowering.kernels_to_loops.compensation import add_compensated_at, corrected_at
from tir.lowering.kernels_to_loops.loops import Extent, Loop, for_rows, over
from tir.lowering.kernels_to_loops.structure import Structured
from tir.lowering.kernels_to_loops.visits import visit_all
from tir.lowering.structured.builder import LoopBuilder, memref_type
from tir.lowering.structured.operands import Operand, product
from tir.support.cost_model import READ_STREAMS, STRIP_LENGTH, SUM_ROWS


@dataclass(frozen=True)
class Strip:
    """Neighbouring columns, few enough for their accumulators to stay in the cache."""

    first: SSAValue
    length: SSAValue


Rows = Callable[[SSAValue, SSAValue, Strip], None]
"""Emits the rows between two numbers, of a part of a strip."""


@dataclass(frozen=True)
class _StripOperand(Operand):
    """An accumulator for each column of a strip."""

    first: SSAValue

    def indices(self, builder: LoopBuilder, loops: Sequence[SSAValue]) -> list[SSAValue]:
        """Where the accumulator of the column of an iteration is."""
        return [builder.binary(arith.SubiOp, loops[self.map[0]], self.first)]


class StripAccumulators:
    """The accumulators of an operation for a strip of columns."""

    def __init__(self, builder: LoopBuilder, op: Structured) -> None:
        """Takes memory on the stack for the longest strip."""
        self.builder = builder
        self.op = op
        self.numbers = [n for n in range(len(op.outputs)) if op.accumulates(n)]
        narrow = [n for n in self.numbers if op.is_narrow_sum(n)]
        long = [n for n in self.numbers if op.is_long_sum(n)]
        split = len(op.inputs)
        self.totals = {n: self._row(op.body.args[split + n].type) for n in self.numbers}
        self.parts = {n: self._row(f32 if n in narrow else f64) for n in sorted(narrow + long)}
        self.corrections = {n: self._row(f64) for n in long}

    def _row(self, type_: Attribute) -> SSAValue:
        return self.builder.alloca(MemRefType(type_, [STRIP_LENGTH]))

    def attach(self, views: Callable[[SSAValue], Operand]) -> Structured:
        """The operation with views of the accumulators in place of its reduced results."""
        outputs = list(self.op.outputs)
        for n in self.numbers:
            outputs[n] = views(self.parts.get(n, self.totals[n]))
        body = self.op.with_narrow_sums() if self.parts else self.op
        return replace(body, outputs=tuple(outputs))

    def start(self, strip: Strip, starts: Mapping[int, SSAValue]) -> None:
        """Give every accumulator its first value."""
        zeros = {n: self._zero(row) for n, row in (self.parts | self.corrections).items()}

        def one(at: SSAValue) -> None:
            for n in self.numbers:
                self.builder.store(starts[n], self.totals[n], [at])
            for rows in (self.parts, self.corrections):
                for n, row in rows.items():
                    self.builder.store(zeros[n], row, [at])

        self.for_columns(strip.length, one)

    def add_rows(self, strip: Strip, first: SSAValue, last: SSAValue, rows: Rows) -> None:
        """Rows from one number to another."""
        builder = self.builder
        if not self.parts:
            self._take_turns(strip, first, last, rows)
            return
        size = builder.index(SUM_ROWS)

        def block(start: SSAValue, _: object) -> tuple[()]:
            end = builder.smaller(builder.add_index(start, size), last)
            self._take_turns(strip, start, end, rows)
            self.for_columns(strip.length, self._take_parts)
            return ()

        builder.for_(last, (), block, lower=first, step=size)

    def _take_turns(self, strip: Strip, first: SSAValue, last: SSAValue, rows: Rows) -> None:
        """A few rows at a time, a piece of each in turn: memory sends several streams faster than one."""
        builder = self.builder
        streams, piece = builder.index(READ_STREAMS), builder.index(self.op.read_piece)

        def some(start: SSAValue, _: object) -> tuple[()]:
            end = builder.smaller(builder.add_index(start, streams), last)

            def one(at: SSAValue, _: object) -> tuple[()]:
                rest = builder.binary(arith.SubiOp, strip.length, at)
                length = builder.smaller(rest, piece)
                rows(start, end, Strip(builder.add_index(strip.first, at), length))
                return ()

            builder.for_(strip.length, (), one, step=piece)
            return ()

        builder.for_(last, (), some, lower=first, step=streams)

    def for_columns(self, length: SSAValue, visit: Callable[[SSAValue], None]) -> None:
        """A loop over the columns of a strip, once for many rows: more than one vector at a time would only be more code."""
        self.builder.for_(length, (), lambda at, _: visit(at) or (), interleave=1)

    def value(self, number: int, at: SSAValue) -> SSAValue:
        """What an accumulator has come to."""
        totals, corrections = self.totals[number], self.corrections.get(number)
        if corrections is None:
            return self.builder.load(totals, [at])
        return corrected_at(self.builder, totals, corrections, at)

    def merge(self, combiners: Mapping[int, Combiner], at: SSAValue, other: SSAValue) -> None:
        """Add the accumulators at one place to those at another."""
        builder = self.builder
        for n in self.numbers:
            value = builder.load(self.totals[n], [other])
            if n in self.corrections:
                self._add_long(n, at, value)
                lost = builder.load(self.corrections[n], [other])
                correction = builder.load(self.corrections[n], [at])
                lost = builder.binary(arith.AddfOp, correction, lost)
                builder.store(lost, self.corrections[n], [at])
            else:
                total = builder.load(self.totals[n], [at])
                builder.store(combiners[n].combine(builder, total, value), self.totals[n], [at])

    def store(self, strip: Strip, loops: Sequence[Loop], last: int) -> None:
        """Write what the accumulators have come to into the results, at the indices that they have loops for."""

        def column(at: SSAValue) -> None:
            here = list(loops)
            here[last] = self.builder.add_index(strip.first, at)
            for n in self.numbers:
                self.op.outputs[n].store(self.builder, self.value(n, at), here)  # pyright: ignore[reportArgumentType]

        self.for_columns(strip.length, column)

    def _take_parts(self, at: SSAValue) -> None:
        """Add the partial sums to the accumulators, and start new ones."""
        builder = self.builder
        for n, row in self.parts.items():
            part = builder.load(row, [at])
            builder.store(self._zero(row), row, [at])
            if n in self.corrections:
                self._add_long(n, at, part)
            else:
                total = builder.load(self.totals[n], [at])
                wide = builder.value(arith.ExtFOp(part, f64))
                total = builder.binary(arith.AddfOp, total, wide)
                builder.store(total, self.totals[n], [at])

    def _add_long(self, number: int, at: SSAValue, part: SSAValue) -> None:
        totals, corrections = self.totals[number], self.corrections[number]
        add_compensated_at(self.builder, totals, corrections, at, part)

    def _zero(self, row: SSAValue) -> SSAValue:
        type_ = memref_type(row).element_type
        assert isinstance(type_, AnyFloat)
        return self.builder.scalar(FloatAttr(0.0, type_))


def for_strips(builder: LoopBuilder, columns: SSAValue, visit: Callable[[Strip], None]) -> None:
    """A loop over the strips of a row."""
    size = builder.index(STRIP_LENGTH)

    def one(first: SSAValue, _: object) -> tuple[()]:
        rest = builder.binary(arith.SubiOp, columns, first)
        visit(Strip(first, builder.smaller(rest, size)))
        return ()

    builder.for_(columns, (), one, step=size)


def nested_rows(
    accumulators: StripAccumulators, loops: Sequence[Loop], last: int, strip: Strip
) -> tuple[SSAValue, Rows]:
    """How many rows the loops that reduce have together, and those of a strip of loop `last`."""
    builder = accumulators.builder
    op = accumulators.attach(lambda row: _StripOperand(row, (last,), strip.first))
    reduced = [n for n, loop in enumerate(loops) if isinstance(loop, Extent) and n != last]
    sizes = [_upper(loops[n]) for n in reduced]

    def rows(first: SSAValue, stop: SSAValue, part: Strip) -> None:
        columns = Extent(builder.add_index(part.first, part.length), part.first)

        def row(_: SSAValue, indices: Sequence[SSAValue]) -> None:
            here = list(loops)
            for loop, index in zip(reduced, indices, strict=True):
                here[loop] = index
            here[last] = columns
            visit_all(builder, op, here, [last])

        for_rows(builder, first, stop, sizes, row)

    return product(builder, sizes), rows


def accumulate_in_strips(
    builder: LoopBuilder, op: Structured, loops: Sequence[Loop], inner: Sequence[int]
) -> None:
    """All iterations, strip by strip, for the loops with the given numbers, of which the last is parallel."""
    *others, last = inner
    accumulators = StripAccumulators(builder, op)
    starts = {n: op.start(n) for n in accumulators.numbers}

    def one_strip(outer: list[Loop], strip: Strip) -> None:
        accumulators.start(strip, starts)
        count, rows = nested_rows(accumulators, outer, last, strip)
        accumulators.add_rows(strip, builder.index(0), count, rows)
        accumulators.store(strip, outer, last)

    def all_strips(outer: list[Loop]) -> None:
        for_strips(builder, _upper(outer[last]), lambda strip: one_strip(outer, strip))

    over(builder, loops, [loop for loop in others if op.parallel[loop]], all_strips)


def _upper(loop: Loop) -> SSAValue:
    assert isinstance(loop, Extent)
    assert loop.lower is None
    return loop.upper
