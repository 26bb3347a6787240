"""The type of tensor variables: a dtype and, for each dimension, whether it broadcasts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from xdsl.dialects.builtin import TensorType as IRTensorType

from tir.config import config
from tir.dialects.tir.base import broadcastable_of, tensor_type, type_dtype
from tir.graph.variable import Type, Variable
from tir.support.dtypes import ALL_DTYPES, DISCRETE_DTYPES, FLOAT_DTYPES, unsupported_dtype
from tir.support.errors import UnsupportedError

_RANK_NAMES = {
    (): "scalar",
    (False,): "vector",
    (False, True): "col",
    (True, False): "row",
    (False, False): "matrix",
}


def resolve_dtype(dtype: Any) -> str:
    """A dtype given as text, NumPy dtype or class, as its canonical name; `'floatX'` is looked up."""
    if isinstance(dtype, str):
        if dtype in ALL_DTYPES:
            return dtype
        if dtype == "floatX":
            return config.floatX
    try:
        # NumPy takes None for float64.
        name = None if dtype is None else np.dtype(dtype).name
    except TypeError:
        name = None
    if name is None:
        raise TypeError(unsupported_dtype(dtype))
    if name not in ALL_DTYPES:
        raise UnsupportedError(unsupported_dtype(name))
    return name


class TensorType(Type):
    """Arrays of one dtype and rank, with some dimensions known to be 1.

    `TensorType(dtype, broadcastable)`; the two may come in either order or by keyword.

    >>> TensorType("float32", (False, True))
    TensorType(float32, col)
    >>> TensorType((False,), "int64") == TensorType(dtype="int64", broadcastable=[False])
    True
    """

    def __init__(
        self,
        dtype: Any,
        broadcastable: Any,
        name: str | None = None,
    ) -> None:
        if isinstance(dtype, Sequence) and not isinstance(dtype, str):
            dtype, broadcastable = broadcastable, dtype
        self.dtype = resolve_dtype(dtype)
        if isinstance(broadcastable, str) or not isinstance(broadcastable, Sequence):
            raise TypeError(
                "broadcastable must be a sequence of booleans, one for each dimension, "
                f"got {broadcastable!r}"
            )
        # A shape is accepted too: a 1 is a broadcastable dimension, None or any other size is not.
        self.broadcastable: tuple[bool, ...] = tuple(
            bool(b if isinstance(b, bool | np.bool_) else b == 1) for b in broadcastable
        )
        self.name = name

    @property
    def ndim(self) -> int:
        """The number of dimensions."""
        return len(self.broadcastable)

    @property
    def ir_type(self) -> IRTensorType:
        """The same type in the IR."""
        return tensor_type(self.dtype, self.broadcastable)

    @classmethod
    def from_ir(cls, ir_type: IRTensorType) -> TensorType:
        """The type of variables for values of an IR type."""
        return cls(type_dtype(ir_type), broadcastable_of(ir_type))

    def clone(self, dtype: Any = None, broadcastable: Any = None) -> TensorType:
        """A copy with another dtype or pattern."""
        return type(self)(
            self.dtype if dtype is None else dtype,
            self.broadcastable if broadcastable is None else broadcastable,
            name=self.name,
        )

    def __eq__(self, other: object) -> bool:
        return (
            isinstance(other, TensorType)
            and self.dtype == other.dtype
            and self.broadcastable == other.broadcastable
        )

    def __hash__(self) -> int:
        return hash((self.dtype, self.broadcastable))

    def __repr__(self) -> str:
        shape = _RANK_NAMES.get(self.broadcastable)
        if shape is None:
            shape = f"{self.ndim}D" if not any(self.broadcastable) else str(self.broadcastable)
        return f"TensorType({self.dtype}, {shape})"

    __str__ = __repr__

    def filter(
        self, value: Any, strict: bool = False, allow_downcast: bool | None = None
    ) -> np.ndarray[Any, Any]:
        """`value` as an aligned array of this dtype and rank, without loss; the same object if it is one.

        `strict` accepts only arrays of exactly this dtype. Python numbers and arrays of integers may
        change their dtype if each keeps its value, other arrays if all values of their dtype would.
        `allow_downcast=True` permits loss of precision; `None` permits it only for Python floats going to floatX.
        """
        if isinstance(value, np.ndarray) and value.dtype == self.dtype:
            array = value
        elif strict:
            raise TypeError(
                f"{self} expected a numpy array of dtype {self.dtype} (strict), got {_describe(value)}"
            )
        else:
            array = self._convert(value, allow_downcast)
        if array.ndim != self.ndim:
            raise TypeError(
                f"Wrong number of dimensions: expected {self.ndim}, got {array.ndim} "
                f"with shape {array.shape}."
            )
        for axis, broadcastable in enumerate(self.broadcastable):
            if broadcastable and array.shape[axis] != 1:
                raise TypeError(
                    "Non-unit value on shape on a broadcastable dimension. "
                    f"(dimension {axis} of shape {array.shape} must be 1 for {self})"
                )
        return np.require(array, requirements="A") if not array.flags.aligned else array

    def _convert(self, value: Any, allow_downcast: bool | None) -> np.ndarray[Any, Any]:
        if isinstance(value, Variable):
            raise TypeError(
                f"Expected an array-like object, but found a Variable ({value}): "
                "maybe you are trying to call a function on a (possibly shared) variable instead "
                "of a numeric array?"
            )
        try:
            array = np.asarray(value)
        except (ValueError, TypeError) as error:
            raise TypeError(f"{self} cannot hold {_describe(value)}: {error}") from None
        if array.dtype == self.dtype:
            return array.astype(self.dtype, copy=False)
        if array.dtype.kind not in "biuf":
            reason = (
                "the integer does not fit 64 bits"
                if isinstance(value, int)
                else "it is not a real number array"
            )
            raise TypeError(f"{self} cannot hold {_describe(value)}: {reason}")
        if allow_downcast or np.can_cast(array.dtype, self.dtype, "safe"):
            return array.astype(self.dtype)
        python_float = isinstance(value, float) and not isinstance(value, np.floating)
        if python_float and allow_downcast is None and self.dtype in (config.floatX, "float64"):
            return array.astype(self.dtype)
        converted = self._lossless(array)
        # Of Python numbers the value counts, of arrays of floats the dtype does.
        if converted is not None and (
            array.dtype.kind in "biu" or not isinstance(value, np.ndarray)
        ):
            return converted
        raise TypeError(
            f"{self} cannot store {_describe(value)} without risking loss of precision. "
            f"If you do not mind this loss, you can: 1) explicitly cast your data to {self.dtype}, "
            'or 2) set "allow_input_downcast=True" when calling "function".'
        )

    def _lossless(self, array: np.ndarray[Any, Any]) -> np.ndarray[Any, Any] | None:
        """The array in this dtype if each value survives."""
        with np.errstate(all="ignore"):
            converted = array.astype(self.dtype)
        if array.dtype.kind in "iu" and self.dtype in FLOAT_DTYPES:
            same = np.array_equal(converted.astype(object), array.astype(object))
        else:
            same = np.array_equal(converted, array, equal_nan=self.dtype in FLOAT_DTYPES)
        return converted if same else None


def _describe(value: Any) -> str:
    if isinstance(value, np.ndarray | np.generic):
        return f"a value of dtype {value.dtype} and shape {value.shape}"
    return f"a value of type {type(value).__name__}: {_shorten(repr(value))}"


def _shorten(text: str, limit: int = 60) -> str:
    return text if len(text) <= limit else text[: limit - 3] + "..."


def is_discrete(variable: Variable) -> bool:
    """Whether a variable holds integers or booleans."""
    return variable.type.dtype in DISCRETE_DTYPES
