"""Which functions may fail, and so return a status."""

from __future__ import annotations

from collections.abc import Iterable

from xdsl.dialects import func, memref

from tir.dialects import rt
from tir.dialects.rt_products import PRODUCTS

MAIN = "main"

MAY_FAIL = "tir.may_fail"
"""An attribute of a function that is declared only: it returns a status, perhaps that memory ran out."""

_RUN_OUT_OF_MEMORY = (*PRODUCTS, rt.AllocArenaOp, rt.TakeInputOp, memref.AllocOp)
_FAIL = (*_RUN_OUT_OF_MEMORY, rt.AssertOp, rt.AllocOutputOp, rt.TakeSharedOp)


def functions_that_may_fail(functions: Iterable[func.FuncOp]) -> set[str]:
    """The names of those that may fail or call such, and `@main`."""
    callers: dict[str, list[str]] = {}
    pending: list[str] = []
    for function in functions:
        name = function.sym_name.data
        fails = name == MAIN or MAY_FAIL in function.attributes
        for op in function.walk():
            # `isinstance` calls a Python function for each class: those of operations may be abstract.
            if type(op) in _FAIL:
                fails = True
            elif type(op) is func.CallOp or type(op) is rt.ParallelCallOp:
                callers.setdefault(op.callee.root_reference.data, []).append(name)
        if fails:
            pending.append(name)
    found: set[str] = set()
    while pending:
        name = pending.pop()
        if name not in found:
            found.add(name)
            pending.extend(callers.get(name, ()))
    return found


def may_run_out_of_memory(functions: Iterable[func.FuncOp]) -> bool:
    """Whether any of them allocates memory other than that of outputs."""
    return any(
        MAY_FAIL in function.attributes
        or any(type(op) in _RUN_OUT_OF_MEMORY for op in function.walk())
        for function in functions
    )
