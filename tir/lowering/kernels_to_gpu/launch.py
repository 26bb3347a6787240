"""What the host does to run a kernel: count its iterations, and launch enough threads for them."""

from __future__ import annotations

from xdsl.dialects import arith, gpu
from xdsl.dialects.builtin import SymbolRefAttr
from xdsl.ir import Block, Operation

from tir.lowering.kernels_to_gpu.outline import THREADS_PER_BLOCK, Kernel
from tir.lowering.structured.builder import LoopBuilder
from tir.lowering.structured.operands import loop_sizes

MAXIMAL_BLOCKS = 65535
"""More work than this many blocks do at once is done by the same threads, one element after the other."""


def launch(kernel: Kernel, module: str) -> list[Operation]:
    """The operations, for the place of the kernel region, that run the kernel."""
    block = Block()
    builder = LoopBuilder(block)
    one, threads = builder.index(1), builder.index(THREADS_PER_BLOCK)
    total = one
    for size in loop_sizes(builder, kernel.operands, kernel.loops):
        total = size if total is one else builder.binary(arith.MuliOp, total, size)
    per_block = THREADS_PER_BLOCK * kernel.width
    padded = builder.binary(arith.AddiOp, total, builder.index(per_block - 1))
    blocks = builder.binary(arith.DivUIOp, padded, builder.index(per_block))
    # A grid without blocks cannot be launched: where there is no element, one block finds that out.
    blocks = builder.binary(arith.MaxUIOp, blocks, one)
    blocks = builder.binary(arith.MinUIOp, blocks, builder.index(MAXIMAL_BLOCKS))
    name = kernel.function.sym_name
    builder.add(
        gpu.LaunchFuncOp(
            SymbolRefAttr(module, [name]),
            [blocks, one, one],
            [threads, one, one],
            kernelOperands=kernel.arguments,
        )
    )
    operations = list(block.ops)
    for op in operations:
        op.detach()
        op.location = kernel.function.location
    return operations
