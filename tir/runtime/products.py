"""Matrix products: the functions of `native/strided_products.ll`, which compiled code calls; those of `native/products.ll` and
`native/long_sums.ll`, which share them out to threads; and those of `native/narrow_products.ll`, which do what BLAS is slow at."""

from __future__ import annotations

from tir.runtime import copies
from tir.runtime.cpu import add_symbol, provide_symbols
from tir.runtime.support import load_support

_SHARED = ("tir_shared_gemm", "tir_shared_gemv", "tir_copy_matrix")
_LONG_SUMS = ("tir_shared_dot", "tir_summed_gemv")
_NARROW = ("tir_narrow_gemm",)
_STRIDED = tuple(
    f"tir_{letter}{routine}"
    for letter in "sd"
    for routine in ("gemm", "gemm_onto", "gemv", "batch_gemm", "dot")
)


def bind_symbols() -> None:
    """Have the functions loaded, and BLAS with them, when compiled code first needs one."""
    copies.bind_symbols()
    provide_symbols(_SHARED, lambda: _provide("products", _SHARED))
    provide_symbols(_LONG_SUMS, lambda: _provide("long_sums", _LONG_SUMS))
    provide_symbols(_NARROW, lambda: _provide("narrow_products", _NARROW))
    provide_symbols(_STRIDED, lambda: _provide("strided_products", _STRIDED))


def _provide(module: str, functions: tuple[str, ...]) -> None:
    loaded = load_support(module, functions)
    for name in functions:
        add_symbol(name, loaded.address(name))
