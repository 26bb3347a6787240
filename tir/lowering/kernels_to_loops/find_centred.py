"""Which operations of a kernel are a reduction and sums about a centre that it gives."""

from __future__ import annotations

from collections.abc import Sequence

from xdsl.dialects import arith

from tir.lowering.kernels_to_loops.centred import Centred
from tir.lowering.kernels_to_loops.centred_exponentials import ExponentialsBelowMaximum
from tir.lowering.kernels_to_loops.centred_squares import SquaresAboutMean
from tir.lowering.kernels_to_loops.combine import combiner
from tir.lowering.kernels_to_loops.structure import Structured
from tir.lowering.structured.centred import Centre, CentredSum, centre_found, centred_sum
from tir.lowering.structured.operands import Operand


def find_centred(ops: Sequence[Structured]) -> tuple[int, int, Centred] | None:
    """Which operation of a kernel gives the centre, and which sums about it what can be read in the same sweep."""
    for second, op in enumerate(ops):
        found = centred_sum(op.body, len(op.inputs))
        if found is None:
            continue
        for first, one in enumerate(ops[:second]):
            if centre_found(one.body, len(one.inputs)) is found.centre and _fit(one, op, found):
                kind = SquaresAboutMean if found.centre is Centre.MEAN else ExponentialsBelowMaximum
                return first, second, kind(one, op, found)
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
