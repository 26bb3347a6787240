"""Runs a workload with clocks and counters in its code."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from unittest.mock import patch

from xdsl.dialects.builtin import ModuleOp

import tir
from benchmarks.adapters import theano_style
from benchmarks.adapters.program import Program
from benchmarks.profiling.instrument import Call, CountedBlocks, TimedCalls
from benchmarks.profiling.work import Counts
from benchmarks.stopwatch import Stopwatch
from benchmarks.workload import Workload
from tir.pipelines import LLVM, new_context, run_passes
from tir.runtime import cpu
from tir.targets.llvm_ir import llvm_assembly

COMPILE = "tir.code_generation.object_code"
ROUNDS = 10


@dataclass(frozen=True)
class Profile:
    """What was found out about a function."""

    seconds: float
    """Of a whole call, undisturbed."""
    calls: list[Call]
    counts: Counts
    """Of the blocks of LLVM's optimized assembly, in one call."""
    optimized: str
    loops: str
    """The text of the stage `loops`."""


def profile(workload: Workload, seconds: float = 2.0) -> Profile:
    """Compiles a workload three times: as it is, with clocks, and with counters. The first two take turns."""
    plain, loops = _built(workload, lambda text, level: (text, level))
    clocks = TimedCalls()
    timed, _ = _built(workload, lambda text, level: (clocks.rewrite(text), level))
    undisturbed, clocked = (Stopwatch(p.statement, p.names) for p in (plain, timed))
    share = seconds / (2 * ROUNDS)
    whole = float("inf")
    for _ in range(ROUNDS):
        whole = min(whole, *undisturbed.samples(share, least=1))
        clocked.samples(share, least=1)

    counters = CountedBlocks()
    optimized = ""

    def counted(text: str, level: int) -> tuple[str, int]:
        nonlocal optimized
        optimized = cpu.optimized_ir(text, level)
        return counters.rewrite(optimized), 0  # what is counted must not be optimized again

    counting, _ = _built(workload, counted)
    eval(counting.statement, counting.names)
    return Profile(whole, clocks.calls, counters.counts(), optimized, loops)


def _built(
    workload: Workload, rewrite: Callable[[str, int], tuple[str, int]]
) -> tuple[Program, str]:
    """The program of a workload, whose LLVM assembly is rewritten on its way, and its text after the stage `loops`.

    The program is one module, so that the rewriter sees all of it.
    """

    def compile_rewritten(module: ModuleOp, level: int, timings: dict[str, float]) -> bytes:
        run_passes(module, LLVM.passes, new_context(), timings)
        return cpu.compile_to_object(*rewrite(llvm_assembly(module), level))

    inputs = workload.make_inputs()
    flags = tir.config.change_flags(floatX=workload.dtype, cache=False)
    with patch(COMPILE, compile_rewritten), flags:
        function, shared = theano_style.compiled(tir, "tir", workload, inputs)
        return theano_style.program(workload, function, shared, inputs), function.ir("loops")
