"""LLVM assembly to machine code of this CPU, the parts of a large module side by side.

Each part has a context, and a code generator, of its own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from time import perf_counter
from typing import Any

from tir.support.errors import TirError
from tir.support.timing import measured

from .llvm_host import Host, Unlocked, get_host
from .llvm_lock import LLVM_LOCK
from .llvm_parts import Part, divided
from .llvm_passes import DEFAULT_LEVEL, Level, level_of, pass_builder, run_passes
from .side_by_side import side_by_side
from .thread_count import num_threads

START = "llvm-start"
_PARSE, _OPTIMIZE, _CODEGEN = "llvm-parse", "llvm-optimize", "llvm-codegen"


def compile_to_object(
    text: str, level: int = DEFAULT_LEVEL, timings: dict[str, float] | None = None
) -> bytes:
    """Object code for this CPU: one ELF file or several, one after the other.

    TirError where LLVM does not accept the assembly. `timings` collects the seconds of LLVM's start, and of the steps of
    its work: where parts are compiled side by side, each step has its share of the time that passes.
    """
    with LLVM_LOCK:
        with measured(timings, START):
            host = get_host()
        unlocked = Unlocked(host)
        start = perf_counter()
        done = side_by_side(
            lambda part: _compile(host, unlocked, part, level), divided(text), num_threads()
        )
        passed = perf_counter() - start
    if timings is not None:
        spent = sum(sum(steps.values()) for _, steps in done)
        for _, steps in done:
            for name, seconds in steps.items():
                timings[name] = timings.get(name, 0.0) + seconds / spent * passed
    return b"".join(code for code, _ in done)


def _compile(
    host: Host, unlocked: Unlocked, part: Part, number: int
) -> tuple[bytes, dict[str, float]]:
    """The object file of a part, and the seconds of each step."""
    level = level_of(number, part.cold)
    steps: dict[str, float] = {}
    machine = host.machine(level.codegen)
    with host.llvm.create_context() as context:
        with measured(steps, _PARSE):
            module = _parse(host, part.text, machine, context)
        with module:
            with measured(steps, _OPTIMIZE):
                _optimize(host, module, machine, level, unlocked.run_passes)
            with measured(steps, _CODEGEN):
                code = unlocked.emit_object(machine, module)
    return code, steps


def optimized_ir(text: str, level: int = DEFAULT_LEVEL) -> str:
    """LLVM assembly after LLVM's own passes at an optimization level of 0 to 3."""
    with LLVM_LOCK, _optimized(text, level) as parts:
        (first, _), *others = parts
        for other, _ in others:
            first.link_in(other)
        return str(first)


def assembly(text: str, level: int = DEFAULT_LEVEL) -> str:
    """The machine code of LLVM assembly, as this CPU's assembly language."""
    with LLVM_LOCK, _optimized(text, level) as parts:
        return "".join(machine.emit_assembly(module) for module, machine in parts)


@contextmanager
def _optimized(text: str, number: int) -> Iterator[list[tuple[Any, Any]]]:
    """The modules of the parts of a text, optimized, in one context, each with its code generator."""
    host = get_host()
    with ExitStack() as opened:
        context = opened.enter_context(host.llvm.create_context())
        result: list[tuple[Any, Any]] = []
        for part in divided(text):
            level = level_of(number, part.cold)
            machine = host.machine(level.codegen)
            module = opened.enter_context(_parse(host, part.text, machine, context))
            _optimize(host, module, machine, level)
            result.append((module, machine))
        yield result


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


def _optimize(
    host: Host,
    module: Any,
    machine: Any,
    level: Level,
    run: Callable[[Any, Any, Any], None] | None = None,
) -> None:
    run_passes(host.llvm, pass_builder(host.llvm, machine, level), module, run)
