"""Squares about the mean.

The sums are `Q` of the squares of distances from a centre `m`, and `R` of the distances. About another
number `a` those of `n` elements are

    Q + d (2 R + n d),  R + n d,  d = m - a

(T. F. Chan, G. H. Golub and R. J. LeVeque, Algorithms for Computing the Sample Variance, 1983). `R` says how far `m` is from the mean, so
`m` may be rounded; it is small, and `n d d` is not negative: nothing cancels. `n m + R` is a better sum of the elements than the
plain one. What the program asks for in the end are squares about a number that it computes from the sum, the mean in the precision of the elements:
one more move.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial, reduce
from math import inf

from xdsl.dialects import arith
from xdsl.dialects.builtin import FloatAttr, f64
from xdsl.ir import Block, SSAValue

from tir.dialects.linalg_generic import clone_body
from tir.lowering.kernels_to_loops.centred import Centred, Count, Known, Part
from tir.lowering.structured.builder import LoopBuilder
from tir.support.cost_model import NEAR_MEAN


class SquaresAboutMean(Centred):
    is_centre = False
    sums_tell = True

    def _body(self) -> Block:
        body = clone_body(self.second.body)
        yielded = body.last_op
        assert yielded is not None
        added = yielded.operands[0].owner
        assert isinstance(added, arith.AddfOp)
        accumulator = body.insert_arg(f64, len(body.args))
        (distance,) = {v for op in body.ops if isinstance(op, arith.MulfOp) for v in op.operands}
        if distance.type != f64:
            wide = arith.ExtFOp(distance, f64)
            body.insert_op_before(wide, yielded)
            distance = wide.result
        total = arith.AddfOp(accumulator, distance, added.fastmath)
        total.attributes |= added.attributes
        body.insert_op_before(total, yielded)
        yielded.operands = [*yielded.operands, total.result]
        return body

    def centre(self, builder: LoopBuilder, first: SSAValue, count: Count) -> SSAValue:
        return builder.binary(arith.MulfOp, first, count.inverse)

    def narrow(self, builder: LoopBuilder, centre: SSAValue) -> SSAValue:
        if self.element == f64:
            return centre
        return builder.value(arith.TruncFOp(centre, self.element))

    def wide(self, builder: LoopBuilder, centre: SSAValue) -> SSAValue:
        return centre if self.element == f64 else builder.value(arith.ExtFOp(centre, f64))

    def is_near(self, builder: LoopBuilder, known: Known) -> SSAValue:
        """Where the squares about the mean are not much less than those about the centre.

        These may overflow where others would not, unless they have been infinite before.
        """
        _, squares, distances = known.totals
        both = builder.binary(arith.AddfOp, squares, known.found[0])
        way = builder.binary(arith.AddfOp, distances, known.found[1])
        part, infinite = (builder.scalar(FloatAttr(value, f64)) for value in (NEAR_MEAN, inf))
        most = builder.binary(
            arith.MulfOp, builder.binary(arith.MulfOp, known.count.value, part), both
        )
        between = builder.binary(arith.MulfOp, way, way)
        is_near = builder.value(arith.CmpfOp(between, most, "ole"))
        is_finite = builder.value(arith.CmpfOp(most, infinite, "olt"))
        is_lost = builder.value(arith.CmpfOp(squares, infinite, "uge"))
        is_near = builder.value(arith.AndIOp(is_near, is_finite))
        return builder.value(arith.OrIOp(is_near, is_lost))

    def nearer(self, builder: LoopBuilder, known: Known) -> SSAValue:
        """The mean of all, if there is one: infinities keep a finite centre, from which their distances are infinite."""
        way = builder.binary(arith.AddfOp, known.totals[2], known.found[1])
        way = builder.binary(arith.MulfOp, way, known.count.inverse)
        mean = builder.binary(arith.AddfOp, self.wide(builder, known.centre), way)
        mean = self.narrow(builder, mean)
        nothing = builder.binary(arith.SubfOp, mean, mean)
        return builder.value(arith.SelectOp(_is_number(builder, nothing), mean, known.centre))

    def moved(
        self,
        builder: LoopBuilder,
        totals: Sequence[SSAValue],
        centre: SSAValue,
        nearer: SSAValue,
        count: Count,
    ) -> list[SSAValue]:
        first, *sums = totals
        part = Part(count, first, self.wide(builder, centre), sums)
        return [first, *self._moved(builder, (part,), self.wide(builder, nearer))]

    def added(
        self, builder: LoopBuilder, totals: Sequence[SSAValue], found: Sequence[SSAValue]
    ) -> list[SSAValue]:
        first, *sums = totals
        sums = [builder.binary(arith.AddfOp, a, b) for a, b in zip(sums, found, strict=True)]
        return [first, *sums]

    def settled(
        self, builder: LoopBuilder, totals: Sequence[SSAValue], centre: SSAValue, count: Count
    ) -> list[SSAValue]:
        _, squares, distances = totals
        # Where there is no finite mean, there are no squares about it.
        nothing = builder.binary(arith.SubfOp, distances, distances)
        squares = builder.binary(arith.AddfOp, squares, nothing)
        wide = self.wide(builder, centre)
        all_ = builder.binary(arith.MulfOp, count.value, wide)
        first = builder.binary(arith.AddfOp, all_, distances)
        part = Part(count, first, wide, (squares, distances))
        return [first, *self._moved(builder, (part,), self.centre(builder, first, count))]

    def merged(self, builder: LoopBuilder, one: Part, other: Part, count: Count) -> list[SSAValue]:
        first = self.combiner.combine(builder, one.first, other.first)
        return [first, *self._moved(builder, (one, other), self.centre(builder, first, count))]

    def part(
        self,
        builder: LoopBuilder,
        count: Count,
        found: SSAValue,
        centre: SSAValue,
        sums: Sequence[SSAValue],
    ) -> Part:
        wide = self.wide(builder, centre)
        all_ = builder.binary(arith.MulfOp, count.value, wide)
        exact = builder.binary(arith.AddfOp, all_, sums[1])
        first = builder.value(arith.SelectOp(_is_number(builder, exact), exact, found))
        return Part(count, first, wide, sums)

    def finished(self, builder: LoopBuilder, part: Part) -> list[SSAValue]:
        moved = builder.binary(arith.MulfOp, part.count.value, part.centre)
        exact = builder.binary(arith.AddfOp, moved, part.sums[1])
        # Infinities make the sum of distances NaN.
        first = builder.value(arith.SelectOp(_is_number(builder, exact), exact, part.first))
        return [first, *self._moved(builder, (part,), self.centre(builder, first, part.count))]

    def wanted(self, builder: LoopBuilder, part: Part, about: SSAValue) -> SSAValue:
        moved = self._moved(builder, (part,), self.wide(builder, about))[0]
        # Rounding may leave less than nothing.
        zero = builder.scalar(FloatAttr(0.0, f64))
        is_negative = builder.value(arith.CmpfOp(moved, zero, "olt"))
        return builder.value(arith.SelectOp(is_negative, zero, moved))

    def _moved(
        self, builder: LoopBuilder, parts: Sequence[Part], about: SSAValue
    ) -> list[SSAValue]:
        """The sums of all parts about another number."""
        gains: list[SSAValue] = []
        moved: list[SSAValue] = []
        for part in parts:
            before = part.sums[1]
            way = builder.binary(arith.SubfOp, part.centre, about)
            all_ways = builder.binary(arith.MulfOp, part.count.value, way)
            after = builder.binary(arith.AddfOp, before, all_ways)
            twice = builder.binary(arith.AddfOp, before, after)
            gains.append(builder.binary(arith.MulfOp, way, twice))
            moved.append(after)
        gain, squares, distances = (
            reduce(partial(builder.binary, arith.AddfOp), terms)
            for terms in (gains, [part.sums[0] for part in parts], moved)
        )
        total = builder.binary(arith.AddfOp, squares, gain)
        # Infinities and overflow make it NaN; the squares are infinite or NaN themselves then.
        total = builder.value(arith.SelectOp(_is_number(builder, total), total, squares))
        return [total, distances]


def _is_number(builder: LoopBuilder, value: SSAValue) -> SSAValue:
    return builder.value(arith.CmpfOp(value, value, "ord"))
