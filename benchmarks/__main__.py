"""Measure tir beside its peers: `python -m benchmarks`, or a part of it: `python -m benchmarks --only softmax`."""

from __future__ import annotations

import argparse
import json
import re
import sys
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from benchmarks.adapters import FRAMEWORKS
from benchmarks.environments import BUILD
from benchmarks.limits import Limits, measure_limits
from benchmarks.measurement import QUICK, THOROUGH, measure
from benchmarks.peers import Peer
from benchmarks.results import row_of_measurement
from benchmarks.table import heading, line
from benchmarks.workloads import WORKLOADS


def main(argv: Sequence[str] | None = None) -> int:
    """Print the table; with `--strict` the exit status is the number of missed targets."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--only", default="", help="a regular expression: which workloads")
    parser.add_argument("--peers", nargs="*", choices=FRAMEWORKS, default=list(FRAMEWORKS))
    parser.add_argument("--quick", action="store_true", help="few rounds")
    parser.add_argument(
        "--envs", type=Path, default=BUILD / "envs", help="environments of the peers"
    )
    parser.add_argument("--json", type=Path, help="where to write all numbers")
    parser.add_argument("--strict", action="store_true")
    options = parser.parse_args(argv)

    effort = QUICK if options.quick else THOROUGH
    chosen = [w for name, w in WORKLOADS.items() if re.search(options.only, name)]
    peers = {name: Peer(name, options.envs) for name in {"tir", *options.peers}}
    limits = measure_limits()
    print(describe(limits), flush=True)
    print(heading(), flush=True)
    rows = []
    for workload in chosen:
        measurement = measure(workload, peers, effort)
        rows.append(row_of_measurement(measurement, limits))
        print(line(rows[-1]), flush=True)
    for peer in peers.values():
        peer.stop()
    if options.json:
        content = {"limits": asdict(limits), "rows": [row.as_json() for row in rows]}
        options.json.write_text(json.dumps(content, indent=1) + "\n")
    missed = sum(row.missed for row in rows)
    print(f"{missed} of {len(rows)} missed")
    return missed if options.strict else 0


def describe(limits: Limits) -> str:
    """The limits in a line."""
    texts = [f"{name} {value / 1e9:.1f}" for name, value in asdict(limits).items()]
    return "limits, GB/s and Gflop/s: " + ", ".join(texts)


if __name__ == "__main__":
    sys.exit(main())
