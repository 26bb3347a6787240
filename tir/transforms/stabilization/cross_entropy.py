"""Softmax cross-entropy with integer labels, and the gradients that lead to it."""

from __future__ import annotations

from typing import ClassVar

from xdsl.ir import SSAValue

from tir.dialects.tir.arithmetic import AddOp, MulOp, NegOp, SubOp, TrueDivOp
from tir.dialects.tir.base import TirOp, bool_array, int_array, optional_int
from tir.dialects.tir.canonicalization.matching import (
    cast_to,
    dtype_of_value,
    is_uniform,
    keepdims_order,
    operand_of,
    pattern_of_value,
    producer,
    rank_of_value,
    spread_source,
    without_fill,
)
from tir.dialects.tir.canonicalization.pattern import Pattern, Rewriter, result_type
from tir.dialects.tir.canonicalization.products import build_product, collect_product
from tir.dialects.tir.canonicalization.sizes import decisive_size, dim, is_count
from tir.dialects.tir.indexing import AdvancedIncSubtensorOp, AdvancedSubtensorOp
from tir.dialects.tir.nnet import (
    LogSoftmaxOp,
    SoftmaxCrossEntropyGradOp,
    SoftmaxCrossEntropyOp,
    SoftmaxOp,
)
from tir.dialects.tir.reduction import SumOp
from tir.dialects.tir.structural import AllocOp, ArangeOp, DimshuffleOp
from tir.dialects.tir.transcendental import ExpOp
from tir.support.dtypes import DISCRETE_DTYPES


def softmax_axis(op: TirOp) -> int:
    """The axis of a softmax."""
    axis = optional_int(op.properties["axis"])
    assert axis is not None
    return axis


def _labels_of_rows(scores: SSAValue, indices: tuple[SSAValue, ...]) -> SSAValue | None:
    """The labels y, if the indices are those of `scores[arange(rows), y]`."""
    if rank_of_value(scores) != 2 or len(indices) != 2:
        return None
    rows, labels = indices
    count = producer(rows, ArangeOp)
    if count is None or not is_count(count) or dtype_of_value(labels) not in DISCRETE_DTYPES[1:]:
        return None
    length = decisive_size(rows, 0)
    if length in (decisive_size(labels, 0), decisive_size(scores, 0)):
        return labels
    return None


class CrossEntropyOfLabels(Pattern):
    """`log_softmax(x)[arange(n), y]` is `-softmax_cross_entropy(x, y)`.

    As in Theano, the number of labels must then be the number of rows, where fewer labels would have done.
    """

    ROOTS: ClassVar = (AdvancedSubtensorOp,)

    def rewrite(self, op: TirOp, rewriter: Rewriter) -> SSAValue | None:
        log_softmax = producer(op.operands[0], LogSoftmaxOp)
        if log_softmax is None or softmax_axis(log_softmax) != 1:
            return None
        (scores,) = log_softmax.operands
        labels = _labels_of_rows(scores, tuple(op.operands[1:]))
        if labels is None:
            return None
        one_row = pattern_of_value(scores)[0] and pattern_of_value(labels)[0]
        if pattern_of_value(op.results[0]) != (one_row,):
            return None
        loss = rewriter.create(SoftmaxCrossEntropyOp, scores, labels)
        return rewriter.create(NegOp, loss)


def softmax_of(value: SSAValue) -> TirOp | None:
    """The softmax that `value` is, also as `exp(log_softmax(x))`; its operand and axis are those of the softmax."""
    softmax = producer(value, SoftmaxOp)
    if softmax is not None:
        return softmax
    logarithm = operand_of(value, ExpOp)
    return None if logarithm is None else producer(logarithm, LogSoftmaxOp)


def _undivided(rewriter: Rewriter, gradient: SSAValue, softmax: SSAValue) -> SSAValue | None:
    """a, if `gradient` is a / softmax: as a quotient, or with the elements of `a` that are not zero divided.

    Operations are created only if there is such an a.
    """
    product = collect_product(gradient)
    if (-1, softmax) in product.factors and product.exact:
        rest = [factor for factor in product.factors if factor != (-1, softmax)]
        whole = any(value.type == gradient.type for _, value in rest)
        return build_product(rewriter, product.dtype, rest, product.coefficient) if whole else None
    scatter = producer(gradient, AdvancedIncSubtensorOp)
    if scatter is None or not is_uniform(scatter.operands[0], 0):
        return None
    zeros, value, *indices = scatter.operands
    inner = producer(value, TrueDivOp)
    if inner is None:
        return None
    picked = producer(inner.operands[1], AdvancedSubtensorOp)
    if picked is None or tuple(picked.operands) != (softmax, *indices):
        return None
    return rewriter.create(AdvancedIncSubtensorOp, zeros, inner.operands[0], *indices)


class GradientOfLogOfSoftmax(Pattern):
    """The gradient of a softmax p, where a logarithm of p was differentiated before: the divisions by p go.

    `p * (g - sum(g * p))` with `g = a / p` is `a - p * sum(a)`, along the axis of the softmax.
    """

    ROOTS: ClassVar = (MulOp,)

    def rewrite(self, op: TirOp, rewriter: Rewriter) -> SSAValue | None:
        for p, difference in (tuple(op.operands), tuple(op.operands)[::-1]):
            softmax, inner = producer(p, SoftmaxOp), producer(difference, SubOp)
            if softmax is None or inner is None or p.type != result_type(op):
                continue
            gradient, spread = inner.operands
            if not self._is_sum_of_product(spread, gradient, p, softmax_axis(softmax)):
                continue
            a = _undivided(rewriter, gradient, p)
            if a is not None:
                return _log_softmax_gradient(rewriter, a, p, softmax_axis(softmax))
        return None

    @staticmethod
    def _is_sum_of_product(spread: SSAValue, gradient: SSAValue, p: SSAValue, axis: int) -> bool:
        source = spread_source(spread, rank_of_value(p), (axis,))
        total = None if source is None else producer(source, SumOp)
        if total is None or total.properties["axes"] != int_array([axis]):
            return False
        product = producer(total.operands[0], MulOp)
        return product is not None and set(product.operands) == {gradient, p}


def _log_softmax_gradient(
    rewriter: Rewriter, a: SSAValue, softmax: SSAValue, axis: int
) -> SSAValue:
    total = rewriter.create(SumOp, a, axes=int_array([axis]))
    order = int_array(keepdims_order(rank_of_value(a), [axis]))
    spread = rewriter.create(DimshuffleOp, total, new_order=order)
    return rewriter.create(SubOp, a, rewriter.create(MulOp, softmax, spread))


class GradientOfCrossEntropy(Pattern):
    """The gradient of `-log_softmax(x)[arange(n), y]`, weighted by w, is `softmax_cross_entropy_grad(w, x, y)`.

    It appears as `a - softmax(x) * sum(a)` or `a + softmax(x) * -sum(a)` where `a` holds -w at the labels and zeros elsewhere.
    """

    ROOTS: ClassVar = (SubOp, AddOp)

    def rewrite(self, op: TirOp, rewriter: Rewriter) -> SSAValue | None:
        a, scaled = op.operands
        if isinstance(op, AddOp) and not isinstance(a.owner, AdvancedIncSubtensorOp):
            a, scaled = scaled, a
        scatter = producer(a, AdvancedIncSubtensorOp)
        if scatter is None or not is_uniform(scatter.operands[0], 0):
            return None
        product = collect_product(scaled)
        factors = [factor for exponent, factor in product.factors if exponent == 1]
        sign = 1 if isinstance(op, SubOp) else -1
        if len(factors) != 2 or len(product.factors) != 2 or product.coefficient != sign:
            return None
        _, value, *indices = scatter.operands
        for p, spread in (factors, factors[::-1]):
            softmax = softmax_of(p)
            if softmax is None or softmax_axis(softmax) != 1 or p.type != result_type(op):
                continue
            (scores,) = softmax.operands
            labels = _labels_of_rows(scores, tuple(indices))
            if labels is None or not _is_sum_of_rows(spread, a, value):
                continue
            weights = _as_vector(rewriter, value, scores)
            negative = rewriter.create(NegOp, weights)
            return rewriter.create(SoftmaxCrossEntropyGradOp, negative, scores, labels)
        return None


def _is_sum_of_rows(spread: SSAValue, a: SSAValue, value: SSAValue) -> bool:
    """Whether `spread` repeats the sum of each row of `a`, which holds one `value` in each row."""
    source = spread_source(spread, 2, (1,))
    total = None if source is None else producer(source, SumOp)
    if total is not None and total.operands[0] is a and total.properties["axes"] == int_array([1]):
        return True
    if source is value:
        return True
    repeated = without_fill(value)
    return rank_of_value(repeated) == 0 and without_fill(spread) is repeated


def _as_vector(rewriter: Rewriter, value: SSAValue, scores: SSAValue) -> SSAValue:
    """The values of a scatter as one weight per row of `scores`, in their dtype."""
    value = cast_to(rewriter, value, dtype_of_value(scores))
    if rank_of_value(value) == 1 and not pattern_of_value(value)[0]:
        return value
    one_row = pattern_of_value(scores)[0]
    if rank_of_value(value) == 1 and one_row:
        return value
    pattern = bool_array([one_row])
    return rewriter.create(AllocOp, value, dim(rewriter, scores, 0), broadcastable=pattern)


CROSS_ENTROPY_PATTERNS: tuple[Pattern, ...] = (
    CrossEntropyOfLabels(),
    GradientOfLogOfSoftmax(),
    GradientOfCrossEntropy(),
)
