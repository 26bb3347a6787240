"""Keys that are equal for operations that do the same, whatever their values are called."""

from __future__ import annotations

from collections.abc import Hashable

from xdsl.ir import Operation, Region, SSAValue


def operation_key(op: Operation, numbers: dict[SSAValue, int] | None = None) -> Hashable:
    """Equal for operations that compute the same from the same operands.

    `numbers` names values that are not to be told apart by identity: those defined inside a region.
    """
    numbers = {} if numbers is None else numbers
    return (
        type(op),
        tuple(numbers.get(v, v) for v in op.operands),
        tuple(op.result_types),
        tuple(sorted(op.properties.items(), key=lambda item: item[0])),
        tuple(sorted(op.attributes.items(), key=lambda item: item[0])),
        tuple(region_key(region, numbers) for region in op.regions),
    )


def region_key(region: Region, numbers: dict[SSAValue, int] | None = None) -> Hashable:
    """Equal for regions that do the same; values from outside count by identity."""
    numbers = {} if numbers is None else numbers
    keys: list[Hashable] = []
    for block in region.blocks:
        for argument in block.args:
            numbers[argument] = len(numbers)
        keys.append(tuple(a.type for a in block.args))
        for op in block.ops:
            keys.append(operation_key(op, numbers))
            for result in op.results:
                numbers[result] = len(numbers)
    return tuple(keys)
