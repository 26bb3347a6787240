"""Products of matrices with few columns, which BLAS is not called for."""

from __future__ import annotations

import numpy as np
import pytest

from tests.runtime.parallel_loops import gemm, gemm_onto
from tir.config import config

ROWS = (95, 96, 97, 111, 200)
TERMS = (127, 128, 131, 255, 257, 512, 513, 700)
"""Around where vectors and blocks end."""


def _matrix(
    rng: np.random.Generator, rows: int, columns: int, dtype: type, order: str
) -> np.ndarray:
    """In the middle of NaN."""
    shape = (rows + 2, columns + 3) if order == "C" else (columns + 2, rows + 3)
    block = np.full(shape, np.nan, dtype)
    matrix = block[1:-1, 1:-2] if order == "C" else block[1:-1, 1:-2].T
    matrix[...] = rng.normal(size=(rows, columns))
    return matrix


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("left", ["C", "F"])
@pytest.mark.parametrize("right", ["C", "F"])
def test_values(dtype: type, left: str, right: str) -> None:
    rng = np.random.default_rng(11)
    epsilon = float(np.finfo(dtype).eps)
    for n in range(13):
        for m, k in zip(ROWS * 2, TERMS, strict=False):
            a = _matrix(rng, m, k, dtype, left)
            b = _matrix(rng, k, n, dtype, right)
            old = rng.normal(size=(m, n)).astype(dtype)
            wide = a.astype(np.longdouble) @ b.astype(np.longdouble)
            bound = 4 * epsilon * (np.abs(a).astype(np.longdouble) @ np.abs(b))
            assert (np.abs(gemm(a, b) - wide) <= bound).all()
            onto = gemm_onto(old, a, b, -0.5)
            assert (np.abs(onto - (old - 0.5 * wide)) <= bound + 4 * epsilon * np.abs(old)).all()


@pytest.mark.parametrize("order", ["C", "F"])
@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_what_is_not_finite_goes_where_it_belongs(order: str, value: float) -> None:
    rng = np.random.default_rng(12)
    for position in ((0, 0), (50, 130), (99, 256)):
        a = _matrix(rng, 100, 257, np.float64, order)
        b = rng.normal(size=(257, 10))
        a[position] = value
        with np.errstate(invalid="ignore"):
            expected = a @ b
        np.testing.assert_allclose(gemm(a, b), expected, rtol=1e-10)


@pytest.mark.parametrize("order", ["C", "F"])
def test_threads_do_not_change_them(order: str) -> None:
    rng = np.random.default_rng(13)
    a = _matrix(rng, 1000, 784, np.float32, order)
    b = rng.normal(size=(784, 10)).astype(np.float32)
    with config.change_flags(threads=1):
        expected = gemm(a, b)
    for count in (2, 3):
        with config.change_flags(threads=count):
            np.testing.assert_array_equal(gemm(a, b), expected)
