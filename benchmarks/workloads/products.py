"""Products of matrices, which everybody leaves to a BLAS library."""

from __future__ import annotations

from typing import Any

import numpy as np

from benchmarks.workload import Arrays, Bound, Expression

PEERS = (Bound(("numpy", "torch", "jax"), 1.03),)


def _square(dtype: str) -> Any:
    def inputs(rng: np.random.Generator, n: int) -> Arrays:
        return tuple(rng.normal(size=(n, n)).astype(dtype) for _ in range(2))

    return inputs


def _matrix_vector(rng: np.random.Generator, n: int) -> Arrays:
    return rng.normal(size=(n, n)).astype("float32"), rng.normal(size=n).astype("float32")


def _batched(rng: np.random.Generator, count: int, n: int) -> Arrays:
    return tuple(rng.normal(size=(count, n, n)).astype("float32") for _ in range(2))


_WRITTEN = {
    "tir": lambda tir, a, b: tir.tensor.dot(a, b),
    "jax": lambda _, a, b: a @ b,
    "torch": lambda _, a, b: a @ b,
    "numpy": lambda _: "a @ b",
}

WORKLOADS = [
    *(
        Expression(
            f"gemm-{dtype}",
            dtype,
            _square(dtype),
            (1024,),
            (8,),
            lambda a, b: a @ b,
            _WRITTEN,
            PEERS,
            flops=lambda n: 2.0 * n**3,
        )
        for dtype in ("float32", "float64")
    ),
    Expression(
        "gemv",
        "float32",
        _matrix_vector,
        (4096,),
        (9,),
        lambda a, b: a @ b,
        _WRITTEN,
        PEERS,
    ),
    Expression(
        "batched-gemm",
        "float32",
        _batched,
        (64, 128),
        (3, 5),
        lambda a, b: a @ b,
        {**_WRITTEN, "tir": lambda tir, a, b: tir.tensor.batched_dot(a, b)},
        PEERS,
        flops=lambda count, n: 2.0 * count * n**3,
    ),
]
