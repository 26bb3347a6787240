"""`grad`: the gradient of a scalar by variables, as new expressions."""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from tir.autodiff.errors import DisconnectedInputError, NullTypeGradError
from tir.autodiff.registry import DISCONNECTED, ZERO, Gradient, Undefined
from tir.autodiff.reverse import backpropagate
from tir.autodiff.shapes import fit_gradient, ones_like, zeros_like
from tir.graph import build
from tir.graph.tensor_type import TensorType
from tir.graph.variable import Variable
from tir.support.dtypes import FLOAT_DTYPES


def grad(
    cost: Variable | None,
    wrt: Any,
    consider_constant: Iterable[Variable] | None = None,
    disconnected_inputs: str = "raise",
    add_names: bool = True,
    known_grads: Mapping[Variable, Any] | None = None,
    return_disconnected: str = "zero",
    null_gradients: str = "raise",
) -> Any:
    """The gradient of a scalar `cost` by each variable of `wrt`.

    A list gives a list, a tuple a tuple, a variable a variable. A gradient has the shape, the broadcastable pattern and
    the dtype of its variable; integers and booleans, which count as numbers on the real line, have gradients of dtype
    `config.floatX`. Operations with integer or boolean results pass zeros on.

    * `consider_constant`: variables beyond which nothing is differentiated.
    * `disconnected_inputs`: what happens if `cost` does not depend on a variable: `"raise"` a
      `DisconnectedInputError`, `"warn"`, or `"ignore"`.
    * `add_names`: name gradients `(dcost/dx)` where both names are known.
    * `known_grads`: gradients of the cost by other variables, taken as they are; `cost` may then be None.
    * `return_disconnected`: what a variable that is not raised about gets: `"zero"` zeros, `"None"` None, or
      `"Disconnected"` the marker `tir.autodiff.registry.DISCONNECTED`.
    * `null_gradients`: whether an undefined gradient should `"raise"` a `NullTypeGradError` or `"return"` the
      `Undefined` that says why.

    >>> from tir.graph.build import mul
    >>> from tir.graph.tensor_type import TensorType
    >>> x = TensorType("float64", ())("x")
    >>> grad(mul(x, x), x).type
    TensorType(float64, scalar)
    """
    check_choice("disconnected_inputs", disconnected_inputs, ("raise", "warn", "ignore"))
    check_choice("return_disconnected", return_disconnected, ("zero", "None", "Disconnected"))
    check_choice("null_gradients", null_gradients, ("raise", "return"))
    targets = _targets(wrt)
    seeds = _seeds(cost, known_grads)
    stop_at = _constants(consider_constant)
    results = []
    for variable, found in zip(targets, backpropagate(seeds, targets, stop_at), strict=True):
        if isinstance(found, Undefined) and null_gradients == "raise":
            raise NullTypeGradError(
                f"the gradient by {variable} is undefined: {found.reason}. "
                "If it should not matter, use null_gradients='return'"
            )
        if found is DISCONNECTED:
            _report_disconnected(variable, disconnected_inputs)
            results.append(_disconnected_result(variable, return_disconnected))
        else:
            results.append(_materialized(found, variable))
        if add_names and cost is not None:
            _add_name(results[-1], cost, variable)
    if isinstance(wrt, tuple):
        return tuple(results)
    return results if isinstance(wrt, list) else results[0]


def check_choice(name: str, value: object, allowed: Sequence[str]) -> None:
    """`ValueError` if the value of an argument is not one of those allowed."""
    if value not in allowed:
        raise ValueError(f"{name} must be one of {', '.join(map(repr, allowed))}, got {value!r}")


def _targets(wrt: Any) -> list[Variable]:
    if isinstance(wrt, set | frozenset):
        raise TypeError(
            "wrt must not be a set: it has no order in which the gradients could be returned; "
            "use a list"
        )
    targets = list(wrt) if isinstance(wrt, list | tuple) else [wrt]
    for target in targets:
        if not isinstance(target, Variable):
            raise TypeError(
                f"wrt must be a variable or a list or tuple of variables, got {target!r} "
                f"of type {type(target).__name__}"
            )
        if not isinstance(target.type, TensorType):
            raise TypeError(f"gradients by {target}, of type {target.type}, are not defined")
    return targets


def _seeds(
    cost: Variable | None, known_grads: Mapping[Variable, Any] | None
) -> dict[Variable, Gradient]:
    if cost is None and known_grads is None:
        raise ValueError("grad needs a cost, known_grads, or both; both are None")
    seeds: dict[Variable, Gradient] = {}
    if cost is not None:
        if not isinstance(cost, Variable):
            raise TypeError(f"cost must be a variable, got {cost!r} of type {type(cost).__name__}")
        if not isinstance(cost.type, TensorType) or cost.type.ndim != 0:
            raise TypeError(
                f"cost must be a scalar. It is {cost}, of type {cost.type}; "
                "reduce it first, with sum or mean for example"
            )
        seeds[cost] = ones_like(cost)
    for variable, known in (known_grads or {}).items():
        seeds[variable] = _known_gradient(variable, known)
    return seeds


def _known_gradient(variable: Variable, known: Any) -> Variable:
    value = build.as_tensor_variable(known)
    if value.type.dtype not in FLOAT_DTYPES:
        raise TypeError(
            f"a gradient is never of an integer type, but known_grads gives one of type {value.type} "
            f"for {variable}"
        )
    if value.type.ndim != variable.type.ndim:
        raise TypeError(
            f"known_grads gives a gradient of {value.type.ndim} dimensions for {variable}, "
            f"which has {variable.type.ndim}"
        )
    return fit_gradient(value, variable, "known_grads")


def _constants(consider_constant: Iterable[Variable] | None) -> list[Variable]:
    if consider_constant is None:
        return []
    if isinstance(consider_constant, Variable) or not isinstance(consider_constant, Iterable):
        raise TypeError(f"consider_constant must be a list of variables, got {consider_constant!r}")
    constants = list(consider_constant)
    for item in constants:
        if not isinstance(item, Variable):
            raise TypeError(
                f"consider_constant must hold variables, got {item!r} of type {type(item).__name__}"
            )
    return constants


def _report_disconnected(variable: Variable, policy: str) -> None:
    message = (
        f"the cost does not depend on {variable}, of type {variable.type}, in a way that can be "
        "differentiated: it is not part of the expression, or only its shape or only its use as an "
        "index is. If that is intended, use disconnected_inputs='ignore' or 'warn'"
    )
    if policy == "raise":
        raise DisconnectedInputError(message)
    if policy == "warn":
        warnings.warn(message, stacklevel=3)


def _disconnected_result(variable: Variable, wish: str) -> Any:
    if wish == "zero":
        return zeros_like(variable)
    return None if wish == "None" else DISCONNECTED


def _materialized(found: Gradient, variable: Variable) -> Any:
    return zeros_like(variable) if found is ZERO else found


def _add_name(result: Any, cost: Variable, variable: Variable) -> None:
    # A result that nothing computes is a constant or the user's own variable: not ours to name.
    ours = isinstance(result, Variable) and result.owner is not None and result.name is None
    if ours and cost.name is not None and variable.name is not None:
        result.name = f"(d{cost.name}/d{variable.name})"
