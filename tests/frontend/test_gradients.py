"""Gradients through the functions that are made of several operations, against finite differences."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import tir
from tests.evaluate import check
from tir import tensor as T

X = np.random.default_rng(1).uniform(0.3, 1.7, (3, 4))
Y = np.random.default_rng(2).uniform(0.3, 1.7, (3, 4))
ROWS, LABELS = np.array([2, 0, 2]), np.array([1, 3, 0])

EXPRESSIONS: dict[str, Callable[[Any], Any]] = {
    "mean": lambda x: x.mean(axis=0),
    "var": lambda x: x.var(axis=1, ddof=1),
    "corrected var": lambda x: x.var(axis=0, corrected=True),
    "std": lambda x: x.std(axis=0, keepdims=True) * x,
    "norm": lambda x: x.norm(3, axis=1),
    "2-norm": lambda x: x.norm(2),
    "ptp": lambda x: x.ptp(axis=1),
    "prod with dtype": lambda x: x.prod(axis=0, dtype="float64"),
    "relu": lambda x: T.nnet.relu(x - 1, 0.25),
    "elu": lambda x: T.nnet.elu(x - 1, 2),
    "softsign": T.nnet.softsign,
    "hard sigmoid": T.nnet.hard_sigmoid,
    "softmax": lambda x: T.nnet.softmax(x, axis=0),
    "dense crossentropy": lambda x: T.nnet.categorical_crossentropy(x, Y),
    "crossentropy of labels": lambda x: T.nnet.categorical_crossentropy(T.nnet.softmax(x), LABELS),
    "binary crossentropy": lambda x: T.nnet.binary_crossentropy(x / 2, Y / 2),
    "sigmoid crossentropy": lambda x: T.nnet.sigmoid_binary_crossentropy(x, Y),
    "columns": lambda x: x[:, LABELS],
    "rows and a column": lambda x: x[ROWS, 1],
    "a step back": lambda x: x[::-1, None, 1::2],
    "spread indices": lambda x: x[ROWS, None, LABELS],
    "set columns": lambda x: T.set_subtensor(x[:, [0, 2]], x[:, 1:3] * 2),
    "add to rows": lambda x: T.inc_subtensor(x[ROWS], x * 3),
    "set a new axis": lambda x: T.set_subtensor(x[1:, None, 0], x[1:, 2:3]),
    "flatten": lambda x: x.flatten() ** 2,
    "flatten to 2": lambda x: x.dimshuffle(0, "x", 1).flatten(2) ** 2,
    "outer": lambda x: T.outer(x[0], x[1]),
    "dot of three dimensions": lambda x: T.dot(T.outer(x, x).reshape((3, 4, -1)), x.T.flatten()),
    "tensordot": lambda x: T.tensordot(x.dimshuffle(0, "x", 1), x, ([0, 2], [0, 1])),
    "batched dot": lambda x: T.batched_dot(x, x.dimshuffle(0, 1, "x") * Y[:, None]),
    "matmul of a stack": lambda x: T.matmul(x, x.dimshuffle("x", 1, 0) * x.dimshuffle(0, 1, "x")),
    "reshape": lambda x: x.reshape((x.shape[1], -1)) * 2,
    "take": lambda x: x.take([5, 0, 5]),
    "largest": lambda x: T.largest(x, Y, 1.0),
    "alloc": lambda x: T.alloc(x[0], 2, x.shape[1]) ** 2,
    "ones like": lambda x: T.ones_like(x) * x,
    "shape": lambda x: x * x.shape[0] / x.size,
}


@pytest.mark.parametrize("name", EXPRESSIONS)
def test_gradient(name: str) -> None:
    tir.verify_grad(EXPRESSIONS[name], [X], n_tests=1, mode="FAST_COMPILE")


def test_kinks() -> None:
    x = T.dvector()
    zero = {x: [0.0, 2.0, -1.0]}
    check(T.grad(T.nnet.relu(x).sum(), x), zero, np.array([0.5, 1, 0]))
    y = T.dvector()
    both = {x: [1.0, 2.0], y: [1.0, 3.0]}
    check(T.grad(T.maximum(x, y).sum(), x), both, np.array([1.0, 0]))
    check(T.grad(x.max(), x), {x: [3.0, 1, 3]}, np.array([1.0, 0, 1]))
