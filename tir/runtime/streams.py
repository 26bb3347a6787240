"""Stores past the cache: the functions of `native/stream.ll`, for compiled code."""

from __future__ import annotations

from tir.runtime.cpu import add_symbol, provide_symbols
from tir.runtime.support import load_support

_FUNCTIONS = ("tir_stream_copy", "tir_stream_fence")


def bind_symbols() -> None:
    """Have the functions loaded when compiled code first needs one."""
    provide_symbols(_FUNCTIONS, _provide)


def _provide() -> None:
    loaded = load_support("stream", _FUNCTIONS)
    for name in _FUNCTIONS:
        add_symbol(name, loaded.address(name))
