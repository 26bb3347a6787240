"""Reductions of a square matrix over all of it, over rows, and over columns."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from benchmarks.workload import Arrays, Bound, Expression

AXES = {"all": None, "rows": 1, "columns": 0}
"""The axis that is summed over: over rows means that each row gives one number."""


def _matrix(rng: np.random.Generator, n: int) -> Arrays:
    return (rng.normal(size=(n, n)).astype("float32"),)


def _log_sum_exp(xp: Any, x: Any, axis: int | None) -> Any:
    return xp.log(xp.sum(xp.exp(x), axis=axis))


def _torch_log_sum_exp(torch: Any, x: Any, axis: int | None) -> Any:
    return torch.logsumexp(x, (0, 1) if axis is None else axis)


def _torch_max(torch: Any, x: Any, axis: int | None) -> Any:
    return torch.amax(x, (0, 1) if axis is None else axis)


REDUCTIONS: dict[str, dict[str, Callable[..., Any]]] = {
    "sum": {
        "numpy": np.sum,
        "tir": lambda tir, x, axis: tir.tensor.sum(x, axis=axis),
        "jax": lambda jax, x, axis: jax.numpy.sum(x, axis=axis),
        "torch": lambda torch, x, axis: torch.sum(x, axis),
    },
    "max": {
        "numpy": np.max,
        "tir": lambda tir, x, axis: tir.tensor.max(x, axis=axis),
        "jax": lambda jax, x, axis: jax.numpy.max(x, axis=axis),
        "torch": _torch_max,
    },
    "log-sum-exp": {
        "numpy": lambda x, axis: _log_sum_exp(np, x, axis),
        "tir": lambda tir, x, axis: _log_sum_exp(tir.tensor, x, axis),
        "jax": lambda jax, x, axis: jax.nn.logsumexp(x, axis=axis),
        "torch": _torch_log_sum_exp,
    },
    "var": {
        "numpy": np.var,
        "tir": lambda tir, x, axis: tir.tensor.var(x, axis=axis),
        "jax": lambda jax, x, axis: jax.numpy.var(x, axis=axis),
        "torch": lambda torch, x, axis: torch.var(x, axis, correction=0),
    },
}


def _over(function: Callable[..., Any], axis: int | None) -> Callable[..., Any]:
    return lambda *arguments: function(*arguments, axis)


WORKLOADS = [
    Expression(
        f"{name}-{over}",
        "float32",
        _matrix,
        (4096,),
        (9,),
        _over(written["numpy"], axis),
        {framework: _over(f, axis) for framework, f in written.items() if framework != "numpy"},
        (Bound(("jax", "torch"), 0.9),),
        share=0.8,
    )
    for name, written in REDUCTIONS.items()
    for over, axis in AXES.items()
]
