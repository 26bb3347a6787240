"""Sums about a centre of everything: threads share blocks, whose parts are merged pairwise.

A block is read chunk by chunk: once if the sums tell whether their centre is near, or twice while it is in the cache. The second time
leaves memory idle, so that asks for the next chunk meanwhile. Where there is little to compute, a chunk is read at several places at
once. The blocks depend on the number of elements only, so the result does not depend on the number of threads.
"""

from __future__ import annotations

from collections.abc import Sequence

from xdsl.dialects import arith
from xdsl.dialects.builtin import MemRefType
from xdsl.ir import SSAValue

from tir.dialects import rt
from tir.lowering.kernels_to_loops.centred import Centred, Count, Part
from tir.lowering.kernels_to_loops.loops import Extent
from tir.lowering.kernels_to_loops.read_once import read_once
from tir.lowering.kernels_to_loops.registers import Ahead, reduce_in_registers
from tir.lowering.kernels_to_loops.structure import buffers, element_bytes, grain
from tir.lowering.kernels_to_loops.whole import block_length
from tir.lowering.structured.builder import LoopBuilder
from tir.lowering.structured.operands import Cell, flatten, loop_sizes, product
from tir.support.cost_model import (
    CACHE_LINE,
    CENTRED_CHUNK,
    ONCE_AHEAD,
    ONCE_CHUNK,
    PARTIAL_RESULTS,
    READ_STREAMS,
    SHORT_WORK,
    SUM_LANES,
)


class CentredWhole:
    """A reduction of everything, which is stored when this is made, and the sum about a number that `finish` stores."""

    def __init__(self, builder: LoopBuilder, centred: Centred) -> None:
        self.builder = builder
        self.centred = centred
        first = centred.first
        self.total = product(builder, loop_sizes(builder, buffers(first.operands), first.loops))
        self.block = block_length(builder, self.total)
        blocks = builder.ceil_divide(self.total, self.block)
        nothing = centred.nothing(builder)
        self.partial = [builder.alloca(MemRefType(v.type, [PARTIAL_RESULTS])) for v in nothing]
        self._store(nothing, builder.index(0))
        (self.source,) = flatten(builder, [centred.input], self.total)
        work = builder.multiply(self.block, builder.index(centred.work))
        builder.parallel(blocks, grain(builder, work), self._blocks)
        self._merge(blocks)
        everything = self._own(self._load(builder.index(0)), builder.index(0), self.total)
        values = centred.finished(builder, everything)
        first.outputs[0].store(builder, values[0], [])
        self.everything = centred.own(builder, everything.count, values)

    def finish(self) -> None:
        """The sum about the number, which the program has computed meanwhile."""
        builder = self.builder
        about = self.centred.about.load(builder, [])
        value = self.centred.wanted(builder, self.everything, about)
        self.centred.second.outputs[0].store(builder, value, [])

    def _blocks(self, begin: SSAValue, end: SSAValue) -> None:
        builder = self.builder

        def one(number: SSAValue, _: object) -> tuple[()]:
            lower = builder.multiply(number, self.block)
            upper = builder.smaller(builder.add_index(lower, self.block), self.total)
            nothing = self.centred.nothing(builder)
            if self.places > 1:
                values = self._at_several_places(lower, upper, nothing)
            else:
                values = self._chunks(lower, upper, lower, nothing)
            self._store(values, number)
            return ()

        builder.for_(end, (), one, lower=begin)

    @property
    def places(self) -> int:
        """At how many places a block is read at once: memory sends several streams faster than one, where there is little to compute."""
        centred = self.centred
        return READ_STREAMS if centred.sums_tell and centred.work <= SHORT_WORK else 1

    def _at_several_places(
        self, lower: SSAValue, upper: SSAValue, nothing: Sequence[SSAValue]
    ) -> Sequence[SSAValue]:
        """What a block comes to: whole vectors at each place, then what that leaves over, which only the last block does."""
        builder, centred = self.builder, self.centred
        places = builder.index(self.places)

        def level(number: SSAValue, carried: Sequence[SSAValue]) -> list[SSAValue]:
            begin, *before = carried
            each = builder.binary(arith.DivUIOp, builder.binary(arith.SubiOp, upper, begin), places)
            rest = builder.binary(arith.RemUIOp, each, builder.index(SUM_LANES))
            is_first = builder.equal(number, builder.index(0))
            vectors = builder.binary(arith.SubiOp, each, rest)
            each = builder.value(arith.SelectOp(is_first, vectors, each))
            values = self._chunks(begin, builder.add_index(begin, each), lower, before, each)
            return [builder.add_index(begin, builder.multiply(each, places)), *values]

        def single(place: SSAValue, before: Sequence[SSAValue]) -> list[SSAValue]:
            following = builder.add_index(place, builder.index(1))
            element = centred.wide(builder, self.source.load(builder, [place]))
            part = self._own([element, *nothing[1:]], place, following)
            count = Count.between(builder, lower, following)
            return centred.merged(builder, self._own(before, lower, place), part, count)

        left, *values = builder.for_(builder.index(2), [lower, *nothing], level, unroll=False)
        return builder.for_(upper, values, single, lower=left, unroll=False)

    def _chunks(
        self,
        begin: SSAValue,
        end: SSAValue,
        lower: SSAValue,
        before: Sequence[SSAValue],
        apart: SSAValue | None = None,
    ) -> Sequence[SSAValue]:
        """What a block comes to that begins at `lower`, with the elements between two positions, chunk by chunk.

        With `apart` they are those at several places, each so far behind the one before it.
        """
        builder, centred = self.builder, self.centred
        places = 1 if apart is None else self.places
        size = (ONCE_CHUNK if centred.sums_tell else CENTRED_CHUNK) // places
        chunk = self._elements(size)
        offset = builder.binary(arith.SubiOp, begin, lower)

        def counted(stop: SSAValue) -> Count:
            each = builder.binary(arith.SubiOp, stop, begin)
            here = builder.multiply(each, builder.index(places))
            return Count.of(builder, builder.add_index(offset, here))

        def more(start: SSAValue, before: Sequence[SSAValue]) -> list[SSAValue]:
            stop = builder.smaller(builder.add_index(start, chunk), end)
            part = self._read(start, stop, apart)
            known = centred.own(builder, counted(start), before)
            return centred.merged(builder, known, part, counted(stop))

        return builder.for_(end, before, more, lower=begin, step=chunk)

    def _elements(self, size: int) -> SSAValue:
        return self.builder.index(size // element_bytes(self.centred.input.buffer))

    def _read(self, start: SSAValue, stop: SSAValue, apart: SSAValue | None) -> Part:
        """What a chunk comes to."""
        builder, centred = self.builder, self.centred
        extent = [Extent(stop, start)]
        if centred.sums_tell:
            ahead = self._ahead(ONCE_AHEAD) if apart is None else None
            return read_once(builder, centred, self.source, extent, ahead=ahead, apart=apart)
        finding = centred.finding(builder, self.source, Cell())
        first = reduce_in_registers(builder, finding, extent, [0])[0]
        count = Count.between(self.builder, start, stop)
        centre = centred.narrow(builder, centred.centre(builder, first, count))
        cells = [Cell() for _ in range(centred.sums)]
        summing = centred.summing(builder, self.source, Cell(centre), cells)

        sums = reduce_in_registers(builder, summing, extent, [0], ahead=self._ahead(CENTRED_CHUNK))
        return Part(count, first, centred.wide(builder, centre), list(sums.values()))

    def _ahead(self, size: int) -> Ahead:
        """Asks for what is so many bytes further on."""
        distance = self._elements(size)

        def ahead(begin: SSAValue, end: SSAValue) -> None:
            following = self.builder.add_index(begin, distance)
            self._prefetch(following, self.builder.add_index(end, distance))

        return ahead

    def _prefetch(self, begin: SSAValue, end: SSAValue) -> None:
        builder = self.builder

        def line(at: SSAValue, _: object) -> tuple[()]:
            builder.add(rt.PrefetchOp(self.source.buffer, [at]))
            return ()

        step = builder.index(CACHE_LINE // element_bytes(self.source.buffer))
        builder.for_(end, (), line, lower=begin, step=step)

    def _merge(self, blocks: SSAValue) -> None:
        """Neighbours, then neighbouring pairs, and so on: as few additions as possible one after the other."""
        builder = self.builder

        def level(_: SSAValue, carried: Sequence[SSAValue]) -> list[SSAValue]:
            (span,) = carried
            both = builder.add_index(span, span)

            def pair(left: SSAValue, _: object) -> tuple[()]:
                right = builder.add_index(left, span)
                begin, middle = (builder.multiply(n, self.block) for n in (left, right))
                stop = builder.multiply(builder.add_index(right, span), self.block)
                stop = builder.smaller(stop, self.total)
                one = self._own(self._load(left), begin, middle)
                other = self._own(self._load(right), middle, stop)
                values = self.centred.merged(
                    builder, one, other, Count.between(self.builder, begin, stop)
                )
                self._store(values, left)
                return ()

            builder.for_(builder.binary(arith.SubiOp, blocks, span), (), pair, step=both)
            return [both]

        levels = builder.index(PARTIAL_RESULTS.bit_length() - 1)
        builder.for_(levels, [builder.index(1)], level)

    def _own(self, values: Sequence[SSAValue], begin: SSAValue, end: SSAValue) -> Part:
        return self.centred.own(self.builder, Count.between(self.builder, begin, end), values)

    def _load(self, number: SSAValue) -> list[SSAValue]:
        return [self.builder.load(row, [number]) for row in self.partial]

    def _store(self, values: Sequence[SSAValue], number: SSAValue) -> None:
        for value, row in zip(values, self.partial, strict=True):
            self.builder.store(value, row, [number])
