"""Draws what was measured: tir beside the best peers, and how its costs grow."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from benchmarks.results import Ratio, Row


def draw(rows: Sequence[Row], run: Any, compilation: Any, path: Path) -> None:
    """One picture with as many panels as there is something to show. Needs matplotlib."""
    import matplotlib as mpl  # noqa: PLC0415 - only who wants a picture needs it

    mpl.use("Agg")
    import matplotlib.pyplot as plt  # noqa: PLC0415

    compared = [(row, ratio) for row in rows for ratio in row.ratios]
    panels = [
        (_ratios, compared, max(2.0, 0.24 * len(compared) + 1)),
        (_run_time, run, 4.0),
        (_compile_time, compilation, 4.0),
    ]
    panels = [panel for panel in panels if panel[1]]
    if not panels:
        return
    heights = [height for *_, height in panels]
    figure, axes = plt.subplots(
        len(panels),
        1,
        figsize=(9, sum(heights)),
        height_ratios=heights,
        layout="constrained",
        squeeze=False,
    )
    for (panel, content, _), ax in zip(panels, axes[:, 0], strict=True):
        panel(ax, content)
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path, dpi=110)
    plt.close(figure)


def label(row: Row, ratio: Ratio) -> str:
    """What a line of the picture says: the row, and to which peers the ratio is where that row has several."""
    return row.name if len(row.ratios) == 1 else f"{row.name}: {', '.join(ratio.bound.peers)}"


def _ratios(axes: Any, compared: Sequence[tuple[Row, Ratio]]) -> None:
    places = range(len(compared))[::-1]
    values = [ratio.value for _, ratio in compared]
    colors = [
        "tab:blue" if ratio.met and not row.falls_short else "tab:red" for row, ratio in compared
    ]
    axes.hlines(places, 1, values, colors, lw=3)
    axes.scatter(values, places, c=colors, zorder=3)
    aims = [ratio.bound.at_most for _, ratio in compared]
    axes.scatter(aims, places, marker="|", c="black", s=90, zorder=4)
    axes.axvline(1, color="gray", lw=1)
    axes.set(
        xscale="log",
        yticks=list(places),
        yticklabels=[label(row, ratio) for row, ratio in compared],
        title="tir's time over the best peer's; | is what is aimed at, red misses a target",
    )
    axes.xaxis.set_major_formatter("{x:g}")
    axes.grid(axis="x", which="both", alpha=0.2)


def _run_time(axes: Any, lines: Any) -> None:
    for number, (name, line) in enumerate(lines.items()):
        color = f"C{number}"
        axes.plot(line["n"], line["tir"], color=color, label=f"tir: {name}")
        axes.plot(line["n"], line["numpy"], color=color, ls="--", label=f"NumPy: {name}")
    axes.set(
        xscale="log", yscale="log", xlabel="elements", ylabel="seconds", title="Time of a call"
    )
    axes.grid(alpha=0.2)
    axes.legend(frameon=False, fontsize=8)


def _compile_time(axes: Any, lines: Any) -> None:
    for name, line in lines.items():
        axes.plot(line["nodes"], line["seconds"], marker="o", label=name)
    nodes, seconds = max((line["nodes"][-1], line["seconds"][-1]) for line in lines.values())
    few = min(line["nodes"][0] for line in lines.values())
    axes.plot([few, nodes], [seconds * few / nodes, seconds], "k:", lw=1, label="linear")
    axes.set(
        xscale="log",
        yscale="log",
        xlabel="nodes of the graph",
        ylabel="seconds",
        title="Time of a compilation",
    )
    axes.grid(alpha=0.2)
    axes.legend(frameon=False, fontsize=8)
