"""How two partial results of a reduction become one."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import inf

from xdsl.dialects import arith
from xdsl.dialects.builtin import AnyFloat, FloatAttr, IntegerAttr, IntegerType
from xdsl.ir import Attribute, Operation, SSAValue

from tir.lowering.kernels_to_loops.structure import Structured
from tir.lowering.structured.builder import LoopBuilder

_Neutral = Callable[[int], float]
"""The neutral element of an operation, from the width of its type in bits."""

_NEUTRAL: dict[type[Operation], _Neutral] = {
    arith.AddfOp: lambda _: 0.0,
    arith.MulfOp: lambda _: 1.0,
    arith.MaximumfOp: lambda _: -inf,
    arith.MinimumfOp: lambda _: inf,
    arith.AddiOp: lambda _: 0,
    arith.MuliOp: lambda _: 1,
    arith.OrIOp: lambda _: 0,
    arith.XOrIOp: lambda _: 0,
    arith.AndIOp: lambda _: -1,
    arith.MaxSIOp: lambda width: -(1 << (width - 1)),
    arith.MinSIOp: lambda width: (1 << (width - 1)) - 1,
    arith.MaxUIOp: lambda _: 0,
    arith.MinUIOp: lambda _: -1,
}


@dataclass(frozen=True)
class Combiner:
    """The operation by which an output accumulates: associative, up to rounding, with a neutral element."""

    op: Operation
    type: Attribute

    def combine(self, builder: LoopBuilder, left: SSAValue, right: SSAValue) -> SSAValue:
        """Two partial results as one."""
        return builder.value(
            type(self.op).create(
                operands=[left, right],
                result_types=[self.type],
                properties=self.op.properties,
            )
        )

    @property
    def neutral_attribute(self) -> FloatAttr | IntegerAttr:
        """What a partial result starts from."""
        neutral = _NEUTRAL[type(self.op)]
        if isinstance(self.type, IntegerType):
            width = self.type.width.data
            value = neutral(width)
            return IntegerAttr(int(value) if width > 1 else abs(int(value)), self.type)
        assert isinstance(self.type, AnyFloat)
        return FloatAttr(neutral(0), self.type)

    def neutral(self, builder: LoopBuilder) -> SSAValue:
        """That as a constant."""
        return builder.scalar(self.neutral_attribute)


def combiner(op: Structured, number: int) -> Combiner | None:
    """How output `number` accumulates; None where its body is more than one such operation on the accumulator."""
    yielded = op.body.last_op
    assert yielded is not None
    accumulator = op.body.args[len(op.inputs) + number]
    last = yielded.operands[number].owner
    if not isinstance(last, Operation) or type(last) not in _NEUTRAL:
        return None
    if not accumulator.has_one_use() or accumulator not in last.operands:
        return None
    return Combiner(last, accumulator.type)


def starts_neutral(op: Structured) -> bool:
    """Whether the only output of a reduction accumulates from nothing."""
    start, known = op.starts[0], combiner(op, 0)
    if start is None or known is None or not isinstance(start.owner, arith.ConstantOp):
        return False
    return start.owner.value == known.neutral_attribute


def combined(builder: LoopBuilder, known: Combiner, values: Sequence[SSAValue]) -> SSAValue:
    """Several partial results as one, in pairs."""
    if len(values) == 1:
        return values[0]
    half = len(values) // 2
    left, right = combined(builder, known, values[:half]), combined(builder, known, values[half:])
    return known.combine(builder, left, right)
