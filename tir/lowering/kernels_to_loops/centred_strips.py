"""Sums about centres of the columns of a strip: rows stream by, a piece of some of them at a time, several at once.

A column keeps a centre as long as that is near enough to its elements for the sums to be accurate. Where a column of a piece is too far
away, all get nearer centres, to which what was there before moves. As a rule sums themselves tell whether their centres are near: only
where they are not, a piece is read once more. Others need the maximum of a piece before.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from xdsl.dialects import arith
from xdsl.dialects.builtin import AnyFloat, FloatAttr, IntegerAttr, MemRefType, f64, i32
from xdsl.ir import Attribute, SSAValue

from tir.lowering.kernels_to_loops.centred import Centred, Count, Known
from tir.lowering.kernels_to_loops.column_blocks import ColumnBlocks, StripOfBlock
from tir.lowering.kernels_to_loops.loops import Extent
from tir.lowering.kernels_to_loops.strips import Strip
from tir.lowering.kernels_to_loops.structure import Structured, element_bytes
from tir.lowering.kernels_to_loops.visits import visit_together
from tir.lowering.structured.builder import LoopBuilder, memref_type
from tir.lowering.structured.operands import Operand, run
from tir.support.cost_model import LONG_ROW, PIECE_ROWS, STRIP_LENGTH


@dataclass(frozen=True)
class _Counts:
    """How many rows the columns of a strip have: where several rows are one, the last ones may have one less."""

    full: Count
    short: Count

    @classmethod
    def of(cls, builder: LoopBuilder, rows: SSAValue) -> _Counts:
        """So many rows, or one less; emits what is the same for all columns."""
        zero = builder.index(0)
        less = builder.binary(arith.SubiOp, rows, builder.index(1))
        full, short = (Count.of(builder, builder.larger(n, zero)) for n in (rows, less))
        return cls(full, short)

    def at(self, builder: LoopBuilder, column: SSAValue, limit: SSAValue) -> Count:
        """The count of a column; those from `limit` on have one less."""
        is_full = builder.value(arith.CmpiOp(column, limit, "slt"))
        return self.full.if_(builder, is_full, self.short)


@dataclass(frozen=True)
class _Piece:
    """Some rows of a strip."""

    strip: Strip
    first: SSAValue
    stop: SSAValue
    limit: SSAValue
    """The first column that the last row lacks, if it lacks any."""


class CentredStrip:
    """The accumulators for a strip, with the centres of its sums, and for a piece of it."""

    def __init__(self, builder: LoopBuilder, centred: Centred, division: ColumnBlocks) -> None:
        """Takes memory on the stack for the longest strip."""
        self.builder = builder
        self.centred = centred
        self.division = division
        self.nothing = centred.nothing(builder)
        self.totals = [self._row(v.type) for v in self.nothing]
        self.centres = self._row(centred.element)
        long = builder.index(LONG_ROW // element_bytes(centred.input.buffer))
        self.are_long = builder.value(arith.CmpiOp(division.length, long, "sge"))
        self.elements = run(builder, centred.input.buffer, None, division.total)
        unset = Operand(self.elements, (0,))
        find = centred.finding(builder, unset, unset)
        add = centred.summing(builder, unset, unset, [unset] * centred.sums)
        self.find, self.add = (
            replace(op.with_narrow_sums(), parallel=(True,)) for op in (find, add)
        )
        found = [self.find] if centred.is_centre else []
        types = [a.type for op in (*found, self.add) for a in op.body.args[len(op.inputs) :]]
        self.parts = [self._row(type_) for type_ in types]
        self._columns(builder.index(STRIP_LENGTH), self._clear)

    def _row(self, type_: Attribute) -> SSAValue:
        return self.builder.alloca(MemRefType(type_, [STRIP_LENGTH]))

    def _columns(self, length: SSAValue, visit: Callable[[SSAValue], None]) -> None:
        """A loop over columns, once for many rows: more than one vector at a time would only be more code."""
        self.builder.for_(length, (), lambda at, _: visit(at) or (), interleave=1)

    def _clear(self, column: SSAValue) -> None:
        """Make a column one of a piece of no rows."""
        builder, centred = self.builder, self.centred
        neutral = centred.combiner.neutral_attribute.value.data
        for number, row in enumerate(self.parts):
            type_ = memref_type(row).element_type
            assert isinstance(type_, AnyFloat)
            value = neutral if centred.is_centre and number == 0 else 0.0
            builder.store(builder.scalar(FloatAttr(value, type_)), row, [column])

    def accumulate(self, at: StripOfBlock) -> None:
        """All rows of a block."""
        builder = self.builder
        zero = builder.scalar(self.centred.zero)

        def start(column: SSAValue) -> None:
            self.store(self.nothing, column)
            builder.store(zero, self.centres, [column])

        self._columns(at.strip.length, start)
        size = builder.index(PIECE_ROWS)

        def some(first: SSAValue, _: object) -> tuple[()]:
            stop = builder.smaller(builder.add_index(first, size), at.last)
            counts = _Counts.of(builder, builder.binary(arith.SubiOp, stop, at.first))
            before = Count.between(builder, at.first, first)
            piece = _Piece(at.strip, first, stop, self._limit(at.strip, stop))
            self._read(piece, counts, before)
            return ()

        builder.for_(at.last, (), some, lower=at.first, step=size)
        self._settle(at)
        self._fold(at)

    def _read(self, piece: _Piece, counts: _Counts, before: Count) -> None:
        """The sums of a piece about the centres that its columns have, or else about nearer ones; then those of the strip with them.

        `counts` are those with the piece, `before` is without it.
        """
        builder, centred = self.builder, self.centred

        def move(length: SSAValue) -> SSAValue:
            """Nearer centres if those of the first columns, so many, are too far away; whether they were."""
            is_far = self._is_far(length, counts.full)
            times = builder.value(arith.SelectOp(is_far, builder.index(1), builder.index(0)))
            builder.for_(times, (), lambda _, __: nearer_centres(length) or ())
            return is_far

        def nearer_centres(length: SSAValue) -> None:
            if centred.is_centre and centred.sums_tell:
                self._rows(piece, self.find, self.parts[:1])
            self._columns(length, column)

        def column(at: SSAValue) -> None:
            known = self._known(at, counts.at(builder, at, piece.limit))
            nearer = centred.nearer(builder, known)
            self.store(centred.moved(builder, known.totals, known.centre, nearer, before), at)
            builder.store(nearer, self.centres, [at])
            if centred.sums_tell:
                self._clear(at)

        if centred.sums_tell:
            self._add_twice(piece, before, move)
        else:
            self._rows(piece, self.find, self.parts[:1])
            move(piece.strip.length)
            self._rows(piece, self.add, self._sum_parts)

        def take(at: SSAValue) -> None:
            self.store(centred.added(builder, self.load(at), self._parts(at)), at)
            self._clear(at)

        self._columns(piece.strip.length, take)

    def _add_twice(
        self, piece: _Piece, before: Count, move: Callable[[SSAValue], SSAValue]
    ) -> None:
        """Sums that tell whether their centres are near enough: once more about others if they are not."""
        builder, zero = self.builder, self.builder.index(0)

        def attempt(number: SSAValue, carried: Sequence[SSAValue]) -> list[SSAValue]:
            (stop,) = carried
            self._rows(replace(piece, stop=stop), self.add, self._sum_parts)
            # Centres that are made of the piece itself are near enough.
            is_first = builder.equal(number, zero)
            is_far = move(builder.value(arith.SelectOp(is_first, piece.strip.length, zero)))
            return [builder.value(arith.SelectOp(is_far, piece.stop, piece.first))]

        stop = piece.stop
        if self.centred.is_centre:
            # No exponential is near a centre that nobody has found.
            none = builder.scalar(FloatAttr(0.0, f64))
            nothing = builder.value(arith.CmpfOp(before.value, none, "oeq"))
            stop = builder.value(arith.SelectOp(nothing, piece.first, stop))
        builder.for_(builder.index(2), [stop], attempt, unroll=False)

    def _is_far(self, length: SSAValue, count: Count) -> SSAValue:
        """Whether the centre of any column is too far away from its elements; one row less makes no difference."""
        builder = self.builder
        no, yes = (builder.scalar(IntegerAttr(number, i32)) for number in (0, 1))

        def column(at: SSAValue, carried: Sequence[SSAValue]) -> list[SSAValue]:
            near = self.centred.is_near(builder, self._known(at, count))
            far = builder.value(arith.SelectOp(near, no, yes))
            return [builder.binary(arith.OrIOp, carried[0], far)]

        (any_,) = builder.for_(length, [no], column, interleave=1)
        return builder.value(arith.CmpiOp(any_, no, "ne"))

    def _rows(self, piece: _Piece, op: Structured, accumulators: Sequence[SSAValue]) -> None:
        """All rows of a piece: several at once, but for those that are left over and a last one that is shorter."""
        builder, centred, strip = self.builder, self.centred, piece.strip
        whole = [Operand(run(builder, b, None, strip.length), (0,)) for b in accumulators]
        centres = Operand(run(builder, self.centres, None, strip.length), (0,))

        def rows(count: int, first: SSAValue, stop: SSAValue) -> None:
            """So many rows at once: far apart, as memory sends these faster, if rows are long enough for that."""
            one, all_ = builder.index(1), builder.binary(arith.SubiOp, stop, first)
            each = builder.binary(arith.DivUIOp, all_, builder.index(count))
            apart = builder.value(arith.SelectOp(self.are_long, each, one))
            step = builder.value(arith.SelectOp(self.are_long, one, builder.index(count)))
            end = builder.value(arith.SelectOp(self.are_long, builder.add_index(first, each), stop))

            def some(number: SSAValue, _: object) -> tuple[()]:
                ops: list[Structured] = []
                length = strip.length
                for at in builder.spaced(number, apart, count):
                    start = self._start(at, strip)
                    rest = builder.binary(arith.SubiOp, self.division.total, start)
                    length = builder.smaller(length, rest)
                    row = Operand(run(builder, self.elements, start, length), (0,))
                    inputs = centred.inputs(row, centres) if op is self.add else [row]
                    ops.append(op.with_operands([*inputs, *whole]))
                visit_together(builder, ops, Extent(length))
                return ()

            builder.for_(end, (), some, lower=first, step=step)

        first, together = piece.first, op.rows_at_once
        is_full = builder.value(arith.CmpiOp(piece.limit, strip.length, "sge"))
        last = builder.binary(arith.SubiOp, piece.stop, builder.index(1))
        last = builder.larger(last, first)
        full = builder.value(arith.SelectOp(is_full, piece.stop, last))
        full = builder.binary(arith.SubiOp, full, first)
        odd = builder.binary(arith.RemUIOp, full, builder.index(together))
        middle = builder.add_index(first, builder.binary(arith.SubiOp, full, odd))
        rows(together, first, middle)
        rows(1, middle, piece.stop)

    def _settle(self, at: StripOfBlock) -> None:
        """Make the sums those about the centres that all rows have, which tells what these are."""
        builder = self.builder
        limit = self._limit(at.strip, at.last)
        counts = _Counts.of(builder, builder.binary(arith.SubiOp, at.last, at.first))

        def one(column: SSAValue) -> None:
            centre = builder.load(self.centres, [column])
            count = counts.at(builder, column, limit)
            self.store(self.centred.settled(builder, self.load(column), centre, count), column)

        self._columns(at.strip.length, one)

    def _fold(self, at: StripOfBlock) -> None:
        """Merge the columns of rows that were one, which leaves as many as there are."""
        builder, columns = self.builder, self.division.columns
        limit = self._limit(at.strip, at.last)
        rows = builder.binary(arith.SubiOp, at.last, at.first)
        counts = _Counts.of(builder, rows)

        def one(copy: SSAValue, carried: Sequence[SSAValue]) -> list[SSAValue]:
            begin = builder.multiply(copy, columns)
            # All columns of a copy have the same count.
            here = counts.at(builder, begin, limit)
            (before,) = carried
            both = builder.binary(arith.AddfOp, before, here.value)

            def column(place: SSAValue) -> None:
                source = builder.add_index(begin, place)
                left = self.centred.own(builder, Count.of_float(builder, before), self.load(place))
                right = self.centred.own(builder, here, self.load(source))
                count = Count.of_float(builder, both)
                self.store(self.centred.merged(builder, left, right, count), place)

            self._columns(columns, column)
            return [both]

        builder.for_(self.division.copies, [counts.full.value], one, lower=builder.index(1))

    def _limit(self, strip: Strip, stop: SSAValue) -> SSAValue:
        """How many columns the row before `stop` has from the strip's first one on; more than the strip has in full rows."""
        builder = self.builder
        start = self._start(builder.binary(arith.SubiOp, stop, builder.index(1)), strip)
        return builder.binary(arith.SubiOp, self.division.total, start)

    def _start(self, row: SSAValue, strip: Strip) -> SSAValue:
        """Where a row of a strip starts in memory."""
        builder = self.builder
        return builder.add_index(builder.multiply(row, self.division.length), strip.first)

    def _known(self, column: SSAValue, count: Count) -> Known:
        """What is known of a column with a piece."""
        centre = self.builder.load(self.centres, [column])
        return Known(self.load(column), self._parts(column), centre, count)

    @property
    def _sum_parts(self) -> list[SSAValue]:
        return self.parts[len(self.parts) - self.centred.sums :]

    def _parts(self, column: SSAValue) -> list[SSAValue]:
        """What a column has come to in a piece, sums as f64."""
        builder = self.builder
        values = [builder.load(row, [column]) for row in self.parts]
        kept = len(values) - self.centred.sums
        sums = [v if v.type == f64 else builder.value(arith.ExtFOp(v, f64)) for v in values[kept:]]
        return [*values[:kept], *sums]

    def load(self, column: SSAValue) -> list[SSAValue]:
        """What a column has come to."""
        return [self.builder.load(row, [column]) for row in self.totals]

    def store(self, values: Sequence[SSAValue], column: SSAValue) -> None:
        """Make a column come to something else."""
        for value, row in zip(values, self.totals, strict=True):
            self.builder.store(value, row, [column])
