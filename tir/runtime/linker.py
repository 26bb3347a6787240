"""Loads object code for x86-64 without LLVM, which takes longer to start than everything else that a cached function needs.

The sections of a file are copied into one piece of memory, so that they reach one another with 32 bits; calls of what
is outside go through stubs, which read the addresses in a table. Pages are writable or executable,
never both.

    code | stubs | constants, table of addresses | data
    r-x    r-x     r--                             rw-

A file that asks for anything else is left to LLVM's linker.
"""

from __future__ import annotations

import ctypes
import mmap
import struct
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from tir.runtime.elf import (
    ALLOCATED,
    EXECUTABLE,
    MACHINE_X86_64,
    PROGRAM_DATA,
    RELOCATIONS,
    THREAD_LOCAL,
    UNDEFINED,
    WRITABLE,
    ZEROS,
    ObjectFile,
    Section,
)

_UNWIND = 0x70000001
"""The kind of the section that holds unwind information: nothing unwinds compiled code."""
_GROUP = 17

# How the linked value is computed and stored, by the numbers of the x86-64 ABI.
_ABSOLUTE_64 = 1
_CALL_32 = 4  # of a function, which may be called through a stub
_RELATIVE_32 = (2, _CALL_32)
_TABLE_RELATIVE_32 = (9, 41, 42)  # of an entry in the table of addresses
_RELATIVE_64 = 24

_JUMP_THROUGH_TABLE = b"\xff\x25"
_STUB_SIZE = 8
_SLOT_SIZE = 8
_FARTHEST = 2**31 - 1
_READ, _EXECUTE = 1, 4
_INT32 = struct.Struct("<i")
_INT64 = struct.Struct("<q")
_UINT64 = struct.Struct("<Q")


class NeedsLinker(Exception):
    """The file asks for something that only LLVM's linker does."""


class LoadedImage:
    """Linked code in memory, and where its exported symbols are; the memory is given back with this object."""

    def __init__(self, memory: mmap.mmap, addresses: dict[str, int]) -> None:
        self._memory = memory
        self._addresses = addresses

    def __getitem__(self, name: str) -> int:
        """The address of an exported symbol; KeyError for any other."""
        return self._addresses[name]


@dataclass
class _Layout:
    """Where everything goes, in bytes from the start of the memory."""

    places: dict[int, int] = field(default_factory=dict)
    """Number of a section -> its place."""
    stubs: int = 0
    slots: int = 0
    code_end: int = 0
    constants_end: int = 0
    size: int = 0


def link(file: ObjectFile, outside: Mapping[str, int], exports: Iterable[str]) -> LoadedImage:
    """Load a file; `outside` has the addresses of its undefined symbols.

    KeyError for an exported name that the file does not define, NeedsLinker for a file that LLVM has to link.
    """
    if file.machine != MACHINE_X86_64:
        raise NeedsLinker(f"machine {file.machine}")
    slots = _slot_numbers(file)
    layout = _lay_out(file, len(slots))
    memory = mmap.mmap(-1, layout.size, mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
    base = ctypes.addressof(ctypes.c_char.from_buffer(memory))
    for number, place in layout.places.items():
        section = file.sections[number]
        if section.kind != ZEROS:
            memory[place : place + section.size] = file.data[
                section.offset : section.offset + section.size
            ]
    targets = {
        number: base + layout.places[symbol.section] + symbol.value
        if symbol.section in layout.places
        else outside.get(symbol.name)
        for number, symbol in enumerate(file.symbols)
    }
    for symbol, number in slots.items():
        stub, slot = layout.stubs + number * _STUB_SIZE, layout.slots + number * _SLOT_SIZE
        memory[stub : stub + 2] = _JUMP_THROUGH_TABLE
        _INT32.pack_into(memory, stub + 2, slot - stub - 6)
        _UINT64.pack_into(memory, slot, targets[symbol] or 0)
    _relocate(file, layout, memory, base, slots, targets)
    _protect(base, 0, layout.code_end, _READ | _EXECUTE)
    _protect(base, layout.code_end, layout.constants_end, _READ)
    defined = {s.name: s for s in file.symbols if s.section in layout.places}
    return LoadedImage(
        memory,
        {
            name: base + layout.places[defined[name].section] + defined[name].value
            for name in exports
        },
    )


def _lay_out(file: ObjectFile, count: int) -> _Layout:
    layout = _Layout()
    code: list[int] = []
    constants: list[int] = []
    data: list[int] = []
    for number, section in enumerate(file.sections):
        if not section.flags & ALLOCATED or section.kind == _UNWIND:
            continue
        if section.flags & THREAD_LOCAL or section.kind not in (PROGRAM_DATA, ZEROS):
            raise NeedsLinker(f"section of kind {section.kind} and flags {section.flags:#x}")
        if section.alignment > mmap.PAGESIZE:
            raise NeedsLinker(f"alignment {section.alignment}")
        if section.flags & EXECUTABLE:
            code.append(number)
        else:
            (data if section.flags & WRITABLE else constants).append(number)
    end = _place(file.sections, code, 0, layout)
    layout.stubs = _round_up(end, _STUB_SIZE)
    layout.code_end = _round_up(layout.stubs + count * _STUB_SIZE, mmap.PAGESIZE)
    end = _place(file.sections, constants, layout.code_end, layout)
    layout.slots = _round_up(end, _SLOT_SIZE)
    layout.constants_end = _round_up(layout.slots + count * _SLOT_SIZE, mmap.PAGESIZE)
    end = _place(file.sections, data, layout.constants_end, layout)
    layout.size = max(_round_up(end, mmap.PAGESIZE), mmap.PAGESIZE)
    if layout.size > _FARTHEST:
        raise NeedsLinker("too large for offsets of 32 bits")
    return layout


def _place(sections: list[Section], numbers: list[int], start: int, layout: _Layout) -> int:
    for number in numbers:
        start = _round_up(start, max(sections[number].alignment, 1))
        layout.places[number] = start
        start += sections[number].size
    return start


def _round_up(value: int, unit: int) -> int:
    return -(-value // unit) * unit


def _slot_numbers(file: ObjectFile) -> dict[int, int]:
    """Numbers of the symbols that have an entry in the table of addresses, and a stub -> the number of that entry."""
    found = [n for n, symbol in enumerate(file.symbols) if symbol.section == UNDEFINED]
    for section in file.sections:
        if section.kind == RELOCATIONS:
            found += [
                n for _, kind, n, _ in file.relocations(section) if kind in _TABLE_RELATIVE_32
            ]
    return {symbol: number for number, symbol in enumerate(dict.fromkeys(found))}


def _relocate(
    file: ObjectFile,
    layout: _Layout,
    memory: mmap.mmap,
    base: int,
    slots: Mapping[int, int],
    targets: Mapping[int, int | None],
) -> None:
    for section in file.sections:
        if section.kind == _GROUP:
            raise NeedsLinker("a group of sections")
        place = layout.places.get(section.info)
        if section.kind != RELOCATIONS or place is None:
            continue
        for offset, kind, number, addend in file.relocations(section):
            at = place + offset
            target = targets[number]
            if target is None:
                raise NeedsLinker(f"symbol {file.symbols[number].name}")
            inside = file.symbols[number].section != UNDEFINED
            if kind in _RELATIVE_32 and inside:
                _INT32.pack_into(memory, at, target - base + addend - at)
            elif kind == _CALL_32:
                stub = layout.stubs + slots[number] * _STUB_SIZE
                _INT32.pack_into(memory, at, stub + addend - at)
            elif kind in _TABLE_RELATIVE_32:
                slot = layout.slots + slots[number] * _SLOT_SIZE
                _INT32.pack_into(memory, at, slot + addend - at)
            elif kind == _ABSOLUTE_64:
                _UINT64.pack_into(memory, at, target + addend)
            elif kind == _RELATIVE_64 and inside:
                _INT64.pack_into(memory, at, target - base + addend - at)
            else:
                raise NeedsLinker(f"relocation {kind} of {file.symbols[number].name}")


def _protect(base: int, start: int, end: int, rights: int) -> None:
    if end > start and _mprotect(base + start, end - start, rights):
        raise OSError(ctypes.get_errno(), "cannot change the rights of memory for compiled code")


_mprotect = ctypes.CDLL(None, use_errno=True).mprotect
_mprotect.argtypes = (ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int)
