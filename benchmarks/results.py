"""A measured row: how tir stands beside its peers and the limit of the machine, and whether that is enough."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from benchmarks.limits import Limits
from benchmarks.measurement import Measurement
from benchmarks.workload import Bound


@dataclass(frozen=True)
class Ratio:
    """tir's time over that of the best of some peers, and what is aimed at."""

    value: float
    best_peer: str
    bound: Bound

    @property
    def met(self) -> bool:
        """Whether tir is fast enough."""
        return self.value <= self.bound.at_most


@dataclass(frozen=True)
class Share:
    """The part of tir's time that the machine needs at best, and what is aimed at, if anything is."""

    value: float
    at_least: float | None

    @property
    def met(self) -> bool:
        """Whether tir is near enough to the limit."""
        return self.at_least is None or self.value >= self.at_least


@dataclass(frozen=True)
class Row:
    """One workload in the table."""

    name: str
    times: dict[str, float]
    """Shortest times in seconds, by framework."""
    medians: dict[str, float]
    errors: dict[str, str]
    ratios: tuple[Ratio, ...]
    share: Share | None

    @property
    def falls_short(self) -> bool:
        """Whether tir cannot do it, or is too far from the limit of the machine, whatever its peers do."""
        return "tir" in self.errors or not (self.share is None or self.share.met)

    @property
    def missed(self) -> bool:
        """Whether a target is missed, or tir cannot do it."""
        return self.falls_short or not all(r.met for r in self.ratios)

    def as_json(self) -> dict[str, Any]:
        """All of it in plain values."""
        return {
            "name": self.name,
            "seconds": self.times,
            "median_seconds": self.medians,
            "errors": self.errors,
            "ratios": [
                {
                    "ratio": r.value,
                    "best_peer": r.best_peer,
                    "peers": r.bound.peers,
                    "at_most": r.bound.at_most,
                    "met": r.met,
                }
                for r in self.ratios
            ],
            "share_of_limit": self.share
            and {
                "share": self.share.value,
                "at_least": self.share.at_least,
                "met": self.share.met,
            },
            "missed": self.missed,
        }


def row_of(
    name: str, bounds: tuple[Bound, ...], times: dict[str, Any], share: Share | None = None
) -> Row:
    """The row of a measurement; a bound none of whose peers could be measured says nothing."""
    best = {name: t.best for name, t in times.items() if t.best is not None}
    ratios = []
    for bound in bounds:
        known = {peer: best[peer] for peer in bound.peers if peer in best}
        if known and "tir" in best:
            peer = min(known, key=known.__getitem__)
            ratios.append(Ratio(best["tir"] / known[peer], peer, bound))
    return Row(
        name,
        best,
        {name: t.median for name, t in times.items() if t.median is not None},
        {name: t.error for name, t in times.items() if t.error is not None},
        tuple(ratios),
        share,
    )


def row_of_measurement(measurement: Measurement, limits: Limits) -> Row:
    """The row of a workload, with its share of the machine's limit."""
    workload = measurement.workload
    return row_of(workload.name, workload.bounds, measurement.times, _share(measurement, limits))


def _share(measurement: Measurement, limits: Limits) -> Share | None:
    workload, seconds = (
        measurement.workload,
        measurement.times["tir"].best if "tir" in measurement.times else None,
    )
    if seconds is None:
        return None
    if workload.flops is not None:
        least = workload.flops(*workload.size) / getattr(limits, f"blas_{workload.dtype}")
    elif workload.share is not None and measurement.bytes_moved is not None:
        least = measurement.bytes_moved / limits.triad
    else:
        return None
    return Share(least / seconds, workload.share)
