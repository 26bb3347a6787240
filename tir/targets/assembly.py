"""The assembly language of this CPU: the target `asm` of tir-opt."""

from __future__ import annotations

from typing import IO

from xdsl.dialects.builtin import ModuleOp

from tir.runtime import cpu

from .llvm_ir import llvm_assembly


def emit_assembly(module: ModuleOp, output: IO[str]) -> None:
    """Writes what a module of the llvm dialect becomes after LLVM's optimizations."""
    output.write(cpu.assembly(llvm_assembly(module)))
