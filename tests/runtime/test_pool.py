"""The memory of large arrays: used again when they are gone, never before."""

from __future__ import annotations

import ctypes
import gc
import os
import pickle
import subprocess
import sys
import threading
import weakref
from collections.abc import Iterator

import numpy as np
import pytest

import tir
from tir import memory
from tir import tensor as T
from tir.frontend.compiled_function import Function
from tir.runtime.pool import get_pool

POOL = get_pool()
LARGE = 1 << 17
"""So many float64 are well above the size at which the pool is used."""


def handler_name(array: np.ndarray) -> str:
    """Who allocated the data of an array."""
    core = np._core if hasattr(np, "_core") else np.core
    return core.multiarray.get_handler_name(array)


@pytest.fixture(autouse=True)
def _a_fresh_pool() -> Iterator[None]:
    gc.collect()
    POOL.set_limit(None)
    POOL.trim()
    yield
    POOL.set_limit(None)


@pytest.fixture(scope="module")
def plus_one() -> Function:
    """x -> x + 1 for a vector."""
    x = T.dvector("x")
    return tir.function([x], x + 1)


def address(array: np.ndarray) -> int:
    return array.ctypes.data


def test_a_large_result_is_an_ordinary_array_in_the_pool(plus_one: Function) -> None:
    result = plus_one(np.zeros(LARGE))
    assert handler_name(result) == "tir_pool"
    assert result.base is None
    assert result.flags.owndata
    assert result.flags.c_contiguous
    assert result.flags.f_contiguous
    assert result.flags.aligned
    assert result.flags.writeable
    assert address(result) % 64 == 0
    np.testing.assert_array_equal(result, np.ones(LARGE))


def test_flags_of_a_matrix() -> None:
    x = T.dmatrix("x")
    result = tir.function([x], x + 1)(np.zeros((300, 400)))
    assert result.flags.c_contiguous
    assert not result.flags.f_contiguous
    assert result.strides == (3200, 8)


def test_a_small_result_is_numpys_own(plus_one: Function) -> None:
    assert handler_name(plus_one(np.zeros(3))) != "tir_pool"


def test_huge_results_lie_on_huge_pages(plus_one: Function) -> None:
    result = plus_one(np.zeros(1 << 19))
    assert address(result) % (2 << 20) == 0


def test_memory_is_used_again(plus_one: Function) -> None:
    first = plus_one(np.zeros(LARGE))
    where = address(first)
    del first
    assert memory.statistics()["kept"] >= LARGE * 8
    assert address(plus_one(np.zeros(LARGE))) == where


def test_memory_is_not_used_while_a_view_lives(plus_one: Function) -> None:
    first = plus_one(np.zeros(LARGE))
    where = address(first)
    view = first[5:7]
    del first
    second = plus_one(np.full(LARGE, 5.0))
    assert address(second) != where
    np.testing.assert_array_equal(view, [1.0, 1.0])
    del view
    assert address(plus_one(np.zeros(LARGE))) == where


def test_in_use_counts_what_is_held(plus_one: Function) -> None:
    before = memory.statistics()["in_use"]
    held = [plus_one(np.zeros(LARGE)) for _ in range(3)]
    now = memory.statistics()["in_use"]
    assert 3 * LARGE * 8 <= now - before <= 3 * LARGE * 8 * 1.25
    assert memory.statistics()["peak"] >= now
    del held
    assert memory.statistics()["in_use"] == before


def test_trim_gives_back_what_is_kept(plus_one: Function) -> None:
    plus_one(np.zeros(LARGE))
    kept = memory.statistics()["kept"]
    assert kept >= LARGE * 8
    assert memory.trim() == kept
    assert memory.statistics()["kept"] == 0


def test_the_limit_holds(plus_one: Function) -> None:
    POOL.set_limit(4 * LARGE * 8)
    held = [plus_one(np.zeros(LARGE)) for _ in range(10)]
    del held
    assert 0 < memory.statistics()["kept"] <= 4 * LARGE * 8


def test_a_limit_of_nothing_keeps_nothing(plus_one: Function) -> None:
    POOL.set_limit(0)
    plus_one(np.zeros(LARGE))
    assert memory.statistics()["kept"] == 0


def test_old_sizes_give_way_to_new_ones(plus_one: Function) -> None:
    POOL.set_limit(4 * LARGE * 8)
    held = [plus_one(np.zeros(LARGE)) for _ in range(4)]
    del held
    first = plus_one(np.zeros(2 * LARGE))
    where = address(first)
    del first
    assert address(plus_one(np.zeros(2 * LARGE))) == where


def test_more_blocks_than_slots(plus_one: Function) -> None:
    held = [plus_one(np.full(1 << 14, float(i))) for i in range(300)]
    for i, array in enumerate(held):
        assert array[0] == array[-1] == i + 1
    del held, array
    statistics = memory.statistics()
    assert 0 < statistics["kept"] < 300 * (1 << 14) * 8


def test_the_configuration_sets_the_limit() -> None:
    x = T.dvector("x")
    with tir.config.change_flags(pool_limit=12345678):
        tir.function([x], x + 2)
    assert memory.statistics()["limit"] == 12345678


@pytest.mark.parametrize("size", [1, LARGE // 2, LARGE + 1, 5 * LARGE])
def test_resize(plus_one: Function, size: int) -> None:
    array = plus_one(np.arange(float(LARGE)))
    array.resize(size, refcheck=False)
    expected = np.zeros(size)
    kept = min(size, LARGE)
    expected[:kept] = np.arange(1.0, kept + 1)
    np.testing.assert_array_equal(array, expected)


def test_what_else_is_done_with_arrays(plus_one: Function) -> None:
    array = plus_one(np.arange(float(LARGE)))
    expected = np.arange(1.0, LARGE + 1)
    np.testing.assert_array_equal(pickle.loads(pickle.dumps(array)), expected)
    np.testing.assert_array_equal(array.copy(), expected)
    np.testing.assert_array_equal(np.frombuffer(array), expected)
    array.shape = (2, -1)
    reference = weakref.ref(array)
    del array
    assert reference() is None


def test_a_size_that_does_not_exist() -> None:
    n = T.lscalar("n")
    f = tir.function([n], T.alloc(np.float64(1), n))
    with pytest.raises(MemoryError):
        f(1 << 45)
    with pytest.raises((MemoryError, ValueError)):
        f(1 << 61)
    assert memory.statistics()["in_use"] == 0


def test_a_failed_call_gives_its_outputs_back() -> None:
    x, i = T.dvector("x"), T.lvector("i")
    f = tir.function([x, i], [x + 1, (x * 2)[i]])
    values = np.zeros(LARGE)
    before = memory.statistics()["in_use"]
    for _ in range(3):
        with pytest.raises(IndexError):
            f(values, np.array([LARGE]))
    assert memory.statistics()["in_use"] == before


def test_many_threads(plus_one: Function) -> None:
    wrong: list[object] = []

    def work(number: int) -> None:
        rng = np.random.default_rng(number)
        held: list[tuple[float, np.ndarray]] = []
        for step in range(60):
            size = int(rng.integers(1 << 14, 1 << 16))
            value = float(1000 * number + step)
            held.append((value, plus_one(np.full(size, value))))
            if len(held) > 4:
                expected, array = held.pop(int(rng.integers(4)))
                if not (array == expected + 1).all():
                    wrong.append((number, step))

    threads = [threading.Thread(target=work, args=(i,)) for i in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong
    assert memory.statistics()["in_use"] == 0


def test_native_threads_at_once() -> None:
    """Without the GIL: the functions of the handler, called from many threads at the same time."""
    malloc = ctypes.CFUNCTYPE(ctypes.c_void_p, ctypes.c_void_p, ctypes.c_size_t)(
        POOL._loaded.address("tir_pool_malloc")
    )
    free = ctypes.CFUNCTYPE(None, ctypes.c_void_p, ctypes.c_void_p, ctypes.c_size_t)(
        POOL._loaded.address("tir_pool_free")
    )
    POOL.set_limit(20 << 16)
    wrong: list[int] = []

    def work(number: int) -> None:
        for step in range(400):
            blocks = [malloc(None, 1 << 16 << (step % 3)) for _ in range(5)]
            for block in blocks:
                ctypes.memset(block, number, 1 << 16)
            for block in blocks:
                if ctypes.string_at(block, 1 << 16).count(number) != 1 << 16:
                    wrong.append(step)
                free(None, block, 0)

    threads = [threading.Thread(target=work, args=(i,)) for i in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong
    statistics = memory.statistics()
    assert statistics["in_use"] == 0
    assert 0 <= statistics["kept"] <= 20 << 16
    assert POOL.trim() == statistics["kept"]


def test_a_forked_process_has_a_pool_of_its_own(plus_one: Function) -> None:
    held = plus_one(np.zeros(LARGE))
    plus_one(np.zeros(LARGE))
    child = os.fork()
    if child == 0:
        # No test machinery in the child: the status tells.
        try:
            fine = bool((plus_one(np.full(LARGE, 2.0)) == 3).all() and (held == 1).all())
            held[:] = 7
        finally:
            os._exit(0 if fine else 1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    np.testing.assert_array_equal(held, np.ones(LARGE))


def test_arrays_may_outlive_everything() -> None:
    """Until the interpreter shuts down, also in cycles and in modules that are cleared late."""
    program = """
import builtins, sys, numpy as np, tir
from tir import tensor as T
x = T.dvector("x")
f = tir.function([x], x + 1)
class Node: pass
node = Node(); node.me = node; node.array = f(np.zeros(1 << 18))
builtins.kept = f(np.zeros(1 << 18))
sys.kept = [f(np.zeros(1 << 18)) for _ in range(3)]
np.kept = f(np.zeros(1 << 18))
del f
print("done")
"""
    result = subprocess.run(
        [sys.executable, "-X", "faulthandler", "-c", program],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (result.returncode, result.stdout) == (0, "done\n"), result.stderr


def test_calls_leak_nothing(plus_one: Function) -> None:
    values = np.zeros(LARGE)
    for _ in range(5):
        plus_one(values)
    start = _resident()
    for _ in range(200):
        plus_one(values)
    assert _resident() - start < 4 << 20


def _resident() -> int:
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")
