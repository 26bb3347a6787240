"""From which operation to which the buffers of a straight-line function are in use."""

from __future__ import annotations

from collections.abc import Hashable

from xdsl.dialects import arith, memref
from xdsl.dialects.builtin import DYNAMIC_INDEX, IntegerAttr
from xdsl.ir import Block, Operation, SSAValue

from tir.dialects import rt
from tir.lowering.bufferize.in_place import VIEWS
from tir.lowering.structured.builder import memref_type

Allocation = memref.AllocOp | rt.AllocOutputOp


def use_known_sizes(block: Block) -> None:
    """Replace `memref.dim` of a new buffer by the value that it was allocated with."""
    for op in list(block.ops):
        if not isinstance(op, memref.DimOp) or not isinstance(op.source.owner, Allocation):
            continue
        axis = _constant(op.index)
        shape = memref_type(op.source).get_shape()
        if axis is not None and shape[axis] == DYNAMIC_INDEX:
            number = sum(size == DYNAMIC_INDEX for size in shape[:axis])
            op.result.replace_all_uses_with(dynamic_sizes(op.source.owner)[number])
            block.erase_op(op)


def forget_frees(block: Block) -> None:
    """Remove the deallocations: the plan says when memory is used again."""
    for op in list(block.ops):
        if isinstance(op, memref.DeallocOp):
            block.erase_op(op)


def dynamic_sizes(op: Allocation) -> list[SSAValue]:
    """The sizes of the dynamic dimensions that a buffer is allocated with."""
    return list(op.dynamic_sizes if isinstance(op, memref.AllocOp) else op.dims)


def _constant(value: SSAValue) -> int | None:
    owner = value.owner
    if isinstance(owner, arith.ConstantOp) and isinstance(owner.value, IntegerAttr):
        return owner.value.value.data
    return None


class Lifetimes:
    """The first and the last use of each new buffer, itself or through a view; kept right while buffers are merged."""

    def __init__(self, block: Block) -> None:
        self.order: dict[Operation, int] = {}
        self.first: dict[SSAValue, int] = {}
        self.last: dict[SSAValue, int] = {}
        self._viewed: dict[SSAValue, SSAValue] = {}
        self._views: dict[SSAValue, list[SSAValue]] = {}
        for position, op in enumerate(block.ops):
            self.order[op] = position
            if isinstance(op, VIEWS):
                buffer = self._viewed.get(op.operands[0], op.operands[0])
                self._viewed[op.results[0]] = buffer
                self._views.setdefault(buffer, []).append(op.results[0])
            for operand in op.operands:
                buffer = self._viewed.get(operand, operand)
                if isinstance(buffer.owner, Allocation):
                    self.first.setdefault(buffer, position)
                    self.last[buffer] = position

    def is_viewed_by(self, buffer: SSAValue, op: Operation) -> bool:
        """Whether an operand of an operation is a view of a buffer."""
        return any(self._viewed.get(v) is buffer for v in op.operands)

    def merge(self, kept: SSAValue, replaced: SSAValue) -> None:
        """Let one buffer stand for another as well, whose allocation vanishes."""
        self.first[kept] = min(self.first[kept], self.first.pop(replaced))
        self.last[kept] = max(self.last[kept], self.last.pop(replaced))
        for view in self._views.pop(replaced, ()):
            self._viewed[view] = kept
            self._views.setdefault(kept, []).append(view)
        op = replaced.owner
        assert isinstance(op, memref.AllocOp)
        replaced.replace_all_uses_with(kept)
        block = op.parent
        assert block is not None
        block.erase_op(op)


def form(op: Allocation) -> Hashable:
    """What two buffers have in common that may share memory: the type and the sizes."""
    constants = ((v, _constant(v)) for v in dynamic_sizes(op))
    sizes = (v if number is None else number for v, number in constants)
    return (op.results[0].type, *sizes)
