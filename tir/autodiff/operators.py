"""Differential operators made of gradients: products with Jacobians, gradients of parts of a graph."""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from tir.autodiff.errors import DisconnectedInputError, NullTypeGradError
from tir.autodiff.gradient import check_choice, grad
from tir.autodiff.registry import DISCONNECTED, Gradient, Undefined
from tir.autodiff.reverse import backpropagate
from tir.autodiff.shapes import fit_gradient, gradient_dtype, zeros_like
from tir.graph import build
from tir.graph.clone import clone_replace
from tir.graph.variable import Variable
from tir.support.errors import UnsupportedError


def Lop(
    f: Any,
    wrt: Any,
    eval_points: Any,
    consider_constant: Iterable[Variable] | None = None,
    disconnected_inputs: str = "raise",
) -> Any:
    """A row vector times the Jacobian: the gradient by `wrt` of the sum of `f * eval_points`.

    `f` and `eval_points` are variables, or lists of the same length. The result is a list, a tuple or a variable as
    `wrt` is.
    """
    outputs, points = _as_list(f), _as_list(eval_points)
    if len(outputs) != len(points):
        raise ValueError(f"Lop: {len(outputs)} outputs, but {len(points)} eval_points")
    # Copies, because an output may also be what another one depends on: both then contribute.
    copies = [build.tensor_copy(output) for output in outputs]
    return grad(
        None,
        wrt,
        consider_constant=consider_constant,
        disconnected_inputs=disconnected_inputs,
        known_grads=dict(zip(copies, points, strict=True)),
    )


def Rop(
    f: Any,
    wrt: Any,
    eval_points: Any,
    disconnected_outputs: str = "raise",
    return_disconnected: str = "zero",
) -> Any:
    """The Jacobian times a column vector: how `f` changes when `wrt` moves along `eval_points`.

    `wrt` and `eval_points` are variables, or lists of the same length; an eval_point has the shape of its variable, or
    is None for a variable that stays. The result has the shapes of `f` and is a list, a tuple or a variable as `f` is.

    * `disconnected_outputs`: what happens if an output does not depend on `wrt`: `"raise"` a `DisconnectedInputError`,
      `"warn"`, or `"ignore"`.
    * `return_disconnected`: what such an output gets: `"zero"` zeros, `"None"` None, or `"Disconnected"` the marker
      `tir.autodiff.registry.DISCONNECTED`.

    `NullTypeGradError` where a derivative on the way is undefined.
    """
    check_choice("disconnected_outputs", disconnected_outputs, ("raise", "warn", "ignore"))
    check_choice("return_disconnected", return_disconnected, ("zero", "None", "Disconnected"))
    outputs, targets, points = _as_list(f), _as_list(wrt), _as_list(eval_points)
    if len(targets) != len(points):
        raise ValueError(f"Rop: {len(targets)} variables in wrt, but {len(points)} eval_points")
    directions = {
        t: _direction(t, p) for t, p in zip(targets, points, strict=True) if p is not None
    }
    results = []
    for output in outputs:
        found = _directional(output, directions)
        if isinstance(found, Undefined):
            raise NullTypeGradError(f"Rop: the derivative of {output} is undefined: {found.reason}")
        if found is DISCONNECTED:
            message = (
                f"Rop: the output {output} does not depend on wrt in a way that can be "
                "differentiated; use disconnected_outputs='ignore' if that is intended"
            )
            if disconnected_outputs == "raise":
                raise DisconnectedInputError(message)
            if disconnected_outputs == "warn":
                warnings.warn(message, stacklevel=2)
            if return_disconnected != "zero":
                results.append(None if return_disconnected == "None" else DISCONNECTED)
                continue
        results.append(found if isinstance(found, Variable) else zeros_like(output))
    if isinstance(f, tuple):
        return tuple(results)
    return results if isinstance(f, list) else results[0]


def _direction(variable: Variable, point: Any) -> Variable:
    point = build.as_tensor_variable(point)
    if point.type.ndim != variable.type.ndim:
        raise ValueError(
            f"Rop: the eval_point for {variable} has {point.type.ndim} dimensions instead of "
            f"{variable.type.ndim}"
        )
    return fit_gradient(point, variable, "eval_points")


def _directional(output: Variable, directions: Mapping[Variable, Variable]) -> Gradient:
    """The derivative of `output` along `directions`, by differentiating twice.

    u -> u * Jacobian is linear, and its own gradient, for a weight v on the result, is Jacobian * v. The value of u
    does not matter to it; where its shape does, that of the output is taken.
    """
    weights = output.type.clone(dtype=gradient_dtype(output)).make_variable()
    found = backpropagate({output: weights}, list(directions))
    if undefined := next((g for g in found if isinstance(g, Undefined)), None):
        return undefined
    # Copies, because two of the products may be the same variable or depend on each other.
    seeds: dict[Variable, Gradient] = {
        build.tensor_copy(product): direction
        for product, direction in zip(found, directions.values(), strict=True)
        if isinstance(product, Variable)
    }
    if not seeds:
        return next((g for g in found if g is not DISCONNECTED), DISCONNECTED)
    (result,) = backpropagate(seeds, [weights])
    if not isinstance(result, Variable):
        return result
    return clone_replace([result], {weights: zeros_like(output)})[0]


def jacobian(
    expression: Variable,
    wrt: Any,
    consider_constant: Iterable[Variable] | None = None,
    disconnected_inputs: str = "raise",
) -> Any:
    """The gradients of each element of a scalar or vector, stacked.

    Only of scalars so far: a vector needs a loop over its elements.
    """
    if expression.type.ndim > 1:
        raise TypeError(
            f"jacobian needs a scalar or a vector, got {expression} of type {expression.type}; "
            "flatten it first"
        )
    if expression.type.ndim == 1:
        raise UnsupportedError(
            "jacobian of a vector needs a loop over its elements (scan), which tir does not have "
            "yet; grad of each element gives the rows, Lop and Rop give products with the jacobian"
        )
    return grad(expression, wrt, consider_constant, disconnected_inputs)


def hessian(
    cost: Variable,
    wrt: Any,
    consider_constant: Iterable[Variable] | None = None,
    disconnected_inputs: str = "raise",
) -> Any:
    """The second derivatives of a scalar by the elements of vectors: not supported yet."""
    if cost.type.ndim != 0:
        raise TypeError(f"cost must be a scalar. It is {cost}, of type {cost.type}")
    for variable in _as_list(wrt):
        if variable.type.ndim != 1:
            raise TypeError(f"hessian needs vectors, got {variable} of type {variable.type}")
    raise UnsupportedError(
        "hessian needs a loop over the elements of a vector (scan), which tir does not have yet; "
        "the gradient of a gradient gives single rows, Rop of a gradient gives products with it"
    )


def subgraph_grad(
    wrt: Sequence[Variable],
    end: Sequence[Variable],
    start: Mapping[Variable, Any] | None = None,
    cost: Variable | None = None,
    details: bool = False,
) -> tuple[Any, ...]:
    """Gradients through a part of a graph: from `start` and `cost` back to the variables of `end`, no further.

    `start` maps variables to the gradients of an outer cost by them; `cost` adds a cost of this part. Gives the
    gradients by `wrt` and those by `end`, which serve as the `start` of the part before. With `details` come the
    shares of `start` and of `cost`, by `wrt` and then `end`.
    """
    if start is None and cost is None:
        raise ValueError("subgraph_grad needs start, cost, or both; both are None")
    wrt, end = list(wrt), list(end)
    targets = [*wrt, *end]

    def share(of: Variable | None, known: Mapping[Variable, Any] | None) -> list[Any]:
        return grad(
            of, targets, consider_constant=end, disconnected_inputs="ignore", known_grads=known
        )

    shares = [share(None, start)] if start is not None else []
    if cost is not None:
        shares.append(share(cost, None))
    total = [build.add(*pair) if len(pair) == 2 else pair[0] for pair in zip(*shares, strict=True)]
    result = (total[: len(wrt)], total[len(wrt) :])
    if not details:
        return result
    from_start = shares[0] if start is not None else None
    from_cost = shares[-1] if cost is not None else None
    return (*result, from_start, from_cost)


def _as_list(value: Any) -> list[Any]:
    return list(value) if isinstance(value, list | tuple) else [value]
