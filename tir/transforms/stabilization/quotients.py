"""Products and quotients of exponentials: sigmoid, softmax, and erfcx."""

from __future__ import annotations

from typing import ClassVar

from xdsl.dialects.builtin import IntegerAttr, i64
from xdsl.ir import SSAValue

from tir.dialects.tir.arithmetic import AddOp, NegOp, SqrOp, SubOp
from tir.dialects.tir.base import TirOp, int_array, ints, optional_int
from tir.dialects.tir.canonicalization.matching import (
    are_opposite,
    fit,
    is_float_value,
    keepdims_order,
    operand_of,
    pattern_of_value,
    producer,
    rank_of_value,
    spread_source,
)
from tir.dialects.tir.canonicalization.pattern import Pattern, Rewriter, result_type
from tir.dialects.tir.canonicalization.products import (
    PRODUCT_OPS,
    build_product,
    collect_product,
)
from tir.dialects.tir.canonicalization.sums import collect_sum, is_root
from tir.dialects.tir.nnet import LogSumExpOp, SoftmaxBase, SoftmaxOp
from tir.dialects.tir.reduction import SumOp
from tir.dialects.tir.structural import DimshuffleOp
from tir.dialects.tir.transcendental import ExpOp, SigmoidOp
from tir.transforms.stabilization.error_functions import match_scaled_erfc
from tir.transforms.stabilization.logarithms import float_argument

Factor = tuple[int, SSAValue]


class QuotientOfExponentials(Pattern):
    """Factors of a product that together are a sigmoid, a softmax, or a scaled erfc.

    | factors | become |
    |---|---|
    | `exp(x) / (1 + exp(x))` | `sigmoid(x)` |
    | `1 / (1 + exp(x))` | `sigmoid(-x)` |
    | `exp(x) * sigmoid(-x)` | `sigmoid(x)` |
    | `exp(x) / sum(exp(x), axis)` | `softmax(x)` along the axis |
    | `exp(x) / sum(exp(x), axes)` | `exp(x - log_sum_exp(x, axes))` |
    | `exp(-x**2) / erfc(x)` | `1 / erfcx(x)` |
    | `exp(x**2) * erfc(x)` | `erfcx(x)` |

    Found in any tree of products and quotients; the reduced dimensions may be kept by a dimshuffle, or be leading.
    """

    ROOTS: ClassVar = PRODUCT_OPS

    def rewrite(self, op: TirOp, rewriter: Rewriter) -> SSAValue | None:
        result = op.results[0]
        if not is_float_value(result) or not is_root(op, PRODUCT_OPS):
            return None
        found = collect_product(result)
        if not found.exact:
            return None
        factors = _without_squares(found.factors)
        match = (
            _match_softmax(rewriter, factors)
            or _match_logistic(rewriter, factors)
            or _match_sigmoid_times_exp(rewriter, factors)
            or match_scaled_erfc(rewriter, factors)
        )
        if match is None:
            return None
        used, value = match
        rest = [factor for index, factor in enumerate(factors) if index not in used]
        product = build_product(rewriter, found.dtype, [*rest, (1, value)], found.coefficient)
        witnesses = [v for _, v in found.factors] + found.constants
        return fit(rewriter, product, result_type(op), witnesses)


def _without_squares(factors: list[Factor]) -> list[Factor]:
    """The factors with squares written as two factors, where it may matter."""
    result: list[Factor] = []
    for exponent, value in factors:
        inner = operand_of(value, SqrOp)
        interesting = inner is not None and isinstance(inner.owner, AddOp | SigmoidOp | ExpOp)
        if inner is not None and interesting and value.has_one_use():
            result += [(exponent, inner)] * 2
        else:
            result.append((exponent, value))
    return result


_Match = tuple[set[int], SSAValue]
"""The numbers of the factors that are used up, and the value that stands for them."""


def _numerators(factors: list[Factor], op_class: type[TirOp]) -> list[tuple[int, SSAValue]]:
    return [
        (index, value)
        for index, (exponent, value) in enumerate(factors)
        if exponent == 1 and isinstance(value.owner, op_class)
    ]


def _match_softmax(rewriter: Rewriter, factors: list[Factor]) -> _Match | None:
    exponentials = _numerators(factors, ExpOp)
    for below, (exponent, value) in enumerate(factors):
        if exponent != -1 or not exponentials:
            continue
        shuffled = producer(value, DimshuffleOp)
        total = producer(value if shuffled is None else shuffled.operands[0], SumOp)
        if total is None:
            continue
        axes = ints(total.properties["axes"])
        for above, exponential in exponentials:
            if total.operands[0] is not exponential:
                continue
            ndim = rank_of_value(exponential)
            if spread_source(value, ndim, axes) is not total.results[0]:
                continue
            x = float_argument(rewriter, exponential)
            return {below, above}, _softmax(rewriter, x, axes)
    return None


def _softmax(rewriter: Rewriter, x: SSAValue, axes: tuple[int, ...]) -> SSAValue:
    if len(axes) == 1:
        return rewriter.create(SoftmaxOp, x, axis=IntegerAttr(axes[0], i64))
    total = rewriter.create(LogSumExpOp, x, axes=int_array(axes))
    order = int_array(keepdims_order(rank_of_value(x), axes))
    spread = rewriter.create(DimshuffleOp, total, new_order=order)
    return rewriter.create(ExpOp, rewriter.create(SubOp, x, spread))


def _match_logistic(rewriter: Rewriter, factors: list[Factor]) -> _Match | None:
    exponentials = _numerators(factors, ExpOp)
    for below, (exponent, value) in enumerate(factors):
        if exponent != -1:
            continue
        found = collect_sum(value)
        if found.constant != 1 or len(found.terms) != 1:
            continue
        ((sign, exponential),) = found.terms
        if sign != 1 or not isinstance(exponential.owner, ExpOp):
            continue
        x = float_argument(rewriter, exponential)
        for above, other in exponentials:
            if other is exponential:
                return {below, above}, rewriter.create(SigmoidOp, x)
        return {below}, rewriter.create(SigmoidOp, rewriter.create(NegOp, x))
    return None


def _match_sigmoid_times_exp(rewriter: Rewriter, factors: list[Factor]) -> _Match | None:
    for first, sigmoid in _numerators(factors, SigmoidOp):
        for second, exponential in _numerators(factors, ExpOp):
            x, y = operand_of(sigmoid, SigmoidOp), operand_of(exponential, ExpOp)
            if x is not None and y is not None and are_opposite(x, y):
                value = rewriter.create(SigmoidOp, float_argument(rewriter, exponential))
                return {first, second}, value
    return None


class SoftmaxOfShifted(Pattern):
    """`softmax(x - m)` and `log_softmax(x - m)` for an m that is constant along the axis, such as the maximum that
    users subtract themselves, need no m."""

    ROOTS: ClassVar = (SoftmaxBase,)
    UNSAFE: ClassVar[bool] = True

    def rewrite(self, op: TirOp, rewriter: Rewriter) -> SSAValue | None:
        shifted = producer(op.operands[0], SubOp)
        if shifted is None:
            return None
        x, shift = shifted.operands
        axis = optional_int(op.properties["axis"])
        assert axis is not None
        if x.type != result_type(op):
            return None
        own = axis - (rank_of_value(x) - rank_of_value(shift))
        if own >= 0 and not pattern_of_value(shift)[own]:
            return None
        return rewriter.create(type(op), x, **op.properties)


QUOTIENT_PATTERNS: tuple[Pattern, ...] = (QuotientOfExponentials(), SoftmaxOfShifted())
