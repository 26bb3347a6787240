"""Imports go one way. Read from the source, so that imports inside functions count too."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent

LAYERS: dict[str, frozenset[str]] = {}
"""What each part of tir may import, beside itself."""


def _allow(parts: str, below: str) -> None:
    for part in parts.split():
        LAYERS[part] = frozenset(below.split()) | frozenset(
            lower for name in below.split() for lower in LAYERS[name]
        )


_allow("support config", "")
_allow("dialects", "support config")
_allow("graph", "dialects")
_allow("runtime", "support config")
_allow("transforms lowering autodiff interpreter", "graph")
# Printing machine code needs the assembler.
_allow("targets", "graph runtime")
_allow("passes", "transforms lowering targets")
_allow("pipelines", "passes")
_allow("fingerprint", "graph")
_allow("code_generation", "pipelines runtime")
_allow("compiler", "code_generation fingerprint interpreter")
_allow("frontend", "compiler autodiff")
_allow("tensor", "frontend")
_allow("tools", "frontend")
_allow("memory", "runtime")
# `tir/__init__.py` names what users see.
_allow("tir", "tensor memory")

NOT_AT_START = (
    "llvmlite",
    "scipy",
    "pycuda",
    "xdsl.parser",
    *(f"xdsl.dialects.{name}" for name in ("arith", "scf", "memref", "linalg", "func", "llvm")),
)
"""What `import tir` must not load: it comes with the first compilation."""


@dataclass(frozen=True)
class Import:
    """One import of a module of tir by another."""

    importer: str
    imported: str
    line: int
    for_types_only: bool

    def __str__(self) -> str:
        return f"{self.importer}, line {self.line}, imports {self.imported}"


@cache
def modules() -> dict[str, Path]:
    """Every module of tir with its file."""
    found = {}
    for path in sorted((ROOT / "tir").rglob("*.py")):
        parts = path.relative_to(ROOT).with_suffix("").parts
        found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    return found


def part_of(module: str) -> str:
    """The layer of a module: `tir.graph.build` is in `graph`."""
    return module.split(".")[1] if "." in module else module


def _is_type_checking(node: ast.stmt) -> bool:
    return (
        isinstance(node, ast.If)
        and isinstance(node.test, ast.Name)
        and node.test.id == "TYPE_CHECKING"
    )


def _import_nodes(
    body: list[ast.AST], for_types: bool = False
) -> Iterator[tuple[ast.Import | ast.ImportFrom, bool]]:
    for node in body:
        if isinstance(node, ast.Import | ast.ImportFrom):
            yield node, for_types
        else:
            inner = for_types or (isinstance(node, ast.stmt) and _is_type_checking(node))
            yield from _import_nodes(list(ast.iter_child_nodes(node)), inner)


def _targets(module: str, node: ast.Import | ast.ImportFrom) -> list[str]:
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    base = node.module or ""
    if node.level:
        # `from .x import y`: one level is the package that holds the module.
        is_package = modules()[module].name == "__init__.py"
        package = module.split(".")[: len(module.split(".")) - node.level + is_package]
        base = ".".join([*package, base] if base else package)
    # `from tir.graph import build` imports the module `tir.graph.build`.
    return [f"{base}.{a.name}" if f"{base}.{a.name}" in modules() else base for a in node.names]


@cache
def imports() -> list[Import]:
    """Every import of a module of tir by a module of tir."""
    found = []
    for name, path in modules().items():
        tree = ast.parse(path.read_text(), str(path))
        for node, for_types in _import_nodes([tree]):
            for target in _targets(name, node):
                if target.split(".")[0] == "tir":
                    found.append(Import(name, target, node.lineno, for_types))
    return found


def test_every_part_has_a_layer() -> None:
    assert {part_of(name) for name in modules()} <= LAYERS.keys()


def test_imports_go_one_way() -> None:
    wrong = [
        str(i)
        for i in imports()
        if part_of(i.importer) != part_of(i.imported)
        and part_of(i.imported) not in LAYERS[part_of(i.importer)]
    ]
    assert not wrong, "\n".join(wrong)


def test_no_cycles() -> None:
    graph: dict[str, set[str]] = {name: set() for name in modules()}
    for i in imports():
        if not i.for_types_only and i.imported != i.importer:
            graph[i.importer].add(i.imported)
    # Take away what imports nothing that is left, until nothing changes.
    while leaves := {name for name, targets in graph.items() if not targets & graph.keys()}:
        for name in leaves:
            del graph[name]
    assert not graph, "these modules import each other: " + ", ".join(sorted(graph))


@pytest.mark.parametrize("folder", ["tir", "tests", "examples", "benchmarks"])
def test_no_star_imports(folder: str) -> None:
    wrong = []
    for path in (ROOT / folder).rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(), str(path))):
            if isinstance(node, ast.ImportFrom) and any(a.name == "*" for a in node.names):
                wrong.append(f"{path.relative_to(ROOT)}:{node.lineno}")
    assert not wrong, wrong


def test_import_tir_is_light() -> None:
    program = f"import sys, tir; print([m for m in {NOT_AT_START} if m in sys.modules])"
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, cwd=ROOT, check=True
    )
    assert done.stdout.strip() == "[]"
