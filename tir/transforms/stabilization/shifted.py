"""Sums of exponentials that users shift by the maximum themselves, so that none overflows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from xdsl.dialects.builtin import IntegerAttr, i64
from xdsl.ir import SSAValue

from tir.dialects.tir.base import TirOp, int_array
from tir.dialects.tir.canonicalization.matching import producer, rank_of_value
from tir.dialects.tir.canonicalization.pattern import Pattern, Rewriter
from tir.dialects.tir.canonicalization.reduced import (
    Reduced,
    below_maximum,
    log_sum_exp,
    reduced,
)
from tir.dialects.tir.nnet import LogSoftmaxOp, LogSumExpOp, SoftmaxOp
from tir.dialects.tir.reduction import MaxOp
from tir.dialects.tir.structural import NEW_AXIS, DimshuffleOp
from tir.dialects.tir.transcendental import ExpOp, LogOp

Term = tuple[int, SSAValue]
"""A term of a sum: 1 or -1, and the value."""

_SEEN = (LogOp, LogSumExpOp, DimshuffleOp)


def match_log_sum_exp(rewriter: Rewriter, terms: Sequence[Term]) -> tuple[set[int], Term] | None:
    """Two terms that together are a `log_sum_exp` or a `log_softmax`: their numbers, and the term for both."""
    for index, (sign, value) in enumerate(terms):
        total = log_sum_exp(value) if isinstance(value.owner, _SEEN) else None
        if total is None:
            continue
        for other, (other_sign, term) in enumerate(terms):
            if other == index:
                continue
            if other_sign == sign:
                combined = _with_maximum(rewriter, total, term)
            else:
                combined = _log_softmax(rewriter, value, total, term)
            if combined is not None:
                return {index, other}, (other_sign, combined)
    return None


def _with_maximum(rewriter: Rewriter, total: Reduced, term: SSAValue) -> SSAValue | None:
    """`log(sum(exp(x - m))) + m` as `log_sum_exp(x)`."""
    added, shift = reduced(term, MaxOp), below_maximum(total.x)
    if added is None or shift is None or shift.axes != total.axes:
        return None
    ndim = max(len(added.order), len(total.order))
    if (added.x, added.axes) != (shift.x, shift.axes) or added.padded(ndim) != total.padded(ndim):
        return None
    value = rewriter.create(LogSumExpOp, shift.x, axes=int_array(shift.axes))
    kept = [axis for axis in range(rank_of_value(shift.x)) if axis not in shift.axes]
    if list(total.order) == kept:
        return value
    order = [NEW_AXIS if d == NEW_AXIS else kept.index(d) for d in total.order]
    return rewriter.create(DimshuffleOp, value, new_order=int_array(order))


def _log_softmax(
    rewriter: Rewriter, value: SSAValue, total: Reduced, term: SSAValue
) -> SSAValue | None:
    """`x - log_sum_exp(x)` as `log_softmax(x)`. Where others need the sum, the subtraction is cheaper."""
    if term is not total.x or len(total.axes) != 1 or not total.is_spread:
        return None
    if not _is_used_once(value):
        return None
    return rewriter.create(LogSoftmaxOp, term, axis=IntegerAttr(total.axes[0], i64))


def _is_used_once(value: SSAValue) -> bool:
    """Whether a value, and what dimshuffles make it of, have no other users."""
    while value.has_one_use():
        if not isinstance(value.owner, DimshuffleOp):
            return True
        value = value.owner.operands[0]
    return False


class ExpOfLogSoftmax(Pattern):
    """`exp(log_softmax(x))` is `softmax(x)`, if nobody else needs the logarithm."""

    ROOTS: ClassVar = (ExpOp,)

    def rewrite(self, op: TirOp, rewriter: Rewriter) -> SSAValue | None:
        (logarithm,) = op.operands
        log_softmax = producer(logarithm, LogSoftmaxOp)
        if log_softmax is None or not logarithm.has_one_use():
            return None
        return rewriter.create(SoftmaxOp, log_softmax.operands[0], **log_softmax.properties)


SHIFTED_PATTERNS: tuple[Pattern, ...] = (ExpOfLogSoftmax(),)
