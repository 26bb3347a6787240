"""Kernels row by row: for each iteration of the shared loops, all operations run one after the other.

The first that reads a row has to wait for memory. One that reads it again asks for the next row meanwhile, and so does one that reads it
for two operations at once (`centred_rows.py`). Where there is little to compute, each operation is run for several rows at once.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from xdsl.dialects import arith, memref
from xdsl.dialects.builtin import DYNAMIC_INDEX
from xdsl.ir import SSAValue

from tir.dialects import rt
from tir.lowering.kernels_to_loops.locals import Locals, RowLocals, find_locals
from tir.lowering.kernels_to_loops.loops import Extent, Loop, for_rows
from tir.lowering.kernels_to_loops.nest import emit
from tir.lowering.kernels_to_loops.registers import Ahead, reduce_together
from tir.lowering.kernels_to_loops.side_by_side import SideBySide, fits
from tir.lowering.kernels_to_loops.streams import Streams, scratch_type
from tir.lowering.kernels_to_loops.structure import (
    Structured,
    buffers,
    element_bytes,
    gathers,
    grain,
)
from tir.lowering.structured.builder import LoopBuilder
from tir.lowering.structured.centred import centred_sum
from tir.lowering.structured.operands import AnyOperand, Operand, loop_sizes, product
from tir.support.cost_model import (
    BLOCK_ROWS,
    CACHE_LINE,
    CACHED_ROWS,
    PARALLEL_WORK,
    PREFETCH_LINES,
)
from tir.support.late_names import late_function

_find_centred_rows = late_function("tir.lowering.kernels_to_loops.find_centred:find_centred_rows")

Shared = Sequence[Sequence[int]]
"""For each operation, the numbers of the loops that it shares with the others, in the same order."""


def lower_rows(
    builder: LoopBuilder,
    ops: Sequence[Structured],
    shared: Shared,
    allocations: Mapping[SSAValue, Sequence[SSAValue]] | None = None,
) -> None:
    """Loops over rows that threads may share.

    `allocations` are the local buffers, which need not exist, and the sizes that they would have.
    """
    locals_ = find_locals(builder, allocations or {}, ops, shared)
    _Rows(builder, ops, shared, locals_).emit()


@dataclass
class _Rows:
    """The loops of a kernel, while they are written."""

    builder: LoopBuilder
    ops: Sequence[Structured]
    shared: Shared
    locals_: Locals

    def emit(self) -> None:
        """The loops over rows."""
        builder = self.builder
        self.sizes = [loop_sizes(builder, buffers(op.operands), op.loops) for op in self.ops]
        first, sizes = self.shared[0], self.sizes[0]
        if not first:
            self._without_rows()
            return
        self.row_sizes = [sizes[loop] for loop in first]
        count = product(builder, self.row_sizes)
        least = grain(builder, self._work())
        self._plan_streams(count)
        may_be_centred = any(centred_sum(op.body, len(op.inputs)) for op in self.ops[1:])
        pairs = _find_centred_rows(self.ops, self.shared) if may_be_centred else []
        self.centred = {place: pair for pair in pairs for place in (pair.first, pair.second)}
        self.read_again = self._find_rows_read_again()
        self.reductions = [n for n in range(len(self.ops)) if not self._finishes(n)]
        self.at_once = self._rows_at_once()
        self.side_by_side = None
        if self.at_once > 1:
            group = self.at_once
            self.in_groups = self._are_in_groups(count)
        elif fits(self.ops, self.shared):
            group = BLOCK_ROWS
            self.side_by_side = SideBySide(
                builder, self.ops, self.sizes, self.locals_, self.streams
            )
            self.in_groups = self.side_by_side.are_short(count)
        else:
            builder.parallel(count, least, self._part)
            return
        # Threads share groups, so that the rows that are left over, which are summed one by one, do not depend on their number.
        one = builder.index(1)
        size = builder.value(arith.SelectOp(self.in_groups, builder.index(group), one))

        def part(begin: SSAValue, end: SSAValue) -> None:
            self._part(
                builder.multiply(begin, size), builder.smaller(builder.multiply(end, size), count)
            )

        builder.parallel(builder.ceil_divide(count, size), builder.ceil_divide(least, size), part)

    def _without_rows(self) -> None:
        """A vector: its only loop is what threads share."""
        (op,), (sizes,) = self.ops, self.sizes
        least = self.builder.index(PARALLEL_WORK // op.work)

        def part(begin: SSAValue, end: SSAValue) -> None:
            emit(self.builder, op, [Extent(end, begin)])

        self.builder.parallel(sizes[0], least, part)

    def _work(self) -> SSAValue:
        """The cost of a row, in additions."""
        builder = self.builder
        total: SSAValue | None = None
        for op, sizes, shared in zip(self.ops, self.sizes, self.shared, strict=True):
            inner = product(builder, [s for n, s in enumerate(sizes) if n not in shared])
            cost = builder.multiply(inner, builder.index(op.work))
            total = cost if total is None else builder.add_index(total, cost)
        assert total is not None
        return total

    def _plan_streams(self, count: SSAValue) -> None:
        """Rows of results that nobody in the kernel reads may be written past the cache."""
        read = {o.buffer for op in self.ops for o in buffers(op.inputs)}
        read |= {load.memref for op in self.ops for load in gathers(op)}
        self.row_lengths: dict[SSAValue, SSAValue] = {}
        outputs: list[Operand] = []
        for op, sizes, shared in zip(self.ops, self.sizes, self.shared, strict=True):
            if op.is_elementwise and list(shared) == list(range(op.loops - 1)):
                for output in buffers(op.outputs):
                    if output.buffer not in read and output.buffer not in self.locals_:
                        outputs.append(output)
                        self.row_lengths[output.buffer] = sizes[-1]
        total = count
        if outputs:
            total = self.builder.multiply(count, self.row_lengths[outputs[0].buffer])
        self.streams = Streams(self.builder, outputs, total)

    def _find_rows_read_again(self) -> dict[int, list[Operand]]:
        """By operation, if it goes block by block: the rows that others have read before it, each once."""
        seen: set[SSAValue] = set()
        asked: set[SSAValue] = set()
        found: dict[int, list[Operand]] = {}
        for number, (op, shared) in enumerate(zip(self.ops, self.shared, strict=True)):
            pair = self.centred.get(number)
            if pair is not None and number == pair.second:
                continue
            rows = {
                o.buffer: o
                for o in buffers(op.inputs)
                if o.map == (*shared, op.loops - 1) and o.buffer not in self.locals_
            }
            if op.sums_in_blocks or pair is not None:
                # Who reads a row for two asks as well.
                known = seen if pair is None else seen | rows.keys()
                again = [o for b, o in rows.items() if b in known - asked and o.is_contiguous]
                found[number] = again
                asked.update(o.buffer for o in again)
            seen.update(rows)
        return found

    def _ahead(self, operands: Sequence[Operand], indices: Sequence[SSAValue]) -> Ahead:
        """Asks for the next row of some operands, while this one is computed with."""
        *outer, row = indices

        def ahead(begin: SSAValue, end: SSAValue) -> None:
            next_row = self.builder.add_index(row, self.builder.index(1))
            for operand in operands:
                self._prefetch(operand.buffer, [*outer, next_row], begin, end)

        return ahead

    def _prefetch(
        self, buffer: SSAValue, row: Sequence[SSAValue], begin: SSAValue, end: SSAValue
    ) -> None:
        """Asks for the lines of some columns of a row, and for a few beyond them."""
        builder = self.builder
        line = CACHE_LINE // element_bytes(buffer)

        def lines(column: SSAValue, _: object) -> tuple[()]:
            for number in range(PREFETCH_LINES):
                at = builder.add_index(column, builder.index(number * line)) if number else column
                builder.add(rt.PrefetchOp(buffer, [*row, at]))
            return ()

        builder.for_(end, (), lines, lower=begin, step=builder.index(PREFETCH_LINES * line))

    def _rows_at_once(self) -> int:
        """How many rows are read at once: memory sends several faster than one, where reductions with little to compute are all."""
        in_registers = all(local.is_single for local in self.locals_.values())
        if not in_registers or not all(map(self._reduces_rows, self.reductions)):
            return 1
        return min((self.ops[n].places_at_once for n in self.reductions), default=1)

    def _finishes(self, place: int) -> bool:
        """Whether an operation computes one element for each row."""
        op, one = self.ops[place], self.builder.index(1)
        inner = (size for n, size in enumerate(self.sizes[place]) if n not in self.shared[place])
        return op.is_elementwise and not gathers(op) and all(size is one for size in inner)

    def _reduces_rows(self, place: int) -> bool:
        """Whether an operation does nothing but reduce whole rows, whose elements follow each other in memory."""
        op = self.ops[place]
        return (
            list(self.shared[place]) == [0]
            and not any(op.parallel[1:])
            and not gathers(op)
            and all(o.walks_by_one(op.loops - 1) for o in buffers(op.inputs))
        )

    def _together(self, begin: SSAValue, end: SSAValue) -> SSAValue:
        """Rows from `begin`, several at once; where the next one is.

        They are far apart, so that each place is read on and on: short rows next to each other are one stream that jumps, which memory
        sends slower than rows one after the other.
        """
        builder = self.builder
        count = builder.binary(arith.SubiOp, end, begin)
        each = builder.binary(arith.DivUIOp, count, builder.index(self.at_once))
        each = builder.value(arith.SelectOp(self.in_groups, each, builder.index(0)))

        def some(first: SSAValue, _: object) -> tuple[()]:
            numbers = builder.spaced(first, each, self.at_once)
            rows = [_Row(n, [n], RowLocals(builder, self.locals_, self.ops)) for n in numbers]
            for place in range(len(self.ops)):
                if place in self.reductions:
                    self._reduce_rows(place, rows)
                else:
                    for row in rows:
                        self._emit_row(place, row)
            return ()

        builder.for_(builder.add_index(begin, each), (), some, lower=begin)
        return builder.add_index(begin, builder.multiply(each, builder.index(self.at_once)))

    def _are_in_groups(self, count: SSAValue) -> SSAValue:
        """Whether rows are read several at once.

        Not if they are so few that threads had better have some each, nor if they are too long to be still in the cache when
        another operation reads those of a group.
        """
        builder = self.builder
        least = builder.index(2 * self.at_once)
        are_many = builder.value(arith.CmpiOp(count, least, "sge"))
        first, *others = self.reductions
        if not others:
            return are_many
        length = product(builder, self.sizes[first][1:])
        inputs = buffers(self.ops[first].inputs)
        widest = max((element_bytes(o.buffer) for o in inputs), default=1)
        most = builder.index(CACHED_ROWS // (self.at_once * widest))
        return builder.both(are_many, builder.value(arith.CmpiOp(length, most, "sle")))

    def _reduce_rows(self, place: int, rows: Sequence[_Row]) -> None:
        """What one operation comes to for each of several rows."""
        builder, op = self.builder, self.ops[place]
        inner = [Extent(size) for size in self.sizes[place][1:]]
        places: list[list[Loop]] = [[row.number, *inner] for row in rows]
        seen = [op.with_operands([row.locals_.localize(o) for o in op.operands]) for row in rows]
        inputs = [one.inputs for one in seen]
        found = reduce_together(builder, op, places, range(1, op.loops), inputs=inputs)
        for row, one, results in zip(rows, seen, found, strict=True):
            at = [row.number, *[builder.index(0)] * len(inner)]
            for number, value in results.items():
                one.outputs[number].store(builder, value, at)

    def _part(self, begin: SSAValue, end: SSAValue) -> None:
        builder = self.builder
        locals_ = RowLocals(builder, self.locals_, self.ops)
        scratch = {
            o.buffer: builder.alloc(
                scratch_type(o.buffer, DYNAMIC_INDEX), [self.row_lengths[o.buffer]]
            )
            for o in self.streams.outputs
        }

        def row(number: SSAValue, indices: Sequence[SSAValue]) -> None:
            here = _Row(number, indices, locals_, scratch)
            for place in range(len(self.ops)):
                self._emit_row(place, here)
            self.streams.write(here.pieces)

        if self.at_once > 1:
            begin = self._together(begin, end)
        elif self.side_by_side is not None:
            limit = builder.value(arith.SelectOp(self.in_groups, end, begin))
            begin = self.side_by_side.blocks(begin, limit)
        for_rows(builder, begin, end, self.row_sizes, row)
        self.streams.finish()
        for buffer in scratch.values():
            builder.add(memref.DeallocOp.get(buffer))
        locals_.free()

    def _emit_row(self, place: int, row: _Row) -> None:
        builder = self.builder
        op, sizes, shared = self.ops[place], self.sizes[place], self.shared[place]
        loops: list[Loop] = [Extent(size) for size in sizes]
        for loop, index in zip(shared, row.indices, strict=True):
            loops[loop] = index

        def view(operand: AnyOperand) -> AnyOperand:
            if not isinstance(operand, Operand) or operand.buffer not in row.scratch:
                return row.locals_.localize(operand)
            length = self.row_lengths[operand.buffer]
            start = builder.multiply(row.number, length)
            here, there = self.streams.piece(operand, row.scratch[operand.buffer], start, length)
            row.pieces.append((here, there))
            return Operand(here, (op.loops - 1,))

        again = self.read_again.get(place)
        ahead = self._ahead(again, row.indices) if again else None
        pair = self.centred.get(place)
        operands = [view(o) for o in op.operands]
        if pair is None:
            emit(builder, op.with_operands(operands), loops, ahead)
        elif place == pair.first:
            elements, result = operands
            results = (result, view(self.ops[pair.second].outputs[0]))
            pair.read(builder, elements, results, loops, ahead)


@dataclass(frozen=True)
class _Row:
    """A row, while the operations on it are written."""

    number: SSAValue
    indices: Sequence[SSAValue]
    locals_: RowLocals
    scratch: Mapping[SSAValue, SSAValue] = field(default_factory=dict)
    """Where results are computed that are to be written past the cache."""
    pieces: list[tuple[SSAValue, SSAValue]] = field(default_factory=list)
    """Where results have been computed, and where they belong."""
