"""Terms of sums: one plus or minus a function that is near one, and logarithms of sums of exponentials."""

from __future__ import annotations

from typing import ClassVar

from xdsl.ir import SSAValue

from tir.dialects.tir.arithmetic import NegOp
from tir.dialects.tir.base import TirOp
from tir.dialects.tir.canonicalization.matching import fit, is_float_value
from tir.dialects.tir.canonicalization.pattern import Pattern, Rewriter, result_type
from tir.dialects.tir.canonicalization.sums import (
    SUM_OPS,
    Sum,
    build_sum,
    collect_sum,
    is_root,
)
from tir.dialects.tir.transcendental import ErfcOp, ErfOp, Expm1Op, ExpOp, SigmoidOp
from tir.transforms.stabilization.logarithms import float_argument
from tir.transforms.stabilization.shifted import Term, match_log_sum_exp


class CombineTerms(Pattern):
    """Terms of a sum that together are a function which loses nothing, or computes less.

    | sum | becomes |
    |---|---|
    | `exp(x) - 1` | `expm1(x)` |
    | `1 - erf(x)`, `1 + erf(x)` | `erfc(x)`, `erfc(-x)` |
    | `1 - erfc(x)` | `erf(x)` |
    | `1 - sigmoid(x)` | `sigmoid(-x)`, if nobody else needs `sigmoid(x)` |
    | `log(sum(exp(x - m), axes)) + m`, m being `max(x, axes)` | `log_sum_exp(x, axes)` |
    | `x - log(sum(exp(x), axis))` | `log_softmax(x, axis)`, if nobody else needs the logarithm |

    and the same with all signs changed. The reduced dimensions may be kept.

    Where m is infinite, the form with m is inf - inf, NaN; `log_sum_exp` is m then. `log_softmax` is NaN in all of a row with an
    inf, as `x - m` is; without a shift by m numbers beside an inf would be -inf. A maximum of no elements is an error, and a
    `log_sum_exp` of none is -inf.
    """

    ROOTS: ClassVar = SUM_OPS
    UNSAFE: ClassVar[bool] = True

    def rewrite(self, op: TirOp, rewriter: Rewriter) -> SSAValue | None:
        result = op.results[0]
        if not is_float_value(result) or not is_root(op, SUM_OPS):
            return None
        found = collect_sum(result)
        match = _match_one(rewriter, found)
        constant = found.constant if match is None else 0
        match = match or match_log_sum_exp(rewriter, found.terms)
        if match is None:
            return None
        used, combined = match
        terms = [
            combined if index == min(used) else term
            for index, term in enumerate(found.terms)
            if index == min(used) or index not in used
        ]
        total = build_sum(rewriter, found.dtype, terms, constant)
        witnesses = [v for _, v in found.terms] + found.constants
        return fit(rewriter, total, result_type(op), witnesses)


def _match_one(rewriter: Rewriter, found: Sum) -> tuple[set[int], Term] | None:
    """The number of a term, and the term that takes the constant 1 or -1 into it."""
    if found.constant not in (1, -1):
        return None
    for index, (sign, value) in enumerate(found.terms):
        absorbed = _absorbed(rewriter, sign, value, int(found.constant))
        if absorbed is not None:
            return {index}, absorbed
    return None


def _absorbed(rewriter: Rewriter, sign: int, value: SSAValue, one: int) -> Term | None:
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


TERM_PATTERNS: tuple[Pattern, ...] = (CombineTerms(),)
