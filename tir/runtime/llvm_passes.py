"""LLVM's own passes: which run at an optimization level, and how, without what llvmlite leaks."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from types import ModuleType
from typing import Any


@dataclass(frozen=True)
class Level:
    """What one of our optimization levels is in LLVM's terms."""

    passes: int
    """LLVM's level of its default pipeline."""
    codegen: int
    """LLVM's level of code generation."""
    vectorize_loops: bool = False
    vectorize_blocks: bool = False


LEVELS = (
    Level(0, 0),
    Level(1, 1),
    Level(1, 1, vectorize_loops=True),
    Level(3, 3, vectorize_loops=True, vectorize_blocks=True),
)
"""By their numbers. Level 2 is the default: the IR is in SSA form and its redundancies are gone when it comes here, so that
LLVM's lighter pipeline with vectorization gives code as fast as that of level 3, for less work."""

DEFAULT_LEVEL = 2
_COLD = LEVELS[0]


def level_of(number: int, cold: bool = False) -> Level:
    """What a level from 0 to 3 is, or what code that hardly runs gets instead of it."""
    return _COLD if cold else LEVELS[number]


def pass_builder(llvm: ModuleType, machine: Any, level: Level) -> Any:
    """A pass builder of llvmlite for a level."""
    options = llvm.create_pipeline_tuning_options(speed_level=level.passes)
    options.loop_vectorization = level.vectorize_loops
    options.loop_interleaving = level.vectorize_loops
    options.slp_vectorization = level.vectorize_blocks
    options.loop_unrolling = level.passes > 0
    return llvm.create_pass_builder(machine, options)


@contextmanager
def pass_manager(llvm: ModuleType, builder: Any) -> Iterator[Any]:
    """The pass manager of llvmlite that a pass builder makes for modules.

    What the vectorizer calls (`tir/targets/lane_tables.py`) is inlined after it.

    What llvmlite calls when a pass manager dies leaves LLVM's own one alive: 100 kB each time.
    """
    manager = builder.getModulePassManager()
    manager.add_always_inliner_pass()
    try:
        yield manager
    finally:
        llvm.newpassmanagers.NewPassManager._dispose(manager)
        manager.detach()


def run_passes(llvm: ModuleType, builder: Any, module: Any) -> None:
    """Run the passes of a pass builder of llvmlite on a module; the caller holds the lock."""
    with pass_manager(llvm, builder) as manager:
        manager.run(module, builder)
