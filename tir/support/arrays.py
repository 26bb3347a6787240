"""NumPy arrays in the form that compiled code reads."""

from __future__ import annotations

from typing import Any

import numpy as np


def canonical_array(array: np.ndarray[Any, Any], dtype: str) -> np.ndarray[Any, Any]:
    """`array`, of this dtype, as an exact, aligned, C-contiguous ndarray.

    The dtype object is NumPy's own one, so that native code can compare addresses. The same object if it is
    all that already, a view if that suffices, else a copy.

    >>> canonical_array(np.zeros(3), "float64").dtype is np.dtype("float64")
    True
    """
    wanted = np.dtype(dtype)
    if type(array) is not np.ndarray:
        array = np.asarray(array)
    if array.dtype is not wanted:
        array = array.view(wanted) if array.dtype == wanted else array.astype(wanted)
    if not array.flags.aligned or not array.flags.c_contiguous:
        array = np.array(array, order="C", copy=True)
    return array
