"""What it costs before anything has run: imports, and first compilations with and without a cache."""

from __future__ import annotations

import json
import shutil
import subprocess
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.environments import BUILD, ROOT, environment, python_of
from benchmarks.measurement import Effort, Times
from benchmarks.workload import Bound

FUNCTIONS = {
    "elementwise": "transcendental-float32",
    "logistic": "logistic-step",
    "mlp": "mlp-step-20",
}
"""The workloads that are compiled."""
SHARE = 20.0
"""A framework is measured again only as long as it has not taken so many seconds."""


@dataclass(frozen=True)
class Startup:
    """A row of the table that is measured in fresh processes."""

    name: str
    bounds: tuple[Bound, ...]
    others: tuple[str, ...]
    """Frameworks that are shown without a bound."""
    once: Callable[[str, Path], float]
    """Seconds of one process of a framework, from the folder of environments."""

    def frameworks(self) -> tuple[str, ...]:
        """tir, and all that it is shown beside."""
        peers = dict.fromkeys(peer for bound in self.bounds for peer in bound.peers)
        return ("tir", *peers, *self.others)


def _output(framework: str, environments: Path, variables: dict[str, str], *arguments: str) -> str:
    python = str(python_of(framework, environments))
    done = subprocess.run(
        [python, *arguments],
        cwd=ROOT,
        env=variables,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise StartupError((done.stderr.strip().splitlines() or ["failed"])[-1])
    return done.stdout.splitlines()[-1]


class StartupError(Exception):
    """A fresh process failed; the message is the last line it wrote."""


def _import_seconds(framework: str, environments: Path) -> float:
    statement = (
        "import time; start = time.perf_counter(); "
        f"import {framework}; print(time.perf_counter() - start)"
    )
    return float(_output(framework, environments, environment(BUILD / "cache"), "-c", statement))


def _cold(workload: str) -> Callable[[str, Path], float]:
    """From the imported framework to the first result, with nothing in any cache.

    JAX is left without one, as it is unless it is asked for; the others fill theirs.
    """

    def once(framework: str, environments: Path) -> float:
        variables = _without_cache(framework)
        return _first_call(framework, environments, variables, workload)["compile"]

    return once


def _cold_start(workload: str) -> Callable[[str, Path], float]:
    """The same from the start of the process: with the import, where some do what others do when they first compile."""

    def once(framework: str, environments: Path) -> float:
        return _from_start(framework, environments, _without_cache(framework), workload)

    return once


def _without_cache(framework: str) -> dict[str, str]:
    """The environment of a process that finds no compiled code."""
    cache = BUILD / "cold" / framework
    shutil.rmtree(cache, ignore_errors=True)
    variables = environment(cache)
    del variables["JAX_COMPILATION_CACHE_DIR"]
    return variables


def _warm(workload: str) -> Callable[[str, Path], float]:
    """From the start of the process to the first result, with everything in the cache."""

    def once(framework: str, environments: Path) -> float:
        cache = BUILD / "warm" / framework
        variables = environment(cache)
        filled = cache / f"{workload}.filled"
        if not filled.exists():
            _first_call(framework, environments, variables, workload)
            filled.touch()
        return _from_start(framework, environments, variables, workload)

    return once


def _from_start(
    framework: str, environments: Path, variables: dict[str, str], workload: str
) -> float:
    """Seconds from the start of a process to the first result."""
    start = time.monotonic()
    return _first_call(framework, environments, variables, workload)["end"] - start


def _first_call(
    framework: str, environments: Path, variables: dict[str, str], workload: str
) -> dict[str, float]:
    arguments = ("-m", "benchmarks.first_call", framework, workload)
    return json.loads(_output(framework, environments, variables, *arguments))


STARTUPS: tuple[Startup, ...] = (
    *(
        Startup(f"cold-{name}", (Bound(("jax",), 1.0),), ("torch", "pytensor"), _cold(workload))
        for name, workload in FUNCTIONS.items()
    ),
    *(
        Startup(f"cold-start-{name}", (Bound(("jax",), 1.0),), (), _cold_start(workload))
        for name, workload in FUNCTIONS.items()
    ),
    *(
        Startup(f"warm-{name}", (Bound(("jax", "pytensor"), 0.5),), (), _warm(workload))
        for name, workload in FUNCTIONS.items()
    ),
    Startup("import", (Bound(("jax", "pytensor"), 0.5),), ("torch",), _import_seconds),
)


def measure_startup(
    startup: Startup, frameworks: Sequence[str], environments: Path, effort: Effort
) -> dict[str, Times]:
    """Times by framework; they take turns, each at least once."""
    shutil.rmtree(BUILD / "warm", ignore_errors=True)
    times = {name: Times() for name in startup.frameworks() if name in frameworks}
    spent = dict.fromkeys(times, 0.0)
    for _ in range(effort.rounds):
        for name, result in times.items():
            if result.error is not None or spent[name] > SHARE:
                continue
            begin = time.monotonic()
            try:
                result.samples.append(startup.once(name, environments))
            except StartupError as error:
                result.error = str(error)
            spent[name] += time.monotonic() - begin
    return times
