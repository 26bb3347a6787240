"""Iterations of a structured operation: its scalar body, between what it reads and what it writes."""

from __future__ import annotations

from collections.abc import Sequence

from xdsl.ir import SSAValue

from tir.lowering.kernels_to_loops.loops import Extent, Loop, over
from tir.lowering.kernels_to_loops.structure import Structured
from tir.lowering.structured.builder import LoopBuilder
from tir.lowering.structured.operands import read_elements


def visit_all(
    builder: LoopBuilder, op: Structured, loops: Sequence[Loop], numbers: Sequence[int]
) -> None:
    """Iterations that read their operands and store their results."""
    over(
        builder,
        loops,
        numbers,
        lambda indices: _visit(builder, op, indices),
        interleave=op.interleave,
    )


def visit_together(builder: LoopBuilder, ops: Sequence[Structured], extent: Extent) -> None:
    """One loop for the columns of several rows, which are added to the same accumulators: those are read and written once.

    A single row may have results of its own.
    """

    def column(at: SSAValue, _: object) -> tuple[()]:
        results = ops[0].body.args[len(ops[0].inputs) :]
        carried = [
            operand.load(builder, [at]) if argument.first_use else argument
            for argument, operand in zip(results, ops[0].outputs, strict=True)
        ]
        for op in ops:
            arguments = [*read_elements(builder, op.body, op.inputs, [at]), *carried]
            carried = builder.inline(op.body, arguments, [at])
        for operand, result in zip(ops[0].outputs, carried, strict=True):
            operand.store(builder, result, [at])
        return ()

    # Where rows are taken together, what they are few of is left over.
    interleave = 1 if ops[0].rows_at_once > 1 else ops[0].interleave
    builder.for_(extent.upper, (), column, lower=extent.lower, interleave=interleave)


def _visit(builder: LoopBuilder, op: Structured, indices: Sequence[Loop]) -> None:
    """One iteration that reads its operands and stores its results."""
    at: Sequence[SSAValue] = indices  # pyright: ignore[reportAssignmentType]
    elements = read_elements(builder, op.body, op.operands, at)
    results = builder.inline(op.body, elements, positions(builder, op, at))
    for operand, result in zip(op.outputs, results, strict=True):
        operand.store(builder, result, at)


def positions(
    builder: LoopBuilder, op: Structured, indices: Sequence[SSAValue]
) -> Sequence[SSAValue]:
    """What the body's `linalg.index` gives."""
    if not op.origins or not op.uses_indices:
        return indices
    return [
        builder.add_index(index, op.origins[number]) if number in op.origins else index
        for number, index in enumerate(indices)
    ]
