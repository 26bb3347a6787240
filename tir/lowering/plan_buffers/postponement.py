"""Regions that could write an output over an input, but stand before others that read it."""

from __future__ import annotations

from xdsl.dialects import func

from tir.dialects import rt
from tir.lowering.bufferize.accesses import Accesses
from tir.lowering.plan_buffers.donation import mutable_inputs, outputs_of, writer_in_place
from tir.lowering.plan_buffers.lifetimes import Lifetimes


def wait_for_readers(function: func.FuncOp, lifetimes: Lifetimes) -> bool:
    """Let a region that could write an output over a mutable input run after the last one that reads the input.

    The result is whether a region has moved.

    Before:

        func.func @main(%x: memref<?xf64> {tir.mutable}) {
          kernel.region(%i = %x : memref<?xf64>, %o = %y : memref<?xf64>) {elementwise}
          kernel.region(%i = %x : memref<?xf64>, %o = %s : memref<f64>) {sum}

    After:

          kernel.region(%i = %x : memref<?xf64>, %o = %s : memref<f64>) {sum}
          kernel.region(%i = %x : memref<?xf64>, %o = %y : memref<?xf64>) {elementwise}

    Of several such regions only the last one moves, which is enough: an input is overwritten once. None moves among those
    that update shared variables in place, for they run with the GIL held.
    """
    inputs = mutable_inputs(function, lifetimes)
    if not inputs:
        return False
    block = function.body.block
    operations = list(block.ops)
    ends = (i for i, op in enumerate(operations) if isinstance(op, _ENDS))
    end = next(ends, len(operations))
    accesses = Accesses(block)
    outputs = outputs_of(function, lifetimes)
    moved = False
    for given in inputs:
        writers = (writer_in_place(given, output, lifetimes) for output in outputs)
        order = lifetimes.order
        last = max((w for w in writers if w is not None), key=order.__getitem__, default=None)
        if last is not None and order[last] < given.last < end and accesses.may_move(last):
            last.detach()
            block.insert_op_after(last, operations[given.last])
            moved = True
    return moved


_ENDS = (rt.AcquireGilOp, rt.TakeSharedOp)
