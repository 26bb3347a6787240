"""A structured operation on buffers, as the loops of a kernel see it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from xdsl.dialects import arith
from xdsl.dialects.builtin import f64
from xdsl.dialects.linalg.ops import IndexOp
from xdsl.ir import Block, SSAValue

from tir.lowering.structured.operands import AnyOperand, Operand
from tir.support.cost_model import work_per_element


@dataclass(frozen=True)
class Structured:
    """Loops, operands and the scalar body of a `linalg.generic`."""

    body: Block
    inputs: tuple[AnyOperand, ...]
    outputs: tuple[AnyOperand, ...]
    parallel: tuple[bool, ...]
    starts: tuple[SSAValue | None, ...]
    """What each output holds before, as a scalar; None where it holds nothing that is read."""
    origins: Mapping[int, SSAValue] = field(default_factory=dict)
    """Where loops that count from 0 really start, for bodies that ask for their indices."""

    @property
    def loops(self) -> int:
        """The number of loops."""
        return len(self.parallel)

    @property
    def operands(self) -> tuple[AnyOperand, ...]:
        """Inputs, then outputs."""
        return (*self.inputs, *self.outputs)

    @property
    def is_elementwise(self) -> bool:
        """Whether no loop reduces."""
        return all(self.parallel)

    @property
    def uses_indices(self) -> bool:
        """Whether the body asks where it is."""
        return any(isinstance(op, IndexOp) for op in self.body.ops)

    @property
    def work(self) -> int:
        """The cost of one iteration, in additions."""
        return work_per_element(op.name for op in self.body.ops)

    def accumulates(self, number: int) -> bool:
        """Whether an output is reduced; others are written once for each iteration."""
        argument = self.body.args[len(self.inputs) + number]
        return not self.is_elementwise and (
            argument.first_use is not None or len(self.outputs) == 1
        )

    def with_operands(self, operands: Sequence[AnyOperand]) -> Structured:
        """The same operation on other views of its operands."""
        split = len(self.inputs)
        return replace(self, inputs=tuple(operands[:split]), outputs=tuple(operands[split:]))

    def is_long_sum(self, number: int) -> bool:
        """Whether an output is a float64 sum of float64 terms, whose rounding errors would add up.

        A sum of float32 terms in float64 has 29 bits to spare.
        """
        yielded = self.body.last_op
        assert yielded is not None
        accumulator = self.body.args[len(self.inputs) + number]
        added = yielded.operands[number].owner
        if not isinstance(added, arith.AddfOp) or accumulator.type != f64:
            return False
        if accumulator not in added.operands or not accumulator.has_one_use():
            return False
        term = next(v for v in added.operands if v is not accumulator)
        return not isinstance(term.owner, arith.ExtFOp)


def buffers(operands: Sequence[AnyOperand]) -> list[Operand]:
    """The operands that are in memory."""
    return [o for o in operands if isinstance(o, Operand)]
