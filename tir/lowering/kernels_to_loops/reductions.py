"""Loops for operations that reduce.

Where the innermost loop reduces, accumulators are carried in registers. Sums of float64 are taken in blocks, whose
sums are added with Neumaier's compensation (ZAMM 54, 1974, 39-51): a block is short enough that its plain sum is as
accurate as pairwise summation's leaves, and the sum of blocks costs no accuracy however many there are.

Where the innermost loop is parallel (a sum over rows), results are accumulated in memory, row by row.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from xdsl.dialects import arith
from xdsl.dialects.builtin import FloatAttr, f64
from xdsl.dialects.linalg.ops import IndexOp
from xdsl.ir import Block, SSAValue

from tir.lowering.kernels_to_loops.elementwise import iterate, nest
from tir.lowering.structured.builder import LoopBuilder
from tir.lowering.structured.operands import (
    Operand,
    contiguity,
    flatten,
    loop_sizes,
    product,
    unit_strides,
)

SUM_BLOCK = 512
"""Elements that are summed without compensation: 16 for each of 32 partial sums that vector code keeps."""


@dataclass(frozen=True)
class Reduction:
    """A structured operation with reduction loops."""

    body: Block
    inputs: Sequence[Operand]
    outputs: Sequence[Operand]
    parallel: tuple[bool, ...]
    initial: Sequence[SSAValue]
    """What the outputs hold before, as scalars."""

    @property
    def loops(self) -> int:
        """The number of loops."""
        return len(self.parallel)

    @property
    def operands(self) -> list[Operand]:
        """Inputs, then outputs."""
        return [*self.inputs, *self.outputs]

    @property
    def is_float64_sum(self) -> bool:
        """Whether the body adds to its only accumulator, in float64."""
        terminator = self.body.last_op
        if terminator is None or len(terminator.operands) != 1:
            return False
        accumulator = self.body.args[-1]
        added = terminator.operands[0].owner
        return (
            isinstance(added, arith.AddfOp)
            and accumulator.type == f64
            and accumulator in added.operands
            and accumulator.has_one_use()
        )


def lower_reduction(builder: LoopBuilder, reduction: Reduction) -> None:
    """Loops for a reduction."""
    if reduction.parallel[-1]:
        _accumulate_in_memory(builder, reduction)
    else:
        _accumulate_in_registers(builder, reduction)


def _accumulate_in_memory(builder: LoopBuilder, reduction: Reduction) -> None:
    for operand, initial in zip(reduction.outputs, reduction.initial, strict=True):
        fill(builder, operand.buffer, initial)

    def visit(operands: Sequence[Operand], indices: Sequence[SSAValue]) -> None:
        values = [o.load(builder, indices) for o in operands]
        results = builder.inline(reduction.body, values, indices)
        split = len(reduction.inputs)
        for operand, result in zip(operands[split:], results, strict=True):
            operand.store(builder, result, indices)

    iterate(builder, reduction.operands, reduction.loops, visit, may_flatten=False)


def fill(builder: LoopBuilder, buffer: SSAValue, value: SSAValue) -> None:
    """Write one value to all elements of a buffer."""
    rank = len(buffer.type.get_shape())  # pyright: ignore[reportAttributeAccessIssue]
    operand = Operand(buffer, tuple(range(rank)))
    iterate(
        builder,
        [operand],
        rank,
        lambda operands, indices: operands[0].store(builder, value, indices),
        may_flatten=True,
    )


def _accumulate_in_registers(builder: LoopBuilder, reduction: Reduction) -> None:
    loops = reduction.loops
    sizes = loop_sizes(builder, reduction.operands, loops)
    uses_indices = any(isinstance(op, IndexOp) for op in reduction.body.ops)
    whole = not any(reduction.parallel) and all(
        o.is_full(loops) or o.is_scalar for o in reduction.inputs
    )
    if whole and (loops == 1 or not uses_indices):

        def flat() -> None:
            total = product(builder, sizes)
            _reduce(builder, reduction, flatten(builder, reduction.inputs, total), [], [total])

        builder.choose(
            contiguity(builder, reduction.inputs, sizes),
            flat,
            lambda: _reduce(builder, reduction, reduction.inputs, [], sizes),
        )
        return
    outer = [loop for loop in range(loops) if reduction.parallel[loop]]

    def over_parallel(inputs: Sequence[Operand]) -> None:
        def visit(_: Sequence[Operand], indices: Sequence[SSAValue]) -> None:
            fixed = list(zip(outer, indices, strict=True))
            _reduce(builder, reduction, inputs, fixed, sizes)

        nest(builder, [], [sizes[loop] for loop in outer], visit)

    condition, simplified = unit_strides(builder, reduction.inputs, loops - 1)
    builder.choose(
        condition,
        lambda: over_parallel(simplified),
        lambda: over_parallel(reduction.inputs),
    )


def _reduce(
    builder: LoopBuilder,
    reduction: Reduction,
    inputs: Sequence[Operand],
    fixed: Sequence[tuple[int, SSAValue]],
    sizes: Sequence[SSAValue],
) -> None:
    """The reduction loops for fixed parallel indices, and the store of the results."""
    loops = len(sizes)
    indices: list[SSAValue | None] = [None] * loops
    for loop, value in fixed:
        indices[loop] = value
    remaining = [loop for loop in range(loops) if indices[loop] is None]
    compensated = reduction.is_float64_sum
    carried = list(reduction.initial)
    if compensated:
        carried.append(builder.scalar(FloatAttr(0.0, f64)))
    results = _nest_carrying(builder, reduction, inputs, indices, remaining, sizes, carried)
    if compensated:
        results = [_corrected(builder, results[0], results[1])]
    at = [value for _, value in fixed]
    for operand, result in zip(reduction.outputs, results, strict=True):
        # The map of an output names parallel loops only.
        positions = {loop: value for (loop, _), value in zip(fixed, at, strict=True)}
        builder.store(
            result,
            operand.buffer,
            [builder.index(0) if p < 0 else positions[p] for p in operand.map],
        )


def _nest_carrying(
    builder: LoopBuilder,
    reduction: Reduction,
    inputs: Sequence[Operand],
    indices: list[SSAValue | None],
    remaining: Sequence[int],
    sizes: Sequence[SSAValue],
    carried: Sequence[SSAValue],
) -> Sequence[SSAValue]:
    loop, *deeper = remaining

    def step(index: SSAValue, values: Sequence[SSAValue]) -> Sequence[SSAValue]:
        here = [*indices]
        here[loop] = index
        if deeper:
            return _nest_carrying(builder, reduction, inputs, here, deeper, sizes, values)
        known = [i for i in here if i is not None]
        loaded = [o.load(builder, known) for o in inputs]
        return builder.inline(reduction.body, [*loaded, *values], known)

    if deeper or not reduction.is_float64_sum:
        return builder.for_(sizes[loop], carried, step)

    def block(start: SSAValue, values: Sequence[SSAValue]) -> Sequence[SSAValue]:
        end = builder.binary(arith.AddiOp, start, builder.index(SUM_BLOCK))
        end = builder.binary(arith.MinSIOp, end, sizes[loop])
        zero = builder.scalar(FloatAttr(0.0, f64))
        (part,) = builder.for_(end, [zero], step, lower=start)
        return _add_compensated(builder, values[0], values[1], part)

    return builder.for_(sizes[loop], carried, block, step=builder.index(SUM_BLOCK))


def _add_compensated(
    builder: LoopBuilder, total: SSAValue, correction: SSAValue, part: SSAValue
) -> list[SSAValue]:
    """total + part, and the correction with the rounding error of that addition added (Knuth's two-sum)."""
    new = builder.binary(arith.AddfOp, total, part)
    shadow = builder.binary(arith.SubfOp, new, total)
    lost_total = builder.binary(arith.SubfOp, total, builder.binary(arith.SubfOp, new, shadow))
    lost_part = builder.binary(arith.SubfOp, part, shadow)
    lost = builder.binary(arith.AddfOp, lost_total, lost_part)
    return [new, builder.binary(arith.AddfOp, correction, lost)]


def _corrected(builder: LoopBuilder, total: SSAValue, correction: SSAValue) -> SSAValue:
    """The compensated sum; the plain one where infinities have made the correction NaN."""
    corrected = builder.binary(arith.AddfOp, total, correction)
    is_number = builder.value(arith.CmpfOp(correction, correction, "ord"))
    return builder.value(arith.SelectOp(is_number, corrected, total))
