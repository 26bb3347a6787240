"""Loops of structured operations: their bounds, and loops one in another."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from xdsl.dialects import arith
from xdsl.ir import SSAValue

from tir.lowering.structured.builder import LoopBuilder
from tir.lowering.structured.operands import delinearize


@dataclass(frozen=True)
class Extent:
    """The bounds of a loop that is still to be written."""

    upper: SSAValue
    lower: SSAValue | None = None


Loop = SSAValue | Extent
"""A loop of an operation: the index it is at, or its bounds."""


def over(
    builder: LoopBuilder,
    loops: Sequence[Loop],
    numbers: Sequence[int],
    visit: Callable[[list[Loop]], None],
    *,
    interleave: int | None = None,
) -> None:
    """Loops one in another, those of the given numbers; `visit` gets their indices in place of the bounds."""
    if not numbers:
        visit(list(loops))
        return
    first, *rest = numbers
    extent = loops[first]
    assert isinstance(extent, Extent)

    def body(index: SSAValue, _: Sequence[SSAValue]) -> Sequence[SSAValue]:
        here = list(loops)
        here[first] = index
        over(builder, here, rest, visit, interleave=interleave)
        return ()

    builder.for_(
        extent.upper, (), body, lower=extent.lower, interleave=None if rest else interleave
    )


def for_rows(
    builder: LoopBuilder,
    begin: SSAValue,
    end: SSAValue,
    sizes: Sequence[SSAValue],
    row: Callable[[SSAValue, Sequence[SSAValue]], None],
) -> None:
    """A loop over row numbers that also counts the index in each dimension."""
    if len(sizes) == 1:
        builder.for_(end, (), lambda i, _: row(i, [i]) or (), lower=begin)
        return

    def body(number: SSAValue, indices: Sequence[SSAValue]) -> list[SSAValue]:
        row(number, indices)
        following: list[SSAValue] = []
        carry: SSAValue | None = None
        for index, size in zip(reversed(indices), reversed(sizes), strict=True):
            next_ = builder.add_index(index, builder.index(1))
            wraps = builder.equal(next_, size)
            moved = builder.value(arith.SelectOp(wraps, builder.index(0), next_))
            if carry is not None:
                moved = builder.value(arith.SelectOp(carry, moved, index))
                wraps = builder.both(carry, wraps)
            following.insert(0, moved)
            carry = wraps
        return following

    builder.for_(end, delinearize(builder, begin, sizes), body, lower=begin)
