"""Trees of `add`, `sub` and `neg` in one dtype: collected as terms with coefficients, and built again.

a - (b - a) + 1 - 3    ->    terms {a: 2, b: -1}, constant -2    ->    2 * a - b - 2
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import ClassVar

import numpy as np
from xdsl.ir import SSAValue

from tir.dialects.tir.arithmetic import AddOp, MulOp, NegOp, SubOp, TrueDivOp
from tir.dialects.tir.base import TirOp, type_dtype
from tir.dialects.tir.canonicalization.matching import (
    Number,
    cast_to,
    dtype_of_value,
    fit,
    pattern_of_value,
    uniform_value,
)
from tir.dialects.tir.canonicalization.pattern import Pattern, Rewriter, as_array, result_type

SUM_OPS = (AddOp, SubOp, NegOp)

TREE_LIMIT = 64
"""A tree is taken apart into at most about this many leaves, so that a visit stays cheap."""

# What an operation costs, to compare two ways to write one sum or product: an operation that may stand alone is a
# little cheaper than one that combines two tensors. Whole numbers, so that equal costs are equal.
BINARY_COST = 20
SCALING_COST = 19
UNARY_COST = 18


@dataclass
class Sum:
    """A sum as a list of signed values plus a constant."""

    dtype: str
    terms: list[tuple[int, SSAValue]] = field(default_factory=list)
    """(1 or -1, value), in the order of the text."""
    constant: Number = 0
    constants: list[SSAValue] = field(default_factory=list)
    """The values whose sum `constant` is."""
    cost: int = 0


def continues(value: SSAValue, dtype: str, kinds: tuple[type[TirOp], ...]) -> TirOp | None:
    """The operation that gives `value`, if it belongs to the same tree: of these kinds, this dtype, used once."""
    owner = value.owner
    if isinstance(owner, kinds) and value.has_one_use() and dtype_of_value(value) == dtype:
        return owner
    return None


def is_root(op: TirOp, kinds: tuple[type[TirOp], ...]) -> bool:
    """Whether an operation is the root of its tree: no single user continues it."""
    user = op.results[0].get_user_of_unique_use()
    return not (
        isinstance(user, kinds) and dtype_of_value(user.results[0]) == dtype_of_value(op.results[0])
    )


def collect_sum(value: SSAValue) -> Sum:
    """`value` as a sum. A value that is no sum has itself as its only term."""
    found = Sum(dtype_of_value(value))
    if found.dtype == "bool":
        found.terms.append((1, value))
        return found
    root = value.owner
    stack: list[tuple[int, SSAValue, TirOp | None]] = [
        (1, value, root if isinstance(root, SUM_OPS) else None)
    ]
    leaves = 0
    while stack:
        sign, term, op = stack.pop()
        if op is not None and leaves + len(stack) < TREE_LIMIT:
            found.cost += UNARY_COST if isinstance(op, NegOp) else BINARY_COST
            last_sign = sign if isinstance(op, AddOp) else -sign
            signs = (last_sign,) if isinstance(op, NegOp) else (sign, last_sign)
            for s, operand in zip(signs[::-1], tuple(op.operands)[::-1], strict=True):
                stack.append((s, operand, continues(operand, found.dtype, SUM_OPS)))
            continue
        leaves += 1
        number = uniform_value(term)
        if number is None:
            found.terms.append((sign, term))
        else:
            found.constant = wrapped(found.constant + sign * number, found.dtype)
            found.constants.append(term)
    return found


def wrapped(number: Number, dtype: str) -> Number:
    """A number as `dtype` holds it: integers wrap around, floats stay in double precision."""
    if np.dtype(dtype).kind == "f":
        return float(number)
    return int(as_array(int(number), dtype))


def scaled_term(value: SSAValue, dtype: str) -> tuple[Number, SSAValue]:
    """`value` as a number times another value: 3 and x for `mul(3, x)`, else 1 and itself."""
    op = value.owner
    if isinstance(op, MulOp) and dtype_of_value(value) == dtype:
        for number_operand, other in ((0, 1), (1, 0)):
            number = uniform_value(op.operands[number_operand])
            keeps_shape = op.operands[other].type == value.type
            if number is not None and keeps_shape:
                return number, op.operands[other]
    return 1, value


def by_size(value: SSAValue) -> int:
    """A key that sorts values from small to large: the number of dimensions of unknown size."""
    return pattern_of_value(value).count(False)


def build_sum(
    rewriter: Rewriter, dtype: str, terms: Sequence[tuple[Number, SSAValue]], constant: Number
) -> SSAValue:
    """The sum of coefficient times value over `terms`, plus `constant`; small terms are added first."""
    plus: list[SSAValue] = []
    minus: list[SSAValue] = []
    ordered = sorted(terms, key=lambda term: by_size(term[1]))
    # A term with a factor of its own may come first with its sign, and spare a negation.
    first = _negative_start(ordered) if constant == 0 else None
    for coefficient, value in ordered:
        positive = coefficient > 0 or value is first
        size = coefficient if positive else -coefficient
        term = cast_to(rewriter, value, dtype)
        if size != 1:
            term = rewriter.create(MulOp, rewriter.constant(size, dtype), term)
        (plus if positive else minus).append(term)
    if not plus and not minus:
        return rewriter.constant(constant, dtype)
    if constant != 0 and (not plus or not constant < 0):
        plus.insert(0, rewriter.constant(constant, dtype))
    elif constant != 0:
        minus.insert(0, rewriter.constant(-constant, dtype))
    if plus:
        return _subtract(rewriter, _total(rewriter, plus), minus)
    return rewriter.create(NegOp, _total(rewriter, minus))


def _negative_start(terms: Sequence[tuple[Number, SSAValue]]) -> SSAValue | None:
    """The first value with a factor other than -1, if all terms are negative."""
    if any(coefficient > 0 for coefficient, _ in terms):
        return None
    return next((value for coefficient, value in terms if coefficient != -1), None)


def _total(rewriter: Rewriter, values: Sequence[SSAValue]) -> SSAValue:
    total = values[0]
    for value in values[1:]:
        total = rewriter.create(AddOp, total, value)
    return total


def _subtract(rewriter: Rewriter, value: SSAValue, minus: Sequence[SSAValue]) -> SSAValue:
    for other in minus:
        value = rewriter.create(SubOp, value, other)
    return value


@dataclass
class _Group:
    """The terms of a sum that are multiples of one value."""

    coefficient: Number
    whole: SSAValue
    sign: int
    count: int = 1


class SimplifySum(Pattern):
    """A tree of additions written with fewer operations.

    Equal terms are collected (`(x + y) + (x + y)` becomes `2 * (x + y)`), opposite ones cancel, constants become one,
    zeros and double negations go. As Theano has it, `x - x` is 0 also where x is infinite. A shape mismatch with a term
    that cancels is not found.
    """

    ROOTS: ClassVar = SUM_OPS
    UNSAFE: ClassVar[bool] = True

    def rewrite(self, op: TirOp, rewriter: Rewriter) -> SSAValue | None:
        type_ = result_type(op)
        if type_dtype(type_) == "bool" or not is_root(op, SUM_OPS):
            return None
        found = collect_sum(op.results[0])
        groups, old_cost = _grouped(found)
        terms, new_cost = _terms(groups, found)
        if new_cost >= old_cost:
            return None
        value = build_sum(rewriter, found.dtype, terms, found.constant)
        witnesses = [v for _, v in found.terms] + found.constants
        return fit(rewriter, value, type_, witnesses)


def _grouped(found: Sum) -> tuple[dict[SSAValue, _Group], int]:
    groups: dict[SSAValue, _Group] = {}
    cost = found.cost
    scaled = [(sign, whole, *scaled_term(whole, found.dtype)) for sign, whole in found.terms]
    for sign, whole, number, base in scaled:
        group = groups.get(base)
        coefficient = sign * number
        if group is None:
            groups[base] = _Group(coefficient, whole, sign)
        else:
            group.count += 1
            group.coefficient = wrapped(group.coefficient + coefficient, found.dtype)
    for _, whole, _, base in scaled:
        if groups[base].count > 1 and base is not whole and whole.has_one_use():
            cost += SCALING_COST
    return groups, cost


def _terms(groups: dict[SSAValue, _Group], found: Sum) -> tuple[list[tuple[Number, SSAValue]], int]:
    """The terms of the sum written anew, and what that costs."""
    terms: list[tuple[Number, SSAValue]] = []
    cost = 0
    for base, group in groups.items():
        if group.count == 1:
            terms.append((group.sign, group.whole))
        elif group.coefficient != 0:
            terms.append((group.coefficient, base))
            cost += SCALING_COST * (abs(group.coefficient) != 1)
    operands = len(terms) + (found.constant != 0)
    cost += BINARY_COST * max(operands - 1, 0)
    if terms and found.constant == 0 and all(c == -1 for c, _ in terms):
        cost += UNARY_COST
    return terms, cost


class CommonDenominator(Pattern):
    """`a / s + b / s` is `(a + b) / s`, if the quotients have no other users."""

    ROOTS: ClassVar = (AddOp, SubOp)

    def rewrite(self, op: TirOp, rewriter: Rewriter) -> SSAValue | None:
        x, y = op.operands
        dtype = dtype_of_value(op.results[0])
        left, right = continues(x, dtype, (TrueDivOp,)), continues(y, dtype, (TrueDivOp,))
        if left is None or right is None or left.operands[1] is not right.operands[1]:
            return None
        denominator = left.operands[1]
        numerator = rewriter.create(
            type(op),
            cast_to(rewriter, left.operands[0], dtype),
            cast_to(rewriter, right.operands[0], dtype),
        )
        return rewriter.create(TrueDivOp, numerator, denominator)


SUM_PATTERNS: tuple[Pattern, ...] = (SimplifySum(), CommonDenominator())
