"""Metadata of LLVM assembly: loops, access groups, branch weights."""

from __future__ import annotations

from collections.abc import Mapping

from xdsl.dialects.builtin import DenseArrayBase, DictionaryAttr, IntegerAttr, UnitAttr
from xdsl.ir import Attribute

from tir.support.errors import UnsupportedError


class Metadata:
    """Numbers the metadata nodes of a module and prints them at its end.

    A loop is annotated by a dictionary on the branch that closes it:

    * `vectorize`: unit or true forces vectorization, false forbids it, an integer fixes the width;
    * `interleave`: how many vectors at once;
    * `unroll`: unit or true asks for it, false forbids it, an integer fixes the count;
    * `parallel_accesses`: the number of the access group that does not alias between iterations;
    * `distribute`: unit or true asks for distribution.
    """

    def __init__(self) -> None:
        self._lines: list[str] = []
        self._simple: dict[str, str] = {}
        self._groups: dict[int, str] = {}

    def _node(self, body: str) -> str:
        name = f"!{len(self._lines)}"
        self._lines.append(f"{name} = {body}")
        return name

    def _shared(self, body: str) -> str:
        name = self._simple.get(body)
        if name is None:
            name = self._simple[body] = self._node(body)
        return name

    def access_group(self, number: int) -> str:
        """The node of an access group."""
        name = self._groups.get(number)
        if name is None:
            name = self._groups[number] = self._node("distinct !{}")
        return name

    def loop(self, annotation: DictionaryAttr) -> str:
        """A new node for a loop, `, !llvm.loop !3` on its branch."""
        items = list(self._loop_items(annotation.data))
        name = f"!{len(self._lines)}"
        self._lines.append(f"{name} = distinct !{{{', '.join([name, *items])}}}")
        return f", !llvm.loop {name}"

    def _loop_items(self, annotation: Mapping[str, Attribute]) -> list[str]:
        # The loop's own node comes last, so that its number is known.
        items: list[str] = []
        for key, value in annotation.items():
            number = _number(value)
            match key:
                case "vectorize":
                    enabled = "false" if number == 0 else "true"
                    items.append(self._shared(f'!{{!"llvm.loop.vectorize.enable", i1 {enabled}}}'))
                    if number is not None and number > 1:
                        items.append(
                            self._shared(f'!{{!"llvm.loop.vectorize.width", i32 {number}}}')
                        )
                case "interleave":
                    items.append(
                        self._shared(f'!{{!"llvm.loop.interleave.count", i32 {number or 1}}}')
                    )
                case "unroll":
                    if number == 0:
                        items.append(self._shared('!{!"llvm.loop.unroll.disable"}'))
                    elif number is None or number == 1:
                        items.append(self._shared('!{!"llvm.loop.unroll.enable"}'))
                    else:
                        items.append(self._shared(f'!{{!"llvm.loop.unroll.count", i32 {number}}}'))
                case "parallel_accesses":
                    if number is None:
                        raise UnsupportedError("parallel_accesses lacks its access group")
                    group = self.access_group(number)
                    items.append(self._shared(f'!{{!"llvm.loop.parallel_accesses", {group}}}'))
                case "distribute":
                    enabled = "false" if number == 0 else "true"
                    items.append(self._shared(f'!{{!"llvm.loop.distribute.enable", i1 {enabled}}}'))
                case _:
                    raise UnsupportedError(f"unknown loop annotation {key!r}")
        return items

    def access(self, attributes: Mapping[str, Attribute]) -> str:
        """The suffix of a load, store or call with `access_groups`."""
        groups = attributes.get("access_groups")
        if not isinstance(groups, DenseArrayBase):
            return ""
        names = [self.access_group(int(number)) for number in groups.iter_values()]  # pyright: ignore[reportAttributeAccessIssue]
        node = names[0] if len(names) == 1 else self._shared(f"!{{{', '.join(names)}}}")
        return f", !llvm.access.group {node}"

    def nontemporal(self) -> str:
        """The suffix of an access that bypasses the caches."""
        return ", !nontemporal " + self._shared("!{i32 1}")

    def invariant_load(self) -> str:
        """The suffix of a load from memory that does not change."""
        return ", !invariant.load " + self._shared("!{}")

    def branch_weights(self, attributes: Mapping[str, Attribute]) -> str:
        """The suffix of a conditional branch with `branch_weights`."""
        weights = attributes.get("branch_weights")
        if not isinstance(weights, DenseArrayBase):
            return ""
        values = ", ".join(f"i32 {weight}" for weight in weights.iter_values())  # pyright: ignore[reportAttributeAccessIssue]
        node = self._shared(f'!{{!"branch_weights", {values}}}')
        return f", !prof {node}"

    def lines(self) -> list[str]:
        """All nodes, one per line."""
        return self._lines


def _number(value: Attribute) -> int | None:
    """An integer or bool as a number; None for a unit."""
    if isinstance(value, UnitAttr):
        return None
    if isinstance(value, IntegerAttr):
        return int(value.value.data)
    raise UnsupportedError(f"a loop annotation must be a unit or an integer, not {value}")
