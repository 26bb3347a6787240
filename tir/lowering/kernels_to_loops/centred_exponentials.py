"""Exponentials below the maximum.

The only sum is `S` of `exp(x - m)`. About a larger number `a` it is `S exp(m - a)`. A part of elements that are
all -inf has the sum 0, one with inf or NaN has NaN, and so has whatever it becomes a part of: as if all had been subtracted from the same maximum.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import inf

from xdsl.dialects import arith, math
from xdsl.dialects.builtin import AnyFloat, FloatAttr, IntegerAttr, f64, i1
from xdsl.ir import Block, SSAValue

from tir.dialects import math_ext
from tir.dialects.linalg_generic import clone_body
from tir.lowering.kernels_to_loops.centred import Centred, Count, Known, Part
from tir.lowering.structured.builder import LoopBuilder
from tir.support.cost_model import EXPONENTIALS_PIECE, EXPONENTIALS_ROWS, NEAR_MAXIMUM


class ExponentialsBelowMaximum(Centred):
    is_centre = True

    @property
    def rows(self) -> int:
        return EXPONENTIALS_ROWS

    @property
    def piece(self) -> int:
        return EXPONENTIALS_PIECE

    def _body(self) -> Block:
        """Without the choice of 0 for -inf, which `narrow` makes once for a part."""
        body = clone_body(self.second.body)
        about = body.args[self.found.about]
        for op in list(body.ops):
            if isinstance(op, arith.SelectOp) and op.rhs is about:
                op.result.replace_all_uses_with(about)
        for op in reversed(list(body.ops)):
            if op.results and not any(result.first_use for result in op.results):
                body.erase_op(op)
        return body

    def centre(self, builder: LoopBuilder, first: SSAValue, count: Count) -> SSAValue:
        return first

    def narrow(self, builder: LoopBuilder, centre: SSAValue) -> SSAValue:
        assert isinstance(self.element, AnyFloat)
        lowest = builder.scalar(FloatAttr(-inf, self.element))
        is_lowest = builder.value(arith.CmpfOp(centre, lowest, "oeq"))
        zero = builder.scalar(FloatAttr(0.0, self.element))
        return builder.value(arith.SelectOp(is_lowest, zero, centre))

    def wide(self, builder: LoopBuilder, centre: SSAValue) -> SSAValue:
        return centre

    def is_near(self, builder: LoopBuilder, known: Known) -> SSAValue:
        """Where the largest element is near, all others may be anywhere below it; of none there is nothing to add."""
        largest = self._largest(builder, known.totals, known.found)
        assert isinstance(self.element, AnyFloat)
        distance = builder.value(math.AbsFOp(builder.binary(arith.SubfOp, largest, known.centre)))
        most, lowest = (
            builder.scalar(FloatAttr(number, self.element)) for number in (NEAR_MAXIMUM, -inf)
        )
        is_far = builder.value(arith.CmpfOp(distance, most, "ogt"))
        is_lowest = builder.value(arith.CmpfOp(largest, lowest, "oeq"))
        one = builder.scalar(IntegerAttr(1, i1))
        return builder.value(arith.SelectOp(is_far, is_lowest, one))

    def nearer(self, builder: LoopBuilder, known: Known) -> SSAValue:
        return self.narrow(builder, self._largest(builder, known.totals, known.found))

    def moved(
        self,
        builder: LoopBuilder,
        totals: Sequence[SSAValue],
        centre: SSAValue,
        nearer: SSAValue,
        count: Count,
    ) -> list[SSAValue]:
        """Centres move down only where there was nothing but -inf."""
        before, after = (self._as_f64(builder, value) for value in (centre, nearer))
        way = builder.binary(arith.SubfOp, before, after)
        zero = builder.scalar(FloatAttr(0.0, f64))
        goes_up = builder.value(arith.CmpfOp(way, zero, "olt"))
        way = builder.value(arith.SelectOp(goes_up, way, zero))
        factor = builder.value(math_ext.ExpNonPositiveOp(way))
        return [totals[0], builder.binary(arith.MulfOp, totals[1], factor)]

    def added(
        self, builder: LoopBuilder, totals: Sequence[SSAValue], found: Sequence[SSAValue]
    ) -> list[SSAValue]:
        largest = self._largest(builder, totals, found)
        return [largest, builder.binary(arith.AddfOp, totals[1], found[1])]

    def settled(
        self, builder: LoopBuilder, totals: Sequence[SSAValue], centre: SSAValue, count: Count
    ) -> list[SSAValue]:
        largest, total = totals
        before, after = (
            self._as_f64(builder, value) for value in (centre, self.narrow(builder, largest))
        )
        way = builder.binary(arith.SubfOp, before, after)
        return [largest, builder.binary(arith.MulfOp, total, builder.value(math.ExpOp(way)))]

    def merged(self, builder: LoopBuilder, one: Part, other: Part, count: Count) -> list[SSAValue]:
        """Only the sum about the smaller maximum moves, by a factor that is exactly 1 where they are equal."""
        first = self.combiner.combine(builder, one.first, other.first)
        left, right = (self._as_f64(builder, part.first) for part in (one, other))
        grows = builder.value(arith.CmpfOp(left, right, "olt"))
        up = builder.binary(arith.SubfOp, left, right)
        down = builder.binary(arith.SubfOp, right, left)
        way = builder.value(arith.SelectOp(grows, up, down))
        # Equal infinities have no distance.
        same = builder.value(arith.CmpfOp(left, right, "oeq"))
        way = builder.value(arith.SelectOp(same, builder.scalar(FloatAttr(0.0, f64)), way))
        factor = builder.value(math_ext.ExpNonPositiveOp(way))
        (before,), (after,) = one.sums, other.sums
        moved_before = builder.binary(arith.MulfOp, before, factor)
        moved_after = builder.binary(arith.MulfOp, after, factor)
        before = builder.value(arith.SelectOp(grows, moved_before, before))
        after = builder.value(arith.SelectOp(grows, after, moved_after))
        return [first, builder.binary(arith.AddfOp, before, after)]

    def finished(self, builder: LoopBuilder, part: Part) -> list[SSAValue]:
        return [part.first, *part.sums]

    def wanted(self, builder: LoopBuilder, part: Part, about: SSAValue) -> SSAValue:
        return part.sums[0]

    def _largest(
        self, builder: LoopBuilder, totals: Sequence[SSAValue], found: Sequence[SSAValue]
    ) -> SSAValue:
        return self.combiner.combine(builder, totals[0], found[0])

    def _as_f64(self, builder: LoopBuilder, value: SSAValue) -> SSAValue:
        return value if value.type == f64 else builder.value(arith.ExtFOp(value, f64))
