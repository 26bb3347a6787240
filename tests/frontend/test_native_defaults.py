"""Calls that leave inputs out go to machine code as others do."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import tir
from tir import In
from tir import tensor as T
from tir.frontend.compiled_function import Function


def without_python(function: Function) -> Callable[..., Any]:
    """The native code of a function, with the path through Python closed."""

    def refuse(*arguments: Any, **named: Any) -> Any:
        raise AssertionError(f"called with {arguments} and {named}")

    positions = function._binder.converter.regular
    defaults = [function._binder.defaults.get(position) for position in positions]
    return function._runner.entry(refuse, defaults)


def test_trailing_defaults() -> None:
    x, y, z = T.dvectors("x", "y", "z")
    inputs = [x, In(y, value=[1.0, 2.0]), In(z, value=[10.0, 20.0])]
    f = without_python(tir.function(inputs, x + 2 * y + 3 * z))
    a, b, c = (np.array([float(i), 0.0]) for i in (100, 200, 300))
    np.testing.assert_array_equal(f(a), a + np.array([32, 64]))
    np.testing.assert_array_equal(f(a, b), a + 2 * b + np.array([30, 60]))
    np.testing.assert_array_equal(f(a, b, c), a + 2 * b + 3 * c)


def test_numbers() -> None:
    x, y = T.dscalars("x", "y")
    f = without_python(tir.function([x, In(y, value=0.5)], x * y))
    assert f(4.0) == 2.0
    assert f(4) == 2.0
    assert f(4.0, 3.0) == 12.0


def test_all_inputs_have_defaults() -> None:
    x, y = T.dscalars("x", "y")
    f = without_python(tir.function([In(x, value=1.0), In(y, value=2.0)], x - y))
    assert (f(), f(5.0), f(5.0, 3.0)) == (-1.0, 3.0, 2.0)


def test_a_state_behind_the_arguments() -> None:
    x, total = T.dscalars("x", "total")
    state = In(total, value=0.0, update=total + x)
    f = without_python(tir.function([x, state], total + 0))
    assert [float(f(1.0)), float(f(2.0)), float(f(3.0))] == [0.0, 1.0, 3.0]


def test_a_state_before_a_default() -> None:
    x, total, scale = T.dscalars("x", "total", "scale")
    state = In(total, value=0.0, update=total + scale * x)
    f = tir.function([x, state, In(scale, value=10.0)], total + 0)
    native = without_python(tir.function([x, state, In(scale, value=10.0)], total + 0))
    assert [float(native(1.0)), float(native(2.0))] == [0.0, 10.0]
    assert float(f(1.0)) == 0.0
    # By position, the second argument is the state.
    assert float(f(1.0, 5.0)) == 5.0
    assert float(f(0.0)) == 15.0
    assert float(f(0.0, 1.0, 2.0)) == 1.0
    with pytest.raises(TypeError, match="Too many"):
        f(1.0, 2.0, 3.0, 4.0)


def test_implicit_inputs() -> None:
    x, y = T.dscalars("x", "y")
    inputs = [x, In(y, value=7.0, implicit=True)]
    assert without_python(tir.function(inputs, x + y))(1.0) == 8.0
    f = tir.function(inputs, x + y)
    assert f(1.0, y=2.0) == 3.0
    with pytest.raises(TypeError, match="implicit"):
        f(1.0, 2.0)


def test_what_is_missing_is_named() -> None:
    x, y, z = T.dscalars("x", "y", "z")
    f = tir.function([x, In(y, value=1.0), z], x + y + z)
    with pytest.raises(TypeError, match=r"Missing argument.* z"):
        f(1.0)
    with pytest.raises(TypeError, match=r"Missing argument.* z"):
        f(1.0, 2.0)
    assert f(1.0, 2.0, 3.0) == 6.0
    assert f(1.0, z=3.0) == 5.0


def test_values_that_need_conversion() -> None:
    x, y = T.dvectors("x", "y")
    f = tir.function([x, In(y, value=[1, 2])], x + y)
    np.testing.assert_array_equal(f([1, 2]), [2, 4])
    np.testing.assert_array_equal(f([1, 2], [5, 5]), [6, 7])


def test_programs_that_differ_in_their_defaults_only() -> None:
    x, y = T.dscalars("x", "y")
    assert tir.function([x, y], x - y)(3.0, 1.0) == 2.0
    assert tir.function([x, In(y, value=1.0)], x - y)(3.0) == 2.0
    assert tir.function([x, In(y, value=1.0, implicit=True)], x - y)(3.0) == 2.0
    with pytest.raises(TypeError):
        tir.function([x, y], x - y)(3.0)
