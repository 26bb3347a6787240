"""Rows of the intrinsics: each is declared as it is met, at as many types as there are."""

from __future__ import annotations

from xdsl.dialects import llvm
from xdsl.dialects.builtin import IntegerAttr
from xdsl.ir import Operation

from tir.support.errors import UnsupportedError

from .llvm_types import type_suffix
from .llvm_writer import Row, Writer, fast_math_text


def _intrinsic(name: str, flag: str | None = None) -> Row:
    """An intrinsic overloaded on its first operand, perhaps with an i1 flag after its operands."""

    def row(w: Writer, op: Operation) -> None:
        result = op.results[0]
        symbol = f"llvm.{name}.{type_suffix(op.operands[0].type)}"
        inputs = [w.type(operand.type) for operand in op.operands]
        arguments = [w.typed(operand) for operand in op.operands]
        if flag is not None:
            value = op.properties.get(flag)
            arguments.append(
                "i1 true" if isinstance(value, IntegerAttr) and value.value.data else "i1 false"
            )
            inputs.append("i1")
        output = w.type(result.type)
        w.declare(symbol, output, inputs)
        w.line(
            f"{w.value(result)} = call {fast_math_text(op)}{output} @{symbol}"
            f"({', '.join(arguments)})"
        )

    return row


def _memcpy(w: Writer, op: Operation) -> None:
    target, source, length = op.operands
    suffixes = ".".join(type_suffix(operand.type) for operand in op.operands)
    symbol = f"llvm.memcpy.{suffixes}"
    w.declare(symbol, "void", [*(w.type(operand.type) for operand in op.operands), "i1"])
    w.line(
        f"call void @{symbol}({w.typed(target)}, {w.typed(source)}, {w.typed(length)}, i1 false)"
    )


def _call_intrinsic(w: Writer, op: llvm.CallIntrinsicOp) -> None:
    if len(op.op_bundle_operands):
        raise UnsupportedError("operand bundles have no LLVM assembly here")
    inputs = [w.type(argument.type) for argument in op.args]
    output = w.type(op.results[0].type) if op.results else "void"
    name = op.intrin.data
    w.declare(name, output, inputs)
    result = f"{w.value(op.results[0])} = " if op.results else ""
    w.line(f"{result}call {fast_math_text(op)}{output} @{name}({', '.join(map(w.typed, op.args))})")


_INTRINSICS = [
    "fabs",
    "ceil",
    "floor",
    "sqrt",
    "trunc",
    "roundeven",
    "copysign",
    "fma",
    "maximum",
    "minimum",
    "maxnum",
    "minnum",
    "smax",
    "smin",
    "umax",
    "umin",
    "ctpop",
    "umul.with.overflow",
    "exp",
    "exp2",
    "log",
    "log2",
    "sin",
    "cos",
    "pow",
]

INTRINSIC_ROWS: dict[str, Row] = {
    **{f"llvm.intr.{name}": _intrinsic(name) for name in _INTRINSICS},
    "llvm.intr.abs": _intrinsic("abs", "is_int_min_poison"),
    "llvm.intr.ctlz": _intrinsic("ctlz", "is_zero_poison"),
    "llvm.intr.cttz": _intrinsic("cttz", "is_zero_poison"),
    "llvm.intr.memcpy": _memcpy,
    "llvm.call_intrinsic": _call_intrinsic,
}
"""Operation name -> the function that writes it."""
