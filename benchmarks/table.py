"""Rows as text."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from benchmarks.adapters import FRAMEWORKS
from benchmarks.results import Row

NAME = 22
CELL = 10


def heading() -> str:
    """The line above the rows."""
    cells = "".join(f"{framework:>{CELL}}" for framework in FRAMEWORKS)
    return f"{'':{NAME}}{cells}{'ratio':>8}{'at most':>9}{'limit':>8}{'at least':>9}"


def line(row: Row) -> str:
    """A row, with what went wrong below it."""
    cells = "".join(f"{_cell(row, framework):>{CELL}}" for framework in FRAMEWORKS)
    ratio = row.ratios[0] if row.ratios else None
    numbers = (
        f"{ratio.value:8.2f}{ratio.bound.at_most:9.2f}" if ratio else f"{'':17}",
        f"{row.share.value:8.0%}" if row.share else f"{'':8}",
        f"{row.share.at_least:9.0%}" if row.share and row.share.at_least else f"{'':9}",
    )
    lines = [f"{row.name:{NAME}}{cells}{''.join(numbers)}{'  MISSED' if row.missed else ''}"]
    lines += [
        f"{'':{NAME}}  {ratio.value:.2f} of {ratio.best_peer}, at most {ratio.bound.at_most:.2f}"
        for ratio in row.ratios[1:]
    ]
    lines += [f"{'':{NAME}}  {name}: {_first_line(text)}" for name, text in row.errors.items()]
    return "\n".join(lines)


def table(rows: Iterable[Row]) -> str:
    """All rows below the heading."""
    return "\n".join([heading(), *map(line, rows)])


def _cell(row: Row, framework: str) -> str:
    if framework in row.times:
        return readable(row.times[framework])
    return "failed" if framework in row.errors else ""


def _first_line(text: str, width: int = 110) -> str:
    first = (text.strip().splitlines() or [""])[0]
    return first if len(first) <= width else first[: width - 3] + "..."


def readable(seconds: float) -> str:
    """A time with a fitting unit.

    >>> readable(0.00125)
    '1.25 ms'
    """
    for unit, size in (("s", 1.0), ("ms", 1e-3), ("us", 1e-6)):
        if seconds >= size:
            return f"{seconds / size:.3g} {unit}"
    return f"{seconds / 1e-9:.3g} ns"


def summary_of_run_time(curves: Any) -> str:
    """For each expression, where tir is slowest beside NumPy, in time and as a ratio."""
    lines = []
    for name, curve in curves.items():
        triples = list(zip(curve["tir"], curve["numpy"], curve["n"], strict=True))
        lost, at = max((ours - numpy, n) for ours, numpy, n in triples)
        ratio, where = max((ours / numpy, n) for ours, numpy, n in triples)
        most = f"loses at most {readable(lost)} (n = {at})" if lost > 0 else "never loses"
        lines.append(
            f"{name}: {most} to NumPy; a call takes {readable(curve['tir'][0])} at n = 1; "
            f"largest ratio {ratio:.2f} (n = {where})"
        )
    return "\n".join(lines)
