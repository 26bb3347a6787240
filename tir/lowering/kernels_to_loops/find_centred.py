"""Which operations of a kernel are a reduction and sums about a centre that it gives, and the loops for them.

Imported when a kernel may have such operations: few programs do.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial

from tir.dialects.linalg_generic import MAY_BE_NEAR
from tir.dialects.math_ext import ExpTermOp
from tir.lowering.kernels_to_loops.centred import Centred
from tir.lowering.kernels_to_loops.centred_columns import CentredColumns
from tir.lowering.kernels_to_loops.centred_exponentials import (
    ExponentialsBelowMaximum,
    ExponentialsNearMaximum,
)
from tir.lowering.kernels_to_loops.centred_rows import CentredRow
from tir.lowering.kernels_to_loops.centred_squares import SquaresAboutMean
from tir.lowering.kernels_to_loops.centred_whole import CentredWhole
from tir.lowering.kernels_to_loops.combine import starts_neutral
from tir.lowering.kernels_to_loops.structure import Structured
from tir.lowering.structured.builder import LoopBuilder
from tir.lowering.structured.centred import Centre, CentredSum, centre_found, centred_sum
from tir.lowering.structured.operands import Operand

Loops = CentredColumns | CentredWhole


@dataclass(frozen=True)
class _Pair:
    """The operation that gives a centre, by its number, and the one that sums about it."""

    first: int
    second: int
    centred: Centred


def find_centred(
    ops: Sequence[Structured],
) -> tuple[int, int, Callable[[LoopBuilder], Loops]] | None:
    """The operations whose elements can be read in the same sweep over everything or over all columns, and both's loops.

    Those are written when the first operation is due; their `finish` when the second one is.
    """
    for pair in _pairs(ops):
        op = ops[pair.first]
        reduces_columns = op.parallel[-1] and sum(op.parallel) == 1
        if (reduces_columns or not any(op.parallel)) and _is_contiguous(op):
            loops = CentredColumns if any(op.parallel) else CentredWhole
            return pair.first, pair.second, partial(loops, centred=pair.centred)
    return None


def find_centred_rows(
    ops: Sequence[Structured], shared: Sequence[Sequence[int]]
) -> list[CentredRow]:
    """The operations of a kernel that read a row in the same sweep, where any centre does that is near.

    Squares of a row are taken about its mean: a row is read again from the cache in no more time than the other sums would take, and
    its first elements need not be like the others.
    """

    def walks_rows(number: int) -> bool:
        op = ops[number]
        return not op.parallel[-1] and list(shared[number]) == list(range(op.loops - 1))

    rows: dict[int, CentredRow] = {}
    for pair in _pairs(ops):
        does = pair.centred.is_centre and pair.centred.sums_tell
        if does and walks_rows(pair.first) and walks_rows(pair.second):
            rows.setdefault(pair.first, CentredRow(pair.first, pair.second, pair.centred))
    return list(rows.values())


def _pairs(ops: Sequence[Structured]) -> Iterator[_Pair]:
    for second, op in enumerate(ops):
        found = centred_sum(op.body, len(op.inputs))
        if found is None:
            continue
        for first, one in enumerate(ops[:second]):
            if centre_found(one.body, len(one.inputs)) is found.centre and _fit(one, op, found):
                yield _Pair(first, second, _kind(one, op, found)(one, op, found))
                break


def _kind(first: Structured, second: Structured, found: CentredSum) -> type[Centred]:
    if found.centre is Centre.MEAN:
        return SquaresAboutMean
    may_be_near = any(MAY_BE_NEAR in op.attributes for op in first.body.ops)
    has_terms = any(isinstance(op, ExpTermOp) for op in second.body.ops)
    return ExponentialsNearMaximum if may_be_near and has_terms else ExponentialsBelowMaximum


def _fit(first: Structured, second: Structured, found: CentredSum) -> bool:
    """Whether both go through the same elements, and start from nothing."""
    if len(first.inputs) != 1 or len(second.inputs) != 2:
        return False
    about, result = second.inputs[found.about], first.outputs[0]
    return (
        second.inputs[found.element] == first.inputs[0]
        and isinstance(about, Operand)
        and isinstance(result, Operand)
        and first.parallel == second.parallel
        and about.map == result.map
        and (found.centre is Centre.MEAN or about.buffer is result.buffer)
        and all(
            op.is_sum(0) or (op is first and found.centre is Centre.MAXIMUM)
            for op in (first, second)
        )
        and all(starts_neutral(op) for op in (first, second))
    )


def _is_contiguous(op: Structured) -> bool:
    operand = op.inputs[0]
    return isinstance(operand, Operand) and operand.is_full(op.loops) and operand.is_contiguous
