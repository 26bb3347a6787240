"""Where the time of a compilation went."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from time import perf_counter


@contextmanager
def measured(timings: dict[str, float] | None, name: str) -> Iterator[None]:
    """Add the seconds of this block to those of a name.

    >>> timings = {}
    >>> with measured(timings, "merge"):
    ...     pass
    >>> list(timings)
    ['merge']
    """
    start = perf_counter()
    try:
        yield
    finally:
        if timings is not None:
            timings[name] = timings.get(name, 0.0) + perf_counter() - start


def timing_report(timings: Mapping[str, float], stage_of: Mapping[str, str]) -> str:
    """A table of the seconds of each pass, in their order, with a line for each stage before the passes it has.

    `stage_of` maps the name of a pass to that of its stage; what it lacks stands by itself.

    >>> print(timing_report({"parse": 0.5, "merge": 1.0, "stabilize": 0.5}, {"merge": "tir", "stabilize": "tir"}))
    seconds  percent  stage, pass
     0.5000    25.0%  parse
     1.5000    75.0%  tir
     1.0000    50.0%    merge
     0.5000    25.0%    stabilize
     2.0000   100.0%  total
    """
    total = sum(timings.values())
    lines = ["seconds  percent  stage, pass"]

    def line(name: str, seconds: float) -> None:
        percent = 100 * seconds / total if total else 0.0
        lines.append(f"{seconds:7.4f}  {percent:6.1f}%  {name}")

    shown: set[str] = set()
    for name, seconds in timings.items():
        stage = stage_of.get(name)
        if stage is None:
            line(name, seconds)
            continue
        if stage not in shown:
            shown.add(stage)
            line(stage, sum(s for n, s in timings.items() if stage_of.get(n) == stage))
        line(f"  {name}", seconds)
    line("total", total)
    return "\n".join(lines)
