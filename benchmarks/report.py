"""What a benchmark gives, and how it is measured and printed."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Result:
    """A measured time beside a reference's, and the ratio that is aimed at.

    `limit` bounds the ratio, or the time itself in seconds where `absolute` is set.
    """

    name: str
    seconds: float
    reference: str
    reference_seconds: float
    limit: float | None = None
    absolute: bool = False

    @property
    def ratio(self) -> float:
        """The time as a multiple of the reference's."""
        return self.seconds / self.reference_seconds

    @property
    def met(self) -> bool:
        """Whether the aim is met."""
        measured = self.seconds if self.absolute else self.ratio
        return self.limit is None or measured <= self.limit

    def __str__(self) -> str:
        aim = ""
        if self.limit is not None:
            aim = f"at most {readable(self.limit) if self.absolute else f'{self.limit:.2f} x'}"
            aim += "" if self.met else "   MISSED"
        return (
            f"  {self.name:34} {readable(self.seconds):>10}   {self.reference:28} "
            f"{readable(self.reference_seconds):>10}   {self.ratio:6.2f} x   {aim}"
        )


def readable(seconds: float) -> str:
    """A time with a fitting unit.

    >>> readable(0.00125)
    '1.25 ms'
    """
    for unit, size in (("s", 1.0), ("ms", 1e-3), ("us", 1e-6)):
        if seconds >= size:
            return f"{seconds / size:.3g} {unit}"
    return f"{seconds / 1e-9:.3g} ns"


def fastest(*functions: Callable[[], object], rounds: int = 15, calls: int = 1) -> list[float]:
    """The shortest time of one call of each function; they take turns, so that a noisy moment hits all."""
    best = [float("inf")] * len(functions)
    for function in functions:
        function()
    for _ in range(rounds):
        for i, function in enumerate(functions):
            start = time.perf_counter()
            for _ in range(calls):
                function()
            best[i] = min(best[i], (time.perf_counter() - start) / calls)
    return best
