"""Native functions that compiled code calls and that tir brings itself, as LLVM assembly in `native/`.

A module of them is compiled when code first needs it, and kept on disk like other code.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from pathlib import Path

from tir.config import config
from tir.support.machine import machine_description

from .cache import Cache
from .cpu import LoadedObject, compile_to_object, load_object
from .llvm_lock import LLVM_LOCK

_FOLDER = Path(__file__).with_name("native")
_OPT_LEVEL = 0
"""The assembly is written as it should run; passes would take longer than they gain."""
_loaded: dict[str, LoadedObject] = {}


def load_support(name: str, exports: Iterable[str]) -> LoadedObject:
    """The module `native/<name>.ll`, loaded once per process and never given up.

    `exports` are the functions and variables whose addresses the caller wants; all callers name the same. Code
    that refers to them by name needs `cpu.provide_symbols`, too.
    """
    with LLVM_LOCK:
        loaded = _loaded.get(name)
        if loaded is None:
            loaded = _loaded[name] = load_object(_object_code(name), exports)
        return loaded


def _object_code(name: str) -> bytes:
    text = (_FOLDER / f"{name}.ll").read_text()
    if not config.cache:
        return compile_to_object(text, _OPT_LEVEL)
    cache = Cache(Path(config.cache_dir).expanduser())
    key = hashlib.sha256(f"support\n{machine_description()}\n{text}".encode()).hexdigest()
    code = cache.get(key)
    if code is None:
        code = compile_to_object(text, _OPT_LEVEL)
        cache.put(key, code)
    return code
