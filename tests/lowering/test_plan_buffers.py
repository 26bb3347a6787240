"""Temporaries of whole functions: in place and side by side, they hold the values that they should."""

from __future__ import annotations

import re
import threading

import numpy as np
import pytest

import tir
from tests.runtime.native_entry import executable, on_failure, parameter, slow_path, strided
from tir import memory
from tir import tensor as T

MATRIX = strided(2, "f64")


def arena_sizes(function: tir.frontend.compiled_function.Function) -> list[int]:
    """How many buffers each arena of a function holds."""
    text = function.ir("planned")
    assert "memref.alloc(" not in text
    assert "memref.dealloc" not in text
    arenas = re.findall(r"rt\.alloc_arena\(.*?\) : (.*)", text)
    return [len(types.split(", ")) for types in arenas]


def chain(depth: int) -> tuple[object, object]:
    """A deep network with square weights, and its input."""
    x, w = T.dmatrix("x"), T.dmatrix("w")
    h = x
    for _ in range(depth):
        h = T.tanh(T.dot(h, w))
    return [x, w], h


def test_a_deep_chain_needs_few_buffers() -> None:
    inputs, h = chain(20)
    f = tir.function(inputs, h)
    rng = np.random.default_rng(0)
    x, w = rng.normal(size=(7, 5)), rng.normal(size=(5, 5))
    expected = x
    for _ in range(20):
        expected = np.tanh(expected @ w)
    np.testing.assert_allclose(f(x, w), expected, rtol=1e-9)
    assert sum(arena_sizes(f)) <= 3


def test_gradients_of_a_chain() -> None:
    (x, w), h = chain(4)
    cost = T.sum(h**2)
    f = tir.function([x, w], [cost, *T.grad(cost, [x, w])])
    slow = tir.function([x, w], [cost, *T.grad(cost, [x, w])], mode="FAST_COMPILE")
    rng = np.random.default_rng(1)
    values = rng.normal(size=(6, 5)), rng.normal(size=(5, 5))
    for fast, plain in zip(f(*values), slow(*values), strict=True):
        np.testing.assert_allclose(fast, plain, rtol=1e-10)


@pytest.mark.parametrize("shape", [(0, 5), (4, 0), (0, 0)])
def test_sizes_of_zero(shape: tuple[int, int]) -> None:
    (x, w), h = chain(3)
    f = tir.function([x, w], [h, h.sum()])
    rows, columns = shape
    value, total = f(np.zeros(shape), np.zeros((columns, columns)))
    assert value.shape == (rows, columns)
    assert total == 0


OVERFLOW = f"""
func.func @main({parameter("%x", MATRIX, "float64")}) {{
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %big = arith.constant SIZE : index
  %y = rt.alloc_output() {{index = 0 : i64, dtype = "float64"}} : memref<f64>
  %a, %b, %c = rt.alloc_arena(%big, %big, %c1, %big) : memref<?x?xf64>, memref<?xf32>, memref<?xi1>
  %v = arith.constant 1.0 : f64
  memref.store %v, %y[] : memref<f64>
  func.return
}}
"""


@pytest.mark.parametrize("size", [1 << 62, 1 << 40, 1 << 31, (1 << 63) - 1])
def test_arenas_that_are_too_large(size: int) -> None:
    call = executable(OVERFLOW.replace("SIZE", str(size))).bind(slow_path, on_failure, [])
    before = memory.statistics()["in_use"]
    with pytest.raises(MemoryError):
        call(np.zeros((2, 2)))
    assert memory.statistics()["in_use"] == before


def test_arenas_are_given_back() -> None:
    call = executable(OVERFLOW.replace("SIZE", "200")).bind(slow_path, on_failure, [])
    before = memory.statistics()["in_use"]
    assert call(np.zeros((2, 2))) == 1
    assert memory.statistics()["in_use"] == before


def test_a_failure_between_gives_the_arena_back() -> None:
    x, w, v = T.dmatrix("x"), T.dmatrix("w"), T.dvector("v")
    f = tir.function([x, w, v], T.dot(T.tanh(T.dot(x, w)), w) + v)
    before = memory.statistics()["in_use"]
    large = np.ones((300, 300))
    for _ in range(3):
        with pytest.raises(ValueError):
            f(large, large, np.ones(7))
    assert memory.statistics()["in_use"] == before
    np.testing.assert_allclose(f(large, large, np.ones(300)), np.tanh(large @ large) @ large + 1)


def test_concurrent_calls_have_memory_of_their_own() -> None:
    inputs, h = chain(3)
    f = tir.function(inputs, h)
    wrong: list[int] = []

    def work(seed: int) -> None:
        rng = np.random.default_rng(seed)
        x, w = rng.normal(size=(120, 100)), rng.normal(size=(100, 100)) / 10
        expected = np.tanh(np.tanh(np.tanh(x @ w) @ w) @ w)
        for _ in range(15):
            if not np.allclose(f(x, w), expected, rtol=1e-8):
                wrong.append(seed)

    threads = [threading.Thread(target=work, args=(i,)) for i in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong


def test_values_that_are_read_again_survive() -> None:
    """The same product is used elementwise, transposed, reduced and as it is."""
    x = T.dmatrix("x")
    p = T.dot(x, x)
    q = T.exp(p / 100)
    f = tir.function([x], [T.dot(q, p), T.dot(p.T, q) + p, (p - p.max(axis=0)).sum(), p + q])
    value = np.random.default_rng(3).normal(size=(6, 6))
    product = value @ value
    e = np.exp(product / 100)
    expected = [
        e @ product,
        product.T @ e + product,
        (product - product.max(axis=0)).sum(),
        product + e,
    ]
    for got, want in zip(f(value), expected, strict=True):
        np.testing.assert_allclose(got, want, rtol=1e-10)


def test_peak_memory_counts_outputs_and_temporaries() -> None:
    x, w = T.dmatrix("x"), T.dmatrix("w")
    f = tir.function([x, w], T.dot(T.dot(x, w), w))
    assert f.peak_memory() == 0
    f(np.ones((8, 16)), np.ones((16, 16)))
    # The output and one temporary, which takes at least its own size and at most a cache line more.
    used = f.peak_memory()
    assert 2 * 8 * 16 * 8 <= used <= 2 * 8 * 16 * 8 + 64
    f(np.ones((2, 16)), np.ones((16, 16)))
    assert f.peak_memory() == used
    f(np.ones((80, 16)), np.ones((16, 16)))
    assert f.peak_memory() >= 10 * (used - 64)


def test_peak_memory_of_an_update_in_place() -> None:
    w = tir.shared(np.zeros(1000))
    f = tir.function([], updates=[(w, w + 1)])
    f()
    assert f.peak_memory() == 0
