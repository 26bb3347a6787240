"""The pass `mark-cold-functions`: long code that runs once a call is compiled fast instead of well."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from xdsl.context import Context
from xdsl.dialects import llvm
from xdsl.dialects.builtin import ArrayAttr, ModuleOp, StringAttr
from xdsl.ir import Attribute, Operation
from xdsl.passes import ModulePass

_NO_INSTRUCTIONS = frozenset(
    f"llvm.mlir.{name}" for name in ("constant", "zero", "undef", "addressof")
)

_INLINED = StringAttr("alwaysinline")
_NOT_OPTIMIZED = (StringAttr("optnone"), StringAttr("noinline"))


@dataclass(frozen=True)
class MarkColdFunctionsPass(ModulePass):
    """Keeps LLVM's optimizer from long functions without loops, such as `@main` around many kernels.

        llvm.func @main(...) -> i32 attributes {passthrough = ["nounwind"]} {
          ...  // 400 operations, no branch back
        }

    becomes

        llvm.func @main(...) -> i32 attributes {passthrough = ["nounwind", "optnone", "noinline"]} { ... }

    Such code takes most of LLVM's time in a program of many kernels, and a few nanoseconds of a call. Short functions
    stay as they are: a call that does little has a short `@main`.

    Invariants: a function with a loop, one that is called from such a function or whose address is taken, and one that
    is to be inlined are not marked. What the program computes stays the same.
    """

    name = "mark-cold-functions"

    limit: int = 100
    """Functions with more instructions than that are marked."""

    def apply(self, ctx: Context, op: ModuleOp) -> None:
        functions = {
            f.sym_name.data: f
            for f in op.body.block.ops
            if isinstance(f, llvm.FuncOp) and f.body.blocks
        }
        hot = _hot_functions(functions)
        for name, function in functions.items():
            known = _passthrough(function)
            if name in hot or _INLINED in known or _length(function) <= self.limit:
                continue
            function.attributes.pop("passthrough", None)
            added = [word for word in _NOT_OPTIMIZED if word not in known]
            function.properties["passthrough"] = ArrayAttr([*known, *added])


def _hot_functions(functions: dict[str, llvm.FuncOp]) -> set[str]:
    """The names of those that may run more than a few times a call."""
    callees: dict[str, set[str]] = {}
    hot: list[str] = []
    for name, function in functions.items():
        called = callees[name] = set()
        for op in _operations(function):
            if isinstance(op, llvm.CallOp) and op.callee is not None:
                called.add(op.callee.root_reference.data)
            elif isinstance(op, llvm.AddressOfOp):
                hot.append(op.global_name.root_reference.data)
        if _has_loop(function):
            hot.append(name)
    found: set[str] = set()
    while hot:
        name = hot.pop()
        if name not in found:
            found.add(name)
            hot.extend(callees.get(name, ()))
    return found


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
