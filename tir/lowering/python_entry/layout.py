"""Where CPython and NumPy keep the fields that native code reads: 64-bit builds with the GIL.

`tir.runtime.python_abi` checks when code is loaded that the interpreter is such a build, and binds the symbols.
"""

from __future__ import annotations

import numpy as np

OBJECT_TYPE = 8
"""`PyObject.ob_type`"""
VAR_SIZE = 16
"""`PyVarObject.ob_size`"""
TUPLE_ITEMS = 24
"""`PyTupleObject.ob_item`, the items themselves"""
LIST_ITEMS = 24
"""`PyListObject.ob_item`, a pointer to them"""
SCALAR_VALUE = 16
"""`PyFloatObject.ob_fval`, and `obval` of every numeric NumPy scalar"""

ARRAY_DATA = 16
ARRAY_RANK = 24
ARRAY_SIZES = 32
ARRAY_STRIDES = 40
ARRAY_DTYPE = 56
ARRAY_FLAGS = 64
ARRAY_IS_ALIGNED = 0x100
ARRAY_IS_CONTIGUOUS = 0x1

ARRAY_TYPE_SYMBOL = "tir_numpy_PyArray_Type"


def dtype_symbol(dtype: str) -> str:
    """The symbol of NumPy's own dtype object."""
    return f"tir_numpy_descr_{dtype}"


def scalar_type_symbol(dtype: str) -> str:
    """The symbol of the type of NumPy's scalars of a dtype."""
    return f"tir_numpy_scalar_{dtype}"


def item_size(dtype: str) -> int:
    """The bytes of an element."""
    return np.dtype(dtype).itemsize


SELF_SLOW_PATH = 0
SELF_ON_FAILURE = 1
SELF_FIRST_CELL = 2
"""The items of the tuple that the function is bound to: two callables, then a cell per shared parameter."""
