"""Kernel regions on memrefs: the destinations become operands, the results vanish."""

from __future__ import annotations

from collections.abc import Sequence

from xdsl.dialects import memref, tensor
from xdsl.dialects.builtin import ArrayAttr, DenseArrayBase, MemRefType, TensorType, i32
from xdsl.dialects.linalg.attrs import IteratorType, IteratorTypeAttr
from xdsl.dialects.linalg.ops import FillOp, GenericOp, YieldOp
from xdsl.ir import Attribute, Block, Operation, Region, SSAValue

from tir.dialects import kernel
from tir.dialects.linalg_ext import ScatterOp
from tir.dialects.projections import affine_map, broadcast, identity
from tir.lowering.structured.builder import memref_type
from tir.support.errors import LoweringError

_PARALLEL = IteratorTypeAttr(IteratorType.PARALLEL)


def initializer(region: kernel.RegionOp, number: int) -> Operation:
    """The operation inside a region that makes the destination of one result: a tensor.empty.

    It is the scatter itself where that updates an operand of the region.
    """
    terminator = region.body.block.last_op
    assert terminator is not None
    producer = terminator.operands[number].owner
    assert isinstance(producer, Operation)
    if isinstance(producer, FillOp):
        return empty_behind(producer.operands[1])
    split = len(producer.operands) - len(producer.results)
    destination = producer.operands[split + producer.results.index(terminator.operands[number])]
    if isinstance(producer, ScatterOp) and isinstance(destination.owner, Block):
        return producer
    return empty_behind(destination)


def empty_behind(destination: SSAValue) -> tensor.EmptyOp:
    """The tensor.empty that a destination is, perhaps filled."""
    owner = destination.owner
    if isinstance(owner, FillOp):
        owner = owner.operands[1].owner
    if not isinstance(owner, tensor.EmptyOp):
        raise LoweringError("a destination must be a tensor.empty, perhaps filled")
    return owner


def outer_value(region: kernel.RegionOp, inner: SSAValue) -> SSAValue:
    """What an argument of the body is bound to."""
    assert inner.owner is region.body.block
    return region.operands[inner.index]  # pyright: ignore[reportAttributeAccessIssue]


def to_memrefs(
    region: kernel.RegionOp, operands: Sequence[SSAValue], destinations: Sequence[SSAValue]
) -> kernel.RegionOp:
    """The region on memrefs; `operands` are those of the old one, tensors replaced by their buffers.

    A scatter's destination is updated in place: its buffer already holds the old values. What does not leave the region
    gets a buffer inside.
    """
    old = region.body.block
    terminator = old.last_op
    assert terminator is not None
    local = _local_results(old, terminator)
    # Other sizes were needed to make tensors; the buffers exist now.
    local_sizes = {size for empty in local.values() for size in empty.operands}
    kept = [i for i, a in enumerate(old.args) if a in local_sizes or _is_needed(a)]
    bound: list[SSAValue] = [operands[i] for i in kept]
    new = Block(arg_types=[v.type for v in bound])
    inside: dict[SSAValue, SSAValue] = {}
    for i, argument in zip(kept, new.args, strict=True):
        inside[old.args[i]] = argument
        argument.name_hint = old.args[i].name_hint
    for value, buffer in zip(terminator.operands, destinations, strict=True):
        inside[value] = _argument_for(buffer, bound, new)
    for op in list(old.ops):
        if isinstance(op, GenericOp):
            for result in op.results:
                if (empty := local.get(result)) is not None:
                    inside[result] = _local_buffer(empty, new, inside)
            _lower_generic(op, new, inside)
        elif isinstance(op, ScatterOp):
            destination = inside[op.results[0]]
            _keep_fill(op.output, destination, new, inside)
            op.detach()
            op.operands = [*(inside[v] for v in op.operands[:-1]), destination]
            new.add_op(
                ScatterOp.create(
                    operands=op.operands, properties=op.properties, location=op.location
                )
            )
        elif isinstance(op, FillOp) and (buffer := inside.get(op.results[0])) is not None:
            _keep_fill(op.results[0], buffer, new, inside)
        elif isinstance(op, tensor.EmptyOp | FillOp | kernel.YieldOp):
            continue
        else:
            op.detach()
            op.operands = [inside.get(v, v) for v in op.operands]
            new.add_op(op)
    new.add_op(kernel.YieldOp())
    return kernel.RegionOp.create(operands=bound, regions=[Region(new)], location=region.location)


def _local_results(block: Block, terminator: Operation) -> dict[SSAValue, tensor.EmptyOp]:
    """What operations of a region make for each other only, and the shape of each."""
    yielded = set(terminator.operands)
    return {
        result: empty_behind(init)
        for op in block.ops
        if isinstance(op, GenericOp)
        for result, init in zip(op.results, op.outputs, strict=True)
        if result not in yielded and result.first_use is not None
    }


def _local_buffer(
    empty: tensor.EmptyOp, block: Block, inside: dict[SSAValue, SSAValue]
) -> SSAValue:
    type_ = empty.results[0].type
    assert isinstance(type_, TensorType)
    sizes = [inside.get(size, size) for size in empty.operands]
    alloc = memref.AllocOp(sizes, [], MemRefType(type_.element_type, type_.get_shape()))
    block.add_op(alloc)
    return alloc.results[0]


def _is_needed(argument: SSAValue) -> bool:
    if isinstance(argument.type, TensorType):
        # The old value of a scatter's destination is not read by itself.
        return any(
            not (isinstance(u.operation, ScatterOp) and u.index == len(u.operation.operands) - 1)
            for u in argument.uses
        )
    return any(not isinstance(u.operation, tensor.EmptyOp) for u in argument.uses)


def _argument_for(buffer: SSAValue, bound: list[SSAValue], block: Block) -> SSAValue:
    for i, value in enumerate(bound):
        if value is buffer:
            return block.args[i]
    bound.append(buffer)
    argument = block.insert_arg(buffer.type, len(block.args))
    argument.name_hint = buffer.name_hint
    return argument


def _lower_generic(op: GenericOp, block: Block, inside: dict[SSAValue, SSAValue]) -> None:
    outputs = [inside.get(r) for r in op.results]
    for output, init in zip(outputs, op.outputs, strict=True):
        if output is not None:
            _keep_fill(init, output, block, inside)
    for inner in op.body.block.walk():
        if isinstance(inner, tensor.ExtractOp):
            _lower_extract(inner, inside)
        else:
            for number, operand in enumerate(inner.operands):
                if operand in inside:
                    inner.operands[number] = inside[operand]
    body = op.body
    op.detach_region(body)
    new = GenericOp.create(
        operands=[*(inside[v] for v in op.inputs), *(o for o in outputs if o is not None)],
        properties=op.properties,
        regions=[body],
        location=op.location,
    )
    block.add_op(new)


def _keep_fill(
    init: SSAValue, buffer: SSAValue, block: Block, inside: dict[SSAValue, SSAValue]
) -> None:
    """Fill a buffer where the tensor it stands for was filled."""
    if isinstance(init.owner, FillOp):
        value = init.owner.operands[0]
        block.add_op(FillOp([inside.get(value, value)], [buffer], res=[]))


def _lower_extract(op: tensor.ExtractOp, inside: dict[SSAValue, SSAValue]) -> None:
    source = inside[op.operands[0]]
    load = memref.LoadOp.create(
        operands=[source, *(inside.get(i, i) for i in op.operands[1:])],
        result_types=[memref_type(source).element_type],
        location=op.location,
    )
    block = op.parent
    assert block is not None
    block.insert_op_before(load, op)
    op.results[0].replace_all_uses_with(load.results[0])
    block.erase_op(op)


def copy_region(source: SSAValue, destination: SSAValue) -> kernel.RegionOp:
    """A kernel that copies one buffer into another of the same sizes; static 1s of the source broadcast."""
    source_type, type_ = memref_type(source), memref_type(destination)
    block = Block(arg_types=[source.type, destination.type])
    element: Attribute = type_.element_type
    inner = Block(arg_types=[element, element])
    inner.add_op(YieldOp(inner.args[0]))
    loops = len(type_.get_shape())
    source_map = broadcast(source_type.get_shape(), type_.get_shape())
    block.add_op(
        GenericOp.create(
            operands=list(block.args),
            properties={
                "indexing_maps": ArrayAttr(
                    [affine_map(loops, source_map), affine_map(loops, identity(loops))]
                ),
                "iterator_types": ArrayAttr([_PARALLEL] * loops),
                "operandSegmentSizes": DenseArrayBase.from_list(i32, [1, 1]),
            },
            regions=[Region(inner)],
        )
    )
    block.add_op(kernel.YieldOp())
    return kernel.RegionOp.create(operands=[source, destination], regions=[Region(block)])
