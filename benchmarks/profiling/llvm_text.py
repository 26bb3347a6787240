"""LLVM assembly as lines: which function and which block each belongs to. No more of the language is understood."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

_DEFINE = re.compile(r'define\b[^@]*@"?([\w.$-]+)"?\(')
_LABEL = re.compile(r'"?([\w.$-]+)"?:(\s*;.*)?$')
_PHI = re.compile(r"\s*%\S+ = phi ")
_NAME = re.compile(r'@"?([\w.$-]+)"?')
_CALL = re.compile(r'\bcall\b[^@]*@"?([\w.$-]+)"?\((.*)\)')
_LANES = re.compile(r"<(\d+) x (?:float|double|half)>")
_ARITHMETIC = re.compile(r"= (?:f(?:add|sub|mul|div|rem)) ")
_FLOPS_OF_INTRINSIC = {
    "fma": 2,
    "fmuladd": 2,
    "sqrt": 1,
    "maximum": 1,
    "minimum": 1,
    "maxnum": 1,
    "minnum": 1,
    "rint": 1,
    "round": 1,
    "roundeven": 1,
    "floor": 1,
    "ceil": 1,
    "trunc": 1,
}
ENTRY = "entry"
"""The name given to a first block without a label."""


@dataclass
class Block:
    """A label and the lines below it."""

    label: str
    lines: list[str]

    @property
    def first_after_phis(self) -> int:
        """Where an instruction can be inserted."""
        return next((i for i, line in enumerate(self.lines) if not _PHI.match(line)), 0)

    @property
    def flops(self) -> int:
        """Additions, multiplications and the like, a vector's lanes each; a fused pair is two."""
        return sum(map(flops_of, self.lines))


@dataclass
class Function:
    """A function with its blocks; `text` gives it back."""

    name: str
    header: str
    blocks: list[Block]

    @property
    def text(self) -> str:
        """What it was read from."""
        lines = [self.header]
        for block in self.blocks:
            if block.label != ENTRY:
                lines.append(f'"{block.label}":')
            lines += block.lines
        return "\n".join([*lines, "}"])


def read(text: str) -> list[str | Function]:
    """A module as lines outside of functions, and functions."""
    result: list[str | Function] = []
    lines = iter(text.splitlines())
    for line in lines:
        match = _DEFINE.match(line)
        result.append(_read_function(match[1], line, lines) if match else line)
    return result


def write(parts: list[str | Function]) -> str:
    """The text of a module."""
    return "\n".join(part if isinstance(part, str) else part.text for part in parts) + "\n"


def functions(parts: list[str | Function]) -> list[Function]:
    """The functions that have a body."""
    return [part for part in parts if isinstance(part, Function)]


def _read_function(name: str, header: str, lines: Iterator[str]) -> Function:
    blocks = [Block(ENTRY, [])]
    for line in lines:
        if line.startswith("}"):
            break
        label = _LABEL.match(line)
        if label:
            blocks.append(Block(label[1], []))
        elif line.strip():
            blocks[-1].lines.append(line)
    return Function(name, header, [block for block in blocks if block.lines])


def callee(line: str) -> tuple[str, str] | None:
    """The function that a line calls directly, and the text of the arguments."""
    match = _CALL.search(line)
    return (match[1], match[2]) if match else None


def mentioned(line: str) -> list[str]:
    """The global names in a line."""
    return _NAME.findall(line)


def flops_of(line: str) -> int:
    """The floating-point operations of one instruction."""
    lanes = _LANES.search(line)
    count = int(lanes[1]) if lanes else 1
    if _ARITHMETIC.search(line):
        return count
    called = callee(line)
    if called and called[0].startswith("llvm."):
        return count * _FLOPS_OF_INTRINSIC.get(called[0].split(".")[1], 0)
    return 0
