"""Sharing an iteration space out among the threads of a grid."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from xdsl.dialects import arith, gpu
from xdsl.ir import SSAValue

from tir.lowering.structured.builder import LoopBuilder
from tir.lowering.structured.operands import (
    Operand,
    contiguity,
    delinearize,
    flatten,
    loop_sizes,
    product,
)

Visit = Callable[[Sequence[Operand], Sequence[Sequence[SSAValue]]], None]
"""What to do for some elements, given the operands as that version of the loop sees them and the indices of each element."""

_X = gpu.DimensionAttr(gpu.DimensionEnum.X)


def for_all(
    builder: LoopBuilder,
    operands: Sequence[Operand],
    loops: int,
    visit: Visit,
    *,
    may_flatten: bool,
    width: int,
) -> None:
    """Visit all iterations, each by one thread of the grid.

    If `width` is more than 1, threads take so many neighbours at a time; all operands must be contiguous then.
    """
    sizes = loop_sizes(builder, operands, loops)
    total = product(builder, sizes)
    block_dim = builder.value(gpu.BlockDimOp(_X))
    thread = builder.binary(arith.MuliOp, builder.value(gpu.BlockIdOp(_X)), block_dim)
    thread = builder.binary(arith.AddiOp, thread, builder.value(gpu.ThreadIdOp(_X)))
    threads = builder.binary(arith.MuliOp, builder.value(gpu.GridDimOp(_X)), block_dim)

    def grid_stride(first: SSAValue, end: SSAValue, body: Callable[[SSAValue], None]) -> None:
        def step(index: SSAValue, _: Sequence[SSAValue]) -> Sequence[SSAValue]:
            body(index)
            return ()

        builder.for_(end, (), step, lower=first, step=threads)

    def wide() -> None:
        views = flatten(builder, operands, total)
        size, one = builder.index(width), builder.index(1)
        whole = builder.binary(arith.DivUIOp, total, size)

        def group(number: SSAValue) -> None:
            first = builder.multiply(number, size)
            visit(views, [[index] for index in builder.spaced(first, one, width)])

        grid_stride(thread, whole, group)
        rest = builder.add_index(builder.multiply(whole, size), thread)
        grid_stride(rest, total, lambda index: visit(views, [[index]]))

    def flat() -> None:
        views = flatten(builder, operands, total)
        grid_stride(thread, total, lambda index: visit(views, [[index]]))

    def nested() -> None:
        grid_stride(
            thread, total, lambda index: visit(operands, [delinearize(builder, index, sizes)])
        )

    if width > 1:
        wide()
        return
    if loops < 2 or not may_flatten or not all(o.is_full(loops) or o.is_scalar for o in operands):
        nested()
        return
    condition = contiguity(builder, operands, sizes)
    if condition is None:
        flat()
    else:
        builder.if_else(condition, flat, nested)
