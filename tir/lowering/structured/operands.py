"""Operands of a structured operation: buffers, which loops walk them, and versions with simpler strides."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from xdsl.dialects import arith, memref
from xdsl.dialects.builtin import (
    DYNAMIC_INDEX,
    IntAttr,
    MemRefType,
    NoneAttr,
    StridedLayoutAttr,
)
from xdsl.ir import Block, SSAValue

from tir.dialects.projections import ZERO, Projection, identity
from tir.lowering.structured.builder import LoopBuilder, memref_type


@dataclass(frozen=True)
class Operand:
    """A buffer and, for each of its dimensions, the loop that indexes it."""

    buffer: SSAValue
    map: Projection

    @property
    def is_scalar(self) -> bool:
        """Whether all iterations see the same element."""
        return all(p == ZERO for p in self.map)

    @property
    def is_contiguous(self) -> bool:
        """Whether the type promises a row-major layout."""
        type_ = memref_type(self.buffer)
        if isinstance(type_.layout, NoneAttr):
            return True
        return len(type_.get_shape()) == 1 and has_unit_inner_stride(type_)

    def walks_by_one(self, loop: int) -> bool:
        """Whether one iteration of a loop more is one element further, or the same, as the type tells."""
        if loop not in self.map:
            return True
        return self.map[-1] == loop and has_unit_inner_stride(memref_type(self.buffer))

    def is_full(self, loops: int) -> bool:
        """Whether each iteration has its own element, in the order of the loops."""
        return self.map == identity(loops)

    def indices(self, builder: LoopBuilder, loops: Sequence[SSAValue]) -> list[SSAValue]:
        """The index of the element of an iteration."""
        return [builder.index(0) if p == ZERO else loops[p] for p in self.map]

    def load(self, builder: LoopBuilder, loops: Sequence[SSAValue]) -> SSAValue:
        """The element of an iteration."""
        return builder.load(self.buffer, self.indices(builder, loops))

    def store(self, builder: LoopBuilder, value: SSAValue, loops: Sequence[SSAValue]) -> None:
        """Write the element of an iteration."""
        builder.store(value, self.buffer, self.indices(builder, loops))


def has_unit_inner_stride(type_: MemRefType) -> bool:
    """Whether a type promises that neighbours in the last dimension are neighbours in memory."""
    layout = type_.layout
    if isinstance(layout, NoneAttr):
        return True
    return isinstance(layout, StridedLayoutAttr) and layout.get_strides()[-1:] == (1,)


@dataclass
class Cell:
    """An operand of one element that the current iteration of the outer loops holds in a register."""

    value: SSAValue | None = None
    map: Projection = ()
    is_scalar = True

    def load(self, builder: LoopBuilder, loops: Sequence[SSAValue]) -> SSAValue:
        """The element."""
        assert self.value is not None, "a register is written before it is read"
        return self.value

    def store(self, builder: LoopBuilder, value: SSAValue, loops: Sequence[SSAValue]) -> None:
        """Make it hold another element."""
        self.value = value


AnyOperand = Operand | Cell


def read_elements(
    builder: LoopBuilder, body: Block, operands: Sequence[AnyOperand], loops: Sequence[SSAValue]
) -> list[SSAValue]:
    """What the body of a structured operation reads of its first operands in an iteration.

    An argument that the body does not use stands for itself.
    """
    return [
        operand.load(builder, loops) if argument.first_use else argument
        for argument, operand in zip(body.args, operands, strict=False)
    ]


def loop_sizes(builder: LoopBuilder, operands: Sequence[Operand], loops: int) -> list[SSAValue]:
    """How often each loop runs: the size of a dimension that it indexes."""
    sizes: dict[int, SSAValue] = {}
    # Last to first: outputs are contiguous and their sizes are known soonest.
    for operand in reversed(operands):
        for axis, loop in enumerate(operand.map):
            if loop != ZERO and loop not in sizes:
                sizes[loop] = builder.size(operand.buffer, axis)
    # What no operand indexes is a broadcastable dimension that a view has added: it has size 1.
    return [sizes[loop] if loop in sizes else builder.index(1) for loop in range(loops)]


def product(builder: LoopBuilder, sizes: Sequence[SSAValue]) -> SSAValue:
    """How many iterations loops of these sizes have together."""
    if not sizes:
        return builder.index(1)
    total = sizes[0]
    for size in sizes[1:]:
        total = builder.binary(arith.MuliOp, total, size)
    return total


def flatten(builder: LoopBuilder, operands: Sequence[Operand], total: SSAValue) -> list[Operand]:
    """The operands seen from one loop over all elements in row-major order."""
    return [
        o if o.is_scalar else Operand(run(builder, o.buffer, None, total), (0,)) for o in operands
    ]


def run(
    builder: LoopBuilder, buffer: SSAValue, start: SSAValue | None, length: SSAValue
) -> SSAValue:
    """Consecutive elements of contiguous memory, from element number `start` (None: the first), as a vector."""
    metadata = _metadata(builder, buffer)
    offset = metadata[1] if start is None else builder.add_index(metadata[1], start)
    view = memref.ReinterpretCastOp.from_dynamic(
        metadata[0],
        [offset],
        [length],
        [1],
        _with_layout(memref_type(buffer), [DYNAMIC_INDEX], [1]),
    )
    return builder.value(view)


def delinearize(builder: LoopBuilder, index: SSAValue, sizes: Sequence[SSAValue]) -> list[SSAValue]:
    """The index in each dimension of the element at a row-major position."""
    indices: list[SSAValue] = []
    for number in reversed(range(len(sizes))):
        if number == 0:
            indices.append(index)
        else:
            indices.append(builder.binary(arith.RemUIOp, index, sizes[number]))
            index = builder.binary(arith.DivUIOp, index, sizes[number])
    indices.reverse()
    return indices


def contiguity(
    builder: LoopBuilder, operands: Sequence[Operand], sizes: Sequence[SSAValue]
) -> SSAValue | None:
    """Whether all full operands are laid out row-major without gaps; None if their types say so."""
    condition: SSAValue | None = None
    for operand in operands:
        if operand.is_contiguous or operand.is_scalar:
            continue
        expected = builder.index(1)
        strides = _strides(builder, operand.buffer)
        for axis in reversed(range(len(operand.map))):
            condition = builder.both(condition, builder.equal(strides[axis], expected))
            if axis > 0:
                expected = builder.binary(arith.MuliOp, expected, sizes[operand.map[axis]])
    return condition


def _metadata(builder: LoopBuilder, buffer: SSAValue) -> Sequence[SSAValue]:
    """Base, offset, sizes and strides of a memref."""
    op = memref.ExtractStridedMetaDataOp(buffer)
    builder.add(op)
    return op.results


def _strides(builder: LoopBuilder, buffer: SSAValue) -> Sequence[SSAValue]:
    rank = len(memref_type(buffer).get_shape())
    return _metadata(builder, buffer)[2 + rank :]


def _with_layout(type_: MemRefType, shape: Sequence[int], strides: Sequence[int]) -> MemRefType:
    layout = StridedLayoutAttr(
        [NoneAttr() if s == DYNAMIC_INDEX else IntAttr(s) for s in strides], NoneAttr()
    )
    return MemRefType(type_.element_type, shape, layout)
