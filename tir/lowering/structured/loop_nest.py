"""Structured operations as loops that can be shared: which run row by row together, without waiting for each other."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from xdsl.dialects import memref, tensor
from xdsl.dialects.linalg.attrs import IteratorType
from xdsl.dialects.linalg.ops import GenericOp, IndexOp
from xdsl.ir import SSAValue

from tir.dialects.captures import outer_uses
from tir.dialects.projections import Projection, projection


@dataclass(frozen=True)
class LoopNest:
    """A `linalg.generic`, on tensors or on memrefs: what it reads and writes, and how its loops index that."""

    inputs: tuple[tuple[SSAValue, Projection], ...]
    outputs: tuple[tuple[SSAValue, Projection], ...]
    """On tensors the results, on memrefs the buffers."""
    parallel: tuple[bool, ...]
    gathered: tuple[tuple[SSAValue, tuple[int | None, ...]], ...]
    """What the body reads by itself: at the index of a loop, or at any (None)."""

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
            gathered=tuple(
                (inner.operands[0], tuple(_loop(index) for index in inner.operands[1:]))
                for inner, number in outer_uses(op.body)
                if number == 0 and isinstance(inner, tensor.ExtractOp | memref.LoadOp)
            ),
        )

    @property
    def is_elementwise(self) -> bool:
        """Whether no loop reduces."""
        return all(self.parallel)

    @property
    def row_loops(self) -> int:
        """How many parallel loops stand in front of the first one that reduces; 0 where none reduces."""
        return 0 if self.is_elementwise else self.parallel.index(False)

    def has_rows(self, count: int) -> bool:
        """Whether the first loops, so many, are parallel."""
        return len(self.parallel) >= count and all(self.parallel[:count])


def _loop(index: SSAValue) -> int | None:
    """The loop that an index of a gather counts, if it does."""
    return index.owner.dim.value.data if isinstance(index.owner, IndexOp) else None


RowDimensions = Mapping[SSAValue, Mapping[int, int]]
"""Value -> its dimension -> the row loop that indexes it."""


def row_dimensions(nest: LoopNest, rows: int) -> dict[SSAValue, dict[int, int]]:
    """Which dimensions of what an operation writes are indexed by its first loops."""
    return {
        value: {axis: loop for axis, loop in enumerate(map_) if 0 <= loop < rows}
        for value, map_ in nest.outputs
    }


def reads_in_step(nest: LoopNest, rows: int, made: RowDimensions) -> bool:
    """Whether an iteration of the row loops reads of `made` only what the same iteration has written."""
    for value, map_ in (*nest.inputs, *nest.gathered):
        dimensions = made.get(value)
        if dimensions is None:
            continue
        for axis, loop in enumerate(map_):
            if dimensions.get(axis) != (loop if loop is not None and 0 <= loop < rows else None):
                return False
    return True


def shared_rows(nests: Sequence[LoopNest]) -> int:
    """How many first loops all operations of a kernel can share, one after the other in each iteration; 0 for none."""
    rows = next((nest.row_loops for nest in nests if not nest.is_elementwise), 0)
    made: dict[SSAValue, dict[int, int]] = {}
    for nest in nests:
        if not nest.has_rows(rows) or not reads_in_step(nest, rows, made):
            return 0
        made.update(row_dimensions(nest, rows))
    return rows
