"""Where the time of a workload goes: `python -m benchmarks.profile WORKLOAD [KERNEL]`.

It prints a line for each call that the compiled function makes: kernels, products of matrices, memory. Then, for the
kernel that is named or takes longest: its loops, and the LLVM assembly and machine code of the block that runs most.
"""

from __future__ import annotations

import argparse
import os
import re
import sys
from collections.abc import Sequence
from dataclasses import dataclass

from benchmarks.environments import BUILD, THREADS, environment
from benchmarks.limits import Limits, measured_limits
from benchmarks.profiling.instrument import Call
from benchmarks.profiling.llvm_text import functions, read
from benchmarks.profiling.machine_code import function_lines, loop_of_block, verbose_assembly
from benchmarks.profiling.run import Profile, profile
from benchmarks.profiling.work import (
    bytes_of_call,
    flops_by_function,
    functions_below,
    hottest_block,
    kernel_buffers,
    product_of_call,
)
from benchmarks.table import readable
from benchmarks.workloads import WORKLOADS

SMALL = 0.01
"""Calls that take a smaller part of the time are not shown by themselves."""


@dataclass(frozen=True)
class Line:
    """One call that the function makes."""

    name: str
    seconds: float
    moved: int | None
    flops: float | None
    least: float | None
    """Seconds that the machine needs at best."""


def main(argv: Sequence[str] | None = None) -> None:
    """Print the profile of one workload."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.profile", description=__doc__)
    parser.add_argument("workload", choices=WORKLOADS, metavar="WORKLOAD")
    parser.add_argument("kernel", nargs="?", metavar="KERNEL", help="such as kernel_0")
    parser.add_argument(
        "--full", action="store_true", help="whole functions, not only the hot loop"
    )
    options = parser.parse_args(argv)
    workload = WORKLOADS[options.workload]
    limits = measured_limits()
    measured = profile(workload)
    lines = _lines(measured, limits, workload.dtype)
    print(_table(measured, lines))
    kernel = options.kernel or _longest(lines, measured)
    if kernel is None:
        print("no kernel has run")
    elif kernel not in measured.counts:
        parser.error(f"{options.workload} has no function {kernel}")
    else:
        print(_kernel(measured, kernel, options.full))


def _lines(measured: Profile, limits: Limits, dtype: str) -> list[Line]:
    parameters = kernel_buffers(measured.loops)
    flops = flops_by_function(measured.counts)
    lines = []
    for number, call in enumerate(measured.calls):
        if not call.calls:
            continue
        product = product_of_call(call)
        if product:
            moved, work = product
            least = max(work / getattr(limits, f"blas_{dtype}"), moved / limits.triad)
            lines.append(Line(f"{call.callee} #{number}", call.fastest, moved, work, least))
        elif call.callee in parameters:
            moved = bytes_of_call(call, parameters[call.callee])
            work = flops.get(call.callee, 0.0) / _sites(measured, call)
            least = max(moved / limits.triad, work / getattr(limits, f"fma_{dtype}"))
            lines.append(Line(call.callee, call.fastest, moved, work, least))
        else:
            lines.append(Line(call.callee, call.fastest, None, None, None))
    return lines


def _sites(measured: Profile, call: Call) -> int:
    """How many calls of the function share what was counted in it."""
    return sum(other.callee == call.callee and other.calls > 0 for other in measured.calls)


def _table(measured: Profile, lines: Sequence[Line]) -> str:
    text = [
        f"a call: {readable(measured.seconds)}",
        f"{'':26}{'time':>10}{'part':>7}{'MB':>10}{'GB/s':>8}{'Mflop':>10}{'Gflop/s':>9}{'limit':>7}",
    ]
    rest = measured.seconds
    for line in lines:
        part = line.seconds / measured.seconds
        if part < SMALL:
            continue
        rest -= line.seconds
        row = f"{line.name:26}{readable(line.seconds):>10}{part:7.0%}"
        if line.moved is not None and line.flops is not None and line.least is not None:
            row += f"{line.moved / 1e6:10.2f}{line.moved / line.seconds / 1e9:8.1f}"
            row += f"{line.flops / 1e6:10.2f}{line.flops / line.seconds / 1e9:9.1f}"
            row += f"{line.least / line.seconds:7.0%}"
        text.append(row)
    text.append(
        f"{'everything else':26}{readable(max(rest, 0.0)):>10}{max(rest, 0.0) / measured.seconds:7.0%}"
    )
    text.append(
        "MB: buffers of a kernel, each once; Mflop: operations that ran, those of polynomials included; "
        "limit: the part of the time that memory or arithmetic needs at best. All times are the shortest of many, "
        "each of its own, so they need not add up"
    )
    return "\n".join(text)


def _longest(lines: Sequence[Line], measured: Profile) -> str | None:
    kernels = kernel_buffers(measured.loops)
    ran = [line for line in lines if line.name in kernels]
    return max(ran, key=lambda line: line.seconds).name if ran else None


def _kernel(measured: Profile, kernel: str, full: bool) -> str:
    names = functions_below(kernel, measured.counts)
    function, block, times = hottest_block(names, measured.counts)
    parts = [f"== {kernel} after the stage loops", _loops(measured.loops, kernel)]
    if full:
        bodies = {f.name: f.text for f in functions(read(measured.optimized))}
        parts += ["== LLVM assembly, optimized", *(bodies[name] for name in names)]
    else:
        parts += [
            f"== the block that runs most, {times} times in a call: {block.label} of {function}, LLVM assembly",
            *block.lines,
        ]
    code = function_lines(verbose_assembly(measured.optimized), function)
    loop = code if full else loop_of_block(code, block.label)
    parts += ["== its machine code, with the loop around it", *(loop or ["(not found)"])]
    return "\n".join(parts)


def _loops(text: str, kernel: str) -> str:
    match = re.search(
        rf"^( *)func\.func private @{re.escape(kernel)}\(.*?^\1\}}$", text, re.M | re.S
    )
    return match[0] if match else "(not found)"


if __name__ == "__main__":
    if os.environ.get("OMP_NUM_THREADS") == str(THREADS):
        main()
    else:  # libraries read it when they are loaded
        variables = environment(BUILD / "cache")
        os.execve(
            sys.executable,
            [sys.executable, "-m", "benchmarks.profile", *sys.argv[1:]],
            variables,
        )
