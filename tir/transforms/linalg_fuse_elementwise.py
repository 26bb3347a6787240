"""The pass `linalg-fuse-elementwise`: producers move into the operations that consume them."""

from __future__ import annotations

from dataclasses import dataclass

from xdsl.context import Context
from xdsl.dialects import func
from xdsl.dialects.builtin import ArrayAttr, DenseArrayBase, ModuleOp, i32
from xdsl.dialects.linalg.ops import GenericOp, YieldOp
from xdsl.ir import Block, Region, SSAValue
from xdsl.passes import ModulePass

from tir.dialects.linalg_generic import clone_body
from tir.dialects.projections import ZERO, Projection, affine_map, compose, identity, projection
from tir.support.cost_model import MOST_OPERATIONS, MOST_RESULTS
from tir.transforms.dead_code import erase_dead_operations
from tir.transforms.fusion_node import (
    Node,
    Uses,
    insert_in_front,
    rename_indices,
    replace_argument,
    scalar_constant,
    take_arguments,
    through_views,
)


@dataclass(frozen=True)
class LinalgFuseElementwisePass(ModulePass):
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
      then has the results of both, also where the consumer reduces (a row's exponentials and their sum);
    * or if it is cheap and not stored anyway: then it is computed again wherever it is used. That goes before sharing
      loops where it reads no more memory than its stored result would take to read. Divisions of sizes and constants are cheap:
      `1 / n` is not in the way of what it scales.

    Invariants: values do not change; nothing moves up, so an operation stays below the checks that guard it. Each
    operation is absorbed at most once, so the pass is linear up to the length of the bodies that move.
    """

    name = "linalg-fuse-elementwise"

    def apply(self, ctx: Context, op: ModuleOp) -> None:
        for function in op.body.block.ops:
            if isinstance(function, func.FuncOp) and not function.is_declaration:
                _Fusion(function.body.block).run()
                erase_dead_operations(function.body.block)


class _Fusion:
    """Fusion of the structured operations of one straight-line block."""

    def __init__(self, block: Block) -> None:
        self.block = block
        self.operations = list(block.ops)
        self.uses = Uses(self.operations)
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
            self._bind_argument(node, len(node.inputs), *through_views(value, map_))
        return node

    def _bind_argument(
        self, node: Node, argument_number: int, value: SSAValue, map_: Projection
    ) -> None:
        """Make an argument of the node's body read an input; equal inputs share one argument."""
        argument = node.block.args[argument_number]
        constant = scalar_constant(value)
        if constant is not None:
            insert_in_front(node.block, [constant])
            replace_argument(argument, constant.results[0])
        elif (value, map_) in node.inputs:
            replace_argument(argument, node.block.args[node.inputs.index((value, map_))])
        else:
            node.inputs.append((value, map_))
            self.uses.add(value, node)

    def _drop_input(self, node: Node, index: int, replacement: SSAValue) -> None:
        replace_argument(node.block.args[index], replacement)
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
        if not node.is_elementwise and self._finishes_a_reduction(producer):
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
        elif cheap and (producer.is_uniform or not self._is_stored(producer)):
            self._inline(node, index, producer, clone_body(producer.block))
        else:
            return False
        return True

    def _costs_no_more_than_reading(self, producer: Node) -> bool:
        """Whether computing a result again reads no more memory than reading it, and nobody needs it stored."""
        if producer.is_uniform:
            return True
        if producer.loops == 0:
            return False
        full = sum(len([p for p in m if p != ZERO]) == producer.loops for _, m in producer.inputs)
        return full <= 1 and not self._is_stored(producer)

    def _is_stored(self, producer: Node) -> bool:
        """Whether something else than a structured operation reads a result."""
        return any(r in self.uses.first_host_use for r in producer.results)

    def _finishes_a_reduction(self, producer: Node) -> bool:
        """Whether an operation has one element for each result of a reduction: it can then run as part of that."""
        whole = identity(producer.loops)
        return any(
            map_ == whole and (owner := self.producer_of.get(value)) and not owner.is_elementwise
            for value, map_ in producer.inputs
        )

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
        if node.is_elementwise and (node.space is None or node.space != producer.space):
            return False
        if len(node.results) + len(producer.results) > MOST_RESULTS:
            return False
        entries = node.entries_of(producer.results)
        if any(node.inputs[i][1] != identity(node.loops) for i in entries):
            return False
        return all(self.uses.first_position(r, node) > node.position for r in producer.results)

    def _inline(self, node: Node, index: int, producer: Node, block: Block) -> None:
        """Put a producer's body in front of the node's, its maps seen from the node's loops."""
        value, map_ = node.inputs[index]
        rename_indices(block, map_)
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
            insert_in_front(node.block, moved)
            at = len(node.inputs)
            take_arguments(block, range(len(inputs)), node.block, at)
        else:
            for argument in list(block.args[len(inputs) :]):
                block.erase_arg(argument)
            split = len(node.inputs)
            take_arguments(node.block, range(split), block, 0)
            take_arguments(node.block, range(split, len(node.block.args)), block, len(block.args))
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
