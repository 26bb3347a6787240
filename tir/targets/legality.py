"""What LLVM's back ends can take, checked before they see it: they abort the process instead of raising."""

from __future__ import annotations

from xdsl.dialects import llvm
from xdsl.dialects.builtin import ModuleOp
from xdsl.ir import Operation

from tir.support.errors import UnsupportedError

from .llvm_instructions import ROWS

_LIBRARY_CALLS = frozenset(
    f"llvm.intr.{name}" for name in ("exp", "exp2", "log", "log2", "sin", "cos", "pow")
)

ILLEGAL: dict[str, frozenset[str]] = {
    "cpu": frozenset(),
    "nvptx": _LIBRARY_CALLS | {"llvm.frem"},
}
"""Target -> the operations that have an assembly form but no code there."""


def check_legal(module: ModuleOp, target: str) -> None:
    """Raises UnsupportedError, with the operation's name, for the first that `target` cannot compile."""
    illegal = ILLEGAL.get(target)
    if illegal is None:
        raise UnsupportedError(f"unknown target {target!r}: expected one of {', '.join(ILLEGAL)}")
    for function in module.body.block.ops:
        if not isinstance(function, llvm.FuncOp):
            continue
        for block in function.body.blocks:
            for op in block.ops:
                if op.name not in ROWS:
                    raise UnsupportedError(f"{_describe(op, function)} has no LLVM assembly")
                if op.name in illegal:
                    raise UnsupportedError(
                        f"{_describe(op, function)} has no code on {target}: expand it first"
                    )
                if op.regions:
                    raise UnsupportedError(f"{_describe(op, function)} has a region")


def _describe(op: Operation, function: llvm.FuncOp) -> str:
    return f"{op.name} in @{function.sym_name.data}"
