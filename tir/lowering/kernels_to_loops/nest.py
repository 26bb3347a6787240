"""The loops of one structured operation, inside whatever loops its kernel has put around it."""

from __future__ import annotations

from collections.abc import Sequence

from tir.lowering.kernels_to_loops.loops import Extent, Loop, over
from tir.lowering.kernels_to_loops.registers import Ahead, reduce_in_registers
from tir.lowering.kernels_to_loops.strips import accumulate_in_strips
from tir.lowering.kernels_to_loops.structure import Structured
from tir.lowering.kernels_to_loops.visits import visit_all
from tir.lowering.structured.builder import LoopBuilder


def emit(
    builder: LoopBuilder, op: Structured, loops: Sequence[Loop], ahead: Ahead | None = None
) -> None:
    """All iterations for the loops that have bounds, at the given indices of the others.

    Where a reduction goes block by block, `ahead` may say what comes before each block.
    """
    loops = [_index_of_single(builder, loop) for loop in loops]
    inner = [number for number, loop in enumerate(loops) if isinstance(loop, Extent)]
    if op.is_elementwise:
        visit_all(builder, op, loops, inner)
        return
    if inner and op.parallel[inner[-1]]:
        accumulate_in_strips(builder, op, loops, inner)
        return
    parallel = [number for number in inner if op.parallel[number]]
    reduced = [number for number in inner if not op.parallel[number]]

    def result(indices: list[Loop]) -> None:
        results = reduce_in_registers(builder, op, indices, reduced, ahead=ahead)
        for number, value in results.items():
            op.outputs[number].store(builder, value, indices)  # pyright: ignore[reportArgumentType]

    over(builder, loops, parallel, result)


def _index_of_single(builder: LoopBuilder, loop: Loop) -> Loop:
    """A loop that runs once is an index."""
    single = isinstance(loop, Extent) and loop.lower is None and loop.upper is builder.index(1)
    return builder.index(0) if single else loop
