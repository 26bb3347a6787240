"""Loads object code for x86-64 without LLVM, which takes longer to start than everything else that a cached function needs.

The sections of all files are copied into one piece of memory, so that they reach one another with 32 bits; calls of what
is outside go through stubs, which read the addresses in a table. Pages are writable or executable,
never both.

    code | stubs | constants, table of addresses | data
    r-x    r-x     r--                             rw-

Files that ask for anything else are left to LLVM's linker.
"""

from __future__ import annotations

import ctypes
import mmap
import struct
from collections.abc import Iterable, Mapping, Sequence
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


SectionId = tuple[int, int]
"""The numbers of a file and of a section in it."""
SymbolId = tuple[int, int]
"""The numbers of a file and of a symbol in its table."""
Target = SymbolId | str
"""What a relocation refers to: the definition in one of the files, or the name of what is outside."""


@dataclass
class _Layout:
    """Where everything goes, in bytes from the start of the memory."""

    places: dict[SectionId, int] = field(default_factory=dict)
    stubs: int = 0
    slots: int = 0
    code_end: int = 0
    constants_end: int = 0
    size: int = 0


def link(
    files: Sequence[ObjectFile], outside: Mapping[str, int], exports: Iterable[str]
) -> LoadedImage:
    """Load files; `outside` has the addresses of the symbols that none of them defines.

    KeyError for an exported name that no file defines, NeedsLinker for files that LLVM has to link.
    """
    for file in files:
        if file.machine != MACHINE_X86_64:
            raise NeedsLinker(f"machine {file.machine}")
    defined = _definitions(files)
    targets = [_targets(number, file, defined) for number, file in enumerate(files)]
    slots = _slot_numbers(files, targets)
    layout = _lay_out(files, len(slots))
    memory = mmap.mmap(-1, layout.size, mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
    base = ctypes.addressof(ctypes.c_char.from_buffer(memory))
    for (number, index), place in layout.places.items():
        section = files[number].sections[index]
        if section.kind != ZEROS:
            content = files[number].data[section.offset : section.offset + section.size]
            memory[place : place + section.size] = content
    addresses: dict[Target, int] = {**outside}
    for number, file in enumerate(files):
        for n, symbol in enumerate(file.symbols):
            place = layout.places.get((number, symbol.section))
            if place is not None:
                addresses[number, n] = base + place + symbol.value
    for target, number in slots.items():
        stub, slot = layout.stubs + number * _STUB_SIZE, layout.slots + number * _SLOT_SIZE
        memory[stub : stub + 2] = _JUMP_THROUGH_TABLE
        _INT32.pack_into(memory, stub + 2, slot - stub - 6)
        _UINT64.pack_into(memory, slot, addresses.get(target, 0))
    for number, file in enumerate(files):
        _relocate(number, file, layout, memory, base, slots, targets[number], addresses)
    _protect(base, 0, layout.code_end, _READ | _EXECUTE)
    _protect(base, layout.code_end, layout.constants_end, _READ)
    return LoadedImage(memory, {name: addresses[defined[name]] for name in exports})


def _definitions(files: Sequence[ObjectFile]) -> dict[str, SymbolId]:
    """Where the symbols are defined that all files may refer to."""
    defined: dict[str, SymbolId] = {}
    for number, file in enumerate(files):
        for n, symbol in enumerate(file.symbols):
            if symbol.is_global and symbol.section != UNDEFINED:
                if symbol.name in defined:
                    raise NeedsLinker(f"two definitions of {symbol.name}")
                defined[symbol.name] = (number, n)
    return defined


def _targets(number: int, file: ObjectFile, defined: Mapping[str, SymbolId]) -> list[Target]:
    """What each entry of a file's symbol table refers to."""
    return [
        defined.get(symbol.name, symbol.name) if symbol.section == UNDEFINED else (number, n)
        for n, symbol in enumerate(file.symbols)
    ]


def _lay_out(files: Sequence[ObjectFile], count: int) -> _Layout:
    layout = _Layout()
    code: list[SectionId] = []
    constants: list[SectionId] = []
    data: list[SectionId] = []
    for number, file in enumerate(files):
        for index, section in enumerate(file.sections):
            if not section.flags & ALLOCATED or section.kind == _UNWIND:
                continue
            if section.flags & THREAD_LOCAL or section.kind not in (PROGRAM_DATA, ZEROS):
                raise NeedsLinker(f"section of kind {section.kind} and flags {section.flags:#x}")
            if section.alignment > mmap.PAGESIZE:
                raise NeedsLinker(f"alignment {section.alignment}")
            if section.flags & EXECUTABLE:
                code.append((number, index))
            else:
                (data if section.flags & WRITABLE else constants).append((number, index))
    end = _place(files, code, 0, layout)
    layout.stubs = _round_up(end, _STUB_SIZE)
    layout.code_end = _round_up(layout.stubs + count * _STUB_SIZE, mmap.PAGESIZE)
    end = _place(files, constants, layout.code_end, layout)
    layout.slots = _round_up(end, _SLOT_SIZE)
    layout.constants_end = _round_up(layout.slots + count * _SLOT_SIZE, mmap.PAGESIZE)
    end = _place(files, data, layout.constants_end, layout)
    layout.size = max(_round_up(end, mmap.PAGESIZE), mmap.PAGESIZE)
    if layout.size > _FARTHEST:
        raise NeedsLinker("too large for offsets of 32 bits")
    return layout


def _place(
    files: Sequence[ObjectFile], sections: Iterable[SectionId], start: int, layout: _Layout
) -> int:
    for number, index in sections:
        section = files[number].sections[index]
        start = _round_up(start, max(section.alignment, 1))
        layout.places[number, index] = start
        start += section.size
    return start


def _round_up(value: int, unit: int) -> int:
    return -(-value // unit) * unit


def _slot_numbers(
    files: Sequence[ObjectFile], targets: Sequence[Sequence[Target]]
) -> dict[Target, int]:
    """What has an entry in the table of addresses, and a stub -> the number of that entry."""
    found: list[Target] = []
    for file, targets_of_file in zip(files, targets, strict=True):
        found += [target for target in targets_of_file if isinstance(target, str)]
        for section in file.sections:
            if section.kind == RELOCATIONS:
                found += [
                    targets_of_file[n]
                    for _, kind, n, _ in file.relocations(section)
                    if kind in _TABLE_RELATIVE_32
                ]
    return {target: number for number, target in enumerate(dict.fromkeys(found))}


def _relocate(
    number_of_file: int,
    file: ObjectFile,
    layout: _Layout,
    memory: mmap.mmap,
    base: int,
    slots: Mapping[Target, int],
    targets: Sequence[Target],
    addresses: Mapping[Target, int],
) -> None:
    for section in file.sections:
        if section.kind == _GROUP:
            raise NeedsLinker("a group of sections")
        place = layout.places.get((number_of_file, section.info))
        if section.kind != RELOCATIONS or place is None:
            continue
        for offset, kind, number, addend in file.relocations(section):
            at = place + offset
            target = targets[number]
            address = addresses.get(target)
            if address is None:
                raise NeedsLinker(f"symbol {file.symbols[number].name}")
            inside = not isinstance(target, str)
            if kind in _RELATIVE_32 and inside:
                _INT32.pack_into(memory, at, address - base + addend - at)
            elif kind == _CALL_32:
                stub = layout.stubs + slots[target] * _STUB_SIZE
                _INT32.pack_into(memory, at, stub + addend - at)
            elif kind in _TABLE_RELATIVE_32:
                slot = layout.slots + slots[target] * _SLOT_SIZE
                _INT32.pack_into(memory, at, slot + addend - at)
            elif kind == _ABSOLUTE_64:
                _UINT64.pack_into(memory, at, address + addend)
            elif kind == _RELATIVE_64 and inside:
                _INT64.pack_into(memory, at, address - base + addend - at)
            else:
                raise NeedsLinker(f"relocation {kind} of {file.symbols[number].name}")


def _protect(base: int, start: int, end: int, rights: int) -> None:
    if end > start and _mprotect(base + start, end - start, rights):
        raise OSError(ctypes.get_errno(), "cannot change the rights of memory for compiled code")


_mprotect = ctypes.CDLL(None, use_errno=True).mprotect
_mprotect.argtypes = (ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int)
