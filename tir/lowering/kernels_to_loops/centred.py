"""Sums about a centre that another reduction of the same elements gives, in one sweep over memory.

The variance adds up squares about the mean; log-sum-exp adds up exponentials below the maximum. The mean and the maximum of everything
are not known before all elements have been read, but those of a few elements are: a block that stays in the cache is read twice, for its
own centre and for its sums about that. Sums *move* from one centre to another without the elements. So two parts become one, whose
sums are about the centre of both.

`Centred` is what both have in common, `Part` what is known of some elements. Where loops find parts, and in which order they merge
them, is in `centred_whole.py` and `centred_columns.py`.

*Squares about the mean.* The sums are `Q` of the squares of distances from a centre `m`, and `R` of the distances. About another
number `a` those of `n` elements are

    Q + d (2 R + n d),  R + n d,  d = m - a

(T. F. Chan, G. H. Golub and R. J. LeVeque, Algorithms for Computing the Sample Variance, 1983). `R` says how far `m` is from the mean, so
`m` may be rounded; it is small, and `n d d` is not negative: nothing cancels. `n m + R` is a better sum of the elements than the
plain one. What the program asks for in the end are squares about a number that it computes from the sum, the mean in the precision of the elements:
one more move.

*Exponentials below the maximum.* The only sum is `S` of `exp(x - m)`. About a larger number `a` it is `S exp(m - a)`. A part of elements that are
all -inf has the sum 0, one with inf or NaN has NaN, and so has whatever it becomes a part of: as if all had been subtracted from the same maximum.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial, reduce
from math import inf

from xdsl.dialects import arith
from xdsl.dialects.builtin import AnyFloat, FloatAttr, f64, i64
from xdsl.ir import Block, SSAValue

from tir.dialects import math_ext
from tir.lowering.kernels_to_loops.combine import Combiner, combiner
from tir.lowering.kernels_to_loops.structure import Structured, copied
from tir.lowering.structured.builder import LoopBuilder
from tir.lowering.structured.centred import Centre, CentredSum, centre_found, centred_sum
from tir.lowering.structured.operands import AnyOperand, Operand
from tir.support.cost_model import EXPONENTIALS_ROWS, SQUARES_ROWS


def find_centred(ops: Sequence[Structured]) -> tuple[int, int, Centred] | None:
    """Which operation of a kernel gives the centre, and which sums about it what can be read in the same sweep."""
    for second, op in enumerate(ops):
        found = centred_sum(op.body, len(op.inputs))
        if found is None:
            continue
        for first, one in enumerate(ops[:second]):
            if centre_found(one.body, len(one.inputs)) is found.centre and _fit(one, op, found):
                kind = _SquaresAboutMean if found.centre is Centre.MEAN else _ExponentialsBelow
                return first, second, kind(one, op, found)
    return None


def _fit(first: Structured, second: Structured, found: CentredSum) -> bool:
    """Whether both go through the same contiguous elements, and start from nothing."""
    if len(first.inputs) != 1 or len(second.inputs) != 2:
        return False
    about, result = second.inputs[found.about], first.outputs[0]
    reduces_columns = first.parallel[-1] and sum(first.parallel) == 1
    return (
        second.inputs[found.element] == first.inputs[0]
        and isinstance(about, Operand)
        and isinstance(result, Operand)
        and first.parallel == second.parallel
        and (reduces_columns or not any(first.parallel))
        and about.map == result.map
        and (found.centre is Centre.MEAN or about.buffer is result.buffer)
        and _is_contiguous(first)
        and all(
            _is_sum(op) or (op is first and found.centre is Centre.MAXIMUM)
            for op in (first, second)
        )
        and all(_starts_neutral(op) for op in (first, second))
    )


def _is_contiguous(op: Structured) -> bool:
    operand = op.inputs[0]
    return isinstance(operand, Operand) and operand.is_full(op.loops) and operand.is_contiguous


def _is_sum(op: Structured) -> bool:
    return op.is_long_sum(0) or op.is_narrow_sum(0)


def _starts_neutral(op: Structured) -> bool:
    start, known = op.starts[0], combiner(op, 0)
    if start is None or known is None or not isinstance(start.owner, arith.ConstantOp):
        return False
    return start.owner.value == known.neutral_attribute


@dataclass(frozen=True)
class Count:
    """A number of elements, and the reciprocal of that or 0 for none, both as f64."""

    value: SSAValue
    inverse: SSAValue

    @classmethod
    def of(cls, builder: LoopBuilder, count: SSAValue) -> Count:
        """The count that an index is."""
        integer = builder.value(arith.IndexCastOp(count, i64))
        return cls.of_float(builder, builder.value(arith.SIToFPOp(integer, f64)))

    @classmethod
    def of_float(cls, builder: LoopBuilder, value: SSAValue) -> Count:
        """The count that a f64 is."""
        zero, one = (builder.scalar(FloatAttr(number, f64)) for number in (0.0, 1.0))
        inverse = builder.binary(arith.DivfOp, one, value)
        is_none = builder.value(arith.CmpfOp(value, zero, "oeq"))
        return cls(value, builder.value(arith.SelectOp(is_none, zero, inverse)))

    def if_(self, builder: LoopBuilder, condition: SSAValue, other: Count) -> Count:
        """This one where a condition holds, else another one."""
        value = builder.value(arith.SelectOp(condition, self.value, other.value))
        return Count(value, builder.value(arith.SelectOp(condition, self.inverse, other.inverse)))


@dataclass(frozen=True)
class Part:
    """What is known of some elements."""

    count: Count
    first: SSAValue
    """What the reduction that gives the centre comes to."""
    centre: SSAValue
    sums: Sequence[SSAValue]
    """The sums about the centre, as f64."""


class Centred(ABC):
    """A reduction, and sums of the same elements about a centre that it gives."""

    is_centre: bool
    """Whether the reduction itself is the centre, and not only something from which that is computed."""

    def __init__(self, first: Structured, second: Structured, found: CentredSum) -> None:
        known = combiner(first, 0)
        assert known is not None
        self.first = first
        self.second = second
        self.combiner: Combiner = known
        self.found = found
        self.element = second.body.args[found.element].type
        self.body = self._body()
        self.sums = len(self.body.args) - len(second.inputs)

    @property
    @abstractmethod
    def rows(self) -> int:
        """How many rows are read at a time, for columns."""

    @property
    def work(self) -> int:
        """The cost of an element, in additions."""
        return self.first.work + self.second.work

    @property
    def input(self) -> Operand:
        """The elements."""
        operand = self.first.inputs[0]
        assert isinstance(operand, Operand)
        return operand

    @property
    def about(self) -> Operand:
        """The numbers about which the sums are wanted in the end."""
        operand = self.second.inputs[self.found.about]
        assert isinstance(operand, Operand)
        return operand

    def finding(self, builder: LoopBuilder, elements: AnyOperand, result: AnyOperand) -> Structured:
        """The first reduction, of one loop over a part."""
        return replace(
            self.first,
            inputs=(elements,),
            outputs=(result,),
            parallel=(False,),
            starts=(self.combiner.neutral(builder),),
        )

    def summing(
        self,
        builder: LoopBuilder,
        elements: AnyOperand,
        centre: AnyOperand,
        results: Sequence[AnyOperand],
    ) -> Structured:
        """The sums about a centre, of one loop over a part."""
        return replace(
            self.second,
            body=self.body,
            inputs=self.inputs(elements, centre),
            outputs=tuple(results),
            parallel=(False,),
            starts=(builder.scalar(FloatAttr(0.0, f64)),) * self.sums,
        )

    def inputs(self, elements: AnyOperand, centre: AnyOperand) -> tuple[AnyOperand, AnyOperand]:
        """What the sums read, in the order of their body."""
        in_order = self.found.element < self.found.about
        return (elements, centre) if in_order else (centre, elements)

    def nothing(self, builder: LoopBuilder) -> list[SSAValue]:
        """What the first reduction and the sums are of no elements."""
        zero = builder.scalar(FloatAttr(0.0, f64))
        return [self.combiner.neutral(builder), *[zero] * self.sums]

    def own(self, builder: LoopBuilder, count: Count, values: Sequence[SSAValue]) -> Part:
        """A part from the result of the first reduction and sums about its own centre."""
        return Part(count, values[0], self.centre(builder, values[0], count), values[1:])

    @abstractmethod
    def _body(self) -> Block:
        """The body that finds the sums; the first one is that of the second reduction."""

    @abstractmethod
    def centre(self, builder: LoopBuilder, first: SSAValue, count: Count) -> SSAValue:
        """The centre of elements, from what their first reduction comes to."""

    @abstractmethod
    def narrow(self, builder: LoopBuilder, centre: SSAValue) -> SSAValue:
        """A centre in the precision of the elements."""

    @abstractmethod
    def wide(self, builder: LoopBuilder, centre: SSAValue) -> SSAValue:
        """A centre in the precision of the elements, as `centre` would give it."""

    @abstractmethod
    def merged(self, builder: LoopBuilder, one: Part, other: Part, count: Count) -> list[SSAValue]:
        """The first reduction of both parts, which together have `count` elements, and their sums about its centre."""

    @abstractmethod
    def finished(self, builder: LoopBuilder, part: Part) -> list[SSAValue]:
        """The first reduction as the program gets it, and the sums about the centre that it has then."""

    @abstractmethod
    def wanted(self, builder: LoopBuilder, part: Part, about: SSAValue) -> SSAValue:
        """The sum about a number in the precision of the elements that the program has computed from the first reduction."""


class _SquaresAboutMean(Centred):
    is_centre = False

    @property
    def rows(self) -> int:
        return SQUARES_ROWS

    def _body(self) -> Block:
        body = copied(self.second.body)
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

    def merged(self, builder: LoopBuilder, one: Part, other: Part, count: Count) -> list[SSAValue]:
        first = self.combiner.combine(builder, one.first, other.first)
        return [first, *self._moved(builder, (one, other), self.centre(builder, first, count))]

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


class _ExponentialsBelow(Centred):
    is_centre = True

    @property
    def rows(self) -> int:
        return EXPONENTIALS_ROWS

    def _body(self) -> Block:
        """Without the choice of 0 for -inf, which `narrow` makes once for a part."""
        body = copied(self.second.body)
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

    def _as_f64(self, builder: LoopBuilder, value: SSAValue) -> SSAValue:
        return value if value.type == f64 else builder.value(arith.ExtFOp(value, f64))


def _is_number(builder: LoopBuilder, value: SSAValue) -> SSAValue:
    return builder.value(arith.CmpfOp(value, value, "ord"))
