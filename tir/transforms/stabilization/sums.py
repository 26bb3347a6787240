"""One plus or minus a function that is near one: a function that knows the difference."""

from __future__ import annotations

from typing import ClassVar

from xdsl.ir import SSAValue

from tir.dialects.tir.arithmetic import NegOp
from tir.dialects.tir.base import TirOp
from tir.dialects.tir.canonicalization.matching import Number, fit, is_float_value
from tir.dialects.tir.canonicalization.pattern import Pattern, Rewriter, result_type
from tir.dialects.tir.canonicalization.sums import SUM_OPS, build_sum, collect_sum, is_root
from tir.dialects.tir.transcendental import ErfcOp, ErfOp, Expm1Op, ExpOp, SigmoidOp
from tir.transforms.stabilization.logarithms import float_argument


class AbsorbOne(Pattern):
    """A constant 1 or -1 in a sum, taken into one of the terms.

    | sum | becomes |
    |---|---|
    | `exp(x) - 1` | `expm1(x)` |
    | `1 - erf(x)`, `1 + erf(x)` | `erfc(x)`, `erfc(-x)` |
    | `1 - erfc(x)` | `erf(x)` |
    | `1 - sigmoid(x)` | `sigmoid(-x)`, if nobody else needs `sigmoid(x)` |

    and the same with all signs changed.
    """

    ROOTS: ClassVar = SUM_OPS

    def rewrite(self, op: TirOp, rewriter: Rewriter) -> SSAValue | None:
        result = op.results[0]
        if not is_float_value(result) or not is_root(op, SUM_OPS):
            return None
        found = collect_sum(result)
        if found.constant not in (1, -1):
            return None
        one = int(found.constant)
        for index, (sign, value) in enumerate(found.terms):
            absorbed = _absorbed(rewriter, sign, value, one)
            if absorbed is not None:
                terms: list[tuple[Number, SSAValue]] = list(found.terms)
                terms[index] = absorbed
                total = build_sum(rewriter, found.dtype, terms, 0)
                witnesses = [v for _, v in found.terms] + found.constants
                return fit(rewriter, total, result_type(op), witnesses)
        return None


def _absorbed(
    rewriter: Rewriter, sign: int, value: SSAValue, one: int
) -> tuple[Number, SSAValue] | None:
    """The term that `sign * value + one` is, if there is one."""
    owner = value.owner
    if sign == -one:
        if isinstance(owner, ExpOp):
            return sign, rewriter.create(Expm1Op, float_argument(rewriter, value))
        if isinstance(owner, ErfOp):
            return one, rewriter.create(ErfcOp, float_argument(rewriter, value))
        if isinstance(owner, ErfcOp):
            return one, rewriter.create(ErfOp, float_argument(rewriter, value))
        if isinstance(owner, SigmoidOp) and value.has_one_use():
            negative = rewriter.create(NegOp, float_argument(rewriter, value))
            return one, rewriter.create(SigmoidOp, negative)
    elif isinstance(owner, ErfOp):
        negative = rewriter.create(NegOp, float_argument(rewriter, value))
        return one, rewriter.create(ErfcOp, negative)
    return None


ONE_PATTERNS: tuple[Pattern, ...] = (AbsorbOne(),)
