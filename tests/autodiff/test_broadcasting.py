"""Gradients have exactly the dtype and pattern of their variables, whatever they were broadcast against."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from tests.evaluate import evaluate_all
from tir.autodiff.gradient import grad
from tir.autodiff.registry import RULES
from tir.autodiff.rules import special
from tir.autodiff.shapes import keep_dims, sum_to
from tir.dialects.tir.dialect import OPERATIONS
from tir.dialects.tir.elementwise import BitwiseOp, ElementwiseOp
from tir.graph import build
from tir.graph.tensor_type import TensorType
from tir.graph.traversal import ancestors

SHAPES = ((), (1,), (4,), (1, 4), (3, 1), (3, 4), (1, 1), (2, 3, 4), (2, 1, 1))


def variable_of(shape: tuple[int, ...], dtype: str = "float64", name: str = "x") -> Any:
    return TensorType(dtype, tuple(size == 1 for size in shape))(name)


def weighted_total(x: Any) -> Any:
    """A scalar in which each element counts differently along the last dimension."""
    if x.type.ndim:
        position = build.arange(np.int64(0), build.dim(x, x.type.ndim - 1), np.int64(1))
        x = build.mul(x, build.add(position, 1))
    return build.sum_(x, range(x.type.ndim))


def reduce_like(value: np.ndarray, shape: tuple[int, ...]) -> np.ndarray:
    """NumPy's inverse of broadcasting."""
    while value.ndim > len(shape):
        value = value.sum(axis=0)
    for axis, size in enumerate(shape):
        if size == 1:
            value = value.sum(axis=axis, keepdims=True)
    return value


@pytest.mark.parametrize(("left", "right"), list(itertools.product(SHAPES, SHAPES)))
def test_product(left: tuple[int, ...], right: tuple[int, ...]) -> None:
    x, y = variable_of(left, name="x"), variable_of(right, name="y")
    rng = np.random.default_rng(5)
    a, b = rng.normal(size=left), rng.normal(size=right)
    found = grad(weighted_total(build.mul(x, y)), [x, y])
    assert [g.type for g in found] == [x.type, y.type]
    weights = np.arange(1.0, (a * b).shape[-1] + 1) if (a * b).ndim else 1.0
    expected = [reduce_like(weights * b + 0 * a, left), reduce_like(weights * a + 0 * b, right)]
    for value, want in zip(evaluate_all(found, {x: a, y: b}), expected, strict=True):
        np.testing.assert_allclose(value, want, atol=1e-12)


def test_a_size_of_one_that_is_not_static_does_not_broadcast() -> None:
    x, y = (TensorType("float64", (False,))(n) for n in "xy")
    found = grad(weighted_total(build.mul(x, y)), x)
    np.testing.assert_array_equal(
        evaluate_all([found], {x: np.ones(1), y: np.full(1, 3.0)})[0], [3]
    )


ELEMENTWISE = [
    op
    for op in OPERATIONS
    if issubclass(op, ElementwiseOp)
    and not issubclass(op, BitwiseOp)
    and op.name not in ("tir.invert", "tir.cast", "tir.second", "tir.tri_gamma")
    # Some have no derivative by their parameter.
    and not (
        op.ARITY == 2
        and op.__module__ == special.__name__.replace("autodiff.rules", "dialects.tir")
    )
]


@pytest.mark.parametrize("op_class", ELEMENTWISE, ids=lambda op: op.name)
@pytest.mark.parametrize("dtypes", [("float32",) * 3, ("float32", "float64", "int8")])
def test_dtype_of_elementwise_gradients(
    op_class: type[ElementwiseOp], dtypes: tuple[str, ...]
) -> None:
    inputs: list[Any] = [variable_of((3, 1), d) for d in dtypes[: op_class.ARITY]]
    inputs[-1] = variable_of((1, 4), inputs[-1].type.dtype)
    out = build.apply(op_class, *inputs)
    cost = build.sum_(build.cast(out, "float64"), [0, 1])
    found = grad(cost, inputs)
    for x, g in zip(inputs, found, strict=True):
        want = x.type.dtype if x.type.dtype.startswith("float") else "float64"
        assert g.type == TensorType(want, x.type.broadcastable)
    values = {
        x: np.ones([1 if b else 3 for b in x.type.broadcastable], x.type.dtype) for x in inputs
    }
    evaluate_all(found, values)


# The derivative of psi has none.
@pytest.mark.parametrize(
    "op_class",
    [op for op in ELEMENTWISE if op.ARITY == 1 and op.name != "tir.psi"],
    ids=lambda o: o.name,
)
def test_float32_stays_float32_on_the_way(op_class: type[ElementwiseOp]) -> None:
    x = variable_of((3,), "float32")
    out = build.apply(op_class, x)
    cost = build.sum_(build.cast(out, "float32"), [0])
    first = build.sum_(grad(cost, x), [0])
    found = grad(first, x, disconnected_inputs="ignore")
    assert "float64" not in {v.type.dtype for v in ancestors([found])}


def test_integer_operands_do_not_overflow() -> None:
    i = TensorType("int8", ())("i")
    found = grad(build.arctan(i), i)
    (value,) = evaluate_all([found], {i: np.array(100, "int8")})
    np.testing.assert_allclose(value, 1 / 10001, rtol=1e-6)


@pytest.mark.parametrize(
    ("make", "shape"),
    [
        (lambda x: build.sum_(x, [1]), (3, 1, 4)),
        (lambda x: build.prod(x, [0, 2]), (3, 1, 4)),
        (lambda x: build.max_(x, [0, 1]), (1, 3)),
        (lambda x: build.log_sum_exp(x, [1]), (3, 1)),
        (lambda x: build.softmax(x, 1), (1, 4)),
        (lambda x: build.log_softmax(x, 0), (1, 4)),
        (lambda x: build.dimshuffle(x, [1, "x"]), (1, 4)),
        (lambda x: build.rebroadcast(x, (False, False)), (1, 4)),
        (lambda x: build.reshape(x, [4, 1]), (1, 4)),
        (lambda x: build.alloc(x, [2, 3, 4]), (3, 1)),
        (lambda x: build.subtensor(x, ["::", "v::"], [np.int64(1)]), (1, 4)),
        (lambda x: build.subtensor(x, ["v"], [np.int64(0)]), (1, 4)),
        (lambda x: build.advanced_subtensor(x, np.array([0, 0, 0])), (1, 4)),
        (lambda x: build.set_subtensor(np.zeros((3, 4)), x, ["::"], []), (1, 4)),
        (lambda x: build.inc_subtensor(np.zeros((3, 4)), x, ["::"], []), ()),
        (lambda x: build.advanced_inc_subtensor(np.zeros((3, 4)), x, np.array([0, 2])), (4,)),
        (lambda x: build.advanced_set_subtensor(np.zeros((3, 4)), x, np.array([0, 2])), (2, 1)),
        (lambda x: build.dot(x, np.ones((4, 2))), (1, 4)),
        (lambda x: build.dot(np.ones((2, 1)), x), (1, 4)),
        (lambda x: build.dot(x, np.ones((1, 4))), (3, 1)),
        (lambda x: build.dot(x, np.ones(1)), (3, 1)),
        (lambda x: build.softmax_cross_entropy(x, np.array([2])), (1, 4)),
    ],
)
def test_patterns_of_other_operations(make: Callable[[Any], Any], shape: tuple[int, ...]) -> None:
    x = variable_of(shape)
    value = np.random.default_rng(7).normal(size=shape)
    cost = weighted_total(make(x))
    found = grad(cost, x)
    assert found.type == x.type
    expected = np.zeros(shape)
    for index in np.ndindex(shape):
        step = np.zeros(shape)
        step[index] = 1e-6
        above, below = (evaluate_all([cost], {x: value + s})[0] for s in (step, -step))
        expected[index] = (above - below) / 2e-6
    np.testing.assert_allclose(evaluate_all([found], {x: value})[0], expected, rtol=1e-6, atol=1e-8)


def test_sum_to_and_keep_dims_are_views_where_nothing_is_summed() -> None:
    x = variable_of((3, 4))
    assert sum_to(x, x) is x
    lifted = build.dimshuffle(x, ["x", 0, 1])
    assert str(sum_to(lifted, x).owner.op).startswith("dimshuffle")
    assert keep_dims(build.sum_(x, [0]), 2, [0]).type.broadcastable == (True, False)


def test_every_operation_has_a_rule() -> None:
    assert [op.name for op in OPERATIONS if op not in RULES] == []
