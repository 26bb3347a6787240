"""The undefined symbols of an ELF object file, read before linking: LLVM's linker may abort on them."""

from __future__ import annotations

import struct

from tir.support.errors import UnsupportedError

_MAGIC = b"\x7fELF"
_CLASS_64 = 2
_LITTLE_ENDIAN = 1
_SYMBOL_TABLE = 2
_LINKERS_OWN = "_GLOBAL_OFFSET_TABLE_"
_HEADER = struct.Struct("<16xHHIQQQIHHHHHH")
_SECTION = struct.Struct("<IIQQQQIIQQ")
_SYMBOL = struct.Struct("<IBBHQQ")


def undefined_symbols(data: bytes) -> list[str]:
    """The names that a 64-bit little-endian object file needs from elsewhere, in their order.

    UnsupportedError for any other format.
    """
    if data[:4] != _MAGIC or data[4] != _CLASS_64 or data[5] != _LITTLE_ENDIAN:
        raise UnsupportedError("compiled code is not a 64-bit little-endian ELF object")
    header = _HEADER.unpack_from(data)
    offset, entry_size, count = header[5], header[10], header[11]
    sections = [_SECTION.unpack_from(data, offset + i * entry_size) for i in range(count)]
    names: list[str] = []
    for section in sections:
        if section[1] != _SYMBOL_TABLE:
            continue
        start, size, link = section[4], section[5], section[6]
        strings_at = sections[link][4]
        for position in range(start, start + size, _SYMBOL.size):
            name_at, _, _, index, _, _ = _SYMBOL.unpack_from(data, position)
            if index == 0 and name_at:
                first = strings_at + name_at
                name = data[first : data.index(b"\0", first)].decode()
                if name != _LINKERS_OWN:
                    names.append(name)
    return names
