"""Sums about a centre of each row, with what else is computed of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from tir.lowering.kernels_to_loops.centred import Centred
from tir.lowering.kernels_to_loops.loops import Extent, Loop
from tir.lowering.kernels_to_loops.read_once import read_once
from tir.lowering.kernels_to_loops.registers import Ahead
from tir.lowering.structured.builder import LoopBuilder
from tir.lowering.structured.operands import AnyOperand


@dataclass(frozen=True)
class CentredRow:
    """Two operations of a kernel, by their numbers, that read a row in the same sweep, where the first one gives the centre itself."""

    first: int
    second: int
    centred: Centred

    def read(
        self,
        builder: LoopBuilder,
        elements: AnyOperand,
        results: Sequence[AnyOperand],
        loops: Sequence[Loop],
        ahead: Ahead | None,
    ) -> None:
        """The results of both."""
        part = read_once(builder, self.centred, elements, loops, ahead=ahead)
        # There is one result for all of a row.
        at = [builder.index(0) if isinstance(loop, Extent) else loop for loop in loops]
        for result, value in zip(results, self.centred.finished(builder, part), strict=True):
            result.store(builder, value, at)
