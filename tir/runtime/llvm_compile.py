"""LLVM assembly to machine code of this CPU, several modules side by side.

Each module has a context, and a code generator, of its own.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from time import perf_counter
from typing import Any

from tir.support.errors import TirError
from tir.support.timing import measured

from .llvm_host import Host, get_host
from .llvm_lock import LLVM_LOCK
from .llvm_passes import DEFAULT_LEVEL, level_of, pass_builder, pass_manager, run_passes
from .side_by_side import SideBySide
from .thread_count import num_threads

START = "llvm-start"
_PARSE, _OPTIMIZE, _CODEGEN = "llvm-parse", "llvm-optimize", "llvm-codegen"


def compile_to_object(text: str, level: int = DEFAULT_LEVEL) -> bytes:
    """Object code for this CPU: an ELF file. TirError where LLVM does not accept the assembly."""
    with compiling_to_objects(level) as objects:
        objects.add(text)
        return objects.code()


@contextmanager
def compiling_to_objects(
    level: int, timings: dict[str, float] | None = None
) -> Iterator[ObjectFiles]:
    """Modules become object code in this block, in other threads while this one makes more of them.

    `timings` collects the seconds of LLVM's start, and of the steps of its work: each has its share of the time that
    this thread cannot do without.
    """
    with LLVM_LOCK:
        with measured(timings, START):
            host = get_host()
        # The threads of `work` end before what they work on is given back.
        with (
            ExitStack() as opened,
            SideBySide(_Compiler(host), num_threads()) as work,
        ):
            yield ObjectFiles(host, level, work, opened, timings)


class ObjectFiles:
    """The object files of several modules, in the making."""

    def __init__(
        self,
        host: Host,
        level: int,
        work: SideBySide[_Module, tuple[bytes, dict[str, float]]],
        opened: ExitStack,
        timings: dict[str, float] | None,
    ) -> None:
        self._host = host
        self._level = level
        self._work = work
        self._opened = opened
        self._timings = timings

    def add(self, text: str, cold: bool = False) -> None:
        """The next module; one that hardly runs is compiled fast instead of well.

        TirError where LLVM does not accept the assembly. All short steps are done here: each takes Python's lock, for which
        another thread would have to wait.
        """
        llvm, level = self._host.llvm, level_of(self._level, cold)
        machine = self._host.machine(level.codegen)
        with measured(self._timings, _PARSE):
            context = self._opened.enter_context(llvm.create_context())
            module = self._opened.enter_context(_parse(self._host, text, machine, context))
        builder = pass_builder(llvm, machine, level)
        manager = self._opened.enter_context(pass_manager(llvm, builder))
        self._work.add(_Module(module, machine, builder, manager))

    def code(self) -> bytes:
        """The files, one after the other."""
        start = perf_counter()
        done = self._work.results()
        passed = perf_counter() - start
        if self._timings is not None:
            spent = sum(sum(steps.values()) for _, steps in done)
            for _, steps in done:
                for name, seconds in steps.items():
                    share = seconds / spent * passed
                    self._timings[name] = self._timings.get(name, 0.0) + share
        return b"".join(code for code, _ in done)


@dataclass(frozen=True)
class _Module:
    """A module of LLVM's, and what optimizes and compiles it, and nothing else."""

    module: Any
    machine: Any
    builder: Any
    manager: Any


@dataclass(frozen=True)
class _Compiler:
    """Compiles a module: the object file, and the seconds of each step."""

    host: Host

    def __call__(self, source: _Module) -> tuple[bytes, dict[str, float]]:
        steps: dict[str, float] = {}
        with measured(steps, _OPTIMIZE):
            self.host.unlocked.run_passes(source.manager, source.module, source.builder)
        with measured(steps, _CODEGEN):
            code = self.host.unlocked.emit_object(source.machine, source.module)
        return code, steps


def optimized_ir(text: str, level: int = DEFAULT_LEVEL) -> str:
    """LLVM assembly after LLVM's own passes at an optimization level of 0 to 3."""
    with LLVM_LOCK, _optimized(text, level) as (module, _):
        return str(module)


def assembly(text: str, level: int = DEFAULT_LEVEL) -> str:
    """The machine code of LLVM assembly, as this CPU's assembly language."""
    with LLVM_LOCK, _optimized(text, level) as (module, machine):
        return machine.emit_assembly(module)


@contextmanager
def _optimized(text: str, number: int) -> Iterator[tuple[Any, Any]]:
    """A module, optimized, and its code generator."""
    host, level = get_host(), level_of(number)
    machine = host.machine(level.codegen)
    with (
        host.llvm.create_context() as context,
        _parse(host, text, machine, context) as module,
    ):
        run_passes(host.llvm, pass_builder(host.llvm, machine, level), module)
        yield module, machine


def _parse(host: Host, text: str, machine: Any, context: Any) -> Any:
    """A module, which the caller has to close before the context: LLVM crashes where garbage is collected in another order."""
    try:
        module = host.llvm.parse_assembly(text, context)
    except RuntimeError as error:
        raise TirError(f"LLVM rejects the assembly: {error}") from error
    try:
        module.verify()
    except RuntimeError as error:
        module.close()
        raise TirError(f"LLVM rejects the assembly: {error}") from error
    module.triple = machine.triple
    return module
