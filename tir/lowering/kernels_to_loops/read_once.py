"""Sums about a centre of elements of which each is read once, as a rule.

The mean or the maximum of a few elements is as a rule so near that of all that the sums about it are accurate, and the sums
themselves tell. Only where they do not, the centre of all is found, and they are taken once more:

    first:   m = max(x[:64])     s = sum(exp(x - m))
    second:  m = max(x)          s = sum(exp(x - m))       unless that was near enough

Both times the loops are the same. Where an element is inf or NaN, the second time counts: then everything is as without the first.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from xdsl.dialects import arith
from xdsl.ir import SSAValue

from tir.lowering.kernels_to_loops.centred import Centred, Count, Known, Part
from tir.lowering.kernels_to_loops.combine import combined, combiner
from tir.lowering.kernels_to_loops.loops import Extent, Loop
from tir.lowering.kernels_to_loops.registers import Ahead, reduce_together
from tir.lowering.kernels_to_loops.structure import Structured
from tir.lowering.structured.builder import LoopBuilder
from tir.lowering.structured.operands import AnyOperand, Cell
from tir.support.cost_model import CENTRE_SAMPLE, READ_STREAMS


def read_once(
    builder: LoopBuilder,
    centred: Centred,
    elements: AnyOperand,
    loops: Sequence[Loop],
    *,
    ahead: Ahead | None = None,
    apart: SSAValue | None = None,
) -> Part:
    """What the elements of the innermost loop come to, where the others are at given indices.

    With `apart` they are those at several places, each so many elements behind the one before it, of which the loop has the bounds.
    """
    *_, extent = loops
    assert isinstance(extent, Extent)
    begin, end = extent.lower or builder.index(0), extent.upper
    places = 1 if apart is None else READ_STREAMS

    def counted(stop: SSAValue) -> Count:
        each = builder.binary(arith.SubiOp, stop, begin)
        return Count.of(builder, builder.multiply(each, builder.index(places)))

    count = counted(end)
    few = builder.smaller(builder.add_index(begin, builder.index(CENTRE_SAMPLE)), end)
    nothing = centred.nothing(builder)
    zero = builder.scalar(centred.zero)

    def over(op: Structured, stop: SSAValue, ahead: Ahead | None = None) -> list[SSAValue]:
        within = [*loops[:-1], Extent(stop, begin)]
        op = replace(op, parallel=(*[True] * (len(loops) - 1), False))
        found = reduce_together(
            builder, op, [within] * places, [len(loops) - 1], ahead=ahead, apart=apart
        )
        return [_together(builder, op, n, [part[n] for part in found]) for n in found[0]]

    def attempt(number: SSAValue, carried: Sequence[SSAValue]) -> list[SSAValue]:
        *before, sample, stop = carried
        (found,) = over(centred.finding(builder, elements, Cell()), sample)
        first = centred.centre(builder, found, counted(sample))
        centre = centred.narrow(builder, first)
        cells = [Cell() for _ in range(centred.sums)]
        summing = centred.summing(builder, elements, Cell(centre), cells)
        results = over(centred.watched(builder, summing), stop, ahead)
        sums, watched = results[: centred.sums], results[centred.sums :]
        is_again = builder.equal(number, builder.index(1))
        is_known = builder.both(is_again, builder.equal(stop, begin))
        values = [
            builder.value(arith.SelectOp(is_known, old, new))
            for old, new in zip(before, [centre, found, *sums], strict=True)
        ]
        more = values[1:] if centred.is_centre else values[2:]
        is_near = centred.is_near_once(builder, Known(nothing, more, values[0], count), watched)
        left = builder.value(arith.SelectOp(is_near, begin, end))
        return [*values, left, left]

    start = [zero, *nothing, few, end]
    centre, found, *sums, _, _ = builder.for_(builder.index(2), start, attempt, unroll=False)
    return centred.part(builder, count, found, centre, sums)


def _together(
    builder: LoopBuilder, op: Structured, number: int, values: Sequence[SSAValue]
) -> SSAValue:
    known = combiner(op, number)
    assert known is not None
    return combined(builder, known, values)
