"""How long the training step of a softmax regression takes to build and to compile, without any cache."""

from __future__ import annotations

import time
from collections.abc import Iterator

import numpy as np

import tir
from benchmarks.report import Result
from tir import tensor as T


def _compile() -> float:
    x, y = T.matrix("x"), T.ivector("y")
    w = tir.shared(np.zeros((64, 10)), name="W")
    b = tir.shared(np.zeros(10), name="b")
    start = time.perf_counter()
    p = T.nnet.softmax(T.dot(x, w) + b)
    cost = -T.mean(T.log(p)[T.arange(y.shape[0]), y])
    gw, gb = T.grad(cost, [w, b])
    train = tir.function([x, y], cost, updates=[(w, w - 0.1 * gw), (b, b - 0.1 * gb)])
    seconds = time.perf_counter() - start
    labels = np.arange(5, dtype="int32")
    first = float(train(np.ones((5, 64)), labels))
    assert abs(first - np.log(10)) < 1e-12, first
    return seconds


def _compile_trivial() -> float:
    x = T.vector("x")
    start = time.perf_counter()
    tir.function([x], x + 1)
    return time.perf_counter() - start


def run() -> Iterator[Result]:
    """The second compilation counts: the first one also imports the compiler."""
    with tir.config.change_flags(cache=False):
        first = _compile()
        best = min(_compile() for _ in range(5))
        trivial = min(_compile_trivial() for _ in range(5))
    yield Result("training step, expression to code", best, "x + 1", trivial, 0.5, absolute=True)
    yield Result("training step, the first compiled", first, "training step later", best)
