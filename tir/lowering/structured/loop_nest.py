"""Structured operations as loops that can be shared: which run together, element by element, without waiting."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from xdsl.dialects.linalg.attrs import IteratorType
from xdsl.dialects.linalg.ops import GenericOp
from xdsl.ir import SSAValue

from tir.dialects.captures import outer_uses
from tir.dialects.projections import Projection, projection


@dataclass(frozen=True)
class Sharing:
    """Which loops several operations have in common: the first `count` of each (rows), or the last one (columns).

    Rows are the parallel loops in front of a reduction; columns the parallel loop behind one.
    """

    rows: bool
    count: int

    def loops_of(self, nest: LoopNest) -> range:
        """The numbers of the shared loops in an operation."""
        total = len(nest.parallel)
        return range(self.count) if self.rows else range(total - self.count, total)

    def fits(self, nest: LoopNest) -> bool:
        """Whether an operation has these loops, and runs them in parallel."""
        shared = self.loops_of(nest)
        if len(nest.parallel) < self.count or not all(nest.parallel[loop] for loop in shared):
            return False
        # Results of columns are accumulated in memory while rows stream by: all other loops reduce, or none does.
        others = [p for loop, p in enumerate(nest.parallel) if loop not in shared]
        return self.rows or len(set(others)) < 2


@dataclass(frozen=True)
class LoopNest:
    """A `linalg.generic`, on tensors or on memrefs: what it reads and writes, and how its loops index that."""

    inputs: tuple[tuple[SSAValue, Projection], ...]
    outputs: tuple[tuple[SSAValue, Projection], ...]
    """On tensors the results, on memrefs the buffers."""
    parallel: tuple[bool, ...]
    captured: frozenset[SSAValue]
    """What the body reads from outside, at any index."""

    @classmethod
    def of(cls, op: GenericOp) -> LoopNest:
        """The loops of an operation."""
        maps = [projection(m) for m in op.indexing_maps.data]
        split = len(op.inputs)
        written = op.results or op.outputs
        return cls(
            inputs=tuple(zip(op.inputs, maps[:split], strict=True)),
            outputs=tuple(zip(written, maps[split:], strict=True)),
            parallel=tuple(t.data is IteratorType.PARALLEL for t in op.iterator_types.data),
            captured=frozenset(i.operands[n] for i, n in outer_uses(op.body)),
        )

    @property
    def is_elementwise(self) -> bool:
        """Whether no loop reduces."""
        return all(self.parallel)

    def sharing(self) -> Sharing | None:
        """The loops that a reduction can share with others; None if it has none, or does not reduce."""
        if self.is_elementwise or not any(self.parallel):
            return None
        leading = self.parallel.index(False)
        if leading:
            return Sharing(rows=True, count=leading)
        columns = Sharing(rows=False, count=1)
        return columns if columns.fits(self) else None


SharedDimensions = Mapping[SSAValue, Mapping[int, int]]
"""Value -> its dimension -> the number, among the shared loops, of the one that indexes it."""


def shared_dimensions(nest: LoopNest, sharing: Sharing) -> dict[SSAValue, dict[int, int]]:
    """Which dimensions of what an operation writes are indexed by shared loops."""
    number = {loop: i for i, loop in enumerate(sharing.loops_of(nest))}
    return {
        value: {axis: number[loop] for axis, loop in enumerate(map_) if loop in number}
        for value, map_ in nest.outputs
    }


def reads_in_step(nest: LoopNest, sharing: Sharing, made: SharedDimensions) -> bool:
    """Whether an iteration of the shared loops reads of `made` only what the same iteration has written."""
    if not made.keys().isdisjoint(nest.captured):
        return False
    number = {loop: i for i, loop in enumerate(sharing.loops_of(nest))}
    for value, map_ in nest.inputs:
        dimensions = made.get(value)
        if dimensions is None:
            continue
        if any(number.get(loop) != dimensions.get(axis) for axis, loop in enumerate(map_)):
            return False
    return True


def common_sharing(nests: Sequence[LoopNest]) -> Sharing | None:
    """The loops that all operations of a kernel share, one after the other in each iteration; None if there are none."""
    found = next((s for nest in nests if (s := nest.sharing()) is not None), None)
    if found is None:
        return None
    made: dict[SSAValue, dict[int, int]] = {}
    for nest in nests:
        if not found.fits(nest) or not reads_in_step(nest, found, made):
            return None
        made.update(shared_dimensions(nest, found))
    return found
