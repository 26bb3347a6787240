"""A structured operation on buffers, as the loops of a kernel see it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from xdsl.dialects import arith, memref
from xdsl.dialects.builtin import f32, f64
from xdsl.dialects.linalg.ops import IndexOp
from xdsl.dialects.utils import FastMathFlag
from xdsl.ir import Block, Operation, SSAValue

from tir.dialects.linalg_generic import MAY_SUM_NARROW, clone_body
from tir.lowering.structured.builder import LoopBuilder, memref_type
from tir.lowering.structured.operands import AnyOperand, Operand
from tir.support.cost_model import (
    FEW_VECTORS,
    HEAVY_WORK,
    LIGHT_WORK,
    MANY_VECTORS,
    PARALLEL_WORK,
    READ_BYTES,
    READ_STREAMS,
    SHORT_WORK,
    work_per_element,
)


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

    @property
    def interleave(self) -> int | None:
        """How many vectors at a time the innermost loop works on; None leaves it to LLVM."""
        if self.work > HEAVY_WORK:
            return FEW_VECTORS
        return MANY_VECTORS if self.work > LIGHT_WORK else None

    @property
    def rows_at_once(self) -> int:
        """How many rows a loop over columns takes at once: accumulators are read and written for several, and memory sends several faster.

        That is the whole loop, so several make no more code than vectors side by side would.
        """
        reduces = all(a.first_use is not None for a in self.body.args[len(self.inputs) :])
        return READ_STREAMS if reduces else 1

    @property
    def places_at_once(self) -> int:
        """How many places are read at once where accumulators are in registers.

        Loops for one place are needed as well, so only bodies with little to compute are worth the code.
        """
        return self.rows_at_once if self.work <= SHORT_WORK else 1

    @property
    def sums_in_blocks(self) -> bool:
        """Whether the innermost loop goes block by block, for the sake of accuracy."""
        return any(
            self.is_long_sum(n) or self.is_narrow_sum(n)
            for n in range(len(self.outputs))
            if self.accumulates(n)
        )

    @property
    def read_piece(self) -> int:
        """How many iterations read from one place before it is the turn of another."""
        widths = [element_bytes(o.buffer) for o in buffers(self.inputs)]
        return READ_BYTES // max(widths, default=1)

    def accumulates(self, number: int) -> bool:
        """Whether an output is reduced; others are written once for each iteration."""
        argument = self.body.args[len(self.inputs) + number]
        return not self.is_elementwise and (
            argument.first_use is not None or len(self.outputs) == 1
        )

    def start(self, number: int) -> SSAValue:
        """What an output that accumulates starts from."""
        start = self.starts[number]
        assert start is not None, "a reduction starts from a value"
        return start

    def with_operands(self, operands: Sequence[AnyOperand]) -> Structured:
        """The same operation on other views of its operands."""
        split = len(self.inputs)
        return replace(self, inputs=tuple(operands[:split]), outputs=tuple(operands[split:]))

    def is_sum(self, number: int) -> bool:
        """Whether an output is a float64 sum."""
        return self._term(number) is not None

    def is_long_sum(self, number: int) -> bool:
        """Whether an output is a float64 sum whose rounding errors would add up."""
        return self._term(number) is not None and not self.is_narrow_sum(number)

    def is_narrow_sum(self, number: int) -> bool:
        """Whether an output is a float64 sum of float32 terms that need not be added in float64 one by one."""
        yielded = self.body.last_op
        assert yielded is not None
        term, added = self._term(number), yielded.operands[number].owner
        if term is None or not isinstance(term.owner, arith.ExtFOp):
            return False
        return isinstance(added, Operation) and MAY_SUM_NARROW in added.attributes

    def _term(self, number: int) -> SSAValue | None:
        """What an output that is a float64 sum adds in each iteration; None for other outputs."""
        yielded = self.body.last_op
        assert yielded is not None
        accumulator = self.body.args[len(self.inputs) + number]
        added = yielded.operands[number].owner
        if not isinstance(added, arith.AddfOp) or accumulator.type != f64:
            return None
        if accumulator not in added.operands or not accumulator.has_one_use():
            return None
        return next((v for v in added.operands if v is not accumulator), None)

    def with_narrow_sums(self) -> Structured:
        """The same operation with narrow sums accumulated in float32."""
        body = clone_body(self.body)
        narrow = replace(self, body=body)
        yielded = body.last_op
        assert yielded is not None
        for number in range(len(self.outputs)):
            if not self.is_narrow_sum(number):
                continue
            added = yielded.operands[number].owner
            term = narrow._term(number)
            assert isinstance(added, arith.AddfOp)
            assert term is not None
            assert isinstance(term.owner, arith.ExtFOp)
            place = len(self.inputs) + number
            old = body.args[place]
            accumulator = body.insert_arg(f32, place)
            narrower = arith.AddfOp(accumulator, term.owner.input, added.fastmath)
            body.insert_op_before(narrower, yielded)
            yielded.operands[number] = narrower.result
            body.erase_op(added)
            body.erase_arg(old)
        return narrow

    def with_terms(self, sums: Sequence[int]) -> Structured:
        """The same operation with what some sums add in their places, to be added up elsewhere."""
        apart = replace(self, body=clone_body(self.body))
        yielded = apart.body.last_op
        assert yielded is not None
        for number in sums:
            term, added = apart._term(number), yielded.operands[number].owner
            assert term is not None
            assert isinstance(added, Operation)
            yielded.operands[number] = term
            apart.body.erase_op(added)
        return apart


def fuse_products(op: Structured) -> None:
    """Let a product be added to a sum that may contract it without being rounded: that is one operation, and more accurate."""
    yielded = op.body.last_op
    assert yielded is not None
    for value in yielded.operands:
        added = value.owner
        if not isinstance(added, arith.AddfOp) or not _contracts(added):
            continue
        for term in added.operands:
            product = term.owner
            if isinstance(product, arith.ExtFOp) and MAY_SUM_NARROW in added.attributes:
                product = product.input.owner
            if isinstance(product, arith.MulfOp) and product.result.has_one_use():
                product.fastmath = _CONTRACT


_CONTRACT = arith.FastMathFlagsAttr([FastMathFlag.ALLOW_CONTRACT])


def _contracts(added: arith.AddfOp) -> bool:
    return FastMathFlag.ALLOW_CONTRACT in added.fastmath.data


def grain(builder: LoopBuilder, work: SSAValue) -> SSAValue:
    """The least number of iterations that is worth a thread, from the cost of one, in additions."""
    return builder.ceil_divide(builder.index(PARALLEL_WORK), builder.larger(work, builder.index(1)))


def buffers(operands: Sequence[AnyOperand]) -> list[Operand]:
    """The operands that are in memory."""
    return [o for o in operands if isinstance(o, Operand)]


def gathers(op: Structured) -> list[memref.LoadOp]:
    """What the body of an operation reads by itself, at indices that it computes."""
    return [inner for inner in op.body.ops if isinstance(inner, memref.LoadOp)]


def element_bytes(buffer: SSAValue) -> int:
    """The size of an element of a buffer in memory."""
    return max(getattr(memref_type(buffer).element_type, "bitwidth", 8) // 8, 1)
