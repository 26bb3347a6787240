"""The threads that loops and matrix products share: an OpenMP run time, found when it is first needed.

`TIR_OPENMP_LIBRARY` names it; else it is the system's libgomp, else LLVM's or Intel's OpenMP (the wheel intel-openmp
brings the latter). Without any of them loops run in the calling thread, and BLAS uses threads of its own. In a forked
child everything runs in the calling thread: no OpenMP run time survives fork, nor do the locks that BLAS takes for
products in several threads, which a thread that the child does not have may hold.

One call at a time has the threads: what other Python threads call meanwhile runs in those.
"""

from __future__ import annotations

import ctypes
import os
import sys
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from tir.config import config
from tir.support.errors import TirError

from . import blas
from .cpu import LoadedObject, add_symbol, provide_symbols
from .llvm_lock import LLVM_LOCK
from .support import load_support

PARALLEL_FOR = "tir_parallel_for"
"""`i32 (i32 (ptr context, i64 begin, i64 end), ptr context, i64 count, i64 grain)`; see `native/parallel.ll`."""

_ENVIRONMENT = "TIR_OPENMP_LIBRARY"
_LIBRARIES = (
    "libgomp.so.1",
    "libomp.so.5",
    "libiomp5.so",
    # Where pip installs the wheel intel-openmp.
    str(Path(sys.prefix) / "lib" / "libiomp5.so"),
)
_NO_RUNTIME = "none"
_BLAS_JOBS = "tir_blas_jobs"
_TEAM = "tir_team"
_THREADS = "tir_threads"
_POINTERS = {
    "tir_omp_in_parallel": "omp_in_parallel",
    "tir_omp_get_num_threads": "omp_get_num_threads",
    "tir_omp_get_thread_num": "omp_get_thread_num",
    # The last one: it is what makes the others used.
    "tir_gomp_parallel": "GOMP_parallel",
}
"""The variables of the support module, and the functions of the run time that they point to."""
_MUTEX_SIZE = 64


@dataclass(frozen=True)
class _Native:
    """The support module, and the run time it uses."""

    loaded: LoadedObject
    library: ctypes.CDLL | None


_native: _Native | None = None
_bound = False
_forked = False


def bind_symbols() -> None:
    """Makes the threads known to compiled code and to BLAS; nothing is loaded before one of them needs it."""
    global _bound  # noqa: PLW0603 - once per process
    with LLVM_LOCK:
        if _bound:
            return
        _bound = True
        provide_symbols([PARALLEL_FOR], _provide)
        os.register_at_fork(after_in_child=_after_fork)
        config.on_change("threads", _apply_count)
    _apply_count()
    blas.share_threads(_blas_jobs)


def num_threads() -> int:
    """How many threads a loop or product uses: `config.threads`, else as many as the CPUs of this process."""
    return config.threads or len(os.sched_getaffinity(0))


def runtime_name() -> str:
    """The OpenMP run time that loops use, as it was looked for: `"libgomp.so.1"`, say; `"none"` without any."""
    return _NO_RUNTIME if _forked else _find_library()[1]


def _provide() -> None:
    add_symbol(PARALLEL_FOR, _get_native().loaded.address(PARALLEL_FOR))


def _get_native() -> _Native:
    global _native  # noqa: PLW0603 - one per process
    with LLVM_LOCK:
        if _native is None:
            exports = (PARALLEL_FOR, _BLAS_JOBS, _TEAM, _THREADS, *_POINTERS)
            loaded = load_support("parallel", exports)
            library, _ = _find_library()
            if library is not None:
                for variable, function in _POINTERS.items():
                    address = ctypes.cast(library[function], ctypes.c_void_p).value
                    ctypes.c_void_p.from_address(loaded.address(variable)).value = address
            _native = _Native(loaded, library)
            _apply_count()
        return _native


@cache
def _find_library() -> tuple[ctypes.CDLL | None, str]:
    """The OpenMP run time with its name; `TirError` where the environment names one that cannot be used."""
    named = os.environ.get(_ENVIRONMENT)
    if named:
        library = _open(named)
        if library is None:
            raise TirError(
                f"{_ENVIRONMENT} names {named}, which is no OpenMP run time with libgomp's interface"
            )
        return library, named
    for name in _LIBRARIES:
        library = _open(name)
        if library is not None:
            return library, name
    return None, _NO_RUNTIME


def _open(name: str) -> ctypes.CDLL | None:
    try:
        library = ctypes.CDLL(name)
        for function in _POINTERS.values():
            library[function]
    except (OSError, AttributeError):
        return None
    return library


def _apply_count() -> None:
    count = num_threads()
    blas.set_num_threads(1 if _forked else count)
    if _native is not None:
        ctypes.c_int32.from_address(_native.loaded.address(_THREADS)).value = count


def _blas_jobs() -> int | None:
    """The function that runs the jobs of BLAS, if there is a run time and this is no forked child."""
    native = _get_native()
    return None if _forked or native.library is None else native.loaded.address(_BLAS_JOBS)


def _after_fork() -> None:
    """The threads are gone, and whoever held the mutex may be, too."""
    global _forked  # noqa: PLW0603 - a property of the process
    if _native is not None:
        _forked = True
        address = _native.loaded.address
        ctypes.c_void_p.from_address(address("tir_gomp_parallel")).value = None
        ctypes.memset(address(_TEAM), 0, _MUTEX_SIZE)
        blas.use_own_threads()
        blas.set_num_threads(1)
