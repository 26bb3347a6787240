"""The pass `plan-buffers`: temporaries share memory, and a call asks for it once."""

from __future__ import annotations

from dataclasses import dataclass

from xdsl.context import Context
from xdsl.dialects import func
from xdsl.dialects.builtin import ModuleOp
from xdsl.passes import ModulePass

from tir.lowering.plan_buffers.arena import make_arenas
from tir.lowering.plan_buffers.donation import take_inputs
from tir.lowering.plan_buffers.in_place import reuse_in_place
from tir.lowering.plan_buffers.lifetimes import Lifetimes, forget_frees, use_known_sizes
from tir.lowering.plan_buffers.postponement import wait_for_readers
from tir.lowering.plan_buffers.sharing import share_buffers


@dataclass(frozen=True)
class PlanBuffersPass(ModulePass):
    """Gives all temporaries of a function places in one block of memory, and as few places as it can.

    Before:

        %a = memref.alloc(%n) : memref<?xf64>
        kernel.region(%x, %a) {...}
        %b = memref.alloc(%n) : memref<?xf64>
        kernel.region(%i = %a, %o = %b) {elementwise}
        memref.dealloc %a
        %c = memref.alloc(%m) : memref<?xf64>
        rt.gemv %w, %b, %c
        memref.dealloc %b
        kernel.region(%c, %out) {...}
        memref.dealloc %c

    After:

        %a, %c = rt.alloc_arena(%n, %m) : memref<?xf64>, memref<?xf64>
        kernel.region(%x, %a) {...}
        kernel.region(%o = %a) {elementwise}
        rt.gemv %w, %a, %c
        kernel.region(%c, %out) {...}

    In this order: an elementwise region that could write an output over an input that may be overwritten, but for others
    that read this later, waits for them (`postponement.py`); an elementwise region writes over an operand that nobody reads afterwards, if that has the type and the
    sizes of its result (a temporary that becomes an output in this way lives in the output from the start); temporaries of
    one type and the same sizes share a place if they do not live at the same time; an output, or a temporary, takes the
    memory of an input that may be overwritten (`donation.py`); small temporaries of known size go on the stack; the
    others lie side by side in an arena, which is allocated where the first of them is. One whose size is not known there
    starts another arena.

    Invariants: sizes are the same if they are the same values; no buffer is allocated before the checks of its sizes; the
    arena is given back when the function is left. Linear, but for the sorting of lifetimes.
    """

    name = "plan-buffers"

    def apply(self, ctx: Context, op: ModuleOp) -> None:
        for function in op.body.block.ops:
            if isinstance(function, func.FuncOp) and not function.is_declaration:
                block = function.body.block
                use_known_sizes(block)
                forget_frees(block)
                lifetimes = Lifetimes(block)
                if wait_for_readers(function, lifetimes):
                    lifetimes = Lifetimes(block)
                reuse_in_place(block, lifetimes)
                share_buffers(lifetimes)
                take_inputs(function, lifetimes)
                make_arenas(block)
