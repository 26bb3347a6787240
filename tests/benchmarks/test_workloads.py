"""Each workload at a small size: tir computes what the oracle of the benchmarks says."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from benchmarks.adapters import for_numpy, for_tir
from benchmarks.oracle import WrongResultError, bytes_moved, check, expected
from benchmarks.stopwatch import Stopwatch
from benchmarks.workload import Descent, Workload
from benchmarks.workloads import WORKLOADS

SMALL = [
    replace(workload, size=workload.small)
    for name, workload in WORKLOADS.items()
    if not name.endswith("-1024")  # the same as with 1000 columns
]


@pytest.mark.parametrize("workload", SMALL, ids=lambda w: w.name)
def test_tir_agrees_with_the_oracle(workload: Workload) -> None:
    program = for_tir.build(workload)
    check(workload, program.results())
    assert len(Stopwatch(program.statement, program.names).samples(0.0, least=2)) == 2


@pytest.mark.parametrize(
    "workload", [w for w in SMALL if "numpy" in w.written], ids=lambda w: w.name
)
def test_the_text_for_numpy_agrees_with_the_oracle(workload: Workload) -> None:
    check(workload, for_numpy.build(workload).results())


@pytest.mark.parametrize("workload", SMALL, ids=lambda w: w.name)
def test_every_peer_has_an_expression(workload: Workload) -> None:
    assert set(workload.frameworks()) <= set(workload.written)


@pytest.mark.parametrize(
    "workload", [w for w in SMALL if isinstance(w, Descent)], ids=lambda w: w.name
)
def test_gradients_of_the_oracle_are_those_of_its_cost(workload: Descent) -> None:
    """By differences along a random direction."""
    rng = np.random.default_rng(1)
    inputs = [a.astype("float64") if a.dtype.kind == "f" else a for a in workload.make_inputs()]
    parameters = [p.astype("float64") for p in workload.make_parameters()]
    direction = [rng.normal(size=p.shape) for p in parameters]
    _, gradients = workload.numpy(parameters, *inputs)
    step = 1e-6
    ahead, behind = (
        workload.numpy([p + s * d for p, d in zip(parameters, direction, strict=True)], *inputs)[0]
        for s in (step, -step)
    )
    slope = sum((g * d).sum() for g, d in zip(gradients, direction, strict=True))
    np.testing.assert_allclose((ahead - behind) / (2 * step), slope, rtol=1e-6)


@pytest.mark.parametrize(
    "spoil",
    [
        lambda a: a * (1 + 1e-3),
        lambda a: a.astype("float32"),
        lambda a: a[:-1],
        lambda a: np.where(np.arange(len(a)) == 7, np.nan, a),
    ],
)
def test_check_refuses_what_is_wrong(spoil) -> None:
    workload = next(w for w in SMALL if w.name == "polynomial")
    right = expected(workload)
    check(workload, right)
    with pytest.raises(WrongResultError):
        check(workload, [spoil(right[0])])


def test_bytes_are_those_of_inputs_and_outputs() -> None:
    workload = next(w for w in SMALL if w.name == "polynomial")
    assert bytes_moved(workload, expected(workload)) == 3 * 8 * 1000
