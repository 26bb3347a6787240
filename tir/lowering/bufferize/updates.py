"""Shared variables that are updated in place."""

from __future__ import annotations

from dataclasses import dataclass

from xdsl.dialects import func, memref
from xdsl.dialects.builtin import ArrayAttr, IntegerAttr, MemRefType
from xdsl.dialects.linalg.attrs import IteratorType
from xdsl.dialects.linalg.ops import GenericOp
from xdsl.ir import Block, BlockArgument, Operation, SSAValue

from tir.dialects import kernel, rt
from tir.lowering.bufferize.in_place import VIEWS, share, writes_in_place, written_operands
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
    facts = _Facts(block)
    moved: list[kernel.RegionOp] = []
    accepted: dict[kernel.RegionOp, list[_Update]] = {}
    for region, candidates in reversed(_by_region(updates, facts.order).items()):
        if not facts.may_move(region):
            continue
        fitting = [
            u
            for u in candidates
            if facts.reads_once(region, u.parameter)
            and not any(facts.reads(later, u.parameter) for later in moved)
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


class _Facts:
    """Who reads and writes which memory."""

    def __init__(self, block: Block) -> None:
        self.order = {op: i for i, op in enumerate(block.ops)}
        self._root: dict[SSAValue, SSAValue] = {}
        self._last_write: dict[SSAValue, int] = {}
        self._last_use: dict[SSAValue, int] = {}
        for op, position in self.order.items():
            if isinstance(op, VIEWS):
                self._root[op.results[0]] = self.root(op.operands[0])
            for operand in op.operands:
                self._last_use[self.root(operand)] = position
            for written in _written(op):
                self._last_write[self.root(written)] = position

    def root(self, value: SSAValue) -> SSAValue:
        """The buffer that a memref is a view of."""
        return self._root.get(value, value)

    def reads(self, region: kernel.RegionOp, buffer: SSAValue) -> bool:
        """Whether a region has a buffer or a view of it among its operands."""
        return any(self.root(v) is buffer for v in region.operands)

    def reads_once(self, region: kernel.RegionOp, buffer: SSAValue) -> bool:
        """Whether no other operand of a region is a view of a buffer."""
        return sum(self.root(v) is buffer for v in region.operands) == 1

    def may_move(self, region: kernel.RegionOp) -> bool:
        """Whether a region may run after everything else."""
        position = self.order[region]
        written = {self.root(v) for v in written_operands(region)}
        if any(self._last_use[buffer] != position for buffer in written):
            return False
        return all(
            self._last_write.get(self.root(v), -1) <= position
            for v in region.operands
            if isinstance(v.type, MemRefType)
        )


def _written(op: Operation) -> set[SSAValue]:
    if isinstance(op, kernel.RegionOp):
        return written_operands(op)
    if isinstance(op, memref.StoreOp):
        return {op.memref}
    # Library calls write the last of their buffers.
    buffers = [v for v in op.operands if isinstance(v.type, MemRefType)]
    return set(buffers[-1:]) if op.name.startswith("rt.") else set()


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
