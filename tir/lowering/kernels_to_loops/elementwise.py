"""Loops for operations that compute each result element on its own."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from xdsl.dialects.linalg.ops import IndexOp
from xdsl.ir import Block, SSAValue

from tir.lowering.structured.builder import LoopBuilder
from tir.lowering.structured.operands import (
    Operand,
    contiguity,
    flatten,
    loop_sizes,
    product,
    read_elements,
    unit_strides,
)

Visit = Callable[[Sequence[Operand], Sequence[SSAValue]], None]
"""What to do in the innermost loop, given the operands as that version sees them and the loop indices."""


def lower_elementwise(
    builder: LoopBuilder,
    body: Block,
    inputs: Sequence[Operand],
    outputs: Sequence[Operand],
    loops: int,
) -> None:
    """Loops that load the inputs of an iteration, run the body, and store its results."""

    def visit(operands: Sequence[Operand], indices: Sequence[SSAValue]) -> None:
        results = builder.inline(body, read_elements(builder, body, operands, indices), indices)
        for operand, result in zip(operands[len(inputs) :], results, strict=True):
            operand.store(builder, result, indices)

    uses_indices = any(isinstance(op, IndexOp) for op in body.ops)
    iterate(
        builder,
        [*inputs, *outputs],
        loops,
        visit,
        may_flatten=loops > 0 and (loops == 1 or not uses_indices),
    )


def iterate(
    builder: LoopBuilder,
    operands: Sequence[Operand],
    loops: int,
    visit: Visit,
    *,
    may_flatten: bool,
) -> None:
    """Visit all iterations: one flat loop if all is contiguous, else a nest; the version is chosen at run time."""
    if loops == 0:
        visit(operands, [])
        return
    sizes = loop_sizes(builder, operands, loops)
    if may_flatten and all(o.is_full(loops) or o.is_scalar for o in operands):
        builder.choose(
            contiguity(builder, operands, sizes),
            lambda: _flat(builder, operands, sizes, visit),
            lambda: nest(builder, operands, sizes, visit),
        )
        return
    condition, simplified = unit_strides(builder, operands, loops - 1)
    builder.choose(
        condition,
        lambda: nest(builder, simplified, sizes, visit),
        lambda: nest(builder, operands, sizes, visit),
    )


def _flat(
    builder: LoopBuilder, operands: Sequence[Operand], sizes: Sequence[SSAValue], visit: Visit
) -> None:
    total = product(builder, sizes)
    nest(builder, flatten(builder, operands, total), [total], visit)


def nest(
    builder: LoopBuilder, operands: Sequence[Operand], sizes: Sequence[SSAValue], visit: Visit
) -> None:
    """One loop in another, the last one innermost."""

    def level(indices: list[SSAValue]) -> None:
        if len(indices) == len(sizes):
            visit(operands, indices)
            return

        def body(index: SSAValue, _: Sequence[SSAValue]) -> Sequence[SSAValue]:
            level([*indices, index])
            return ()

        builder.for_(sizes[len(indices)], (), body)

    level([])
