"""Where memory operations stand: outputs early, frees after the last use, the GIL released in between."""

from __future__ import annotations

from xdsl.dialects import arith, memref
from xdsl.dialects.builtin import DYNAMIC_INDEX, IndexType, IntegerAttr, MemRefType
from xdsl.ir import Block, Operation, SSAValue

from tir.dialects import kernel, rt
from tir.dialects.rt_products import PRODUCTS
from tir.lowering.bufferize.in_place import VIEWS

_LONG = (kernel.RegionOp, *PRODUCTS)
_INDEX = IndexType()


def place_memory_operations(block: Block) -> None:
    """Hoist the allocation of outputs, free temporaries, release the GIL around what follows."""
    _hoist_outputs(block)
    _free_temporaries(block)
    _release_gil(block)


def _hoist_outputs(block: Block) -> None:
    """Move each output's allocation right behind what computes its sizes, and the checks of these."""
    order = {op: i for i, op in enumerate(block.ops)}
    checks = checks_of_values(block)
    for op in list(block.ops):
        if not isinstance(op, rt.AllocOutputOp):
            continue
        before = [v.owner for v in op.operands if isinstance(v.owner, Operation)]
        before += [checks[v] for v in op.operands if v in checks and order[checks[v]] < order[op]]
        op.detach()
        if before:
            block.insert_op_after(op, max(before, key=order.__getitem__))
        else:
            first = block.first_op
            assert first is not None
            block.insert_op_before(op, first)


def checks_of_values(block: Block) -> dict[SSAValue, Operation]:
    """The last `rt.assert` that looks at each value: that it is not negative, or equal to another."""
    checks: dict[SSAValue, Operation] = {}
    for op in block.ops:
        if isinstance(op, rt.AssertOp) and isinstance(op.cond.owner, Operation):
            checks.update(dict.fromkeys(op.cond.owner.operands, op))
    return checks


def _free_temporaries(block: Block) -> None:
    root: dict[SSAValue, SSAValue] = {}
    last_use: dict[SSAValue, Operation] = {}
    for op in block.ops:
        if isinstance(op, memref.AllocOp):
            root[op.results[0]] = op.results[0]
        for operand in op.operands:
            if (buffer := root.get(operand)) is not None:
                last_use[buffer] = op
                if isinstance(op, VIEWS):
                    root[op.results[0]] = buffer
    for buffer, op in last_use.items():
        block.insert_op_after(memref.DeallocOp.get(buffer), op)


def _release_gil(block: Block) -> None:
    """Release the GIL where the long work starts, once all outputs exist; take it back for updates in place, or the end."""
    first_long: Operation | None = None
    end = block.last_op
    work: list[Operation] = []
    for op in block.ops:
        if isinstance(op, rt.TakeSharedOp):
            end = op
            break
        if isinstance(op, rt.AllocOutputOp):
            first_long, work = None, []
        elif isinstance(op, _LONG):
            first_long = first_long or op
            work.append(op)
    if first_long is None:
        return
    total = _total_work(block, first_long, work)
    block.insert_op_before(rt.ReleaseGilOp(total), first_long)
    assert end is not None
    block.insert_op_before(rt.AcquireGilOp(), end)


def _total_work(block: Block, before: Operation, work: list[Operation]) -> SSAValue:
    """An estimate of how many elements are touched, from the buffers that exist before the work starts."""
    order = {op: i for i, op in enumerate(block.ops)}
    limit = order[before]
    seen: dict[SSAValue, None] = {}
    for op in work:
        for operand in op.operands:
            available = isinstance(operand.owner, Block) or order[operand.owner] < limit
            if available and isinstance(operand.type, MemRefType):
                seen[operand] = None
    constants: dict[int, SSAValue] = {}

    def add(op: Operation) -> SSAValue:
        block.insert_op_before(op, before)
        return op.results[0]

    def constant(number: int) -> SSAValue:
        if number not in constants:
            constants[number] = add(arith.ConstantOp(IntegerAttr(number, _INDEX)))
        return constants[number]

    total = constant(0)
    for buffer in seen:
        count: SSAValue | None = None
        assert isinstance(buffer.type, MemRefType)
        for axis, size in enumerate(buffer.type.get_shape()):
            if size == DYNAMIC_INDEX:
                dim = add(memref.DimOp(buffer, constant(axis)))
                count = dim if count is None else add(_index_op(arith.MuliOp, count, dim))
        total = add(_index_op(arith.AddiOp, total, count or constant(1)))
    return total


def _index_op(op_class: type[Operation], left: SSAValue, right: SSAValue) -> Operation:
    return op_class.create(operands=[left, right], result_types=[_INDEX])
