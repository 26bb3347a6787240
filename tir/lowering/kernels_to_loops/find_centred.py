"""Which operations of a kernel are a reduction and sums about a centre that it gives, and the loops for them.

Imported when a kernel may have such operations: few programs do.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from xdsl.dialects import arith

from tir.lowering.kernels_to_loops.centred_columns import CentredColumns
from tir.lowering.kernels_to_loops.centred_exponentials import ExponentialsBelowMaximum
from tir.lowering.kernels_to_loops.centred_squares import SquaresAboutMean
from tir.lowering.kernels_to_loops.centred_whole import CentredWhole
from tir.lowering.kernels_to_loops.combine import combiner
from tir.lowering.kernels_to_loops.structure import Structured
from tir.lowering.structured.builder import LoopBuilder
from tir.lowering.structured.centred import Centre, CentredSum, centre_found, centred_sum
from tir.lowering.structured.operands import Operand

Loops = CentredColumns | CentredWhole


def find_centred(
    ops: Sequence[Structured],
) -> tuple[int, int, Callable[[LoopBuilder], Loops]] | None:
    """The operation that gives the centre, the one that sums about it what can be read in the same sweep, and both's loops.

    Those are written when the first operation is due; their `finish` when the second one is.
    """
    for second, op in enumerate(ops):
        found = centred_sum(op.body, len(op.inputs))
        if found is None:
            continue
        for first, one in enumerate(ops[:second]):
            if centre_found(one.body, len(one.inputs)) is found.centre and _fit(one, op, found):
                is_mean = found.centre is Centre.MEAN
                kind = SquaresAboutMean if is_mean else ExponentialsBelowMaximum
                loops = CentredColumns if any(op.parallel) else CentredWhole
                return first, second, partial(loops, centred=kind(one, op, found))
    return None


def _fit(first: Structured, second: Structured, found: CentredSum) -> bool:
    """Whether both go through the same contiguous elements, and start from nothing."""
    if len(first.inputs) != 1 or len(second.inputs) != 2:
        return False
    about, result = second.inputs[found.about], first.outputs[0]
    reduces_columns = first.parallel[-1] and sum(first.parallel) == 1
    return (
        second.inputs[found.element] == first.inputs[0]
        and isinstance(about, Operand)
        and isinstance(result, Operand)
        and first.parallel == second.parallel
        and (reduces_columns or not any(first.parallel))
        and about.map == result.map
        and (found.centre is Centre.MEAN or about.buffer is result.buffer)
        and _is_contiguous(first)
        and all(
            _is_sum(op) or (op is first and found.centre is Centre.MAXIMUM)
            for op in (first, second)
        )
        and all(_starts_neutral(op) for op in (first, second))
    )


def _is_contiguous(op: Structured) -> bool:
    operand = op.inputs[0]
    return isinstance(operand, Operand) and operand.is_full(op.loops) and operand.is_contiguous


def _is_sum(op: Structured) -> bool:
    return op.is_long_sum(0) or op.is_narrow_sum(0)


def _starts_neutral(op: Structured) -> bool:
    start, known = op.starts[0], combiner(op, 0)
    if start is None or known is None or not isinstance(start.owner, arith.ConstantOp):
        return False
    return start.owner.value == known.neutral_attribute
