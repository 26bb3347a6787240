"""Rewrites of reductions."""

from __future__ import annotations

from typing import ClassVar

from xdsl.ir import SSAValue

from tir.dialects.tir.arithmetic import MulOp, NegOp, TrueDivOp
from tir.dialects.tir.base import TirOp, int_array, ints, type_dtype
from tir.dialects.tir.canonicalization.matching import (
    cast_to,
    dtype_of_value,
    pattern_of_value,
    producer,
    rank_of_value,
)
from tir.dialects.tir.canonicalization.pattern import Pattern, Rewriter, result_type
from tir.dialects.tir.reduction import (
    AllOp,
    AnyOp,
    MaxOp,
    MinOp,
    ProdOp,
    SumOp,
)
from tir.dialects.tir.structural import DimshuffleOp
from tir.support.dtypes import FLOAT_DTYPES

_PLAIN_REDUCTIONS = (SumOp, ProdOp, MaxOp, MinOp, AnyOp, AllOp)


class ReductionOverOnes(Pattern):
    """A reduction over dimensions that are statically 1 only drops them; over no dimension it does nothing."""

    ROOTS: ClassVar = _PLAIN_REDUCTIONS

    def rewrite(self, op: TirOp, rewriter: Rewriter) -> SSAValue | None:
        (x,) = op.operands
        axes = ints(op.properties["axes"])
        pattern = pattern_of_value(x)
        ones = [axis for axis in axes if pattern[axis]]
        if axes and not ones:
            return None
        kept = [axis for axis in range(len(pattern)) if axis not in ones]
        rest = [kept.index(axis) for axis in axes if axis not in ones]
        if ones:
            x = rewriter.create(DimshuffleOp, x, new_order=int_array(kept))
        if rest:
            return rewriter.create(type(op), x, axes=int_array(rest))
        return cast_to(rewriter, x, type_dtype(result_type(op)))


class MergeConsecutiveReductions(Pattern):
    """`sum(sum(x, a), b)` is one sum over both; likewise for products, extremes, any and all."""

    ROOTS: ClassVar = _PLAIN_REDUCTIONS

    def rewrite(self, op: TirOp, rewriter: Rewriter) -> SSAValue | None:
        inner = producer(op.operands[0], type(op))
        if inner is None or not op.operands[0].has_one_use():
            return None
        first = ints(inner.properties["axes"])
        kept = [axis for axis in range(rank_of_value(inner.operands[0])) if axis not in first]
        axes = sorted([*first, *(kept[axis] for axis in ints(op.properties["axes"]))])
        return rewriter.create(type(op), inner.operands[0], axes=int_array(axes))


class HoistFactorFromSum(Pattern):
    """`sum(c * x)` is `c * sum(x)` for a c that is the same along the reduced axes, and `sum(-x)` is `-sum(x)`;
    `sum(x / c)` is `sum(x) / c`.

    Of floats only: a product of small integers may wrap around where the sum is wide.
    """

    ROOTS: ClassVar = (SumOp,)

    def rewrite(self, op: TirOp, rewriter: Rewriter) -> SSAValue | None:
        (x,) = op.operands
        inner = x.owner
        if dtype_of_value(x) not in FLOAT_DTYPES or not x.has_one_use():
            return None
        if isinstance(inner, NegOp):
            total = rewriter.create(SumOp, inner.operands[0], axes=op.properties["axes"])
            return rewriter.create(NegOp, total)
        if not isinstance(inner, MulOp | TrueDivOp):
            return None
        axes = ints(op.properties["axes"])
        left, right = inner.operands
        if isinstance(inner, MulOp) and is_constant_along(left, axes, rank_of_value(x)):
            left, right = right, left
        if left.type != x.type or not is_constant_along(right, axes, rank_of_value(x)):
            return None
        total = rewriter.create(SumOp, left, axes=op.properties["axes"])
        return rewriter.create(type(inner), total, without_axes(rewriter, right, axes, x))


def is_constant_along(value: SSAValue, axes: tuple[int, ...], ndim: int) -> bool:
    """Whether an operand of an operation of `ndim` dimensions is repeated along axes of the result."""
    missing = ndim - rank_of_value(value)
    pattern = pattern_of_value(value)
    return all(axis < missing or pattern[axis - missing] for axis in axes)


def without_axes(
    rewriter: Rewriter, value: SSAValue, axes: tuple[int, ...], like: SSAValue
) -> SSAValue:
    """The operand without the reduced axes."""
    own = rank_of_value(value)
    missing = rank_of_value(like) - own
    kept = [axis for axis in range(own) if axis + missing not in axes]
    if len(kept) == own:
        return value
    return rewriter.create(DimshuffleOp, value, new_order=int_array(kept))


REDUCTION_PATTERNS: tuple[Pattern, ...] = (
    ReductionOverOnes(),
    MergeConsecutiveReductions(),
    HoistFactorFromSum(),
)
