"""`tir.function`: updates and givens."""

from __future__ import annotations

import threading
from collections import OrderedDict

import numpy as np
import pytest

import tir
from tests.frontend.modes import every_mode
from tir import tensor as T


@every_mode
class TestUpdates:
    def test_old_values_are_read(self, mode):
        a, b = tir.shared(1.0, "a"), tir.shared(2.0, "b")
        f = tir.function([], [a, b, a + b], updates={a: b, b: a}, mode=mode)
        assert f() == [1, 2, 3]
        assert (a.get_value(), b.get_value()) == (2, 1)
        assert f() == [2, 1, 3]
        assert (a.get_value(), b.get_value()) == (1, 2)

    @pytest.mark.parametrize("form", [list, dict, OrderedDict, tuple])
    def test_forms(self, mode, form):
        a = tir.shared(1.0)
        tir.function([], updates=form([(a, a + 1)]), mode=mode)()
        assert a.get_value() == 2

    def test_a_value_of_its_own(self, mode):
        a, x = tir.shared(np.zeros(2)), T.dvector("x")
        f = tir.function([x], x, updates=[(a, x)], mode=mode)
        value = np.ones(2)
        result = f(value)
        value[0] = 5
        result[1] = 6
        np.testing.assert_array_equal(a.get_value(), [1, 1])

    def test_two_shared_variables_with_one_new_value(self, mode):
        a, b, x = tir.shared(np.zeros(2)), tir.shared(np.zeros(2)), T.dvector("x")
        y = x * 2
        tir.function([x], updates=[(a, y), (b, y)], mode=mode)([1.0, 2.0])
        a.get_value(borrow=True)[0] = 9
        np.testing.assert_array_equal(b.get_value(), [2, 4])

    def test_shapes_may_change(self, mode):
        a = tir.shared(np.zeros(2))
        f = tir.function([], updates=[(a, a[1:])], mode=mode)
        f()
        f()
        assert a.get_value().shape == (0,)

    def test_default_updates(self, mode):
        a = tir.shared(0.0, "a")
        a.default_update = a + 1
        f = tir.function([], a, mode=mode)
        assert [f(), f()] == [0, 1]
        assert a.get_value() == 2
        tir.function([], a, no_default_updates=True, mode=mode)()
        tir.function([], a, no_default_updates=[a], mode=mode)()
        assert a.get_value() == 2
        tir.function([], a, updates=[(a, a + 10)], mode=mode)()
        assert a.get_value() == 12

    def test_default_updates_bring_others(self, mode):
        a, b = tir.shared(0.0, "a"), tir.shared(1.0, "b")
        a.default_update = a + b
        b.default_update = b * 2
        f = tir.function([], a, mode=mode)
        assert [float(f()) for _ in range(4)] == [0, 1, 3, 7]

    def test_numbers_as_updates(self, mode):
        a = tir.shared(np.float32(1))
        tir.function([], updates={a: 3}, mode=mode)()
        assert a.get_value() == 3
        b = tir.shared(np.zeros(3))
        tir.function([], updates={b: np.ones(1)}, mode=mode)()
        np.testing.assert_array_equal(b.get_value(), [1])

    def test_set_value_between_calls(self, mode):
        a = tir.shared(np.zeros(2))
        f = tir.function([], a * 2, mode=mode)
        a.set_value(np.ones(3))
        np.testing.assert_array_equal(f(), [2, 2, 2])
        # Straight into the storage: converted when it is used.
        a.container.storage[0] = np.ones(2, ">f8")
        np.testing.assert_array_equal(f(), [2, 2])
        a.container.storage[0] = np.ones((2, 2))
        with pytest.raises(TypeError, match="shared variable"):
            f()

    def test_inputs_with_an_update(self, mode):
        x, total = T.dscalar("x"), T.dscalar("total")
        f = tir.function([x, tir.In(total, value=0.0, update=total + x)], total, mode=mode)
        assert [float(f(v)) for v in (1, 2, 3)] == [0, 1, 3]
        assert f[total] == 6
        assert f(1, 100) == 100
        assert f["total"] == 101
        f["total"] = 5
        assert f(0, total=7) == 7
        g = tir.function([tir.In(total, value=0.0, update=total + x), x], total, mode=mode)
        assert g(x=2) == 0
        assert g(10, 2) == 10
        assert g(x=0) == 12


def test_updates_of_wrong_kinds():
    a, x = tir.shared(np.zeros(2), "a"), T.dvector("x")
    with pytest.raises(TypeError, match="only shared variables"):
        tir.function([x], updates=[(x, x)])
    with pytest.raises(ValueError, match="two updates"):
        tir.function([x], updates=[(a, x), (a, x + 1)])
    with pytest.raises(TypeError, match=r"same type .* a is .*cast"):
        tir.function([x], updates=[(a, T.cast(x, "float32"))])
    with pytest.raises(TypeError, match="unbroadcast"):
        tir.function([x], updates=[(a, T.addbroadcast(x, 0))])
    for updates in ([a], a, 5, "a"):
        with pytest.raises(TypeError, match="updates must be a dictionary or a list of pairs"):
            tir.function([x], updates=updates)


@pytest.mark.parametrize("frozen", ["a", None, {}, 1])
def test_no_default_updates_of_wrong_kinds(frozen):
    a = tir.shared(0.0, "a")
    a.default_update = a + 1
    with pytest.raises(TypeError, match="no_default_updates must be True, False or a list"):
        tir.function([], a, no_default_updates=frozen)
    with pytest.raises(TypeError, match="no_default_updates must be True, False or a list"):
        tir.function([], a, no_default_updates=a)


@every_mode
class TestGivens:
    def test_dictionary_and_pairs(self, mode):
        x, y = T.dscalars("x", "y")
        assert tir.function([x], x + y, givens={y: x * 2}, mode=mode)(3) == 9
        assert tir.function([x], x + y, givens=[(y, x * 2)], mode=mode)(3) == 9

    def test_batches(self, mode):
        data = tir.shared(np.arange(10.0), "data")
        i, x = T.lscalar("i"), T.dvector("x")
        f = tir.function([i], x.sum(), givens={x: data[i * 2 : (i + 1) * 2]}, mode=mode)
        assert [float(f(k)) for k in range(3)] == [1, 5, 9]

    def test_shared_variables_and_updates(self, mode):
        a, x = tir.shared(1.0, "a"), T.dscalar("x")
        f = tir.function([x], a * 2, updates=[(a, a + 1)], givens={a: x}, mode=mode)
        assert f(5) == 10
        assert a.get_value() == 6

    def test_values_that_use_a_state(self, mode):
        x, state = T.dscalars("x", "state")
        f = tir.function(
            [tir.In(state, value=1.0, update=state * 2)], x, givens={x: state + 1}, mode=mode
        )
        assert [float(f()) for _ in range(3)] == [2, 3, 5]

    def test_values(self, mode):
        x = T.dvector("x")
        np.testing.assert_array_equal(
            tir.function([], x * 2, givens={x: np.array([1.0])}, mode=mode)(), [2]
        )

    def test_broadcastable_values(self, mode):
        x, y = T.dmatrix("x"), T.drow("y")
        value = np.ones((1, 3))
        np.testing.assert_array_equal(
            tir.function([y], x * 2, givens={x: y}, mode=mode)(value), value * 2
        )


def test_givens_of_wrong_kinds():
    x, y = T.dscalars("x", "y")
    with pytest.raises(RuntimeError, match="x, which is an input"):
        tir.function([x], x, givens={x: y})
    with pytest.raises(TypeError, match="cast"):
        tir.function([x], x + y, givens={y: T.cast(x, "float32")})
    with pytest.raises(TypeError, match="replace variables"):
        tir.function([x], x, givens={1: x})
    with pytest.raises(TypeError, match="givens must be a dictionary or a list of pairs"):
        tir.function([x], x, givens=5)


@every_mode
def test_threads_that_update(mode):
    """Updates of other threads may be lost, but each value is one that some call has made."""
    s = tir.shared(np.zeros(100_000))
    f = tir.function([], s.sum(), updates=[(s, s + 1)], mode=mode)
    wrong: list[float] = []

    def work() -> None:
        for _ in range(10):
            total = float(f())
            if total % 100_000 or not 0 <= total <= 60 * 100_000:
                wrong.append(total)
            s.set_value(np.full(100_000, 7.0), borrow=True)

    threads = [threading.Thread(target=work) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong
    value = s.get_value(borrow=True)
    assert value.min() == value.max()
