"""Who reads and writes which memory of a straight-line function."""

from __future__ import annotations

from xdsl.dialects import memref
from xdsl.dialects.builtin import MemRefType
from xdsl.ir import Block, Operation, SSAValue

from tir.dialects import kernel
from tir.dialects.rt_products import ProductOp
from tir.lowering.bufferize.in_place import VIEWS, written_operands


class Accesses:
    """The last write and the last use of each buffer, itself or through a view, as the operations stand at first."""

    def __init__(self, block: Block) -> None:
        self.order = {op: i for i, op in enumerate(block.ops)}
        self._root: dict[SSAValue, SSAValue] = {}
        self._last_write: dict[SSAValue, int] = {}
        self._last_use: dict[SSAValue, int] = {}
        for op, position in self.order.items():
            if isinstance(op, VIEWS):
                self._root[op.results[0]] = self.root(op.operands[0])
            for operand in op.operands:
                self._last_use[self.root(operand)] = position
            for written in _written(op):
                self._last_write[self.root(written)] = position

    def root(self, value: SSAValue) -> SSAValue:
        """The buffer that a memref is a view of."""
        return self._root.get(value, value)

    def reads(self, region: kernel.RegionOp, buffer: SSAValue) -> bool:
        """Whether a region has a buffer or a view of it among its operands."""
        return any(self.root(v) is buffer for v in region.operands)

    def reads_once(self, region: kernel.RegionOp, buffer: SSAValue) -> bool:
        """Whether no other operand of a region is a view of a buffer."""
        return sum(self.root(v) is buffer for v in region.operands) == 1

    def may_move(self, region: kernel.RegionOp) -> bool:
        """Whether a region may run at any later place: nobody uses what it writes, or writes what it reads."""
        position = self.order[region]
        written = {self.root(v) for v in written_operands(region)}
        if any(self._last_use[buffer] != position for buffer in written):
            return False
        return all(
            self._last_write.get(self.root(v), -1) <= position
            for v in region.operands
            if isinstance(v.type, MemRefType)
        )


def _written(op: Operation) -> set[SSAValue]:
    if isinstance(op, kernel.RegionOp):
        return written_operands(op)
    if isinstance(op, memref.StoreOp):
        return {op.memref}
    return {op.out} if isinstance(op, ProductOp) else set()
