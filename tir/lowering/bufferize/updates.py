"""Shared variables that are updated in place."""

from __future__ import annotations

from dataclasses import dataclass

from xdsl.dialects import func
from xdsl.dialects.builtin import ArrayAttr, IntegerAttr
from xdsl.dialects.linalg.attrs import IteratorType
from xdsl.dialects.linalg.ops import GenericOp
from xdsl.ir import BlockArgument, Operation, SSAValue

from tir.dialects import kernel, rt
from tir.lowering.bufferize.accesses import Accesses
from tir.lowering.bufferize.in_place import share, writes_in_place
from tir.lowering.bufferize.types import contiguous
from tir.lowering.structured.builder import memref_type

_QUICK = frozenset(
    {"linalg.index", "linalg.yield", "kernel.yield", "math.absf", "math.sqrt", "math.fma"}
)


@dataclass(frozen=True)
class _Update:
    """A region that reads a shared parameter and writes its new value."""

    region: kernel.RegionOp
    parameter: SSAValue
    output: rt.AllocOutputOp


def update_in_place(function: func.FuncOp) -> None:
    """Write new values of shared parameters over the old ones where that cannot be seen.

    Before:

        %new = rt.alloc_output(%n) {index = 1, dtype = "float64"} : memref<?xf64>
        kernel.region(%w = %W : memref<?xf64, strided<[?], offset: ?>>, %g = %G : ..., %o = %new : memref<?xf64>)
        ...
        func.return

    After:

        ...
        %new = rt.take_shared %W {index = 1, dtype = "float64"} : ... to memref<?xf64>
        kernel.region(%g = %G : ..., %o = %new : memref<?xf64>)
        func.return

    The regions move to the end, where nothing can fail any more and everybody else has read the old values. A region
    moves if nobody but the caller reads what it writes, and if nothing that it reads is written later. It runs with the
    GIL held, so it must be quick: a few instructions for each element of the parameter.
    """
    block = function.body.block
    updates = _candidates(function)
    if not updates:
        return
    accesses = Accesses(block)
    moved: list[kernel.RegionOp] = []
    accepted: dict[kernel.RegionOp, list[_Update]] = {}
    for region, candidates in reversed(_by_region(updates, accesses.order).items()):
        if not accesses.may_move(region):
            continue
        fitting = [
            u
            for u in candidates
            if accesses.reads_once(region, u.parameter)
            and not any(accesses.reads(later, u.parameter) for later in moved)
        ]
        if fitting:
            moved.insert(0, region)
            accepted[region] = fitting
    terminator = block.last_op
    assert terminator is not None
    for region in moved:
        for update in accepted[region]:
            _take(update, terminator)
    for region in moved:
        region.detach()
        block.insert_op_before(region, terminator)


def _candidates(function: func.FuncOp) -> list[_Update]:
    parameters = function.attributes.get("tir.updates")
    if not isinstance(parameters, ArrayAttr) or not parameters.data:
        return []
    block = function.body.block
    outputs = {op.index.value.data: op for op in block.ops if isinstance(op, rt.AllocOutputOp)}
    first = max(outputs) + 1 - len(parameters.data)
    found: list[_Update] = []
    for number, parameter in enumerate(parameters.data):
        assert isinstance(parameter, IntegerAttr)
        output = outputs[first + number]
        update = _candidate(block.args[parameter.value.data], output)
        if update is not None:
            found.append(update)
    return found


def _candidate(parameter: BlockArgument, output: rt.AllocOutputOp) -> _Update | None:
    """The update, if one region makes it, elementwise, and reads the old value by itself only."""
    use = output.memref.get_user_of_unique_use()
    if not isinstance(use, kernel.RegionOp):
        return None
    operands = list(use.operands)
    old, new = memref_type(parameter), memref_type(output.memref)
    if old.element_type != new.element_type or old.get_shape() != new.get_shape():
        return None
    if parameter not in operands:
        return None
    if not writes_in_place(use, operands.index(parameter), operands.index(output.memref)):
        return None
    if not _is_quick(use, len(old.get_shape())):
        return None
    return _Update(use, parameter, output)


def _is_quick(region: kernel.RegionOp, rank: int) -> bool:
    """Whether a region does nothing but simple arithmetic, elementwise, for the elements of a buffer of this rank."""
    for op in region.body.walk():
        if isinstance(op, GenericOp):
            kinds = op.iterator_types.data
            if len(kinds) != rank or any(k.data is not IteratorType.PARALLEL for k in kinds):
                return False
        elif op.name not in _QUICK and not op.name.startswith("arith."):
            return False
    return True


def _by_region(
    updates: list[_Update], order: dict[Operation, int]
) -> dict[kernel.RegionOp, list[_Update]]:
    """The updates by the region that makes them, in the order of the regions."""
    result: dict[kernel.RegionOp, list[_Update]] = {}
    for update in sorted(updates, key=lambda u: order[u.region]):
        result.setdefault(update.region, []).append(update)
    return result


def _take(update: _Update, terminator: Operation) -> None:
    output = update.output
    type_ = memref_type(output.memref)
    take = rt.TakeSharedOp(
        update.parameter,
        output.index.value.data,
        output.dtype.data,
        contiguous(type_.element_type, type_.get_shape()),
    )
    take.location = output.location
    take.memref.name_hint = output.memref.name_hint
    block = terminator.parent
    assert block is not None
    block.insert_op_before(take, terminator)
    output.memref.replace_all_uses_with(take.memref)
    block.erase_op(output)
    operands = list(update.region.operands)
    share(update.region, operands.index(update.parameter), operands.index(take.memref))
