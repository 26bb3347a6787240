"""The BLAS library: found in its wheel, loaded with ctypes, its symbols given to compiled code.

It has one thread, the one that calls it: `native/products.ll` shares out products to the threads of loops. Nobody else
is affected, as NumPy and SciPy bring libraries of their own.
"""

from __future__ import annotations

import ctypes
import os
from importlib.util import find_spec
from pathlib import Path

from tir.support.errors import TirError

from .llvm_lock import LLVM_LOCK

PREFIX = "scipy_"
_WHEEL = "scipy_openblas32"
_ENVIRONMENT = "TIR_BLAS_LIBRARY"

_library: ctypes.CDLL | None = None


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
    with LLVM_LOCK:
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
