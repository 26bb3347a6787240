"""What users write between brackets, one entry for each dimension."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from tir.dialects.tir.indexing import FULL_SLICE
from tir.frontend.tensor.operands import integer_scalar
from tir.graph import build
from tir.graph.constants import constant
from tir.graph.tensor_type import is_discrete
from tir.graph.variable import Constant, Variable
from tir.support.errors import UnsupportedError


@dataclass(frozen=True)
class NewAxis:
    """None: a new broadcastable dimension."""


@dataclass(frozen=True)
class Position:
    """One integer: its dimension vanishes."""

    scalars: tuple[Any]
    pattern: str = "v"


@dataclass(frozen=True)
class Part:
    """A slice; `pattern` says which of start, stop and step are given, as in `v::v`."""

    pattern: str
    scalars: tuple[Any, ...]

    def static_slice(self) -> slice:
        """The slice, if start, stop and step are constants."""
        values = iter(int(s.data) for s in self.scalars)
        return slice(*(next(values) if p == "v" else None for p in self.pattern.split(":")))


@dataclass(frozen=True)
class Vector:
    """Integers that name elements of a dimension."""

    variable: Any


Entry = NewAxis | Position | Part | Vector

WHOLE = Part(FULL_SLICE, ())


def entries_of(x: Any, index: Any) -> list[Entry]:
    """The entries of an index, Ellipsis and missing dimensions filled in; they cover every dimension of `x`."""
    items = list(index) if isinstance(index, tuple) else [index]
    ellipses = sum(item is Ellipsis for item in items)
    if ellipses > 1:
        raise IndexError("an index can only have a single ellipsis ('...')")
    ndim = x.type.ndim
    taken = sum(item is not None and item is not Ellipsis for item in items)
    if taken > ndim:
        raise ValueError(
            f"the index list has {taken} entries, more than the {ndim} dimensions of {x} : {x.type}; dimshuffle or "
            "None can add dimensions"
        )
    if not ellipses:
        items.append(Ellipsis)
    entries: list[Entry] = []
    axis = 0
    for item in items:
        if item is Ellipsis:
            entries += [WHOLE] * (ndim - taken)
            axis += ndim - taken
        elif item is None:
            entries.append(NewAxis())
        else:
            entries.append(_entry(item, x.type.broadcastable[axis]))
            axis += 1
    return entries


def _entry(item: Any, broadcastable: bool) -> Entry:
    if isinstance(item, slice):
        return _part(item, broadcastable)
    _reject_bools(item)
    if isinstance(item, list | tuple) and len(item) == 0:
        item = np.zeros(0, "int64")
    if isinstance(item, float | str | bytes) or not isinstance(
        item, int | np.integer | np.ndarray | list | tuple | Variable
    ):
        raise TypeError(
            "an index must be an integer, a slice, None, Ellipsis, an integer scalar or a vector of integers, got "
            f"{item!r}"
        )
    if isinstance(item, int | np.integer):
        return Position((constant(np.int64(item)),))
    variable = build.as_tensor_variable(item)
    if variable.type.dtype == "bool":
        raise UnsupportedError(
            f"boolean masks cannot index yet, got {variable} : {variable.type}; use switch, or integers"
        )
    if not is_discrete(variable):
        raise TypeError(f"an index must hold integers, got {variable} : {variable.type}")
    if variable.type.ndim == 0:
        return Position((integer_scalar(variable, "an index"),))
    if variable.type.ndim > 1:
        raise UnsupportedError(
            f"only scalars and vectors of integers can index yet, got {variable} : {variable.type}"
        )
    return Vector(variable)


def _reject_bools(item: Any) -> None:
    if isinstance(item, bool | np.bool_):
        raise TypeError(f"Python booleans such as {item} cannot index a tensor")
    if isinstance(item, list | tuple):
        for inner in item:
            if isinstance(inner, bool | list | tuple):
                _reject_bools_within(inner)


def _reject_bools_within(inner: Any) -> None:
    if isinstance(inner, bool):
        raise TypeError(
            "lists of Python booleans cannot index a tensor; make a mask a NumPy array first, "
            "as in x[numpy.array([True, False])]"
        )
    _reject_bools(inner)


def _part(item: slice, broadcastable: bool) -> Part:
    bounds = [
        None if value is None else integer_scalar(value, f"the {name} of a slice")
        for name, value in zip(
            ("start", "stop", "step"), (item.start, item.stop, item.step), strict=True
        )
    ]
    start, stop, step = (int(b.data) if isinstance(b, Constant) else b for b in bounds)
    if isinstance(step, int) and step == 0:
        raise ValueError("the step of a slice must not be zero")
    if isinstance(step, int) and step == 1:
        bounds[2] = step = None
    if (
        broadcastable
        and step is None
        and (start is None or start == 0)
        and (stop is None or (isinstance(stop, int) and stop > 0))
    ):
        return WHOLE
    pattern = ":".join("" if b is None else "v" for b in bounds)
    return Part(pattern, tuple(b for b in bounds if b is not None))
