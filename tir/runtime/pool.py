"""Memory for large arrays, kept for the next ones when it is given back: `native/pool.ll`.

Arrays of compiled functions from 128 kB up have their data there. They are ordinary arrays that own their data: NumPy
gives it back through the `PyDataMem_Handler` that each array names (NEP 49).
"""

from __future__ import annotations

import ctypes
import os
from collections.abc import Sequence
from typing import Any

import numpy as np

from tir.support.errors import UnsupportedError

from .cpu import LoadedObject, add_symbol, provide_symbols
from .llvm_lock import LLVM_LOCK
from .python_abi import bind_symbols
from .support import load_support

_NEW_ARRAY = "tir_new_array"
_FOR_COMPILED_CODE = (
    _NEW_ARRAY,
    "tir_take_shared",
    "tir_take_input",
    "tir_take_scratch",
    "tir_memory_bounds",
    "tir_untouched",
    "tir_scratch_malloc",
    "tir_scratch_free",
)
_HANDLER, _CAPSULE = "tir_pool_handler", "tir_pool_capsule"
_LIMIT, _KEPT, _IN_USE, _PEAK = (f"tir_pool_{n}" for n in ("limit", "kept", "in_use", "peak"))
_TRIM = "tir_pool_trim"
_EXPORTS = (
    *_FOR_COMPILED_CODE,
    "tir_pool_malloc",
    "tir_pool_free",
    _HANDLER,
    _CAPSULE,
    _LIMIT,
    _KEPT,
    _IN_USE,
    _PEAK,
    _TRIM,
)

_ARRAY_SIZE = 96
_HANDLER_OFFSET = 88
_MOST_KEPT_BY_DEFAULT = 4 << 30


class Pool:
    """The pool of this process, loaded. There is one."""

    def __init__(self) -> None:
        """`UnsupportedError` where NumPy keeps the handler of an array elsewhere."""
        bind_symbols()
        _check_array_layout()
        self._loaded: LoadedObject = load_support("pool", _EXPORTS)
        # Arrays outlive modules when the interpreter shuts down, and their data is freed by this code.
        ctypes.pythonapi.Py_IncRef(ctypes.py_object(self._loaded))
        self._capsule = _new_capsule(self._loaded.address(_HANDLER), b"mem_handler", None)
        ctypes.pythonapi.Py_IncRef(ctypes.py_object(self._capsule))
        ctypes.c_void_p.from_address(self._loaded.address(_CAPSULE)).value = id(self._capsule)
        self._trim = self._loaded.function(_TRIM, ctypes.c_int64)
        self._new_array = ctypes.PYFUNCTYPE(
            ctypes.py_object, ctypes.c_int32, ctypes.c_void_p, ctypes.c_int32, ctypes.c_int64
        )(self._loaded.address(_NEW_ARRAY))
        for name in _FOR_COMPILED_CODE:
            add_symbol(name, self._loaded.address(name))

    def set_limit(self, limit: int | None) -> None:
        """The most bytes of unused blocks to keep; None means an eighth of the machine's memory, at most 4 GB."""
        if limit is None:
            memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
            limit = min(memory // 8, _MOST_KEPT_BY_DEFAULT)
        self._word(_LIMIT).value = limit

    def statistics(self) -> dict[str, int]:
        """Bytes: `in_use` by arrays and running calls, the `peak` of that, and `kept` unused, of at most `limit`."""
        words = {"in_use": _IN_USE, "peak": _PEAK, "kept": _KEPT, "limit": _LIMIT}
        return {name: self._word(symbol).value for name, symbol in words.items()}

    def new_array(self, shape: Sequence[int], dtype: np.dtype[Any]) -> np.ndarray[Any, Any]:
        """An array of a native dtype, not initialized; `MemoryError` where there is no memory."""
        sizes = (ctypes.c_int64 * len(shape))(*shape)
        return self._new_array(len(shape), sizes, dtype.num, dtype.itemsize)

    def trim(self) -> int:
        """Give all unused blocks back to the system; how many bytes that were."""
        return self._trim()

    def _word(self, name: str) -> ctypes.c_int64:
        return ctypes.c_int64.from_address(self._loaded.address(name))


_pool: Pool | None = None


def get_pool() -> Pool:
    """The pool, loaded when first asked for."""
    global _pool  # noqa: PLW0603 - one per process
    with LLVM_LOCK:
        if _pool is None:
            _pool = Pool()
        return _pool


def provide_pool() -> None:
    """Have the pool loaded when compiled code first needs it."""
    provide_symbols(_FOR_COMPILED_CODE, _load)


def _load() -> None:
    get_pool()


def _check_array_layout() -> None:
    """Whether an array keeps its handler where `native/pool.ll` writes it: the default one must be there."""
    array = np.empty(1)
    handler = ctypes.c_void_p.from_address(id(array) + _HANDLER_OFFSET).value
    name = _capsule_name(handler) if np.ndarray.__basicsize__ == _ARRAY_SIZE and handler else b""
    if name != b"mem_handler":
        raise UnsupportedError(f"arrays of NumPy {np.__version__} are not laid out as expected")


def _capsule_name(address: int) -> bytes:
    candidate = ctypes.cast(address, ctypes.py_object)
    get_name = ctypes.PYFUNCTYPE(ctypes.c_char_p, ctypes.py_object)(
        ("PyCapsule_GetName", ctypes.pythonapi)
    )
    return get_name(candidate) or b""


_new_capsule = ctypes.PYFUNCTYPE(
    ctypes.py_object, ctypes.c_void_p, ctypes.c_char_p, ctypes.c_void_p
)(("PyCapsule_New", ctypes.pythonapi))
