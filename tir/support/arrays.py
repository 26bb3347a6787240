"""NumPy arrays in the form that compiled code reads."""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np


def exact_array(array: np.ndarray[Any, Any], dtype: str) -> np.ndarray[Any, Any]:
    """`array`, of this dtype, as an exact, aligned ndarray, whatever the order and the distances of its elements.

    The dtype object is NumPy's own one, so that native code can compare addresses. The same object if it is all that
    already, a view if that suffices, else a C-contiguous copy.

    >>> exact_array(np.zeros(3), "float64").dtype is np.dtype("float64")
    True
    """
    wanted = np.dtype(dtype)
    if type(array) is not np.ndarray:
        array = np.asarray(array)
    if array.dtype is not wanted:
        array = array.view(wanted) if array.dtype == wanted else array.astype(wanted, order="C")
    if not array.flags.aligned:
        array = np.array(array, order="C", copy=True)
    return array


def canonical_array(array: np.ndarray[Any, Any], dtype: str) -> np.ndarray[Any, Any]:
    """`array`, of this dtype, as an exact, aligned, C-contiguous ndarray: see `exact_array`.

    >>> canonical_array(np.zeros((3, 2)).T, "float64").flags.c_contiguous
    True
    """
    array = exact_array(array, dtype)
    return array if array.flags.c_contiguous else np.array(array, order="C", copy=True)


Order = tuple[int, ...]
"""The axes of an array in another order: `x.transpose(order)`."""


class Layout(NamedTuple):
    """How an array that is not C-contiguous lies in memory."""

    order: Order
    """Its axes, the one whose elements follow each other last."""
    strided: bool = False
    """Whether there may be anything between its rows; else `x.transpose(order)` is C-contiguous."""


def memory_layout(array: np.ndarray[Any, Any], row_bytes: int) -> Layout | None:
    """The layout of an array that is not in C order; None for one that is, and for one without rows of some length.

    A row, the elements along the last axis in memory, lies in one piece. Where there is something between rows, they have
    `row_bytes` bytes at least. Axes of length 1, which may lie anywhere, stay where they are.

    >>> memory_layout(np.zeros((2, 3, 4)).transpose(2, 0, 1), 16)
    Layout(order=(1, 2, 0), strided=False)
    >>> memory_layout(np.zeros((3, 8))[:, :4], 16), memory_layout(np.zeros((3, 8))[::-1].T, 16)
    (Layout(order=(0, 1), strided=True), Layout(order=(1, 0), strided=True))
    >>> memory_layout(np.zeros((2, 3)), 16), memory_layout(np.zeros((4, 3))[:, ::2], 16)
    (None, None)
    """
    flags = array.flags
    if flags.c_contiguous:
        return None
    if array.ndim == 2 and flags.f_contiguous:
        return Layout((1, 0))
    shape, strides, item = array.shape, array.strides, array.itemsize
    axes = [axis for axis, length in enumerate(shape) if length != 1]
    # What is repeated has no place in memory of its own.
    axes.sort(key=lambda axis: -abs(strides[axis]) or -math.inf)
    following = iter(axes)
    order = tuple(a if length == 1 else next(following) for a, length in enumerate(shape))
    if array.transpose(order).flags.c_contiguous:
        return Layout(order)
    row = order[-1]
    has_rows = strides[row] == item and shape[row] * item >= row_bytes
    return Layout(order, True) if has_rows and not any(s % item for s in strides) else None


def inverse(order: Order) -> Order:
    """The order that undoes another one.

    >>> inverse((1, 2, 0))
    (2, 0, 1)
    """
    return tuple(sorted(range(len(order)), key=order.__getitem__))
