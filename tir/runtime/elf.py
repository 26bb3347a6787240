"""Reads ELF object files: what LLVM makes, and what is loaded from the cache."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from tir.support.errors import UnsupportedError

MACHINE_X86_64 = 62

PROGRAM_DATA = 1
RELOCATIONS = 4
ZEROS = 8
"""Kinds of sections: bytes of the file, relocations with addends, bytes that are 0."""

WRITABLE, ALLOCATED, EXECUTABLE, THREAD_LOCAL = 0x1, 0x2, 0x4, 0x400
"""Flags of sections."""

UNDEFINED = 0
"""Stands in place of a symbol's section."""

_MAGIC = b"\x7fELF"
_CLASS_64 = 2
_LITTLE_ENDIAN = 1
_SYMBOL_TABLE = 2
_GLOBAL = 1
_LINKERS_OWN = "_GLOBAL_OFFSET_TABLE_"
_HEADER = struct.Struct("<16xHHIQQQIHHHHHH")
_SECTION = struct.Struct("<IIQQQQIIQQ")
_SYMBOL = struct.Struct("<IBBHQQ")
_RELOCATION = struct.Struct("<QQq")


@dataclass(frozen=True, slots=True)
class Section:
    """A part of the file. `link` and `info` are numbers of other sections, depending on the kind."""

    kind: int
    flags: int
    offset: int
    size: int
    link: int
    info: int
    alignment: int


@dataclass(frozen=True, slots=True)
class Symbol:
    """A name and the place in a section that it stands for; the first of the table is none."""

    name: str
    section: int
    value: int
    is_global: bool
    """Whether other files may refer to it."""


class ObjectFile:
    """A 64-bit little-endian object file, with whatever follows it. UnsupportedError for any other format."""

    def __init__(self, data: bytes) -> None:
        if data[:4] != _MAGIC or data[4] != _CLASS_64 or data[5] != _LITTLE_ENDIAN:
            raise UnsupportedError("compiled code is not a 64-bit little-endian ELF object")
        header = _HEADER.unpack_from(data)
        self.machine: int = header[1]
        offset, size, count = header[5], header[10], header[11]
        self.sections: list[Section] = []
        for number in range(count):
            _, kind, flags, _, start, length, link, info, alignment, _ = _SECTION.unpack_from(
                data, offset + number * size
            )
            self.sections.append(Section(kind, flags, start, length, link, info, alignment))
        ends = [s.offset + s.size for s in self.sections if s.kind != ZEROS]
        self.data = data[: max([offset + count * size, *ends])]

    @cached_property
    def symbols(self) -> list[Symbol]:
        """The symbol table, in its order, which relocations refer to."""
        result: list[Symbol] = []
        for section in self.sections:
            if section.kind != _SYMBOL_TABLE:
                continue
            strings = self.sections[section.link].offset
            table = self.data[section.offset : section.offset + section.size]
            for name_at, info, _, index, value, _ in _SYMBOL.iter_unpack(table):
                first = strings + name_at
                name = self.data[first : self.data.index(b"\0", first)].decode()
                result.append(Symbol(name, index, value, info >> 4 == _GLOBAL))
        return result

    def relocations(self, section: Section) -> Iterator[tuple[int, int, int, int]]:
        """Offset, kind, number of the symbol and addend of each relocation in a section of them."""
        table = self.data[section.offset : section.offset + section.size]
        for offset, info, addend in _RELOCATION.iter_unpack(table):
            yield offset, info & 0xFFFFFFFF, info >> 32, addend

    def undefined(self) -> list[str]:
        """The names that the file needs from elsewhere, in their order: LLVM's linker may abort on unknown ones."""
        return [
            symbol.name
            for symbol in self.symbols
            if symbol.section == UNDEFINED and symbol.name not in ("", _LINKERS_OWN)
        ]

    def defined(self) -> list[str]:
        """The names that the file has for others, in their order."""
        return [s.name for s in self.symbols if s.is_global and s.section != UNDEFINED]


def object_files(data: bytes) -> list[ObjectFile]:
    """The files of object code that is one file or several, one after the other."""
    files = [ObjectFile(data)]
    end = len(files[0].data)
    while end < len(data):
        files.append(ObjectFile(data[end:]))
        end += len(files[-1].data)
    return files
