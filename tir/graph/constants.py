"""Constants: NumPy values as variables, and the dtypes that Python numbers take."""

from __future__ import annotations

from typing import Any

import numpy as np

from tir.config import config
from tir.graph.tensor_type import TensorType, resolve_dtype
from tir.graph.variable import Constant, Variable


class AsTensorError(TypeError):
    """A value cannot become a tensor variable."""


def autocast(value: float) -> np.ndarray[Any, Any]:
    """A Python number in the smallest dtype that holds it, by `config.cast_policy`.

    >>> autocast(300).dtype.name, autocast(0.5).dtype.name, autocast(0.1).dtype.name
    ('int16', 'float32', 'float64')
    """
    if isinstance(value, bool):
        return np.array(value)
    if isinstance(value, int):
        names = (
            ("int64",) if config.cast_policy != "custom" else ("int8", "int16", "int32", "int64")
        )
        for name in (*names, "uint64"):
            info = np.iinfo(name)
            if info.min <= value <= info.max:
                return np.array(value, name)
        raise OverflowError(f"the integer {value} does not fit in 64 bits")
    if config.cast_policy != "custom" or config.floatX == "float32":
        return np.array(value, config.floatX)
    with np.errstate(over="ignore"):
        exact = float(np.float32(value)) == value or np.isnan(value)
    return np.array(value, "float32" if exact else "float64")


def constant(
    value: Any, name: str | None = None, ndim: int | None = None, dtype: Any = None
) -> Constant:
    """A constant tensor; its dimensions of size 1 are broadcastable.

    `ndim` pads the shape with leading 1s. `dtype` overrides the automatic choice.

    >>> constant([[1.0, 2.0]]).type
    TensorType(float64, row)
    """
    if isinstance(value, Variable):
        raise TypeError(
            f"the value of a constant must be a number or an array, not the variable {value}"
        )
    if dtype is not None:
        array = np.asarray(value, dtype=resolve_dtype(dtype))
    elif isinstance(value, int | float) and not isinstance(value, np.generic):
        array = autocast(value)
    else:
        array = np.asarray(value)
    if ndim is not None:
        if array.ndim > ndim:
            raise ValueError(f"a constant of {array.ndim} dimensions cannot have ndim={ndim}")
        array = array.reshape((1,) * (ndim - array.ndim) + array.shape)
    if array.dtype.kind not in "biufc":
        raise AsTensorError(f"Cannot convert {value!r} (type {type(value).__name__}) to a tensor")
    array = np.array(array, dtype=resolve_dtype(array.dtype), order="C")
    array.flags.writeable = False
    type_ = TensorType(array.dtype, tuple(size == 1 for size in array.shape))
    return type_.constant_class(type_, array, name=name)
