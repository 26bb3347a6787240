"""What users pass to tensor functions, made into variables, axes and dtypes."""

from __future__ import annotations

import operator
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from tir.config import config
from tir.graph import build
from tir.graph.constants import constant
from tir.graph.tensor_type import is_discrete
from tir.graph.variable import Constant, Variable

if TYPE_CHECKING:
    from tir.frontend.tensor.variable import TensorVariable


def as_tensor_variable(
    value: Any, name: str | None = None, ndim: int | None = None
) -> TensorVariable:
    """`value` as a tensor variable: itself if it is one, else a constant.

    Python numbers take the smallest dtype that holds them (see `config.cast_policy`); arrays keep theirs. A list of
    scalars, variables among them, becomes a vector. `ndim` adds broadcastable dimensions on the left, or drops them.

    Raises `AsTensorError`, a `TypeError`, for what is no number, array or variable, and for Python booleans, which
    are most often the result of a mistaken `==`.

    >>> as_tensor_variable([1.5, 2.5]).type
    TensorType(float64, vector)
    >>> as_tensor_variable(3, ndim=2).type.broadcastable
    (True, True)
    """
    variable = build.as_tensor_variable(value, name=name)
    return variable if ndim is None else _with_ndim(variable, ndim)


def _with_ndim(variable: Any, ndim: int) -> Any:
    pattern = variable.type.broadcastable
    extra = len(pattern) - ndim
    if extra <= 0:
        return build.dimshuffle(variable, ["x"] * -extra + list(range(len(pattern))))
    if not all(pattern[:extra]):
        raise ValueError(
            f"{variable} has {len(pattern)} dimensions and cannot be seen as having {ndim}: of the first {extra} "
            "not all are broadcastable"
        )
    return build.dimshuffle(variable, list(range(extra, len(pattern))))


def normalize_axes(axis: Any, ndim: int, function: str) -> list[int]:
    """The axes of a reduction, increasing and not negative: `axis` is an int, several, or None for all.

    Raises `TypeError` for what is no integer and `ValueError` for an axis out of range or named twice.
    """
    if axis is None:
        return list(range(ndim))
    if isinstance(axis, Constant):
        axis = axis.data.tolist()
    elif isinstance(axis, np.ndarray):
        axis = axis.tolist()
    axes = [
        normalize_axis(a, ndim, function)
        for a in (axis if isinstance(axis, list | tuple) else [axis])
    ]
    if len(set(axes)) != len(axes):
        raise ValueError(f"{function}: an axis appears twice in axis={axis!r}")
    return sorted(axes)


def normalize_axis(axis: Any, ndim: int, function: str) -> int:
    """One axis, not negative."""
    number = static_int(axis, f"{function}: an axis")
    if not -ndim <= number < ndim:
        raise ValueError(
            f"{function}: axis {number} is out of range for a tensor with {ndim} dimensions"
        )
    return number % ndim


def static_int(value: Any, what: str) -> int:
    """A Python int from an int, a NumPy one or a constant; `TypeError` for anything else, booleans too."""
    if isinstance(value, Constant):
        value = value.data
    if isinstance(value, Variable | bool | np.bool_):
        raise TypeError(f"{what} must be a known integer, got {value} (a {type(value).__name__})")
    try:
        return operator.index(value)
    except TypeError:
        raise TypeError(f"{what} must be an integer, got {value!r}") from None


def integer_scalar(value: Any, what: str) -> Any:
    """An int64 scalar from an int or an integer scalar variable; `what` names it in errors."""
    if isinstance(value, Variable) and not isinstance(value, Constant):
        variable = build.as_tensor_variable(value)
        if variable.type.ndim != 0 or not is_discrete(variable) or variable.type.dtype == "bool":
            raise TypeError(f"{what} must be an integer scalar, got {variable} : {variable.type}")
        return build.cast(variable, "int64")
    return constant(np.int64(static_int(value, what)))


def cap_at_floatx(operands: Sequence[Any]) -> list[Any]:
    """Operands as variables, converted so that float64 does not arise by itself where the user wants floatX.

    Under the cast policy `numpy+floatX`, int32 and float32 give floatX; under `custom` they give float64 as in NumPy.
    """
    variables = [build.as_tensor_variable(o) for o in operands]
    if config.cast_policy != "numpy+floatX" or config.floatX == "float64":
        return variables
    dtypes = {v.type.dtype for v in variables}
    if "float64" in dtypes or np.result_type(*dtypes) != np.float64:
        return variables
    return [build.cast(v, config.floatX) if is_discrete(v) else v for v in variables]
