"""Makes xDSL read the assembly format of an operation when the first one is parsed or printed.

xDSL compiles the format of every operation while its class is made, which is much of what importing a dialect costs; a
process that compiles functions never prints or parses one. Importing this module does it, for all operation classes that
are made from then on; a mistake in a format then shows when it is first used.
"""

from __future__ import annotations

from typing import Any

from xdsl.irdl import operations

_get_accessors = operations.get_accessors_from_op_def


class _LazyFormat:
    """The assembly format of one operation."""

    __slots__ = ("_definition", "_program", "_text")

    def __init__(self, text: str, definition: operations.OpDef) -> None:
        self._text = text
        self._definition = definition
        self._program: Any = None

    def program(self) -> Any:
        """The `FormatProgram`, read now if it has not been."""
        if self._program is None:
            # Importing it loads xDSL's parser.
            from xdsl.irdl.declarative_assembly_format import FormatProgram  # noqa: PLC0415

            self._program = FormatProgram.from_str(self._text, self._definition)
        return self._program


def _accessors(op_def: operations.OpDef, custom_verify: Any) -> dict[str, Any]:
    text = op_def.assembly_format
    if text is None:
        return _get_accessors(op_def, custom_verify)
    op_def.assembly_format = None
    result = _get_accessors(op_def, custom_verify)
    op_def.assembly_format = text
    lazy = _LazyFormat(text, op_def)

    def parse(cls: type[operations.IRDLOperation], parser: Any) -> operations.IRDLOperation:
        return lazy.program().parse(parser, cls)

    def print_(self: operations.IRDLOperation, printer: Any) -> None:
        lazy.program().print(printer, self)

    return {**result, "parse": classmethod(parse), "print": print_}


operations.get_accessors_from_op_def = _accessors
