"""The BLAS library: found in its wheel, loaded with ctypes, its symbols given to compiled code."""

from __future__ import annotations

import ctypes
import os
import threading
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path

from tir.support.errors import TirError

PREFIX = "scipy_"
_WHEEL = "scipy_openblas32"
_ENVIRONMENT = "TIR_BLAS_LIBRARY"
_lock = threading.Lock()
_library: ctypes.CDLL | None = None
_threads: int | None = None
_find_jobs: Callable[[], int | None] | None = None


def library_path() -> Path:
    """The shared library: what `TIR_BLAS_LIBRARY` names, else that of the scipy-openblas32 wheel. TirError without."""
    named = os.environ.get(_ENVIRONMENT)
    if named:
        return Path(named)
    # Importing the package would read its metadata, which takes longer than loading the library.
    spec = find_spec(_WHEEL)
    for folder in (spec.submodule_search_locations or ()) if spec is not None else ():
        for path in sorted(Path(folder, "lib").glob("libscipy_openblas*")):
            return path
    raise TirError(f"there is no BLAS library: install {_WHEEL}, or name one in {_ENVIRONMENT}")


def library() -> ctypes.CDLL:
    """The loaded library; TirError where it cannot be loaded."""
    global _library  # noqa: PLW0603 - one library per process
    if _library is not None:
        return _library
    # Before the lock, as it waits for others that may wait for this library.
    jobs = _find_jobs() if _find_jobs is not None else None
    with _lock:
        if _library is None:
            path = library_path()
            try:
                _library = ctypes.CDLL(str(path))
            except OSError as error:
                raise TirError(f"the BLAS library {path} cannot be loaded: {error}") from error
            if _threads is not None:
                _apply_num_threads(_library, _threads)
            _apply_jobs(_library, jobs)
        return _library


def symbol_address(name: str) -> int | None:
    """The address of a symbol of the library, None where it has no such symbol."""
    if not name.startswith(PREFIX):
        return None
    try:
        function = getattr(library(), name)
    except AttributeError:
        return None
    return ctypes.cast(function, ctypes.c_void_p).value


def set_num_threads(count: int) -> None:
    """Sets how many threads the library uses, now if it is loaded, else when it will be.

    >>> set_num_threads(1)
    >>> get_num_threads()
    1
    """
    global _threads  # noqa: PLW0603 - one library per process
    if count < 1:
        raise ValueError("a thread count is at least 1")
    with _lock:
        if _library is not None and count != _threads:
            _apply_num_threads(_library, count)
        _threads = count


def share_threads(find_jobs: Callable[[], int | None]) -> None:
    """Has the library give its jobs to a function and not to threads of its own.

    `find_jobs` is called when the library is loaded, and gives the address of OpenBLAS's threads callback, or None.
    """
    global _find_jobs  # noqa: PLW0603 - one library per process
    _find_jobs = find_jobs
    if _library is not None:
        _apply_jobs(_library, find_jobs())


def use_own_threads() -> None:
    """Has the library use threads of its own again."""
    if _library is not None:
        _apply_jobs(_library, None)


def _apply_jobs(library: ctypes.CDLL, jobs: int | None) -> None:
    setter = getattr(library, f"{PREFIX}openblas_set_threads_callback_function", None)
    if setter is not None:
        setter(ctypes.c_void_p(jobs))


def _apply_num_threads(library: ctypes.CDLL, count: int) -> None:
    library[f"{PREFIX}openblas_set_num_threads"](ctypes.c_int(count))


def get_num_threads() -> int:
    """How many threads the library uses."""
    return int(library()[f"{PREFIX}openblas_get_num_threads"]())
