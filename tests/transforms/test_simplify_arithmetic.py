"""Arithmetic: what is left of an expression, and that its value, dtype and shape stay."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from tests.transforms.rewriting import assert_preserved, results_and_operations
from tir.graph import build as b

RNG = np.random.default_rng(5)
X, Y, Z = (RNG.normal(size=4) + 3 for _ in range(3))
M = RNG.normal(size=(3, 4))
I8 = np.array([100, -128, 7, -1], "int8")
U8 = np.array([200, 0, 7, 255], "uint8")

CASES: dict[str, tuple[Callable[..., Any], tuple[Any, ...], list[str]]] = {
    "equal sums": (lambda x, y: b.add(b.add(x, y), b.add(x, y)), (X, Y), ["add", "mul"]),
    "x + x": (lambda x: b.add(x, x), (X,), ["mul"]),
    "2 * x + x": (lambda x: b.add(b.mul(2.0, x), x), (X,), ["mul"]),
    "x - x": (lambda x: b.sub(x, x), (X,), ["alloc", "dim"]),
    "x + y - x": (lambda x, y: b.sub(b.add(x, y), x), (X, Y), []),
    "x + row - x": (
        lambda m, y: b.sub(b.add(m, y), m),
        (M, Y),
        ["alloc", "dim", "dim"],
    ),
    "neg of neg": (lambda x: b.neg(b.neg(x)), (X,), []),
    "neg of difference": (lambda x, y: b.neg(b.sub(x, y)), (X, Y), ["sub"]),
    "plus negative": (lambda x, y: b.add(b.neg(x), y), (X, Y), ["sub"]),
    "x + 0": (lambda x: b.add(x, 0), (X,), []),
    "constants of a sum": (lambda x: b.sub(b.add(b.add(x, 1), 5.0), 3.5), (X,), ["add"]),
    "constants that cancel": (lambda x: b.sub(b.add(x, 1), 1), (X,), []),
    "x / x": (lambda x: b.true_div(x, x), (X,), ["alloc", "dim"]),
    "x * y / x": (lambda x, y: b.true_div(b.mul(x, y), x), (X, Y), []),
    "x / y / x": (lambda x, y: b.true_div(b.true_div(x, y), x), (X, Y), ["reciprocal"]),
    "chain of quotients": (
        lambda x, y, z: b.mul(b.mul(b.true_div(x, y), b.true_div(y, z)), b.true_div(z, 3.0)),
        (X, Y, Z),
        ["mul"],
    ),
    "x / (y / z)": (
        lambda x, y, z: b.true_div(x, b.true_div(y, z)),
        (X, Y, Z),
        ["true_div", "true_div"],
    ),
    "x * 1": (lambda x: b.mul(x, 1), (X,), []),
    "x * -1": (lambda x: b.mul(x, -1), (X,), ["neg"]),
    "x * 0": (lambda x: b.mul(x, 0), (X,), ["alloc", "dim"]),
    "0 / x": (lambda x: b.true_div(0, x), (X,), ["alloc", "dim"]),
    "2 * x / 2": (lambda x: b.true_div(b.mul(2, x), 2), (X,), []),
    "x / 2": (lambda x: b.true_div(x, 2), (X,), ["mul"]),
    "x / 3": (lambda x: b.true_div(x, 3), (X,), ["true_div"]),
    "1 / x": (lambda x: b.true_div(1, x), (X,), ["reciprocal"]),
    "1 / (1 / x)": (lambda x: b.reciprocal(b.reciprocal(x)), (X,), []),
    "x * (1 / y)": (lambda x, y: b.mul(x, b.reciprocal(y)), (X, Y), ["true_div"]),
    "neg times neg": (lambda x, y: b.mul(b.neg(x), b.neg(y)), (X, Y), ["mul"]),
    "neg of 2 * x": (lambda x: b.neg(b.mul(2, x)), (X,), ["mul"]),
    "leading constant": (lambda x, y: b.mul(b.mul(2, x), b.mul(y, 3)), (X, Y), ["mul", "mul"]),
    "x * x": (lambda x: b.mul(x, x), (X,), ["sqr"]),
    "x * x * x * x": (
        lambda x: b.mul(b.mul(x, x), b.mul(x, x)),
        (X,),
        ["sqr", "sqr"],
    ),
    "x ** 2 / x": (lambda x: b.true_div(b.sqr(x), x), (X,), []),
    "x / abs(x)": (lambda x: b.true_div(x, b.abs_(x)), (X,), ["sgn"]),
    "common denominator": (
        lambda x, y, z: b.add(b.true_div(x, z), b.true_div(y, z)),
        (X, Y, Z),
        ["add", "true_div"],
    ),
    "pow 2": (lambda x: b.pow_(x, 2), (X,), ["sqr"]),
    "pow 0": (lambda x: b.pow_(x, 0), (X,), ["alloc", "dim"]),
    "pow 1": (lambda x: b.pow_(x, 1), (X,), []),
    "pow half": (lambda x: b.pow_(x, 0.5), (X,), ["sqrt"]),
    "pow -half": (lambda x: b.pow_(x, -0.5), (X,), ["reciprocal", "sqrt"]),
    "pow -1": (lambda x: b.pow_(x, -1), (X,), ["reciprocal"]),
    "pow -2": (lambda x: b.pow_(x, -2), (X,), ["reciprocal", "sqr"]),
    "pow 3": (lambda x: b.pow_(x, 3), (X,), ["mul", "sqr"]),
    "pow 7": (lambda x: b.pow_(x, 7), (X,), ["pow"]),
    "cast of cast": (lambda x: b.cast(b.cast(x, "int32"), "int64"), (I8,), ["cast"]),
    "cast through float": (
        lambda x: b.cast(b.cast(x, "float32"), "int64"),
        (I8,),
        ["cast", "cast"],
    ),
    "cast that narrows": (lambda x: b.cast(b.cast(x, "uint8"), "int64"), (I8,), ["cast", "cast"]),
    "abs of abs": (lambda x: b.abs_(b.abs_(x)), (M,), ["abs"]),
    "sqr of abs": (lambda x: b.sqr(b.abs_(x)), (M,), ["sqr"]),
    "abs of neg": (lambda x: b.abs_(b.neg(x)), (M,), ["abs"]),
    "abs of unsigned neg": (lambda x: b.abs_(b.neg(x)), (U8,), ["abs", "neg"]),
    "tanh of arctanh": (lambda x: b.tanh(b.arctanh(x)), (M / 10,), []),
    "switch of true": (lambda x, y: b.switch(np.bool_(True), x, y), (X, Y), []),
    "switch of equal": (lambda x, y: b.switch(b.gt(x, 0), y, y), (X, Y), []),
    "maximum of equal": (lambda x: b.maximum(x, x), (X,), []),
    "integer is itself": (lambda x: b.eq(x, x), (I8,), ["alloc", "dim"]),
    "float may not be itself": (lambda x: b.eq(x, x), (np.array([1, np.nan]),), ["eq"]),
    "integer // 1": (lambda x: b.int_div(x, np.int8(1)), (I8,), []),
    "sum of sum": (lambda m: b.sum_(b.sum_(m, [1]), [0]), (M,), ["sum"]),
    "max of max": (lambda m: b.max_(b.max_(m, [0]), [0]), (M,), ["max"]),
    "sum of scaled": (lambda m: b.sum_(b.mul(3.0, m), [1]), (M,), ["mul", "sum"]),
    "sum of neg": (lambda m: b.sum_(b.neg(m), [0, 1]), (M,), ["neg", "sum"]),
    "sum of row factors": (
        lambda m, v: b.sum_(b.mul(m, b.dimshuffle(v, [0, "x"])), [1]),
        (M, X[:3]),
        ["mul", "sum"],
    ),
    "sum of column factors stays": (
        lambda m, v: b.sum_(b.mul(m, v), [1]),
        (M, X),
        ["mul", "sum"],
    ),
    # Integers wrap around, and the result wraps around in the same way.
    "int8 + int8": (lambda x: b.add(b.add(x, x), x), (I8,), ["mul"]),
    "uint8 terms": (lambda x, y: b.sub(y, b.add(x, x)), (U8, U8[::-1].copy()), ["add", "mul"]),
    "uint8 products": (
        lambda x: b.mul(b.mul(b.neg(x), np.uint8(3)), np.uint8(100)),
        (U8,),
        ["mul"],
    ),
    "int8 in a float sum": (
        lambda i, j, x: b.sub(b.add(b.add(x, i), b.add(i, j)), x),
        (I8, I8[::-1].copy(), X),
        ["add", "add", "cast", "cast"],
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_simplified(name: str) -> None:
    build, arrays, expect = CASES[name]
    assert_preserved(build, *arrays, expect=expect)


def test_bool_sums_and_products_are_logical() -> None:
    flags = np.array([True, False])
    assert_preserved(lambda x: b.add(x, x), flags)
    assert_preserved(lambda x: b.mul(x, x), flags)


def test_cancelled_row_keeps_the_shape_of_a_column() -> None:
    column, row = RNG.normal(size=(3, 1)), RNG.normal(size=(1, 4))
    assert_preserved(
        lambda c, r: b.sub(b.add(c, r), r),
        column,
        row,
        patterns=[(False, True), (True, False)],
    )
    assert_preserved(lambda x: b.mul(x, 0), np.zeros((1, 1)), patterns=[(True, True)], expect=[])


def test_intermediate_with_other_users_is_not_taken_apart() -> None:
    def shared(x: Any, y: Any) -> Any:
        inner = b.mul(x, y)
        return [b.mul(inner, y), inner]

    assert_preserved(shared, X, Y, expect=["mul", "mul"])


def test_constants_that_would_overflow_stay_apart() -> None:
    x = np.array([1e-300])
    build = lambda x: b.mul(b.mul(x, 1e200), 1e200)  # noqa: E731
    _, (after,), _ = results_and_operations(build, [x])
    np.testing.assert_allclose(after, [1e100])


def test_theano_semantics_at_zero_and_nan() -> None:
    x = np.array([0.0, np.nan, np.inf])
    _, (ratio, product, difference), _ = results_and_operations(
        lambda x: [b.true_div(x, x), b.mul(x, 0), b.sub(x, x)], [x]
    )
    np.testing.assert_array_equal(ratio, 1)
    np.testing.assert_array_equal(product, 0)
    np.testing.assert_array_equal(difference, 0)
