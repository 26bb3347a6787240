"""LLVM assembly to machine code of this CPU, and machine code to callable addresses.

llvmlite is imported when the first function is compiled. LLVM's objects are guarded by one lock, as its
context is shared.
"""

from __future__ import annotations

import ctypes
import itertools
import os
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from types import ModuleType
from typing import Any

from tir.support.errors import TirError
from tir.support.timing import measured

from .blas import symbol_address
from .elf import ObjectFile
from .linker import NeedsLinker, link
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
    cpu: str


_host: _Host | None = None
_jit: Any = None


def _get_host() -> _Host:
    """LLVM, initialized once; the caller holds the lock."""
    global _host  # noqa: PLW0603 - one LLVM per process
    if _host is None:
        import llvmlite.binding as llvm  # noqa: PLC0415 - takes long to import

        _keep_usable_after_forks(llvm)
        llvm.initialize_native_target()
        llvm.initialize_native_asmprinter()
        llvm.initialize_native_asmparser()
        cpu = llvm.get_host_cpu_name()
        machine = _create_machine(llvm, cpu)
        _host = _Host(llvm, machine, cpu)
    return _host


def _keep_usable_after_forks(llvm: ModuleType) -> None:
    """Let no process fork while a thread is within llvmlite, whose own lock a child would find held for good.

    Holding `LLVM_LOCK` around all that is compiled is not enough: LLVM's objects die when Python forgets them, which
    takes llvmlite's lock alone. The order of the two is that of everybody else.
    """
    lock = llvm.ffi.lib._lock

    def acquire() -> None:
        LLVM_LOCK.acquire()
        lock.__enter__()

    def release() -> None:
        lock.__exit__(None, None, None)
        LLVM_LOCK.release()

    os.register_at_fork(before=acquire, after_in_parent=release, after_in_child=release)


def _get_jit(host: _Host) -> Any:
    """LLVM's linker, for what the linker of our own leaves to it; the caller holds the lock."""
    global _jit  # noqa: PLW0603 - one LLVM per process
    if _jit is None:
        machine = _create_machine(host.llvm, host.cpu)
        _jit = host.llvm.create_lljit_compiler(machine, suppress_errors=True)
    return _jit


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


def compile_to_object(text: str, level: int = 3, timings: dict[str, float] | None = None) -> bytes:
    """Object code for this CPU. TirError where LLVM does not accept the assembly.

    `timings` collects the seconds of LLVM's start, and of the steps of its work.
    """
    with LLVM_LOCK:
        with measured(timings, "llvm-start"):
            host = _get_host()
        with measured(timings, "llvm-parse"):
            module = _parse(host, text)
        with measured(timings, "llvm-optimize"):
            _optimize(host, module, level)
        with measured(timings, "llvm-codegen"):
            return host.machine.emit_object(module)


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

    LinkError where it needs a symbol that neither `add_symbol` and `provide_symbols`, nor the BLAS library, nor the
    process has.
    """
    exports = tuple(exports)
    file = ObjectFile(data)
    found = {name: _resolve(name) for name in file.undefined()}
    missing = sorted(name for name, address in found.items() if address is None)
    if missing:
        raise LinkError(f"undefined symbols in compiled code: {', '.join(missing)}")
    outside = {name: address for name, address in found.items() if address is not None}
    try:
        return LoadedObject(link(file, outside, exports), exports)
    except NeedsLinker:
        return LoadedObject(_link_with_llvm(data, outside, exports), exports)
    except KeyError as error:
        raise LinkError(f"compiled code does not define {error}") from None


def _link_with_llvm(data: bytes, outside: dict[str, int], exports: tuple[str, ...]) -> Any:
    with LLVM_LOCK:
        host = _get_host()
        builder = host.llvm.JITLibraryBuilder()
        builder.add_object_img(data)
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
