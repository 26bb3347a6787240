"""Bringing gradients to the dtype and pattern of the variables they belong to."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from tir.autodiff.errors import GradientError
from tir.config import config
from tir.graph import build
from tir.graph.constants import constant
from tir.graph.tensor_type import is_discrete
from tir.graph.variable import Variable


def gradient_dtype(variable: Variable) -> str:
    """The dtype of gradients by a variable: its own, or `config.floatX` for integers and booleans."""
    return config.floatX if is_discrete(variable) else variable.type.dtype


def zeros_like(variable: Variable) -> Any:
    """Zeros in the shape of a variable, in the dtype of its gradients."""
    zero = constant(0.0, dtype=gradient_dtype(variable))
    return zero if variable.type.ndim == 0 else build.second(variable, zero)


def ones_like(variable: Variable) -> Any:
    """Ones in the shape of a variable, in the dtype of its gradients."""
    one = constant(1.0, dtype=gradient_dtype(variable))
    return one if variable.type.ndim == 0 else build.second(variable, one)


def keep_dims(reduced: Variable, ndim: int, axes: Sequence[int]) -> Any:
    """A reduction's result with the reduced `axes` of the operand's `ndim` back as broadcastable ones."""
    kept = iter(range(reduced.type.ndim))
    return build.dimshuffle(reduced, ["x" if a in axes else next(kept) for a in range(ndim)])


def sum_to(value: Variable, like: Variable) -> Any:
    """`value` summed over the dimensions along which `like` was broadcast to its shape.

    Those are the leading dimensions that `like` lacks and those in which `like` is broadcastable but `value` is not.
    """
    pattern = value.type.broadcastable
    padding = len(pattern) - like.type.ndim
    target = (True,) * padding + like.type.broadcastable
    summed = [axis for axis, one in enumerate(target) if one and not pattern[axis]]
    if summed:
        value = build.sum_(value, summed)
    kept = [axis for axis in range(len(pattern)) if axis not in summed]
    order = ["x" if axis in summed else kept.index(axis) for axis in range(padding, len(pattern))]
    return build.dimshuffle(value, order)


def fit_gradient(value: Variable, variable: Variable, origin: object) -> Any:
    """`value` with exactly the dtype and pattern that gradients by `variable` have.

    `origin` names in the error who made a gradient of another rank.
    """
    if value.type.ndim != variable.type.ndim:
        raise GradientError(
            f"{origin} gives a gradient of {value.type.ndim} dimensions, of type {value.type}, "
            f"for {variable}, which has {variable.type.ndim}"
        )
    value = build.cast(value, gradient_dtype(variable))
    return build.rebroadcast(value, variable.type.broadcastable)
