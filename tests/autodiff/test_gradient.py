"""What `grad` promises beside the rules: containers, disconnection, constants, known gradients, names, scale."""

from __future__ import annotations

import warnings
from collections import OrderedDict
from typing import Any

import numpy as np
import pytest

from tests.evaluate import evaluate_all
from tests.python_calls import python_calls
from tir.autodiff.errors import DisconnectedInputError, GradientError, NullTypeGradError
from tir.autodiff.gradient import grad
from tir.autodiff.operators import Rop
from tir.autodiff.registry import DISCONNECTED, Undefined, gradient
from tir.autodiff.rules import contraction
from tir.config import config
from tir.graph import build
from tir.graph.constants import constant
from tir.graph.tensor_type import TensorType
from tir.graph.traversal import toposort
from tir.graph.variable import Apply, Op
from tir.support.errors import UnsupportedError

SCALAR = TensorType("float64", ())
VECTOR = TensorType("float64", (False,))
MATRIX = TensorType("float64", (False, False))


def total(x: Any) -> Any:
    return build.sum_(x, range(x.type.ndim))


class TestResult:
    def test_has_the_container_of_wrt(self) -> None:
        x, y = SCALAR("x"), SCALAR("y")
        cost = build.mul(x, y)
        assert isinstance(grad(cost, [x, y]), list)
        assert isinstance(grad(cost, (x, y)), tuple)
        assert grad(cost, x).type == SCALAR
        assert grad(cost, []) == []

    def test_by_the_cost_itself_is_one(self) -> None:
        x = SCALAR("x")
        assert grad(x, x).data == 1

    def test_by_what_lies_inside(self) -> None:
        x = VECTOR("x")
        middle = build.exp(x)
        by_middle, by_x = grad(total(build.sqr(middle)), [middle, x])
        value = np.array([0.0, 1.0])
        found = evaluate_all([by_middle, by_x], {x: value})
        np.testing.assert_allclose(found, [2 * np.exp(value), 2 * np.exp(2 * value)])

    def test_users_are_summed(self) -> None:
        x = VECTOR("x")
        (found,) = evaluate_all(
            [grad(total(build.add(build.mul(x, x), x)), x)], {x: np.arange(3.0)}
        )
        np.testing.assert_array_equal(found, 2 * np.arange(3.0) + 1)

    def test_same_variable_twice(self) -> None:
        x = SCALAR("x")
        first, second = grad(build.sqr(x), [x, x])
        assert first is second

    def test_names(self) -> None:
        x, y = SCALAR("x"), SCALAR("y")
        cost = build.mul(build.sqr(x), y)
        assert grad(cost, x).name is None
        cost.name = "cost"
        assert grad(cost, x).name == "(dcost/dx)"
        assert grad(cost, x, add_names=False).name is None

    def test_other_variables_keep_their_names(self) -> None:
        x = SCALAR("x")
        known = SCALAR("known")
        cost = build.sqr(x)
        cost.name = "cost"
        assert grad(cost, x, known_grads={x: known}) is known
        assert known.name == "known"


class TestIntegers:
    def test_integers_count_as_numbers(self) -> None:
        i, x = TensorType("int32", (False,))("i"), VECTOR("x")
        found = grad(total(build.mul(i, x)), i)
        assert found.type == VECTOR
        given = {i: np.array([1, 2], "int32"), x: np.array([0.5, 1.5])}
        np.testing.assert_array_equal(evaluate_all([found], given)[0], given[x])

    def test_follow_floatx(self) -> None:
        with config.change_flags(floatX="float32"):
            i = TensorType("int64", ())("i")
            assert grad(build.exp(i), i).type.dtype == "float32"

    def test_integer_results_stop_gradients(self) -> None:
        i, x = TensorType("int64", (False,))("i"), VECTOR("x")
        cost = total(build.mul(build.cast(x, "int64"), build.cast(build.mul(i, i), "float64")))
        found = evaluate_all(grad(cost, [i, x]), {i: np.array([3, 4]), x: np.array([1.5, 2.5])})
        np.testing.assert_array_equal(found, np.zeros((2, 2)))

    def test_an_integer_cost_has_zero_gradients(self) -> None:
        x = VECTOR("x")
        cost = total(build.cast(x, "int64"))
        np.testing.assert_array_equal(evaluate_all([grad(cost, x)], {x: np.ones(2)})[0], [0, 0])

    def test_no_graph_is_built_for_integers_on_the_way(self) -> None:
        x = VECTOR("x")
        rounded = build.cast(x, "int64")
        found = grad(total(build.mul(build.exp(rounded), x)), x)
        used = [str(node.op) for node in toposort([found])]
        assert used.count("exp") == 1


class TestZeroAndDisconnected:
    @pytest.mark.parametrize("block", [build.consider_constant, build.zero_grad, build.floor])
    def test_zero(self, block: Any) -> None:
        x = VECTOR("x")
        found = grad(total(build.exp(block(x))), x)
        np.testing.assert_array_equal(evaluate_all([found], {x: np.ones(2)})[0], [0, 0])

    def test_zero_is_not_spelled_out_on_the_way(self) -> None:
        x = VECTOR("x")
        found = grad(total(build.exp(build.sin(build.zero_grad(x)))), x)
        assert [str(node.op) for node in toposort([found])] == ["second"]

    def test_zero_adds_nothing(self) -> None:
        x = VECTOR("x")
        cost = total(build.add(build.sqr(x), build.exp(build.zero_grad(x))))
        new = set(toposort([grad(cost, x)])) - set(toposort([cost]))
        assert sorted(str(node.op) for node in new) == [
            "dimshuffle{new_order=[-1]}",
            "mul",
            "mul",
            "second",
        ]

    @pytest.mark.parametrize(
        "hide",
        [
            build.disconnected_grad,
            lambda x: build.cast(build.dim(x, 0), "float64"),
            lambda x: build.second(x, 3.0),
            lambda x: build.sgn(build.disconnected_grad(x)),
            lambda x: build.subtensor(VECTOR("v"), ["v"], [build.dim(x, 0)]),
        ],
    )
    def test_disconnected(self, hide: Any) -> None:
        x = VECTOR("x")
        cost = total(build.exp(hide(x)))
        with pytest.raises(DisconnectedInputError):
            grad(cost, x)
        found = grad(cost, x, disconnected_inputs="ignore")
        np.testing.assert_array_equal(evaluate_all([found], {x: np.ones(2)})[0], [0, 0])

    def test_only_the_disconnected_path_is_cut(self) -> None:
        x = VECTOR("x")
        cost = total(build.mul(x, build.disconnected_grad(x)))
        np.testing.assert_array_equal(evaluate_all([grad(cost, x)], {x: np.arange(2.0)})[0], [0, 1])

    def test_wishes(self) -> None:
        x, y = VECTOR("x"), TensorType("int8", (True,))("y")
        cost = total(x)
        assert grad(cost, [y], disconnected_inputs="ignore")[0].type == TensorType(
            "float64", (True,)
        )
        options: Any = {"disconnected_inputs": "ignore"}
        assert grad(cost, y, return_disconnected="None", **options) is None
        assert grad(cost, y, return_disconnected="Disconnected", **options) is DISCONNECTED
        assert grad(cost, [x, y], return_disconnected="None", **options)[0].type == VECTOR

    def test_warning_points_at_the_caller(self) -> None:
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            grad(total(VECTOR("x")), VECTOR("y"), disconnected_inputs="warn")
        assert "does not depend on y" in str(caught[0].message)
        assert caught[0].filename == __file__

    def test_equal_but_distinct_expressions_are_distinct(self) -> None:
        x = VECTOR("x")
        index = constant(np.int64(0))
        cost = build.sqr(build.subtensor(x, ["v"], [index]))
        with pytest.raises(DisconnectedInputError):
            grad(cost, build.subtensor(x, ["v"], [index]))


class TestConsiderConstant:
    def test_nothing_passes_beyond(self) -> None:
        x = VECTOR("x")
        middle = build.exp(x)
        cost = total(build.mul(middle, x))
        value = np.array([0.5, 1.0])
        found = evaluate_all([grad(cost, x, consider_constant=[middle])], {x: value})
        np.testing.assert_array_equal(found[0], np.exp(value))

    def test_what_lies_only_beyond_is_disconnected(self) -> None:
        x = VECTOR("x")
        middle = build.exp(x)
        with pytest.raises(DisconnectedInputError):
            grad(total(middle), x, consider_constant=[middle])

    def test_gradient_by_the_constant_itself(self) -> None:
        x = VECTOR("x")
        middle = build.exp(x)
        (found,) = evaluate_all(
            [grad(total(build.sqr(middle)), middle, consider_constant=[middle])], {x: np.zeros(1)}
        )
        np.testing.assert_array_equal(found, [2.0])


class TestKnownGrads:
    def test_without_cost(self) -> None:
        x, g = VECTOR("x"), VECTOR("g")
        found = grad(None, x, known_grads=OrderedDict({build.sqr(x): g}))
        values = {x: np.arange(3.0), g: np.array([1.0, 2.0, 3.0])}
        np.testing.assert_array_equal(evaluate_all([found], values)[0], 2 * values[x] * values[g])

    def test_splits_a_gradient_in_two(self) -> None:
        x = VECTOR("x")
        middle = build.sin(x)
        cost = total(build.exp(middle))
        whole = grad(cost, x)
        parts = grad(None, x, known_grads={middle: grad(cost, middle)})
        found = evaluate_all([whole, parts], {x: np.arange(3.0)})
        np.testing.assert_array_equal(found[0], found[1])

    def test_replaces_what_the_cost_gives(self) -> None:
        x = VECTOR("x")
        middle = build.sqr(x)
        found = grad(total(build.exp(middle)), x, known_grads={middle: np.array([1.0, 10.0])})
        np.testing.assert_array_equal(evaluate_all([found], {x: np.ones(2)})[0], [2, 20])

    def test_of_several_variables_that_depend_on_each_other(self) -> None:
        x = VECTOR("x")
        inner = build.sqr(x)
        outer = build.exp(inner)
        ones = np.ones(2)
        found = grad(None, x, known_grads={outer: ones, inner: ones})
        np.testing.assert_array_equal(evaluate_all([found], {x: ones})[0], [2, 2])

    def test_takes_the_dtype_and_pattern_of_the_variable(self) -> None:
        x = TensorType("float32", (False,))("x")
        found = grad(None, x, known_grads={x: constant(np.ones(1))})
        assert found.type == x.type


class UndefinedSlope(Op):
    """An operation whose gradient does not exist."""

    def make_node(self, *inputs: Any) -> Apply:
        return Apply(self, inputs, [inputs[0].type])

    def __str__(self) -> str:
        return "undefined_slope"


class NoRule(UndefinedSlope):
    """An operation that nobody can differentiate."""

    def __str__(self) -> str:
        return "no_rule"


class UndefinedSlopeOfTwo(UndefinedSlope):
    """An operation of two operands whose rule forgets one."""


class WrongRank(UndefinedSlope):
    """An operation whose rule gives a scalar."""

    def __str__(self) -> str:
        return "wrong_rank"


@gradient(WrongRank)
def wrong_rank(node: Apply, gradients: Any) -> list[Any]:
    return [total(gradients[0])]


@gradient(UndefinedSlope, UndefinedSlopeOfTwo)
def undefined_slope(node: Apply, gradients: Any) -> list[Any]:
    return [Undefined("it is jagged")]


class TestRules:
    def test_undefined_gradients(self) -> None:
        x = VECTOR("x")
        cost = total(UndefinedSlope()(build.exp(x)))
        with pytest.raises(NullTypeGradError, match="gradient by x is undefined: it is jagged"):
            grad(cost, x)
        assert grad(cost, x, null_gradients="return") == Undefined("it is jagged")
        with pytest.raises(NullTypeGradError, match="undefined: it is jagged"):
            Rop(cost, x, x)

    def test_undefined_gradients_elsewhere_do_not_matter(self) -> None:
        x, y = VECTOR("x"), VECTOR("y")
        cost = build.add(total(UndefinedSlope()(x)), total(build.sqr(y)))
        np.testing.assert_array_equal(evaluate_all([grad(cost, y)], {y: np.ones(1)})[0], [2])

    def test_no_rule(self) -> None:
        x = VECTOR("x")
        with pytest.raises(UnsupportedError, match="no_rule has no gradient rule"):
            grad(total(NoRule()(x)), x)

    def test_an_operation_has_one_rule(self) -> None:
        with pytest.raises(ValueError, match="UndefinedSlope has a gradient rule already"):
            gradient(UndefinedSlope)(undefined_slope)

    def test_inputs_that_are_not_asked_for_cost_nothing(self, monkeypatch: Any) -> None:
        built = []
        monkeypatch.setattr(contraction, "dot", lambda *a: built.append(a) or build.dot(*a))
        x, y = MATRIX("x"), MATRIX("y")
        grad(total(build.dot(x, y)), x)
        assert len(built) == 1

    def test_a_rule_with_too_few_gradients(self) -> None:
        x, y = VECTOR("x"), VECTOR("y")
        with pytest.raises(GradientError, match="gives 1 gradients for 2 connected inputs"):
            grad(total(UndefinedSlopeOfTwo()(x, y)), x)

    def test_a_rule_with_a_gradient_of_another_rank(self) -> None:
        x = VECTOR("x")
        with pytest.raises(GradientError, match="wrong_rank gives a gradient of 0 dimensions"):
            grad(total(WrongRank()(x)), x)


class TestScale:
    def test_work_is_linear_in_depth(self) -> None:
        few, many = (self._calls(depth) for depth in (500, 5_000))
        assert many < 11 * few

    def _calls(self, depth: int) -> int:
        x = VECTOR("x")
        out = x
        for _ in range(depth):
            out = build.tanh(out)
        cost = total(out)
        return python_calls(lambda: grad(cost, x))

    def test_many_users(self) -> None:
        x = VECTOR("x")
        out = x
        for _ in range(30):
            out = build.add(out, out)
        found = grad(total(out), x)
        np.testing.assert_array_equal(evaluate_all([found], {x: np.ones(1)})[0], [2.0**30])

    def test_high_order(self) -> None:
        x = SCALAR("x")
        cost = build.exp(build.mul(x, 2.0))
        for _ in range(5):
            cost = grad(cost, x)
        np.testing.assert_allclose(evaluate_all([cost], {x: np.array(0.5)})[0], 32 * np.e)
