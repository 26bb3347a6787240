"""One allocation for all temporaries whose sizes are known when the first is needed."""

from __future__ import annotations

from math import prod

from xdsl.dialects import arith, memref
from xdsl.dialects.builtin import IndexType, IntegerType, MemRefType, i1, i64
from xdsl.ir import Block, BlockArgument, Operation, SSAValue

from tir.dialects import rt
from tir.lowering.bufferize.placement import checks_of_values
from tir.lowering.structured.builder import memref_type

MOST_ON_THE_STACK = 1 << 14
"""Bytes of all temporaries of known size that are on the stack; larger ones, and what is too much, go to the arena."""

_MAY_TRAP = (arith.DivSIOp, arith.DivUIOp, arith.RemSIOp, arith.RemUIOp)
_SCALARS = (IndexType(), i64, i1)


def make_arenas(block: Block) -> None:
    """Replace the allocations of temporaries by places on the stack and in arenas."""
    allocations = _place_on_the_stack(block)
    if not allocations:
        return
    _hoist_sizes(block)
    order = {op: i for i, op in enumerate(block.ops)}
    checks = checks_of_values(block)
    groups: list[list[memref.AllocOp]] = []
    for op in allocations:
        if groups and _is_known_at(op, order[groups[-1][0]], order, checks):
            groups[-1].append(op)
        else:
            groups.append([op])
    for group in groups:
        _make_arena(block, group)


def _place_on_the_stack(block: Block) -> list[memref.AllocOp]:
    """Place small buffers of static size; the allocations that remain."""
    remaining: list[memref.AllocOp] = []
    total = 0
    for op in list(block.ops):
        if not isinstance(op, memref.AllocOp):
            continue
        if op.memref.first_use is None:
            block.erase_op(op)
            continue
        size = _static_bytes(memref_type(op.memref))
        if size is None or total + size > MOST_ON_THE_STACK:
            remaining.append(op)
            continue
        total += size
        type_ = memref_type(op.memref)
        place = memref.AllocaOp.get(type_.element_type, shape=type_.get_shape())
        place.location = op.location
        _replace(op, place, place.memref)
    return remaining


def _static_bytes(type_: MemRefType) -> int | None:
    """The bytes of a buffer in whole cache lines; `None` where they are not known."""
    shape = type_.get_shape()
    if not type_.has_static_shape():
        return None
    element = type_.element_type
    width = element.width.data if isinstance(element, IntegerType) else element.bitwidth  # pyright: ignore
    return -(-prod(shape) * max(width // 8, 1) // 64) * 64


def _hoist_sizes(block: Block) -> None:
    """Move the arithmetic on sizes of parameters to the beginning."""
    known: set[SSAValue] = set(block.args)
    first = block.first_op
    assert first is not None
    for op in list(block.ops):
        if _is_size_arithmetic(op) and all(v in known for v in op.operands):
            known.update(op.results)
            if op is not first:
                op.detach()
                block.insert_op_before(op, first)
            else:
                first = op.next_op
                assert first is not None


def _is_size_arithmetic(op: Operation) -> bool:
    if isinstance(op, memref.DimOp):
        return True
    return (
        op.name.startswith("arith.")
        and not isinstance(op, _MAY_TRAP)
        and all(result.type in _SCALARS for result in op.results)
    )


def _is_known_at(
    op: memref.AllocOp,
    position: int,
    order: dict[Operation, int],
    checks: dict[SSAValue, Operation],
) -> bool:
    """Whether the sizes of a buffer are known and checked at an earlier position."""
    for size in op.dynamic_sizes:
        owner = size.owner
        if isinstance(owner, Operation) and order[owner] >= position:
            return False
        # The size of an array that exists is no matter for doubt.
        given = isinstance(owner, memref.DimOp) and isinstance(owner.source, BlockArgument)
        if not given and size in checks and order[checks[size]] >= position:
            return False
    return True


def _make_arena(block: Block, group: list[memref.AllocOp]) -> None:
    sizes = [size for op in group for size in op.dynamic_sizes]
    arena = rt.AllocArenaOp(sizes, [op.memref.type for op in group])
    arena.location = group[0].location
    block.insert_op_before(arena, group[0])
    for op, place in zip(group, arena.buffers, strict=True):
        _replace(op, None, place)


def _replace(op: memref.AllocOp, new: Operation | None, place: SSAValue) -> None:
    block = op.parent
    assert block is not None
    if new is not None:
        block.insert_op_before(new, op)
    place.name_hint = op.memref.name_hint
    op.memref.replace_all_uses_with(place)
    block.erase_op(op)
