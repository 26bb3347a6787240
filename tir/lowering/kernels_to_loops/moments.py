"""The variance of everything: its sum and its sum of squares about the mean, in one sweep over memory.

A block that stays in the cache is read twice: for its sum, then for the sums of distances `R` and of squares `Q` from a number `m`
near its own mean. About another number `a`, the mean of everything, the squares of its `n` elements come to

    Q + d (2 R + n d),  d = m - a

(T. F. Chan, G. H. Golub and R. J. LeVeque, Algorithms for Computing the Sample Variance, 1983). `R` is no more than a rounding error
of `m`, and `n d d` is not negative: nothing cancels.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from xdsl.dialects import arith
from xdsl.dialects.builtin import FloatAttr, MemRefType, f64, i64
from xdsl.ir import Block, SSAValue

from tir.lowering.kernels_to_loops.combine import combiner
from tir.lowering.kernels_to_loops.compensation import add_compensated, corrected
from tir.lowering.kernels_to_loops.loops import Extent
from tir.lowering.kernels_to_loops.registers import reduce_in_registers
from tir.lowering.kernels_to_loops.structure import Structured, buffers, copied, grain
from tir.lowering.kernels_to_loops.whole import block_length, combine_blocks, is_flat
from tir.lowering.structured.builder import LoopBuilder
from tir.lowering.structured.moments import summed_input, summed_squares
from tir.lowering.structured.operands import Cell, Operand, flatten, loop_sizes, product
from tir.support.cost_model import PARTIAL_RESULTS, READ_STREAMS


def find_moments(ops: Sequence[Structured]) -> tuple[int, int] | None:
    """Which operation of a kernel is the sum of an array, and which that of squares about a number known after it."""
    for first, one in enumerate(ops):
        for second in range(first + 1, len(ops)):
            if _are_moments(one, ops[second]):
                return first, second
    return None


def _are_moments(sum_: Structured, squares: Structured) -> bool:
    if any(sum_.parallel) or any(squares.parallel) or len(sum_.inputs) != 1:
        return False
    numbers = summed_squares(squares.body, len(squares.inputs))
    if summed_input(sum_.body, 1) != 0 or numbers is None or len(squares.inputs) != 2:
        return False
    element, number = numbers
    about = squares.inputs[number]
    return (
        squares.inputs[element] == sum_.inputs[0]
        and isinstance(about, Operand)
        and about.is_scalar
        and is_flat(sum_)
        and all(op.is_long_sum(0) or op.is_narrow_sum(0) for op in (sum_, squares))
    )


class Moments:
    """The two sums: the first one when it is made, the second one once the number is known."""

    def __init__(self, builder: LoopBuilder, sum_: Structured, squares: Structured) -> None:
        """The loops over memory, and the first sum."""
        self.builder = builder
        self.squares = squares
        numbers = summed_squares(squares.body, 2)
        assert numbers is not None
        self.about = squares.inputs[numbers[1]]
        self.type = squares.body.args[numbers[1]].type
        operands = buffers(sum_.operands)
        self.total = product(builder, loop_sizes(builder, operands, sum_.loops))
        self.block = block_length(builder, self.total)
        self.blocks = builder.ceil_divide(self.total, self.block)
        row = MemRefType(f64, [PARTIAL_RESULTS])
        self.sums, self.distances, self.partial = (builder.alloca(row) for _ in range(3))
        zero = builder.scalar(FloatAttr(0.0, f64))
        (source,) = flatten(builder, buffers(sum_.inputs), self.total)
        flat = replace(sum_, inputs=(source,), parallel=(False,), starts=(zero,))

        both = replace(
            flat, body=_with_distances(squares.body), outputs=sum_.outputs * 2, starts=(zero,) * 2
        )

        def part(begin: SSAValue, end: SSAValue) -> None:
            def one(number: SSAValue, _: object) -> tuple[()]:
                lower = builder.multiply(number, self.block)
                upper = builder.smaller(builder.add_index(lower, self.block), self.total)
                extent = [Extent(upper, lower)]
                sum_ = reduce_in_registers(builder, flat, extent, [0], streams=READ_STREAMS)[0]
                builder.store(sum_, self.sums, [number])
                mean = Cell(self._narrow(self._mean(sum_, self._count(number))))
                inputs = (source, mean) if numbers == (0, 1) else (mean, source)
                around = reduce_in_registers(builder, replace(both, inputs=inputs), extent, [0])
                builder.store(around[0], self.partial, [number])
                builder.store(around[1], self.distances, [number])
                return ()

            builder.for_(end, (), one, lower=begin)

        work = builder.multiply(self.block, builder.index(sum_.work + squares.work))
        builder.parallel(self.blocks, grain(builder, work), part)
        total = combiner(sum_, 0)
        assert total is not None
        combine_blocks(builder, sum_, {0: total}, {0: self.sums}, self.blocks)

    def finish(self) -> None:
        """The second sum."""
        builder = self.builder
        zero = builder.scalar(FloatAttr(0.0, f64))
        two = builder.scalar(FloatAttr(2.0, f64))
        about = self._wide(self.about.load(builder, [builder.index(0)] * self.squares.loops))

        def one(number: SSAValue, carried: Sequence[SSAValue]) -> Sequence[SSAValue]:
            count = self._count(number)
            sum_ = builder.load(self.sums, [number])
            mean = self._wide(self._narrow(self._mean(sum_, count)))
            rest = builder.load(self.distances, [number])
            distance = builder.binary(arith.SubfOp, mean, about)
            moved = builder.binary(
                arith.AddfOp,
                builder.binary(arith.MulfOp, two, rest),
                builder.binary(arith.MulfOp, count, distance),
            )
            moved = self._number(builder.binary(arith.MulfOp, distance, moved))
            squares = builder.load(self.partial, [number])
            squares = builder.binary(arith.AddfOp, squares, moved)
            return add_compensated(builder, carried[0], carried[1], squares)

        total, correction = builder.for_(self.blocks, [self.squares.start(0), zero], one)
        result = corrected(builder, total, correction)
        self.squares.outputs[0].store(builder, result, [builder.index(0)] * self.squares.loops)

    def _count(self, number: SSAValue) -> SSAValue:
        """How many elements a block has."""
        builder = self.builder
        lower = builder.multiply(number, self.block)
        rest = builder.binary(arith.SubiOp, self.total, lower)
        count = builder.value(arith.IndexCastOp(builder.smaller(rest, self.block), i64))
        return builder.value(arith.SIToFPOp(count, f64))

    def _mean(self, sum_: SSAValue, count: SSAValue) -> SSAValue:
        return self.builder.binary(arith.DivfOp, sum_, count)

    def _narrow(self, value: SSAValue) -> SSAValue:
        """A number in the precision of the elements."""
        return value if self.type == f64 else self.builder.value(arith.TruncFOp(value, self.type))

    def _wide(self, value: SSAValue) -> SSAValue:
        return value if value.type == f64 else self.builder.value(arith.ExtFOp(value, f64))

    def _number(self, value: SSAValue) -> SSAValue:
        """A value, or 0 where infinities have made it NaN: the squares are infinite or NaN themselves then."""
        builder = self.builder
        is_number = builder.value(arith.CmpfOp(value, value, "ord"))
        zero = builder.scalar(FloatAttr(0.0, f64))
        return builder.value(arith.SelectOp(is_number, value, zero))


def _with_distances(squares: Block) -> Block:
    """The body that adds up squares of distances, with a second result: the sum of the distances themselves."""
    body = copied(squares)
    yielded = body.last_op
    assert yielded is not None
    added = yielded.operands[0].owner
    assert isinstance(added, arith.AddfOp)
    accumulator = body.insert_arg(f64, len(body.args))
    (distance,) = {v for op in body.ops if isinstance(op, arith.MulfOp) for v in op.operands}
    if distance.type != f64:
        wide = arith.ExtFOp(distance, f64)
        body.insert_op_before(wide, yielded)
        distance = wide.result
    total = arith.AddfOp(accumulator, distance, added.fastmath)
    total.attributes |= added.attributes
    body.insert_op_before(total, yielded)
    yielded.operands = [*yielded.operands, total.result]
    return body
