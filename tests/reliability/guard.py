"""Memory with closed pages around each block, for NumPy and for compiled code: a stray access ends the process."""

from __future__ import annotations

import ctypes
from pathlib import Path

import numpy as np

from tir.runtime import cpu, python_abi
from tir.runtime.pool import get_pool

_FUNCTIONS = {
    "aligned_alloc": "guard_aligned_alloc",
    "free": "guard_release",
    "tir_scratch_malloc": "guard_scratch_malloc",
    "tir_scratch_free": "guard_scratch_free",
    "tir_new_array": "guard_new_array",
}
"""What compiled code calls for memory, and what it calls here."""

_HANDLER = ("guard_malloc", "guard_calloc", "guard_realloc", "guard_free")
_SET_HANDLER_SLOT = 304


class _Handler(ctypes.Structure):
    """NumPy's PyDataMem_Handler."""

    _fields_ = (
        ("name", ctypes.c_char * 127),
        ("version", ctypes.c_uint8),
        ("context", ctypes.c_void_p),
        ("functions", ctypes.c_void_p * len(_HANDLER)),
    )


def install(at_end: bool) -> None:
    """From here on arrays and the memory of calls end (or begin) at a closed page, in this thread, until the process ends."""
    python_abi.bind_symbols()
    # The pool makes its functions known when it is loaded; what is made known later is used.
    get_pool()
    code = cpu.compile_to_object(Path(__file__).with_name("guard.ll").read_text(), 0)
    exports = (*_FUNCTIONS.values(), *_HANDLER, "guard_at_end")
    loaded = cpu.load_object(code, exports)
    ctypes.c_int32.from_address(loaded.address("guard_at_end")).value = int(at_end)
    for name, ours in _FUNCTIONS.items():
        cpu.add_symbol(name, loaded.address(ours))
    functions = (loaded.address(name) for name in _HANDLER)
    handler = _Handler(b"guard", 1, None, (ctypes.c_void_p * len(_HANDLER))(*functions))
    capsule = _new_capsule(ctypes.addressof(handler), b"mem_handler", None)
    # They are used for as long as there are arrays.
    for kept in (loaded, handler, capsule):
        ctypes.pythonapi.Py_IncRef(ctypes.py_object(kept))
    address = ctypes.cast(_numpy_function(_SET_HANDLER_SLOT), ctypes.c_void_p)
    ctypes.PYFUNCTYPE(ctypes.py_object, ctypes.py_object)(address.value)(capsule)


def _numpy_function(slot: int) -> int:
    core = np._core if hasattr(np, "_core") else np.core  # pyright: ignore
    table = ctypes.PYFUNCTYPE(ctypes.c_void_p, ctypes.py_object, ctypes.c_char_p)(
        ("PyCapsule_GetPointer", ctypes.pythonapi)
    )(core._multiarray_umath._ARRAY_API, None)  # pyright: ignore
    return (ctypes.c_void_p * (slot + 1)).from_address(table)[slot]


_new_capsule = ctypes.PYFUNCTYPE(
    ctypes.py_object, ctypes.c_void_p, ctypes.c_char_p, ctypes.c_void_p
)(("PyCapsule_New", ctypes.pythonapi))
