"""Which functions may fail, and so return a status."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from xdsl.dialects import func, memref

from tir.dialects import rt
from tir.dialects.rt_products import PRODUCTS
from tir.support.reachability import reachable

MAIN = "main"

MAY_FAIL = "tir.may_fail"
"""An attribute of a function that is declared only: it returns a status, perhaps that memory ran out."""

_RUN_OUT_OF_MEMORY = (*PRODUCTS, rt.AllocArenaOp, rt.TakeInputOp, memref.AllocOp)
_FAIL = (*_RUN_OUT_OF_MEMORY, rt.AssertOp, rt.AllocOutputOp, rt.TakeSharedOp)


@dataclass(frozen=True)
class Failing:
    """Which functions may fail or call such, `@main` among them, and whether memory other than that of outputs may run out."""

    names: set[str]
    runs_out_of_memory: bool


def find_failing(functions: Iterable[func.FuncOp]) -> Failing:
    """What may fail among the functions of a module."""
    runs_out_of_memory = False
    callers: dict[str, list[str]] = {}
    failing: list[str] = []
    for function in functions:
        name = function.sym_name.data
        declared = MAY_FAIL in function.attributes
        fails = name == MAIN or declared
        runs_out_of_memory |= declared
        for op in function.walk():
            # `isinstance` calls a Python function for each class: those of operations may be abstract.
            if type(op) in _FAIL:
                fails = True
                runs_out_of_memory |= type(op) in _RUN_OUT_OF_MEMORY
            elif type(op) is func.CallOp or type(op) is rt.ParallelCallOp:
                callers.setdefault(op.callee.root_reference.data, []).append(name)
        if fails:
            failing.append(name)
    return Failing(reachable(failing, callers), runs_out_of_memory)
