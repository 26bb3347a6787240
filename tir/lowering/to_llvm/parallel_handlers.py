"""rt.parallel_call to the llvm dialect: a direct call where one range is enough, else a call of the run time."""

from __future__ import annotations

from collections.abc import Sequence

from xdsl.dialects import llvm
from xdsl.dialects.builtin import SymbolRefAttr, i32, i64
from xdsl.ir import Attribute, Block, Operation, SSAValue

from tir.dialects import rt

from .builder import LLVMBuilder
from .descriptor import POINTER
from .emitter import FunctionEmitter, Handler
from .module import ModuleEmitter

PARALLEL_FOR = "tir_parallel_for"
"""`i32 (i32 (ptr context, i64 begin, i64 end), ptr context, i64 count, i64 grain)`, of the run time."""

_SLOT_SIZE = 8


def _place(builder: LLVMBuilder, context: SSAValue, position: int) -> SSAValue:
    """Where a captured value is in the context: each takes eight bytes."""
    return builder.offset_pointer(context, position, i64)


def _declare_task(module: ModuleEmitter, callee: str, types: Sequence[Attribute]) -> str:
    """`i32 task(context, begin, end)`: calls a function with the values in the context, and returns its status."""
    name = f"{callee}.task"
    emitter = module.helper(name, [POINTER, i64, i64], i32)
    if emitter is None:
        return name
    context, begin, end = emitter.prologue.args
    captured = [
        emitter.load(_place(emitter, context, position), type_)
        for position, type_ in enumerate(types)
    ]
    status = _call_range(emitter, callee, [*captured, begin, end])
    emitter.add(llvm.ReturnOp.create(operands=[status]))
    emitter.finish()
    return name


def _call_range(emitter: FunctionEmitter, callee: str, arguments: Sequence[SSAValue]) -> SSAValue:
    """A call of a function for one range; its status, 0 if it cannot fail."""
    if callee in emitter.module.status_functions:
        return emitter.call_value(callee, arguments, i32)
    emitter.call(callee, arguments)
    return emitter.integer(0, i32)


def _parallel_call(emitter: FunctionEmitter, op: rt.ParallelCallOp) -> None:
    module = emitter.module
    callee = op.callee.root_reference.data
    count, grain = emitter.scalars((op.count, op.grain))
    captured = [part for value in op.captured for part in emitter.exploded(value)]
    once, shared, done = Block(), Block(), Block(arg_types=[i32])
    # Unsigned, so that one comparison also sends a count of 0 the other way, where nothing runs.
    below = emitter.emit(llvm.SubOp, (count, emitter.integer(1)), i64)
    emitter.cond_branch(emitter.compare("ult", below, grain), once, shared)

    emitter.begin(once)
    status = _call_range(emitter, callee, [*captured, emitter.integer(0), count])
    emitter.branch(done, [status])

    emitter.begin(shared)
    context = emitter.stack_slot(max(len(captured), 1), i64, _SLOT_SIZE)
    for position, value in enumerate(captured):
        emitter.store(value, _place(emitter, context, position))
    task = _declare_task(module, callee, [value.type for value in captured])
    module.declare(PARALLEL_FOR, [POINTER, POINTER, i64, i64], i32)
    address = emitter.emit(llvm.AddressOfOp, (), POINTER, {"global_name": SymbolRefAttr(task)})
    status = emitter.call_value(PARALLEL_FOR, [address, context, count, grain], i32)
    emitter.branch(done, [status])

    emitter.begin(done)
    if callee in module.status_functions:
        status = done.args[0]
        emitter.check(emitter.compare("eq", status, emitter.integer(0, i32)), status)


HANDLERS: dict[type[Operation], Handler] = {rt.ParallelCallOp: _parallel_call}
