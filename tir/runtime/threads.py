"""The threads that loops and matrix products are shared out to: helpers of our own, made when the first loop needs them.

One loop at a time has them: what other Python threads call meanwhile runs in those. A forked child makes helpers anew.
"""

from __future__ import annotations

import ctypes
import os

from tir.config import config

from .cpu import LoadedObject, add_symbol, provide_symbols
from .llvm_lock import LLVM_LOCK
from .support import load_support
from .thread_count import num_threads

PARALLEL_FOR = "tir_parallel_for"
"""`i32 (i32 (ptr context, i64 begin, i64 end), ptr context, i64 count, i64 grain)`; see `native/parallel.ll`."""

_THREADS = "tir_threads"
_RESET = "tir_reset_helpers"

_native: LoadedObject | None = None
_bound = False


def bind_symbols() -> None:
    """Makes the threads known to compiled code; nothing is loaded before that needs them."""
    global _bound  # noqa: PLW0603 - once per process
    with LLVM_LOCK:
        if _bound:
            return
        _bound = True
        provide_symbols([PARALLEL_FOR], _provide)
        os.register_at_fork(after_in_child=_reset_helpers)
        config.on_change("threads", _apply_count)


def _provide() -> None:
    global _native  # noqa: PLW0603 - one per process
    with LLVM_LOCK:
        if _native is None:
            _native = load_support("parallel", (PARALLEL_FOR, _THREADS, _RESET))
            _reset_helpers()
            # Helpers run this code until the process ends, after the interpreter has given up its modules.
            ctypes.pythonapi.Py_IncRef(ctypes.py_object(_native))
            _apply_count()
        add_symbol(PARALLEL_FOR, _native.address(PARALLEL_FOR))


def _apply_count() -> None:
    if _native is not None:
        ctypes.c_int32.from_address(_native.address(_THREADS)).value = num_threads()


def _reset_helpers() -> None:
    if _native is not None:
        _native.function(_RESET, None)()
