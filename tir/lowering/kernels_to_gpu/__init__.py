"""The pass `kernels-to-gpu`: each kernel region becomes a function that the host launches on the GPU."""

from __future__ import annotations

from dataclasses import dataclass

from xdsl.context import Context
from xdsl.dialects import func, gpu
from xdsl.dialects.builtin import ModuleOp, StringAttr, UnitAttr
from xdsl.ir import Block, Operation, Region
from xdsl.passes import ModulePass

from tir.dialects import kernel
from tir.dialects.rt_products import PRODUCTS
from tir.graph.emit import source_location
from tir.lowering.kernels_to_gpu.launch import launch
from tir.lowering.kernels_to_gpu.outline import Kernel, split_region
from tir.support.errors import UnsupportedError

GPU_MODULE = "kernels"


@dataclass(frozen=True)
class KernelsToGpuPass(ModulePass):
    """Outlines the elementwise operations of each `kernel.region` into `gpu.func`s, and launches them.

    Before:

        kernel.region(%a = %x : memref<?xf64, strided<[?], offset: ?>>, %o = %y : memref<?xf64>) {
          linalg.generic {...} ins(%a) outs(%o) {...}
        }

    After (in xDSL's generic syntax, here abridged):

        gpu.module @kernels {
          gpu.func @kernel_0(%a: memref<...>, %o: memref<?xf64>) kernel {
            %first = ...  // block_id * block_dim + thread_id
            scf.for %i = %first to %total step %threads { load, compute, store }
            gpu.return
          }
        }
        ...
        %blocks = ...  // ceil(total / 256), at least 1 and at most 65535
        gpu.launch_func @kernels::@kernel_0 blocks in (%blocks, 1, 1) threads in (256, 1, 1) args(%x, %y)

    The iteration space is linear in row-major order, and consecutive threads take consecutive elements. Where all
    operands are contiguous (found out at run time) there is one index; otherwise it is taken apart by divisions.

    If all operands are contiguous by their types and the largest element has less than 8 bytes, a thread takes as many
    neighbours at a time as 8 bytes hold, which it loads and stores by one instruction each (here for f32):

            %whole = ...  // total / 2
            scf.for %i = %first to %whole step %threads { load two, compute two, store two, at 2 * %i and 2 * %i + 1 }
            scf.for %i = %rest to %total step %threads { load, compute, store }

    and the host launches as many threads less. The address of each buffer, which has the attribute `llvm.align`, is a
    multiple of 8 then: who calls `@main` sees to that.

    Invariants: no `kernel.region` remains; the buffers of a kernel do not overlap those it writes. Reductions,
    scatters and library calls raise `UnsupportedError`. Linear.
    """

    name = "kernels-to-gpu"

    def apply(self, ctx: Context, op: ModuleOp) -> None:
        kernels: list[Kernel] = []
        for function in op.body.block.ops:
            if isinstance(function, func.FuncOp) and not function.is_declaration:
                for inner in list(function.body.block.ops):
                    if isinstance(inner, kernel.RegionOp):
                        _lower_region(inner, kernels)
                    elif isinstance(inner, PRODUCTS):
                        raise UnsupportedError(_message(inner, "library calls"))
        if kernels:
            op.attributes["gpu.container_module"] = UnitAttr()
            module = gpu.ModuleOp(
                StringAttr(GPU_MODULE),  # pyright: ignore[reportArgumentType]
                Region(Block([k.function for k in kernels])),
            )
            first = op.body.block.first_op
            assert first is not None
            op.body.block.insert_op_before(module, first)


def _lower_region(region: kernel.RegionOp, kernels: list[Kernel]) -> None:
    block = region.parent
    assert block is not None
    for structured in split_region(region, _message):
        made = structured.outline(f"kernel_{len(kernels)}")
        kernels.append(made)
        block.insert_ops_before(launch(made, GPU_MODULE), region)
    block.erase_op(region)


def _message(op: Operation, what: str) -> str:
    location = source_location(op.location)
    where = "" if location is None else f", for {location}"
    return f"{what} do not run on the GPU yet ({op.name}{where}): the GPU back end is elementwise"
