"""The BLAS library: found in its wheel, loaded with ctypes, its symbols given to compiled code.

It has one thread, the one that calls it: `native/products.ll` shares out products to the threads of loops. Nobody else
is affected, as NumPy and SciPy bring libraries of their own.
"""

from __future__ import annotations

import ctypes
import os
import threading
from pathlib import Path

from tir.support.errors import TirError

PREFIX = "scipy_"
_ENVIRONMENT = "TIR_BLAS_LIBRARY"
_lock = threading.Lock()
_library: ctypes.CDLL | None = None


def library_path() -> Path:
    """The shared library: what `TIR_BLAS_LIBRARY` names, else that of the scipy-openblas32 wheel."""
    named = os.environ.get(_ENVIRONMENT)
    if named:
        return Path(named)
    import scipy_openblas32  # pyright: ignore[reportMissingImports] # noqa: PLC0415 - start-up time

    return Path(scipy_openblas32.get_lib_dir()) / scipy_openblas32.get_library(fullname=True)


def library() -> ctypes.CDLL:
    """The loaded library; TirError where it cannot be loaded."""
    global _library  # noqa: PLW0603 - one library per process
    if _library is not None:
        return _library
    with _lock:
        if _library is None:
            path = library_path()
            try:
                library = ctypes.CDLL(str(path))
            except OSError as error:
                raise TirError(f"the BLAS library {path} cannot be loaded: {error}") from error
            library[f"{PREFIX}openblas_set_num_threads"](ctypes.c_int(1))
            _library = library
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
