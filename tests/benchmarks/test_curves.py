"""The parts that measure fresh processes and growth, at sizes that cost nothing, and the picture."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks import first_call, growth
from benchmarks.environments import ROOT
from benchmarks.measurement import Times
from benchmarks.plot import draw
from benchmarks.results import row_of
from benchmarks.workload import Bound


def test_sizes_are_two_for_each_power_of_ten() -> None:
    assert growth.sizes(100) == [1, 3, 10, 32, 100]
    assert growth.sizes(1000, 10) == [10, 32, 100, 316, 1000]


def test_first_call_compiles_and_gives_the_moment_of_the_result() -> None:
    times = first_call.main("tir", "call-vectors")
    assert 0 < times["compile"] < times["end"]


def test_a_worker_answers_in_lines_of_json() -> None:
    requests = [
        {"do": "build", "workload": "call-vectors"},
        {"do": "time", "seconds": 0.0},
        {"do": "drop"},
        {"do": "build", "workload": "no such workload"},
    ]
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.worker", "numpy"],
        input="".join(json.dumps(request) + "\n" for request in requests),
        capture_output=True,
        text=True,
        cwd=ROOT,
        check=True,
    )
    built, timed, dropped, failed = map(json.loads, done.stdout.splitlines())
    assert built == {"bytes": 3 * 3 * 8}
    assert len(timed["times"]) == 3
    assert all(t > 0 for t in timed["times"])
    assert dropped == {}
    assert failed["error"].startswith("KeyError")


def test_the_picture_has_all_that_was_measured(tmp_path: Path) -> None:
    pytest.importorskip("matplotlib")
    run = growth.run_time(10, rounds=1, seconds=0.0)
    assert all(line["n"] == [1, 3, 10] for line in run.values())
    assert all(len(line[who]) == 3 for line in run.values() for who in ("tir", "numpy"))
    compilation = growth.compile_time(10, patience=60)
    assert all(line["nodes"] == [10] for line in compilation.values())
    bounds = (Bound(("jax",), 0.8),)
    rows = [row_of("softmax", bounds, {"tir": Times([1.0]), "jax": Times([2.0])})]
    path = tmp_path / "new" / "picture.png"
    draw(rows, run, compilation, path)
    assert path.read_bytes().startswith(b"\x89PNG")
    other = tmp_path / "nothing.png"
    draw([], None, None, other)
    assert not other.exists()
