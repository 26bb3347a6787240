"""Variables with a value that outlives calls: shared by the functions that use them."""

from __future__ import annotations

from copy import copy
from typing import Any

import numpy as np

from tir.frontend.tensor.operators import TensorOperators
from tir.graph.build import rebroadcast
from tir.graph.constants import constant
from tir.graph.tensor_type import TensorType
from tir.graph.variable import Variable
from tir.support.arrays import canonical_array

Array = np.ndarray[Any, Any]


class Container:
    """Where a shared value is kept: `storage`, a list of one item, which compiled code reads and writes."""

    __slots__ = ("allow_downcast", "name", "storage", "strict", "type")

    def __init__(
        self,
        type: TensorType,
        value: Any,
        name: str | None = None,
        strict: bool = False,
        allow_downcast: bool | None = None,
    ) -> None:
        self.type = type
        self.name = name
        self.strict = strict
        self.allow_downcast = allow_downcast
        self.storage: list[Any] = [None]
        self.value = value

    @property
    def value(self) -> Array:
        """The value itself, not a copy. Assigning checks and converts, and may keep the object."""
        return self.storage[0]

    @value.setter
    def value(self, value: Any) -> None:
        self.storage[0] = self.filter(value)

    data = value

    def filter(self, value: Any) -> Array:
        """`value` as an array that may be stored here; `TypeError` naming the variable if it may not."""
        try:
            array = self.type.filter(value, self.strict, self.allow_downcast)
        except TypeError as error:
            raise TypeError(
                f"bad value for the shared variable {self.name or '(unnamed)'}: {error}"
            ) from None
        return canonical_array(array, self.type.dtype)

    def __repr__(self) -> str:
        return f"<{self.value!r}>"


class SharedVariable(TensorOperators, Variable):
    """A variable that holds an array, read and updated by every function that uses it.

    `default_update`, if set, is the expression of the value that each function gives it unless the
    function's own `updates` say otherwise.
    """

    def __init__(
        self,
        name: str | None,
        type: TensorType,
        value: Any = None,
        strict: bool = False,
        allow_downcast: bool | None = None,
        container: Container | None = None,
    ) -> None:
        super().__init__(type, name=name)
        self.container = container or Container(type, value, name, strict, allow_downcast)
        self._default_update: Any = None

    @property
    def default_update(self) -> Any:
        """The expression of the next value, or None."""
        return self._default_update

    @default_update.setter
    def default_update(self, expression: Any) -> None:
        self._default_update = None if expression is None else self.as_update(expression)

    def as_update(self, expression: Any) -> Variable:
        """`expression` as the expression of a new value; `TypeError` if its type differs.

        A number or an array becomes a constant of this variable's type.
        """
        if not isinstance(expression, Variable):
            try:
                value = constant(self.type.filter(expression, allow_downcast=False))
            except TypeError as error:
                raise TypeError(f"bad update of the shared variable {self}: {error}") from None
            return rebroadcast(value, self.type.broadcastable)
        if expression.type != self.type:
            raise TypeError(
                "An update must have the same type as the shared variable: "
                f"{self} is {self.type}, the update {expression} is {expression.type}. "
                + _update_hint(self.type, expression.type)
            )
        return expression

    def get_value(self, borrow: bool = False, return_internal_type: bool = False) -> Array:
        """The value: a copy, or with `borrow` perhaps the array itself, which the caller must not change."""
        value = self.container.value
        return value if borrow else np.array(value, copy=True)

    def set_value(self, new_value: Any, borrow: bool = False) -> None:
        """Replace the value, by a copy of `new_value` unless `borrow`.

        The shape may change; the dtype and the number of dimensions may not (`TypeError`).
        """
        array = self.container.filter(new_value)
        if not borrow and np.may_share_memory(array, new_value):
            array = np.array(array, copy=True)
        self.container.storage[0] = array

    def zero(self, borrow: bool = False) -> None:
        """Set all elements to zero, with `borrow` perhaps in place."""
        value = self.container.value
        if borrow and value.flags.writeable:
            value[...] = 0
        else:
            self.container.storage[0] = np.zeros(value.shape, value.dtype)

    def clone(self) -> Variable:
        """Another variable with the same container."""
        other = type(self)(self.name, self.type, container=self.container)
        other.tag = copy(self.tag)
        return other

    @property
    def value(self) -> Any:
        """Not there: `get_value` and `set_value` say what is copied."""
        raise AttributeError(
            "a shared variable has no attribute 'value'; use get_value() and set_value()"
        )


def _update_hint(own: TensorType, other: Any) -> str:
    if not isinstance(other, TensorType) or own.ndim != other.ndim:
        return "The numbers of dimensions differ."
    if own.dtype != other.dtype:
        return (
            f"If the loss of precision is intended, cast the update: T.cast(update, {own.dtype!r})."
        )
    return (
        "The difference is in the broadcast pattern: T.unbroadcast(update, axis) makes a dimension "
        "that is not broadcastable, T.addbroadcast(update, axis) one that is, and "
        "shared(value, broadcastable=...) declares the pattern of the shared variable."
    )


def shared(
    value: Any,
    name: str | None = None,
    strict: bool = False,
    allow_downcast: bool | None = None,
    borrow: bool = False,
    broadcastable: Any = None,
) -> Any:
    """A shared variable that holds `value`, a number or a NumPy array, whose dtype it takes.

    No dimension is broadcastable unless `broadcastable` says so. With `borrow` the array itself may be kept.
    `TypeError` for lists and other objects that are no array.

    >>> shared(np.zeros((2, 3)), name="W").type
    TensorType(float64, matrix)
    """
    if isinstance(value, Variable):
        raise TypeError(
            f"the value of a shared variable must be a number or an array, not the variable {value}"
        )
    if isinstance(value, list | tuple):
        raise TypeError(
            f"a {type(value).__name__} is not an array; give shared() one: "
            "shared(numpy.asarray(value))"
        )
    if not isinstance(value, np.ndarray | np.generic | int | float):
        raise TypeError(f"a shared variable cannot hold a value of type {type(value).__name__}")
    array = np.asarray(value)
    if broadcastable is None:
        broadcastable = (False,) * array.ndim
    elif len(broadcastable) != array.ndim:
        raise ValueError(
            f"broadcastable has {len(broadcastable)} items, but the value has {array.ndim} dimensions"
        )
    type_ = TensorType(array.dtype, tuple(bool(b) for b in broadcastable))
    if not borrow:
        array = np.array(array, copy=True)
    return SharedVariable(name, type_, array, strict, allow_downcast)
