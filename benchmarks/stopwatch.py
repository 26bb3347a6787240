"""The time of one run of a statement."""

from __future__ import annotations

from time import perf_counter
from timeit import Timer

SAMPLE = 100e-6
"""A sample takes at least so long, so that reading the clock does not count."""


class Stopwatch:
    """Measures one statement again and again, at different times."""

    def __init__(self, statement: str, names: dict[str, object]) -> None:
        self._timer = Timer(statement, globals=names)
        self._calls = 0

    def samples(self, seconds: float, least: int = 3) -> list[float]:
        """Times of one call, measured for so long, and at least so many."""
        if not self._calls:
            self._calls = self._calibrate()
        times: list[float] = []
        end = perf_counter() + seconds
        while len(times) < least or perf_counter() < end:
            times.append(self._timer.timeit(self._calls) / self._calls)
        return times

    def _calibrate(self) -> int:
        """How many calls make a sample."""
        self._timer.timeit(1)
        calls = 1
        while self._timer.timeit(calls) < SAMPLE:
            calls *= 2
        return calls
