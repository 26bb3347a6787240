"""LLVM assembly to machine code of this CPU, and machine code to callable addresses.

llvmlite is imported when the first function is compiled. LLVM's objects are guarded by one lock, as its
context is shared.
"""

from __future__ import annotations

import ctypes
import itertools
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from types import ModuleType
from typing import Any

from tir.support.errors import TirError

from .blas import symbol_address
from .elf import undefined_symbols
from .llvm_lock import LLVM_LOCK
from .llvm_passes import run_passes

_names = itertools.count()
_symbols: dict[str, int] = {}
_providers: dict[str, Callable[[], None]] = {}


class LinkError(TirError):
    """Object code refers to a symbol that is nowhere to be found."""


@dataclass(frozen=True, slots=True)
class _Host:
    """LLVM made ready for this machine."""

    llvm: ModuleType
    machine: Any
    jit: Any
    cpu: str


_host: _Host | None = None


def _get_host() -> _Host:
    """LLVM, initialized once; the caller holds the lock."""
    global _host  # noqa: PLW0603 - one LLVM per process
    if _host is None:
        import llvmlite.binding as llvm  # noqa: PLC0415 - takes long to import

        llvm.initialize_native_target()
        llvm.initialize_native_asmprinter()
        llvm.initialize_native_asmparser()
        cpu = llvm.get_host_cpu_name()
        machine = _create_machine(llvm, cpu)
        jit = llvm.create_lljit_compiler(_create_machine(llvm, cpu), suppress_errors=True)
        _host = _Host(llvm, machine, jit, cpu)
    return _host


def _create_machine(llvm: ModuleType, cpu: str) -> Any:
    target = llvm.Target.from_default_triple()
    return target.create_target_machine(
        cpu=cpu,
        features=llvm.get_host_cpu_features().flatten(),
        opt=3,
        reloc="pic",
        codemodel="small",
    )


def host_cpu() -> str:
    """LLVM's name of this CPU and its features: what object code depends on."""
    with LLVM_LOCK:
        host = _get_host()
        return f"{host.cpu} {host.llvm.get_host_cpu_features().flatten()}"


def add_symbol(name: str, address: int) -> None:
    """Makes an address known to the code that is loaded later under a symbol name."""
    with LLVM_LOCK:
        _symbols[name] = address


def provide_symbols(names: Iterable[str], provide: Callable[[], None]) -> None:
    """Has `provide` called when loaded code first needs one of these symbols: it then calls `add_symbol` for all."""
    with LLVM_LOCK:
        _providers.update(dict.fromkeys(names, provide))


def _parse(host: _Host, text: str) -> Any:
    try:
        module = host.llvm.parse_assembly(text)
        module.verify()
    except RuntimeError as error:
        raise TirError(f"LLVM rejects the assembly: {error}") from error
    module.triple = host.machine.triple
    return module


def _optimize(host: _Host, module: Any, level: int) -> None:
    llvm = host.llvm
    options = llvm.create_pipeline_tuning_options(speed_level=level)
    options.loop_vectorization = level > 1
    options.slp_vectorization = level > 1
    options.loop_interleaving = level > 1
    options.loop_unrolling = level > 0
    builder = llvm.create_pass_builder(host.machine, options)
    run_passes(llvm, builder, module)


def _optimized(host: _Host, text: str, level: int) -> Any:
    module = _parse(host, text)
    _optimize(host, module, level)
    return module


def optimized_ir(text: str, level: int = 3) -> str:
    """LLVM assembly after LLVM's own passes at an optimization level of 0 to 3."""
    with LLVM_LOCK:
        return str(_optimized(_get_host(), text, level))


def assembly(text: str, level: int = 3) -> str:
    """The machine code of LLVM assembly, as this CPU's assembly language."""
    with LLVM_LOCK:
        host = _get_host()
        return host.machine.emit_assembly(_optimized(host, text, level))


def compile_to_object(text: str, level: int = 3) -> bytes:
    """Object code for this CPU. TirError where LLVM does not accept the assembly."""
    with LLVM_LOCK:
        host = _get_host()
        return host.machine.emit_object(_optimized(host, text, level))


class LoadedObject:
    """Object code in memory. Its addresses are valid for as long as it lives."""

    def __init__(self, tracker: Any, names: Iterable[str]):
        self._tracker = tracker
        self._names = frozenset(names)

    def address(self, name: str) -> int:
        """The address of an exported symbol; KeyError for any other name."""
        if name not in self._names:
            raise KeyError(name)
        return self._tracker[name]

    def function(self, name: str, result: Any, *arguments: Any) -> Callable[..., Any]:
        """A ctypes function, which keeps this object alive."""
        function = ctypes.CFUNCTYPE(result, *arguments)(self.address(name))
        function._loaded_object = self  # type: ignore[attr-defined]
        return function


def load_object(data: bytes, exports: Iterable[str] = ("main",)) -> LoadedObject:
    """Loads object code and gives access to its exported symbols.

    LinkError where it needs a symbol that neither `add_symbol` and `provide_symbols`, nor the BLAS library, nor the
    process has.
    """
    exports = tuple(exports)
    with LLVM_LOCK:
        host = _get_host()
        builder = host.llvm.JITLibraryBuilder()
        builder.add_object_img(data)
        missing: list[str] = []
        for name in undefined_symbols(data):
            address = _resolve(host, name)
            if address is None:
                missing.append(name)
            else:
                builder.import_symbol(name, address)
        if missing:
            raise LinkError(f"undefined symbols in compiled code: {', '.join(sorted(missing))}")
        for name in exports:
            builder.export_symbol(name)
        try:
            tracker = builder.link(host.jit, f"tir_{next(_names)}")
        except RuntimeError as error:
            raise LinkError(f"compiled code cannot be loaded: {error}") from error
        return LoadedObject(tracker, exports)


def _resolve(host: _Host, name: str) -> int | None:
    if name not in _symbols and name in _providers:
        _providers[name]()
    address = _symbols.get(name) or symbol_address(name)
    if address is None:
        address = host.llvm.address_of_symbol(name) or _process_symbol(name)
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
