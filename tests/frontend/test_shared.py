"""Shared variables: their types, and what is copied when."""

from __future__ import annotations

import gc
import weakref

import numpy as np
import pytest

import tir
from tir import tensor as T


@pytest.mark.parametrize(
    ("value", "dtype", "ndim"),
    [
        (1.5, "float64", 0),
        (3, "int64", 0),
        (True, "bool", 0),
        (np.float32(2), "float32", 0),
        (np.zeros((2, 1), "int8"), "int8", 2),
        (np.zeros(0, "uint16"), "uint16", 1),
        (np.zeros(2, ">f4"), "float32", 1),
    ],
)
def test_type_follows_the_value(value, dtype, ndim):
    variable = tir.shared(value)
    assert variable.dtype == dtype
    assert variable.type.broadcastable == (False,) * ndim
    stored = variable.get_value()
    assert type(stored) is np.ndarray
    assert stored.dtype == dtype
    np.testing.assert_array_equal(stored, value)


def test_float_does_not_follow_floatx():
    with tir.config.change_flags(floatX="float32"):
        assert tir.shared(1.0).dtype == "float64"


def test_broadcastable():
    variable = tir.shared(np.zeros((1, 3)), broadcastable=(True, False))
    assert variable.type.broadcastable == (True, False)
    with pytest.raises(TypeError, match="broadcastable dimension"):
        variable.set_value(np.zeros((2, 3)))
    with pytest.raises(TypeError, match="broadcastable dimension"):
        tir.shared(np.zeros(2), broadcastable=(True,))
    with pytest.raises(ValueError, match="2 dimensions"):
        tir.shared(np.zeros((1, 3)), broadcastable=(True,))


@pytest.mark.parametrize("value", [[1.0], (1.0,), "text", None, {}, object()])
def test_what_is_no_array_is_rejected(value):
    with pytest.raises(TypeError):
        tir.shared(value)


def test_lists_are_rejected_with_a_hint():
    with pytest.raises(TypeError, match=r"numpy\.asarray"):
        tir.shared([1.0, 2.0])


def test_variables_are_rejected():
    with pytest.raises(TypeError, match="not the variable x"):
        tir.shared(T.dscalar("x"))


@pytest.mark.parametrize("dtype", ["complex128", "float16"])
def test_dtypes_that_come_later(dtype):
    with pytest.raises(tir.UnsupportedError, match=dtype):
        tir.shared(np.zeros(2, dtype))


def test_values_are_copied_unless_borrowed():
    original = np.zeros(2)
    variable = tir.shared(original)
    original[0] = 1
    assert variable.get_value()[0] == 0
    variable.get_value()[0] = 2
    assert variable.get_value()[0] == 0
    variable.set_value(original)
    original[0] = 3
    assert variable.get_value()[0] == 1
    borrowed = tir.shared(original, borrow=True)
    assert borrowed.get_value(borrow=True) is original
    other = np.ones(2)
    borrowed.set_value(other, borrow=True)
    assert borrowed.get_value(borrow=True) is other
    assert borrowed.get_value() is not other


def test_set_value_may_change_the_shape_only():
    variable = tir.shared(np.zeros(3), name="W")
    variable.set_value(np.ones(5))
    assert variable.get_value().shape == (5,)
    variable.set_value([1, 2])
    assert variable.get_value().dtype == "float64"
    for wrong in (np.zeros((2, 2)), 1.0, np.zeros(2, complex), "text", T.dvector()):
        with pytest.raises(TypeError, match="shared variable W"):
            variable.set_value(wrong)
    np.testing.assert_array_equal(variable.get_value(), [1, 2])


def test_strict_and_downcast():
    strict = tir.shared(np.zeros(2, "float32"), strict=True)
    with pytest.raises(TypeError, match="strict"):
        strict.set_value(np.zeros(2, "int8"))
    with pytest.raises(TypeError, match="precision"):
        tir.shared(np.zeros(2, "float32")).set_value(np.zeros(2) + 0.1)
    loose = tir.shared(np.zeros(2, "float32"), allow_downcast=True)
    loose.set_value(np.zeros(2) + 0.1)
    assert loose.get_value().dtype == "float32"


def test_values_are_made_canonical():
    record = np.zeros(4, np.dtype([("a", "f8"), ("b", "i1")]))
    for value in (
        record["a"],
        np.zeros(3, ">f8"),
        np.ma.zeros(3),
        np.zeros(33, "u1")[1:].view("f8"),
    ):
        stored = tir.shared(value, borrow=True).get_value(borrow=True)
        assert type(stored) is np.ndarray
        assert stored.dtype is np.dtype("float64")
        assert stored.flags.aligned
        assert all(stride % 8 == 0 for stride in stored.strides)


def test_zero():
    variable = tir.shared(np.ones(3))
    first = variable.get_value(borrow=True)
    variable.zero()
    np.testing.assert_array_equal(variable.get_value(), np.zeros(3))
    np.testing.assert_array_equal(first, np.ones(3))
    variable.set_value(first, borrow=True)
    variable.zero(borrow=True)
    np.testing.assert_array_equal(first, np.zeros(3))


def test_clone_shares_the_value():
    variable = tir.shared(1.0, name="a")
    other = variable.clone()
    assert other is not variable
    assert other.name == "a"
    variable.set_value(2.0)
    assert other.get_value() == 2


def test_no_value_attribute():
    with pytest.raises(AttributeError, match="get_value"):
        _ = tir.shared(1.0).value


def test_default_update_must_have_the_type():
    variable = tir.shared(np.zeros(2), name="v")
    with pytest.raises(TypeError, match="same type"):
        variable.default_update = T.dscalar()
    variable.default_update = variable + 1
    variable.default_update = None
    assert variable.default_update is None


def test_expressions_on_shared_variables_are_freed():
    variable = tir.shared(np.zeros(2))
    expression = T.exp(variable) + 1
    alive = weakref.ref(expression)
    del expression
    gc.collect()
    assert alive() is None


def test_operators():
    variable = tir.shared(np.arange(6.0).reshape(2, 3), name="W")
    assert str(variable) == "W"
    np.testing.assert_array_equal((variable.T + 1).eval(), np.arange(6.0).reshape(2, 3).T + 1)
