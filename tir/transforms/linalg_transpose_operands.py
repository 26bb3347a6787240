"""The pass `linalg-transpose-operands`: reductions go through memory in its order."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from xdsl.context import Context
from xdsl.dialects import arith, func, tensor
from xdsl.dialects.builtin import (
    DYNAMIC_INDEX,
    ArrayAttr,
    DenseArrayBase,
    IndexType,
    IntegerAttr,
    ModuleOp,
    TensorType,
    i32,
)
from xdsl.dialects.linalg.attrs import IteratorTypeAttr
from xdsl.dialects.linalg.ops import GenericOp, IndexOp, YieldOp
from xdsl.ir import Block, Operation, Region, SSAValue
from xdsl.passes import ModulePass

from tir.dialects.projections import ZERO, Projection, affine_map, identity, projection

_PARALLEL = IteratorTypeAttr.parallel()

_Copy = tuple[SSAValue, tuple[int, ...]]
"""A value with those of its dimensions that loops walk, in another order."""


@dataclass(frozen=True)
class LinalgTransposeOperandsPass(ModulePass):
    """Orders the loops of reductions as memory lies, and copies what lies across.

    The innermost loop of a reduction should walk its operands one element after the other. Where all operands that have
    every loop lie in another order than the loops, the loops change places:

        linalg.generic {maps = [(d0, d1) -> (d1, d0), (d0, d1) -> (d0)], ["parallel", "reduction"]} ins(%x) outs(%s)

        linalg.generic {maps = [(d0, d1) -> (d0, d1), (d0, d1) -> (d1)], ["reduction", "parallel"]} ins(%x) outs(%s)

    Where operands disagree, those that do not lie along the innermost loop are transposed first, by an elementwise
    operation, which goes tile by tile:

        linalg.generic {maps = [(d0, d1) -> (d0, d1), (d0, d1) -> (d1, d0), (d0, d1) -> (d0)], ...} ins(%x, %y) outs(%s)

        %t = linalg.generic {maps = [(d0, d1) -> (d1, d0), (d0, d1) -> (d0, d1)], ["parallel", "parallel"]} ins(%y) outs(%e)
        linalg.generic {maps = [(d0, d1) -> (d0, d1), (d0, d1) -> (d0, d1), (d0, d1) -> (d0)], ...} ins(%x, %t) outs(%s)

    A result with every loop counts as an operand: what a reduction stores beside its sums (the exponentials of a softmax) is
    written along memory. An operation that could go in another order, but finds all that lies across already transposed for
    another one, reads that, so that both can share rows.

    Invariants: values change only by the order in which terms are added. Elementwise operations stay as they are:
    their loops are tiled when they are made. Linear.
    """

    name = "linalg-transpose-operands"

    def apply(self, ctx: Context, op: ModuleOp) -> None:
        for function in op.body.block.ops:
            if isinstance(function, func.FuncOp) and not function.is_declaration:
                reductions = [
                    inner
                    for inner in function.body.block.ops
                    if isinstance(inner, GenericOp) and not _is_elementwise(inner)
                ]
                needed = {
                    copy
                    for inner in reductions
                    if _better_order(inner) is None
                    for _, copy in _inputs_across(inner)
                }
                known: dict[_Copy, SSAValue] = {}
                for inner in reductions:
                    order = _better_order(inner)
                    if order is not None and not _finds_all(inner, needed):
                        _order_loops(inner, order)
                    _transpose_inputs(inner, known)


def _is_elementwise(op: GenericOp) -> bool:
    return all(i == _PARALLEL for i in op.iterator_types.data)


def _maps(op: GenericOp) -> list[Projection]:
    return [projection(m) for m in op.indexing_maps.data]


def _set_maps(op: GenericOp, maps: Sequence[Projection]) -> None:
    loops = len(op.iterator_types.data)
    op.properties["indexing_maps"] = ArrayAttr([affine_map(loops, m) for m in maps])


def _better_order(op: GenericOp) -> Projection | None:
    """The loops as the dimensions of the first operand that has them all; None if there is none, or one has them so already."""
    loops = len(op.iterator_types.data)
    whole = [m for m in _maps(op) if sorted(m) == list(range(loops))]
    return None if not whole or identity(loops) in whole else whole[0]


def _order_loops(op: GenericOp, order: Projection) -> None:
    """Make the loops follow an order of them."""
    new_number = {old: new for new, old in enumerate(order)}
    _set_maps(op, [tuple(ZERO if p == ZERO else new_number[p] for p in m) for m in _maps(op)])
    op.properties["iterator_types"] = ArrayAttr([op.iterator_types.data[old] for old in order])
    for inner in list(op.body.block.ops):
        if isinstance(inner, IndexOp):
            renamed = IndexOp(new_number[inner.dim.value.data])
            op.body.block.insert_op_before(renamed, inner)
            inner.results[0].replace_all_uses_with(renamed.results[0])
            op.body.block.erase_op(inner)


def _inputs_across(op: GenericOp) -> Iterator[tuple[int, _Copy]]:
    """The inputs that have the innermost loop elsewhere than last, by number, and what would have it last."""
    last = len(op.iterator_types.data) - 1
    for number, (value, map_) in enumerate(zip(op.inputs, _maps(op), strict=False)):
        if last in map_ and map_[-1] != last:
            order = sorted((a for a, p in enumerate(map_) if p != ZERO), key=map_.__getitem__)
            yield number, (value, tuple(order))


def _finds_all(op: GenericOp, copies: set[_Copy]) -> bool:
    across = {copy for _, copy in _inputs_across(op)}
    return bool(across) and across <= copies


def _transpose_inputs(op: GenericOp, known: dict[_Copy, SSAValue]) -> None:
    """Read transposed copies of the inputs that have the innermost loop elsewhere than last."""
    maps = _maps(op)
    for number, (value, order) in list(_inputs_across(op)):
        if (value, order) not in known:
            known[value, order] = _transposed(op, value, order)
        op.operands[number] = known[value, order]
        maps[number] = tuple(maps[number][axis] for axis in order)
    _set_maps(op, maps)


def _transposed(before: Operation, value: SSAValue, order: Sequence[int]) -> SSAValue:
    """A copy of a tensor with its dimensions in another order; those that are left out have size 1."""
    block = before.parent
    assert block is not None
    source = value.type
    assert isinstance(source, TensorType)

    def add(op: Operation) -> SSAValue:
        op.location = before.location
        block.insert_op_before(op, before)
        return op.results[0]

    shape = [source.get_shape()[axis] for axis in order]
    sizes = [
        add(tensor.DimOp(value, add(arith.ConstantOp(IntegerAttr(axis, IndexType())))))
        for axis in order
        if source.get_shape()[axis] == DYNAMIC_INDEX
    ]
    type_ = TensorType(source.element_type, shape)
    loops = len(order)
    map_ = [ZERO] * len(source.get_shape())
    for loop, axis in enumerate(order):
        map_[axis] = loop
    body = Block(arg_types=[source.element_type] * 2)
    body.add_op(YieldOp(body.args[0]))
    return add(
        GenericOp.create(
            operands=[value, add(tensor.EmptyOp(sizes, type_))],
            result_types=[type_],
            properties={
                "indexing_maps": ArrayAttr(
                    [affine_map(loops, tuple(map_)), affine_map(loops, identity(loops))]
                ),
                "iterator_types": ArrayAttr([_PARALLEL] * loops),
                "operandSegmentSizes": DenseArrayBase.from_list(i32, [1, 1]),
            },
            regions=[Region(body)],
        )
    )
