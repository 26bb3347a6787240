"""The pass `linalg-fuse-elementwise`: producers move into the operations that consume them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from math import inf, prod

from xdsl.context import Context
from xdsl.dialects import arith, func, tensor
from xdsl.dialects.builtin import (
    DYNAMIC_INDEX,
    ArrayAttr,
    DenseArrayBase,
    DenseIntOrFPElementsAttr,
    IndexType,
    IntegerAttr,
    LocationAttr,
    ModuleOp,
    TensorType,
    i32,
)
from xdsl.dialects.linalg.attrs import IteratorType, IteratorTypeAttr
from xdsl.dialects.linalg.ops import GenericOp, IndexOp, YieldOp
from xdsl.ir import Attribute, Block, Operation, Region, SSAValue
from xdsl.passes import ModulePass

from tir.dialects.linalg_ext import DimshuffleOp
from tir.dialects.projections import ZERO, Projection, affine_map, compose, identity, projection
from tir.dialects.tir.base import ints
from tir.transforms.dead_code import erase_dead_operations

CHEAP_OPERATIONS = 4
"""A producer with at most this many operations, none of them expensive, is computed again rather than stored."""

MOST_OPERATIONS = 256
"""Bodies do not grow beyond this: registers run out long before, and LLVM's time grows faster than the body."""

_EXPENSIVE_DIALECTS = ("math", "math_ext", "tensor", "scf")
_VIEWS = (DimshuffleOp, tensor.CastOp)
_PARALLEL = IteratorTypeAttr(IteratorType.PARALLEL)
_EXPENSIVE_OPERATIONS = (arith.DivfOp, arith.DivSIOp, arith.DivUIOp, arith.RemSIOp, arith.RemUIOp)


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
        """Whether the body is short and free of expensive operations."""
        for count, op in enumerate(self.block.ops):
            if count > CHEAP_OPERATIONS or op.name.partition(".")[0] in _EXPENSIVE_DIALECTS:
                return False
            if isinstance(op, _EXPENSIVE_OPERATIONS):
                return False
        return True

    def entries_of(self, values: Sequence[SSAValue]) -> list[int]:
        """The numbers of the inputs that are one of these values."""
        return [i for i, (v, _) in enumerate(self.inputs) if v in values]


@dataclass(frozen=True)
class FuseElementwisePass(ModulePass):
    """Merges elementwise `linalg.generic`s into their consumers, and views and constants into indexing maps.

    Before:

        %t = linalg.generic {...} ins(%x) outs(%e0) { math.exp }
        %v = linalg_ext.dimshuffle %t {new_order = [1, 0]}
        %y = linalg.generic {...} ins(%v, %b) outs(%e1) { arith.addf }

    After:

        %y = linalg.generic {indexing_maps = [(d0, d1) -> (d1, d0), ...]} ins(%x, %b) outs(%e1) { math.exp, arith.addf }

    A producer moves into a consumer

    * if the consumer is its only user and visits each of its elements once;
    * or if both have the same iteration space and the producer's other users come later: the merged operation
      then has the results of both;
    * or if it is cheap: then it is computed again wherever it is used. That goes before sharing loops where it
      reads no more memory than its stored result would take to read.

    Invariants: values do not change; nothing moves up, so an operation stays below the checks that guard it. Each
    operation is absorbed at most once, so the pass is linear up to the length of the bodies that move.
    """

    name = "linalg-fuse-elementwise"

    def apply(self, ctx: Context, op: ModuleOp) -> None:
        for function in op.body.block.ops:
            if isinstance(function, func.FuncOp) and not function.is_declaration:
                _Fusion(function.body.block).run()
                erase_dead_operations(function.body.block)


class _Uses:
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
            read = _captured(op) if isinstance(op, GenericOp) else op.operands
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


class _Fusion:
    """Fusion of the structured operations of one straight-line block."""

    def __init__(self, block: Block) -> None:
        self.block = block
        self.operations = list(block.ops)
        self.uses = _Uses(self.operations)
        self.producer_of: dict[SSAValue, Node] = {}
        self.emitted: dict[SSAValue, SSAValue] = {}

    def run(self) -> None:
        originals = [op for op in self.operations if isinstance(op, GenericOp)]
        positions = {op: i for i, op in enumerate(self.operations)}
        nodes = [self._new_node(op, positions[op]) for op in originals]
        for node in nodes:
            index = 0
            while index < len(node.inputs):
                if not self._absorb(node, index):
                    index += 1
        for node in nodes:
            if not node.absorbed:
                self._emit(node)
        for op in reversed(originals):
            self.block.erase_op(op, safe_erase=False)

    def _new_node(self, op: GenericOp, position: int) -> Node:
        maps = [projection(m) for m in op.indexing_maps.data]
        block = op.body.block
        op.body.detach_block(block)
        node = Node(
            block=block,
            inputs=[],
            results=list(op.results),
            inits=list(op.outputs),
            result_maps=maps[len(op.inputs) :],
            iterators=op.iterator_types.data,
            position=position,
            location=op.location,
            size=len(block.ops),
        )
        for result in op.results:
            self.producer_of[result] = node
        for value, map_ in zip(op.inputs, maps, strict=False):
            self._bind_argument(node, len(node.inputs), *_through_views(value, map_))
        return node

    def _bind_argument(
        self, node: Node, argument_number: int, value: SSAValue, map_: Projection
    ) -> None:
        """Make an argument of the node's body read an input; equal inputs share one argument."""
        argument = node.block.args[argument_number]
        constant = _scalar_constant(value)
        if constant is not None:
            _insert_in_front(node.block, [constant])
            _replace_argument(argument, constant.results[0])
        elif (value, map_) in node.inputs:
            _replace_argument(argument, node.block.args[node.inputs.index((value, map_))])
        else:
            node.inputs.append((value, map_))
            self.uses.add(value, node)

    def _drop_input(self, node: Node, index: int, replacement: SSAValue) -> None:
        _replace_argument(node.block.args[index], replacement)
        self.uses.remove(node.inputs[index][0], node)
        del node.inputs[index]

    def _absorb(self, node: Node, index: int) -> bool:
        """Absorb the producer of an input if that is allowed and pays; whether the input is gone."""
        value, map_ = node.inputs[index]
        producer = self.producer_of.get(value)
        if producer is None or producer is node or not producer.is_elementwise:
            return False
        if node.size + producer.size > MOST_OPERATIONS:
            return False
        if not self._binds_all_loops(node, index, producer):
            return False
        users = sum(self.uses.count[r] for r in producer.results)
        visits_once = sorted(m for m in map_ if m != ZERO) == list(range(node.loops))
        cheap = producer.is_cheap
        if users == 1 and (visits_once or cheap):
            self._inline(node, index, producer, producer.block)
            self._retire(producer)
        elif not (cheap and self._costs_no_more_than_reading(producer)) and self._can_share_loops(
            node, producer
        ):
            self._merge(node, producer)
            self._retire(producer)
        elif cheap:
            self._inline(node, index, producer, _clone_block(producer.block))
        else:
            return False
        return True

    def _costs_no_more_than_reading(self, producer: Node) -> bool:
        """Whether computing a result again reads no more memory than reading it, and nobody needs it stored."""
        if producer.loops == 0:
            return False
        full = sum(len([p for p in m if p != ZERO]) == producer.loops for _, m in producer.inputs)
        return full <= 1 and not any(r in self.uses.first_host_use for r in producer.results)

    def _retire(self, producer: Node) -> None:
        producer.absorbed = True
        for value, _ in producer.inputs:
            self.uses.remove(value, producer)

    def _binds_all_loops(self, node: Node, index: int, producer: Node) -> bool:
        """Whether each loop's extent is still the size of some operand once the producer is gone."""
        bound = {p for m in node.result_maps for p in m}
        for i, (_, m) in enumerate(node.inputs):
            if i != index:
                bound.update(m)
        for _, m in producer.inputs:
            bound.update(compose(m, node.inputs[index][1]))
        return bound >= set(range(node.loops))

    def _can_share_loops(self, node: Node, producer: Node) -> bool:
        """Whether the two can become one operation with the results of both."""
        if not node.is_elementwise or node.space is None or node.space != producer.space:
            return False
        entries = node.entries_of(producer.results)
        if any(node.inputs[i][1] != identity(node.loops) for i in entries):
            return False
        return all(self.uses.first_position(r, node) > node.position for r in producer.results)

    def _inline(self, node: Node, index: int, producer: Node, block: Block) -> None:
        """Put a producer's body in front of the node's, its maps seen from the node's loops."""
        value, map_ = node.inputs[index]
        _rename_indices(block, map_)
        yielded = self._splice(node, producer, block, map_)
        self._drop_input(node, index, yielded[producer.results.index(value)])

    def _splice(self, node: Node, producer: Node, block: Block, map_: Projection) -> list[SSAValue]:
        """Join a producer's body and the node's; the values that the producer yielded.

        The shorter body moves, so that a long chain costs no more than its length. The node's own inputs
        keep their numbers.
        """
        terminator = block.last_op
        assert isinstance(terminator, YieldOp)
        terminator.detach()  # it still holds what is yielded, through all replacements
        inputs = [(v, compose(m, map_)) for v, m in producer.inputs]
        if producer.size <= node.size:
            moved = list(block.ops)
            for op in moved:
                op.detach()
            _insert_in_front(node.block, moved)
            at = len(node.inputs)
            _take_arguments(block, range(len(inputs)), node.block, at)
        else:
            for argument in list(block.args[len(inputs) :]):
                block.erase_arg(argument)
            split = len(node.inputs)
            _take_arguments(node.block, range(split), block, 0)
            _take_arguments(node.block, range(split, len(node.block.args)), block, len(block.args))
            moved = list(node.block.ops)
            for op in moved:
                op.detach()
            block.add_ops(moved)
            node.block = block
        node.size += producer.size
        for value, composed in inputs:
            self._bind_argument(node, len(node.inputs), value, composed)
        yielded = list(terminator.operands)
        terminator.erase()
        return yielded

    def _merge(self, node: Node, producer: Node) -> None:
        """Make the node compute the producer's results too."""
        yielded = self._splice(node, producer, producer.block, identity(node.loops))
        for i in reversed(node.entries_of(producer.results)):
            self._drop_input(node, i, yielded[producer.results.index(node.inputs[i][0])])
        terminator = node.block.last_op
        assert terminator is not None
        for i, result in enumerate(producer.results):
            if not self.uses.count[result]:
                continue
            node.results.append(result)
            node.inits.append(producer.inits[i])
            node.result_maps.append(producer.result_maps[i])
            node.block.insert_arg(yielded[i].type, len(node.block.args))
            terminator.operands = [*terminator.operands, yielded[i]]
            self.producer_of[result] = node

    def _emit(self, node: Node) -> None:
        maps = [m for _, m in node.inputs] + node.result_maps
        op = GenericOp.create(
            operands=[*(self.emitted.get(v, v) for v, _ in node.inputs), *node.inits],
            result_types=[r.type for r in node.results],
            properties={
                "indexing_maps": ArrayAttr([affine_map(node.loops, m) for m in maps]),
                "iterator_types": ArrayAttr(node.iterators),
                "operandSegmentSizes": DenseArrayBase.from_list(
                    i32, [len(node.inputs), len(node.inits)]
                ),
            },
            regions=[Region(node.block)],
            location=node.location,
        )
        self.block.insert_op_before(op, self.operations[node.position])
        for old, new in zip(node.results, op.results, strict=True):
            new.name_hint = old.name_hint
            old.replace_all_uses_with(new)
            self.emitted[old] = new


def _through_views(value: SSAValue, map_: Projection) -> tuple[SSAValue, Projection]:
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


def _captured(op: GenericOp) -> list[SSAValue]:
    """The values from outside that the body reads."""
    inside: set[SSAValue] = set(op.body.block.args)
    captured = []
    for inner in op.body.block.walk():
        captured += [v for v in inner.operands if v not in inside]
        inside.update(inner.results)
        inside.update(a for region in inner.regions for b in region.blocks for a in b.args)
    return captured


def _scalar_constant(value: SSAValue) -> arith.ConstantOp | None:
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


def _insert_in_front(block: Block, operations: Sequence[Operation]) -> None:
    first = block.first_op
    assert first is not None
    block.insert_ops_before(operations, first)


def _take_arguments(source: Block, numbers: range, target: Block, at: int) -> None:
    """Make arguments of one block arguments of another, in order."""
    for offset, number in enumerate(numbers):
        argument = source.args[number]
        argument.replace_all_uses_with(target.insert_arg(argument.type, at + offset))


def _replace_argument(argument: SSAValue, replacement: SSAValue) -> None:
    argument.replace_all_uses_with(replacement)
    assert isinstance(argument.owner, Block)
    argument.owner.erase_arg(argument)  # pyright: ignore[reportArgumentType]


def _clone_block(block: Block) -> Block:
    copy = Block(arg_types=[a.type for a in block.args])
    mapper: dict[SSAValue, SSAValue] = dict(zip(block.args, copy.args, strict=True))
    for op in block.ops:
        copy.add_op(op.clone(mapper))
    return copy


def _rename_indices(block: Block, map_: Projection) -> None:
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
