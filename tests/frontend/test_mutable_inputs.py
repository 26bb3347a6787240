"""Inputs that a function may overwrite: their arrays become outputs, but only where nobody else sees the change."""

from __future__ import annotations

import sys
from collections.abc import Callable

import numpy as np
import pytest

import tir
from tir import memory
from tir import tensor as T
from tir.frontend.compiled_function import Function

VALUES = np.arange(12.0).reshape(3, 4)


def takes(function: Function) -> int:
    """How many buffers of the function lie in inputs, if the arguments permit it."""
    return function.ir("planned").count("rt.take_input")


def fresh() -> np.ndarray:
    return VALUES.copy()


@pytest.fixture(scope="module")
def twice_plus_one() -> Function:
    x = T.dmatrix("x")
    return tir.function([tir.In(x, mutable=True)], x * 2 + 1)


def test_the_output_is_the_argument(twice_plus_one: Function) -> None:
    x = fresh()
    assert twice_plus_one(x) is x
    np.testing.assert_array_equal(x, VALUES * 2 + 1)
    assert twice_plus_one(x=x) is x
    np.testing.assert_array_equal(x, (VALUES * 2 + 1) * 2 + 1)


def test_only_where_it_is_permitted() -> None:
    x = T.dmatrix("x")
    for given in (x, tir.In(x), tir.In(x, mutable=False), tir.In(x, borrow=True)):
        f = tir.function([given], tir.Out(x * 2 + 1, borrow=True))
        assert takes(f) == 0
        argument = fresh()
        assert not np.shares_memory(f(argument), argument)
        np.testing.assert_array_equal(argument, VALUES)


def test_the_interpreter_changes_nothing() -> None:
    x = T.dmatrix("x")
    f = tir.function([tir.In(x, mutable=True)], x * 2 + 1, mode="FAST_COMPILE")
    argument = fresh()
    np.testing.assert_array_equal(f(argument), VALUES * 2 + 1)
    np.testing.assert_array_equal(argument, VALUES)


def _read_only() -> np.ndarray:
    array = fresh()
    array.flags.writeable = False
    return array


def _transposed() -> np.ndarray:
    return np.asfortranarray(VALUES)


def _strided() -> np.ndarray:
    wide = np.zeros((3, 8))
    wide[:, ::2] = VALUES
    return wide[:, ::2]


def _reversed() -> np.ndarray:
    return VALUES[::-1].copy()[::-1]


def _broadcast() -> np.ndarray:
    return np.broadcast_to(VALUES[:1], (3, 4))


def _unaligned() -> np.ndarray:
    raw = np.zeros(VALUES.nbytes + 1, "uint8")
    array = raw[1:].view("float64").reshape(3, 4)
    array[...] = VALUES
    return array


def _other_byte_order() -> np.ndarray:
    return VALUES.astype(">f8")


def _narrow() -> np.ndarray:
    return VALUES.astype("float32")


@pytest.mark.parametrize(
    "make",
    [
        _read_only,
        _transposed,
        _strided,
        _reversed,
        _broadcast,
        _unaligned,
        _other_byte_order,
        _narrow,
    ],
)
def test_arguments_that_cannot_be_taken(
    twice_plus_one: Function, make: Callable[[], np.ndarray]
) -> None:
    argument = make()
    before = argument.copy()
    result = twice_plus_one(argument)
    np.testing.assert_array_equal(result, before * 2 + 1)
    np.testing.assert_array_equal(argument, before)
    assert not np.shares_memory(result, argument)
    assert result.flags.c_contiguous
    assert result.flags.writeable


def test_lists_are_converted(twice_plus_one: Function) -> None:
    np.testing.assert_array_equal(twice_plus_one(VALUES.tolist()), VALUES * 2 + 1)


def test_a_view_is_taken_alone(twice_plus_one: Function) -> None:
    """Permission is given for the argument's elements, not for what lies around them."""
    array = np.arange(20.0)
    view = array[4:16].reshape(3, 4)
    assert twice_plus_one(view) is view
    expected = np.arange(20.0)
    expected[4:16] = 2 * expected[4:16] + 1
    np.testing.assert_array_equal(array, expected)


@pytest.mark.parametrize("shape", [(0, 4), (3, 0), (1, 1)])
def test_other_sizes(twice_plus_one: Function, shape: tuple[int, int]) -> None:
    argument = np.ones(shape)
    assert twice_plus_one(argument) is argument
    np.testing.assert_array_equal(argument, np.full(shape, 3.0))


@pytest.fixture(scope="module")
def difference() -> Function:
    """x - 2 y, where x may be overwritten."""
    x, y = T.dvector("x"), T.dvector("y")
    return tir.function([tir.In(x, mutable=True), y], x - 2 * y[::-1])


def _same(base: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    return base[:6], base[:6]


def _overlap_at_the_end(base: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    return base[:6], base[5:11]


def _overlap_at_the_start(base: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    return base[5:11], base[:6]


def _backwards(base: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    return base[:6], base[10:4:-1]


def _around(base: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    return base[5:11], base[0:18:3]


def _next_to_each_other(base: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    return base[:6], base[6:12]


@pytest.mark.parametrize(
    ("pick", "taken"),
    [
        (_same, False),
        (_overlap_at_the_end, False),
        (_overlap_at_the_start, False),
        # Strided arguments of kernels are copied before.
        (_backwards, True),
        (_around, True),
        (_next_to_each_other, True),
    ],
)
def test_arguments_that_overlap(
    difference: Function, pick: Callable[[np.ndarray], tuple[np.ndarray, np.ndarray]], taken: bool
) -> None:
    base = np.arange(20.0)
    x, y = pick(base)
    expected = x - 2 * y[::-1]
    result = difference(x, y)
    np.testing.assert_array_equal(result, expected)
    assert (result is x) is taken
    if not taken:
        np.testing.assert_array_equal(base, np.arange(20.0))


@pytest.mark.parametrize(
    "pick", [_same, _overlap_at_the_end, _overlap_at_the_start, _backwards, _around]
)
def test_strided_arguments_that_overlap(
    pick: Callable[[np.ndarray], tuple[np.ndarray, np.ndarray]],
) -> None:
    """Libraries read strided memory as it lies."""
    x, y = T.dvector("x"), T.dvector("y")
    f = tir.function([tir.In(x, mutable=True), y], [x + 1, T.dot(y, y)])
    base = np.arange(20.0)
    a, b = pick(base)
    result, product = f(a, b)
    assert result is not a
    np.testing.assert_array_equal(base, np.arange(20.0))
    np.testing.assert_array_equal(result, a + 1)
    assert product == b @ b


def test_a_number_that_is_a_view() -> None:
    """A 0-d array that lies in the argument still has its old value when it is read."""
    x, s = T.dvector("x"), T.dscalar("s")
    f = tir.function([tir.In(x, mutable=True), s], [x.sum() * s, x + s])
    assert takes(f) == 1
    argument = np.arange(1.0, 5)
    total, result = f(argument, argument[1:2].reshape(()))
    np.testing.assert_array_equal(result, [3, 4, 5, 6])
    assert total == 20
    np.testing.assert_array_equal(argument, [1, 2, 3, 4])
    assert f(argument, 2.0)[1] is argument


@pytest.mark.parametrize("swapped", [False, True])
def test_what_others_read_is_overwritten_last(swapped: bool) -> None:
    x, s = T.dmatrix("x"), T.dscalar("s")
    outputs = [x + s, x.sum(), x.max(axis=0), T.dot(x, x.T)]
    f = tir.function([tir.In(x, mutable=True), s], outputs[::-1] if swapped else outputs)
    assert takes(f) == 1
    argument = fresh()
    results = f(argument, 2.0)
    shifted, total, largest, product = results[::-1] if swapped else results
    assert shifted is argument
    np.testing.assert_array_equal(shifted, VALUES + 2)
    assert total == VALUES.sum()
    np.testing.assert_array_equal(largest, VALUES.max(axis=0))
    np.testing.assert_array_equal(product, VALUES @ VALUES.T)


def test_two_inputs_that_others_read() -> None:
    x, y = T.dvector("x"), T.dvector("y")
    f = tir.function(
        [tir.In(v, mutable=True) for v in (x, y)], [x * y, y - 1, T.dot(x, y), y.max()]
    )
    a, b = np.linspace(-1, 1, 50), np.linspace(2, 3, 50)
    expected = a * b, b - 1, a @ b, b.max()
    results = f(a, b)
    for one, other in zip(results, expected, strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-14)
    assert sum(r is a or r is b for r in results) == takes(f) == 2


def test_what_is_written_last_is_not_read_by_others() -> None:
    """The sum reads what is computed of x, so that stands before, and x stays."""
    x = T.dvector("x")
    y = T.exp(x)
    f = tir.function([tir.In(x, mutable=True)], [y, T.dot(y, x[::-1])])
    argument = np.linspace(-1, 1, 50)
    expected = np.exp(argument)
    exponentials, product = f(argument)
    np.testing.assert_allclose(exponentials, expected, rtol=1e-15)
    np.testing.assert_allclose(product, expected @ np.linspace(1, -1, 50), rtol=1e-13)


def test_updates_in_place_still_come_last() -> None:
    x, s = T.dvector("x"), tir.shared(np.zeros(50))
    f = tir.function([tir.In(x, mutable=True)], x * s + 1, updates=[(s, s + x)])
    for number in range(3):
        np.testing.assert_array_equal(f(np.ones(50)), np.full(50, number + 1.0))
    np.testing.assert_array_equal(s.get_value(), np.full(50, 3.0))


def test_the_value_of_a_shared_variable() -> None:
    x, s = T.dvector("x"), tir.shared(np.arange(4.0), borrow=True)
    f = tir.function([tir.In(x, mutable=True)], x * s)
    held = s.get_value(borrow=True)
    np.testing.assert_array_equal(f(held), [0, 1, 4, 9])
    np.testing.assert_array_equal(s.get_value(), np.arange(4.0))
    np.testing.assert_array_equal(f(held[1:2].repeat(4)), np.arange(4.0))


def test_shared_variables_do_not_get_the_users_array() -> None:
    x, s = T.dvector("x"), tir.shared(np.zeros(4))
    f = tir.function([tir.In(x, mutable=True)], updates=[(s, x * 2)])
    argument = np.arange(4.0)
    f(argument)
    assert not np.shares_memory(argument, s.get_value(borrow=True))
    np.testing.assert_array_equal(s.get_value(), [0, 2, 4, 6])


def test_each_input_is_taken_once() -> None:
    x, y = T.dvector("x"), T.dvector("y")
    outputs = [T.exp(x) + y, T.exp(y) - x, x * y, y + 1]
    f = tir.function([tir.In(v, mutable=True) for v in (x, y)], outputs)
    a, b = np.linspace(-1, 1, 50), np.linspace(2, 3, 50)
    expected = np.exp(a) + b, np.exp(b) - a, a * b, b + 1
    results = f(a, b)
    for one, other in zip(results, expected, strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-14)
    assert sum(r is a or r is b for r in results) == takes(f) == 2
    for i, one in enumerate(results):
        assert not any(np.shares_memory(one, other) for other in results[i + 1 :])


def test_what_is_read_later_stays() -> None:
    x, w = T.dmatrix("x"), T.dmatrix("w")
    f = tir.function([tir.In(x, mutable=True), w], [x + 1, T.dot(x, w), x[:, ::-1], x])
    x_value, w_value = fresh(), np.arange(8.0).reshape(4, 2)
    expected = VALUES + 1, VALUES @ w_value, VALUES[:, ::-1], VALUES
    for one, other in zip(f(x_value, w_value), expected, strict=True):
        np.testing.assert_array_equal(one, other)


def test_the_input_itself() -> None:
    x = T.dmatrix("x")
    f = tir.function([tir.In(x, mutable=True)], x)
    assert "kernel.region" not in f.ir("planned")
    argument = fresh()
    assert f(argument) is argument
    argument = _read_only()
    result = f(argument)
    assert result is not argument
    np.testing.assert_array_equal(result, VALUES)


def test_a_transposed_read_is_not_in_place() -> None:
    x = T.dmatrix("x")
    f = tir.function([tir.In(x, mutable=True)], x + x.T)
    argument = np.arange(9.0).reshape(3, 3)
    np.testing.assert_array_equal(f(argument), np.arange(9.0).reshape(3, 3) + argument.T)


def test_after_the_last_use() -> None:
    """The second output starts when the input has been read; it needs no values of it."""
    x = T.dmatrix("x")
    total = T.dot(x, x.T).sum()
    f = tir.function([tir.In(x, mutable=True)], T.alloc(total, x.shape[0], x.shape[1]) * 3)
    assert takes(f) == 1
    assert "memref.copy" not in f.ir("planned")
    for argument, taken in ((fresh(), True), (_read_only(), False), (_transposed(), False)):
        result = f(argument)
        np.testing.assert_array_equal(result, np.full((3, 4), 3 * (VALUES @ VALUES.T).sum()))
        assert (result is argument) is taken


def test_the_dtype_of_an_output_must_be_the_inputs() -> None:
    x = T.ivector("x")
    f = tir.function([tir.In(x, mutable=True)], T.cast(x + 1, "uint32"))
    argument = np.arange(4, dtype="int32")
    result = f(argument)
    assert result.dtype == "uint32"
    np.testing.assert_array_equal(argument, np.arange(4))
    same = tir.function([tir.In(x, mutable=True)], x + 1)
    assert same(argument) is argument


def test_temporaries_lie_in_inputs() -> None:
    x, w = T.dmatrix("x"), T.dmatrix("w")
    f = tir.function([tir.In(x, mutable=True), w], T.dot(T.tanh(x), w))
    plain = tir.function([x, w], T.dot(T.tanh(x), w))
    assert takes(f) == 1
    assert "alloc_arena" not in f.ir("planned")
    rng = np.random.default_rng(0)
    a, b = rng.normal(size=(200, 100)), rng.normal(size=(100, 3))
    expected = plain(a, b)
    read_only = a.copy()
    read_only.flags.writeable = False
    np.testing.assert_array_equal(f(a, b), expected)
    assert f.peak_memory() == expected.nbytes
    assert plain.peak_memory() >= expected.nbytes + a.nbytes
    np.testing.assert_array_equal(f(read_only, b), expected)
    assert f.peak_memory() == plain.peak_memory()
    np.testing.assert_array_equal(read_only, np.random.default_rng(0).normal(size=(200, 100)))


def test_large_arguments_need_no_memory() -> None:
    x = T.dvector("x")
    f = tir.function([tir.In(x, mutable=True)], x * 2 + 1)
    argument = np.arange(1e7)
    before = memory.statistics()["in_use"]
    assert f(argument) is argument
    assert f.peak_memory() == 0
    assert memory.statistics()["in_use"] <= before
    np.testing.assert_array_equal(argument[:: 1 << 12], np.arange(1e7)[:: 1 << 12] * 2 + 1)
    argument.flags.writeable = False
    f(argument)
    assert f.peak_memory() == argument.nbytes


def test_defaults_stay() -> None:
    x = T.dvector("x")
    f = tir.function([tir.In(x, value=np.arange(3.0), mutable=True)], x + 1)
    for _ in range(2):
        np.testing.assert_array_equal(f(), [1, 2, 3])
    argument = np.zeros(3)
    assert f(argument) is argument


def test_references_are_given_back() -> None:
    x, y = T.dvector("x"), T.dvector("y")
    f = tir.function([tir.In(x, mutable=True), y], x + y)
    a, b = np.ones(3), np.ones(3)
    count = sys.getrefcount(a)
    for _ in range(10):
        f(a, b)
        f(a, a)
        with pytest.raises(ValueError):
            f(a, np.ones(4))
    assert sys.getrefcount(a) == count


def test_errors_of_calls_that_overwrite() -> None:
    """The error of a call is the right one though the interpreter, which runs after it, finds other values."""
    x, i = T.lvector("x"), T.lvector("i")
    big = T.dot(T.cast(x * 0 + 100, "float64"), T.cast(x, "float64"))
    f = tir.function([tir.In(x, mutable=True), i], [x + 100, i[T.cast(big, "int64")]])
    with pytest.raises(IndexError):
        f(np.arange(1000, 1003), np.arange(3))
    g = tir.function([tir.In(x, mutable=True), i], x + i)
    with pytest.raises(ValueError, match=r"(3|4).*(3|4)"):
        g(np.arange(3), np.arange(4))


def test_mutable_forbids_what_borrow_must_permit() -> None:
    with pytest.raises(ValueError, match="borrow"):
        tir.In(T.dvector("x"), mutable=True, borrow=False)
    assert tir.In(T.dvector("x"), mutable=True).borrow
    assert not tir.In(T.dvector("x")).borrow


def test_inputs_with_states_and_updates() -> None:
    x, rate = T.dvector("x"), T.dscalar("rate")
    w = tir.shared(np.zeros(3))
    f = tir.function(
        [tir.In(x, mutable=True), tir.In(rate, value=2.0)], [x * rate, w], updates=[(w, w + x)]
    )
    argument = np.arange(3.0)
    result, old = f(argument)
    np.testing.assert_array_equal(result, [0, 2, 4])
    np.testing.assert_array_equal(old, np.zeros(3))
    np.testing.assert_array_equal(w.get_value(), [0, 1, 2])


def test_random_programs_in_random_memory() -> None:
    """Two mutable inputs in one array, wherever they lie in it, give what copies of them give."""
    x, y = T.dvector("x"), T.dvector("y")
    outputs = [T.tanh(x) * y, (x - y).sum() + x[::-1], T.exp(y) + T.dot(x, y)]
    f = tir.function([tir.In(x, mutable=True), tir.In(y, mutable=True)], outputs)
    plain = tir.function([x, y], outputs)
    rng = np.random.default_rng(7)
    for _ in range(200):
        base = rng.normal(size=30)
        views = []
        for _ in range(2):
            start, step = int(rng.integers(0, 10)), int(rng.integers(1, 4))
            view = base[start : start + 7 * step : step][:7]
            views.append(view[::-1] if rng.random() < 0.2 else view)
        if len(views[0]) != len(views[1]):
            continue
        expected = plain(*(v.copy() for v in views))
        for one, other in zip(f(*views), expected, strict=True):
            np.testing.assert_array_equal(one, other)
