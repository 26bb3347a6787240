"""Runs what the GPU would run on the CPU: a launch becomes loops over blocks and threads."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from xdsl.context import Context
from xdsl.dialects import arith, func, gpu, scf
from xdsl.dialects.builtin import IndexType, IntegerAttr, ModuleOp, StringAttr
from xdsl.ir import Block, Operation, SSAValue
from xdsl.passes import ModulePass

from tests.lowering.native_module import NativeModule
from tir.dialects import rt
from tir.graph.emit import emit, main_function
from tir.passes import pass_factory
from tir.pipelines import BUFFERS, GPU, KERNELS, LINALG, NVVM, new_context
from tir.transforms.dead_code import erase_dead_operations

INDEX = IndexType()
REGISTERS = (gpu.BlockIdOp, gpu.ThreadIdOp, gpu.GridDimOp, gpu.BlockDimOp)
TO_GPU = (*KERNELS.passes, *BUFFERS.passes, *GPU.passes)


@dataclass(frozen=True)
class EmulateGpuPass(ModulePass):
    """Makes a function of the CPU of each `gpu.func`, called once per thread, one after the other.

    The function's last four arguments are the number of the block, that of the thread, how many blocks there are and
    how many threads each has. `grid`, if given, is (blocks, threads), in place of what the host asks for.
    """

    name = "emulate-gpu"

    grid: tuple[int, int] | None = None

    def apply(self, ctx: Context, op: ModuleOp) -> None:
        for inner in list(op.walk()):
            if isinstance(inner, gpu.LaunchFuncOp):
                self._loop(inner)
        for module in list(op.body.block.ops):
            if isinstance(module, gpu.ModuleOp):
                for function in list(module.body.block.ops):
                    assert isinstance(function, gpu.FuncOp)
                    op.body.block.insert_op_before(_cpu_function(function), module)
                op.body.block.erase_op(module)

    def _loop(self, launch: gpu.LaunchFuncOp) -> None:
        block = launch.parent
        assert block is not None

        def constant(number: int) -> SSAValue:
            made = arith.ConstantOp(IntegerAttr(number, INDEX))
            block.insert_op_before(made, launch)
            return made.result

        sizes = (launch.gridSizeX, launch.blockSizeX)
        blocks, threads = sizes if self.grid is None else map(constant, self.grid)
        zero, one = constant(0), constant(1)
        outer, inner = Block(arg_types=[INDEX]), Block(arg_types=[INDEX])
        name = launch.kernel.nested_references.data[-1].data
        registers = [outer.args[0], inner.args[0], blocks, threads]
        inner.add_ops([func.CallOp(name, [*launch.kernelOperands, *registers], []), scf.YieldOp()])
        outer.add_ops([scf.ForOp(zero, threads, one, [], inner), scf.YieldOp()])
        block.insert_op_before(scf.ForOp(zero, blocks, one, [], outer), launch)
        block.erase_op(launch)


def _cpu_function(function: gpu.FuncOp) -> func.FuncOp:
    body = function.body
    function.detach_region(body)
    first = body.blocks[0]
    numbers = [first.insert_arg(INDEX, len(first.args)) for _ in REGISTERS]
    for op in list(body.walk()):
        if isinstance(op, REGISTERS):
            assert op.dimension.data is gpu.DimensionEnum.X
            op.result.replace_all_uses_with(numbers[REGISTERS.index(type(op))])
            _block_of(op).erase_op(op)
        elif isinstance(op, gpu.ReturnOp):
            _block_of(op).insert_op_before(func.ReturnOp(), op)
            _block_of(op).erase_op(op)
    types = [a.type for a in first.args]
    return func.FuncOp(function.sym_name.data, (types, []), body, visibility=StringAttr("private"))


def _block_of(op: Operation) -> Block:
    assert op.parent is not None
    return op.parent


def run_passes(module: ModuleOp, names: Sequence[str]) -> None:
    """Run passes, verifying after each."""
    context = new_context()
    for name in names:
        pass_factory(name)()().apply(context, module)
        module.verify()


def remove_checks(module: ModuleOp) -> None:
    """Erase the checks of a module at the linalg level, and what only they need: reductions among others."""
    block = main_function(module).body.block
    for op in list(block.ops):
        if isinstance(op, rt.AssertOp):
            block.erase_op(op)
    erase_dead_operations(block)


def gpu_module(inputs: Sequence[Any], outputs: Sequence[Any], checks: bool = True) -> ModuleOp:
    """The module of an expression, with its kernels as functions of the GPU."""
    module = emit(inputs, outputs)
    run_passes(module, LINALG.passes)
    if not checks:
        remove_checks(module)
    run_passes(module, TO_GPU)
    return module


def emulate(
    module: ModuleOp, arrays: Sequence[np.ndarray], outputs: int, grid: tuple[int, int] | None
) -> list[np.ndarray]:
    """The outputs of a module at the gpu level, for these inputs."""
    work = module.clone()
    EmulateGpuPass(grid).apply(new_context(), work)
    work.verify()
    run_passes(work, [name for name in NVVM.passes if name != "gpu-to-nvvm"])
    native = NativeModule(str(work), level=1)
    status, results = native.main(*map(np.asarray, arrays), outputs=outputs)
    assert status == 0
    return results
