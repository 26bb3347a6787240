"""Is what a framework computes what NumPy says? Asked before anything is timed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from benchmarks.adapters.program import STEPS
from benchmarks.workload import Descent, Update, Workload

TOLERANCE = {"float32": 1e-5, "float64": 1e-11}


class WrongResultError(Exception):
    """A framework computes something else than the others."""


def expected(workload: Workload, size: Sequence[int] | None = None) -> list[np.ndarray[Any, Any]]:
    """What NumPy computes, in float64 whatever the dtype of the workload."""
    inputs = [_widened(array) for array in workload.make_inputs(size)]
    if isinstance(workload, Descent):
        parameters = [_widened(p) for p in workload.make_parameters(size)]
        costs = []
        for _ in range(STEPS):
            cost, gradients = workload.numpy(parameters, *inputs)
            costs.append(np.asarray(cost))
            parameters = [p - workload.rate * g for p, g in zip(parameters, gradients, strict=True)]
        return costs + parameters
    outputs = workload.numpy(*inputs)
    return [np.asarray(out) for out in (outputs if isinstance(outputs, tuple) else (outputs,))]


def _widened(array: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    return array.astype("float64") if array.dtype.kind == "f" else array


def check(workload: Workload, got: Sequence[np.ndarray[Any, Any]]) -> None:
    """Raises `WrongResultError` where dtypes, shapes or values differ from NumPy's."""
    wanted = expected(workload)
    if len(got) != len(wanted):
        raise WrongResultError(f"{len(got)} results instead of {len(wanted)}")
    for position, (value, right) in enumerate(zip(got, wanted, strict=True)):
        where = f"result {position}"
        if str(value.dtype) != workload.dtype or value.shape != right.shape:
            raise WrongResultError(
                f"{where} is {value.dtype}{list(value.shape)}, not {workload.dtype}{list(right.shape)}"
            )
        scale = np.abs(right).max()
        error = np.abs(value - right).max() / scale if scale else np.abs(value).max()
        if not error <= (workload.tolerance or TOLERANCE[workload.dtype]):
            raise WrongResultError(f"{where} is wrong by {error:.1e} of the largest value")


def bytes_moved(workload: Workload, results: Sequence[np.ndarray[Any, Any]]) -> int:
    """What has to come from memory and go to it: each input read once, each output written once.

    A step of gradient descent also reads and writes its parameters, which are among the results.
    """
    inputs = 0 if isinstance(workload, Update) else sum(a.nbytes for a in workload.make_inputs())
    state = workload.make_parameters() if isinstance(workload, Descent) else ()
    return inputs + sum(a.nbytes for a in state) + sum(a.nbytes for a in results)
