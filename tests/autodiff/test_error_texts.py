"""The errors of differentiation as users see them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tir.autodiff.errors import DisconnectedInputError
from tir.autodiff.gradient import grad
from tir.autodiff.operators import Lop, Rop, hessian, jacobian, subgraph_grad
from tir.graph import build
from tir.graph.tensor_type import TensorType
from tir.support.errors import TirError, UnsupportedError

X = TensorType("float64", (False,))("x")
Y = TensorType("float64", (False,))("y")
S = TensorType("float64", ())("s")
COST = build.sum_(build.sqr(X), [0])

CASES: list[tuple[str, Callable[[], Any], type[Exception], str]] = [
    (
        "cost of rank 1",
        lambda: grad(X, X),
        TypeError,
        "cost must be a scalar. It is x, of type TensorType(float64, vector); "
        "reduce it first, with sum or mean for example",
    ),
    (
        "cost that is no variable",
        lambda: grad(1.0, X),  # pyright: ignore
        TypeError,
        "cost must be a variable, got 1.0 of type float",
    ),
    (
        "neither cost nor known_grads",
        lambda: grad(None, X),
        ValueError,
        "grad needs a cost, known_grads, or both; both are None",
    ),
    (
        "a set",
        lambda: grad(COST, {X}),
        TypeError,
        "wrt must not be a set: it has no order in which the gradients could be returned; use a list",
    ),
    (
        "wrt that is no variable",
        lambda: grad(COST, [X, "y"]),
        TypeError,
        "wrt must be a variable or a list or tuple of variables, got 'y' of type str",
    ),
    (
        "disconnected",
        lambda: grad(COST, Y),
        DisconnectedInputError,
        "the cost does not depend on y, of type TensorType(float64, vector), in a way that can be "
        "differentiated: it is not part of the expression, or only its shape or only its use as an "
        "index is. If that is intended, use disconnected_inputs='ignore' or 'warn'",
    ),
    (
        "bad policy",
        lambda: grad(COST, X, disconnected_inputs="zero"),
        ValueError,
        "disconnected_inputs must be one of 'raise', 'warn', 'ignore', got 'zero'",
    ),
    (
        "bad wish",
        lambda: grad(COST, X, return_disconnected=None),  # pyright: ignore
        ValueError,
        "return_disconnected must be one of 'zero', 'None', 'Disconnected', got None",
    ),
    (
        "bad null policy",
        lambda: grad(COST, X, null_gradients="zero"),
        ValueError,
        "null_gradients must be one of 'raise', 'return', got 'zero'",
    ),
    (
        "one constant, not a list",
        lambda: grad(COST, X, consider_constant=Y),  # pyright: ignore
        TypeError,
        "consider_constant must be a list of variables, got y",
    ),
    (
        "constants that are no variables",
        lambda: grad(COST, X, consider_constant=[1]),  # pyright: ignore
        TypeError,
        "consider_constant must hold variables, got 1 of type int",
    ),
    (
        "integer known gradient",
        lambda: grad(None, X, known_grads={X: TensorType("int64", (False,))("g")}),
        TypeError,
        "a gradient is never of an integer type, but known_grads gives one of type "
        "TensorType(int64, vector) for x",
    ),
    (
        "known gradient of another rank",
        lambda: grad(None, X, known_grads={X: S}),
        TypeError,
        "known_grads gives a gradient of 0 dimensions for x, which has 1",
    ),
    (
        "as many points as outputs",
        lambda: Lop([X, Y], X, [X]),
        ValueError,
        "Lop: 2 outputs, but 1 eval_points",
    ),
    (
        "as many points as variables",
        lambda: Rop(X, [X, Y], [X]),
        ValueError,
        "Rop: 2 variables in wrt, but 1 eval_points",
    ),
    (
        "points of the rank of their variables",
        lambda: Rop(X, X, S),
        ValueError,
        "Rop: the eval_point for x has 0 dimensions instead of 1",
    ),
    (
        "disconnected output",
        lambda: Rop(X, Y, Y),
        DisconnectedInputError,
        "Rop: the output x does not depend on wrt in a way that can be differentiated; "
        "use disconnected_outputs='ignore' if that is intended",
    ),
    (
        "jacobian of a matrix",
        lambda: jacobian(TensorType("float64", (False, False))("m"), X),
        TypeError,
        "jacobian needs a scalar or a vector, got m of type TensorType(float64, matrix); "
        "flatten it first",
    ),
    (
        "jacobian of a vector",
        lambda: jacobian(X, X),
        UnsupportedError,
        "jacobian of a vector needs a loop over its elements (scan), which tir does not have yet; "
        "grad of each element gives the rows, Lop and Rop give products with the jacobian",
    ),
    (
        "hessian by a scalar",
        lambda: hessian(COST, S),
        TypeError,
        "hessian needs vectors, got s of type TensorType(float64, scalar)",
    ),
    (
        "hessian of a vector",
        lambda: hessian(X, X),
        TypeError,
        "cost must be a scalar. It is x, of type TensorType(float64, vector)",
    ),
    (
        "hessian",
        lambda: hessian(COST, X),
        UnsupportedError,
        "hessian needs a loop over the elements of a vector (scan), which tir does not have yet; "
        "the gradient of a gradient gives single rows, Rop of a gradient gives products with it",
    ),
    (
        "subgraph without a beginning",
        lambda: subgraph_grad([X], []),
        ValueError,
        "subgraph_grad needs start, cost, or both; both are None",
    ),
]


@pytest.mark.parametrize(
    ("call", "error", "text"), [c[1:] for c in CASES], ids=[c[0] for c in CASES]
)
def test_text(call: Callable[[], Any], error: type[Exception], text: str) -> None:
    with pytest.raises(error) as caught:
        call()
    assert type(caught.value) is error
    assert str(caught.value) == text


def test_own_errors_can_be_caught_as_pythons_and_as_tirs() -> None:
    assert issubclass(DisconnectedInputError, ValueError)
    assert issubclass(DisconnectedInputError, TirError)
