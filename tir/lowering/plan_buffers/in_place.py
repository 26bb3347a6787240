"""Elementwise regions that write over a temporary whose life ends there."""

from __future__ import annotations

from xdsl.dialects import memref
from xdsl.ir import Block, SSAValue

from tir.dialects import kernel
from tir.lowering.bufferize.in_place import share, writes_in_place, written_operands
from tir.lowering.plan_buffers.lifetimes import Allocation, Lifetimes, form


def reuse_in_place(block: Block, lifetimes: Lifetimes) -> None:
    """Merge the buffers of results with those of operands that die, region after region."""
    for op in block.ops:
        if not isinstance(op, kernel.RegionOp):
            continue
        written = written_operands(op)
        for new in [v for v in op.operands if v in written]:
            old = _dying_operand(op, new, lifetimes)
            if old is not None:
                _merge(op, old, new, lifetimes)


def _dying_operand(region: kernel.RegionOp, new: SSAValue, lifetimes: Lifetimes) -> SSAValue | None:
    """A temporary of the form of a result that begins here, which the region may write over."""
    position = lifetimes.order[region]
    allocation = new.owner
    if not isinstance(allocation, Allocation) or lifetimes.first.get(new) != position:
        return None
    operands = list(region.operands)
    for number, old in enumerate(operands):
        if (
            old is not new
            and operands.count(old) == 1
            and isinstance(old.owner, memref.AllocOp)
            and lifetimes.last[old] == position
            and lifetimes.first[old] < position
            and form(old.owner) == form(allocation)
            # An output must exist before the temporary that is to live in it.
            and (
                isinstance(allocation, memref.AllocOp)
                or lifetimes.order[allocation] < lifetimes.order[old.owner]
            )
            and not lifetimes.is_viewed_by(old, region)
            and writes_in_place(region, number, operands.index(new))
        ):
            return old
    return None


def _merge(region: kernel.RegionOp, old: SSAValue, new: SSAValue, lifetimes: Lifetimes) -> None:
    operands = list(region.operands)
    share(region, operands.index(old), operands.index(new))
    if isinstance(new.owner, memref.AllocOp):
        lifetimes.merge(kept=old, replaced=new)
    else:
        lifetimes.merge(kept=new, replaced=old)
