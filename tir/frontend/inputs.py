"""The inputs and outputs of a function, as users describe them."""

from __future__ import annotations

import warnings
from collections.abc import Iterable
from copy import copy
from typing import Any

from tir.frontend.shared import SharedVariable
from tir.graph.variable import Constant, Variable


class In:
    """An input of a function: a variable, and how its arguments are taken.

    `value` is the default: a call may leave the input out. With `update`, an expression, the input is a state
    that starts as `value` and becomes the value of `update` at each call. `strict` accepts only arrays of
    exactly the right dtype; `allow_downcast=True` permits loss of precision. Without `name` the input takes the
    variable's, unless `autoname` is False; calls may use it as a keyword, and must for an `implicit` input. `shared` must stay False.

    `mutable` lets a call overwrite its argument: an output, or a temporary, may lie in that memory, so that the call needs
    less of its own. Such an output is the argument itself, the same array. The caller must not rely on the argument's
    values any more, even if the call fails, and changes the output when it fills the array again. It is a permission,
    which is used where an output has the shape and dtype of the input and is computed element by element, or after the
    last use of the input, and if the argument is a contiguous, writeable array that shares no memory with another
    argument or a shared variable; what must be converted first is never changed. Defaults and numbers never change.
    `borrow`, which `mutable` implies, permits an output that is the input or a view of it to be no copy; it always is one
    unless the input is mutable.

    `TypeError` for what is no variable, for an update or an implicit input without a value; `ValueError` for
    `strict` together with `allow_downcast`, and for `mutable` without `borrow`.

    >>> from tir import tensor as T
    >>> In(T.dscalar("x"), value=3.0, name="rate")
    In(rate = 3.0)

    >>> import numpy as np, tir
    >>> x = T.dvector("x")
    >>> f = tir.function([In(x, mutable=True)], 2 * x + 1)
    >>> argument = np.arange(3.0)
    >>> f(argument) is argument
    True
    >>> argument
    array([1., 3., 5.])
    """

    def __init__(
        self,
        variable: Variable,
        name: str | None = None,
        value: Any = None,
        update: Any = None,
        mutable: bool | None = None,
        strict: bool = False,
        allow_downcast: bool | None = None,
        autoname: bool = True,
        implicit: bool | None = None,
        borrow: bool | None = None,
        shared: bool = False,
    ) -> None:
        if not isinstance(variable, Variable):
            raise TypeError(f"an input must be a variable, got {variable!r}")
        if name is not None and not isinstance(name, str):
            raise TypeError(f"the name of an input must be a string, got {name!r}")
        if shared:
            raise TypeError(
                "In(shared=True) is not for users: shared variables are found by themselves"
            )
        if implicit and value is None:
            raise TypeError(f"the implicit input {name or variable} needs a default value")
        if update is not None and value is None:
            raise TypeError(f"the input {name or variable} has an update, so it needs a value")
        if strict and allow_downcast:
            raise ValueError("strict=True and allow_downcast=True contradict each other")
        if mutable and borrow is False:
            raise ValueError(
                f"the input {name or variable} is mutable, which permits outputs to be its arrays, but "
                "borrow=False forbids that"
            )
        self.variable = variable
        self.name = variable.name if name is None and autoname else name
        self.value = value
        self.update = update
        self.mutable = bool(mutable)
        self.strict = strict
        self.allow_downcast = allow_downcast
        self.implicit = bool(implicit)
        self.borrow = bool(mutable if borrow is None else borrow)

    @property
    def has_default(self) -> bool:
        """Whether a call may leave this input out."""
        return self.value is not None

    def __repr__(self) -> str:
        default = f" = {self.value!r}" if self.has_default else ""
        return f"In({self.name or self.variable}{default})"


def Param(
    variable: Variable,
    default: Any = None,
    name: str | None = None,
    mutable: bool = False,
    strict: bool = False,
    allow_downcast: bool | None = None,
    implicit: bool | None = None,
    borrow: bool | None = None,
) -> In:
    """The older form of `In`."""
    warnings.warn("Param is deprecated; use In", DeprecationWarning, stacklevel=2)
    return In(
        variable,
        name=name,
        value=default,
        mutable=mutable,
        strict=strict,
        allow_downcast=allow_downcast,
        implicit=implicit,
        borrow=borrow,
    )


class Out:
    """An output of a function.

    `borrow` permits it to share memory with shared variables or with what the function keeps between calls, which never
    happens: each call returns new arrays, or those of its mutable inputs.
    """

    def __init__(self, variable: Any, borrow: bool = False) -> None:
        self.variable = variable
        self.borrow = borrow

    def __repr__(self) -> str:
        return f"Out({self.variable})"


class UnusedInputError(Exception):
    """An input on which no output depends, or which is there twice."""


class MissingInputError(Exception):
    """A variable that is needed is neither given nor computed."""


def as_inputs(inputs: Any, allow_downcast: bool | None) -> list[In]:
    """The inputs of a function, each an `In`; errors about what cannot be one."""
    if not isinstance(inputs, list | tuple):
        raise TypeError(
            "the inputs of a function must be a list, even if there is only one: "
            f"function([x], ...), got {type(inputs).__name__}"
        )
    result = [_as_input(item, i, allow_downcast) for i, item in enumerate(inputs)]
    seen: set[Variable] = set()
    for given in result:
        if given.variable in seen:
            raise UnusedInputError(
                f"the input {given.variable} is in the list of inputs twice; each variable can be "
                "an input once"
            )
        seen.add(given.variable)
    return result


def _as_input(item: Any, position: int, allow_downcast: bool | None) -> In:
    if isinstance(item, list | tuple) and len(item) == 2 and isinstance(item[0], Variable):
        item = In(item[0], value=item[1])
    given = item if isinstance(item, In) else None
    variable = given.variable if given is not None else item
    if isinstance(variable, SharedVariable):
        raise TypeError(
            f"the shared variable {variable} cannot be an input of a function (number {position}): it is used "
            "where it appears; change its value with updates or set_value"
        )
    if isinstance(variable, Constant):
        raise TypeError(f"the constant {variable} cannot be an input of a function")
    if not isinstance(variable, Variable):
        raise TypeError(
            f"input {position} of the function must be a variable or In(variable, ...), got {item!r}"
        )
    if given is None:
        return In(variable, allow_downcast=allow_downcast)
    if given.allow_downcast is None and not given.strict:
        given = copy(given)
        given.allow_downcast = allow_downcast
    return given


def as_pairs(items: Any, what: str) -> list[tuple[Any, Any]]:
    """A dictionary, or a list of pairs, as pairs; `TypeError` for anything else."""
    if items is None:
        return []
    if hasattr(items, "items"):
        items = items.items()
    elif not isinstance(items, Iterable) or isinstance(items, Variable | str):
        raise TypeError(f"{what} must be a dictionary or a list of pairs, got {items!r}")
    pairs = []
    for item in items:
        if not isinstance(item, list | tuple) or len(item) != 2:
            raise TypeError(
                f"{what} must be a dictionary or a list of pairs, got the item {item!r}"
            )
        pairs.append((item[0], item[1]))
    return pairs
