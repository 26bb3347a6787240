"""What the body of an operation reads from outside."""

from __future__ import annotations

from collections.abc import Iterator

from xdsl.ir import Operation, Region, SSAValue


def outer_uses(region: Region) -> Iterator[tuple[Operation, int]]:
    """The operations in a region of one block that read values from outside, with the numbers of those operands.

    The operand may be replaced while iterating.
    """
    inside: set[SSAValue] = set(region.block.args)
    for op in region.block.walk():
        for number, operand in enumerate(op.operands):
            if operand not in inside:
                yield op, number
        inside.update(op.results)
        inside.update(a for r in op.regions for block in r.blocks for a in block.args)
