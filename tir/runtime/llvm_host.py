"""LLVM made ready for this machine."""

from __future__ import annotations

import ctypes
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from types import ModuleType
from typing import Any

from .llvm_lock import LLVM_LOCK
from .side_by_side import starts

_host: Host | None = None


@dataclass(frozen=True, slots=True)
class Host:
    """LLVM, and what it knows of this machine."""

    llvm: ModuleType
    target: Any
    cpu: str
    features: str
    unlocked: Unlocked

    def machine(self, codegen: int) -> Any:
        """A code generator of a level from 0 (fast) to 3, for one thread at a time."""
        return self.target.create_target_machine(
            cpu=self.cpu, features=self.features, opt=codegen, reloc="pic", codemodel="small"
        )


def get_host() -> Host:
    """LLVM, initialized once; the caller holds the lock."""
    global _host  # noqa: PLW0603 - one LLVM per process
    if _host is None:
        import llvmlite.binding as llvm  # noqa: PLC0415 - takes long to import

        _keep_usable_after_forks(llvm)
        llvm.initialize_native_target()
        llvm.initialize_native_asmprinter()
        target = llvm.Target.from_default_triple()
        features = llvm.get_host_cpu_features().flatten()
        _host = Host(llvm, target, llvm.get_host_cpu_name(), features, Unlocked(llvm))
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


@contextmanager
def starting_meanwhile() -> Iterator[None]:
    """Has LLVM start in a thread of its own during the block: loading its library takes long, and does not need Python.

    The caller holds the lock, for the thread as well: it is gone when the block ends.
    """
    starter = threading.Thread(target=_start)
    if _host is not None or not starts(starter):
        yield
        return
    try:
        yield
    finally:
        starter.join()


def _start() -> None:
    # Who needs LLVM tries again, and sees the error.
    with suppress(Exception):
        get_host()


class Unlocked:
    """LLVM's long steps without the lock of llvmlite, which lets one thread at a time into LLVM.

    LLVM itself allows for threads that share no context and no code generator.
    """

    def __init__(self, llvm: ModuleType) -> None:
        name = llvm.ffi.lib._name
        library = ctypes.CDLL(name)
        # What takes no time keeps Python's lock: a thread that gave it away would wait for it long, beside one that runs passes.
        self._short: Any = ctypes.PyDLL(name)
        self._short.LLVMPY_GetBufferSize.argtypes = (ctypes.c_void_p,)
        self._short.LLVMPY_GetBufferSize.restype = ctypes.c_size_t
        self._short.LLVMPY_GetBufferStart.argtypes = (ctypes.c_void_p,)
        self._short.LLVMPY_GetBufferStart.restype = ctypes.c_void_p
        self._short.LLVMPY_DisposeMemoryBuffer.argtypes = (ctypes.c_void_p,)
        self._short.LLVMPY_DisposeString.argtypes = (ctypes.c_char_p,)
        self._run: Any = library.LLVMPY_RunNewModulePassManager
        self._run.argtypes = (ctypes.c_void_p,) * 3
        self._run.restype = None
        self._emit: Any = library.LLVMPY_TargetMachineEmitToMemory
        self._emit.argtypes = (
            ctypes.c_void_p,
            ctypes.c_void_p,
            ctypes.c_int,
            ctypes.POINTER(ctypes.c_char_p),
        )
        self._emit.restype = ctypes.c_void_p

    def run_passes(self, manager: Any, module: Any, builder: Any) -> None:
        """`manager.run(module, builder)` of llvmlite."""
        self._run(manager, module, builder)

    def emit_object(self, machine: Any, module: Any) -> bytes:
        """`machine.emit_object(module)` of llvmlite; RuntimeError as there."""
        message = ctypes.c_char_p(None)
        buffer = self._emit(machine, module, 1, ctypes.byref(message))
        short = self._short
        if not buffer:
            text = (message.value or b"").decode(errors="replace")
            short.LLVMPY_DisposeString(message)
            raise RuntimeError(text)
        try:
            return ctypes.string_at(
                short.LLVMPY_GetBufferStart(buffer), short.LLVMPY_GetBufferSize(buffer)
            )
        finally:
            short.LLVMPY_DisposeMemoryBuffer(buffer)
