"""What LLVM's back ends can take, checked before they see it: they abort the process instead of raising."""

from __future__ import annotations

from xdsl.dialects import llvm
from xdsl.dialects.builtin import ModuleOp, f32, f64, i1, i8, i16, i32, i64
from xdsl.ir import Attribute, Operation

from tir.support.errors import UnsupportedError

from .llvm_instructions import ROWS
from .nvvm_instructions import NVVM_ROWS

_NVPTX_INSTRUCTIONS = (
    *("add", "sub", "mul", "udiv", "sdiv", "urem", "srem", "and", "or", "xor"),
    *("shl", "lshr", "ashr", "icmp", "fcmp", "select", "freeze"),
    *("fneg", "fadd", "fsub", "fmul", "fdiv"),
    *("trunc", "zext", "sext", "fptrunc", "fpext", "bitcast"),
    *("fptosi", "fptoui", "sitofp", "uitofp"),
    *("getelementptr", "load", "store", "alloca", "br", "cond_br", "return", "call"),
    *("mlir.constant", "mlir.zero", "mlir.undef"),
)
_NVPTX_INTRINSICS = (
    *("fabs", "ceil", "floor", "sqrt", "trunc", "roundeven", "copysign", "fma"),
    *("maximum", "minimum", "maxnum", "minnum"),
    *("abs", "smax", "smin", "umax", "umin", "ctpop", "ctlz", "cttz"),
)

LEGAL: dict[str, frozenset[str]] = {
    "cpu": frozenset(ROWS) - frozenset(NVVM_ROWS),
    # No library functions, and no frem: its code there is inexact.
    "nvptx": frozenset(
        [f"llvm.{name}" for name in _NVPTX_INSTRUCTIONS]
        + [f"llvm.intr.{name}" for name in _NVPTX_INTRINSICS]
    )
    | frozenset(NVVM_ROWS),
}
"""Target -> the operations that are known to have code there."""

_NVPTX_TYPES = frozenset([i1, i8, i16, i32, i64, f32, f64, llvm.LLVMPointerType()])


def check_legal(module: ModuleOp, target: str) -> None:
    """Raises UnsupportedError, with the operation's name, for the first that `target` cannot compile."""
    legal = LEGAL.get(target)
    if legal is None:
        raise UnsupportedError(f"unknown target {target!r}: expected one of {', '.join(LEGAL)}")
    types = _NVPTX_TYPES if target == "nvptx" else None
    functions = [op for op in module.body.block.ops if isinstance(op, llvm.FuncOp)]
    for function in functions:
        for block in function.body.blocks:
            for op in block.ops:
                if op.name not in ROWS:
                    raise UnsupportedError(f"{_describe(op, function)} has no LLVM assembly")
                if op.name not in legal:
                    raise UnsupportedError(
                        f"{_describe(op, function)} has no code on {target}: expand it first"
                    )
                if op.regions:
                    raise UnsupportedError(f"{_describe(op, function)} has a region")
                if types is not None:
                    _check_types(op, function, types, target)
    if target == "nvptx":
        _check_closed(module, functions)


def _check_types(
    op: Operation, function: llvm.FuncOp, types: frozenset[Attribute], target: str
) -> None:
    for value in (*op.operands, *op.results):
        if value.type not in types:
            raise UnsupportedError(
                f"{_describe(op, function)} on {value.type} has no code on {target}"
            )


def _check_closed(module: ModuleOp, functions: list[llvm.FuncOp]) -> None:
    """Device code is linked with nothing: all that it refers to must be there."""
    defined = {f.sym_name.data for f in functions if f.body.blocks}
    for op in module.body.block.ops:
        if isinstance(op, llvm.GlobalOp):
            raise UnsupportedError(f"the global @{op.sym_name.data} has no code on nvptx")
    for function in functions:
        for op in function.walk():
            if isinstance(op, llvm.CallOp):
                name = None if op.callee is None else op.callee.root_reference.data
                if name not in defined:
                    raise UnsupportedError(
                        f"{_describe(op, function)} calls {name or 'a pointer'}, which device code lacks"
                    )


def _describe(op: Operation, function: llvm.FuncOp) -> str:
    return f"{op.name} in @{function.sym_name.data}"
