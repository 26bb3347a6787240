"""Divides LLVM assembly into modules that are compiled apart from each other: side by side, and cold code fast.

A module without cold functions (`optnone`, see `mark-cold-functions`) is small and stays whole. Else all cold functions
are one part, and the others are several of about the same size. What is internal becomes hidden: the parts are linked
to one image, and nobody else sees it. Functions that are always inlined and internal constants are copied to each part
that refers to them.

    @answer = internal constant i64 42
    define internal i64 @kernel(i64 %n) noinline { ... @answer ... }
    define i64 @main() optnone noinline { ... @kernel ... }

becomes

    declare hidden i64 @kernel(i64 %n) noinline            | @answer = internal constant i64 42
    define i64 @main() optnone noinline { ... @kernel ... }| define hidden i64 @kernel(i64 %n) noinline { ... @answer ... }

The division depends on the text only, not on the number of threads.
"""

from __future__ import annotations

import heapq
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

_LINES_OF_A_PART = 250
"""About so many lines of hot functions go into a part: they cost some 50 ms, and the part itself 3."""

_SYMBOL = re.compile(r'@("[^"]*"|[-\w.$]+)')
_COLD = re.compile(r"\boptnone\b")
_INLINED = re.compile(r"\balwaysinline\b")
_INTERNAL = re.compile(r"\b(internal|private) ")
_CONSTANT = re.compile(r"= (internal|private) (unnamed_addr |local_unnamed_addr )?constant ")
_UNDIVIDED = re.compile(r"\$|@\d|@\S+ =.* (thread_local|alias|ifunc)\b")
"""The start of a line outside functions that keeps a module whole."""


@dataclass(frozen=True)
class Part:
    """The text of a module, and whether its functions are cold: to be compiled fast."""

    text: str
    cold: bool


@dataclass(eq=False)
class _Symbol:
    """A function or global variable: its text, and the names in it."""

    name: str
    text: str
    is_function: bool
    names: frozenset[str]

    @property
    def header(self) -> str:
        return self.text.partition("\n")[0]

    @property
    def is_defined(self) -> bool:
        if self.is_function:
            return self.text.startswith("define")
        return not re.search(r"= (external|extern_weak) ", self.header)

    @property
    def is_copied(self) -> bool:
        """Whether each part has its own, be it a declaration or a definition."""
        if not self.is_defined:
            return True
        if self.is_function:
            return bool(_INLINED.search(self.header) and _INTERNAL.search(self.header))
        return bool(_CONSTANT.search(self.header))

    def exported(self) -> str:
        """The definition for other parts to refer to."""
        return _INTERNAL.sub("hidden ", self.header, count=1) + self.text[len(self.header) :]

    def declaration(self) -> str:
        """What other parts refer to it by. Pointers are opaque, so any type does for a variable."""
        hidden = bool(_INTERNAL.search(self.header)) or " hidden " in self.header
        if not self.is_function:
            return f"@{self.name} = external {'hidden ' if hidden else ''}global i8"
        header = _INTERNAL.sub("hidden ", self.header, count=1)
        return "declare" + header.removeprefix("define").removesuffix("{").rstrip()


@dataclass
class _Module:
    """The text of a module, taken apart."""

    symbols: dict[str, _Symbol] = field(default_factory=dict)
    rest: list[str] = field(default_factory=list)
    """Target, types, attributes and metadata: every part has all of them."""
    divisible: bool = True

    @classmethod
    def of(cls, text: str) -> _Module:
        module = cls()
        lines = iter(text.split("\n"))
        for line in lines:
            word = line.partition(" ")[0]
            if word == "define":
                module._add(_until_brace(line, lines), is_function=True)
            elif word == "declare":
                module._add(line, is_function=True)
            elif line.startswith("@"):
                module._add(line, is_function=False)
            else:
                module.rest.append(line)
            if _UNDIVIDED.match(line):
                module.divisible = False
        return module

    def _add(self, text: str, is_function: bool) -> None:
        first, *others = _SYMBOL.findall(text)
        self.symbols[first] = _Symbol(first, text, is_function, frozenset(others))

    def part(self, own: Iterable[_Symbol], shared: frozenset[str]) -> str:
        """The text of a module of some symbols. `shared` names those that other parts refer to."""
        lines: list[str] = []
        todo = list(own)
        seen = {symbol.name for symbol in todo}
        defined = set(seen)
        while todo:
            symbol = todo.pop()
            if symbol.name in defined:
                lines.append(symbol.exported() if symbol.name in shared else symbol.text)
            elif symbol.is_copied:
                lines.append(symbol.text)
            else:
                lines.append(symbol.declaration())
                continue
            for name in sorted(symbol.names - seen):
                if name in self.symbols:
                    todo.append(self.symbols[name])
            seen |= symbol.names
        return "\n".join([*self.rest, *lines, ""])


def divided(text: str) -> list[Part]:
    """The parts of a module, always the same ones."""
    module = _Module.of(text) if _COLD.search(text) else None
    if module is None or not module.divisible:
        return [Part(text, cold=False)]
    owned = [symbol for symbol in module.symbols.values() if not symbol.is_copied]
    cold = [s for s in owned if not s.is_function or _COLD.search(s.header)]
    hot = [s for s in owned if s.is_function and not _COLD.search(s.header)]
    divisions = [*_balanced(list(_groups(hot))), cold]
    shared = _shared(module, divisions)
    return [
        Part(module.part(symbols, shared), cold=symbols is cold) for symbols in divisions if symbols
    ]


def _until_brace(line: str, lines: Iterator[str]) -> str:
    body = [line]
    if line.endswith("{"):
        while body[-1] != "}":
            body.append(next(lines))
    return "\n".join(body)


def _groups(hot: list[_Symbol]) -> Iterator[list[_Symbol]]:
    """Functions with what only they call, so that LLVM sees both together."""
    callers: dict[str, list[str]] = {}
    for symbol in hot:
        for name in symbol.names:
            callers.setdefault(name, []).append(symbol.name)
    root: dict[str, str] = {}

    def root_of(name: str) -> str:
        chain = []
        while name not in root and len(callers.get(name, ())) == 1 and name not in chain:
            chain.append(name)
            name = callers[name][0]
        found = root.get(name, name)
        root.update(dict.fromkeys(chain, found))
        return found

    groups: dict[str, list[_Symbol]] = {}
    for symbol in hot:
        groups.setdefault(root_of(symbol.name), []).append(symbol)
    yield from groups.values()


def _balanced(groups: list[list[_Symbol]]) -> list[list[_Symbol]]:
    """Groups put together to parts of about the same size, the largest part first."""
    sizes = [sum(symbol.text.count("\n") for symbol in group) for group in groups]
    parts: list[list[_Symbol]] = [[] for _ in range(-(-sum(sizes) // _LINES_OF_A_PART))]
    loads = [(0, number) for number in range(len(parts))]
    for number in sorted(range(len(groups)), key=lambda n: -sizes[n]):
        load, least = loads[0]
        parts[least] += groups[number]
        heapq.heapreplace(loads, (load + sizes[number], least))
    return [parts[number] for _, number in sorted(loads, key=lambda load: (-load[0], load[1]))]


def _shared(module: _Module, divisions: list[list[_Symbol]]) -> frozenset[str]:
    """The names of what is defined in one part and referred to in another."""
    home = {symbol.name: n for n, symbols in enumerate(divisions) for symbol in symbols}
    found: set[str] = set()
    for number, symbols in enumerate(divisions):
        todo, seen = list(symbols), {symbol.name for symbol in symbols}
        while todo:
            for name in todo.pop().names:
                if home.get(name, number) != number:
                    found.add(name)
                elif name not in seen and name in module.symbols:
                    todo.append(module.symbols[name])
                seen.add(name)
    return frozenset(found)
