"""Where in the user's own code something happened."""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass
from pathlib import Path

_PACKAGE = str(Path(__file__).parent.parent) + os.sep
_MAX_DEPTH = 100


@dataclass(frozen=True, slots=True)
class SourceLocation:
    """A line of a source file."""

    filename: str
    line: int
    function: str = ""

    def __str__(self) -> str:
        return f'File "{self.filename}", line {self.line}' + (
            f", in {self.function}" if self.function else ""
        )


def user_location() -> SourceLocation | None:
    """The innermost line on the call stack that is not tir's own."""
    frame = sys._getframe(1)
    for _ in range(_MAX_DEPTH):
        code = frame.f_code
        if not code.co_filename.startswith(_PACKAGE):
            return SourceLocation(code.co_filename, frame.f_lineno, code.co_name)
        if frame.f_back is None:
            return None
        frame = frame.f_back
    return None
