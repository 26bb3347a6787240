"""Reductions whose innermost loop reduces: accumulators are carried in registers.

Long sums of float64 are taken in blocks, whose
sums are added with compensation (D. E. Knuth, The Art of Computer Programming 2, 4.2.2, Theorem B): a block is
short enough that its plain sum is as accurate as the leaves of pairwise summation, and the sum of blocks costs no
accuracy however many there are.

Sums of float32 are accumulated in float64, but blocks of them in float32, so that vectors have as many elements as float32
allows: within a block there are as few additions to each partial sum as in the leaves of pairwise summation.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from xdsl.dialects import arith
from xdsl.dialects.builtin import FloatAttr, f32, f64
from xdsl.ir import SSAValue

from tir.lowering.kernels_to_loops.compensation import add_compensated, corrected
from tir.lowering.kernels_to_loops.loops import Extent, Loop
from tir.lowering.kernels_to_loops.structure import Structured
from tir.lowering.kernels_to_loops.visits import positions
from tir.lowering.structured.builder import LoopBuilder
from tir.lowering.structured.operands import AnyOperand, read_elements
from tir.support.cost_model import (
    FEW_VECTORS,
    HEAVY_SUM_BLOCK,
    LIGHT_WORK,
    MANY_VECTORS,
    MOST_ACCUMULATORS,
    NARROW_SUM_BLOCK,
    SUM_BLOCK,
    SUM_LANES,
)

Ahead = Callable[[SSAValue, SSAValue], None]
"""Emits what comes before a block of an innermost loop, from the bounds of the block."""


def reduce_in_registers(
    builder: LoopBuilder,
    op: Structured,
    loops: Sequence[Loop],
    reduced: Sequence[int],
    *,
    ahead: Ahead | None = None,
) -> dict[int, SSAValue]:
    """The reduction loops, and what the outputs that accumulate come to, by their numbers."""
    (results,) = reduce_together(builder, op, [loops], reduced, ahead=ahead)
    return results


def reduce_together(
    builder: LoopBuilder,
    op: Structured,
    places: Sequence[Sequence[Loop]],
    reduced: Sequence[int],
    *,
    ahead: Ahead | None = None,
    apart: SSAValue | None = None,
    inputs: Sequence[Sequence[AnyOperand]] = (),
) -> list[dict[int, SSAValue]]:
    """Reductions at several places, whose reduction loops have the same bounds, in the same loops: the results of each.

    Memory sends several streams faster than one. With `apart`, each place is so many iterations of the innermost loop behind the one
    before it, of which all have the bounds. `inputs` are those of each place, where they differ.
    """
    outputs, count = len(op.outputs), len(places)
    own = [n for n in range(outputs) if op.accumulates(n)]

    def at_all_places(numbers: Sequence[int]) -> list[int]:
        return [place * outputs + n for place in range(count) for n in numbers]

    accumulating = at_all_places(own)
    long = at_all_places([n for n in own if op.is_long_sum(n)])
    narrow = at_all_places([n for n in own if op.is_narrow_sum(n)])
    in_blocks = bool(long or narrow)
    body = op.with_narrow_sums() if narrow else op
    interleave = op.interleave or (MANY_VECTORS if narrow else None)
    is_heavy = op.work > LIGHT_WORK
    if count > 1:
        # Each place brings accumulators of its own.
        interleave = max(1, MOST_ACCUMULATORS // len(accumulating))
    elif narrow and is_heavy:
        # Elementary functions need registers for constants.
        interleave = FEW_VECTORS

    def element(
        one: Structured, place: int, indices: Sequence[Loop], values: Sequence[SSAValue]
    ) -> list[SSAValue]:
        at: Sequence[SSAValue] = indices  # pyright: ignore[reportAssignmentType]
        split = len(one.inputs)
        read = inputs[place] if inputs else one.inputs
        arguments = [*read_elements(builder, one.body, read, at), *one.body.args[split:]]
        for number, value in zip(own, values, strict=True):
            arguments[split + number] = value
        results = builder.inline(one.body, arguments, positions(builder, one, at))
        for number, result in enumerate(results):
            if number not in own:
                one.outputs[number].store(builder, result, at)
        return [results[n] for n in own]

    def elements(
        one: Structured, indices: Sequence[Sequence[Loop]], values: Sequence[SSAValue]
    ) -> list[SSAValue]:
        size = len(own)
        return [
            result
            for place, at in enumerate(indices)
            for result in element(one, place, at, values[place * size : (place + 1) * size])
        ]

    def nest(
        indices: Sequence[Sequence[Loop]], remaining: Sequence[int], carried: Sequence[SSAValue]
    ) -> Sequence[SSAValue]:
        if not remaining:
            return [*elements(op, indices, carried), *carried[len(accumulating) :]]
        loop, *deeper = remaining
        extent = indices[0][loop]
        assert isinstance(extent, Extent)

        def at(index: SSAValue) -> list[list[Loop]]:
            everywhere = [index] * count
            if distances and not deeper:
                everywhere[1:] = [builder.add_index(index, distance) for distance in distances]
            return [
                [there if n == loop else i for n, i in enumerate(here)]
                for there, here in zip(everywhere, indices, strict=True)
            ]

        if deeper or not in_blocks:
            return builder.for_(
                extent.upper,
                carried,
                lambda i, v: nest(at(i), deeper, v),
                lower=extent.lower,
                interleave=None if deeper else interleave,
            )
        # Where there are several places, each has so many fewer partial sums.
        size = SUM_BLOCK // count
        if narrow:
            one_by_one = is_heavy or interleave == 1
            size = (HEAVY_SUM_BLOCK if one_by_one else NARROW_SUM_BLOCK) * (interleave or 1)
        if not builder.vectorized:
            # As many terms for the only partial sum as there are for each of those of vector code.
            size = SUM_BLOCK // SUM_LANES
        blocks = _Blocks(builder, accumulating, long, narrow, size, interleave, ahead)
        return blocks.emit(extent, carried, lambda i, v: elements(body, at(i), v))

    distances = [
        builder.multiply(apart, builder.index(n)) for n in range(1, count) if apart is not None
    ]
    starts = [op.start(n) for _ in places for n in own]
    zero = [builder.scalar(FloatAttr(0.0, f64)) for _ in long]
    results = list(nest(places, reduced, [*starts, *zero]))
    for number, correction in zip(long, results[len(accumulating) :], strict=True):
        place = accumulating.index(number)
        results[place] = corrected(builder, results[place], correction)
    size = len(own)
    return [
        dict(zip(own, results[place * size : (place + 1) * size], strict=True))
        for place in range(count)
    ]


@dataclass(frozen=True)
class _Blocks:
    """The innermost loop in blocks: sums start anew in each, and are added to the carried ones with care."""

    builder: LoopBuilder
    accumulating: Sequence[int]
    long: Sequence[int]
    narrow: Sequence[int]
    length: int
    interleave: int | None
    ahead: Ahead | None

    def emit(
        self,
        extent: Extent,
        carried: Sequence[SSAValue],
        step: Callable[[SSAValue, Sequence[SSAValue]], Sequence[SSAValue]],
    ) -> Sequence[SSAValue]:
        """The loop over blocks; carried are the accumulators, then the corrections of long sums.

        What is left beside whole vectors is the last block. In another it would be added to the sum of all the vectors one by one,
        each time with the rounding error of the largest partial sum.
        """
        builder = self.builder
        size = builder.index(self.length)
        count = extent.upper
        if extent.lower is not None:
            count = builder.binary(arith.SubiOp, count, extent.lower)
        lanes = SUM_LANES // MANY_VECTORS * (self.interleave or MANY_VECTORS)
        rest = builder.binary(arith.RemUIOp, count, builder.index(lanes))
        stop = builder.binary(arith.SubiOp, extent.upper, rest)
        # Exactly one step falls on the stop or less than a block behind it: there what is left has its turn, if anything is.
        beyond = builder.multiply(builder.smaller(rest, builder.index(1)), size)

        def block(at: SSAValue, values: Sequence[SSAValue]) -> Sequence[SSAValue]:
            start = builder.smaller(at, stop)
            end = builder.smaller(builder.add_index(start, size), stop)
            is_rest = builder.equal(start, stop)
            end = builder.value(arith.SelectOp(is_rest, extent.upper, end))
            if self.ahead is not None:
                self.ahead(start, end)
            inner = [
                self._zero(number, value)
                for number, value in zip(self.accumulating, values, strict=False)
            ]
            return self._add(
                values, builder.for_(end, inner, step, lower=start, interleave=self.interleave)
            )

        last = builder.add_index(stop, beyond)
        return builder.for_(last, carried, block, lower=extent.lower, step=size)

    def _zero(self, number: int, value: SSAValue) -> SSAValue:
        """What an accumulator starts from in a block."""
        if number in self.long:
            return self.builder.scalar(FloatAttr(0.0, f64))
        return self.builder.scalar(FloatAttr(0.0, f32)) if number in self.narrow else value

    def _add(self, carried: Sequence[SSAValue], parts: Sequence[SSAValue]) -> list[SSAValue]:
        """The carried values after a block."""
        builder = self.builder
        totals, corrections = list(parts), list(carried[len(self.accumulating) :])
        for place, number in enumerate(self.accumulating):
            if number in self.long:
                which = self.long.index(number)
                totals[place], corrections[which] = add_compensated(
                    builder, carried[place], corrections[which], parts[place]
                )
            elif number in self.narrow:
                wide = builder.value(arith.ExtFOp(parts[place], f64))
                totals[place] = builder.binary(arith.AddfOp, carried[place], wide)
        return [*totals, *corrections]
