"""A digest of everything that compiled code depends on: the program, the options, tir itself, and the machine."""

from __future__ import annotations

import hashlib
import os
import sys
from collections.abc import Iterator
from functools import cache
from importlib.util import find_spec
from pathlib import Path

import numpy as np
from xdsl.dialects.builtin import ArrayAttr, DenseIntOrFPElementsAttr, DictionaryAttr, ModuleOp
from xdsl.ir import Attribute, Operation, Region, SSAValue

from tir.support.machine import machine_description

_PACKAGE = Path(__file__).parent


def fingerprint(module: ModuleOp, *options: object) -> str:
    """A key that two programs share only if they compile to the same code on this machine.

    Locations and the names of values do not count; what a function does, the attributes of its arguments and all
    constants do. `options` are printed.
    """
    digest = hashlib.sha256(environment())
    digest.update(repr(options).encode())
    numbers: dict[SSAValue, int] = {}
    types: dict[Attribute, bytes] = {}
    _add_operation(digest, module, numbers, types)
    return digest.hexdigest()


def _add_operation(
    digest: hashlib._Hash,
    op: Operation,
    numbers: dict[SSAValue, int],
    types: dict[Attribute, bytes],
) -> None:
    digest.update(f"\n{op.name}({[numbers[v] for v in op.operands]}".encode())
    for name, attribute in sorted({**op.properties, **op.attributes}.items(), key=_name):
        digest.update(f" {name}=".encode())
        digest.update(_attribute_bytes(attribute, types))
    for result in op.results:
        numbers[result] = len(numbers)
        digest.update(b" ->" + _attribute_bytes(result.type, types))
    for region in op.regions:
        _add_region(digest, region, numbers, types)


def _name(item: tuple[str, Attribute]) -> str:
    return item[0]


def _add_region(
    digest: hashlib._Hash,
    region: Region,
    numbers: dict[SSAValue, int],
    types: dict[Attribute, bytes],
) -> None:
    for block in region.blocks:
        digest.update(b"{")
        for argument in block.args:
            numbers[argument] = len(numbers)
            digest.update(_attribute_bytes(argument.type, types) + b",")
        for op in block.ops:
            _add_operation(digest, op, numbers, types)
        digest.update(b"}")


def _attribute_bytes(attribute: Attribute, types: dict[Attribute, bytes]) -> bytes:
    if isinstance(attribute, DenseIntOrFPElementsAttr):
        # The text of a large constant would take longer than compiling.
        return str(attribute.type).encode() + attribute.data.data
    if isinstance(attribute, ArrayAttr):
        return b"[" + b",".join(_attribute_bytes(item, types) for item in attribute.data) + b"]"
    if isinstance(attribute, DictionaryAttr):
        # The attributes of an argument; its name is for readers.
        kept = {name: str(item) for name, item in attribute.data.items() if name != "tir.name"}
        return str(sorted(kept.items())).encode()
    known = types.get(attribute)
    if known is None:
        known = types[attribute] = str(attribute).encode()
    return known


@cache
def environment() -> bytes:
    """What does not change within a process: versions, tir's own sources, the CPU and its features."""
    sources = hashlib.sha256()
    for path, status in sorted(_sources(str(_PACKAGE))):
        sources.update(f"{path} {status}\n".encode())
    parts = (
        *(_installed(name) for name in ("llvmlite", "xdsl")),
        np.__version__,
        sys.version,
        machine_description(),
        sources.hexdigest(),
    )
    return "\n".join(parts).encode()


def _sources(folder: str) -> Iterator[tuple[str, str]]:
    """The sources below a folder, each with its size and time."""
    with os.scandir(folder) as entries:
        for entry in entries:
            if entry.is_dir():
                yield from _sources(entry.path)
            elif entry.name.endswith((".py", ".ll")):
                status = entry.stat()
                yield (
                    entry.path.removeprefix(str(_PACKAGE)),
                    f"{status.st_size} {status.st_mtime_ns}",
                )


def _installed(name: str) -> str:
    """Which version of a package is installed, without importing it or `importlib.metadata`, which takes longer."""
    spec = find_spec(name)
    if spec is None or spec.origin is None:
        return name
    status = os.stat(spec.origin)
    folder = Path(spec.origin).parent.parent
    versions = sorted(n for n in os.listdir(folder) if n.startswith(f"{name}-"))
    return f"{name} {versions} {status.st_size} {status.st_mtime_ns}"
