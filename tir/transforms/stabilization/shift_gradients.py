"""Gradients by a shift of the operand of a softmax or its relatives: nothing, as the shift changes nothing.

Such a gradient is the sum of the gradient by the operand. It appears where users subtract the maximum, and without it the
gradient is that of the canonical operation.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from xdsl.ir import SSAValue

from tir.dialects.tir.arithmetic import AddOp, MulOp, NegOp, SecondOp, SubOp, SwitchOp
from tir.dialects.tir.base import TirOp, bool_array, ints
from tir.dialects.tir.canonicalization.matching import (
    dtype_of_value,
    is_float_value,
    operand_of,
    pattern_of_value,
    producer,
    rank_of_value,
)
from tir.dialects.tir.canonicalization.pattern import Pattern, Rewriter
from tir.dialects.tir.canonicalization.products import build_product, collect_product
from tir.dialects.tir.canonicalization.reduced import log_sum_exp, reduced
from tir.dialects.tir.canonicalization.reduction import is_constant_along, without_axes
from tir.dialects.tir.canonicalization.sizes import dim
from tir.dialects.tir.canonicalization.sums import collect_sum
from tir.dialects.tir.comparison import EqOp
from tir.dialects.tir.nnet import SoftmaxCrossEntropyGradOp
from tir.dialects.tir.reduction import MaxOp, SumOp
from tir.dialects.tir.structural import AllocOp, DimshuffleOp
from tir.dialects.tir.transcendental import ExpOp
from tir.transforms.stabilization.cross_entropy import softmax_axis, softmax_of

Axes = tuple[int, ...]
Factor = tuple[int, SSAValue]


class SumOfSoftmaxGradient(Pattern):
    """Sums of rows that are known; p is a softmax along the same axes, and c does not change along them.

    | sum | becomes |
    |---|---|
    | `sum(c * p)` | c |
    | `sum(c * (g - sum(g * p)) * p)` | 0 |
    | `sum(g - sum(g) * p)` | 0 |
    | `sum(softmax_cross_entropy_grad(w, x, y), axis=1)` | 0 |

    Where p is NaN, or has no elements, that is not what NumPy gives. So, but for the last one, only sums are replaced that go
    to the place of a maximum, `switch(x == max(x), sum, 0)`: the rest of the gradient is NaN there, in all of the row.
    """

    ROOTS: ClassVar = (SumOp,)

    def rewrite(self, op: TirOp, rewriter: Rewriter) -> SSAValue | None:
        (value,) = op.operands
        axes = ints(op.properties["axes"])
        if isinstance(value.owner, SoftmaxCrossEntropyGradOp):
            return _zero_in_each_row(rewriter, value, axes) if axes == (1,) else None
        if not is_float_value(value) or not _goes_to_maximum(op.results[0]):
            return None
        product = collect_product(value)
        found = list(_softmaxes(product.factors, axes))
        if any(_is_through_softmax(p, others, value, axes) for p, others in found) or (
            not found and _is_through_log_softmax(value, axes)
        ):
            return _zero_in_each_row(rewriter, value, axes)
        for _, others in found:
            if product.exact and all(_is_same(f, value, axes) for _, f in others):
                rows = [(e, without_axes(rewriter, f, axes, value)) for e, f in others]
                factor = build_product(rewriter, product.dtype, rows, product.coefficient)
                return _in_each_row(rewriter, factor, value, axes)
        return None


_PASSED = (DimshuffleOp, NegOp, AddOp, SubOp, SecondOp)
_USERS = 16
"""More are not followed."""


def _goes_to_maximum(value: SSAValue) -> bool:
    """Whether a value is only used in the gradient by a maximum."""
    pending = [value]
    for _ in range(_USERS):
        if not pending:
            return True
        for use in pending.pop().uses:
            user = use.operation
            if isinstance(user, SwitchOp):
                equal = producer(user.operands[0], EqOp)
                if equal is None or all(reduced(o, MaxOp) is None for o in equal.operands):
                    return False
            elif isinstance(user, _PASSED):
                pending.append(user.results[0])
            else:
                return False
    return False


def _is_same(factor: SSAValue, value: SSAValue, axes: Axes) -> bool:
    """Whether a factor of `value` does not change along `axes`."""
    return is_constant_along(factor, axes, rank_of_value(value))


def _zero_in_each_row(rewriter: Rewriter, x: SSAValue, axes: Axes) -> SSAValue:
    return _in_each_row(rewriter, rewriter.constant(0, dtype_of_value(x)), x, axes)


def _in_each_row(rewriter: Rewriter, number: SSAValue, x: SSAValue, axes: Axes) -> SSAValue:
    """`number` for each row of x along `axes`."""
    kept = [axis for axis in range(rank_of_value(x)) if axis not in axes]
    pattern = tuple(pattern_of_value(x)[axis] for axis in kept)
    if pattern_of_value(number) == pattern:
        return number
    sizes = [dim(rewriter, x, axis) for axis in kept]
    return rewriter.create(AllocOp, number, *sizes, broadcastable=bool_array(pattern))


def _is_through_softmax(p: SSAValue, others: list[Factor], value: SSAValue, axes: Axes) -> bool:
    """Whether `value`, the product of p and `others`, is `c * (g - sum(g * p)) * p`."""
    rest = [factor for factor in others if not _is_same(factor[1], value, axes)]
    if len(rest) != 1 or rest[0][0] != 1:
        return False
    difference = producer(rest[0][1], SubOp)
    if difference is None:
        return False
    g, mean = difference.operands
    found = reduced(mean, SumOp)
    if found is None or found.axes != axes or not found.is_spread:
        return False
    weighted = producer(found.x, MulOp)
    return weighted is not None and set(weighted.operands) == {g, p}


def _is_through_log_softmax(value: SSAValue, axes: Axes) -> bool:
    """Whether a value is `g - sum(g) * p`."""
    if not isinstance(value.owner, AddOp | SubOp):
        return False
    found = collect_sum(value)
    if len(found.terms) != 2 or found.constant != 0:
        return False
    for (sign, g), (other_sign, scaled) in (found.terms, found.terms[::-1]):
        product = collect_product(scaled)
        for _, others in _softmaxes(product.factors, axes):
            if len(others) != 1 or product.coefficient * other_sign != -sign:
                continue
            ((exponent, total),) = others
            known = reduced(total, SumOp)
            if exponent == 1 and known is not None and known.is_spread:
                return known.x is g and known.axes == axes
    return False


def _softmaxes(factors: list[Factor], axes: Axes) -> Iterator[tuple[SSAValue, list[Factor]]]:
    """The factors that are a softmax along `axes`, each with the other factors."""
    for number, (exponent, value) in enumerate(factors):
        if exponent == 1 and _softmax_axes(value) == axes:
            yield value, factors[:number] + factors[number + 1 :]


def _softmax_axes(value: SSAValue) -> Axes | None:
    """The axes along which a value is a softmax: `softmax(x)`, `exp(log_softmax(x))`, or `exp(x - log_sum_exp(x))`."""
    softmax = softmax_of(value)
    if softmax is not None:
        return (softmax_axis(softmax),)
    inner = operand_of(value, ExpOp)
    difference = None if inner is None else producer(inner, SubOp)
    if difference is None:
        return None
    x, total = difference.operands
    found = log_sum_exp(total)
    return found.axes if found is not None and found.x is x and found.is_spread else None


SHIFT_GRADIENT_PATTERNS: tuple[Pattern, ...] = (SumOfSoftmaxGradient(),)
