"""Positions of extremes, which a monotone function does not move."""

from __future__ import annotations

from typing import ClassVar

from xdsl.ir import SSAValue

from tir.dialects.tir.base import TirOp, ints
from tir.dialects.tir.canonicalization.pattern import Pattern, Rewriter
from tir.dialects.tir.nnet import SoftmaxBase
from tir.dialects.tir.reduction import ArgmaxOp, ArgminOp
from tir.dialects.tir.transcendental import (
    Exp2Op,
    Expm1Op,
    ExpOp,
    LogOp,
    SigmoidOp,
    SoftplusOp,
    TanhOp,
)
from tir.transforms.stabilization.cross_entropy import softmax_axis

_INCREASING = (ExpOp, Exp2Op, Expm1Op, LogOp, SigmoidOp, SoftplusOp, TanhOp)


class PositionUnderMonotone(Pattern):
    """`argmax(f(x))` is `argmax(x)` for an increasing f: exp, log, tanh, sigmoid, softplus, and softmax along its axis.

    Where rounding made f(x) equal for different x, the position is that of the larger x, not of the first.
    """

    ROOTS: ClassVar = (ArgmaxOp, ArgminOp)

    def rewrite(self, op: TirOp, rewriter: Rewriter) -> SSAValue | None:
        inner = op.operands[0].owner
        along_axis = isinstance(inner, SoftmaxBase) and ints(op.properties["axes"]) == (
            softmax_axis(inner),
        )
        if along_axis or isinstance(inner, _INCREASING):
            assert isinstance(inner, TirOp)
            return rewriter.create(type(op), inner.operands[0], **op.properties)
        return None


MONOTONE_PATTERNS: tuple[Pattern, ...] = (PositionUnderMonotone(),)
