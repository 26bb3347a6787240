"""LLVM assembly to machine code of this CPU, and machine code to callable addresses."""

from __future__ import annotations

import ctypes
import itertools
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from tir.support.errors import TirError

from .blas import symbol_address
from .elf import ObjectFile, object_files
from .linker import NeedsLinker, link
from .llvm_compile import assembly, compile_to_object, compiling_to_objects, optimized_ir
from .llvm_host import Host, get_host
from .llvm_lock import LLVM_LOCK

__all__ = [
    "LinkError",
    "LoadedObject",
    "add_symbol",
    "assembly",
    "compile_to_object",
    "compiling_to_objects",
    "host_cpu",
    "load_object",
    "optimized_ir",
    "provide_symbols",
]

_names = itertools.count()
_symbols: dict[str, int] = {}
_providers: dict[str, Callable[[], None]] = {}
_jit: Any = None


class LinkError(TirError):
    """Object code refers to a symbol that is nowhere to be found."""


def host_cpu() -> str:
    """LLVM's name of this CPU and its features: what object code depends on."""
    with LLVM_LOCK:
        host = get_host()
        return f"{host.cpu} {host.features}"


def _get_jit(host: Host) -> Any:
    """LLVM's linker, for what the linker of our own leaves to it; the caller holds the lock."""
    global _jit  # noqa: PLW0603 - one LLVM per process
    if _jit is None:
        _jit = host.llvm.create_lljit_compiler(host.machine(codegen=3), suppress_errors=True)
    return _jit


def add_symbol(name: str, address: int) -> None:
    """Makes an address known to the code that is loaded later under a symbol name."""
    with LLVM_LOCK:
        _symbols[name] = address


def provide_symbols(names: Iterable[str], provide: Callable[[], None]) -> None:
    """Has `provide` called when loaded code first needs one of these symbols: it then calls `add_symbol` for all."""
    with LLVM_LOCK:
        _providers.update(dict.fromkeys(names, provide))


class LoadedObject:
    """Object code in memory. Its addresses are valid for as long as it lives."""

    def __init__(self, image: Any, names: Iterable[str]):
        self._image = image
        self._names = frozenset(names)

    def address(self, name: str) -> int:
        """The address of an exported symbol; KeyError for any other name."""
        if name not in self._names:
            raise KeyError(name)
        return self._image[name]

    def function(self, name: str, result: Any, *arguments: Any) -> Callable[..., Any]:
        """A ctypes function, which keeps this object alive."""
        function = ctypes.CFUNCTYPE(result, *arguments)(self.address(name))
        function._loaded_object = self  # type: ignore[attr-defined]
        return function


def load_object(data: bytes, exports: Iterable[str] = ("main",)) -> LoadedObject:
    """Loads object code and gives access to its exported symbols, without LLVM where the linker of our own can.

    `data` is one ELF file or several, one after the other, which may refer to one another. LinkError where they need a
    symbol that neither `add_symbol` and `provide_symbols`, nor the BLAS library, nor the process has.
    """
    exports = tuple(exports)
    files = object_files(data)
    outside = _outside(files)
    try:
        return LoadedObject(link(files, outside, exports), exports)
    except NeedsLinker:
        return LoadedObject(_link_with_llvm(files, outside, exports), exports)
    except KeyError as error:
        raise LinkError(f"compiled code does not define {error}") from None


def _outside(files: Sequence[ObjectFile]) -> dict[str, int]:
    """The addresses of what none of the files defines."""
    defined = {name for file in files for name in file.defined()}
    wanted = dict.fromkeys(n for file in files for n in file.undefined() if n not in defined)
    outside: dict[str, int] = {}
    missing: list[str] = []
    for name in wanted:
        address = _resolve(name)
        if address is None:
            missing.append(name)
        else:
            outside[name] = address
    if missing:
        raise LinkError(f"undefined symbols in compiled code: {', '.join(sorted(missing))}")
    return outside


def _link_with_llvm(
    files: Sequence[ObjectFile], outside: dict[str, int], exports: tuple[str, ...]
) -> Any:
    with LLVM_LOCK:
        host = get_host()
        builder = host.llvm.JITLibraryBuilder()
        for file in files:
            builder.add_object_img(file.data)
        for name, address in outside.items():
            builder.import_symbol(name, address)
        for name in exports:
            builder.export_symbol(name)
        try:
            return builder.link(_get_jit(host), f"tir_{next(_names)}")
        except RuntimeError as error:
            raise LinkError(f"compiled code cannot be loaded: {error}") from error


def _resolve(name: str) -> int | None:
    if name not in _symbols and name in _providers:
        _providers[name]()
    address = _symbols.get(name) or symbol_address(name) or _process_symbol(name)
    if address is not None:
        _symbols[name] = address
    return address


def _process_symbol(name: str) -> int | None:
    for library in (ctypes.pythonapi, ctypes.CDLL(None)):
        function = getattr(library, name, None)
        if function is not None:
            return ctypes.cast(function, ctypes.c_void_p).value
    return _math_symbol(name)


def _math_symbol(name: str) -> int | None:
    """A symbol of the C mathematical library, which LLVM may call for `fmod` and the like."""
    try:
        function = getattr(ctypes.CDLL("libm.so.6"), name, None)
    except OSError:
        return None
    return None if function is None else ctypes.cast(function, ctypes.c_void_p).value
