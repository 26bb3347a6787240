"""Rows as text."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from benchmarks.adapters import FRAMEWORKS
from benchmarks.results import Ratio, Row

NAME = 22
CELL = 10
RATIO = 8 + 1 + CELL + 7


def heading() -> str:
    """The line above the rows."""
    cells = "".join(f"{framework:>{CELL}}" for framework in FRAMEWORKS)
    return f"{'':{NAME}}{cells}{'ratio':>8} {'to':{CELL}}{'at most':>7}{'limit':>8}{'at least':>9}"


def line(row: Row) -> str:
    """A row: below its first ratio the others, each marked if it misses, then what went wrong."""
    cells = "".join(f"{_cell(row, framework):>{CELL}}" for framework in FRAMEWORKS)
    first, *more = map(_ratio, row.ratios) if row.ratios else [(f"{'':{RATIO}}", False)]
    share = (
        f"{row.share.value:8.0%}" if row.share else f"{'':8}",
        f"{row.share.at_least:9.0%}" if row.share and row.share.at_least else f"{'':9}",
    )
    text, missed = first
    lines = [f"{row.name:{NAME}}{cells}{text}{''.join(share)}{_mark(missed or row.falls_short)}"]
    empty = f"{'':{NAME + CELL * len(FRAMEWORKS)}}"
    lines += [f"{empty}{text}{'':17}{_mark(missed)}" for text, missed in more]
    lines += [f"{'':{NAME}}  {name}: {_first_line(text)}" for name, text in row.errors.items()]
    return "\n".join(text.rstrip() for text in lines)


def _ratio(ratio: Ratio) -> tuple[str, bool]:
    """The cells of a ratio, and whether it misses its target."""
    return (
        f"{ratio.value:8.2f} {ratio.best_peer:{CELL}}{ratio.bound.at_most:7.2f}",
        not ratio.met,
    )


def _mark(missed: bool) -> str:
    return "  MISSED" if missed else ""


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
