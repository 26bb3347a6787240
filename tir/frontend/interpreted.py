"""Runs a function with NumPy, operation by operation: the mode FAST_COMPILE."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from tir.frontend.call_errors import describe_failure
from tir.frontend.layout_variants import Layouts
from tir.frontend.program import Program
from tir.graph.variable import Variable
from tir.support.arrays import canonical_array
from tir.support.errors import UnsupportedError

if TYPE_CHECKING:
    from xdsl.dialects.builtin import ModuleOp

Array = np.ndarray[Any, Any]


class InterpretedProgram:
    """A program as a callable of canonical arrays, one for each input.

    As compiled code does, it returns new arrays and stores updates when all else has succeeded.
    """

    def __init__(self, program: Program) -> None:
        self.program = program
        self.module: ModuleOp = program.computation.emit()
        self.result_variables: list[Variable] = [*program.results, *program.updates.values()]

    def entry(self, convert: Callable[..., Any], defaults: Sequence[Any]) -> Callable[..., Any]:
        """What a call of the function goes to first."""
        return convert

    def peak_memory(self) -> int:
        """Not known: NumPy allocates for each operation."""
        raise UnsupportedError("an interpreted function does not know how much memory it uses")

    def ir(self, stage: str, layouts: Layouts | None = None) -> str:
        """The text of the module; `ValueError` for any stage but "tir", and for variants, of which there are none."""
        if stage != "tir":
            raise ValueError(f"an interpreted function has the stage 'tir' only, not {stage!r}")
        if layouts is not None:
            raise ValueError("an interpreted function has no variants")
        return str(self.module)

    def variants(self) -> list[Layouts]:
        """None: NumPy takes all layouts."""
        return []

    def timings(self) -> dict[str, float]:
        """Nothing: no pass runs."""
        return {}

    def __call__(self, *arrays: Array) -> Any:
        program = self.program
        values = [*arrays, *(v.container.storage[0] for v in program.shared)]
        results = self._interpret(values)
        if isinstance(results, Exception):
            try:
                raise results
            finally:
                # A frame that holds its own error is freed late, and the arrays with it.
                del results
        owned = own_arrays(results, self.result_variables, values)
        outputs = owned[: len(program.results)]
        for variable, value in zip(program.updates, owned[len(program.results) :], strict=True):
            variable.container.storage[0] = value
        packing = program.outputs.packing
        if packing == "none":
            return None
        return outputs[0] if packing == "array" else outputs

    def _interpret(self, values: Sequence[Array]) -> list[Array] | Exception:
        """The results, or the error to raise: raised here, it would carry the failed operation's arrays."""
        # Comes with the first function that is compiled.
        from tir.interpreter import OperationFailure, interpret  # noqa: PLC0415

        try:
            return interpret(self.module, values)
        except OperationFailure as failure:
            return describe_failure(failure)


def own_arrays(
    results: Iterable[Any], variables: Sequence[Variable], given: Iterable[Array]
) -> list[Array]:
    """The results as canonical arrays that share memory with nothing."""
    taken = {id(array) for array in given}
    owned: list[Array] = []
    for result, variable in zip(results, variables, strict=True):
        array = canonical_array(np.asarray(result), variable.type.dtype)
        if id(array) in taken or array.base is not None or not array.flags.writeable:
            array = np.array(array, order="C", copy=True)
        taken.add(id(array))
        owned.append(array)
    return owned
