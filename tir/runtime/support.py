"""Native functions that compiled code calls and that tir brings itself, as LLVM assembly in `native/`.

A module of them is compiled when code first needs it, and kept as Python keeps byte code: beside its source, for all
programs and users of this installation. Where nothing can be written there, it is kept in the user's own folder. These
are not entries of the cache of functions: no program is needed to make them again, and `tir-cache` leaves them alone.
Whoever keeps a module removes what nobody has used for longest of its older versions.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from functools import cache
from pathlib import Path

from tir.config import config
from tir.support.installed import installed
from tir.support.machine import machine_description

from .cache import Cache
from .cpu import LoadedObject, compile_to_object, load_object
from .llvm_lock import LLVM_LOCK

_FOLDER = Path(__file__).with_name("native")
_EXPANSION = Path(__file__).with_name("native_text.py")
_BESIDE_THE_SOURCES = "__pycache__"
_BESIDE_THE_CACHE = "native"
_OPT_LEVEL = 1
"""The assembly has no loop that vector instructions would make faster."""
_VERSIONS = 4
"""How many versions of a module are kept: machines of several kinds, or several installations, may share a folder."""
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
    ending = f"-{name}"
    key = hashlib.sha256(f"{_conditions()}\n{text}".encode()).hexdigest() + ending
    places = _places()
    for place in places:
        code = place.get(key)
        if code is not None:
            return code
    # Most processes find the code, and need not know what its text stands for.
    from .native_text import expanded  # noqa: PLC0415

    code = compile_to_object(expanded(text), _OPT_LEVEL)
    for place in places:
        if place.put(key, code):
            # A process that reads one of the files at this moment has it open, or compiles that version again.
            place.keep_latest(ending, _VERSIONS)
            break
    return code


@cache
def _conditions() -> str:
    """What the object code of every module depends on, beside its text."""
    parts = (
        str(_OPT_LEVEL),
        installed("llvmlite"),
        machine_description(),
        _EXPANSION.read_text(),
    )
    return "\n".join(parts)


def _places() -> list[Cache]:
    """Where object code of the modules may lie, the best place first."""
    places = [Cache(_FOLDER / _BESIDE_THE_SOURCES, for_all_users=True)]
    if config.cache:
        places.append(Cache(Path(config.cache_dir).expanduser() / _BESIDE_THE_CACHE))
    return places
