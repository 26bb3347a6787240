"""Contiguous copies of large strided arrays, by all threads: the function of `native/copy.ll`.

NumPy's own copy of a transposed matrix reads each line of the cache once for each element in it, and writes to fresh
pages; this one takes some fifth of the time.
"""

from __future__ import annotations

import ctypes
from collections.abc import Sequence
from functools import cache
from typing import Any, NamedTuple

import numpy as np

from tir.runtime import threads
from tir.runtime.cpu import add_symbol, provide_symbols
from tir.runtime.pool import get_pool
from tir.runtime.support import load_support

Array = np.ndarray[Any, Any]

_LEAST_BYTES = 1 << 17
"""Of smaller arrays, NumPy's copy costs less than a call from Python to native code."""
_COLUMNS = 1024
"""Of the matrix that a vector is copied as."""
_KINDS = "biufc"
_FUNCTIONS = ("tir_copy",)


class Axis(NamedTuple):
    """The length of an axis, and the bytes from one index to the next in the result and in the source."""

    length: int
    result: int
    source: int


def contiguous(array: Array) -> Array:
    """`array` in C order: itself if it is so already, or if it is small; else a copy of the same dtype.

    >>> contiguous(np.zeros((300, 200)).T).flags.c_contiguous
    True
    """
    dtype = array.dtype
    if (
        array.flags.c_contiguous
        or array.nbytes < _LEAST_BYTES
        or type(array) is not np.ndarray
        or dtype.kind not in _KINDS
        or dtype.itemsize > 16
        or not dtype.isnative
    ):
        return array
    result = get_pool().new_array(array.shape, dtype)
    _copy(result.ctypes.data, array.ctypes.data, dtype.itemsize, _axes(array))
    return result


def _axes(array: Array) -> list[Axis]:
    """The axes of an array, without those of one element; those that are one in memory are one here.

    The last is the last; the one before it is, of the others, the one that is densest in the source.
    """
    merged: list[tuple[int, int]] = []
    for length, stride in zip(array.shape, array.strides, strict=True):
        if merged and merged[-1][1] == length * stride:
            merged[-1] = (merged[-1][0] * length, stride)
        elif length > 1:
            merged.append((length, stride))
    axes: list[Axis] = []
    distance = array.itemsize
    for length, stride in reversed(merged):
        axes.append(Axis(length, distance, stride))
        distance *= length
    columns, *others = axes
    return [*sorted(others, key=lambda axis: -abs(axis.source)), columns]


def _copy(to: int, source: int, item: int, axes: Sequence[Axis]) -> None:
    """Copies the elements of these axes, of which the last is contiguous in the result."""
    if len(axes) > 3:
        first, *inner = axes
        for index in range(first.length):
            _copy(to + index * first.result, source + index * first.source, item, inner)
    elif len(axes) == 1 and axes[0].length > _COLUMNS:
        _copy_vector(to, source, item, axes[0])
    else:
        matrices, rows, columns = ([Axis(1, 0, 0)] * 2 + [*axes])[-3:]
        _native_copy()(
            to, source, item, matrices.length, rows.length, columns.length,
            matrices.result, rows.result, matrices.source, rows.source, columns.source,
        )  # fmt: skip


def _copy_vector(to: int, source: int, item: int, axis: Axis) -> None:
    """As a matrix, for the threads, and what is left of it."""
    rows, rest = divmod(axis.length, _COLUMNS)
    columns = Axis(_COLUMNS, item, axis.source)
    _copy(to, source, item, [Axis(rows, _COLUMNS * item, _COLUMNS * axis.source), columns])
    done = axis.length - rest
    if rest:
        left = Axis(rest, item, axis.source)
        _copy(to + done * item, source + done * axis.source, item, [left])


def bind_symbols() -> None:
    """Have the function loaded when native code first needs it."""
    provide_symbols(_FUNCTIONS, _provide)


def _provide() -> None:
    threads.bind_symbols()
    loaded = load_support("copy", _FUNCTIONS)
    for name in _FUNCTIONS:
        add_symbol(name, loaded.address(name))


@cache
def _native_copy() -> Any:
    threads.bind_symbols()
    (name,) = _FUNCTIONS
    integers = [ctypes.c_int64] * 9
    return load_support("copy", _FUNCTIONS).function(
        name, None, ctypes.c_void_p, ctypes.c_void_p, *integers
    )
