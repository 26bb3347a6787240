"""Matrix products shared out to threads: the functions of `native/products.ll`, for compiled code."""

from __future__ import annotations

from tir.runtime.cpu import add_symbol, provide_symbols
from tir.runtime.support import load_support

_FUNCTIONS = ("tir_shared_gemm", "tir_shared_gemv")


def bind_symbols() -> None:
    """Have the functions loaded, and BLAS with them, when compiled code first needs one."""
    provide_symbols(_FUNCTIONS, _provide)


def _provide() -> None:
    loaded = load_support("products", _FUNCTIONS)
    for name in _FUNCTIONS:
        add_symbol(name, loaded.address(name))
