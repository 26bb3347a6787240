"""The pass `bufferize`: tensors become memory."""

from __future__ import annotations

from dataclasses import dataclass

from xdsl.context import Context
from xdsl.dialects import func
from xdsl.dialects.builtin import ModuleOp
from xdsl.passes import ModulePass

from tir.lowering.bufferize.function import FunctionBufferizer
from tir.lowering.bufferize.placement import place_memory_operations
from tir.lowering.bufferize.updates import update_in_place


@dataclass(frozen=True)
class BufferizePass(ModulePass):
    """Gives every tensor a buffer: an argument, an output array, a view, or a temporary.

    Before:

        func.func @main(%x: tensor<?xf64>) -> tensor<?xf64> {
          %y = kernel.region(%a = %x : tensor<?xf64>, %d = %n : index) -> (tensor<?xf64>) {...}
          func.return %y

    After:

        func.func @main(%x: memref<?xf64, strided<[?], offset: ?>>) {
          %y = rt.alloc_output(%n) {index = 0, dtype = "float64"} : memref<?xf64>
          kernel.region(%a = %x : memref<...>, %o = %y : memref<?xf64>) {...}
          func.return

    Invariants: results are written where they will live, never copied there, unless a result is an argument, a view
    or returned twice; outputs are allocated as early as their sizes are known; a temporary is freed after its last
    use; arguments are never written to, except that an update may go into the memory of the shared value that it
    replaces, after everything else (`updates.py`). Linear.
    """

    name = "bufferize"

    def apply(self, ctx: Context, op: ModuleOp) -> None:
        for function in list(op.body.block.ops):
            if isinstance(function, func.FuncOp) and not function.is_declaration:
                FunctionBufferizer(op, function).run()
                update_in_place(function)
                place_memory_operations(function.body.block)
