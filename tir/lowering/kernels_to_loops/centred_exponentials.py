"""Exponentials below the maximum.

The only sum is `S` of `exp(x - m)`. About a larger number `a` it is `S exp(m - a)`. A part of elements that are
all -inf has the sum 0, one with inf or NaN has NaN, and so has whatever it becomes a part of: as if all had been subtracted from the same maximum.

Where a number near the maximum will do, the maximum is found only if the sums about another number are small, which no element is near
then, or if an element is far above it. The largest distance tells, or a sum of few terms that is large.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from math import exp, inf

from xdsl.dialects import arith, math
from xdsl.dialects.builtin import AnyFloat, FloatAttr, IntegerAttr, IntegerType, f64, i1, i32, i64
from xdsl.ir import Block, SSAValue

from tir.dialects import math_ext
from tir.dialects.linalg_generic import clone_body
from tir.lowering.kernels_to_loops.centred import Centred, Count, Known, Part
from tir.lowering.kernels_to_loops.structure import Structured
from tir.lowering.structured.builder import LoopBuilder
from tir.lowering.structured.operands import Cell
from tir.support.cost_model import NEAR_MAXIMUM


class ExponentialsBelowMaximum(Centred):
    is_centre = True

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
        is_lowest = builder.value(arith.CmpfOp(centre, self.combiner.neutral(builder), "oeq"))
        zero = builder.scalar(self.zero)
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


class ExponentialsNearMaximum(ExponentialsBelowMaximum):
    """The first reduction is not made: the centre of the sums takes its place."""

    sums_tell = True

    def _body(self) -> Block:
        """With exponentials of numbers of any size: those of large ones are large."""
        self.unbounded = super()._body()
        body = clone_body(self.unbounded)
        term = _exponential(body)
        bound = arith.ConstantOp(FloatAttr(_LARGEST_ARGUMENT, self.zero.type))
        is_large = arith.CmpfOp(term.operand, bound.result, "ogt")
        bounded = arith.SelectOp(is_large.result, bound.result, term.operand)
        body.insert_ops_before([bound, is_large, bounded], term)
        term.operands[0] = bounded.result
        return body

    def watched(self, builder: LoopBuilder, summing: Structured) -> Structured:
        """With the bits of the largest distance, if one is positive: as integers these are in the order of the distances."""
        body = clone_body(self.unbounded)
        term, yielded = _exponential(body), body.last_op
        assert yielded is not None
        kind = self._bits
        largest = body.insert_arg(kind, len(body.args))
        bits = arith.BitcastOp(term.operand, kind)
        larger = arith.MaxSIOp(bits, largest)
        body.insert_ops_before([bits, larger], yielded)
        yielded.operands = [*yielded.operands, larger.result]
        start = builder.scalar(IntegerAttr(0, kind))
        return replace(
            summing,
            body=body,
            outputs=(*summing.outputs, Cell()),
            starts=(*summing.starts, start),
        )

    def is_near_once(
        self, builder: LoopBuilder, known: Known, watched: Sequence[SSAValue]
    ) -> SSAValue:
        """Where no element is far above the centre, and the sum is a number that is not small."""
        (largest,) = watched
        distance = builder.scalar(FloatAttr(NEAR_MAXIMUM, self.zero.type))
        most = builder.value(arith.BitcastOp(distance, self._bits))
        is_near = builder.value(arith.CmpiOp(largest, most, "sle"))
        return builder.both(is_near, self._is_least(builder, known))

    def is_near(self, builder: LoopBuilder, known: Known) -> SSAValue:
        """Where the sum is not small, an element was near the centre; where what is new is not large, none is far above it."""
        most = builder.scalar(FloatAttr(exp(NEAR_MAXIMUM), f64))
        is_most = builder.value(arith.CmpfOp(known.found[1], most, "ole"))
        return builder.both(self._is_least(builder, known), is_most)

    def _is_least(self, builder: LoopBuilder, known: Known) -> SSAValue:
        both = builder.binary(arith.AddfOp, known.totals[1], known.found[1])
        least = builder.scalar(FloatAttr(_SMALL, f64))
        return builder.value(arith.CmpfOp(both, least, "oge"))

    @property
    def _bits(self) -> IntegerType:
        return i64 if self.element == f64 else i32

    def nearer(self, builder: LoopBuilder, known: Known) -> SSAValue:
        """The maximum of a piece, if that is above the centre or if there was nothing near that."""
        largest = self.combiner.combine(builder, known.centre, known.found[0])
        small = builder.scalar(FloatAttr(_SMALL, f64))
        is_first = builder.value(arith.CmpfOp(known.totals[1], small, "olt"))
        largest = builder.value(arith.SelectOp(is_first, known.found[0], largest))
        return self.narrow(builder, largest)

    def settled(
        self, builder: LoopBuilder, totals: Sequence[SSAValue], centre: SSAValue, count: Count
    ) -> list[SSAValue]:
        """The centre is near the maximum, unless there is nothing but -inf."""
        zero = builder.scalar(FloatAttr(0.0, f64))
        is_nothing = builder.value(arith.CmpfOp(totals[1], zero, "oeq"))
        lowest = self.combiner.neutral(builder)
        return [builder.value(arith.SelectOp(is_nothing, lowest, centre)), totals[1]]


def _exponential(body: Block) -> math_ext.ExpTermOp:
    (term,) = (op for op in body.ops if isinstance(op, math_ext.ExpTermOp))
    return term


_LARGEST_ARGUMENT = 64.0

_SMALL = 0.5
"""Less than the exponential of a distance of 0."""
