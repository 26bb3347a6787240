"""Several short rows as one long row: what the operands of a reduction of columns look like from there."""

from __future__ import annotations

from xdsl.dialects.builtin import MemRefType
from xdsl.ir import SSAValue

from tir.dialects.projections import ZERO
from tir.lowering.kernels_to_loops.structure import Structured
from tir.lowering.structured.builder import LoopBuilder, memref_type
from tir.lowering.structured.operands import AnyOperand, Operand, run
from tir.support.cost_model import STRIP_LENGTH


def is_foldable(op: Structured) -> bool:
    """Whether types promise that rows lie one after the other, in all operands that have rows."""
    if op.uses_indices:
        return False
    split = len(op.inputs)
    return all(
        isinstance(o, Operand)
        and (o.is_scalar or _is_column(op, o) or (o.is_full(op.loops) and o.is_contiguous))
        for n, o in enumerate(op.operands)
        if n < split or not op.accumulates(n - split)
    )


def _is_column(op: Structured, operand: Operand) -> bool:
    """Whether all rows see the same elements."""
    return all(p in (ZERO, op.loops - 1) for p in operand.map)


class FoldedOperands:
    """The operands of an operation on a strip of long rows."""

    def __init__(self, builder: LoopBuilder, op: Structured) -> None:
        """Takes memory on the stack for what all rows see, once for each row in a long one."""
        self.builder = builder
        self.op = op
        self.repeated = {
            o.buffer: builder.alloca(MemRefType(memref_type(o.buffer).element_type, [STRIP_LENGTH]))
            for o in op.inputs
            if isinstance(o, Operand) and _is_column(op, o) and not o.is_scalar
        }

    def repeat(self, first: SSAValue, width: SSAValue, copies: SSAValue) -> None:
        """Write what `width` columns of all rows see as often as a long row has it."""
        builder = self.builder
        if not self.repeated:
            return
        sources = {o.buffer: o for o in self.op.inputs if isinstance(o, Operand)}

        def copy(number: SSAValue, _: object) -> tuple[()]:
            start = builder.multiply(number, width)

            def column(at: SSAValue, _: object) -> tuple[()]:
                loops = [builder.add_index(first, at)] * self.op.loops
                for buffer, scratch in self.repeated.items():
                    element = sources[buffer].load(builder, loops)
                    builder.store(element, scratch, [builder.add_index(start, at)])
                return ()

            builder.for_(width, (), column)
            return ()

        builder.for_(copies, (), copy)

    def at(
        self, operand: AnyOperand, start: SSAValue, before: SSAValue, length: SSAValue
    ) -> AnyOperand:
        """An operand from one loop over a part of a row: from where that starts in all rows, and in the strip."""
        if not isinstance(operand, Operand) or operand.is_scalar:
            return operand
        if (scratch := self.repeated.get(operand.buffer)) is not None:
            return Operand(run(self.builder, scratch, before, length), (0,))
        if operand.is_full(self.op.loops):
            return Operand(run(self.builder, operand.buffer, start, length), (0,))
        return operand
