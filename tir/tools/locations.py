"""Where in a file an operation stands: recorded when it is parsed, reported when it does not verify."""

from __future__ import annotations

from bisect import bisect_right

from xdsl.context import Context
from xdsl.dialects.builtin import FileLineColLoc, IntAttr, ModuleOp, StringAttr, UnknownLoc
from xdsl.ir import Operation
from xdsl.parser import Parser
from xdsl.utils.exceptions import DiagnosticException, VerifyException


class LocatingParser(Parser):
    """xDSL's parser; operations without a location of their own get their line and column."""

    def __init__(self, context: Context, text: str, name: str) -> None:
        super().__init__(context, text, name)
        self._name = StringAttr(name)
        self._line_starts = [0, *(i + 1 for i, c in enumerate(text) if c == "\n")]

    def parse_operation(self) -> Operation:
        position = self.pos
        op = super().parse_operation()
        if isinstance(op.location, UnknownLoc):
            line = bisect_right(self._line_starts, position)
            column = position - self._line_starts[line - 1] + 1
            op.location = FileLineColLoc(self._name, IntAttr(line), IntAttr(column))
        return op


def first_invalid(module: ModuleOp) -> Operation | None:
    """The first operation of a module that does not verify."""
    for op in module.walk():
        try:
            op.verify(verify_nested_ops=False)
        except (VerifyException, DiagnosticException, ValueError):
            return op
    return None


def location_text(op: Operation) -> str:
    """`file:line:column: `, or nothing if the operation has no location."""
    location = op.location
    if not isinstance(location, FileLineColLoc):
        return ""
    return f"{location.filename.data}:{location.line.data}:{location.column.data}: "
