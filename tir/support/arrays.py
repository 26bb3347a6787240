"""NumPy arrays in the form that compiled code reads."""

from __future__ import annotations

from typing import Any

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
"""The axes of an array in the order in which they lie in memory: `x.transpose(order)` is C-contiguous."""


def memory_order(array: np.ndarray[Any, Any]) -> Order | None:
    """The order of the axes of an array whose elements lie next to each other, but not in C order; else None.

    Axes of length 1, which may lie anywhere, stay where they are.

    >>> memory_order(np.zeros((2, 3, 4)).transpose(2, 0, 1))
    (1, 2, 0)
    >>> memory_order(np.zeros((2, 3))), memory_order(np.zeros((4, 3))[::2].T)
    (None, None)
    """
    flags = array.flags
    if flags.c_contiguous:
        return None
    if array.ndim == 2:
        return (1, 0) if flags.f_contiguous else None
    shape, strides = array.shape, array.strides
    by_stride = sorted((a for a, n in enumerate(shape) if n != 1), key=lambda a: -strides[a])
    following = iter(by_stride)
    order = tuple(a if n == 1 else next(following) for a, n in enumerate(shape))
    return order if array.transpose(order).flags.c_contiguous else None


def inverse(order: Order) -> Order:
    """The order that undoes another one.

    >>> inverse((1, 2, 0))
    (2, 0, 1)
    """
    return tuple(sorted(range(len(order)), key=order.__getitem__))
