"""Variants of compiled functions for arguments whose axes lie in memory in another order than C order."""

from __future__ import annotations

import itertools
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import hypothesis
import hypothesis.strategies as st
import numpy as np
import pytest

import tir
from tests.at_once import at_once
from tests.reliability.costs import costs
from tir import tensor as T
from tir.config import config
from tir.frontend.compiled_function import Function
from tir.frontend.layout_variants import LayoutVariants
from tir.support.arrays import Layout, memory_layout
from tir.support.cost_model import MOST_LAYOUTS, MOST_VARIANTS, variant_bytes
from tir.support.errors import LoweringError

Array = np.ndarray[Any, Any]
RNG = np.random.default_rng(11)
TRANSPOSED = Layout((1, 0))


@pytest.fixture
def at_the_first_call() -> Iterator[None]:
    """Variants for small arguments, too, when such an argument comes for the first time."""
    with costs(PERMUTED_BYTES=1, STRIDED_ROW_BYTES=16, VARIANT_BYTES=0, VARIANT_BYTES_PER_NODE=0):
        yield


@pytest.fixture
def after_two_calls() -> Iterator[None]:
    """A variant for arguments of 3 x 4 float64 at the third call."""
    with costs(PERMUTED_BYTES=1, VARIANT_BYTES=250, VARIANT_BYTES_PER_NODE=0):
        yield


def in_order(shape: tuple[int, ...], order: tuple[int, ...]) -> Array:
    """Values of a shape whose axes lie in memory in this order."""
    dense = RNG.standard_normal([shape[axis] for axis in order])
    return dense.transpose(np.argsort(order))


def orders(rank: int) -> list[tuple[int, ...]]:
    return list(itertools.permutations(range(rank)))


def expected_layouts(*given: tuple[int, ...]) -> tuple[Layout | None, ...]:
    return tuple(None if order == tuple(range(len(order))) else Layout(order) for order in given)


@pytest.fixture(scope="module")
def of_two_matrices() -> Function:
    x, y = T.dmatrices("x", "y")
    outputs = [T.sum(x, axis=0), T.sum(x, axis=1), x + 2 * y, T.dot(x, y.T), x.T, T.nnet.softmax(y)]
    return tir.function([x, y], outputs)


@pytest.mark.usefixtures("at_the_first_call")
@pytest.mark.parametrize(("one", "other"), list(itertools.product(orders(2), orders(2))))
def test_matrices(of_two_matrices: Function, one: tuple[int, ...], other: tuple[int, ...]) -> None:
    f = of_two_matrices
    a, b = in_order((7, 5), one), in_order((7, 5), other)
    e = np.exp(b - b.max(axis=1, keepdims=True))
    expected = [
        a.sum(axis=0),
        a.sum(axis=1),
        a + 2 * b,
        a @ b.T,
        a.T,
        e / e.sum(axis=1, keepdims=True),
    ]
    for _ in range(2):
        results = f(a, b)
        for result, value in zip(results, expected, strict=True):
            assert result.flags.c_contiguous
            assert not np.shares_memory(result, a)
            np.testing.assert_allclose(result, value, rtol=1e-13)
    layouts = expected_layouts(one, other)
    assert (layouts in f.variants()) == any(layouts)


@pytest.fixture(scope="module")
def of_three_axes() -> Function:
    x, v = T.dtensor3("x"), T.dvector("v")
    reductions = [T.sum(x, axis=axis) for axis in (0, 1, 2, (0, 1), (0, 2), (1, 2))]
    others = [T.exp(x) * v, x.reshape((-1, 6)), x[1:, ::-1], T.argmax(x, axis=1)]
    return tir.function([x, v], [*reductions, *others])


@pytest.mark.usefixtures("at_the_first_call")
@pytest.mark.parametrize("order", orders(3)[1:])
def test_three_axes(of_three_axes: Function, order: tuple[int, ...]) -> None:
    f = of_three_axes
    a, b = in_order((4, 5, 6), order), RNG.standard_normal(6)
    with costs(MOST_VARIANTS=5):
        results = f(a, b)
    expected = [a.sum(axis=axis) for axis in (0, 1, 2, (0, 1), (0, 2), (1, 2))]
    expected += [np.exp(a) * b, a.reshape(-1, 6), a[1:, ::-1], a.argmax(axis=1)]
    for result, value in zip(results, expected, strict=True):
        np.testing.assert_allclose(result, value, rtol=1e-13)
    assert (Layout(order), None) in f.variants()


@pytest.mark.usefixtures("at_the_first_call")
def test_axes_of_length_one_stay_where_they_are() -> None:
    x = T.TensorType("float64", (False, True, False))("x")
    f = tir.function([x], x.sum(axis=2) * 2)
    dense = RNG.standard_normal((3, 4))
    for a in (
        dense.T[:, None, :],
        dense.T[None].transpose(1, 0, 2),
        np.asfortranarray(dense.T[:, None]),
    ):
        np.testing.assert_allclose(f(a), a.sum(axis=2) * 2, rtol=1e-14)
    assert f.variants() == [(Layout((2, 1, 0)),)]
    with pytest.raises(TypeError, match="broadcastable"):
        f(RNG.standard_normal((3, 4, 5)).T)


@st.composite
def views(draw: Any) -> Array:
    """Slices of permuted arrays, with steps of both signs and repeated axes."""
    shape = draw(st.lists(st.sampled_from([1, 2, 3, 5]), min_size=1, max_size=4))
    steps = st.sampled_from([slice(None), slice(None), slice(None, None, -1), slice(None, None, 2)])
    array = np.zeros(shape)[tuple(draw(steps) for _ in shape)]
    array = array.transpose(draw(st.permutations(range(len(shape)))))
    return np.broadcast_to(array, (3, *array.shape)) if draw(st.booleans()) else array


@hypothesis.given(array=views())
def test_layouts_tell_how_arrays_lie(array: Array) -> None:
    layout = memory_layout(array, 16)
    permuted = [array.transpose(order) for order in orders(array.ndim)]
    if array.flags.c_contiguous:
        assert layout is None
    elif any(view.flags.c_contiguous for view in permuted):
        assert layout is not None
        assert not layout.strided
        assert array.transpose(layout.order).flags.c_contiguous
    elif any(view.strides[-1] == 8 and view.shape[-1] > 1 for view in permuted):
        # One axis of length 1 may be the last, where it stays.
        assert layout is None or layout.strided
        assert layout is not None or array.shape[-1] == 1
    else:
        assert layout is None
    if layout is not None and layout.strided:
        view = array.transpose(layout.order)
        assert view.strides[-1] == 8
        assert view.shape[-1] > 1


BASE = RNG.standard_normal((9, 8))
WITH_ROWS = {
    "part of rows": (BASE[:, 1:6], Layout((0, 1), strided=True)),
    "every other row": (BASE[::2], Layout((0, 1), strided=True)),
    "rows backwards": (BASE[::-1], Layout((0, 1), strided=True)),
    "block": (BASE[7:2:-2, 2:5], Layout((0, 1), strided=True)),
    "one row repeated": (np.broadcast_to(BASE[0], (5, 8)), Layout((0, 1), strided=True)),
    "windows": (np.lib.stride_tricks.sliding_window_view(BASE[0], 4), Layout((0, 1), strided=True)),
    "transposed part": (BASE[:, 1:6].T, Layout((1, 0), strided=True)),
    "transposed rows backwards": (BASE[::-1].T, Layout((1, 0), strided=True)),
    "transposed repeated": (np.broadcast_to(BASE[0], (5, 8)).T, Layout((1, 0), strided=True)),
    "large blocks": (
        RNG.standard_normal((200, 90))[20:170, 5:75],
        Layout((0, 1), strided=True),
    ),
}


@pytest.fixture(scope="module")
def of_rows() -> Function:
    x, y = T.dmatrices("x", "y")
    reductions = [T.sum, T.max, T.var, T.argmin, T.prod]
    return tir.function(
        [x, y],
        [
            *(reduce(x, axis=axis) for reduce in reductions for axis in (0, 1)),
            *(reduce(x) for reduce in reductions),
            x.flatten() + 1,
            x + y,
            T.dot(x, y.T),
            T.nnet.softmax(x),
            x,
            x[::-1, 1:],
            T.inc_subtensor(x[0], 1.0),
        ],
    )


@pytest.mark.usefixtures("at_the_first_call")
@pytest.mark.parametrize("name", WITH_ROWS)
def test_gaps_between_rows(of_rows: Function, name: str) -> None:
    a, layout = WITH_ROWS[name]
    f = of_rows
    b = RNG.standard_normal(a.shape)
    e = np.exp(a - a.max(axis=1, keepdims=True))
    raised = a.copy()
    raised[0] += 1
    numpy_reductions = [np.sum, np.max, np.var, np.argmin, np.prod]
    expected = [
        *(reduce(a, axis=axis) for reduce in numpy_reductions for axis in (0, 1)),
        *(reduce(a) for reduce in numpy_reductions),
        a.ravel() + 1,
        a + b,
        a @ b.T,
        e / e.sum(axis=1, keepdims=True),
        a,
        a[::-1, 1:],
        raised,
    ]
    before = a.copy()
    for threads in (1, 2):
        with config.change_flags(threads=threads):
            results = f(a, b)
        for result, value in zip(results, expected, strict=True):
            assert result.flags.c_contiguous
            np.testing.assert_allclose(result, value, rtol=1e-11, atol=1e-12)
    np.testing.assert_array_equal(a, before)
    assert (layout, None) in f.variants()


@pytest.mark.usefixtures("at_the_first_call")
def test_gaps_in_three_axes() -> None:
    x = T.dtensor3("x")
    f = tir.function([x], [T.sum(x, axis=(0, 2)), T.exp(x), x.T * 2, T.max(x)])
    base = RNG.standard_normal((6, 7, 8))
    views = [base[:, ::2], base[::-1, :, 2:], base.transpose(1, 0, 2)[..., :5], base[:, 3:4, 1:]]
    for a in views:
        expected = [a.sum(axis=(0, 2)), np.exp(a), a.T * 2, a.max()]
        for result, value in zip(f(a), expected, strict=True):
            np.testing.assert_allclose(result, value, rtol=1e-13)
    same, other = Layout((0, 1, 2), strided=True), Layout((1, 0, 2), strided=True)
    assert f.variants() == [(same,), (other,)]


@pytest.mark.usefixtures("at_the_first_call")
def test_other_strides_are_copied() -> None:
    x, v = T.dmatrix("x"), T.dvector("v")
    f, g = tir.function([x], T.exp(x)), tir.function([v], T.exp(v))
    a = RNG.standard_normal((6, 8))
    uneven = np.zeros(6 * 30, "uint8")[: 6 * 30].reshape(6, 30)[:, :24].view("float64")
    columns = np.broadcast_to(a[:, :1], (6, 8))
    for given in (a[:, ::2], a[:, ::-1], a[:, :1], a[::2, ::2].T, columns, uneven, a[:0].T):
        np.testing.assert_allclose(f(given), np.exp(given), rtol=1e-15)
    for given in (a[0, ::2], a[0, ::-1], a[:, 0], np.broadcast_to(a[0, 0], (9,))):
        np.testing.assert_allclose(g(given), np.exp(given), rtol=1e-15)
    assert f.variants() == g.variants() == []
    # What is converted keeps its order.
    for given in (a.astype(">f8").T, a.T.astype("float32")):
        np.testing.assert_allclose(f(given), np.exp(given, dtype="float64"), rtol=1e-15)
    assert f.variants() == [(TRANSPOSED,)]


@pytest.mark.usefixtures("at_the_first_call")
def test_names_and_defaults_and_states() -> None:
    x, y, s = T.dmatrices("x", "y", "s")
    total = np.zeros((3, 4))
    f = tir.function(
        [
            x,
            tir.In(y, value=np.asfortranarray(np.ones((3, 4)))),
            tir.In(s, value=total, update=s + x),
        ],
        {"sum": x + y, "old": s},
    )
    a = in_order((3, 4), (1, 0))
    np.testing.assert_array_equal(f(a)["sum"], a + 1)
    np.testing.assert_array_equal(f[y], np.ones((3, 4)))
    np.testing.assert_array_equal(f(y=a, x=a)["sum"], a + a)
    assert f.variants() == [(TRANSPOSED, None), (TRANSPOSED, TRANSPOSED)]
    np.testing.assert_array_equal(f[s], a + a)
    given = in_order((3, 4), (1, 0))
    np.testing.assert_array_equal(f(a, s=given)["old"], given)
    assert f[s].flags.c_contiguous
    np.testing.assert_array_equal(f[s], given + a)


@pytest.mark.usefixtures("at_the_first_call")
def test_shared_variables_and_updates() -> None:
    x = T.dmatrix("x")
    w = tir.shared(np.asfortranarray(np.arange(12.0).reshape(3, 4)), borrow=True)
    last = tir.shared(np.zeros((3, 4)))
    f = tir.function([x], T.sum(w * x), updates=[(w, w - x), (last, x)])
    a = in_order((3, 4), (1, 0))
    before = a.copy()
    np.testing.assert_allclose(f(a), (np.arange(12.0).reshape(3, 4) * a).sum(), rtol=1e-13)
    assert f.variants() == [(TRANSPOSED,)]
    np.testing.assert_array_equal(w.get_value(), np.arange(12.0).reshape(3, 4) - a)
    held = last.get_value(borrow=True)
    assert held.flags.c_contiguous
    assert not np.shares_memory(held, a)
    np.testing.assert_array_equal(held, before)
    np.testing.assert_array_equal(a, before)


@pytest.mark.usefixtures("at_the_first_call")
def test_inputs_that_may_be_overwritten() -> None:
    """One that lies in another order never is; beside it, one in C order is."""
    x, y = T.dmatrices("x", "y")
    f = tir.function([tir.In(x, mutable=True), tir.In(y, mutable=True)], [x.T * 2, y + 1])
    a, b = in_order((3, 4), (1, 0)), RNG.standard_normal((3, 4))
    kept, expected = a.copy(), b + 1
    doubled, raised = f(a, b)
    assert f.variants() == [(TRANSPOSED, None)]
    np.testing.assert_array_equal(a, kept)
    np.testing.assert_array_equal(doubled, kept.T * 2)
    assert raised is b
    np.testing.assert_array_equal(b, expected)
    # What overlaps the other argument is not overwritten.
    square = RNG.standard_normal((4, 4))
    kept = square.copy()
    doubled, raised = f(square.T, square)
    np.testing.assert_array_equal(square, kept)
    np.testing.assert_array_equal(doubled, kept * 2)
    np.testing.assert_array_equal(raised, kept + 1)


@pytest.mark.usefixtures("at_the_first_call")
def test_errors_tell_of_the_users_arrays() -> None:
    x, y, i = T.dmatrix("x"), T.dvector("y"), T.lscalar("i")
    f = tir.function([x, y, i], [x + y, x[i]])
    a, b = in_order((3, 5), (1, 0)), np.ones(5)
    np.testing.assert_array_equal(f(a, b, 1)[1], a[1])
    with pytest.raises(ValueError, match=r"shape\[1\] = 5.*shape\[0\] = 4") as error:
        f(a, np.ones(4), 1)
    assert "Inputs shapes: [(3, 5), (4,)]" in str(error.value)
    assert "Inputs strides: [(8, 24), (8,)]" in str(error.value)
    assert Path(__file__).name in str(error.value)
    with pytest.raises(IndexError, match="3"):
        f(a, b, 3)
    with pytest.raises(TypeError, match=r"Bad input argument .* at index 0 .*, x: Wrong number"):
        f(in_order((2, 3, 4), (2, 1, 0)), b, 1)
    assert f.variants() == [(TRANSPOSED, None, None)]


@pytest.mark.usefixtures("after_two_calls")
def test_a_variant_is_compiled_when_copies_have_cost_as_much() -> None:
    x = T.dmatrix("x")
    f = tir.function([x], T.sum(x, axis=1))
    a = in_order((3, 4), (1, 0))
    for call in range(4):
        np.testing.assert_allclose(f(a), a.sum(axis=1), rtol=1e-14)
        assert f.variants() == ([(TRANSPOSED,)] if call >= 2 else [])


def test_the_price_grows_with_the_function() -> None:
    with costs(VARIANT_BYTES=1000, VARIANT_BYTES_PER_NODE=10):
        assert variant_bytes(3) == 1030


def test_small_arguments_are_copied() -> None:
    x = T.dmatrix("x")
    f = tir.function([x], x * 2)
    a = in_order((3, 4), (1, 0))
    with costs(PERMUTED_BYTES=1 << 10, VARIANT_BYTES=0, VARIANT_BYTES_PER_NODE=0):
        np.testing.assert_array_equal(f(a), a * 2)
        assert f.variants() == []
        large = in_order((300, 400), (1, 0))
        np.testing.assert_array_equal(f(large), large * 2)
        assert f.variants() == [(TRANSPOSED,)]


@pytest.mark.usefixtures("at_the_first_call")
def test_the_flag() -> None:
    x = T.dmatrix("x")
    f = tir.function([x], T.sum(x, axis=1))
    a = in_order((30, 40), (1, 0))
    with config.change_flags(layout_variants=False):
        assert f(a).tobytes() == f(a.copy(order="C")).tobytes()
        assert f.variants() == []
    f(a)
    assert f.variants() == [(TRANSPOSED,)]
    with config.change_flags(layout_variants=False):
        assert f(a).tobytes() == f(a.copy(order="C")).tobytes()


@pytest.mark.usefixtures("at_the_first_call")
def test_variants_are_few() -> None:
    x = T.dtensor4("x")
    f = tir.function([x], x + 1)
    for order in orders(4)[1:]:
        a = in_order((2, 3, 4, 5), order)
        np.testing.assert_array_equal(f(a), a + 1)
    assert f.variants() == [(Layout(order),) for order in orders(4)[1 : MOST_VARIANTS + 1]]


@pytest.mark.usefixtures("after_two_calls")
def test_accounts_are_few() -> None:
    x, y = T.ftensor4("x"), T.ftensor4("y")
    f = tir.function([x, y], x + y)
    shape = (2, 2, 2, 2)
    pairs = [
        (in_order(shape, one).astype("float32"), in_order(shape, other).astype("float32"))
        for one, other in itertools.islice(
            itertools.product(orders(4)[1:], orders(4)), MOST_LAYOUTS + 1
        )
    ]
    for a, b in [*pairs, *pairs[-1:] * 4]:
        np.testing.assert_array_equal(f(a, b), a + b)
    assert f.variants() == []
    for _ in range(3):
        f(*pairs[0])
    assert f.variants() == [(Layout(orders(4)[1]), None)]


def test_another_process_finds_the_variant(tmp_path: Path) -> None:
    def make() -> Any:
        x = T.dmatrix("x")
        return tir.function([x], T.exp(x).sum(axis=0))

    a = in_order((30, 40), (1, 0))
    with config.change_flags(cache=True, cache_dir=str(tmp_path)):
        with costs(PERMUTED_BYTES=1, VARIANT_BYTES=0, VARIANT_BYTES_PER_NODE=0):
            make()(a)
        with costs(PERMUTED_BYTES=1, VARIANT_BYTES=1 << 29, VARIANT_LOOKUP_BYTES=2 * a.nbytes):
            f = make()
            for call in range(3):
                np.testing.assert_allclose(f(a), np.exp(a).sum(axis=0), rtol=1e-14)
                assert f.variants() == ([(TRANSPOSED,)] if call else [])
            # What is not there is copied.
            x = T.dmatrix("x")
            g = tir.function([x], T.exp(x).sum(axis=1))
            for _ in range(4):
                np.testing.assert_allclose(g(a), np.exp(a).sum(axis=1), rtol=1e-14)
            assert g.variants() == []


@pytest.mark.usefixtures("after_two_calls")
@pytest.mark.parametrize("threads", [1, 2])
def test_python_threads(threads: int) -> None:
    x, y = T.dmatrices("x", "y")
    state = tir.shared(0.0)
    f = tir.function([x, y], [T.sum(x, axis=1), x - y], updates=[(state, state + 1)])
    arrays = [in_order((3, 4), order) for order in orders(2)]
    pairs = list(itertools.product(arrays, arrays))

    def work(number: int) -> None:
        for step in range(40):
            a, b = pairs[(number + step) % 4]
            total, difference = f(a, b)
            np.testing.assert_allclose(total, a.sum(axis=1), rtol=1e-13)
            np.testing.assert_array_equal(difference, a - b)

    with config.change_flags(threads=threads):
        at_once(work)
        for a, b in pairs * 3:
            f(a, b)
    expected = set(itertools.product([None, TRANSPOSED], repeat=2)) - {(None, None)}
    assert set(f.variants()) == expected
    assert state.get_value() == 8 * 40 + 12


@pytest.mark.usefixtures("at_the_first_call")
def test_nobody_waits_for_a_compilation(monkeypatch: pytest.MonkeyPatch) -> None:
    x = T.dmatrix("x")
    f = tir.function([x], x * 3)
    a = in_order((3, 4), (1, 0))
    make = LayoutVariants._make
    inner: list[Array] = []

    def call_meanwhile(self: LayoutVariants, *arguments: Any) -> None:
        inner.append(f(a))
        make(self, *arguments)

    monkeypatch.setattr(LayoutVariants, "_make", call_meanwhile)
    np.testing.assert_array_equal(f(a), a * 3)
    assert len(inner) == 1
    np.testing.assert_array_equal(inner[0], a * 3)
    assert f.variants() == [(TRANSPOSED,)]


@pytest.mark.usefixtures("at_the_first_call")
def test_what_cannot_be_compiled_is_copied(monkeypatch: pytest.MonkeyPatch) -> None:
    x = T.dmatrix("x")
    f = tir.function([x], x * 3, name="triple")

    def fail(*arguments: Any, **named: Any) -> None:
        raise LoweringError("no transposes today")

    monkeypatch.setattr("tir.compiler.compile_computation", fail)
    a = in_order((3, 4), (1, 0))
    with pytest.warns(RuntimeWarning, match="triple goes on copying.*no transposes today"):
        np.testing.assert_array_equal(f(a), a * 3)
    np.testing.assert_array_equal(f(a), a * 3)
    assert f.variants() == []


@pytest.mark.usefixtures("at_the_first_call")
def test_the_text_of_variants() -> None:
    x, s = T.dmatrix("x"), T.dscalar("s")
    f = tir.function([x, s], T.sum(x, axis=0) * s)
    assert "dimshuffle" not in f.ir("tir")
    text = f.ir("tir", layouts=(TRANSPOSED, None))
    assert "tir.dimshuffle %x {new_order = [1, 0]}" in text
    assert '["parallel", "reduction"]' in f.ir("kernels", layouts=[TRANSPOSED, None])
    assert '["reduction", "parallel"]' in f.ir("kernels", layouts=(None, None))
    for wrong in (
        (TRANSPOSED,),
        (Layout((0, 0)), None),
        ((1, 0), None),
        (TRANSPOSED, Layout((0,))),
    ):
        with pytest.raises(ValueError, match="a Layout for each"):
            f.ir("tir", layouts=wrong)
    interpreted = tir.function([x], x * 2, mode="FAST_COMPILE")
    a = in_order((3, 4), (1, 0))
    np.testing.assert_array_equal(interpreted(a), a * 2)
    assert interpreted(a).flags.c_contiguous
    assert interpreted.variants() == []
    with pytest.raises(ValueError, match="no variants"):
        interpreted.ir("tir", layouts=(TRANSPOSED,))


@pytest.mark.usefixtures("at_the_first_call")
def test_unoptimized_programs() -> None:
    x = T.dmatrix("x")
    f = tir.function([x], T.log(1 + T.exp(x)).sum(axis=0), mode=tir.Mode(optimizer=None))
    a = in_order((3, 4), (1, 0))
    np.testing.assert_allclose(f(a), np.log(1 + np.exp(a)).sum(axis=0), rtol=1e-13)
    assert f.variants() == [(TRANSPOSED,)]


@pytest.mark.usefixtures("at_the_first_call")
def test_references_and_memory() -> None:
    x = T.dmatrix("x")
    f = tir.function([x], T.exp(x))
    a = in_order((300, 400), (1, 0))
    f(a)
    count = sys.getrefcount(a)
    for _ in range(5):
        f(a)
    assert sys.getrefcount(a) == count
    assert f.peak_memory() == a.nbytes


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork")
@pytest.mark.usefixtures("at_the_first_call")
@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_a_fork_while_a_variant_is_compiled(monkeypatch: pytest.MonkeyPatch) -> None:
    x = T.dmatrix("x")
    f = tir.function([x], x * 3)
    a = in_order((3, 4), (1, 0))
    make = LayoutVariants._make
    statuses: list[int] = []

    def fork_meanwhile(self: LayoutVariants, *arguments: Any) -> None:
        child = os.fork()
        if child == 0:
            os._exit(0 if np.array_equal(f(a), a * 3) else 1)
        statuses.append(os.waitpid(child, 0)[1])
        make(self, *arguments)

    monkeypatch.setattr(LayoutVariants, "_make", fork_meanwhile)
    f(a)
    assert statuses == [0]
