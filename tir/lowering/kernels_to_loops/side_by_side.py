"""Short rows side by side: a block of them at a time, whose loops go from row to row.

A loop over a few columns is no work for vectors, and what comes before and after it takes longer than the loop itself. So blocks
of short rows are transposed to the stack, where the elements of a column follow each other. There all operations of the kernel
go through one column of the block after the other, and results with two dimensions are transposed back. The softmax:

    for each block of 64 rows, the first of which is f:
      t[j, i] = x[f + i, j]
      m[i] = -inf;  for each column j:  m[i] = max(m[i], t[j, i])
      s[i] = 0;     for each column j:  e[j, i] = exp(t[j, i] - m[i]),  s[i] += e[j, i]
                    for each column j:  u[j, i] = e[j, i] / s[i]
      y[f + i, j] = u[j, i]

Sums are accumulated in float64, and those of float64 with compensation: there are few terms.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from xdsl.dialects import arith
from xdsl.dialects.builtin import FloatAttr, MemRefType, f64
from xdsl.ir import SSAValue

from tir.dialects.projections import Projection
from tir.lowering.kernels_to_loops.compensation import add_compensated_at, corrected_at
from tir.lowering.kernels_to_loops.locals import Locals
from tir.lowering.kernels_to_loops.streams import Streams
from tir.lowering.kernels_to_loops.structure import (
    Structured,
    buffers,
    element_bytes,
    gathers,
)
from tir.lowering.structured.builder import LoopBuilder, memref_type
from tir.lowering.structured.operands import AnyOperand, Operand
from tir.support.cost_model import BLOCK_ROWS, SHORT_ROW

_ROW = 0
_ELEMENT = (0, 1)
"""Each iteration has an element of its own."""


def fits(ops: Sequence[Structured], shared: Sequence[Sequence[int]]) -> bool:
    """Whether a kernel reduces rows, and all its operations work on the elements of one or on what these are reduced to."""
    written = {o.buffer for op in ops for o in buffers(op.outputs)}
    if any(load.memref in written for op in ops for load in gathers(op)):
        return False
    made: set[SSAValue] = set()
    for op, loops in zip(ops, shared, strict=True):
        if list(loops) != [_ROW] or op.loops > len(_ELEMENT):
            return False
        if any(o.buffer in written and o.buffer not in made for o in buffers(op.inputs)):
            return False
        made.update(o.buffer for o in buffers(op.outputs))
        if not all(_is_own(o.buffer, o.map) for o in buffers(op.operands) if o.buffer in made):
            return False
    return any(not op.is_elementwise for op in ops)


def _is_own(buffer: SSAValue, map_: Projection) -> bool:
    """Whether a row sees only what it has made of a buffer."""
    return map_[:1] == (_ROW,) if _is_single(buffer) else map_ == _ELEMENT


def _is_single(buffer: SSAValue) -> bool:
    """Whether a buffer has one element for each row."""
    return all(size == 1 for size in memref_type(buffer).get_shape()[1:])


def _long_sums(op: Structured) -> list[int]:
    """The outputs that are sums which are compensated."""
    return [n for n in range(len(op.outputs)) if op.accumulates(n) and op.is_long_sum(n)]


class SideBySide:
    """The loops of a kernel for blocks of short rows."""

    def __init__(
        self,
        builder: LoopBuilder,
        ops: Sequence[Structured],
        sizes: Sequence[Sequence[SSAValue]],
        locals_: Locals,
        streams: Streams,
    ) -> None:
        """`sizes` are those of the loops of each operation; `streams` has the outputs that may be written past the cache."""
        self.builder = builder
        self.ops = ops
        self.sizes = sizes
        self.locals = locals_
        self.streams = streams
        self.columns = {
            o.buffer: size[1]
            for op, size in zip(ops, sizes, strict=True)
            for o in buffers(op.operands)
            if o.map == _ELEMENT
        }
        widest = max((element_bytes(buffer) for buffer in self.columns), default=1)
        self.most = SHORT_ROW // widest

    def are_short(self, count: SSAValue) -> SSAValue:
        """Whether so many rows are short, and enough for blocks."""
        builder = self.builder
        found = builder.value(arith.CmpiOp(count, builder.index(2 * BLOCK_ROWS), "sge"))
        for size in dict.fromkeys(size[1] for size in self.sizes if len(size) > 1):
            is_short = builder.value(arith.CmpiOp(size, builder.index(self.most), "sle"))
            found = builder.both(found, is_short)
        return found

    def blocks(self, begin: SSAValue, end: SSAValue) -> SSAValue:
        """All full blocks between two rows; where the rows begin that these leave over."""
        builder = self.builder
        self._allocate()
        size = builder.index(BLOCK_ROWS)
        count = builder.binary(arith.DivUIOp, builder.binary(arith.SubiOp, end, begin), size)
        stop = builder.add_index(begin, builder.multiply(count, size))
        builder.for_(stop, (), lambda first, _: self._block(first) or (), lower=begin, step=size)
        return stop

    def _allocate(self) -> None:
        """Room for what a block reads of each element, and for all that it writes."""
        self.vectors: dict[SSAValue, SSAValue] = {}
        self.tiles: dict[SSAValue, SSAValue] = {}
        self.corrections: dict[SSAValue, SSAValue] = {}
        self.inputs: list[SSAValue] = []
        self.outputs: list[Operand] = []
        for op in self.ops:
            for operand in buffers(op.inputs):
                if operand.map == _ELEMENT and not self._has_room(operand.buffer):
                    self.inputs.append(operand.buffer)
                    self.tiles[operand.buffer] = self._tile(operand.buffer)
            for number, operand in enumerate(op.outputs):
                assert isinstance(operand, Operand)
                buffer = operand.buffer
                if _is_single(buffer):
                    self.vectors[buffer] = self._room(buffer, BLOCK_ROWS)
                else:
                    self.tiles[buffer] = self._tile(buffer)
                if number in _long_sums(op):
                    self.corrections[buffer] = self._room(buffer, BLOCK_ROWS)
                if buffer not in self.locals:
                    self.outputs.append(operand)
        self.scratch = {o.buffer: self._tile(o.buffer) for o in self.streams.outputs}

    def _has_room(self, buffer: SSAValue) -> bool:
        return buffer in self.tiles or buffer in self.vectors

    def _tile(self, buffer: SSAValue) -> SSAValue:
        return self._room(buffer, self.most * BLOCK_ROWS)

    def _room(self, buffer: SSAValue, size: int) -> SSAValue:
        return self.builder.alloca(MemRefType(memref_type(buffer).element_type, [size]))

    def _block(self, first: SSAValue) -> None:
        for buffer in self.inputs:
            self._read(buffer, first)
        for op, size in zip(self.ops, self.sizes, strict=True):
            self._run(op, size, first)
        pieces = [self._write(output, first) for output in self.outputs]
        self.streams.write([piece for piece in pieces if piece is not None])

    def _read(self, buffer: SSAValue, first: SSAValue) -> None:
        """Bring what an operation reads of the block to its tile."""
        builder = self.builder

        def one(row: SSAValue, column: SSAValue, at: SSAValue) -> None:
            value = builder.load(buffer, [builder.add_index(first, row), column])
            builder.store(value, self.tiles[buffer], [at])

        self._transpose(buffer, one)

    def _transpose(
        self, buffer: SSAValue, visit: Callable[[SSAValue, SSAValue, SSAValue], None]
    ) -> None:
        """A loop over the elements of a block, along memory; `visit` gets the row, the column, and the place in a tile."""
        builder = self.builder

        def one(row: SSAValue, _: object) -> tuple[()]:
            def element(column: SSAValue, _: object) -> tuple[()]:
                place = builder.multiply(column, builder.index(BLOCK_ROWS))
                visit(row, column, builder.add_index(place, row))
                return ()

            builder.for_(self.columns[buffer], (), element, interleave=1)
            return ()

        builder.for_(builder.index(BLOCK_ROWS), (), one)

    def _write(self, output: Operand, first: SSAValue) -> tuple[SSAValue, SSAValue] | None:
        """Bring a result of the block to where it belongs, or to near there: then both places are given."""
        builder, buffer = self.builder, output.buffer
        if buffer in self.vectors:

            def single(row: SSAValue) -> None:
                value = builder.load(self.vectors[buffer], [row])
                output.store(builder, value, [builder.add_index(first, row), builder.index(0)])

            self._rows(single)
            return None
        columns, scratch = self.columns[buffer], self.scratch.get(buffer)
        piece = None
        if scratch is not None:
            start = builder.multiply(first, columns)
            length = builder.multiply(columns, builder.index(BLOCK_ROWS))
            piece = self.streams.piece(output, scratch, start, length)

        def one(row: SSAValue, column: SSAValue, at: SSAValue) -> None:
            value = builder.load(self.tiles[buffer], [at])
            if piece is None:
                builder.store(value, buffer, [builder.add_index(first, row), column])
            else:
                place = builder.add_index(builder.multiply(row, columns), column)
                builder.store(value, piece[0], [place])

        self._transpose(buffer, one)
        return piece

    def _run(self, op: Structured, sizes: Sequence[SSAValue], first: SSAValue) -> None:
        """One operation, for all rows of a block."""
        builder = self.builder
        own = [n for n in range(len(op.outputs)) if op.accumulates(n)]
        long = _long_sums(op)
        terms = op.with_terms(long) if long else op
        places = [o.buffer for o in buffers(op.outputs)]

        def start(row: SSAValue) -> None:
            for n in own:
                builder.store(op.start(n), self.vectors[places[n]], [row])
            for n in long:
                zero = builder.scalar(FloatAttr(0.0, f64))
                builder.store(zero, self.corrections[places[n]], [row])

        def column(number: SSAValue, _: object) -> tuple[()]:
            before = builder.multiply(number, builder.index(BLOCK_ROWS))

            def one(row: SSAValue) -> None:
                at = builder.add_index(before, row)
                indices = [builder.add_index(first, row), number][: op.loops]
                values = [
                    self._load(operand, row, at, indices) if argument.first_use else argument
                    for argument, operand in zip(terms.body.args, op.operands, strict=True)
                ]
                results = builder.inline(terms.body, values, indices)
                for n, (buffer, value) in enumerate(zip(places, results, strict=True)):
                    if n in long:
                        totals, corrections = self.vectors[buffer], self.corrections[buffer]
                        add_compensated_at(builder, totals, corrections, row, value)
                    elif buffer in self.vectors:
                        builder.store(value, self.vectors[buffer], [row])
                    else:
                        builder.store(value, self.tiles[buffer], [at])

            self._rows(one, op.interleave)
            return ()

        if own:
            self._rows(start)
        builder.for_(sizes[1] if op.loops > 1 else builder.index(1), (), column)
        for n in long:
            self._rows(lambda row, buffer=places[n]: self._correct(buffer, row))

    def _rows(self, visit: Callable[[SSAValue], None], interleave: int | None = 1) -> None:
        """A loop over the rows of a block."""
        count = self.builder.index(BLOCK_ROWS)
        self.builder.for_(
            count, (), lambda row, _: visit(row) or (), interleave=interleave, unroll=False
        )

    def _load(
        self, operand: AnyOperand, row: SSAValue, at: SSAValue, indices: Sequence[SSAValue]
    ) -> SSAValue:
        """The element of an iteration: of the block if that has it."""
        if isinstance(operand, Operand):
            if operand.buffer in self.vectors:
                return self.builder.load(self.vectors[operand.buffer], [row])
            if operand.map == _ELEMENT:
                return self.builder.load(self.tiles[operand.buffer], [at])
        return operand.load(self.builder, indices)

    def _correct(self, buffer: SSAValue, row: SSAValue) -> None:
        totals, corrections = self.vectors[buffer], self.corrections[buffer]
        total = corrected_at(self.builder, totals, corrections, row)
        self.builder.store(total, totals, [row])
