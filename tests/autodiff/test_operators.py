"""Products with Jacobians, and gradients of parts of a graph."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from tests.evaluate import evaluate_all
from tests.op_table import ROWS, Gradient, Row
from tir.autodiff.errors import DisconnectedInputError
from tir.autodiff.gradient import grad
from tir.autodiff.operators import Lop, Rop, jacobian, subgraph_grad
from tir.autodiff.registry import DISCONNECTED
from tir.graph import build
from tir.graph.tensor_type import TensorType
from tir.graph.traversal import graph_inputs

VECTOR = TensorType("float64", (False,))
MATRIX = TensorType("float64", (False, False))

GRADIENTS = [(row, gradient) for row in ROWS for gradient in row.gradients]


def total(x: Any) -> Any:
    return build.sum_(x, range(x.type.ndim))


@pytest.mark.parametrize(
    ("row", "gradient"), GRADIENTS, ids=[f"{r.name} {g.label}".strip() for r, g in GRADIENTS]
)
def test_rop_of_every_operation(row: Row, gradient: Gradient) -> None:
    variables = gradient.variables()
    rng = np.random.default_rng(3)
    wrt = [variables[i] for i in gradient.wrt]
    points = [v.clone() for v in wrt]
    directions = [rng.normal(size=np.shape(gradient.arrays[i])) for i in gradient.wrt]
    out = gradient.build(*variables)
    found = Rop(out, wrt, points)
    given = dict(zip(variables, gradient.arrays, strict=True)) | dict(
        zip(points, directions, strict=True)
    )
    assert set(graph_inputs([found])) <= set(given)

    def moved(step: float) -> Any:
        arrays = list(gradient.arrays)
        for i, direction in zip(gradient.wrt, directions, strict=True):
            arrays[i] = arrays[i] + step * direction
        return np.asarray(gradient.oracle(*arrays))

    expected = (moved(1e-6) - moved(-1e-6)) / 2e-6
    (value,) = evaluate_all([found], given)
    assert value.shape == expected.shape
    np.testing.assert_allclose(value, expected, rtol=1e-6, atol=1e-7)


@pytest.mark.parametrize("product", ["same", "nested"])
def test_rop_of_products_that_coincide(product: str) -> None:
    x, y, u, v = (VECTOR(n) for n in "xyuv")
    out = build.add(x, y) if product == "same" else build.add(x, build.mul(x, y))
    ones = np.ones(2)
    found = evaluate_all([Rop(out, [x, y], [u, v])], {x: ones, y: 3 * ones, u: ones, v: 5 * ones})
    np.testing.assert_array_equal(found[0], [6, 6] if product == "same" else [9, 9])


def test_rop_containers_and_missing_points() -> None:
    x, y, v = VECTOR("x"), VECTOR("y"), VECTOR("v")
    outs = [build.mul(x, y), build.floor(x)]
    first, second = Rop(outs, [x, y], [v, None])
    given = {x: np.ones(2), y: np.array([2.0, 3.0]), v: np.ones(2)}
    np.testing.assert_array_equal(evaluate_all([first, second], given), [[2, 3], [0, 0]])
    assert isinstance(Rop(tuple(outs), x, v), tuple)


def test_rop_of_disconnected_outputs() -> None:
    x, y, v = VECTOR("x"), VECTOR("y"), VECTOR("v")
    ignore: Any = {"disconnected_outputs": "ignore"}
    assert Rop(y, x, v, **ignore).type == VECTOR
    assert Rop(y, x, v, return_disconnected="None", **ignore) is None
    assert Rop([y], x, v, return_disconnected="Disconnected", **ignore) == [DISCONNECTED]
    with pytest.raises(DisconnectedInputError, match="the output y does not depend on wrt"):
        Rop(y, x, v)
    with pytest.warns(UserWarning, match="the output y does not depend on wrt"):
        assert Rop(y, x, v, disconnected_outputs="warn").type == VECTOR
    with pytest.raises(ValueError, match="disconnected_outputs must be one of"):
        Rop(y, x, v, disconnected_outputs="no")
    with pytest.raises(ValueError, match="return_disconnected must be one of"):
        Rop(y, x, v, return_disconnected="no", **ignore)


def test_lop_is_the_transpose_of_rop() -> None:
    a, x, u, v = MATRIX("a"), VECTOR("x"), VECTOR("u"), VECTOR("v")
    out = build.tanh(build.dot(a, x))
    left, right = total(build.mul(Lop(out, x, u), v)), total(build.mul(u, Rop(out, x, v)))
    rng = np.random.default_rng(1)
    given = {a: rng.normal(size=(3, 2)), x: rng.normal(size=2)}
    given |= {u: rng.normal(size=3), v: rng.normal(size=2)}
    one, other = evaluate_all([left, right], given)
    np.testing.assert_allclose(one, other)


def test_lop_of_several_outputs() -> None:
    x, u = VECTOR("x"), VECTOR("u")
    found = Lop([build.sqr(x), x], [x], [u, u])
    np.testing.assert_array_equal(evaluate_all(found, {x: np.ones(2), u: np.ones(2)}), [[3, 3]])


def test_hessian_times_vector() -> None:
    x, v = VECTOR("x"), VECTOR("v")
    cost = total(build.mul(build.sqr(x), build.subtensor(x, ["v"], [np.int64(0)])))
    gradient = grad(cost, x)
    value, direction = np.array([2.0, 3.0]), np.array([1.0, 10.0])
    hessian = np.array([[12.0, 6], [6, 4]])
    found = evaluate_all([Rop(gradient, x, v), Lop(gradient, x, v)], {x: value, v: direction})
    np.testing.assert_allclose(found, [hessian @ direction] * 2)


def test_jacobian_of_a_scalar_is_the_gradient() -> None:
    x = VECTOR("x")
    found = jacobian(total(build.sqr(x)), [x])
    np.testing.assert_array_equal(evaluate_all(found, {x: np.ones(2)})[0], [2, 2])


def test_subgraphs_in_sequence_give_the_whole() -> None:
    x, w1, w2 = VECTOR("x"), VECTOR("w1"), VECTOR("w2")
    first = build.tanh(build.mul(x, w1))
    second = build.tanh(build.mul(first, w2))
    loss, penalty = total(build.sqr(second)), total(build.sqr(w1))
    by_w2, by_first = subgraph_grad([w2], [first], cost=loss)
    by_w1, by_x, from_start, from_cost = subgraph_grad(
        [w1], [x], start={first: by_first[0]}, cost=penalty, details=True
    )
    whole = grad(build.add(loss, penalty), [w2, w1, x])
    rng = np.random.default_rng(2)
    given = {v: rng.normal(size=3) for v in (x, w1, w2)}
    found = evaluate_all([*by_w2, *by_w1, *by_x, *whole, *from_start, *from_cost], given)
    np.testing.assert_allclose(found[:3], found[3:6])
    np.testing.assert_allclose(found[8], 2 * given[w1])
    np.testing.assert_array_equal(found[9], np.zeros(3))


@pytest.mark.parametrize("order", [1, 2])
def test_rop_of_rop(order: int) -> None:
    x, v = VECTOR("x"), VECTOR("v")
    function: Callable[[Any], Any] = build.sin
    out = function(x)
    for _ in range(order):
        out = Rop(out, x, v)
    value = np.array([0.3, 0.7])
    (found,) = evaluate_all([out], {x: value, v: np.full(2, 2.0)})
    np.testing.assert_allclose(found, 2 * np.cos(value) if order == 1 else -4 * np.sin(value))
