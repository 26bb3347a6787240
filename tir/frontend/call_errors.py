"""What a failed call reports: the operation, its inputs, and the user's line that built it."""

from __future__ import annotations

import builtins
import linecache
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from tir.config import config
from tir.frontend.inputs import In
from tir.frontend.shared import SharedVariable
from tir.graph.tensor_type import TensorType
from tir.support.arrays import Layout, inverse
from tir.support.source import SourceLocation

if TYPE_CHECKING:
    from xdsl.dialects.builtin import ModuleOp
    from xdsl.ir import SSAValue

    from tir.interpreter import OperationFailure

Array = np.ndarray[Any, Any]
_MOST_ELEMENTS_SHOWN = 5
_NOT_SHOWN = "'not shown'"
_BROADCAST_HINT = (
    "A dimension of size 1 broadcasts only if it is declared broadcastable when the expression is built: "
    "T.row, T.col, T.addbroadcast(x, axis), x.dimshuffle(0, 'x')."
)


@dataclass(frozen=True)
class NativeFailure:
    """What one status of compiled code means."""

    kind: str
    message: str
    location: SourceLocation | None


class FailureReporter:
    """Raises the error for a call that failed a check in compiled code.

    The program is run again by the interpreter, unoptimized and on the same arrays, to find the operation that fails and
    the values that it got. Nothing is changed by that. Where compiled code may have overwritten an input before it failed
    (`overwrites`), another operation may fail then: in that case compiled code tells what it knows itself. Where it got
    `x.transpose(order)` for an input (`layouts`), the user is told of `x`.
    """

    def __init__(
        self,
        failures: Sequence[NativeFailure],
        emit: Callable[[], ModuleOp],
        inputs: Sequence[In],
        shared: Sequence[SharedVariable],
        overwrites: bool = False,
        layouts: Sequence[Layout | None] = (),
    ) -> None:
        self.overwrites = overwrites
        self.failures = failures
        self.emit = emit
        self.types = [given.variable.type for given in inputs]
        self.shared_types = [variable.type for variable in shared]
        self.restored = {
            number: inverse(layout.order)
            for number, layout in enumerate(layouts)
            if layout is not None
        }

    def __call__(self, code: int, *values: Any) -> Any:
        """Raise the error of the status `code`, given the call's inputs and shared values."""
        # Made in a frame of its own, so that no frame holds both the error and the arrays.
        raise self._error(code, values)

    def _error(self, code: int, values: Sequence[Any]) -> Exception:
        # The interpreter belongs to the compiler, which `import tir` leaves out.
        from tir.interpreter import OperationFailure, interpret  # noqa: PLC0415

        arrays = [
            np.asarray(value, dtype=type_.dtype)
            for value, type_ in zip(values, [*self.types, *self.shared_types], strict=True)
        ]
        for number, order in self.restored.items():
            arrays[number] = arrays[number].transpose(order)
        try:
            interpret(self.emit(), arrays)
        except OperationFailure as failure:
            found = describe_failure(failure)
            native = self._native_error(code)
            return native if self.overwrites and type(found) is not type(native) else found
        return self._native_error(code)

    def _native_error(self, code: int) -> Exception:
        if not 0 < code <= len(self.failures):
            return RuntimeError(f"compiled code failed with the unknown status {code}")
        failure = self.failures[code - 1]
        return _make_error(failure.kind, failure.message + _backtrace(failure.location))


def describe_failure(failure: OperationFailure) -> Exception:
    """The error to raise for an operation that failed: of the same kind, with all that is known about it."""
    from tir.graph.emit import source_location  # noqa: PLC0415 - comes with the first compilation

    op = failure.op
    operands = ", ".join(_name(value) for value in op.operands)
    shown = [_show(array) for array in failure.arrays]
    lines = [
        str(failure.error),
        f"Apply node that caused the error: {op.name.removeprefix('tir.')}({operands})",
        f"Inputs types: [{', '.join(str(_type(value)) for value in op.operands)}]",
        f"Inputs shapes: {[array.shape for array in failure.arrays]}",
        f"Inputs strides: {[array.strides for array in failure.arrays]}",
        f"Inputs values: [{', '.join(shown)}]",
    ]
    text = "\n".join(lines) + _backtrace(source_location(op.location))
    kinds = type(failure.error).__mro__
    kind = next(k.__name__ for k in kinds if getattr(builtins, k.__name__, None) is k)
    return _make_error(kind, text + _hint(str(failure.error), _NOT_SHOWN in shown))


def _type(value: SSAValue) -> TensorType:
    return TensorType.from_ir(value.type)  # pyright: ignore[reportArgumentType]


def _name(value: SSAValue) -> str:
    if value.name_hint:
        return value.name_hint
    owner = getattr(value, "op", None)
    name = getattr(owner, "name", "")
    return (
        f"{name.removeprefix('tir.')}.{getattr(value, 'index', 0)}" if name else str(_type(value))
    )


def _show(array: Array) -> str:
    if array.size > _MOST_ELEMENTS_SHOWN and config.exception_verbosity != "high":
        return _NOT_SHOWN
    return repr(array)


def _backtrace(location: SourceLocation | None) -> str:
    if location is None:
        return ""
    source = linecache.getline(location.filename, location.line).strip()
    text = f"\n\nBacktrace when the node is created:\n  {location}"
    return text + (f"\n    {source}" if source else "")


def _hint(message: str, values_are_hidden: bool) -> str:
    hints = [_BROADCAST_HINT] if "mis-match" in message else []
    if values_are_hidden:
        hints.append("Set config.exception_verbosity = 'high' to see all values.")
    return "\n\nHINT: " + " ".join(hints) if hints else ""


def _make_error(kind: str, message: str) -> Exception:
    found = getattr(builtins, kind, None)
    if isinstance(found, type) and issubclass(found, Exception):
        return found(message)
    return RuntimeError(f"{kind}: {message}")
