"""Outputs and temporaries in the memory of inputs that the function may overwrite."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from xdsl.dialects import func, memref
from xdsl.dialects.builtin import DYNAMIC_INDEX, ArrayAttr
from xdsl.dialects.linalg.ops import GenericOp
from xdsl.ir import Block, BlockArgument, Operation, SSAValue

from tir.dialects import kernel, rt
from tir.lowering.bufferize.in_place import VIEWS, share, writes_in_place
from tir.lowering.bufferize.types import is_contiguous, is_size_of
from tir.lowering.plan_buffers.lifetimes import Allocation, Lifetimes, dynamic_sizes
from tir.lowering.structured.builder import memref_type

MUTABLE = "tir.mutable"
"""The attribute of a parameter of `@main` that may be overwritten."""


@dataclass
class MutableInput:
    """An input that may be overwritten, and the position of the last operation that reads it."""

    parameter: BlockArgument
    dtype: object
    last: int


def take_inputs(function: func.FuncOp, lifetimes: Lifetimes) -> None:
    """Let outputs, and then temporaries, have the memory of mutable inputs that nobody reads any more.

    Before:

        func.func @main(%x: memref<?xf64> {tir.mutable}) {
          %y = rt.alloc_output(%n) {index = 0, dtype = "float64"} : memref<?xf64>
          kernel.region(%i = %x : memref<?xf64>, %o = %y : memref<?xf64>) {elementwise}

    After:

          %y = rt.take_input %x {index = 0, dtype = "float64"} : memref<?xf64> to memref<?xf64>
          memref.copy %x, %y
          kernel.region(%o = %y : memref<?xf64>) {elementwise}

    The copy does nothing where the two are the same memory. A buffer whose life begins after the last use of the input
    needs none. The new values of shared variables never lie in the memory of an input, which stays the user's.
    """
    inputs = mutable_inputs(function, lifetimes)
    if not inputs:
        return
    for allocation in (*outputs_of(function, lifetimes), *_temporaries_of(function, lifetimes)):
        for given in inputs:
            reads_last = lifetimes.first[allocation.results[0]] == given.last
            reader = writer_in_place(given, allocation, lifetimes) if reads_last else None
            if reader is None and not _begins_later(given, allocation, lifetimes):
                continue
            buffer = _take(given.parameter, allocation)
            if reader is not None:
                _write_over(given.parameter, buffer, reader)
            inputs.remove(given)
            break


def mutable_inputs(function: func.FuncOp, lifetimes: Lifetimes) -> list[MutableInput]:
    """The inputs that may be overwritten, and that vary in size."""
    attributes = function.arg_attrs
    if attributes is None:
        return []
    block = function.body.block
    return [
        MutableInput(parameter, given.data.get("tir.dtype"), _last_use(parameter, block, lifetimes))
        for parameter, given in zip(block.args, attributes.data, strict=True)
        if MUTABLE in given.data and DYNAMIC_INDEX in memref_type(parameter).get_shape()
    ]


def _last_use(value: SSAValue, block: Block, lifetimes: Lifetimes) -> int:
    """The position of the last operation that reads memory, itself or through views; -1 if none does."""
    last = -1
    for use in value.uses:
        op = block.find_ancestor_op_in_block(use.operation)
        assert op is not None
        if isinstance(op, VIEWS):
            last = max(last, _last_use(op.results[0], block, lifetimes))
        elif not isinstance(op, memref.DimOp):
            last = max(last, lifetimes.order[op])
    return last


def outputs_of(function: func.FuncOp, lifetimes: Lifetimes) -> list[Allocation]:
    """The buffers of outputs that the user gets, in the order of their first uses."""
    updates = function.attributes.get("tir.updates")
    block = function.body.block
    outputs: list[Allocation] = [op for op in block.ops if isinstance(op, rt.AllocOutputOp)]
    count = 1 + max((_index(op) for op in block.ops), default=-1)
    if isinstance(updates, ArrayAttr):
        outputs = [op for op in outputs if _index(op) < count - len(updates.data)]
    return _used_in_order(outputs, lifetimes)


def _temporaries_of(function: func.FuncOp, lifetimes: Lifetimes) -> list[Allocation]:
    temporaries = [op for op in function.body.block.ops if isinstance(op, memref.AllocOp)]
    return _used_in_order(temporaries, lifetimes)


def _used_in_order(allocations: Sequence[Allocation], lifetimes: Lifetimes) -> list[Allocation]:
    used = [op for op in allocations if op.results[0] in lifetimes.first]
    return sorted(used, key=lambda op: lifetimes.first[op.results[0]])


def _index(op: Operation) -> int:
    """The number of the output that an operation makes, or -1."""
    return op.index.value.data if isinstance(op, rt.AllocOutputOp | rt.TakeSharedOp) else -1


def _may_take(given: MutableInput, allocation: Allocation) -> bool:
    """Whether element types and ranks fit: of an output the dtype, as the array itself is to be the input's."""
    own, new = memref_type(given.parameter), memref_type(allocation.results[0])
    if own.element_type != new.element_type or own.get_shape() != new.get_shape():
        return False
    return isinstance(allocation, memref.AllocOp) or allocation.dtype == given.dtype


def _begins_later(given: MutableInput, allocation: Allocation, lifetimes: Lifetimes) -> bool:
    """Whether a buffer of the input's sizes is used only after the input."""
    return (
        _may_take(given, allocation)
        and given.last < lifetimes.first[allocation.results[0]]
        and _has_sizes_of(given.parameter, allocation)
    )


def _has_sizes_of(parameter: BlockArgument, allocation: Allocation) -> bool:
    axes = [i for i, size in enumerate(memref_type(parameter).get_shape()) if size == DYNAMIC_INDEX]
    return all(
        is_size_of(size, parameter, axis)
        for axis, size in zip(axes, dynamic_sizes(allocation), strict=True)
    )


def writer_in_place(
    given: MutableInput, allocation: Allocation, lifetimes: Lifetimes
) -> kernel.RegionOp | None:
    """The region that is the first to use the buffer, if it may write that over the input when no other reads it."""
    parameter, buffer = given.parameter, allocation.results[0]
    if not _may_take(given, allocation) or not is_contiguous(memref_type(parameter)):
        return None
    first = lifetimes.first[buffer]
    region = next(
        (u.operation for u in buffer.uses if lifetimes.order.get(u.operation) == first), None
    )
    if not isinstance(region, kernel.RegionOp):
        return None
    operands = list(region.operands)
    if operands.count(parameter) != 1 or any(_is_view_of(parameter, v) for v in operands):
        return None
    source, destination = operands.index(parameter), operands.index(buffer)
    reads = region.body.block.args[source].first_use is not None
    return region if reads and writes_in_place(region, source, destination) else None


def _is_view_of(buffer: SSAValue, value: SSAValue) -> bool:
    owner = value.owner
    while isinstance(owner, VIEWS):
        value = owner.operands[0]
        if value is buffer:
            return True
        owner = value.owner
    return False


def _take(parameter: BlockArgument, allocation: Allocation) -> SSAValue:
    """Replace the allocation of a buffer."""
    old = allocation.results[0]
    is_output = isinstance(allocation, rt.AllocOutputOp)
    take = rt.TakeInputOp(
        parameter,
        memref_type(old),
        allocation.index if is_output else None,
        allocation.dtype if is_output else None,
    )
    take.location = allocation.location
    take.memref.name_hint = old.name_hint
    block = allocation.parent
    assert block is not None
    block.insert_op_before(take, allocation)
    old.replace_all_uses_with(take.memref)
    block.erase_op(allocation)
    return take.memref


def _write_over(parameter: BlockArgument, buffer: SSAValue, region: kernel.RegionOp) -> None:
    """Let a region read the buffer, to which the values of the input are copied before."""
    block = region.parent
    assert block is not None
    copy = memref.CopyOp(parameter, buffer)
    copy.location = region.location
    block.insert_op_before(copy, region)
    operands = list(region.operands)
    share(region, operands.index(parameter), operands.index(buffer))
    if _does_nothing(region):
        block.erase_op(region)


def _does_nothing(region: kernel.RegionOp) -> bool:
    """Whether all that a region does is to copy a buffer to itself."""
    first, *others = region.body.block.ops
    if len(others) != 1 or not isinstance(first, GenericOp):
        return False
    body = first.body.block
    assert body.last_op is not None
    return list(first.inputs) == list(first.outputs) and list(body.last_op.operands) == [
        body.args[0]
    ]
