"""Loops and matrix products on shared threads: every iteration once, from any thread, in any child."""

from __future__ import annotations

import itertools
import os
import subprocess
import sys
import time
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from tests.at_once import at_once
from tests.runtime.native_entry import (
    Failed,
    executable,
    on_failure,
    parameter,
    slow_path,
    strided,
)
from tests.runtime.parallel_loops import (
    Loop,
    check_product,
    dot,
    gemm,
    gemm_onto,
    gemv,
    gemv_onto,
)
from tir.config import config

THREAD_COUNTS = [1, 2, 5]


def _check_ranges(ranges: list[tuple[int, int]], count: int, grain: int, most: int) -> None:
    assert [begin for begin, _ in ranges] == [0, *(end for _, end in ranges[:-1])]
    assert ranges[-1][1] == count
    assert len(ranges) <= most
    if len(ranges) > 1:
        assert all(end - begin >= grain for begin, end in ranges)
        if grain >= 64:
            assert all(begin % 64 == 0 for begin, _ in ranges)


@pytest.mark.parametrize("thread_count", THREAD_COUNTS)
def test_every_iteration_runs_once(thread_count: int) -> None:
    counts = [1, 2, 5, 63, 64, 65, 127, 128, 129, 1000, 4096, 100_001]
    grains = [-1, 0, 1, 2, 63, 64, 65, 100, 1000, 50_000, 1 << 40]
    with config.change_flags(threads=thread_count):
        for count, grain in itertools.product(counts, grains):
            loop = Loop(count)
            assert loop.run(count, grain) == 0
            assert (loop.counts == 1).all()
            _check_ranges(loop.ranges, count, grain, 4 * thread_count)


@pytest.mark.parametrize("count", [0, -1])
def test_nothing_runs_for_no_iterations(count: int) -> None:
    loop = Loop(1)
    assert loop.run(count, 1) == 0
    assert not loop.ranges


def test_ranges_are_of_even_size() -> None:
    with config.change_flags(threads=5):
        loop = Loop(1999)
        loop.run(1999, 1)
        sizes = {end - begin for begin, end in loop.ranges}
    assert len(loop.ranges) == 20
    assert sizes == {99, 100}


def test_the_thread_count_takes_effect_at_the_next_call() -> None:
    for count in (3, 1, 2):
        with config.change_flags(threads=count):
            loop = Loop(10_000)
            loop.run(10_000, 1)
            assert len(loop.ranges) == (4 * count if count > 1 else 1)


@pytest.mark.parametrize("thread_count", THREAD_COUNTS)
def test_the_first_failure_is_the_result(thread_count: int) -> None:
    with config.change_flags(threads=thread_count):
        loop = Loop(10_000, wrong=5000, status=7)
        assert loop.run(10_000, 100) == 7
        assert (loop.counts <= 1).all()
        assert loop.counts[5000] == 1
        # Nothing of it is left for the next call.
        assert Loop(10_000).run(10_000, 100) == 0


@pytest.mark.parametrize("thread_count", THREAD_COUNTS)
def test_a_loop_in_a_loop_runs_in_its_thread(thread_count: int) -> None:
    with config.change_flags(threads=thread_count):
        loop = Loop(1000)
        assert loop.run(50, 1000, "run_nested") == 0
        assert set(loop.ranges) == {(0, 1000)}
        assert set(loop.counts) == {len(loop.ranges)}


@pytest.mark.parametrize("pause", [0, 0.002])
def test_loops_after_each_other(pause: float) -> None:
    """Short ones, whose helpers often come too late; after a pause they sleep."""
    with config.change_flags(threads=3):
        for count in range(1, 400 if pause else 2000):
            loop = Loop(count)
            assert loop.run(count, 1) == 0
            assert (loop.counts == 1).all()
            time.sleep(pause)


def test_a_caller_that_waits_for_long() -> None:
    with config.change_flags(threads=3):
        for _ in range(5):
            loop = Loop(2_000_000)
            assert loop.run(2_000_000, 1) == 0
            assert (loop.counts == 1).all()


def test_many_threads_call_at_once() -> None:
    def work(index: int) -> None:
        for round_ in range(50):
            count = 1000 + 100 * index + round_
            fails = round_ % 3 == 0
            loop = Loop(count, wrong=3 if fails else -1, status=index + 1)
            assert loop.run(count, 64) == (index + 1 if fails else 0)
            if not fails:
                assert (loop.counts == 1).all()
                _check_ranges(loop.ranges, count, 64, 12)

    with config.change_flags(threads=3):
        at_once(work)


SIZES = (0, 1, 2, 15, 16, 17, 95, 96, 97, 191, 192, 193, 300, 500, 784, 1000)
"""Around the least size of a band, and of two."""


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("columns_of", ["neither", "left", "right", "both"])
def test_products_are_the_same_on_any_number_of_threads(dtype: type, columns_of: str) -> None:
    rng = np.random.default_rng(3)
    cases = [*rng.choice(SIZES, (60, 3)), (600, 784, 10), (20, 784, 500), (193, 3000, 192)]
    cases += [(1041, 300, 40), (2090, 200, 50), (50, 200, 2090)]
    for m, k, n in cases:
        a = _matrix(rng, m, k, dtype, columns_of in ("left", "both"))
        b = _matrix(rng, k, n, dtype, columns_of in ("right", "both"))
        _check_on_any_threads(gemm, a, b)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("layout", ["C", "Fortran", "strided"])
def test_products_added_to_a_matrix_elsewhere(dtype: type, layout: str) -> None:
    """By rows and by columns, in one band and in several; what they are added to stays as it is."""
    rng = np.random.default_rng(6)
    for m, k, n in ((7, 5, 3), (784, 20, 500), (20, 784, 500), (300, 0, 7), (2090, 200, 50)):
        a = rng.normal(size=(m, k)).astype(dtype)
        b = rng.normal(size=(k, n)).astype(dtype)
        strided = layout == "strided"
        block = np.zeros((2 * m, 3 * n), dtype, order="F" if layout == "Fortran" else "C")
        old = block[::2, ::3] if strided else block[:m, :n]
        old[...] = rng.normal(size=(m, n))
        before = old.copy()
        expected = old - 0.5 * (a.astype("float64") @ b.astype("float64"))
        _check_on_any_threads(lambda x, y, old=old: gemm_onto(old, x, y, -0.5), a, b, expected)
        np.testing.assert_array_equal(old, before)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_batches_are_the_same_on_any_number_of_threads(dtype: type) -> None:
    rng = np.random.default_rng(4)
    for count, m, k, n in ((0, 9, 9, 9), (3, 500, 100, 7), (40, 64, 64, 33), (100, 193, 65, 17)):
        a = rng.normal(size=(count, m, k)).astype(dtype)
        b = rng.normal(size=(count, k, n)).astype(dtype)
        _check_on_any_threads(gemm, a, b)
        _check_on_any_threads(gemm, a, b[:1])


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("by_columns", [False, True])
def test_products_with_vectors_are_the_same_on_any_number_of_threads(
    dtype: type, by_columns: bool
) -> None:
    rng = np.random.default_rng(5)
    cases = [*rng.choice(SIZES[1:], (20, 2)), (516, 1000), (1030, 1000), (40, 20_000)]
    for m, k in cases:
        a = _matrix(rng, m, k, dtype, by_columns)
        x = rng.normal(size=2 * k).astype(dtype)
        _check_on_any_threads(gemv, a, x[:k])
        _check_on_any_threads(gemv, a, x[::2])


LONG = ((1, 131_072), (2, 200_001), (31, 9000), (32, 9000), (10, 50_003), (511, 700))
"""Few results, each of many terms: around where their sums are cut, and how often."""


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("by_columns", [False, True])
def test_long_sums_are_the_same_on_any_number_of_threads(dtype: type, by_columns: bool) -> None:
    rng = np.random.default_rng(7)
    tolerance = 1e-4 if dtype is np.float32 else 1e-11
    for m, k in LONG:
        a = _matrix(rng, m, k, dtype, by_columns)
        x = rng.normal(size=2 * k).astype(dtype)
        y = rng.normal(size=m).astype(dtype)
        for vector in (x[:k], x[::2], x[::-2]):
            wide = a.astype(np.longdouble) @ vector.astype(np.longdouble)
            _check_on_any_threads(gemv, a, vector, wide, 20 * tolerance)
            for count in (1, 3):
                with config.change_flags(threads=count):
                    found = gemv_onto(y.copy(), a, vector, -0.5, 2.0)
                np.testing.assert_allclose(found, 2 * y - 0.5 * wide, tolerance, 20 * tolerance)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_dot_is_the_same_on_any_number_of_threads(dtype: type) -> None:
    rng = np.random.default_rng(8)
    for n in (0, 1, 63, 65_537, 131_071, 131_072, 1_000_003, 5_000_000):
        x, y = rng.normal(size=(2, n)).astype(dtype)
        expected = np.sum(x.astype(np.longdouble) * y)
        tolerance = (1e-6 if dtype is np.float32 else 1e-15) * max(n, 1) ** 0.5 * 20
        _check_on_any_threads(dot, x, y, expected, tolerance)
        _check_on_any_threads(dot, x[::-1], y[::-1], expected, tolerance)
        if n:
            x[n // 2] = np.nan
            assert np.isnan(dot(x, y))


def _matrix(
    rng: np.random.Generator, rows: int, columns: int, dtype: type, by_columns: bool
) -> np.ndarray:
    array = rng.normal(size=(rows, columns)).astype(dtype)
    return np.asfortranarray(array) if by_columns else array


def _check_on_any_threads(
    product: Callable[[np.ndarray, np.ndarray], np.ndarray | float],
    a: np.ndarray,
    b: np.ndarray,
    expected: Any = None,
    tolerance: float = 0.0,
) -> None:
    """Compares a function of two arrays with itself, and with what is expected: their product by NumPy."""
    results = []
    for count in (1, 2, 3, 5):
        with config.change_flags(threads=count):
            results.append(product(a, b))
    for other in results[1:]:
        np.testing.assert_array_equal(results[0], other)
    tolerance = tolerance or (2e-4 if a.dtype == np.float32 else 1e-11)
    reference = a @ b if expected is None else expected
    np.testing.assert_allclose(results[0], reference, rtol=tolerance, atol=tolerance)


def test_products_and_loops_of_many_threads() -> None:
    def work(index: int) -> None:
        for round_ in range(5):
            check_product(index + 8 * round_)
            loop = Loop(5000)
            assert loop.run(5000, 64) == 0
            assert (loop.counts == 1).all()

    with config.change_flags(threads=3):
        at_once(work)


VECTOR = strided(1, "f64")

ROOT = f"""
func.func private @kernel(%x: {VECTOR}, %out: memref<?xf64>) {{
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %grain = arith.constant 64 : index
  %zero = arith.constant 0.0 : f64
  %n = memref.dim %out, %c0 : memref<?xf64>
  rt.parallel (%begin, %end) = %n grain %grain {{
    scf.for %i = %begin to %end step %c1 {{
      %a = memref.load %x[%i] : {VECTOR}
      %ok = arith.cmpf oge, %a, %zero : f64
      rt.assert %ok, "negative" {{kind = "ValueError"}}
      %b = math.sqrt %a : f64
      memref.store %b, %out[%i] : memref<?xf64>
    }}
  }}
  func.return
}}

func.func @main({parameter("%x", VECTOR, "float64")}) {{
  %c0 = arith.constant 0 : index
  %n = memref.dim %x, %c0 : {VECTOR}
  %out = rt.alloc_output(%n) {{index = 0 : i64, dtype = "float64"}} : memref<?xf64>
  rt.release_gil %n : index
  func.call @kernel(%x, %out) : ({VECTOR}, memref<?xf64>) -> ()
  rt.acquire_gil
  func.return
}}
"""


def test_functions_that_python_threads_call() -> None:
    root = executable(ROOT).bind(slow_path, on_failure, [])

    def work(index: int) -> None:
        for size in (0, 1, 1000, 100_000):
            x = np.random.default_rng(index).random(size)
            np.testing.assert_array_equal(root(x), np.sqrt(x))
        x[size // 2] = -1
        with pytest.raises(Failed, match="1"):
            root(x)

    with config.change_flags(threads=3):
        at_once(work)


PREAMBLE = """
import ctypes, os, threading
from tests.runtime.parallel_loops import Loop, check_product, everything
from tir.config import config

config.threads = 3

def helpers():
    "How many threads leave SIGINT to others."
    number = 0
    for task in os.listdir("/proc/self/task"):
        status = open(f"/proc/self/task/{task}/status").read()
        number += int(status.split("SigBlk:")[1].split()[0], 16) >> 1 & 1
    return number
"""


def _run_program(text: str, **environment: str) -> str:
    """What a program prints in a process of its own that has a minute."""
    done = subprocess.run(
        [sys.executable, "-c", PREAMBLE + text],
        capture_output=True,
        text=True,
        timeout=60,
        env={**os.environ, **environment},
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_a_forked_child_makes_helpers_of_its_own() -> None:
    output = _run_program(
        """
before = everything()
child = os.fork()
if child == 0:
    assert (helpers(), everything(), helpers()) == (0, before, 2)
    print("done", flush=True)
    os._exit(0)
assert os.waitpid(child, 0)[1] == 0
assert everything() == before
"""
    )
    assert "done" in output


def test_a_child_forked_while_a_loop_runs() -> None:
    """The mutex of the team is held by a thread that the child does not have."""
    assert "done" in _run_program(
        """
stop = False
def work():
    while not stop:
        Loop(100_000).run(100_000, 64)
everything()
worker = threading.Thread(target=work)
worker.start()
for _ in range(8):
    child = os.fork()
    if child == 0:
        everything()
        os._exit(0)
    assert os.waitpid(child, 0)[1] == 0
stop = True
worker.join()
print("done")
"""
    )


def test_a_child_of_a_process_that_has_run_nothing() -> None:
    output = _run_program(
        """
child = os.fork()
if child == 0:
    print(everything(), flush=True)
    os._exit(0)
assert os.waitpid(child, 0)[1] == 0
"""
    )
    assert int(output) == 12


def test_fewer_helpers_than_wanted() -> None:
    """The system gives no more threads: whoever is there takes the ranges."""
    output = _run_program(
        """
import resource
config.threads = 1
everything()
pages = int(open("/proc/self/statm").read().split()[0])
limit = pages * resource.getpagesize() + (6 << 20)
resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
config.threads = 5
print(everything(), helpers())
"""
    )
    ranges, number = map(int, output.split())
    assert ranges == 20
    assert number < 4


def test_helpers_take_no_signals() -> None:
    """The handler of a signal may call Python, and a wait in the main thread is to end early."""
    assert _run_program("everything()\nprint(helpers())").split() == ["2"]
