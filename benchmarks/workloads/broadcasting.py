"""A transposed operand that broadcasts, and a reduction of what comes of it."""

from __future__ import annotations

import numpy as np

from benchmarks.workload import Arrays, Bound, Expression


def _operands(rng: np.random.Generator, i: int, j: int, k: int, m: int) -> Arrays:
    return rng.normal(size=(i, j, k)).astype("float32"), rng.normal(size=(k, m, j, i)).astype(
        "float32"
    )


WORKLOADS = [
    Expression(
        "dimshuffle-max",
        "float32",
        _operands,
        (64, 128, 256, 8),
        (2, 3, 4, 5),
        lambda a, b: (a.transpose(2, 1, 0)[:, None] + b).max(axis=(1, 3)),
        {
            "tir": lambda tir, a, b: tir.tensor.max(a.dimshuffle(2, "x", 1, 0) + b, axis=(1, 3)),
            "jax": lambda jax, a, b: jax.numpy.max(a.transpose(2, 1, 0)[:, None] + b, axis=(1, 3)),
            "torch": lambda torch, a, b: torch.amax(a.permute(2, 1, 0)[:, None] + b, (1, 3)),
        },
        (Bound(("jax", "torch"), 0.8),),
    )
]
