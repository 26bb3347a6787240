"""Machine code of a program, bound to what a call of it needs."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from tir.frontend.call_errors import FailureReporter, NativeFailure
from tir.frontend.program import Program
from tir.support.arrays import Layout

if TYPE_CHECKING:
    from tir.compiler import Artifact


class CompiledVersion:
    """One version of a program: for inputs in C order, or for other layouts of them."""

    def __init__(
        self, program: Program, artifact: Artifact, name: str, layouts: Sequence[Layout | None] = ()
    ) -> None:
        # Imported when the first function is compiled.
        from tir.runtime.executable import Executable  # noqa: PLC0415

        self.artifact = artifact
        self._executable = Executable(artifact.object_code, name)
        self._cells = [variable.container.storage for variable in program.shared]
        self._report = FailureReporter(
            [NativeFailure(f.kind, f.message, f.location) for f in artifact.failures],
            program.computation.emit,
            program.inputs,
            program.shared,
            overwrites=bool(artifact.computation.mutable),
            layouts=layouts,
        )

    def entry(
        self, slow_path: Callable[..., Any], defaults: Sequence[Any] = ()
    ) -> Callable[..., Any]:
        """A native function that calls `slow_path` for arguments that are not as machine code needs them.

        `defaults` has an array or None for each input, if any input may be left out; else it is empty.
        """
        return self._executable.bind(slow_path, self._report, self._cells, defaults)

    def closed_entry(self) -> Callable[..., Any]:
        """A native function of arrays that are as machine code needs them."""
        return self.entry(_refuse)

    def peak_memory(self) -> int:
        """The most bytes that a call has allocated so far."""
        return self._executable.peak_memory()


def _refuse(*arguments: Any) -> Any:
    raise RuntimeError(
        "compiled code does not accept arrays that have been made for it: this is a bug in tir"
    )
