"""The pass `convert-to-llvm`: loops and host code to the llvm dialect."""

from __future__ import annotations

from dataclasses import dataclass

from xdsl.context import Context
from xdsl.dialects import func, memref
from xdsl.dialects.builtin import ModuleOp
from xdsl.passes import ModulePass

from tir.lowering.to_llvm import (
    arith_handlers,
    control_handlers,
    func_handlers,
    global_handlers,
    memref_handlers,
    parallel_handlers,
    rt_handlers,
    rt_memory_handlers,
)
from tir.lowering.to_llvm.module import ModuleEmitter

_HANDLERS = {
    **arith_handlers.HANDLERS,
    **memref_handlers.HANDLERS,
    **global_handlers.HANDLERS,
    **control_handlers.HANDLERS,
    **func_handlers.HANDLERS,
    **rt_handlers.HANDLERS,
    **parallel_handlers.HANDLERS,
    **rt_memory_handlers.HANDLERS,
}


@dataclass(frozen=True)
class ConvertToLLVMPass(ModulePass):
    """Converts func, scf, cf, arith, math, memref and rt to the llvm dialect, in one walk.

    One pass and not one per dialect, because a memref has no counterpart in the IR: the converter knows
    it as a pointer, sizes and strides, so that no struct is ever built.

        func.func private @kernel_0(%x: memref<?xf64> {llvm.noalias}) {
          ...
          %v = memref.load %x[%i] : memref<?xf64>

        llvm.func internal @kernel_0(%0: !llvm.ptr {llvm.noalias, llvm.nocapture}, %1: i64) {
          ...
          %5 = llvm.getelementptr inbounds %0[%4] : (!llvm.ptr, i64) -> !llvm.ptr, f64
          %6 = llvm.load %5 {alignment = 8 : i64} : !llvm.ptr -> f64

    A memref parameter becomes a pointer to its first element, an i64 per dynamic size and, where its
    layout is explicit, an i64 per dynamic stride (in elements). A function that may fail (an `rt.assert`, an
    allocation, a library call, or a call of such a function) returns an i32: 0, or the number of the
    failure in the module's `tir.failures`, or -2 where memory ran out. `@main` always does, takes
    one more pointer, to the array of outputs, and returns -1 with a Python exception set instead of
    -2. Behind the outputs that array has, for each that replaces a shared value, the old array and its cell.
    Whatever `memref.alloc` returned and nobody freed is freed when the function is left, as is an arena.

    Invariants: memrefs come from parameters and memref or rt operations, never from block arguments or
    results; math operations are those that LLVM has an instruction sequence for.
    """

    name = "convert-to-llvm"

    def apply(self, ctx: Context, op: ModuleOp) -> None:
        emitter = ModuleEmitter(op, _HANDLERS, control_handlers.STRUCTURED_TERMINATORS)
        operations = list(op.body.block.ops)
        functions = [item for item in operations if isinstance(item, func.FuncOp)]
        emitter.functions.update((item.sym_name.data, item) for item in functions)
        func_handlers.find_status_functions(emitter, functions)
        for item in operations:
            if isinstance(item, func.FuncOp):
                func_handlers.convert_function(emitter, item)
            elif isinstance(item, memref.GlobalOp):
                emitter.block.add_op(global_handlers.convert_global(item))
            else:
                item.detach()
                emitter.block.add_op(item)
        emitter.finish()
