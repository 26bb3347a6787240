"""The symbols of CPython and NumPy that compiled code refers to, bound to this process."""

from __future__ import annotations

import ctypes
import sys

import numpy as np

from tir.runtime.cpu import add_symbol
from tir.runtime.llvm_lock import LLVM_LOCK
from tir.support.dtypes import ALL_DTYPES
from tir.support.errors import UnsupportedError

_bound = False
_ARRAY_TYPE_SLOT = 2
_ARRAY_COPY_SLOT = 85
_ARRAY_NEW_SLOT = 93
_HEADER_SIZE = 16


def bind_symbols() -> None:
    """Make NumPy's functions, types and dtype objects known to compiled code, once.

    UnsupportedError for a build of Python whose objects are laid out differently.
    """
    global _bound  # noqa: PLW0603 - one process, one NumPy
    with LLVM_LOCK:
        if _bound:
            return
        _check_layout()
        table = _numpy_table()
        array_new, array_copy = table[_ARRAY_NEW_SLOT], table[_ARRAY_COPY_SLOT]
        if table[_ARRAY_TYPE_SLOT] != id(np.ndarray) or not array_new or not array_copy:
            raise UnsupportedError(f"the C interface of NumPy {np.__version__} is not as expected")
        add_symbol("tir_numpy_PyArray_New", array_new)
        add_symbol("tir_numpy_PyArray_NewCopy", array_copy)
        add_symbol("tir_numpy_PyArray_Type", id(np.ndarray))
        for name in ALL_DTYPES:
            # NumPy keeps these objects for as long as the process lives.
            add_symbol(f"tir_numpy_descr_{name}", id(np.dtype(name)))
            add_symbol(f"tir_numpy_scalar_{name}", id(np.dtype(name).type))
        _bound = True


def _check_layout() -> None:
    name = sys.implementation.name
    if name != "cpython":
        raise UnsupportedError(
            f'compiled functions need CPython, not {name}; use mode="FAST_COMPILE"'
        )
    free_threaded = "t" in sys.abiflags  # `sysconfig` takes long to import
    if free_threaded or object.__basicsize__ != _HEADER_SIZE:
        raise UnsupportedError(
            "compiled functions need a 64-bit release build of CPython with the GIL; "
            'use mode="FAST_COMPILE"'
        )


def _numpy_table() -> ctypes.Array[ctypes.c_void_p]:
    """The table of NumPy's C interface."""
    get_pointer = ctypes.pythonapi.PyCapsule_GetPointer
    get_pointer.restype = ctypes.c_void_p
    get_pointer.argtypes = [ctypes.py_object, ctypes.c_char_p]
    core = np._core if hasattr(np, "_core") else np.core  # pyright: ignore[reportAttributeAccessIssue]
    address = get_pointer(core._multiarray_umath._ARRAY_API, None)  # pyright: ignore
    return (ctypes.c_void_p * (_ARRAY_NEW_SLOT + 1)).from_address(address)
