"""Functions with loops leave a module for modules of their own, which LLVM can compile side by side."""

from __future__ import annotations

import heapq
from collections.abc import Iterable
from dataclasses import dataclass

from xdsl.dialects import func, memref, scf
from xdsl.dialects.builtin import ModuleOp, StringAttr, UnitAttr
from xdsl.ir import Operation

from tir.dialects import rt
from tir.lowering.to_llvm.status import MAIN, MAY_FAIL, find_failing

_OPERATIONS_OF_A_MODULE = 250
"""About so many operations go into one: LLVM compiles them in some 30 ms, and needs 3 for the module itself."""

_LOOPS = (scf.ForOp, scf.WhileOp)
_BOUND = (rt.AssertOp, memref.GetGlobalOp)
"""What refers to the failures and the constants of the module."""


def divide_module(module: ModuleOp) -> list[ModuleOp]:
    """The modules that functions with loops, and what these call, have moved to; the largest one first.

    Before:

        func.func private @kernel_0_range_0(%x: memref<?xf64>) { scf.for ... }
        func.func @main(%x: memref<?xf64>) { ... func.call @kernel_0_range_0(%x) ... }

    After, two modules:

        func.func nested @kernel_0_range_0(%x: memref<?xf64>) { scf.for ... }

        func.func private @kernel_0_range_0(memref<?xf64>)
        func.func @main(%x: memref<?xf64>) { ... func.call @kernel_0_range_0(%x) ... }

    What stays runs a few times a call, and is worth little of LLVM's time. Functions that call each other stay together, so
    that no module calls another but the one that remains. A declaration says whether the function may fail
    (`tir.may_fail`). The division depends on the program only, not on the number of threads.
    """
    functions = {
        op.sym_name.data: op
        for op in module.body.block.ops
        if isinstance(op, func.FuncOp) and op.body.blocks
    }
    contents = {name: _Contents.of(function) for name, function in functions.items()}
    callees = {name: found.callees & functions.keys() for name, found in contents.items()}
    hot = _with_callees((n for n, found in contents.items() if found.has_any(_LOOPS)), callees)
    groups = [
        group
        for group in _connected(hot, callees)
        if MAIN not in group and not any(contents[name].has_any(_BOUND) for name in group)
    ]
    may_fail = find_failing(functions.values()).names
    return [
        _move([functions[name] for name in names], may_fail, module)
        for names in _balanced(groups, contents)
    ]


@dataclass(frozen=True)
class _Contents:
    """What is in a function."""

    kinds: set[type[Operation]]
    callees: set[str]
    size: int

    @classmethod
    def of(cls, function: func.FuncOp) -> _Contents:
        """All of it, seen once."""
        operations = list(function.walk())
        callees = {
            op.callee.root_reference.data
            for op in operations
            if type(op) is func.CallOp or type(op) is rt.ParallelCallOp
        }
        return cls({type(op) for op in operations}, callees, len(operations))

    def has_any(self, kinds: tuple[type[Operation], ...]) -> bool:
        """Whether there is an operation of one of these kinds."""
        return not self.kinds.isdisjoint(kinds)


def _with_callees(names: Iterable[str], callees: dict[str, set[str]]) -> list[str]:
    """Functions, and those that they call, each once."""
    found: dict[str, None] = {}
    todo = list(names)
    while todo:
        name = todo.pop()
        if name not in found:
            found[name] = None
            todo += sorted(callees[name])
    return list(found)


def _connected(names: list[str], callees: dict[str, set[str]]) -> list[list[str]]:
    """Groups of functions that call each other."""
    group_of = {name: [name] for name in names}
    for name in names:
        for callee in callees[name]:
            mine, other = group_of[name], group_of[callee]
            if mine is not other:
                mine += other
                group_of.update(dict.fromkeys(other, mine))
    return list({id(group): group for group in group_of.values()}.values())


def _balanced(groups: list[list[str]], contents: dict[str, _Contents]) -> list[list[str]]:
    """Groups put together to parts of about the same size, the largest part first."""
    order = {name: number for number, name in enumerate(contents)}
    groups = sorted(
        (sorted(group, key=order.__getitem__) for group in groups), key=lambda g: order[g[0]]
    )
    sizes = [sum(contents[name].size for name in group) for group in groups]
    parts: list[list[str]] = [[] for _ in range(-(-sum(sizes) // _OPERATIONS_OF_A_MODULE))]
    loads = [(0, number) for number in range(len(parts))]
    for number in sorted(range(len(groups)), key=lambda n: -sizes[n]):
        load, least = loads[0]
        parts[least] += groups[number]
        heapq.heapreplace(loads, (load + sizes[number], least))
    return [parts[n] for _, n in sorted(loads, key=lambda load: (-load[0], load[1])) if parts[n]]


def _move(functions: list[func.FuncOp], may_fail: set[str], module: ModuleOp) -> ModuleOp:
    """A module of some functions, which the old module declares."""
    new = ModuleOp([])
    for function in functions:
        name = function.sym_name.data
        declaration = func.FuncOp.external(
            name, list(function.function_type.inputs), list(function.function_type.outputs)
        )
        if name in may_fail:
            declaration.attributes[MAY_FAIL] = UnitAttr()
        declaration.location = function.location
        module.body.block.insert_op_before(declaration, function)
        function.detach()
        function.sym_visibility = StringAttr("nested")
        new.body.block.add_op(function)
    return new
