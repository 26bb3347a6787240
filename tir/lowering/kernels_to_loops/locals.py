"""What the operations of a kernel make for each other only: one row of it at a time, or one element in a register."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from xdsl.dialects import memref
from xdsl.dialects.builtin import DYNAMIC_INDEX, MemRefType
from xdsl.ir import SSAValue

from tir.lowering.kernels_to_loops.structure import Structured, buffers, gathers
from tir.lowering.structured.builder import LoopBuilder, memref_type
from tir.lowering.structured.operands import AnyOperand, Cell, Operand


@dataclass(frozen=True)
class Local:
    """A buffer that no other kernel sees, and which of its dimensions the shared loops index."""

    buffer: SSAValue
    sizes: Sequence[SSAValue]
    shared: frozenset[int]

    @property
    def kept(self) -> list[int]:
        """The dimensions that one iteration of the shared loops sees."""
        return [axis for axis in range(len(self.sizes)) if axis not in self.shared]

    @property
    def is_single(self) -> bool:
        """Whether one iteration sees one element."""
        shape = memref_type(self.buffer).get_shape()
        return all(shape[axis] == 1 for axis in self.kept)

    def allocate_row(self, builder: LoopBuilder) -> SSAValue:
        """Memory for what one iteration sees."""
        type_ = memref_type(self.buffer)
        shape = [type_.get_shape()[axis] for axis in self.kept]
        sizes = [self.sizes[axis] for axis in self.kept if type_.get_shape()[axis] == DYNAMIC_INDEX]
        return builder.alloc(MemRefType(type_.element_type, shape), sizes)


Locals = Mapping[SSAValue, Local]


def find_locals(
    builder: LoopBuilder,
    allocations: Mapping[SSAValue, Sequence[SSAValue]],
    ops: Sequence[Structured],
    shared: Sequence[Sequence[int]],
) -> dict[SSAValue, Local]:
    """The local buffers of a kernel, from the sizes that each would have, and who writes it."""
    found: dict[SSAValue, Local] = {}
    for op, loops in zip(ops, shared, strict=True):
        for output in buffers(op.outputs):
            sizes = allocations.get(output.buffer)
            if sizes is not None:
                axes = frozenset(a for a, loop in enumerate(output.map) if loop in loops)
                found[output.buffer] = Local(output.buffer, sizes, axes)
                builder.declare_sizes(output.buffer, sizes)
    return found


class RowLocals:
    """The local buffers while rows are worked on one after the other."""

    def __init__(self, builder: LoopBuilder, locals_: Locals, ops: Sequence[Structured]) -> None:
        """Allocates what does not fit into registers, or what `ops` read at any index."""
        self.builder = builder
        self.locals = locals_
        gathered = {load.memref for op in ops for load in gathers(op)}
        self.cells = {
            b: Cell() for b, local in locals_.items() if local.is_single and b not in gathered
        }
        self.rows = {
            b: local.allocate_row(builder) for b, local in locals_.items() if b not in self.cells
        }
        for op in ops:
            for load in gathers(op):
                self._localize_gather(load)

    def _localize_gather(self, load: memref.LoadOp) -> None:
        """Let the body of an operation read the row that there is."""
        row = self.rows.get(load.memref)
        if row is not None:
            indices = [load.indices[axis] for axis in self.locals[load.memref].kept]
            load.operands = [row, *indices]

    def localize(self, operand: AnyOperand) -> AnyOperand:
        """An operand as an iteration of the shared loops sees it."""
        if not isinstance(operand, Operand) or operand.buffer not in self.locals:
            return operand
        if (cell := self.cells.get(operand.buffer)) is not None:
            return cell
        kept = self.locals[operand.buffer].kept
        return Operand(self.rows[operand.buffer], tuple(operand.map[axis] for axis in kept))

    def free(self) -> None:
        """Give the memory back."""
        for row in self.rows.values():
            self.builder.add(memref.DeallocOp.get(row))
