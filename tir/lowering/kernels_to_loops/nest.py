"""The loops of one structured operation, inside whatever loops its kernel has put around it.

Where the innermost loop reduces, accumulators are carried in registers. Long sums of float64 are taken in blocks, whose
sums are added with compensation (D. E. Knuth, The Art of Computer Programming 2, 4.2.2, Theorem B): a block is
short enough that its plain sum is as accurate as the leaves of pairwise summation, and the sum of blocks costs no
accuracy however many there are.

Sums of float32 are accumulated in float64, but blocks of them in float32, so that vectors have as many elements as float32
allows: within a block there are as few additions to each partial sum as in the leaves of pairwise summation.

Where the innermost loop is parallel (a sum over rows), results are accumulated in memory, row by row.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from xdsl.dialects import arith
from xdsl.dialects.builtin import FloatAttr, f32, f64
from xdsl.ir import SSAValue

from tir.lowering.kernels_to_loops.structure import Structured
from tir.lowering.structured.builder import LoopBuilder
from tir.lowering.structured.operands import read_elements
from tir.support.cost_model import NARROW_SUM_BLOCK, SUM_BLOCK


@dataclass(frozen=True)
class Extent:
    """The bounds of a loop that is still to be written."""

    upper: SSAValue
    lower: SSAValue | None = None


Loop = SSAValue | Extent
"""A loop of an operation: the index it is at, or its bounds."""


def emit(builder: LoopBuilder, op: Structured, loops: Sequence[Loop]) -> None:
    """All iterations for the loops that have bounds, at the given indices of the others."""
    loops = [_index_of_single(builder, loop) for loop in loops]
    inner = [number for number, loop in enumerate(loops) if isinstance(loop, Extent)]
    if op.is_elementwise:
        visit_all(builder, op, loops, inner)
        return
    if inner and op.parallel[inner[-1]]:
        _accumulate_in_memory(builder, op, loops, inner)
        return
    parallel = [number for number in inner if op.parallel[number]]
    reduced = [number for number in inner if not op.parallel[number]]

    def result(indices: list[Loop]) -> None:
        for number, value in reduce_in_registers(builder, op, indices, reduced).items():
            op.outputs[number].store(builder, value, indices)  # pyright: ignore[reportArgumentType]

    over(builder, loops, parallel, result)


def _index_of_single(builder: LoopBuilder, loop: Loop) -> Loop:
    """A loop that runs once is an index."""
    single = isinstance(loop, Extent) and loop.lower is None and loop.upper is builder.index(1)
    return builder.index(0) if single else loop


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


def _visit(builder: LoopBuilder, op: Structured, indices: Sequence[Loop]) -> None:
    """One iteration that reads its operands and stores its results."""
    at: Sequence[SSAValue] = indices  # pyright: ignore[reportAssignmentType]
    elements = read_elements(builder, op.body, op.operands, at)
    results = builder.inline(op.body, elements, _positions(builder, op, at))
    for operand, result in zip(op.outputs, results, strict=True):
        operand.store(builder, result, at)


def _positions(
    builder: LoopBuilder, op: Structured, indices: Sequence[SSAValue]
) -> Sequence[SSAValue]:
    """What the body's `linalg.index` gives."""
    if not op.origins or not op.uses_indices:
        return indices
    return [
        builder.add_index(index, op.origins[number]) if number in op.origins else index
        for number, index in enumerate(indices)
    ]


def _accumulate_in_memory(
    builder: LoopBuilder, op: Structured, loops: Sequence[Loop], inner: Sequence[int]
) -> None:
    parallel = [number for number in inner if op.parallel[number]]
    for number, (operand, start) in enumerate(zip(op.outputs, op.starts, strict=True)):
        if start is not None and op.accumulates(number):
            over(
                builder,
                loops,
                parallel,
                lambda at, o=operand, s=start: o.store(builder, s, at),  # pyright: ignore
            )
    visit_all(builder, op, loops, inner)


def reduce_in_registers(
    builder: LoopBuilder, op: Structured, loops: Sequence[Loop], reduced: Sequence[int]
) -> dict[int, SSAValue]:
    """The reduction loops, and what the outputs that accumulate come to, by their numbers."""
    accumulating = [n for n in range(len(op.outputs)) if op.accumulates(n)]
    long = [n for n in accumulating if op.is_long_sum(n)]
    narrow = [n for n in accumulating if op.is_narrow_sum(n)]
    in_blocks = bool(long or narrow)
    body = op.with_narrow_sums() if narrow else op
    starts = {n: _start(op, n) for n in accumulating}

    def element(
        one: Structured, indices: Sequence[Loop], values: Sequence[SSAValue]
    ) -> list[SSAValue]:
        at: Sequence[SSAValue] = indices  # pyright: ignore[reportAssignmentType]
        split = len(one.inputs)
        arguments = [*read_elements(builder, one.body, one.inputs, at), *one.body.args[split:]]
        for number, value in zip(accumulating, values, strict=False):
            arguments[split + number] = value
        results = builder.inline(one.body, arguments, _positions(builder, one, at))
        for number, result in enumerate(results):
            if number not in starts:
                one.outputs[number].store(builder, result, at)
        return [results[n] for n in accumulating]

    def nest(
        indices: list[Loop], remaining: Sequence[int], carried: Sequence[SSAValue]
    ) -> Sequence[SSAValue]:
        if not remaining:
            return [*element(op, indices, carried), *carried[len(accumulating) :]]
        loop, *deeper = remaining
        extent = indices[loop]
        assert isinstance(extent, Extent)

        def at(index: SSAValue) -> list[Loop]:
            here = list(indices)
            here[loop] = index
            return here

        if deeper or not in_blocks:
            return builder.for_(
                extent.upper,
                carried,
                lambda i, v: nest(at(i), deeper, v),
                lower=extent.lower,
                interleave=None if deeper else op.interleave,
            )
        blocks = _Blocks(builder, accumulating, long, narrow, op.interleave)
        return blocks.emit(extent, carried, lambda i, v: element(body, at(i), v))

    zero = [builder.scalar(FloatAttr(0.0, f64)) for _ in long]
    results = list(nest(list(loops), reduced, [*starts.values(), *zero]))
    for number, correction in zip(long, results[len(accumulating) :], strict=True):
        place = accumulating.index(number)
        results[place] = corrected(builder, results[place], correction)
    return dict(zip(accumulating, results, strict=False))


def _start(op: Structured, number: int) -> SSAValue:
    start = op.starts[number]
    assert start is not None, "a reduction starts from a value"
    return start


@dataclass(frozen=True)
class _Blocks:
    """The innermost loop in blocks: sums start anew in each, and are added to the carried ones with care."""

    builder: LoopBuilder
    accumulating: Sequence[int]
    long: Sequence[int]
    narrow: Sequence[int]
    interleave: int | None

    def emit(
        self,
        extent: Extent,
        carried: Sequence[SSAValue],
        step: Callable[[SSAValue, Sequence[SSAValue]], Sequence[SSAValue]],
    ) -> Sequence[SSAValue]:
        """The loop over blocks; carried are the accumulators, then the corrections of long sums."""
        builder = self.builder
        size = builder.index(NARROW_SUM_BLOCK if self.narrow else SUM_BLOCK)

        def block(start: SSAValue, values: Sequence[SSAValue]) -> Sequence[SSAValue]:
            end = builder.smaller(builder.add_index(start, size), extent.upper)
            inner = [
                self._zero(number, value)
                for number, value in zip(self.accumulating, values, strict=False)
            ]
            return self._add(
                values, builder.for_(end, inner, step, lower=start, interleave=self.interleave)
            )

        return builder.for_(extent.upper, carried, block, lower=extent.lower, step=size)

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


def add_compensated(
    builder: LoopBuilder, total: SSAValue, correction: SSAValue, part: SSAValue
) -> tuple[SSAValue, SSAValue]:
    """total + part, and the correction with the rounding error of that addition added (Knuth's two-sum)."""
    new = builder.binary(arith.AddfOp, total, part)
    shadow = builder.binary(arith.SubfOp, new, total)
    lost_total = builder.binary(arith.SubfOp, total, builder.binary(arith.SubfOp, new, shadow))
    lost_part = builder.binary(arith.SubfOp, part, shadow)
    lost = builder.binary(arith.AddfOp, lost_total, lost_part)
    return new, builder.binary(arith.AddfOp, correction, lost)


def corrected(builder: LoopBuilder, total: SSAValue, correction: SSAValue) -> SSAValue:
    """The compensated sum; the plain one where infinities have made the correction NaN."""
    exact = builder.binary(arith.AddfOp, total, correction)
    is_number = builder.value(arith.CmpfOp(correction, correction, "ord"))
    return builder.value(arith.SelectOp(is_number, exact, total))
