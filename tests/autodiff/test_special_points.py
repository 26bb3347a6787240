"""Gradients at ties, kinks, zeros, duplicates: where finite differences say nothing."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from tests.evaluate import evaluate_all
from tir.autodiff.gradient import grad
from tir.graph import build
from tir.graph.tensor_type import TensorType

VECTOR = TensorType("float64", (False,))
MATRIX = TensorType("float64", (False, False))


def total(x: Any) -> Any:
    return build.sum_(x, range(x.type.ndim))


def gradients(function: Any, *arrays: Any) -> list[np.ndarray]:
    """The gradients of the sum of a function's elements by each operand."""
    arrays = tuple(np.asarray(a, "float64") for a in arrays)
    inputs = [TensorType("float64", (False,) * a.ndim)() for a in arrays]
    found = grad(total(function(*inputs)), inputs)
    return evaluate_all(found, dict(zip(inputs, arrays, strict=True)))


def second_gradients(function: Any, array: Any) -> np.ndarray:
    """The gradient of the sum of the gradient."""
    array = np.asarray(array, "float64")
    x = TensorType("float64", (False,) * array.ndim)()
    first = total(grad(total(function(x)), x))
    return evaluate_all([grad(first, x, disconnected_inputs="ignore")], {x: array})[0]


@pytest.mark.parametrize("function", [build.maximum, build.minimum])
def test_ties_go_to_the_first_operand(function: Any) -> None:
    x, y = gradients(function, [1.0, -np.inf], [1.0, -np.inf])
    np.testing.assert_array_equal(x, [1, 1])
    np.testing.assert_array_equal(y, [0, 0])


@pytest.mark.parametrize("function", [build.max_, build.min_])
def test_each_tie_of_a_reduction_gets_all(function: Any) -> None:
    (found,) = gradients(lambda x: function(x, [1]), [[2, 2, 2], [1, 2, 3]])
    np.testing.assert_array_equal(found[0], [1, 1, 1])
    assert found[1].sum() == 1


def test_abs_and_relu_at_zero() -> None:
    assert gradients(build.abs_, [0.0])[0] == 0
    relu = gradients(lambda x: build.mul(0.5, build.add(x, build.abs_(x))), [0.0])
    assert relu[0] == 0.5


def test_clip_at_and_beyond_its_bounds() -> None:
    x, low, high = gradients(build.clip, [0, 1, 1.5, 2, 3], [1] * 5, [2] * 5)
    np.testing.assert_array_equal(x, [0, 1, 1, 1, 0])
    np.testing.assert_array_equal(low, [1, 0, 0, 0, 0])
    np.testing.assert_array_equal(high, [0, 0, 0, 0, 1])


def test_clip_with_crossed_bounds() -> None:
    # Below the lower bound, the lower bound is the result, although the upper one is smaller still.
    x, low, high = gradients(build.clip, [0.0, 5.0], [2.0, 2.0], [1.0, 1.0])
    np.testing.assert_array_equal([x, low, high], [[0, 0], [1, 0], [0, 1]])


def test_infinite_gradients_stay_in_their_branch() -> None:
    x = VECTOR()
    safe = build.switch(build.gt(x, 0.0), build.sqrt(x), 0.0)
    cost = build.add(total(safe), total(x))
    (found,) = evaluate_all([grad(cost, x)], {x: np.array([4.0])})
    np.testing.assert_array_equal(found, [1.25])
    taken, other = gradients(
        lambda a, b: build.sqrt(build.switch(build.eq(a, 0.0), a, b)), [0.0], [1.0]
    )
    assert np.isposinf(taken)
    assert other == 0


class TestPower:
    def test_zero_base(self) -> None:
        base, exponent = gradients(build.pow_, [0.0, 0, 0, 0], [0.0, 1, 2, 3])
        np.testing.assert_array_equal(base, [0, 1, 0, 0])
        np.testing.assert_array_equal(exponent, [0, 0, 0, 0])

    def test_zero_base_of_negative_exponent(self) -> None:
        base, exponent = gradients(build.pow_, [0.0], [-1.0])
        assert np.isneginf(base)
        assert exponent == 0

    def test_negative_base(self) -> None:
        base, exponent = gradients(build.pow_, [-2.0], [3.0])
        assert base == 12
        assert np.isnan(exponent)

    @pytest.mark.parametrize("exponent", [0.0, 1.0, 2.0, 3.0, np.array(2, "int8")])
    def test_constant_exponent_at_zero(self, exponent: Any) -> None:
        n = float(exponent)
        (found,) = gradients(lambda x: build.pow_(x, exponent), [0.0, 2.0])
        np.testing.assert_allclose(found, [n == 1, n * 2.0 ** (n - 1)])
        second = second_gradients(lambda x: build.pow_(x, exponent), [0.0, 2.0])
        np.testing.assert_allclose(second, [2.0 * (n == 2), n * (n - 1) * 2.0 ** (n - 2)])

    def test_mixed_derivative_where_the_exponent_is_zero(self) -> None:
        x, y = VECTOR(), VECTOR()
        mixed = grad(total(grad(total(build.pow_(x, y)), x)), y)
        given = {x: np.array([2.0]), y: np.array([0.0])}
        np.testing.assert_allclose(evaluate_all([mixed], given)[0], [0.5])

    def test_integer_base_does_not_overflow(self) -> None:
        i = TensorType("int8", ())()
        found = grad(build.pow_(i, 3.0), i)
        assert evaluate_all([found], {i: np.array(100, "int8")})[0] == 30_000


class TestProduct:
    @pytest.mark.parametrize("row", [[2, 3, 4], [2, 0, 4], [0, 3, 0], [0, 0, 0], [5], [0]])
    def test_zeros(self, row: list[float]) -> None:
        (found,) = gradients(lambda x: build.prod(x, [1]), [row])
        expected = [np.prod(row[:i] + row[i + 1 :]) for i in range(len(row))]
        np.testing.assert_allclose(found[0], expected)

    def test_rows_do_not_mix(self) -> None:
        (found,) = gradients(lambda x: build.prod(x, [0]), [[1, 0], [2, 3]])
        np.testing.assert_array_equal(found, [[2, 3], [1, 0]])

    def test_empty(self) -> None:
        (found,) = gradients(lambda x: build.prod(x, [1]), np.zeros((2, 0)))
        assert found.shape == (2, 0)

    @pytest.mark.parametrize("row", [[2.0, 3, 4], [2.0, 0, 4]])
    def test_second_order(self, row: list[float]) -> None:
        found = second_gradients(lambda x: build.prod(x, [0]), row)
        a, b, c = row
        np.testing.assert_allclose(found, [b + c, a + c, a + b])


class TestStability:
    def test_expm1_of_very_negative_numbers(self) -> None:
        np.testing.assert_allclose(gradients(build.expm1, [-50.0])[0], np.exp(-50.0))

    def test_arcsin_and_arctanh_near_one(self) -> None:
        x = 1 - 2.0**-40
        slope = gradients(build.arctanh, [x])[0][0]
        np.testing.assert_allclose(slope, 1 / (2.0**-40 * (2 - 2.0**-40)), rtol=1e-15)
        slope = gradients(build.arcsin, [x])[0][0]
        np.testing.assert_allclose(slope, (2.0**-40 * (2 - 2.0**-40)) ** -0.5, rtol=1e-15)

    @pytest.mark.parametrize("x", [-1000.0, 1000.0])
    def test_saturated_functions(self, x: float) -> None:
        assert gradients(build.sigmoid, [x])[0] == 0
        assert gradients(build.tanh, [x])[0] == 0
        assert gradients(build.softplus, [x])[0] == (x > 0)
        (found,) = gradients(lambda v: build.log_sum_exp(v, [0]), [x, 0.0])
        np.testing.assert_array_equal(found, [x > 0, x < 0])


class TestIndexing:
    def test_duplicates_accumulate_when_reading(self) -> None:
        (found,) = gradients(
            lambda x: build.mul(build.advanced_subtensor(x, np.array([0, 0, -1])), [1.0, 2.0, 4.0]),
            [5.0, 5.0, 5.0],
        )
        np.testing.assert_array_equal(found, [3, 0, 4])

    def test_only_the_last_of_duplicates_is_written(self) -> None:
        index = np.array([2, 0, -1])
        target, value = gradients(
            lambda x, v: build.mul(build.advanced_set_subtensor(x, v, index), [1.0, 2.0, 4.0]),
            [5.0, 5.0, 5.0],
            [7.0, 8.0, 9.0],
        )
        np.testing.assert_array_equal(target, [0, 2, 0])
        np.testing.assert_array_equal(value, [0, 1, 4])

    def test_duplicates_of_pairs_in_a_matrix(self) -> None:
        rows, columns = np.array([0, 1, 0]), np.array([1, 1, 1])
        weights = np.arange(4.0).reshape(2, 2) + 1
        target, value = gradients(
            lambda x, v: build.mul(build.advanced_set_subtensor(x, v, rows, columns), weights),
            np.zeros((2, 2)),
            np.zeros(3),
        )
        np.testing.assert_array_equal(target, [[1, 0], [3, 0]])
        np.testing.assert_array_equal(value, [0, 4, 2])

    def test_duplicate_rows_and_a_broadcast_value(self) -> None:
        x, v = MATRIX(), TensorType("float64", (True, False))()
        out = build.advanced_set_subtensor(x, v, np.array([1, 1]))
        found = grad(total(out), [x, v])
        values = evaluate_all(found, {x: np.zeros((3, 2)), v: np.ones((1, 2))})
        np.testing.assert_array_equal(values[0], [[1, 1], [0, 0], [1, 1]])
        np.testing.assert_array_equal(values[1], [[1, 1]])

    def test_symbolic_bounds(self) -> None:
        x, i = VECTOR(), TensorType("int64", ())()
        found = grad(total(build.sqr(build.subtensor(x, ["v::"], [i]))), x)
        given = {x: np.arange(4.0), i: np.array(2)}
        np.testing.assert_array_equal(evaluate_all([found], given)[0], [0, 0, 4, 6])


def test_remainder_by_the_divisor() -> None:
    x, y = gradients(build.mod, [7.5, -7.5], [2.0, 2.0])
    np.testing.assert_array_equal(x, [1, 1])
    np.testing.assert_array_equal(y, [-3, 4])


def test_arange_by_start_and_step() -> None:
    start, stop, step = (TensorType("float64", ())() for _ in range(3))
    out = build.sqr(build.arange(start, stop, step))
    given = {start: np.array(1.0), stop: np.array(2.1), step: np.array(0.5)}
    found = evaluate_all(grad(total(out), [start, step]), given)
    np.testing.assert_allclose(found, [2 * 4.5, 2 * (1.5 + 2 * 2)])


def test_cross_entropy_to_second_order_is_the_softmax_covariance() -> None:
    scores = MATRIX()
    labels = np.array([2, -3])
    cost = total(build.softmax_cross_entropy(scores, labels))
    value = np.array([[0.5, 1, -1], [2, 0, 1]])
    direction = np.array([[1.0, -2, 3], [0, 1, 0]])
    first = grad(cost, scores)
    found = evaluate_all([grad(total(build.mul(first, direction)), scores)], {scores: value})[0]
    p = np.exp(value) / np.exp(value).sum(1, keepdims=True)
    expected = p * (direction - (p * direction).sum(1, keepdims=True))
    np.testing.assert_allclose(found, expected)
