"""From object code to a Python callable: a native function of CPython, with nothing in between."""

from __future__ import annotations

import ctypes
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from tir.runtime import products, python_abi, streams, threads
from tir.runtime.cpu import LoadedObject, load_object
from tir.runtime.pool import provide_pool

ENTRY = "tir_entry"
_PEAK_MEMORY = "tir_peak_memory"
_METH_FASTCALL = 0x0080
_METH_KEYWORDS = 0x0002

Callback = Callable[..., Any]
Cell = list[Any]


class _MethodDef(ctypes.Structure):
    """CPython's PyMethodDef."""

    _fields_ = (
        ("name", ctypes.c_char_p),
        ("function", ctypes.c_void_p),
        ("flags", ctypes.c_int),
        ("doc", ctypes.c_char_p),
    )


class Executable:
    """Object code whose `tir_entry` follows `emit-python-entry`, loaded once and callable in several ways."""

    def __init__(self, object_code: bytes, name: str = "tir_function") -> None:
        python_abi.bind_symbols()
        threads.bind_symbols()
        products.bind_symbols()
        streams.bind_symbols()
        provide_pool()
        self._loaded: LoadedObject = load_object(object_code, (ENTRY, _PEAK_MEMORY))
        self._name = name.encode("utf-8", "replace").replace(b"\0", b" ")
        definition = _MethodDef(
            self._name, self._loaded.address(ENTRY), _METH_FASTCALL | _METH_KEYWORDS, None
        )
        # CPython reads it once more when a function dies, which may be after the collector of cycles has emptied this object
        # and the structure. An array is nothing that it looks at.
        self._definition = np.frombuffer(bytes(definition), np.uint8).copy()

    def bind(
        self,
        slow_path: Callback,
        on_failure: Callback,
        cells: Sequence[Cell],
        defaults: Sequence[Any] = (),
    ) -> Callback:
        """A builtin function over this code, which it keeps alive.

        `cells` are one-item lists, the storage of the shared variables in the order of the parameters.
        `slow_path(*args, **kwargs)` is called, and gives the result, where an argument or a shared value is not
        an array as native code needs it. `on_failure(code, *inputs, *shared)` must raise what the failure of that
        number in the module's table means. `defaults` has an array, or None, for each input, if the code takes
        defaults (`tir.positional`).
        """
        # The tuple, and all in it, lives as long as the function does.
        kept = (self, self._name, self._definition)
        bound = (slow_path, on_failure, *cells, *defaults, kept)
        return _NEW_BUILTIN(self._definition.ctypes.data, bound, None)

    def peak_memory(self) -> int:
        """The most bytes that a successful call has allocated so far, for outputs and temporaries."""
        return ctypes.c_int64.from_address(self._loaded.address(_PEAK_MEMORY)).value


_NEW_BUILTIN = ctypes.PYFUNCTYPE(
    ctypes.py_object, ctypes.c_void_p, ctypes.py_object, ctypes.c_void_p
)(("PyCFunction_NewEx", ctypes.pythonapi))
