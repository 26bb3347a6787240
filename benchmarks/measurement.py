"""Runs one workload in all its frameworks, in turn."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from benchmarks.peers import Peer, PeerError
from benchmarks.workload import Workload


@dataclass(frozen=True)
class Effort:
    """How long to measure."""

    rounds: int
    seconds: float
    """For each framework in each round."""


QUICK = Effort(3, 0.1)
THOROUGH = Effort(9, 0.25)


@dataclass
class Times:
    """The times of one framework, in seconds, or why there are none."""

    samples: list[float] = field(default_factory=list)
    error: str | None = None

    @property
    def best(self) -> float | None:
        """The shortest time, the one least disturbed by others on the machine."""
        return min(self.samples, default=None)

    @property
    def median(self) -> float | None:
        """The time in the middle."""
        return sorted(self.samples)[len(self.samples) // 2] if self.samples else None


@dataclass
class Measurement:
    """What was measured of one workload."""

    workload: Workload
    times: dict[str, Times]
    bytes_moved: int | None = None


def measure(workload: Workload, peers: Mapping[str, Peer], effort: Effort) -> Measurement:
    """Let those of the peers that have a bound measure, one at a time.

    tir comes first and last in each round, since what the others do to the caches and the clock of the machine is
    then the same for all in the long run.
    """
    names = [name for name in workload.frameworks() if name in peers]
    result = Measurement(workload, {name: Times() for name in names})
    for name in names:
        try:
            moved = peers[name].ask("build", workload=workload.name)["bytes"]
            result.bytes_moved = result.bytes_moved or moved
        except PeerError as error:
            result.times[name].error = str(error)
    able = [name for name in names if result.times[name].error is None]
    turns = [*able, "tir"] if "tir" in able and len(able) > 1 else able
    for _ in range(effort.rounds):
        for name in turns:
            result.times[name].samples += peers[name].ask("time", seconds=effort.seconds)["times"]
    for name in able:
        peers[name].ask("drop")
    return result
