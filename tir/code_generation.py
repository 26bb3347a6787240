"""Loops to object code: LLVM works on some functions while passes make more of them ready."""

from __future__ import annotations

from xdsl.dialects.builtin import ModuleOp

from tir.lowering.divide_module import divide_module
from tir.lowering.mark_cold_functions import is_cold
from tir.pipelines import kernels_to_llvm, module_to_llvm, new_context, run_passes
from tir.runtime import cpu
from tir.runtime.llvm_passes import level_of
from tir.support.timing import measured
from tir.targets import lane_tables
from tir.targets.llvm_ir import llvm_assembly


def uses_tables(level: int) -> bool:
    """Whether code of a level for this CPU looks up vectors of elements in tables."""
    return level_of(level).vectorize_loops and lane_tables.are_fast()


def object_code(module: ModuleOp, level: int, timings: dict[str, float] | None = None) -> bytes:
    """Object code for this CPU of a module after the stage `ranges`: several ELF files.

    `@main` remains in the module, in the llvm dialect, with the failures that it may report. What the object code is does
    not depend on the number of threads.
    """
    context = new_context()
    with cpu.compiling_to_objects(level, timings) as objects:
        tables = uses_tables(level)
        for part in divide_module(module):
            run_passes(part, kernels_to_llvm(tables), context, timings)
            objects.add(_text(part, timings))
        run_passes(module, module_to_llvm(tables), context, timings)
        objects.add(_text(module, timings), cold=is_cold(module))
        return objects.code()


def _text(module: ModuleOp, timings: dict[str, float] | None) -> str:
    with measured(timings, "llvm-assembly"):
        return llvm_assembly(module)
