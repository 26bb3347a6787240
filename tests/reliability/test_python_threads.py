"""Compiled functions that several Python threads call at once, with variables that they share, errors and forks."""

from __future__ import annotations

import gc
import os
import subprocess
import sys
import threading
from collections.abc import Iterator

import numpy as np
import pytest

import tir
from tests.at_once import at_once
from tests.reliability.costs import costs
from tir import tensor as T
from tir.config import config

THREADS = 8
LARGE = 1 << 17
"""Elements of arrays for which the GIL is released."""


@pytest.fixture(autouse=True, params=[1, 2])
def _threads(request: pytest.FixtureRequest) -> Iterator[None]:
    with config.change_flags(threads=request.param), costs(PARALLEL_WORK=1024):
        yield


def test_one_function() -> None:
    x, w = T.dmatrices("x", "w")
    hidden = T.tanh(T.dot(x, w))
    # The products of a temporary, a row kernel with memory of its own, and a reduction in blocks.
    f = tir.function([x, w], [T.nnet.softmax(hidden + 1), T.sum(hidden * hidden), T.dot(hidden, w)])
    rng = np.random.default_rng(3)
    arguments = [(rng.normal(size=(n, 128)), rng.normal(size=(128, 128))) for n in (1, 20, 600)]
    expected = [f(*pair) for pair in arguments]

    def work(number: int) -> None:
        for step in range(15):
            which = (number + step) % len(arguments)
            for found, value in zip(f(*arguments[which]), expected[which], strict=True):
                # BLAS may sum in another order when it has other threads.
                np.testing.assert_allclose(found, value, 1e-10, 1e-10)

    at_once(work)


def test_counts_are_exact() -> None:
    """Short calls keep the GIL, so that no update is lost."""
    total = tir.shared(np.zeros(3))
    x = T.dvector("x")
    functions = [
        tir.function([x], total.sum(), updates=[(total, total + (i + 1) * x)])
        for i in range(THREADS)
    ]

    def work(number: int) -> None:
        for _ in range(500):
            functions[number](np.ones(3))

    at_once(work)
    np.testing.assert_array_equal(total.get_value(), [500.0 * 36] * 3)


def test_a_collection_of_garbage_loses_no_update() -> None:
    """A collection runs Python, and so perhaps other threads: none may begin between the read and the write of a value."""
    total = tir.shared(0.0)
    add = tir.function([], updates=[(total, total + 1)])
    f = tir.function([], [total * 2, total * 3], updates=[(total, total + 1)])
    collections = 0

    def count(phase: str, _: dict[str, int]) -> None:
        nonlocal collections
        if phase == "start":
            collections += 1
            add()

    thresholds = gc.get_threshold()
    gc.callbacks.append(count)
    gc.set_threshold(1)
    try:
        kept = [f() for _ in range(100)]
    finally:
        gc.set_threshold(*thresholds)
        gc.callbacks.remove(count)
    assert collections
    assert total.get_value() == len(kept) + collections


def test_nobody_sees_half_an_update() -> None:
    """All elements of the shared variable are equal at any time, whoever is writing."""
    state = tir.shared(np.zeros(LARGE))
    k = T.dscalar("k")
    read = tir.function([], [T.min(state), T.max(state)])
    writers = [
        tir.function([k], None, updates=[(state, state + k)]),
        tir.function([k], None, updates=[(state, T.exp(state * 0) * k)]),
        tir.function([k], [T.min(state), T.max(state)], updates=[(state, state * 0 - k)]),
    ]

    def work(number: int) -> None:
        for step in range(40):
            if number % 2:
                low, high = read()
                assert low == high
                copy = state.get_value()
                assert copy.min() == copy.max()
            else:
                result = writers[(number // 2) % 3](float(step))
                assert not result or result[0] == result[1]

    at_once(work)


def test_variables_of_their_own() -> None:
    def work(number: int) -> None:
        state = tir.shared(np.full(LARGE, float(number)))
        f = tir.function([], T.sum(state), updates=[(state, state + 1)])
        for step in range(20):
            assert f() == LARGE * (number + step)

    at_once(work)


@pytest.mark.parametrize("size", [7, LARGE])
def test_errors(size: int) -> None:
    x, i = T.dvector("x"), T.lvector("i")
    state = tir.shared(np.zeros(size))
    f = tir.function([x, i], T.sum(x[i] * x[: i.shape[0]]), updates=[(state, state + x)])
    good, bad = np.arange(size), np.full(size, size)
    values = np.ones(size)

    def work(number: int) -> None:
        for step in range(10):
            if (number + step) % 2:
                with pytest.raises(IndexError):
                    f(values, bad)
            else:
                assert f(values, good) == size

    at_once(work)
    result = state.get_value()
    assert result.min() == result.max() <= 5 * THREADS


def test_other_threads_go_on() -> None:
    """A thread that runs Python gets somewhere while another one is in a long call."""
    x = T.dvector("x")
    f = tir.function([x], T.sum(T.sin(x) + T.log1p(abs(x)) + T.erf(x)))
    values = np.linspace(-1, 1, 1 << 22)
    steps = 0
    during: list[int] = []

    def call() -> None:
        for _ in range(5):
            before = steps
            f(values)
            during.append(steps - before)

    thread = threading.Thread(target=call)
    thread.start()
    while thread.is_alive():
        steps += 1
    assert max(during) > 1000


_FORKS = """
import os, signal, threading
import numpy as np, tir
from tir import tensor as T
from tir.config import config
config.threads = 2
x = T.dmatrix("x")
state = tir.shared(np.zeros((300, 300)))
f = tir.function([x], [T.nnet.softmax(x), T.sum(x * x, axis=0), T.sum(state)], updates=[(state, state + x)])
product = tir.function([x], T.dot(x, x))
values = np.random.default_rng(0).normal(size=(300, 300))
expected = f(values)[:2]
stop = False
def right():
    return all(np.allclose(a, b) for a, b in zip(f(values)[:2], expected))
def work():
    while not stop:
        assert right()
def compile_others():
    while not stop:
        tir.function([x], T.sum(x + 3))
threads = [threading.Thread(target=t, daemon=True) for t in (work, work, compile_others)]
for thread in threads: thread.start()
for _ in range(4):
    child = os.fork()
    if child == 0:
        signal.alarm(100)
        new = tir.function([x], T.sum(x * x + 2))(values)
        fine = right() and np.isclose(new, (values * values + 2).sum())
        fine = fine and np.allclose(product(values), values @ values)
        os._exit(0 if fine else 1)
    assert os.waitpid(child, 0)[1] == 0
stop = True
for thread in threads: thread.join()
print("done")
"""


_FORKS_WHILE_MODULES_DIE = """
import os, signal, threading
import numpy as np, tir
from tir import tensor as T
x = T.dvector("x")
tir.function([x], x + 1)
from llvmlite import binding as llvm
stop = False
def make_modules():
    while not stop:
        llvm.parse_assembly("define i32 @f() { ret i32 1 }")
thread = threading.Thread(target=make_modules, daemon=True)
thread.start()
for number in range(4):
    child = os.fork()
    if child == 0:
        signal.alarm(60)
        fine = tir.function([x], x * 2.0 + number)(np.ones(1))[0] == 2 + number
        os._exit(0 if fine else 1)
    assert os.waitpid(child, 0)[1] == 0
stop = True
thread.join()
print("done")
"""


@pytest.mark.parametrize(
    "program", [_FORKS, _FORKS_WHILE_MODULES_DIE], ids=["calls", "modules die"]
)
def test_forks(program: str) -> None:
    """While functions are called and compiled, and while another thread is within llvmlite, whose lock is its own.

    OpenBLAS itself may hang where a process forks during its products.
    """
    done = subprocess.run(
        [sys.executable, "-c", program],
        capture_output=True,
        text=True,
        timeout=200,
        env=dict(os.environ),
        check=False,
    )
    assert (done.returncode, done.stdout) == (0, "done\n"), done.stderr
