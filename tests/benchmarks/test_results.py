"""From times to rows, and from rows to text and JSON."""

from __future__ import annotations

import json
from typing import Any

import pytest

from benchmarks.limits import Limits
from benchmarks.markdown import markdown
from benchmarks.measurement import Effort, Measurement, Times, measure
from benchmarks.peers import PeerError
from benchmarks.plot import label
from benchmarks.results import Share, row_of, row_of_measurement
from benchmarks.table import heading, line, readable, summary_of_run_time, table
from benchmarks.workload import Bound
from benchmarks.workloads import WORKLOADS

LIMITS = Limits(20e9, 15e9, 200e9, 100e9, 160e9, 80e9)
BOUNDS = (Bound(("jax", "torch"), 0.8), Bound(("numpy",), 1.0))


def _times(**seconds: float) -> dict[str, Times]:
    return {name: Times([2 * value, value, 3 * value]) for name, value in seconds.items()}


def test_ratio_is_to_the_best_peer_of_each_bound() -> None:
    row = row_of("w", BOUNDS, _times(tir=1.0, jax=4.0, torch=2.0, numpy=0.5))
    assert [(r.value, r.best_peer, r.met) for r in row.ratios] == [
        (0.5, "torch", True),
        (2.0, "numpy", False),
    ]
    assert row.missed
    assert row.times["tir"] == 1.0
    assert row.medians["tir"] == 2.0


def test_a_row_meets_its_targets() -> None:
    row = row_of("w", BOUNDS, _times(tir=1.0, jax=4.0, numpy=1.0))
    assert not row.missed
    assert "MISSED" not in line(row)


def test_what_tir_cannot_do_is_missed_and_says_why() -> None:
    times = {"tir": Times(error="AttributeError: no batched_dot\nmore"), **_times(jax=1.0)}
    row = row_of("w", BOUNDS, times)
    assert row.missed
    text = line(row)
    assert "failed" in text
    assert "tir: AttributeError: no batched_dot" in text
    assert "more" not in text


def test_peers_that_fail_or_are_left_out_have_no_part_in_the_ratio() -> None:
    times = {"jax": Times(error="ImportError: x"), **_times(tir=1.0, torch=2.0)}
    row = row_of("w", BOUNDS, times)
    assert [r.best_peer for r in row.ratios] == ["torch"]


def test_markdown_has_each_target_and_marks_those_missed() -> None:
    row = row_of("w", BOUNDS, _times(tir=1.0, jax=4.0, torch=2.0, numpy=0.5))
    heading, _, first, second, *_ = markdown([row], "none").splitlines()
    assert heading.count("|") == first.count("|") == second.count("|")
    assert "|0.50|torch|0.8|" in first
    assert "|**2.00**|numpy|1|" in second


def test_each_target_of_a_row_says_to_whom_and_whether_it_is_missed() -> None:
    row = row_of("w", BOUNDS, _times(tir=1.0, jax=4.0, torch=2.0, numpy=0.5))
    first, second = line(row).splitlines()
    assert first.split()[-3:] == ["0.50", "torch", "0.80"]
    assert second.split() == ["2.00", "numpy", "1.00", "MISSED"]
    assert [second.index(word) for word in ("2.00", "numpy")] == [
        first.index(word) for word in ("0.50", "torch")
    ]
    assert [ratio["met"] for ratio in row.as_json()["ratios"]] == [True, False]
    assert [label(row, ratio) for ratio in row.ratios] == ["w: jax, torch", "w: numpy"]
    lonely = row_of("w", BOUNDS, _times(tir=1.0, jax=4.0))
    assert [label(lonely, ratio) for ratio in lonely.ratios] == ["w"]


def test_a_row_too_far_from_the_limit_is_marked_where_its_share_stands() -> None:
    row = row_of("w", BOUNDS, _times(tir=1.0, torch=2.0, numpy=2.0), Share(0.5, 0.8))
    first, second = line(row).splitlines()
    assert first.split()[-3:] == ["50%", "80%", "MISSED"]
    assert "MISSED" not in second
    assert heading().index(" to ") + 1 == first.index("torch")
    assert heading().index("limit") == first.index("50%") - 2


def test_share_of_memory_and_of_arithmetic() -> None:
    polynomial = Measurement(WORKLOADS["polynomial"], _times(tir=0.024, jax=0.1), 240_000_000)
    share = row_of_measurement(polynomial, LIMITS).share
    assert share is not None
    assert share.value == pytest.approx(0.5)
    assert not share.met
    gemm = Measurement(WORKLOADS["gemm-float32"], _times(tir=2 * 1024**3 / 80e9), 1)
    share = row_of_measurement(gemm, LIMITS).share
    assert share is not None
    assert share.value == pytest.approx(0.5)
    assert share.met


def test_table_and_json_hold_the_same_rows() -> None:
    rows = [row_of(name, BOUNDS, _times(tir=1e-3, jax=2e-3)) for name in ("one", "two")]
    lines = table(rows).splitlines()
    assert [text.split()[0] for text in lines[1:]] == ["one", "two"]
    assert lines[1].split()[1:3] == ["1", "ms"]
    read = json.loads(json.dumps([row.as_json() for row in rows]))
    assert [row["name"] for row in read] == ["one", "two"]
    assert read[0]["seconds"] == {"tir": 1e-3, "jax": 2e-3}
    assert read[0]["ratios"][0]["ratio"] == 0.5
    assert read[0]["missed"] is False


@pytest.mark.parametrize(
    ("seconds", "text"), [(2.5, "2.5 s"), (1.25e-3, "1.25 ms"), (4e-6, "4 us"), (3e-7, "300 ns")]
)
def test_readable(seconds: float, text: str) -> None:
    assert readable(seconds) == text


def test_summary_names_the_size_where_most_is_lost() -> None:
    curve = {"n": [1, 10], "tir": [1e-6, 5e-6], "numpy": [2e-6, 4e-6]}
    assert "loses at most 1 us (n = 10)" in summary_of_run_time({"x + y": curve})
    curve = {"n": [1, 10], "tir": [1e-6, 3e-6], "numpy": [2e-6, 4e-6]}
    assert "never loses" in summary_of_run_time({"x + y": curve})


class FakePeer:
    """Answers as a worker would, and notes in which order it was asked for times."""

    def __init__(self, name: str, seconds: float | None, order: list[str]) -> None:
        self.name, self.seconds, self.order = name, seconds, order

    def ask(self, do: str, **_: Any) -> dict[str, Any]:
        if self.seconds is None:
            raise PeerError("cannot")
        if do == "time":
            self.order.append(self.name)
        return {"build": {"bytes": 100}, "time": {"times": [self.seconds]}, "drop": {}}[do]


def test_peers_take_turns_and_tir_begins_and_ends_each_round() -> None:
    order: list[str] = []
    seconds = {"tir": 1.0, "jax": 2.0, "torch": None}
    peers: Any = {name: FakePeer(name, value, order) for name, value in seconds.items()}
    measured = measure(WORKLOADS["softmax-1000"], peers, Effort(2, 0.0))
    assert order == ["tir", "jax", "tir"] * 2
    assert measured.times["tir"].best == 1.0
    assert measured.times["torch"].error == "cannot"
    assert measured.bytes_moved == 100
