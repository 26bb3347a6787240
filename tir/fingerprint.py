"""A digest of everything that compiled code depends on: the program, the options, tir itself, and the machine."""

from __future__ import annotations

import hashlib
import os
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import numpy as np
from xdsl.dialects.builtin import ArrayAttr, IntegerAttr, StringAttr, i1, i64
from xdsl.ir import Attribute

from tir.graph.computation import Computation
from tir.graph.dialect_op import DialectOp, dialect_op
from tir.graph.variable import Constant, Variable
from tir.support.installed import installed
from tir.support.machine import machine_description

_PACKAGE = Path(__file__).parent


def fingerprint(computation: Computation, *options: object) -> str:
    """A key that two computations share only if they compile to the same code on this machine.

    The lines that built the nodes and the names of variables do not count; what the nodes compute, in which order and
    from what, the types of arguments and all constants do. `options` are printed.
    """
    digest = hashlib.sha256(environment())
    digest.update(repr(options).encode())
    _Digester(digest).add(computation)
    return digest.hexdigest()


class _Digester:
    """Adds a graph to a digest. Variables are numbered as they are met, so that each is told by what computes it."""

    def __init__(self, digest: hashlib._Hash) -> None:
        self._digest = digest
        self._numbers: dict[Variable, int] = {}
        self._operations: dict[DialectOp, str] = {}

    def add(self, computation: Computation) -> None:
        """Everything but names and locations."""
        arguments = computation.arguments
        for variable in arguments:
            self._numbers[variable] = len(self._numbers)
            self._add(variable.type.dtype, variable.type.broadcastable)
        for node in computation.nodes():
            # What the inputs are decides the types of the outputs.
            operands = [self._number(variable) for variable in node.inputs]
            self._add(self._operation(dialect_op(node)), operands)
            for output in node.outputs:
                self._numbers[output] = len(self._numbers)
        results = [self._number(variable) for variable in computation.results]
        updated = [self._numbers[variable] for variable in computation.updates]
        self._add(len(computation.inputs), len(arguments), results, updated)
        self._add(computation.packing, computation.positional)
        self._add(list(computation.mutable), list(computation.strided))

    def _add(self, *values: object) -> None:
        self._digest.update(repr(values).encode())

    def _operation(self, op: DialectOp) -> str:
        known = self._operations.get(op)
        if known is None:
            properties = sorted((name, _plain(value)) for name, value in op.properties.items())
            known = self._operations[op] = f"{op.op_class.name}{properties}"
        return known

    def _number(self, variable: Variable) -> int:
        found = self._numbers.get(variable)
        if found is not None:
            return found
        if not isinstance(variable, Constant):
            raise ValueError(f"the variable {variable} is needed but is not an input")
        number = self._numbers[variable] = len(self._numbers)
        self._add(variable.type.dtype, variable.type.broadcastable, variable.data.shape)
        self._digest.update(variable.data.tobytes())
        return number


def _plain(attribute: Attribute) -> str:
    """A property as text that tells it from all others. Printing it by xDSL would import the printer."""
    if isinstance(attribute, ArrayAttr):
        return f"[{','.join(map(_plain, attribute.data))}]"
    if isinstance(attribute, StringAttr):
        return repr(attribute.data)
    if isinstance(attribute, IntegerAttr) and attribute.type in (i1, i64):
        return f"{attribute.value.data}:i{attribute.type.width.data}"
    return str(attribute)


@cache
def environment() -> bytes:
    """What does not change within a process: versions, tir's own sources, the CPU and its features."""
    sources = hashlib.sha256()
    for path, status in sorted(_sources(str(_PACKAGE))):
        sources.update(f"{path} {status}\n".encode())
    parts = (
        *(installed(name) for name in ("llvmlite", "xdsl")),
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
