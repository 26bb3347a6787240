"""Rewrites LLVM assembly so that running it leaves numbers behind: times of calls, and counts of blocks.

The numbers are written to memory of this process whose address is part of the code, so the code must be thrown away
with the memory.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from benchmarks.profiling.llvm_text import Block, Function, callee, functions, read, write

MAIN = "main"
_INTEGER = re.compile(r"(?:^|, )i64 (?:\w+ )*(%[\w.$-]+|-?\d+)(?=,|$)")
_LARGEST = np.iinfo(np.int64).max
_FASTEST, _TOTAL, _CALLS, _ARGUMENTS = range(4)
"""What the numbers of a call are, in order; the integers among its arguments are the rest."""
_NUMBERS = 64
_CLOCK = """
define internal i64 @benchmarks_now() noinline {{
  %time = alloca [2 x i64]
  %status = call i32 @clock_gettime(i32 1, ptr %time)
  %seconds = load i64, ptr %time
  %second = getelementptr i64, ptr %time, i64 1
  %rest = load i64, ptr %second
  %scaled = mul i64 %seconds, 1000000000
  %now = add i64 %scaled, %rest
  ret i64 %now
}}
define internal void @benchmarks_record(i64 %site, i64 %begin) noinline {{
  %end = call i64 @benchmarks_now()
  %time = sub i64 %end, %begin
  %start = mul i64 %site, {numbers}
  %fastest = getelementptr i64, ptr inttoptr (i64 {address} to ptr), i64 %start
  %old = load i64, ptr %fastest
  %less = icmp slt i64 %time, %old
  %new = select i1 %less, i64 %time, i64 %old
  store i64 %new, ptr %fastest
  %total = getelementptr i64, ptr %fastest, i64 1
  %sum = load i64, ptr %total
  %added = add i64 %sum, %time
  store i64 %added, ptr %total
  %calls = getelementptr i64, ptr %fastest, i64 2
  %count = load i64, ptr %calls
  %next = add i64 %count, 1
  store i64 %next, ptr %calls
  ret void
}}
declare i32 @clock_gettime(i32, ptr)
"""


@dataclass
class Call:
    """A call that `@main` makes, with what was recorded of it."""

    callee: str
    numbers: np.ndarray[Any, Any]

    @property
    def calls(self) -> int:
        """How often it ran."""
        return int(self.numbers[_CALLS])

    @property
    def fastest(self) -> float:
        """Seconds of the shortest run."""
        return self.numbers[_FASTEST] * 1e-9

    @property
    def arguments(self) -> list[int]:
        """The integers among its arguments, of the last run."""
        return self.numbers[_ARGUMENTS:].tolist()


@dataclass
class TimedCalls:
    """Rewrites a module so that every call of `@main` is timed; LLVM's intrinsics are not."""

    calls: list[Call] = field(default_factory=list)
    memory: np.ndarray[Any, Any] | None = None

    def rewrite(self, text: str) -> str:
        """The module with clocks in it."""
        parts = read(text)
        main = next(f for f in functions(parts) if f.name == MAIN)
        called = [c for b in main.blocks for line in b.lines if (c := callee(line))]
        names = [name for name, _ in called if _is_timed(name)]
        self.memory = np.zeros((len(names), _NUMBERS), np.int64)
        self.memory[:, _FASTEST] = _LARGEST
        self.calls = [Call(name, self.memory[site]) for site, name in enumerate(names)]
        sites = iter(range(len(names)))
        for block in main.blocks:
            block.lines = [new for line in block.lines for new in self._timed(line, sites)]
        clock = _CLOCK.format(numbers=_NUMBERS, address=self.memory.ctypes.data)
        return write(parts) + clock

    def _timed(self, line: str, sites: Any) -> list[str]:
        called = callee(line)
        if called is None or not _is_timed(called[0]):
            return [line]
        site = next(sites)
        assert self.memory is not None
        address = self.memory[site, _ARGUMENTS:].ctypes.data
        integers = _INTEGER.findall(called[1])[: _NUMBERS - _ARGUMENTS]
        stores = [
            f"  store i64 {value}, ptr inttoptr (i64 {address + 8 * k} to ptr)"
            for k, value in enumerate(integers)
        ]
        return [
            *stores,
            f"  %benchmarks_begin_{site} = call i64 @benchmarks_now()",
            line,
            f"  call void @benchmarks_record(i64 {site}, i64 %benchmarks_begin_{site})",
        ]


def _is_timed(name: str) -> bool:
    return not name.startswith("llvm.")


@dataclass
class CountedBlocks:
    """Rewrites a module so that every execution of a block is counted."""

    functions: list[Function] = field(default_factory=list)
    """As they were before they were rewritten."""
    memory: np.ndarray[Any, Any] | None = None

    def rewrite(self, text: str) -> str:
        """The module with counters in it."""
        self.functions = functions(read(text))
        parts = read(text)
        blocks = [block for function in functions(parts) for block in function.blocks]
        self.memory = np.zeros(len(blocks), np.int64)
        for number, block in enumerate(blocks):
            address = self.memory.ctypes.data + 8 * number
            counter = (
                f"  %benchmarks_count_{number} = atomicrmw add "
                f"ptr inttoptr (i64 {address} to ptr), i64 1 monotonic"
            )
            block.lines.insert(block.first_after_phis, counter)
        return write(parts)

    def counts(self) -> dict[str, list[tuple[Block, int]]]:
        """By function, its blocks and how often each was run."""
        assert self.memory is not None
        numbers = iter(self.memory.tolist())
        return {f.name: [(block, next(numbers)) for block in f.blocks] for f in self.functions}
