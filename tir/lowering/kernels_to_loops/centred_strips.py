"""Sums about centres of the columns of a strip: rows stream by, a piece of a few of them at a time.

Such a piece is read twice while it is in the cache, for the centres of its columns and for their sums about these. The second time leaves
memory idle, so that asks for the next piece meanwhile. Then the columns of the piece are merged with what was there before.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from xdsl.dialects import arith
from xdsl.dialects.builtin import AnyFloat, FloatAttr, MemRefType, f64
from xdsl.ir import Attribute, SSAValue

from tir.dialects import rt
from tir.lowering.kernels_to_loops.centred import Centred, Count, Part
from tir.lowering.kernels_to_loops.column_blocks import ColumnBlocks, StripOfBlock
from tir.lowering.kernels_to_loops.loops import Extent
from tir.lowering.kernels_to_loops.structure import Structured, element_bytes
from tir.lowering.kernels_to_loops.visits import visit_together
from tir.lowering.structured.builder import LoopBuilder, memref_type
from tir.lowering.structured.operands import AnyOperand, Operand, run
from tir.support.cost_model import CACHE_LINE, CENTRED_PIECE, LINES_AHEAD, STRIP_LENGTH


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
    """Some columns of a strip, in a few rows."""

    first: SSAValue
    stop: SSAValue
    start: SSAValue
    """Where its first row starts in memory."""
    following: SSAValue
    """Where the next piece starts."""
    length: SSAValue
    limit: SSAValue
    """The first column that the last row lacks, if it lacks any."""


class CentredStrip:
    """The accumulators for a strip, and for a piece of it."""

    def __init__(self, builder: LoopBuilder, centred: Centred, division: ColumnBlocks) -> None:
        """Takes memory on the stack for the longest strip."""
        self.builder = builder
        self.centred = centred
        self.division = division
        nothing = centred.nothing(builder)
        self.totals = [self._row(v.type, STRIP_LENGTH) for v in nothing]
        self.bytes = element_bytes(centred.input.buffer)
        self.piece = CENTRED_PIECE // self.bytes
        self.elements = run(builder, centred.input.buffer, None, division.total)
        unset = Operand(self.elements, (0,))
        find = centred.finding(builder, unset, unset)
        add = centred.summing(builder, unset, unset, [unset] * centred.sums)
        self.find, self.add = (
            replace(op.with_narrow_sums(), parallel=(True,)) for op in (find, add)
        )
        types = [a.type for op in (self.find, self.add) for a in op.body.args[len(op.inputs) :]]
        self.parts = [self._row(type_, self.piece) for type_ in types]
        self.centres = self._row(centred.element, self.piece)
        self._columns(builder.index(self.piece), self._clear)

    def _row(self, type_: Attribute, length: int) -> SSAValue:
        return self.builder.alloca(MemRefType(type_, [length]))

    def _columns(self, length: SSAValue, visit: Callable[[SSAValue], None]) -> None:
        """A loop over columns, once for many rows: more than one vector at a time would only be more code."""
        self.builder.for_(length, (), lambda at, _: visit(at) or (), interleave=1)

    def _clear(self, column: SSAValue) -> None:
        """Make a column of the piece one of no rows."""
        builder = self.builder
        neutral = self.centred.combiner.neutral_attribute.value.data
        for number, row in enumerate(self.parts):
            type_ = memref_type(row).element_type
            assert isinstance(type_, AnyFloat)
            value = builder.scalar(FloatAttr(0.0 if number else neutral, type_))
            builder.store(value, row, [column])

    def accumulate(self, at: StripOfBlock) -> None:
        """All rows of a block."""
        builder = self.builder
        nothing = self.centred.nothing(builder)

        def start(column: SSAValue) -> None:
            self.store(nothing, column)

        self._columns(at.strip.length, start)
        size = builder.index(self.centred.rows)

        def some(first: SSAValue, _: object) -> tuple[()]:
            stop = builder.smaller(builder.add_index(first, size), at.last)
            self._pieces(at, first, stop)
            return ()

        builder.for_(at.last, (), some, lower=at.first, step=size)
        self._fold(at)

    def _pieces(self, at: StripOfBlock, first: SSAValue, stop: SSAValue) -> None:
        """A few rows."""
        builder = self.builder
        limit = self._limit(at, stop)
        own = _Counts.of(builder, builder.binary(arith.SubiOp, stop, first))
        both = _Counts.of(builder, builder.binary(arith.SubiOp, stop, at.first))
        before = Count.of(builder, builder.binary(arith.SubiOp, first, at.first))
        size, rows = builder.index(self.piece), builder.index(self.centred.rows)
        begin = self._row_start(first, at.strip.first)
        below = self._row_start(builder.add_index(first, rows), at.strip.first)

        def one(column: SSAValue, _: object) -> tuple[()]:
            start, beside = builder.add_index(begin, column), builder.add_index(column, size)
            is_inside = builder.value(arith.CmpiOp(beside, at.strip.length, "slt"))
            following = builder.add_index(start, size)
            following = builder.value(arith.SelectOp(is_inside, following, below))
            rest = builder.binary(arith.SubiOp, at.strip.length, column)
            length = builder.smaller(rest, size)
            missing = builder.binary(arith.SubiOp, limit, column)
            self._read(_Piece(first, stop, start, following, length, missing), own)

            def merge(place: SSAValue) -> None:
                in_strip = builder.add_index(column, place)
                one = self.centred.own(builder, before, self.load(in_strip))
                found, *sums = (self._wide(row, place) for row in self.parts)
                centre = found
                if not self.centred.is_centre:
                    centre = self._wide(self.centres, place)
                other = Part(own.at(builder, place, missing), found, centre, sums)
                count = both.at(builder, place, missing)
                self.store(self.centred.merged(builder, one, other, count), in_strip)
                self._clear(place)

            self._columns(length, merge)
            return ()

        builder.for_(at.strip.length, (), one, step=size)

    def _read(self, piece: _Piece, counts: _Counts) -> None:
        """The centres of the columns of a piece, then the sums about these."""
        builder, centred = self.builder, self.centred
        found, *sums = (self._view(row, piece.length) for row in self.parts)
        centres = self._view(self.centres, piece.length)
        self._rows(piece, self.find, lambda row: [row, found])

        def centre(place: SSAValue) -> None:
            count = counts.at(builder, place, piece.limit)
            value = centred.centre(builder, self._wide(self.parts[0], place), count)
            builder.store(centred.narrow(builder, value), self.centres, [place])

        self._columns(piece.length, centre)
        self._rows(piece, self.add, lambda row: [*centred.inputs(row, centres), *sums], ahead=True)

    def _rows(
        self,
        piece: _Piece,
        op: Structured,
        operands: Callable[[Operand], Sequence[AnyOperand]],
        *,
        ahead: bool = False,
    ) -> None:
        """An operation on all rows of a piece, with `operands` made from those of one; several at once if it is short."""
        builder = self.builder

        def rows(count: int, first: SSAValue, stop: SSAValue) -> None:
            def some(number: SSAValue, _: object) -> tuple[()]:
                ops: list[Structured] = []
                following: list[SSAValue] = []
                length = piece.length
                for place in range(count):
                    before = builder.add_index(number, builder.index(place))
                    before = builder.binary(arith.SubiOp, before, piece.first)
                    before = builder.multiply(before, self.division.length)
                    start = builder.add_index(piece.start, before)
                    rest = builder.binary(arith.SubiOp, self.division.total, start)
                    length = builder.smaller(length, rest)
                    row = run(builder, self.centred.input.buffer, start, length)
                    ops.append(op.with_operands(operands(Operand(row, (0,)))))
                    following.append(builder.add_index(piece.following, before))
                if ahead:
                    self._ahead(ops, length, following)
                else:
                    visit_together(builder, ops, Extent(length))
                return ()

            builder.for_(stop, (), some, lower=first, step=builder.index(count))

        together = op.rows_at_once
        first = piece.first
        if together > 1:
            # The last row may be shorter.
            is_full = builder.value(arith.CmpiOp(piece.limit, piece.length, "sge"))
            last = builder.binary(arith.SubiOp, piece.stop, builder.index(1))
            full = builder.value(arith.SelectOp(is_full, piece.stop, last))
            full = builder.binary(arith.SubiOp, full, first)
            odd = builder.binary(arith.RemUIOp, full, builder.index(together))
            middle = builder.add_index(first, builder.binary(arith.SubiOp, full, odd))
            rows(together, first, middle)
            first = middle
        rows(1, first, piece.stop)

    def _ahead(
        self, ops: Sequence[Structured], length: SSAValue, following: Sequence[SSAValue]
    ) -> None:
        """Some rows of a piece; before each few lines of them those of the rows that start at `following` are asked for."""
        builder = self.builder
        step = CACHE_LINE // self.bytes
        lines = LINES_AHEAD // len(ops)

        def some(begin: SSAValue, _: object) -> tuple[()]:
            for start in following:
                first = builder.add_index(start, begin)
                for line in range(lines):
                    place = builder.add_index(first, builder.index(line * step))
                    builder.add(rt.PrefetchOp(self.elements, [place]))
            end = builder.smaller(builder.add_index(begin, builder.index(lines * step)), length)
            visit_together(builder, ops, Extent(end, begin))
            return ()

        builder.for_(length, (), some, step=builder.index(lines * step))

    def _fold(self, at: StripOfBlock) -> None:
        """Merge the columns of rows that were one, which leaves as many as there are."""
        builder, columns = self.builder, self.division.columns
        limit = self._limit(at, at.last)
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

    def _limit(self, at: StripOfBlock, stop: SSAValue) -> SSAValue:
        """How many columns the row before `stop` has from the strip's first one on; more than the strip has in full rows."""
        builder = self.builder
        row = builder.binary(arith.SubiOp, stop, builder.index(1))
        start = self._row_start(row, at.strip.first)
        return builder.binary(arith.SubiOp, self.division.total, start)

    def _row_start(self, row: SSAValue, column: SSAValue) -> SSAValue:
        builder = self.builder
        return builder.add_index(builder.multiply(row, self.division.length), column)

    def _view(self, row: SSAValue, length: SSAValue) -> Operand:
        return Operand(run(self.builder, row, None, length), (0,))

    def _wide(self, row: SSAValue, place: SSAValue) -> SSAValue:
        """An accumulator of the piece, as the strip has it."""
        value = self.builder.load(row, [place])
        if (self.centred.is_centre and row is self.parts[0]) or value.type == f64:
            return value
        return self.builder.value(arith.ExtFOp(value, f64))

    def load(self, column: SSAValue) -> list[SSAValue]:
        """What a column has come to."""
        return [self.builder.load(row, [column]) for row in self.totals]

    def store(self, values: Sequence[SSAValue], column: SSAValue) -> None:
        """Make a column come to something else."""
        for value, row in zip(values, self.totals, strict=True):
            self.builder.store(value, row, [column])
