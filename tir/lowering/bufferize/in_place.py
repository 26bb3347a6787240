"""Kernel regions that write a result into the memory of an operand they read."""

from __future__ import annotations

from xdsl.dialects import memref
from xdsl.dialects.linalg.attrs import IteratorType
from xdsl.dialects.linalg.ops import GenericOp
from xdsl.ir import Operation, SSAValue

from tir.dialects import kernel
from tir.dialects.projections import identity, projection

VIEWS = (
    memref.SubviewOp,
    memref.ReinterpretCastOp,
    memref.CastOp,
    memref.ExtractStridedMetaDataOp,
)
"""Operations whose first result is memory of their first operand."""


def writes_in_place(region: kernel.RegionOp, source: int, destination: int) -> bool:
    """Whether operand number `destination` of a region may be the memory of number `source`.

    One elementwise operation writes the destination, all of it and nobody before; the source is read by that
    operation and those before it, each element where its own iteration writes the new one. Later operations may read the
    destination.
    """
    arguments = region.body.block.args
    order = {op: i for i, op in enumerate(region.body.block.ops)}
    old, new = arguments[source], arguments[destination]
    writer: GenericOp | None = None
    for use in sorted(new.uses, key=lambda use: order.get(use.operation, -1)):
        op = use.operation
        if writer is None:
            if not isinstance(op, GenericOp) or not _is_written(op, use.index):
                return False
            writer = op
        elif op not in order:
            return False
    if writer is None:
        return False
    for use in old.uses:
        op = use.operation
        # A use that is no operand of an operation of the region's own block is a load of any element.
        if not isinstance(op, GenericOp) or order.get(op, len(order)) > order[writer]:
            return False
        if use.index >= len(op.inputs) or not _is_identity(op, use.index):
            return False
    return True


def _is_written(op: GenericOp, operand: int) -> bool:
    """Whether an elementwise operation writes each element of this operand, and reads none of it."""
    position = operand - len(op.inputs)
    return (
        position >= 0
        and all(kind.data is IteratorType.PARALLEL for kind in op.iterator_types.data)
        and _is_identity(op, operand)
        and op.body.block.args[operand].first_use is None
    )


def _is_identity(op: GenericOp, operand: int) -> bool:
    loops = len(op.iterator_types.data)
    return projection(op.indexing_maps.data[operand]) == identity(loops)


def share(region: kernel.RegionOp, source: int, destination: int) -> None:
    """Let the region read the destination where it read the source, which holds the same elements."""
    arguments = region.body.block.args
    arguments[source].replace_all_uses_with(arguments[destination])
    region.body.block.erase_arg(arguments[source])
    region.operands = [v for i, v in enumerate(region.operands) if i != source]


def written_operands(region: kernel.RegionOp) -> set[SSAValue]:
    """The operands of a region on memrefs that it writes into."""
    block = region.body.block
    written: set[SSAValue] = set()
    for op in block.walk():
        written.update(v for v in _destinations(op) if v.owner is block)
    bound = zip(block.args, region.operands, strict=True)
    return {operand for argument, operand in bound if argument in written}


def _destinations(op: Operation) -> list[SSAValue]:
    if isinstance(op, GenericOp):
        return list(op.outputs)
    if isinstance(op, memref.StoreOp):
        return [op.memref]
    # Fills and scatters write their last operand.
    return list(op.operands[-1:]) if op.name in ("linalg.fill", "linalg_ext.scatter") else []
