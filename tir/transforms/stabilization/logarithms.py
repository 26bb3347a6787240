"""Logarithms of sums, exponentials and probabilities."""

from __future__ import annotations

import math
from typing import ClassVar

from xdsl.dialects.builtin import ArrayAttr
from xdsl.ir import SSAValue

from tir.dialects.tir.arithmetic import (
    AbsOp,
    AddOp,
    MaximumOp,
    MulOp,
    NegOp,
    ReciprocalOp,
    SqrOp,
    SubOp,
    SwitchOp,
)
from tir.dialects.tir.base import TirOp
from tir.dialects.tir.canonicalization.matching import (
    cast_to,
    dtype_of_value,
    fit,
    is_float_value,
    operand_of,
    producer,
)
from tir.dialects.tir.canonicalization.pattern import Pattern, Rewriter, result_type
from tir.dialects.tir.canonicalization.sums import build_sum, collect_sum
from tir.dialects.tir.comparison import EqOp, LtOp
from tir.dialects.tir.indexing import AdvancedSubtensorOp, SubtensorOp
from tir.dialects.tir.nnet import LogSoftmaxOp, LogSumExpOp, SoftmaxOp
from tir.dialects.tir.reduction import SumOp
from tir.dialects.tir.structural import DimshuffleOp
from tir.dialects.tir.transcendental import (
    ErfcOp,
    Expm1Op,
    ExpOp,
    Log1pOp,
    LogOp,
    SigmoidOp,
    SoftplusOp,
)

_LOG_2 = 0.6931471805599453
_VIEWS = (DimshuffleOp, SubtensorOp, AdvancedSubtensorOp)
"""Operations that only choose and arrange elements: functions of elements pass through them."""


def float_argument(rewriter: Rewriter, value: SSAValue) -> SSAValue:
    """The operand of the float function that gives `value`, in the dtype in which it is computed."""
    owner = value.owner
    assert isinstance(owner, TirOp)
    return cast_to(rewriter, owner.operands[0], dtype_of_value(value))


def through_views(value: SSAValue) -> tuple[SSAValue, list[TirOp]]:
    """What a chain of views looks at, and the views, the last one first."""
    views: list[TirOp] = []
    while isinstance(value.owner, _VIEWS):
        views.append(value.owner)
        value = value.owner.operands[0]
    return value, views


def seen_through(rewriter: Rewriter, value: SSAValue, views: list[TirOp]) -> SSAValue:
    """The same views of another value."""
    for view in reversed(views):
        value = rewriter.create(type(view), value, *view.operands[1:], **view.properties)
    return value


class LogOfSoftmax(Pattern):
    """`log(softmax(x))` is `log_softmax(x)`, also seen through indexing and dimshuffles: `log(softmax(x)[i])`."""

    ROOTS: ClassVar = (LogOp,)

    def rewrite(self, op: TirOp, rewriter: Rewriter) -> SSAValue | None:
        base, views = through_views(op.operands[0])
        softmax = producer(base, SoftmaxOp)
        if softmax is None:
            return None
        value = rewriter.create(LogSoftmaxOp, softmax.operands[0], **softmax.properties)
        return seen_through(rewriter, value, views)


class LogOfSumOfExponentials(Pattern):
    """`log(sum(exp(x), axes))` is `log_sum_exp(x, axes)`, also with the reduced dimensions kept."""

    ROOTS: ClassVar = (LogOp,)

    def rewrite(self, op: TirOp, rewriter: Rewriter) -> SSAValue | None:
        base, views = through_views(op.operands[0])
        total = producer(base, SumOp)
        if total is None or operand_of(total.operands[0], ExpOp) is None:
            return None
        axes = total.properties["axes"]
        assert isinstance(axes, ArrayAttr)
        x = float_argument(rewriter, total.operands[0])
        return seen_through(rewriter, rewriter.create(LogSumExpOp, x, axes=axes), views)


class LogOfOnePlus(Pattern):
    """`log(1 + x)` is `log1p(x)`, and `log(1 - x)` is `log1p(-x)`: accurate for a small x."""

    ROOTS: ClassVar = (LogOp,)

    def rewrite(self, op: TirOp, rewriter: Rewriter) -> SSAValue | None:
        (x,) = op.operands
        if not is_float_value(x):
            return None
        found = collect_sum(x)
        if found.constant != 1 or not found.terms:
            return None
        rest = build_sum(rewriter, found.dtype, found.terms, 0)
        type_ = result_type(op)
        rest = fit(rewriter, rest, type_, [v for _, v in found.terms] + found.constants)
        return rewriter.create(Log1pOp, rest)


class LogOfExp(Pattern):
    """`log(exp(x))` is x, which does not overflow."""

    ROOTS: ClassVar = (LogOp,)

    def rewrite(self, op: TirOp, rewriter: Rewriter) -> SSAValue | None:
        if operand_of(op.operands[0], ExpOp) is None:
            return None
        return float_argument(rewriter, op.operands[0])


class LogOfSigmoid(Pattern):
    """`log(sigmoid(x))` is `-softplus(-x)`."""

    ROOTS: ClassVar = (LogOp,)

    def rewrite(self, op: TirOp, rewriter: Rewriter) -> SSAValue | None:
        if operand_of(op.operands[0], SigmoidOp) is None:
            return None
        x = float_argument(rewriter, op.operands[0])
        negative = rewriter.create(NegOp, x)
        return rewriter.create(NegOp, rewriter.create(SoftplusOp, negative))


class LogOfTwoExponentials(Pattern):
    """`log(exp(x) + exp(y))` is `max(x, y) + softplus(-abs(x - y))`, and x + log(2) where x and y are equal: they may
    both be infinite."""

    ROOTS: ClassVar = (LogOp,)

    def rewrite(self, op: TirOp, rewriter: Rewriter) -> SSAValue | None:
        total = producer(op.operands[0], AddOp)
        if total is None or any(operand_of(o, ExpOp) is None for o in total.operands):
            return None
        dtype = dtype_of_value(total.results[0])
        if any(dtype_of_value(o) != dtype for o in total.operands):
            return None
        x, y = (float_argument(rewriter, o) for o in total.operands)
        distance = rewriter.create(AbsOp, rewriter.create(SubOp, x, y))
        small = rewriter.create(SoftplusOp, rewriter.create(NegOp, distance))
        equal = rewriter.create(EqOp, x, y)
        extra = rewriter.create(SwitchOp, equal, rewriter.constant(_LOG_2, dtype), small)
        return rewriter.create(AddOp, rewriter.create(MaximumOp, x, y), extra)


class Log1pOfExp(Pattern):
    """`log1p(exp(x))` is `softplus(x)`."""

    ROOTS: ClassVar = (Log1pOp,)

    def rewrite(self, op: TirOp, rewriter: Rewriter) -> SSAValue | None:
        if operand_of(op.operands[0], ExpOp) is None:
            return None
        return rewriter.create(SoftplusOp, float_argument(rewriter, op.operands[0]))


class Log1pOfMinusSigmoid(Pattern):
    """`log1p(-sigmoid(x))` is `-softplus(x)`."""

    ROOTS: ClassVar = (Log1pOp,)

    def rewrite(self, op: TirOp, rewriter: Rewriter) -> SSAValue | None:
        sigmoid = operand_of(op.operands[0], NegOp)
        if sigmoid is None or operand_of(sigmoid, SigmoidOp) is None:
            return None
        softplus = rewriter.create(SoftplusOp, float_argument(rewriter, sigmoid))
        return rewriter.create(NegOp, softplus)


class LogOfOneMinusExp(Pattern):
    """`log(-expm1(x))` and `log1p(-exp(x))` take, element by element, the form that is accurate: the first near 0."""

    ROOTS: ClassVar = (LogOp, Log1pOp)

    def rewrite(self, op: TirOp, rewriter: Rewriter) -> SSAValue | None:
        exponential = operand_of(op.operands[0], NegOp)
        wanted = Expm1Op if isinstance(op, LogOp) else ExpOp
        if exponential is None or operand_of(exponential, wanted) is None:
            return None
        # The other form is there already: this is the result of the rewrite.
        if isinstance(op.results[0].get_user_of_unique_use(), SwitchOp):
            return None
        x = float_argument(rewriter, exponential)
        far = rewriter.create(LtOp, x, rewriter.constant(-_LOG_2, dtype_of_value(x)))
        tail = rewriter.create(NegOp, rewriter.create(ExpOp, x))
        near = rewriter.create(NegOp, rewriter.create(Expm1Op, x))
        return rewriter.create(
            SwitchOp, far, rewriter.create(Log1pOp, tail), rewriter.create(LogOp, near)
        )


_ERFC_UNDERFLOWS = {"float32": 10.0541949, "float64": 26.641747557}
"""From here on the asymptotic series of log(erfc(x)) is exact to the last digits, and erfc itself is nearly 0."""


class LogOfErfc(Pattern):
    """`log(erfc(x))` takes, where erfc underflows, its asymptotic series."""

    ROOTS: ClassVar = (LogOp,)

    def rewrite(self, op: TirOp, rewriter: Rewriter) -> SSAValue | None:
        if operand_of(op.operands[0], ErfcOp) is None:
            return None
        # The logarithm of the result of this rewrite.
        if isinstance(op.results[0].get_user_of_unique_use(), SwitchOp):
            return None
        x = float_argument(rewriter, op.operands[0])
        dtype = dtype_of_value(x)
        near = rewriter.create(LtOp, x, rewriter.constant(_ERFC_UNDERFLOWS[dtype], dtype))
        direct = rewriter.create(LogOp, rewriter.create(ErfcOp, x))
        return rewriter.create(SwitchOp, near, direct, _log_erfc_series(rewriter, x))


def _log_erfc_series(rewriter: Rewriter, x: SSAValue) -> SSAValue:
    """-x^2 - log(x) - log(pi) / 2 + log1p(-u + 3 u^2 - 15 u^3) with u = 1 / (2 x^2)."""
    dtype = dtype_of_value(x)

    def times(factor: float, value: SSAValue) -> SSAValue:
        return rewriter.create(MulOp, rewriter.constant(factor, dtype), value)

    square = rewriter.create(SqrOp, x)
    u = times(0.5, rewriter.create(ReciprocalOp, square))
    inner = rewriter.create(SubOp, rewriter.constant(3, dtype), times(15, u))
    middle = rewriter.create(SubOp, rewriter.create(MulOp, u, inner), rewriter.constant(1, dtype))
    correction = rewriter.create(Log1pOp, rewriter.create(MulOp, u, middle))
    logarithm = rewriter.create(LogOp, x)
    main = rewriter.create(
        AddOp, rewriter.create(AddOp, square, logarithm), _half_log_pi(rewriter, dtype)
    )
    return rewriter.create(SubOp, correction, main)


def _half_log_pi(rewriter: Rewriter, dtype: str) -> SSAValue:
    return rewriter.constant(0.5 * math.log(math.pi), dtype)


LOGARITHM_PATTERNS: tuple[Pattern, ...] = (
    LogOfSoftmax(),
    LogOfSumOfExponentials(),
    LogOfSigmoid(),
    LogOfExp(),
    LogOfTwoExponentials(),
    LogOfOneMinusExp(),
    LogOfErfc(),
    LogOfOnePlus(),
    Log1pOfExp(),
    Log1pOfMinusSigmoid(),
)
