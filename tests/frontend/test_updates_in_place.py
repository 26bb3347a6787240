"""Updates write over the old values of shared variables, but only where nobody can see it."""

from __future__ import annotations

import threading
import weakref
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import tir
from tir import tensor as T
from tir.frontend.compiled_function import Function


def content(variable: Any) -> np.ndarray:
    """The array in a shared variable's cell."""
    return variable.container.storage[0]


def address(variable: Any) -> int:
    return content(variable).ctypes.data


def takes(function: Function) -> int:
    """How many updates the function may do in place."""
    return function.ir("buffers").count("rt.take_shared")


@pytest.fixture
def weights() -> Any:
    return tir.shared(np.arange(12.0).reshape(3, 4), name="W")


@pytest.fixture
def step(weights: Any) -> Function:
    g = T.dmatrix("g")
    return tir.function([g], weights.sum(), updates=[(weights, weights - 0.5 * g)])


GRADIENT = np.ones((3, 4))
BEFORE = np.arange(12.0).reshape(3, 4)


def test_the_new_value_is_in_the_old_memory(weights: Any, step: Function) -> None:
    old, where = id(content(weights)), address(weights)
    assert takes(step) == 1
    assert step(GRADIENT) == BEFORE.sum()
    assert step(GRADIENT) == (BEFORE - 0.5).sum()
    assert (id(content(weights)), address(weights)) == (old, where)
    np.testing.assert_array_equal(content(weights), BEFORE - 1)


def _hold_the_array(array: np.ndarray) -> Any:
    return array


def _hold_a_view(array: np.ndarray) -> Any:
    return array[1:]


def _hold_a_buffer(array: np.ndarray) -> Any:
    return memoryview(array)


def _hold_weakly(array: np.ndarray) -> Any:
    return weakref.ref(array)


@pytest.mark.parametrize("hold", [_hold_the_array, _hold_a_view, _hold_a_buffer])
def test_what_somebody_holds_does_not_change(
    weights: Any, step: Function, hold: Callable[[np.ndarray], Any]
) -> None:
    held = hold(weights.get_value(borrow=True))
    before = np.array(held)
    where = address(weights)
    step(GRADIENT)
    np.testing.assert_array_equal(np.array(held), before)
    assert address(weights) != where
    np.testing.assert_array_equal(content(weights), BEFORE - 0.5)
    # The new array is the variable's alone.
    where = address(weights)
    step(GRADIENT)
    assert address(weights) == where


def test_a_weak_reference_counts(weights: Any, step: Function) -> None:
    held = _hold_weakly(content(weights))
    where = address(weights)
    step(GRADIENT)
    assert held() is None
    assert address(weights) != where


def test_the_value_as_an_argument(weights: Any, step: Function) -> None:
    step(weights.get_value(borrow=True))
    np.testing.assert_array_equal(content(weights), 0.5 * BEFORE)


def test_two_variables_with_one_array() -> None:
    array = np.arange(3.0)
    a, b = tir.shared(array, borrow=True), tir.shared(array, borrow=True)
    del array
    assert content(a) is content(b)
    f = tir.function([], updates=[(a, a + 1), (b, b * 10)])
    assert takes(f) == 2
    f()
    np.testing.assert_array_equal(content(a), [1, 2, 3])
    np.testing.assert_array_equal(content(b), [0, 10, 20])
    f()
    np.testing.assert_array_equal(content(a), [2, 3, 4])
    np.testing.assert_array_equal(content(b), [0, 100, 200])


def _transposed() -> np.ndarray:
    return np.asfortranarray(BEFORE)


def _a_view() -> np.ndarray:
    return np.arange(24.0).reshape(3, 8)[:, ::2] / 2


def _readonly() -> np.ndarray:
    array = BEFORE.copy()
    array.flags.writeable = False
    return array


@pytest.mark.parametrize("make", [_transposed, _a_view, _readonly])
def test_values_in_other_layouts(
    weights: Any, step: Function, make: Callable[[], np.ndarray]
) -> None:
    weights.container.storage[0] = make()
    for count in (1, 2):
        step(GRADIENT)
        np.testing.assert_array_equal(content(weights), BEFORE - 0.5 * count)
    assert content(weights).flags.c_contiguous


def test_a_view_of_somebody_elses_array(weights: Any, step: Function) -> None:
    array = np.arange(20.0)
    weights.set_value(array[2:14].reshape(3, 4), borrow=True)
    step(GRADIENT)
    np.testing.assert_array_equal(array, np.arange(20.0))
    np.testing.assert_array_equal(content(weights), np.arange(2.0, 14).reshape(3, 4) - 0.5)


def test_a_failed_call_changes_nothing(weights: Any) -> None:
    g, v = T.dmatrix("g"), T.dvector("v")
    b = tir.shared(np.zeros(4))
    f = tir.function(
        [g, v], T.dot(weights, v), updates=[(weights, weights - g), (b, b + T.dot(v, weights))]
    )
    where = address(weights), address(b)
    with pytest.raises(ValueError):
        f(GRADIENT, np.ones(4))
    with pytest.raises(ValueError):
        f(np.ones((3, 5)), np.ones(4))
    np.testing.assert_array_equal(content(weights), BEFORE)
    np.testing.assert_array_equal(content(b), np.zeros(4))
    assert (address(weights), address(b)) == where


def test_updates_that_read_each_other() -> None:
    a, b = tir.shared(np.array([1.0, 2.0])), tir.shared(np.array([10.0, 20.0]))
    swap = tir.function([], updates=[(a, b), (b, a)])
    swap()
    np.testing.assert_array_equal(content(a), [10, 20])
    np.testing.assert_array_equal(content(b), [1, 2])
    cross = tir.function([], updates=[(a, a + b.sum()), (b, b + a.sum())])
    cross()
    np.testing.assert_array_equal(content(a), [13, 23])
    np.testing.assert_array_equal(content(b), [31, 32])
    mixed = tir.function([], updates=[(a, a + 2 * b), (b, b - a)])
    mixed()
    np.testing.assert_array_equal(content(a), [75, 87])
    np.testing.assert_array_equal(content(b), [18, 9])


def test_transposed_reads_and_reversals() -> None:
    m = tir.shared(np.arange(4.0).reshape(2, 2))
    f = tir.function([], updates=[(m, m + m.T)])
    f()
    np.testing.assert_array_equal(content(m), [[0, 3], [3, 6]])
    v = tir.shared(np.arange(4.0))
    tir.function([], updates=[(v, v + v[::-1])])()
    np.testing.assert_array_equal(content(v), [3, 3, 3, 3])
    tir.function([], updates=[(v, v + v[0])])()
    np.testing.assert_array_equal(content(v), [6, 6, 6, 6])


def test_outputs_and_updates_that_are_the_same() -> None:
    v = tir.shared(np.arange(3.0))
    f = tir.function([], [v, v + 1, v + 1], updates=[(v, v + 1)])
    for count in range(3):
        old, new, again = f()
        np.testing.assert_array_equal(old, np.arange(3.0) + count)
        np.testing.assert_array_equal(new, old + 1)
        np.testing.assert_array_equal(again, new)
        assert not np.shares_memory(new, content(v))
        assert not np.shares_memory(again, new)


def test_momentum() -> None:
    rng = np.random.default_rng(0)
    start = rng.normal(size=(5, 6))
    w, v = tir.shared(start), tir.shared(np.zeros((5, 6)))
    g = T.dmatrix("g")
    new_v = 0.9 * v - 0.1 * g
    f = tir.function([g], updates=[(v, new_v), (w, w + new_v)])
    expected_w, expected_v = start.copy(), np.zeros((5, 6))
    for _ in range(4):
        gradient = rng.normal(size=(5, 6))
        f(gradient)
        expected_v = 0.9 * expected_v - 0.1 * gradient
        expected_w = expected_w + expected_v
    np.testing.assert_allclose(content(w), expected_w, rtol=1e-14)
    np.testing.assert_allclose(content(v), expected_v, rtol=1e-14)


def test_a_number() -> None:
    count = tir.shared(0)
    f = tir.function([], count, updates=[(count, count + 1)])
    where = address(count)
    assert [int(f()) for _ in range(5)] == list(range(5))
    assert address(count) == where
    assert count.get_value() == 5


def test_broadcast_values_are_not_in_place() -> None:
    v = tir.shared(np.ones((1, 3)), broadcastable=(True, False))
    x = T.drow("x")
    f = tir.function([x], updates=[(v, v + x)])
    f(np.ones((1, 3)))
    f(np.ones((1, 3)))
    np.testing.assert_array_equal(content(v), [[3, 3, 3]])


def test_a_sequence_number_of_zero_elements() -> None:
    v = tir.shared(np.ones((0, 3)))
    f = tir.function([], v.sum(), updates=[(v, v + 1)])
    assert f() == 0
    assert content(v).shape == (0, 3)


def test_readers_in_other_threads_see_whole_values() -> None:
    """All elements are equal at all times; a torn value would show."""
    n = 1 << 17
    v = tir.shared(np.zeros(n))
    step = tir.function([], updates=[(v, v + 1)])
    assert takes(step) == 1
    read = tir.function([], [v.min(), v.max()])
    wrong: list[Any] = []
    done = threading.Event()

    def watch() -> None:
        while not done.is_set():
            low, high = read()
            if low != high:
                wrong.append((low, high))

    def write() -> None:
        for _ in range(100):
            step()

    watchers = [threading.Thread(target=watch) for _ in range(3)]
    writers = [threading.Thread(target=write) for _ in range(2)]
    for thread in (*watchers, *writers):
        thread.start()
    for thread in writers:
        thread.join()
    done.set()
    for thread in watchers:
        thread.join()
    assert not wrong
    low, high = read()
    # Two calls at the same time may start from the same value, as two assignments may.
    assert low == high <= 200
