"""The pass `mark-cold-functions`: code that runs once a call is compiled fast instead of well."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from xdsl.context import Context
from xdsl.dialects import llvm
from xdsl.dialects.builtin import ArrayAttr, ModuleOp, StringAttr
from xdsl.ir import Attribute, Operation
from xdsl.passes import ModulePass

from tir.support.reachability import reachable

_NO_INSTRUCTIONS = frozenset(
    f"llvm.mlir.{name}" for name in ("constant", "zero", "undef", "addressof")
)

_INLINED = StringAttr("alwaysinline")
_NOT_OPTIMIZED = (StringAttr("optnone"), StringAttr("noinline"))


@dataclass(frozen=True)
class MarkColdFunctionsPass(ModulePass):
    """Keeps LLVM's optimizer from functions without loops, such as `@main` around many kernels.

        llvm.func @main(...) -> i32 attributes {passthrough = ["nounwind"]} {
          ...  // 400 operations, no branch back
        }

    becomes

        llvm.func @main(...) -> i32 attributes {passthrough = ["nounwind", "optnone", "noinline"]} { ... }

    Such code takes most of LLVM's time in a program of many kernels, and a few nanoseconds of a call. In a small module
    short functions stay as they are: what a call costs shows where it does little.

    Invariants: a function with a loop, one that is called from such a function, and one that is to be inlined are not
    marked. What the program computes stays the same.
    """

    name = "mark-cold-functions"

    limit: int = 100
    """Functions with more instructions than that are marked."""
    large_module: int = 300
    """In a module with more instructions than that, the short ones are marked, too."""

    def apply(self, ctx: Context, op: ModuleOp) -> None:
        functions = {
            f.sym_name.data: f
            for f in op.body.block.ops
            if isinstance(f, llvm.FuncOp) and f.body.blocks
        }
        lengths = {name: _length(function) for name, function in functions.items()}
        limit = 0 if sum(lengths.values()) > self.large_module else self.limit
        hot = _hot_functions(functions)
        for name, function in functions.items():
            known = _passthrough(function)
            if name in hot or _INLINED in known or lengths[name] <= limit:
                continue
            function.attributes.pop("passthrough", None)
            added = [word for word in _NOT_OPTIMIZED if word not in known]
            function.properties["passthrough"] = ArrayAttr([*known, *added])


def is_cold(module: ModuleOp) -> bool:
    """Whether all functions of a module are marked, or inlined into others."""
    return all(
        _INLINED in _passthrough(op) or _NOT_OPTIMIZED[0] in _passthrough(op)
        for op in module.body.block.ops
        if isinstance(op, llvm.FuncOp) and op.body.blocks
    )


def _hot_functions(functions: dict[str, llvm.FuncOp]) -> set[str]:
    """The names of those that may run more than a few times a call.

    A function whose address is taken is the task of a parallel loop: threads call it for a few ranges each.
    """
    callees: dict[str, set[str]] = {}
    hot: list[str] = []
    for name, function in functions.items():
        callees[name] = {
            op.callee.root_reference.data
            for op in _operations(function)
            if isinstance(op, llvm.CallOp) and op.callee is not None
        }
        if _has_loop(function):
            hot.append(name)
    return reachable(hot, callees)


def _has_loop(function: llvm.FuncOp) -> bool:
    numbers = {block: number for number, block in enumerate(function.body.blocks)}
    return any(
        numbers[successor] <= number
        for block, number in numbers.items()
        if block.last_op is not None
        for successor in block.last_op.successors
    )


def _operations(function: llvm.FuncOp) -> Iterator[Operation]:
    for block in function.body.blocks:
        yield from block.ops


def _length(function: llvm.FuncOp) -> int:
    return sum(op.name not in _NO_INSTRUCTIONS for op in _operations(function))


def _passthrough(function: llvm.FuncOp) -> tuple[Attribute, ...]:
    # The custom syntax of llvm.func reads properties back as discardable attributes.
    given = {**function.attributes, **function.properties}.get("passthrough")
    return tuple(given.data) if isinstance(given, ArrayAttr) else ()
