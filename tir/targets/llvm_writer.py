"""What the rows of instructions need of the printer of a function."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol

from xdsl.dialects import llvm
from xdsl.ir import Attribute, Block, Operation, SSAValue

from .llvm_metadata import Metadata


class Writer(Protocol):
    """What the rows need of the printer of a function."""

    metadata: Metadata

    def value(self, value: SSAValue) -> str:
        """The name of a value, or the constant that it is."""
        ...

    def typed(self, value: SSAValue) -> str:
        """A value after its type."""
        ...

    def type(self, type_: Attribute) -> str:
        """A type."""
        ...

    def label(self, block: Block) -> str:
        """A block as the target of a branch."""
        ...

    def line(self, text: str) -> None:
        """Adds an instruction."""
        ...

    def declare(self, name: str, output: str, inputs: list[str]) -> None:
        """Declares an intrinsic, once."""
        ...


Row = Callable[[Writer, Any], None]

_FLAG_ORDER = ("reassoc", "nnan", "ninf", "nsz", "arcp", "contract", "afn")
_fast_math_texts: dict[Attribute, str] = {}


def fast_math_text(op: Operation) -> str:
    """The flags of a float operation, each followed by a space; `fast` never stands for all."""
    flags = op.properties.get("fastmathFlags")
    if flags is None:
        return ""
    text = _fast_math_texts.get(flags)
    if text is None:
        assert isinstance(flags, llvm.FastMathAttr)
        names = {flag.value for flag in flags.data}
        text = "".join(f"{name} " for name in _FLAG_ORDER if name in names)
        _fast_math_texts[flags] = text
    return text
