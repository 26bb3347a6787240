"""Runs a function as machine code."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from tir.config import config
from tir.frontend.call_errors import FailureReporter, NativeFailure
from tir.frontend.program import Program
from tir.support.garbage import collection_paused


class NativeProgram:
    """A program compiled to a native function of canonical arrays, one for each input."""

    def __init__(self, program: Program, optimize: bool, name: str) -> None:
        with collection_paused():
            # The compiler is imported when the first function is compiled.
            from tir.compiler import compile_computation  # noqa: PLC0415
            from tir.runtime.executable import Executable  # noqa: PLC0415
            from tir.runtime.pool import get_pool  # noqa: PLC0415

            computation = program.computation
            self._artifact = compile_computation(computation, optimize=optimize)
            self._executable = Executable(self._artifact.object_code, name)
            get_pool().set_limit(config.pool_limit)
        failures = [NativeFailure(f.kind, f.message, f.location) for f in self._artifact.failures]
        self._report = FailureReporter(
            failures, computation.emit, program.inputs, program.shared, bool(program.mutable)
        )
        self._cells = [variable.container.storage for variable in program.shared]
        self._run = self._executable.bind(_refuse, self._report, self._cells)

    def __call__(self, *arrays: Any) -> Any:
        return self._run(*arrays)

    def entry(self, convert: Callable[..., Any], defaults: Sequence[Any]) -> Callable[..., Any]:
        """A native function that calls `convert` for arguments that are not as machine code needs them.

        `defaults` has an array or None for each input, if any input may be left out; else it is empty.
        """
        return self._executable.bind(convert, self._report, self._cells, defaults)

    def peak_memory(self) -> int:
        """The most bytes that a call has allocated so far."""
        return self._executable.peak_memory()

    def ir(self, stage: str) -> str:
        """The text of the program at a stage of the compiler."""
        return self._artifact.ir(stage)

    def timings(self) -> dict[str, float]:
        """The seconds that the steps of the compiler took."""
        return dict(self._artifact.timings)


def _refuse(*arguments: Any) -> Any:
    raise RuntimeError(
        "compiled code does not accept arrays that have been made for it: this is a bug in tir"
    )
