"""Rows of the nvvm dialect: special registers are intrinsics in LLVM assembly."""

from __future__ import annotations

from tir.dialects.nvvm import SPECIAL_REGISTERS, SpecialRegister

from .llvm_writer import Row, Writer


def _register(w: Writer, op: SpecialRegister) -> None:
    symbol = f"llvm.{op.name}"
    w.declare(symbol, "i32", [])
    w.line(f"{w.value(op.res)} = call i32 @{symbol}()")


NVVM_ROWS: dict[str, Row] = {op.name: _register for op in SPECIAL_REGISTERS}
"""Operation name -> the function that writes it."""
