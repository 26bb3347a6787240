"""Reductions of many short rows, which are computed side by side, block by block."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import tir
from tir import tensor as T

ROWS = (1, 127, 128, 129, 200)
COLUMNS = (0, 1, 3, 10, 12, 13, 24, 25)
LAYOUTS: dict[str, Callable[[np.ndarray], np.ndarray]] = {
    "contiguous": lambda a: a,
    "Fortran order": np.asfortranarray,
    "every other row": lambda a: np.repeat(a, 2, axis=0)[::2],
    "every other column": lambda a: np.repeat(a, 2, axis=1)[:, ::2],
    "backwards": lambda a: a[::-1, ::-1],
}


def _softmax(a: np.ndarray) -> np.ndarray:
    e = np.exp(a - a.max(axis=1, keepdims=True))
    return e / e.sum(axis=1, keepdims=True)


def _inputs(dtype: str, columns: tuple[int, ...] = COLUMNS) -> list[np.ndarray]:
    rng = np.random.default_rng(0)
    return [
        arrange(rng.normal(size=(rows, count)).astype(dtype))
        for rows in ROWS
        for count in columns
        for arrange in LAYOUTS.values()
    ]


def _close(got: Any, wanted: np.ndarray, dtype: str) -> None:
    tolerance = 1e-5 if dtype == "float32" else 1e-13
    np.testing.assert_allclose(got, wanted, rtol=tolerance, atol=tolerance)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_softmax(dtype: str) -> None:
    x, b = T.matrix("x", dtype=dtype), T.vector("b", dtype=dtype)
    alone, added = tir.function([x], T.nnet.softmax(x)), tir.function([x, b], T.nnet.softmax(x + b))
    for a in _inputs(dtype, COLUMNS[1:]):
        row = np.linspace(-1, 1, a.shape[1]).astype(dtype)
        _close(alone(a), _softmax(a.astype("float64")), dtype)
        _close(added(a, row), _softmax(a.astype("float64") + row), dtype)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_several_results(dtype: str) -> None:
    x = T.matrix("x", dtype=dtype)
    total = T.tanh(x).sum(axis=1, keepdims=True)
    function = tir.function([x], [total, T.exp(x).sum(axis=1), x * total])
    for a in _inputs(dtype):
        wide = a.astype("float64")
        wanted = np.tanh(wide).sum(axis=1, keepdims=True)
        for got, want in zip(
            function(a), (wanted, np.exp(wide).sum(axis=1), wide * wanted), strict=True
        ):
            _close(got, want, dtype)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_cross_entropy_and_its_gradient(dtype: str) -> None:
    x, labels = T.matrix("x", dtype=dtype), T.ivector("labels")
    loss = -T.log(T.nnet.softmax(x))[T.arange(labels.shape[0]), labels].mean()
    function = tir.function([x, labels], [loss, T.grad(loss, x)])
    for a in _inputs(dtype, (1, 10, 25)):
        rows = np.arange(len(a))
        chosen = (rows % a.shape[1]).astype("int32")
        wanted = _softmax(a.astype("float64"))
        value, gradient = function(a, chosen)
        _close(value, -np.log(wanted[rows, chosen]).mean(), dtype)
        wanted[rows, chosen] -= 1
        _close(gradient, wanted / len(a), dtype)


def test_many_rows_past_the_cache() -> None:
    x = T.fmatrix("x")
    a = np.random.default_rng(0).normal(size=(250_001, 10)).astype("float32")
    _close(tir.function([x], T.nnet.softmax(x))(a), _softmax(a.astype("float64")), "float32")


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_special_values(dtype: str) -> None:
    x = T.matrix("x", dtype=dtype)
    a = np.random.default_rng(0).normal(size=(200, 10)).astype(dtype)
    a[5, 3], a[70, 1], a[71], a[199, 0] = np.nan, np.inf, -np.inf, -np.inf
    with np.errstate(all="ignore"):
        _close(tir.function([x], T.nnet.softmax(x))(a), _softmax(a), dtype)
        wanted = np.log(np.exp(a.astype("float64")).sum(axis=1))
    _close(tir.function([x], T.log(T.exp(x).sum(axis=1)))(a), wanted, dtype)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_sums_are_no_less_accurate_than_numpys(dtype: str) -> None:
    x = T.matrix("x", dtype=dtype)
    function = tir.function([x], T.sqrt(x).sum(axis=1))
    for columns in (8, 10, 12, 24 if dtype == "float32" else 11):
        a = np.random.default_rng(columns).uniform(size=(5000, columns)).astype(dtype)
        roots = np.sqrt(a)
        wanted = roots.astype(np.longdouble).sum(axis=1)
        got, numpys = (
            np.sqrt(np.mean((s - wanted) ** 2)) for s in (function(a), roots.sum(axis=1))
        )
        assert got <= 1.02 * numpys
