"""Sums about a centre of each row, with what else is computed of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from xdsl.ir import SSAValue

from tir.lowering.kernels_to_loops.centred import Centred, Part
from tir.lowering.kernels_to_loops.loops import Extent, Loop
from tir.lowering.kernels_to_loops.read_once import read_once
from tir.lowering.kernels_to_loops.registers import Ahead
from tir.lowering.structured.builder import LoopBuilder
from tir.lowering.structured.operands import AnyOperand


@dataclass
class CentredRow:
    """Two operations of a kernel, by their numbers, that read a row in the same sweep."""

    first: int
    second: int
    centred: Centred
    known: Part | None = None
    """What the elements of the current row come to."""

    @property
    def about(self) -> int:
        """Which input of the second operation its sum is about."""
        return self.centred.found.about

    def read(
        self,
        builder: LoopBuilder,
        elements: AnyOperand,
        result: AnyOperand,
        loops: Sequence[Loop],
        ahead: Ahead | None,
    ) -> None:
        """Both operations, and the result of the first one."""
        part = read_once(builder, self.centred, elements, loops, ahead)
        values = self.centred.finished(builder, part)
        result.store(builder, values[0], _place(builder, loops))
        self.known = self.centred.own(builder, part.count, values)

    def finish(
        self, builder: LoopBuilder, about: AnyOperand, result: AnyOperand, loops: Sequence[Loop]
    ) -> None:
        """The result of the second one, about the number that the program has computed meanwhile."""
        assert self.known is not None, "a row is read first"
        at = _place(builder, loops)
        value = self.centred.wanted(builder, self.known, about.load(builder, at))
        result.store(builder, value, at)


def _place(builder: LoopBuilder, loops: Sequence[Loop]) -> list[SSAValue]:
    """The indices of what there is one of in a row."""
    return [builder.index(0) if isinstance(loop, Extent) else loop for loop in loops]
