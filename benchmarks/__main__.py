"""Measure tir beside its peers: `python -m benchmarks`, or a part of it: `python -m benchmarks --only softmax`.

Beside the workloads there are the rows `cold-*`, `cold-start-*`, `warm-*` and `import`, and the curves `growth-run` and
`growth-compile`.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from pathlib import Path

from benchmarks.adapters import FRAMEWORKS
from benchmarks.environments import BUILD, THREADS, confine, run_here
from benchmarks.limits import Limits, measured_limits
from benchmarks.markdown import markdown
from benchmarks.measurement import QUICK, THOROUGH, Effort, Measurement, measure
from benchmarks.peers import Peer
from benchmarks.plot import draw
from benchmarks.results import Row, row_of, row_of_measurement
from benchmarks.startup import STARTUPS, measure_startup
from benchmarks.table import heading, line, summary_of_run_time
from benchmarks.workload import Workload
from benchmarks.workloads import WORKLOADS


def main(argv: Sequence[str] | None = None) -> int:
    """Print the table as it comes; with `--strict` the exit status is the number of rows that miss a target."""
    options = _options(argv)
    effort = QUICK if options.quick else THOROUGH
    quick = ("--quick",) if options.quick else ()
    confine()
    limits = measured_limits()
    print(f"limits: {_described(limits)}", flush=True)
    print(heading(), flush=True)
    measurements: list[Measurement] = []
    for measurement in _measurements(options, effort):
        measurements.append(measurement)
        print(line(row_of_measurement(measurement, limits)), flush=True)
    if any(row_of_measurement(m, limits).share for m in measurements):
        limits = limits.best(measured_limits())
        print(f"limits, the best of before and after: {_described(limits)}", flush=True)
    rows = [row_of_measurement(measurement, limits) for measurement in measurements]
    for row in _startup_rows(options, effort):
        print(line(row), flush=True)
        rows.append(row)
    curves = {
        what: json.loads(run_here("benchmarks.growth", what, *quick))
        for what in ("run", "compile")
        if re.search(options.only, f"growth-{what}")
    }
    if "run" in curves:
        print(summary_of_run_time(curves["run"]))
    missed = sum(row.missed for row in rows)
    print(f"{missed} of {len(rows)} rows miss a target")
    content = {
        "threads": THREADS,
        "limits": asdict(limits),
        "rows": [row.as_json() for row in rows],
        "growth": curves,
    }
    options.json.parent.mkdir(parents=True, exist_ok=True)
    options.json.write_text(json.dumps(content, indent=1) + "\n")
    if options.markdown:
        options.markdown.write_text(markdown(rows, _described(limits)))
    draw(rows, curves.get("run"), curves.get("compile"), options.plot)
    print(f"all numbers: {options.json}; picture: {options.plot}")
    return missed if options.strict else 0


def _options(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--only", default="", help="a regular expression: which rows and curves")
    parser.add_argument("--peers", nargs="*", choices=FRAMEWORKS, default=FRAMEWORKS)
    parser.add_argument("--quick", action="store_true", help="few rounds, small growth")
    parser.add_argument("--json", type=Path, default=BUILD / "results.json")
    parser.add_argument("--plot", type=Path, default=BUILD / "results.png")
    parser.add_argument("--markdown", type=Path, help="where to write the table in Markdown")
    parser.add_argument(
        "--envs", type=Path, default=BUILD / "envs", help="where the peers' environments are"
    )
    parser.add_argument(
        "--strict", action="store_true", help="make the exit status the number of missed rows"
    )
    return parser.parse_args(argv)


def _measurements(options: argparse.Namespace, effort: Effort) -> Iterator[Measurement]:
    chosen: list[Workload] = [w for n, w in WORKLOADS.items() if re.search(options.only, n)]
    peers = {name: Peer(name, options.envs) for name in _frameworks(options)}
    try:
        for workload in chosen:
            yield measure(workload, peers, effort)
    finally:
        for peer in peers.values():
            peer.stop()


def _startup_rows(options: argparse.Namespace, effort: Effort) -> Iterator[Row]:
    for startup in STARTUPS:
        if re.search(options.only, startup.name):
            times = measure_startup(startup, _frameworks(options), options.envs, effort)
            yield row_of(startup.name, startup.bounds, times)


def _frameworks(options: argparse.Namespace) -> list[str]:
    return list(dict.fromkeys(("tir", *options.peers)))


def _described(limits: Limits) -> str:
    units = {"triad": "GB/s", "read": "GB/s"}
    return ", ".join(
        f"{name} {value / 1e9:.1f} {units.get(name, 'Gflop/s')}"
        for name, value in asdict(limits).items()
    )


if __name__ == "__main__":
    sys.exit(main())
