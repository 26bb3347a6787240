"""A product of two matrices, beside NumPy."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

import tir
from benchmarks.report import Result, fastest
from tir import tensor as T

SIZE = 1024


def run() -> Iterator[Result]:
    """1024 x 1024, in both precisions."""
    rng = np.random.default_rng(0)
    for dtype in ("float64", "float32"):
        left, right = (rng.normal(size=(SIZE, SIZE)).astype(dtype) for _ in range(2))
        a, b = T.matrix("a", dtype), T.matrix("b", dtype)
        function = tir.function([a, b], T.dot(a, b))
        tolerance = 1e-9 if dtype == "float64" else 1e-2
        np.testing.assert_allclose(function(left, right), left @ right, rtol=0, atol=tolerance)
        ours, numpy = fastest(
            lambda f=function, x=left, y=right: f(x, y), lambda x=left, y=right: x @ y
        )
        yield Result(f"dot, {SIZE} x {SIZE} {dtype}", ours, "numpy", numpy, limit=1.1)
