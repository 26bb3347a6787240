"""Structured operations while they are being fused: their loops, operands, growing bodies, and who reads what."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import inf, prod

from xdsl.dialects import arith, tensor
from xdsl.dialects.builtin import (
    DYNAMIC_INDEX,
    DenseIntOrFPElementsAttr,
    IndexType,
    IntegerAttr,
    LocationAttr,
    TensorType,
)
from xdsl.dialects.linalg.attrs import IteratorType, IteratorTypeAttr
from xdsl.dialects.linalg.ops import GenericOp, IndexOp
from xdsl.ir import Attribute, Block, Operation, SSAValue

from tir.dialects.captures import outer_uses
from tir.dialects.linalg_ext import DimshuffleOp
from tir.dialects.projections import ZERO, Projection, identity
from tir.dialects.tir.base import ints
from tir.support.cost_model import CHEAP_OPERATIONS, is_expensive

_VIEWS = (DimshuffleOp, tensor.CastOp)
_PARALLEL = IteratorTypeAttr(IteratorType.PARALLEL)


@dataclass(eq=False)
class Node:
    """A structured operation under construction: its loops, its operands, and the body it has grown."""

    block: Block
    """Arguments: one per input, then one per result (the accumulator, where the operation reduces)."""
    inputs: list[tuple[SSAValue, Projection]]
    results: list[SSAValue]
    """The values this node computes: results of original operations."""
    inits: list[SSAValue]
    result_maps: list[Projection]
    iterators: tuple[Attribute, ...]
    position: int
    location: LocationAttr
    size: int
    """How many operations the body has."""
    absorbed: bool = False

    @property
    def loops(self) -> int:
        """The number of loops."""
        return len(self.iterators)

    @property
    def is_elementwise(self) -> bool:
        """Whether each result element is computed once, by its own iteration."""
        parallel = all(i == _PARALLEL for i in self.iterators)
        return parallel and all(m == identity(self.loops) for m in self.result_maps)

    @property
    def space(self) -> tuple[object, ...] | None:
        """What tells two elementwise iteration spaces equal: the sizes, as values or numbers."""
        owner = self.inits[0].owner
        if not isinstance(owner, tensor.EmptyOp):
            return None
        sizes = iter(owner.operands)
        shape = _tensor_type(owner.results[0]).get_shape()
        return tuple(next(sizes) if s == DYNAMIC_INDEX else s for s in shape)

    @property
    def is_cheap(self) -> bool:
        """Whether the body is short and free of expensive operations.

        What is the same for all iterations LLVM divides before the loops.
        """
        for count, op in enumerate(self.block.ops):
            free = isinstance(op, arith.DivfOp) and self.is_uniform
            if count > CHEAP_OPERATIONS or (is_expensive(op.name) and not free):
                return False
        return True

    @property
    def is_uniform(self) -> bool:
        """Whether all elements are the same, made of sizes and constants only."""
        return not self.inputs and not any(isinstance(op, IndexOp) for op in self.block.ops)

    def entries_of(self, values: Sequence[SSAValue]) -> list[int]:
        """The numbers of the inputs that are one of these values."""
        return [i for i, (v, _) in enumerate(self.inputs) if v in values]


class Uses:
    """Who reads each value: nodes, and at which position the first other operation does."""

    def __init__(self, operations: Sequence[Operation]) -> None:
        self.count: Counter[SSAValue] = Counter()
        self.first_host_use: dict[SSAValue, int] = {}
        self.nodes: dict[SSAValue, list[Node]] = {}
        for position in reversed(range(len(operations))):
            op = operations[position]
            # Nodes see through views, so a view counts only if something else reads it.
            if isinstance(op, _VIEWS) and not self.count[op.results[0]]:
                continue
            read: Iterable[SSAValue] = op.operands
            if isinstance(op, GenericOp):
                read = [inner.operands[number] for inner, number in outer_uses(op.body)]
            for value in read:
                self.count[value] += 1
                self.first_host_use[value] = position

    def add(self, value: SSAValue, node: Node) -> None:
        """A node has gained an input."""
        self.count[value] += 1
        self.nodes.setdefault(value, []).append(node)

    def remove(self, value: SSAValue, node: Node) -> None:
        """A node has lost an input."""
        self.count[value] -= 1
        self.nodes[value].remove(node)

    def first_position(self, value: SSAValue, but: Node) -> float:
        """Where the value is first read by anything but one node."""
        positions = [n.position for n in self.nodes.get(value, ()) if n is not but]
        return min([*positions, self.first_host_use.get(value, inf)], default=inf)


def through_views(value: SSAValue, map_: Projection) -> tuple[SSAValue, Projection]:
    """What an operand reads behind views that only rename dimensions."""
    while isinstance(owner := value.owner, _VIEWS):
        source = owner.operands[0]
        if isinstance(owner, DimshuffleOp):
            moved = [ZERO] * len(_tensor_type(source).get_shape())
            for view_axis, axis in enumerate(ints(owner.properties["new_order"])):
                if axis >= 0:
                    moved[axis] = map_[view_axis]
            map_ = tuple(moved)
        value = source
    return value, map_


def scalar_constant(value: SSAValue) -> arith.ConstantOp | None:
    """A new scalar constant equal to each element of a value, if the value is such a constant."""
    if not isinstance(value.owner, arith.ConstantOp):
        return None
    dense = value.owner.value
    if not isinstance(dense, DenseIntOrFPElementsAttr):
        return None
    if not (dense.is_splat() or prod(dense.type.get_shape()) == 1):
        return None
    return arith.ConstantOp(next(iter(dense.iter_attrs())))


def _tensor_type(value: SSAValue) -> TensorType:
    assert isinstance(value.type, TensorType)
    return value.type


def insert_in_front(block: Block, operations: Sequence[Operation]) -> None:
    first = block.first_op
    assert first is not None
    block.insert_ops_before(operations, first)


def take_arguments(source: Block, numbers: range, target: Block, at: int) -> None:
    """Make arguments of one block arguments of another, in order."""
    for offset, number in enumerate(numbers):
        argument = source.args[number]
        argument.replace_all_uses_with(target.insert_arg(argument.type, at + offset))


def replace_argument(argument: SSAValue, replacement: SSAValue) -> None:
    argument.replace_all_uses_with(replacement)
    assert isinstance(argument.owner, Block)
    argument.owner.erase_arg(argument)  # pyright: ignore[reportArgumentType]


def rename_indices(block: Block, map_: Projection) -> None:
    """Make `linalg.index` count the consumer's loops."""
    if map_ == identity(len(map_)):
        return
    for op in list(block.ops):
        if isinstance(op, IndexOp):
            loop = map_[op.dim.value.data]
            new = arith.ConstantOp(IntegerAttr(0, IndexType())) if loop == ZERO else IndexOp(loop)
            block.insert_ops_before([new], op)
            op.results[0].replace_all_uses_with(new.results[0])
            block.erase_op(op)
