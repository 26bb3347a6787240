"""Rewrites of dimshuffles, reshapes and operations that give their operand."""

from __future__ import annotations

from typing import ClassVar

from xdsl.ir import SSAValue

from tir.dialects.tir.base import TirOp, int_array, ints, rank
from tir.dialects.tir.canonicalization.matching import (
    pattern_of_value,
    producer,
    rank_of_value,
    tensor_type_of,
)
from tir.dialects.tir.canonicalization.pattern import Pattern, Rewriter, result_type
from tir.dialects.tir.contraction import DotOp
from tir.dialects.tir.elementwise import ElementwiseOp
from tir.dialects.tir.structural import (
    NEW_AXIS,
    DimshuffleOp,
    IdentityOp,
    RebroadcastOp,
    ReshapeOp,
)


def order_of(op: TirOp) -> tuple[int, ...]:
    """The `new_order` of a dimshuffle."""
    return ints(op.properties["new_order"])


def composed(outer: tuple[int, ...], inner: tuple[int, ...]) -> tuple[int, ...]:
    """The order of one dimshuffle after another.

    >>> composed((1, -1), (2, 0))
    (0, -1)
    """
    return tuple(NEW_AXIS if axis == NEW_AXIS else inner[axis] for axis in outer)


class RemoveIdentityDimshuffle(Pattern):
    """`dimshuffle(x, [0, 1])` of a matrix is x; so is `dimshuffle(x, [0, -1])` of a column, which drops a 1 for another."""

    ROOTS: ClassVar = (DimshuffleOp,)

    def rewrite(self, op: TirOp, rewriter: Rewriter) -> SSAValue | None:
        (x,) = op.operands
        order = order_of(op)
        if len(order) != rank_of_value(x):
            return None
        places = zip(order, range(len(order)), pattern_of_value(x), strict=True)
        kept = all(axis == own or (axis == NEW_AXIS and one) for axis, own, one in places)
        return x if kept else None


class MergeConsecutiveDimshuffles(Pattern):
    """`dimshuffle(dimshuffle(x))` is one dimshuffle of x."""

    ROOTS: ClassVar = (DimshuffleOp,)

    def rewrite(self, op: TirOp, rewriter: Rewriter) -> SSAValue | None:
        inner = producer(op.operands[0], DimshuffleOp)
        if inner is None:
            return None
        order = composed(order_of(op), order_of(inner))
        return rewriter.create(DimshuffleOp, inner.operands[0], new_order=int_array(order))


class LiftDimshuffleThroughElementwise(Pattern):
    """`dimshuffle(f(x, y))` is `f(dimshuffle(x), dimshuffle(y))`, if nobody else uses `f(x, y)`.

    So dimshuffles meet and merge, and products and sums that a `keepdims` has parted come together. Dimensions are
    permuted only through functions of one operand.
    """

    ROOTS: ClassVar = (DimshuffleOp,)

    def rewrite(self, op: TirOp, rewriter: Rewriter) -> SSAValue | None:
        inner = producer(op.operands[0], ElementwiseOp)
        if inner is None or not op.operands[0].has_one_use():
            return None
        order, ndim = order_of(op), rank_of_value(op.operands[0])
        if order[len(order) - ndim :] == tuple(range(ndim)):
            # Leading dimensions are added by the elementwise users themselves.
            return None
        kept = [axis for axis in order if axis != NEW_AXIS]
        if len(inner.operands) > 1 and kept != sorted(kept):
            return None
        operands = [_shuffled(rewriter, operand, order, ndim) for operand in inner.operands]
        return rewriter.create(type(inner), *operands, **inner.properties)


def _shuffled(rewriter: Rewriter, operand: SSAValue, order: tuple[int, ...], ndim: int) -> SSAValue:
    """What becomes of an operand when the result, of `ndim` dimensions, is dimshuffled."""
    missing = ndim - rank_of_value(operand)
    own = [NEW_AXIS if axis < missing else axis - missing for axis in order]
    if own == list(range(rank_of_value(operand))):
        return operand
    return rewriter.create(DimshuffleOp, operand, new_order=int_array(own))


class TransposeOfDot(Pattern):
    """`dot(x, y).T` is `dot(y.T, x.T)`: the transpositions merge with others, and a product reads transposed
    operands for free."""

    ROOTS: ClassVar = (DimshuffleOp,)

    def rewrite(self, op: TirOp, rewriter: Rewriter) -> SSAValue | None:
        dot = producer(op.operands[0], DotOp)
        if dot is None or order_of(op) != (1, 0) or not op.operands[0].has_one_use():
            return None
        x, y = dot.operands
        if rank_of_value(x) != 2 or rank_of_value(y) != 2:
            return None
        swap = int_array([1, 0])
        left = rewriter.create(DimshuffleOp, y, new_order=swap)
        return rewriter.create(DotOp, left, rewriter.create(DimshuffleOp, x, new_order=swap))


class DropLeftPadding(Pattern):
    """An operand that only gets leading dimensions, `dimshuffle(x, [-1, 0])`, may do without: elementwise
    operations pad ranks themselves. Another operand must have the dimensions."""

    ROOTS: ClassVar = (ElementwiseOp,)

    def rewrite(self, op: TirOp, rewriter: Rewriter) -> SSAValue | None:
        stripped = [_without_padding(operand) for operand in op.operands]
        needed = rank(result_type(op))
        if all(rank_of_value(s) < needed for s in stripped):
            # Somebody must keep the rank: the first operand that has it.
            keep = next(i for i, o in enumerate(op.operands) if rank_of_value(o) == needed)
            stripped[keep] = op.operands[keep]
        if all(s is o for s, o in zip(stripped, op.operands, strict=True)):
            return None
        return rewriter.create(type(op), *stripped, **op.properties)


def _without_padding(value: SSAValue) -> SSAValue:
    shuffle = producer(value, DimshuffleOp)
    if shuffle is None:
        return value
    order, source = order_of(shuffle), shuffle.operands[0]
    own = rank_of_value(source)
    padding = (NEW_AXIS,) * (len(order) - own)
    return source if order == padding + tuple(range(own)) else value


class RemoveIdentityOperation(Pattern):
    """`tensor_copy`, `consider_constant` and their like only matter to gradients, which are done by now."""

    ROOTS: ClassVar = (IdentityOp,)

    def rewrite(self, op: TirOp, rewriter: Rewriter) -> SSAValue | None:
        return op.operands[0]


class RemoveUselessRebroadcast(Pattern):
    """A rebroadcast to the pattern that is known already, or of another rebroadcast that is weaker."""

    ROOTS: ClassVar = (RebroadcastOp,)

    def rewrite(self, op: TirOp, rewriter: Rewriter) -> SSAValue | None:
        (x,) = op.operands
        if x.type == result_type(op):
            return x
        inner = producer(x, RebroadcastOp)
        if inner is None:
            return None
        source = inner.operands[0]
        # What the inner one checks must still be checked, or be known.
        checks = zip(
            pattern_of_value(source),
            pattern_of_value(x),
            pattern_of_value(op.results[0]),
            strict=True,
        )
        if any(middle and not (known or last) for known, middle, last in checks):
            return None
        return rewriter.create(RebroadcastOp, source, **op.properties)


class MergeConsecutiveReshapes(Pattern):
    """`reshape(reshape(x, ...), dims)` is `reshape(x, dims)`. That the first was possible is not checked."""

    ROOTS: ClassVar = (ReshapeOp,)
    UNSAFE: ClassVar[bool] = True

    def rewrite(self, op: TirOp, rewriter: Rewriter) -> SSAValue | None:
        inner = producer(op.operands[0], ReshapeOp)
        if inner is None:
            return None
        return rewriter.create(ReshapeOp, inner.operands[0], *op.operands[1:], **op.properties)


class ReshapeToVectorOfVector(Pattern):
    """A vector reshaped to one dimension is itself. That the size given fits is not checked."""

    ROOTS: ClassVar = (ReshapeOp,)
    UNSAFE: ClassVar[bool] = True

    def rewrite(self, op: TirOp, rewriter: Rewriter) -> SSAValue | None:
        x = op.operands[0]
        same = rank_of_value(x) == 1 and tensor_type_of(x) == result_type(op)
        return x if same else None


DIMSHUFFLE_PATTERNS: tuple[Pattern, ...] = (
    RemoveIdentityDimshuffle(),
    MergeConsecutiveDimshuffles(),
    TransposeOfDot(),
    LiftDimshuffleThroughElementwise(),
    DropLeftPadding(),
    RemoveIdentityOperation(),
    RemoveUselessRebroadcast(),
    MergeConsecutiveReshapes(),
    ReshapeToVectorOfVector(),
)
