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

Visit = Callable[[Sequence[Operand], Sequence[SSAValue]], None]
"""What to do for one element, given the operands as that version of the loop sees them and the indices."""

_X = gpu.DimensionAttr(gpu.DimensionEnum.X)


def for_all(
    builder: LoopBuilder,
    operands: Sequence[Operand],
    loops: int,
    visit: Visit,
    *,
    may_flatten: bool,
) -> None:
    """Visit all iterations, each by one thread of the grid."""
    sizes = loop_sizes(builder, operands, loops)
    total = product(builder, sizes)
    block_dim = builder.value(gpu.BlockDimOp(_X))
    first = builder.binary(arith.MuliOp, builder.value(gpu.BlockIdOp(_X)), block_dim)
    first = builder.binary(arith.AddiOp, first, builder.value(gpu.ThreadIdOp(_X)))
    threads = builder.binary(arith.MuliOp, builder.value(gpu.GridDimOp(_X)), block_dim)

    def grid_stride(body: Callable[[SSAValue], None]) -> None:
        def step(index: SSAValue, _: Sequence[SSAValue]) -> Sequence[SSAValue]:
            body(index)
            return ()

        builder.for_(total, (), step, lower=first, step=threads)

    def flat() -> None:
        views = flatten(builder, operands, total)
        grid_stride(lambda index: visit(views, [index]))

    def nested() -> None:
        grid_stride(lambda index: visit(operands, delinearize(builder, index, sizes)))

    if loops < 2 or not may_flatten or not all(o.is_full(loops) or o.is_scalar for o in operands):
        nested()
        return
    condition = contiguity(builder, operands, sizes)
    if condition is None:
        flat()
    else:
        builder.if_else(condition, flat, nested)
