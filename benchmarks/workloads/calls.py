"""Calls with so little to do that only the call itself counts."""

from __future__ import annotations

from functools import reduce
from operator import add
from typing import Any

import numpy as np

from benchmarks.workload import Arrays, Bound, Expression, Update

BOUNDS = (Bound(("jax", "pytensor"), 0.1), Bound(("numpy",), 1.0))


def _sum(_: Any, *values: Any) -> Any:
    return reduce(add, values)


def _scalars(rng: np.random.Generator) -> Arrays:
    return tuple(np.array(rng.normal()) for _ in range(2))


def _vectors(count: int) -> Any:
    def inputs(rng: np.random.Generator) -> Arrays:
        return tuple(rng.normal(size=3) for _ in range(count))

    return inputs


def _counter(rng: np.random.Generator) -> Arrays:
    return (np.array(rng.normal()),)


def _written(numpy: str) -> dict[str, Any]:
    return {"tir": _sum, "jax": _sum, "pytensor": _sum, "numpy": lambda _: numpy}


def _increment(_: Any, x: Any) -> Any:
    return x + 1


WORKLOADS = [
    Expression("call-scalars", "float64", _scalars, (), (), np.add, _written("add(a, b)"), BOUNDS),
    Expression(
        "call-vectors", "float64", _vectors(2), (), (), np.add, _written("add(a, b)"), BOUNDS
    ),
    Expression(
        "call-10-inputs",
        "float64",
        _vectors(10),
        (),
        (),
        lambda *v: reduce(add, v),
        _written("a + b + c + d + e + f + g + h + i + j"),
        BOUNDS,
    ),
    Update(
        "call-shared-update",
        "float64",
        _counter,
        (),
        (),
        lambda x: x + 1,
        {
            "tir": _increment,
            "jax": _increment,
            "pytensor": _increment,
            "numpy": lambda _: "add(a, 1, out=a)",
        },
        BOUNDS,
    ),
]
