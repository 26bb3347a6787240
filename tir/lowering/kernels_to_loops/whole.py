"""Reductions over all loops: blocks of elements that threads share, then one sum of what they came to.

A block of a flat loop with little to compute is read from several places at once, which memory does faster than one after the other.
The blocks depend on the number of elements only, so the result does not depend on the number of threads.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from xdsl.dialects import arith
from xdsl.dialects.builtin import FloatAttr, MemRefType, f64
from xdsl.ir import SSAValue

from tir.lowering.kernels_to_loops.combine import Combiner, combined, combiner
from tir.lowering.kernels_to_loops.compensation import add_compensated, corrected
from tir.lowering.kernels_to_loops.loops import Extent
from tir.lowering.kernels_to_loops.nest import emit
from tir.lowering.kernels_to_loops.registers import reduce_in_registers, reduce_together
from tir.lowering.kernels_to_loops.structure import Structured, buffers, grain
from tir.lowering.structured.builder import LoopBuilder
from tir.lowering.structured.operands import flatten, loop_sizes, product
from tir.support.cost_model import PARTIAL_BLOCK, PARTIAL_RESULTS, READ_STREAMS, SUM_LANES


def lower_whole(builder: LoopBuilder, op: Structured) -> None:
    """One flat loop where the types promise that all is contiguous, else a nest."""
    operands = buffers(op.operands)
    sizes = loop_sizes(builder, operands, op.loops)
    if is_flat(op):
        total = product(builder, sizes)
        one = op.with_operands(flatten(builder, operands, total))
        _reduce(builder, replace(one, parallel=(False,)), [total])
    else:
        _reduce(builder, op, sizes)


def is_flat(op: Structured) -> bool:
    """Whether types promise that one loop over contiguous memory does the same."""
    walked = [o for o in buffers(op.operands) if not o.is_scalar]
    flat = all(o.is_full(op.loops) and o.is_contiguous for o in walked)
    return flat and not (op.loops > 1 and op.uses_indices)


def _reduce(builder: LoopBuilder, op: Structured, sizes: Sequence[SSAValue]) -> None:
    combiners = {n: combiner(op, n) for n in range(len(op.outputs)) if op.accumulates(n)}
    known = {n: c for n, c in combiners.items() if c is not None}
    if len(known) < len(combiners):
        emit(builder, op, [Extent(size) for size in sizes])
        return
    count, inner = sizes[0], product(builder, sizes[1:])
    places = op.places_at_once if len(sizes) == 1 else 1
    block = block_length(builder, count, inner if len(sizes) > 1 else None)
    blocks = builder.ceil_divide(count, block)
    partial = {n: builder.alloca(MemRefType(c.type, [PARTIAL_RESULTS])) for n, c in known.items()}

    def part(begin: SSAValue, end: SSAValue) -> None:
        starts = [known[n].neutral(builder) if n in known else None for n in range(len(op.outputs))]
        anew = replace(op, starts=tuple(starts))

        def one(number: SSAValue, _: object) -> tuple[()]:
            lower = builder.multiply(number, block)
            upper = builder.smaller(builder.add_index(lower, block), count)

            def in_order() -> None:
                loops = [Extent(upper, lower), *map(Extent, sizes[1:])]
                keep(reduce_in_registers(builder, anew, loops, range(len(loops))))

            def at_once() -> None:
                piece = builder.binary(arith.DivUIOp, block, builder.index(places))
                loops = [Extent(builder.add_index(lower, piece), lower)]
                found = reduce_together(builder, anew, [loops] * places, [0], apart=piece)
                keep({n: combined(builder, c, [f[n] for f in found]) for n, c in known.items()})

            def keep(results: Mapping[int, SSAValue]) -> None:
                for n, value in results.items():
                    builder.store(value, partial[n], [number])

            if places == 1:
                in_order()
            else:
                is_whole = builder.equal(builder.binary(arith.SubiOp, upper, lower), block)
                builder.if_else(is_whole, at_once, in_order)
            return ()

        builder.for_(end, (), one, lower=begin)

    work = builder.multiply(builder.multiply(block, inner), builder.index(op.work))
    builder.parallel(blocks, grain(builder, work), part)
    combine_blocks(builder, op, known, partial, blocks)


def block_length(builder: LoopBuilder, count: SSAValue, inner: SSAValue | None = None) -> SSAValue:
    """How many iterations of the first loop make a partial result: of an only loop, whole vectors at each of several places."""
    least = builder.index(PARTIAL_BLOCK)
    if inner is not None:
        least = builder.ceil_divide(least, builder.larger(inner, builder.index(1)))
    length = builder.larger(least, builder.ceil_divide(count, builder.index(PARTIAL_RESULTS)))
    if inner is not None:
        return length
    vectors = builder.index(READ_STREAMS * SUM_LANES)
    return builder.multiply(builder.ceil_divide(length, vectors), vectors)


def combine_blocks(
    builder: LoopBuilder,
    op: Structured,
    combiners: Mapping[int, Combiner],
    partial: Mapping[int, SSAValue],
    blocks: SSAValue,
) -> None:
    """From partial results to results, which are stored; long sums with compensation."""
    long = [n for n in combiners if op.is_long_sum(n)]
    numbers = list(combiners)
    starts = [op.start(n) for n in numbers]

    def add(number: SSAValue, values: Sequence[SSAValue]) -> list[SSAValue]:
        totals, corrections = list(values[: len(numbers)]), list(values[len(numbers) :])
        for place, n in enumerate(numbers):
            value = builder.load(partial[n], [number])
            if n in long:
                which = long.index(n)
                totals[place], corrections[which] = add_compensated(
                    builder, totals[place], corrections[which], value
                )
            else:
                totals[place] = combiners[n].combine(builder, totals[place], value)
        return [*totals, *corrections]

    zero = [builder.scalar(FloatAttr(0.0, f64)) for _ in long]
    results = list(builder.for_(blocks, [*starts, *zero], add))
    for place, n in enumerate(numbers):
        value = results[place]
        if n in long:
            value = corrected(builder, value, results[len(numbers) + long.index(n)])
        op.outputs[n].store(builder, value, [])
