"""What a wrong call says, and that it changes nothing."""

from __future__ import annotations

import contextlib
import gc
import inspect
import re
import sys

import numpy as np
import pytest

import tir
from tests.frontend.modes import every_mode
from tir import tensor as T

CONVERSIONS = [
    (T.dvector, 1.0, "expected 1, got 0"),
    (T.dvector, np.zeros((2, 2)), r"expected 1, got 2 with shape \(2, 2\)"),
    (T.dscalar, [1.0], "expected 0, got 1"),
    (T.fvector, np.array([0.1]), "without risking loss of precision"),
    (T.fscalar, 0.1, "allow_input_downcast=True"),
    (T.ivector, [2**40], "without risking loss of precision"),
    (T.bscalar, 300, "without risking loss of precision"),
    (T.lscalar, 0.5, "without risking loss of precision"),
    (T.lscalar, 2**70, "does not fit 64 bits"),
    (T.dscalar, 2**70 + 1, "does not fit 64 bits"),
    (T.ivector, [1.0, 0.5], "without risking loss of precision"),
    (T.ivector, np.array([1.0]), "without risking loss of precision"),
    (T.ivector, [float("nan")], "without risking loss of precision"),
    (T.drow, np.zeros((2, 3)), "Non-unit value"),
    (T.dvector, "text", "x:"),
    (T.dvector, None, "x:"),
    (T.dvector, object(), "x:"),
    (T.dvector, [[1.0], [1.0, 2.0]], "x:"),
    (T.dvector, [1j], "not a real number"),
    (T.dvector, {"a": 1}, "x:"),
]


@every_mode
@pytest.mark.parametrize(("constructor", "value", "text"), CONVERSIONS, ids=range(len(CONVERSIONS)))
def test_bad_arguments(mode, constructor, value, text):
    x = constructor("x")
    f = tir.function([x], x, mode=mode, name="copy")
    with pytest.raises((TypeError, ValueError, OverflowError)) as caught:
        f(value)
    prefix = 'Bad input argument to tir function with name "copy" at index 0 (0-based), x:'
    assert str(caught.value).startswith(prefix)
    assert re.search(text, str(caught.value))


@pytest.mark.parametrize(
    ("dtype", "value"),
    [("int32", 2.0), ("uint8", np.float64(3)), ("float32", 0.5), ("bool", 1), ("bool", 0.0)],
)
def test_python_numbers_change_kind_if_they_keep_their_value(dtype, value):
    x = T.scalar("x", dtype=dtype)
    result = tir.function([x], x, mode="FAST_COMPILE")(value)
    assert result.dtype == dtype
    assert result == value


def test_python_numbers_of_lists_keep_their_values():
    x = T.fvector("x")
    f = tir.function([x], x, mode="FAST_COMPILE")
    np.testing.assert_array_equal(f([0.5, float("nan")]), np.float32([0.5, np.nan]))
    y = T.scalar("y", dtype="bool")
    with pytest.raises(TypeError, match="without risking loss"):
        tir.function([y], y, mode="FAST_COMPILE")(2)


@every_mode
def test_variables_as_arguments(mode):
    x = T.dscalar("x")
    f = tir.function([x], x, mode=mode)
    for variable in (x, tir.shared(1.0)):
        with pytest.raises(TypeError, match="instead of a numeric array"):
            f(variable)


@every_mode
def test_permissions(mode):
    x = T.fvector("x")
    value = np.array([0.1])
    loose = tir.function([x], x, mode=mode, allow_input_downcast=True)
    np.testing.assert_array_equal(loose(value), np.float32([0.1]))
    for given in (tir.In(x, strict=True), tir.In(x, allow_downcast=False)):
        f = tir.function([given], x, mode=mode, allow_input_downcast=True)
        with pytest.raises(TypeError):
            f(value)
    strict = tir.function([tir.In(x, strict=True)], x, mode=mode)
    with pytest.raises(TypeError, match="strict"):
        strict([1.0])
    assert strict(np.float32([1])) == 1
    with pytest.raises(ValueError, match="contradict"):
        tir.In(x, strict=True, allow_downcast=True)
    y = T.fscalar("y")
    with tir.config.change_flags(floatX="float32"):
        assert tir.function([y], y, mode=mode)(0.1) == np.float32(0.1)


@every_mode
def test_a_bad_default_is_an_error_at_once(mode):
    x = T.lscalar("x")
    with pytest.raises(TypeError, match=r"index 0 \(0-based\), x"):
        tir.function([tir.In(x, value=0.5)], x, mode=mode)


@every_mode
class TestShapeMismatch:
    def test_report(self, mode):
        x, y = T.dvectors("x", "y")
        frame = inspect.currentframe()
        assert frame is not None
        z = x + y; line = frame.f_lineno  # noqa: E702  # fmt: skip
        f = tir.function([x, y], z * 2, mode=mode)
        with pytest.raises(ValueError) as caught:
            f(np.ones(3), np.arange(4.0)[::2])
        # Compiled kernels read a contiguous copy.
        stride = 16 if mode == "FAST_COMPILE" else 8
        text = str(caught.value)
        assert text.startswith(
            "Input dimension mis-match. (input[0].shape[0] = 3, input[1].shape[0] = 2)\n"
            "Apply node that caused the error: add(x, y)\n"
            "Inputs types: [TensorType(float64, vector), TensorType(float64, vector)]\n"
            "Inputs shapes: [(3,), (2,)]\n"
            f"Inputs strides: [(8,), ({stride},)]\n"
            "Inputs values: [array([1., 1., 1.]), array([0., 2.])]\n"
        )
        assert f'File "{__file__}", line {line}' in text
        assert "z = x + y" in text
        assert "HINT" in text

    def test_large_values_are_left_out(self, mode):
        x, y = T.dvectors("x", "y")
        f = tir.function([x, y], x + y, mode=mode)
        with pytest.raises(
            ValueError, match=re.escape("Inputs values: ['not shown', array([0.])]")
        ):
            f(np.ones(6), np.zeros(1))
        with (
            tir.config.change_flags(exception_verbosity="high"),
            pytest.raises(ValueError, match=re.escape("1., 1., 1., 1., 1., 1.")),
        ):
            f(np.ones(6), np.zeros(1))

    def test_a_size_of_one_does_not_broadcast(self, mode):
        x, y = T.dmatrices("x", "y")
        f = tir.function([x, y], x + y, mode=mode)
        with pytest.raises(ValueError, match="Input dimension mis-match"):
            f(np.ones((3, 1)), np.ones((3, 2)))
        row = T.drow("y")
        g = tir.function([x, row], x + row, mode=mode)
        np.testing.assert_array_equal(g(np.ones((3, 2)), np.ones((1, 2))), np.full((3, 2), 2.0))

    def test_matrix_products(self, mode):
        x, y = T.dmatrices("x", "y")
        f = tir.function([x, y], T.dot(x, y), mode=mode)
        with pytest.raises(ValueError, match=r"dot\(x, y\)"):
            f(np.ones((2, 3)), np.ones((2, 3)))


@every_mode
def test_index_out_of_bounds(mode):
    x, i, v = T.dvector("x"), T.lscalar("i"), T.lvector("v")
    f = tir.function([x, i], x[i], mode=mode)
    assert f(np.arange(3.0), -1) == 2
    for index in (3, -4):
        with pytest.raises(IndexError) as caught:
            f(np.arange(3.0), index)
        assert "Apply node" in str(caught.value)
    g = tir.function([x, v], x[v], mode=mode)
    with pytest.raises(IndexError):
        g(np.arange(3.0), [0, 5])


@every_mode
def test_an_index_vector_of_length_one_does_not_broadcast(mode):
    x, (i, j) = T.dmatrix("x"), T.lvectors("i", "j")
    f = tir.function([x, i, j], x[i, j], mode=mode)
    with pytest.raises(IndexError, match=r"have lengths 2, 1\nApply node"):
        f(np.ones((2, 3)), [0, 1], [0])
    constant = tir.function([x, i], x[i, T.constant([0])], mode=mode)
    np.testing.assert_array_equal(constant(np.eye(2), [0, 1]), [1, 0])


@every_mode
def test_extreme_indices(mode):
    x, i, u = T.dvector("x"), T.lscalar("i"), T.vector("u", dtype="uint64")
    f = tir.function([x, i, u], [x[::i], x[u], x[:: -(2**62)]], mode=mode)
    values = np.arange(5.0)
    for step in (-(2**63), -(2**63) + 1, 2**63 - 1, -4, 5):
        # NumPy reads the largest numbers of uint64 as -1 and so on.
        results = f(values, step, np.array([2**64 - 1, 2**64 - 2, 1], "uint64"))
        for result, expected in zip(
            results, (values[::step], values[[-1, -2, 1]], values[4:]), strict=True
        ):
            np.testing.assert_array_equal(result, expected)
    with pytest.raises(IndexError, match="out of bounds"):
        f(values, 1, np.array([2**64 - 6], "uint64"))


@every_mode
def test_endless_aranges(mode):
    stop, step = T.dscalars("stop", "step")
    f = tir.function([stop, step], T.arange(0.0, stop, step), mode=mode)
    np.testing.assert_array_equal(f(1.0, 0.25), np.arange(0, 1, 0.25))
    assert f(-1.0, 0.25).shape == (0,)
    for arguments in ((np.inf, 1.0), (np.nan, 1.0), (1.0, 1e-300)):
        with pytest.raises(ValueError, match=r"arange\(constant.0, stop, step\)"):
            f(*arguments)


@every_mode
@pytest.mark.parametrize("operator", ["//", "%"])
def test_integer_division_by_zero(mode, operator):
    x, y = T.lvectors("x", "y")
    z = x // y if operator == "//" else x % y
    f = tir.function([x, y], z, mode=mode)
    with pytest.raises(ZeroDivisionError, match="Apply node"):
        f([1, 2], [1, 0])


@every_mode
def test_integer_scalars_divided_by_zero(mode):
    m, n = T.lscalars("m", "n")
    f = tir.function([m, n], [m // n, m % n, m**n], mode=mode)
    assert f(-7, 2) == [-4, 1, 49]
    with pytest.raises(ZeroDivisionError, match="Apply node"):
        f(1, 0)


@every_mode
def test_shared_values_are_unchanged_by_a_failure(mode):
    x = T.dvector("x")
    a, b = tir.shared(np.ones(2), "a"), tir.shared(np.zeros(2), "b")
    f = tir.function([x], a + b, updates=[(a, a + 1), (b, b + x)], mode=mode)
    values = a.get_value(borrow=True), b.get_value(borrow=True)
    with pytest.raises(ValueError, match=r"add\(b, x\)"):
        f(np.ones(3))
    assert a.get_value(borrow=True) is values[0]
    assert b.get_value(borrow=True) is values[1]
    np.testing.assert_array_equal(values, [[1, 1], [0, 0]])
    f(np.ones(2))
    np.testing.assert_array_equal([a.get_value(), b.get_value()], [[2, 2], [1, 1]])


@every_mode
def test_states_are_unchanged_by_a_failure(mode):
    x, state = T.dvector("x"), T.dvector("state")
    f = tir.function([x, tir.In(state, value=np.zeros(2), update=state + x)], state, mode=mode)
    with pytest.raises(ValueError, match="mis-match"):
        f(np.ones(3), np.ones(2))
    np.testing.assert_array_equal(f["state"], [0, 0])


@every_mode
def test_failing_calls_leak_nothing(mode):
    x, y = T.dvectors("x", "y")
    s = tir.shared(np.ones(3))
    f = tir.function([x, y], x + y + s, mode=mode)
    long, short = np.ones(3), np.ones(2)
    stored = s.get_value(borrow=True)
    before = [sys.getrefcount(a) for a in (long, short, stored)]
    for _ in range(5):
        with pytest.raises(ValueError, match="mis-match"):
            f(long, short)
        with pytest.raises(TypeError):
            f(long, "text")
        with pytest.raises(TypeError):
            f(long)
        f(long, long)
        f(long, y=long)
    # What pytest caught is in cycles.
    gc.collect()
    assert [sys.getrefcount(a) for a in (long, short, stored)] == before


@every_mode
def test_results_that_do_not_fit_in_memory(mode):
    n, x = T.lscalar("n"), T.dvector("x")
    s = tir.shared(np.ones(1))
    f = tir.function([n, x], [x * 2, T.zeros((n,)) + 1], updates=[(s, x)], mode=mode)
    value = np.ones(3)
    before = sys.getrefcount(value)
    for size in (2**45, 2**60):
        with pytest.raises((MemoryError, ValueError)):
            f(size, value)
    gc.collect()
    assert sys.getrefcount(value) == before
    assert s.get_value().shape == (1,)


@every_mode
def test_errors_keep_no_array_alive(mode):
    x, y = T.dvectors("x", "y")
    f = tir.function([x, y], T.exp(x) + y, mode=mode)
    long = np.ones(3)
    gc.disable()
    try:
        before = sys.getrefcount(long)
        with contextlib.suppress(ValueError):
            f(long, np.ones(2))
        assert sys.getrefcount(long) == before
    finally:
        gc.enable()


def test_failures_that_the_interpreter_does_not_have(monkeypatch):
    """Compiled code reports what it knows itself."""
    from tir.frontend import call_errors  # noqa: PLC0415
    from tir.support.source import SourceLocation  # noqa: PLC0415

    x = T.dvector("x")
    s = tir.shared(np.ones(1))
    report = call_errors.FailureReporter(
        [call_errors.NativeFailure("IndexError", "out of bounds", SourceLocation("user.py", 7))],
        lambda: tir.function([x], x + s, mode="FAST_COMPILE")._runner.module,
        [tir.In(x)],
        [s],
    )
    with pytest.raises(
        IndexError, match=r'out of bounds\n\nBacktrace .*\n  File "user.py", line 7'
    ):
        report(1, np.ones(1), np.ones(1))
    with pytest.raises(RuntimeError, match="unknown status 2"):
        report(2, np.ones(1), np.ones(1))


@pytest.mark.parametrize("mode", ["FAST_RUN", "FAST_COMPILE"])
def test_negative_size_of_an_output_names_the_operation(mode: str) -> None:
    n = T.lscalar("n")
    function = tir.function([n], T.zeros((n,)), mode=mode)
    assert function(2).shape == (2,)
    with pytest.raises(ValueError, match="negative dimensions") as caught:
        function(-1)
    assert "Apply node that caused the error: alloc" in str(caught.value)
