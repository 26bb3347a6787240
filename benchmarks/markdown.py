"""The table for the documentation."""

from __future__ import annotations

from collections.abc import Iterable

from benchmarks.adapters import FRAMEWORKS
from benchmarks.results import Row
from benchmarks.table import readable


def markdown(rows: Iterable[Row], limits: str) -> str:
    """All rows as a table in Markdown; a target that is missed stands in bold."""
    columns = ["", *FRAMEWORKS, "ratio", "to", "at most", "limit", "at least"]
    lines = [
        "|".join(["", *columns, ""]),
        "|".join(["", "---", *["--:"] * (len(columns) - 1), ""]),
        *map(_line, rows),
    ]
    return "\n".join([*lines, "", f"Limits of the machine: {limits}.", ""])


def _line(row: Row) -> str:
    times = [readable(row.times[name]) if name in row.times else "" for name in FRAMEWORKS]
    first, *more = [
        (
            _marked(f"{ratio.value:.2f}", ratio.met),
            ratio.best_peer,
            f"{ratio.bound.at_most:g}",
        )
        for ratio in row.ratios
    ] or [("", "", "")]
    share = ("", "")
    if row.share:
        least = row.share.at_least
        share = (_marked(f"{row.share.value:.0%}", row.share.met), f"{least:.0%}" if least else "")
    cells = [f"`{row.name}`", *times, *first, *share]
    lines = ["|".join(["", *cells, ""])]
    empty = [""] * (len(FRAMEWORKS) + 1)
    lines += ["|".join(["", *empty, *ratio, "", "", ""]) for ratio in more]
    return "\n".join(lines)


def _marked(text: str, met: bool) -> str:
    return text if met else f"**{text}**"
