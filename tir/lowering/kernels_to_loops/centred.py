"""Sums about a centre that another reduction of the same elements gives, in one sweep over memory.

The variance adds up squares about the mean; log-sum-exp adds up exponentials below the maximum. The mean and the maximum of everything
are not known before all elements have been read, but those of a few elements are: as a rule they are near enough (`read_once.py`), and
else a block that stays in the cache is read twice, for its own centre and for its sums about that. Sums *move* from one centre to another without the elements. So two parts become one, whose
sums are about the centre of both. Columns keep a centre as long as it is near that of their elements.

`Centred` is what both have in common, `Part` what is known of some elements about their own centre, `Known` about another one. Which
sums there are, and how they move, is in `centred_squares.py` and `centred_exponentials.py`; where loops find parts, and in which order they merge them, in `centred_whole.py`,
`centred_rows.py`, `centred_columns.py` and `centred_strips.py`.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass, replace

from xdsl.dialects import arith
from xdsl.dialects.builtin import AnyFloat, FloatAttr, f64, i64
from xdsl.ir import Block, SSAValue

from tir.lowering.kernels_to_loops.combine import Combiner, combiner
from tir.lowering.kernels_to_loops.structure import Structured
from tir.lowering.structured.builder import LoopBuilder
from tir.lowering.structured.centred import CentredSum
from tir.lowering.structured.operands import AnyOperand, Operand


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
    def between(cls, builder: LoopBuilder, begin: SSAValue, end: SSAValue) -> Count:
        """How many elements there are between two indices."""
        return cls.of(builder, builder.binary(arith.SubiOp, end, begin))

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


@dataclass(frozen=True)
class Known:
    """What is known of some elements about a centre that need not be theirs, before more of them count."""

    totals: Sequence[SSAValue]
    """The first reduction, and the sums about the centre."""
    found: Sequence[SSAValue]
    """What more elements have come to: the first reduction if that is the centre, else the sums."""
    centre: SSAValue
    """In the precision of the elements."""
    count: Count
    """About how many elements they are together."""


class Centred(ABC):
    """A reduction, and sums of the same elements about a centre that it gives."""

    is_centre: bool
    """Whether the reduction itself is the centre, and not only something from which that is computed."""

    sums_tell = False
    """Whether sums tell themselves whether their centre is near enough; else the first reduction does."""

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
    def zero(self) -> FloatAttr:
        """0 in the precision of the elements."""
        assert isinstance(self.element, AnyFloat)
        return FloatAttr(0.0, self.element)

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

    def part(
        self,
        builder: LoopBuilder,
        count: Count,
        found: SSAValue,
        centre: SSAValue,
        sums: Sequence[SSAValue],
    ) -> Part:
        """A part from sums about any near centre; `found` is what the first reduction comes to where that is infinite or NaN."""
        return self.own(builder, count, self.settled(builder, [found, *sums], centre, count))

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
    def is_near(self, builder: LoopBuilder, known: Known) -> SSAValue:
        """Whether sums about the centre are accurate."""

    def watched(self, builder: LoopBuilder, summing: Structured) -> Structured:
        """The sums with what else tells whether their centre is near, for elements that are read once."""
        return summing

    def is_near_once(
        self, builder: LoopBuilder, known: Known, watched: Sequence[SSAValue]
    ) -> SSAValue:
        """`is_near`, with what has been watched."""
        return self.is_near(builder, known)

    @abstractmethod
    def nearer(self, builder: LoopBuilder, known: Known) -> SSAValue:
        """A centre that is near enough, in the precision of the elements."""

    @abstractmethod
    def moved(
        self,
        builder: LoopBuilder,
        totals: Sequence[SSAValue],
        centre: SSAValue,
        nearer: SSAValue,
        count: Count,
    ) -> list[SSAValue]:
        """Totals of `count` elements about another centre."""

    @abstractmethod
    def added(
        self, builder: LoopBuilder, totals: Sequence[SSAValue], found: Sequence[SSAValue]
    ) -> list[SSAValue]:
        """Totals with what more elements have come to about the same centre: the first reduction if that is the centre, then the sums."""

    @abstractmethod
    def settled(
        self, builder: LoopBuilder, totals: Sequence[SSAValue], centre: SSAValue, count: Count
    ) -> list[SSAValue]:
        """The first reduction, and the sums about the centre that it gives, from totals about any near one."""

    @abstractmethod
    def merged(self, builder: LoopBuilder, one: Part, other: Part, count: Count) -> list[SSAValue]:
        """The first reduction of both parts, which together have `count` elements, and their sums about its centre."""

    @abstractmethod
    def finished(self, builder: LoopBuilder, part: Part) -> list[SSAValue]:
        """The first reduction as the program gets it, and the sums about the centre that it has then."""

    @abstractmethod
    def wanted(self, builder: LoopBuilder, part: Part, about: SSAValue) -> SSAValue:
        """The sum about a number in the precision of the elements that the program has computed from the first reduction."""
