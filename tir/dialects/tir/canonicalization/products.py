"""Trees of `mul`, `true_div`, `reciprocal` and `neg` in one dtype: collected as factors with exponents, and built again.

2 * (x / y) * y / 2    ->    factors {x: 1, y: 0}, coefficient 1    ->    x
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import ClassVar

import numpy as np
from xdsl.ir import SSAValue

from tir.dialects.tir.arithmetic import MulOp, NegOp, PowOp, ReciprocalOp, SqrOp, TrueDivOp
from tir.dialects.tir.base import TirOp, type_dtype
from tir.dialects.tir.canonicalization.matching import (
    Number,
    cast_to,
    dtype_of_value,
    fit,
    uniform_value,
)
from tir.dialects.tir.canonicalization.pattern import Pattern, Rewriter, as_array, result_type
from tir.dialects.tir.canonicalization.sums import (
    BINARY_COST,
    SCALING_COST,
    TREE_LIMIT,
    UNARY_COST,
    by_size,
    continues,
    is_root,
    wrapped,
)
from tir.support.dtypes import FLOAT_DTYPES

PRODUCT_OPS = (MulOp, TrueDivOp, ReciprocalOp, NegOp)
EXACT_DIVISION_COST = 30
"""A division by a power of two may as well be a multiplication."""
_LARGEST_SQUARED_EXPONENT = 8
"""Higher powers are left to `pow`."""


@dataclass
class Product:
    """A product as a list of values with exponents, times a coefficient."""

    dtype: str
    factors: list[tuple[int, SSAValue]] = field(default_factory=list)
    """(1 or -1, value), in the order of the text."""
    coefficient: Number = 1
    constants: list[SSAValue] = field(default_factory=list)
    """The values that make up `coefficient`."""
    cost: int = 0
    exact: bool = True
    """Whether `coefficient` is safe to use: finite, and zero only if a factor is."""


def collect_product(value: SSAValue) -> Product:
    """`value` as a product. A value that is no product has itself as its only factor."""
    found = Product(dtype_of_value(value))
    if found.dtype == "bool":
        found.factors.append((1, value))
        return found
    root = value.owner
    stack: list[tuple[int, SSAValue, TirOp | None]] = [
        (1, value, root if isinstance(root, PRODUCT_OPS) else None)
    ]
    leaves = 0
    while stack:
        exponent, factor, op = stack.pop()
        if op is not None and leaves + len(stack) < TREE_LIMIT:
            found.cost += _operation_cost(op)
            if isinstance(op, NegOp):
                found.coefficient = wrapped(-found.coefficient, found.dtype)
            inverted = isinstance(op, TrueDivOp | ReciprocalOp)
            last = -exponent if inverted else exponent
            exponents = (last,) if len(op.operands) == 1 else (exponent, last)
            for e, operand in zip(exponents[::-1], tuple(op.operands)[::-1], strict=True):
                stack.append((e, operand, continues(operand, found.dtype, PRODUCT_OPS)))
            continue
        leaves += 1
        _add_leaf(found, exponent, factor)
    return found


def _operation_cost(op: TirOp) -> int:
    if isinstance(op, NegOp):
        return UNARY_COST
    if isinstance(op, ReciprocalOp):
        return SCALING_COST
    numbers = [uniform_value(operand) for operand in op.operands]
    if isinstance(op, MulOp):
        return BINARY_COST if numbers == [None, None] else SCALING_COST
    if numbers[1] is None:
        return BINARY_COST
    # Any other division stays: its reciprocal is rounded.
    return EXACT_DIVISION_COST if abs(math.frexp(numbers[1])[0]) == 0.5 else SCALING_COST


def _add_leaf(found: Product, exponent: int, factor: SSAValue) -> None:
    number = uniform_value(factor)
    if number is None or (exponent < 0 and number == 0):
        found.factors.append((exponent, factor))
        return
    before = found.coefficient
    try:
        found.coefficient = before * number if exponent > 0 else before / number
    except OverflowError:
        found.exact = False
        return
    found.coefficient = wrapped(found.coefficient, found.dtype)
    found.constants.append(factor)
    if found.dtype in FLOAT_DTYPES and before != 0 and number != 0:
        stored = float(as_array(found.coefficient, found.dtype))
        smallest = float(np.finfo(found.dtype).tiny)
        found.exact &= math.isfinite(stored) and abs(stored) >= smallest


def build_product(
    rewriter: Rewriter, dtype: str, factors: Sequence[tuple[int, SSAValue]], coefficient: Number
) -> SSAValue:
    """The coefficient times the product of value to the power of exponent over `factors`; small ones come first."""
    above: list[SSAValue] = []
    below: list[SSAValue] = []
    for exponent, value in sorted(factors, key=lambda factor: by_size(factor[1])):
        base = cast_to(rewriter, value, dtype)
        (above if exponent > 0 else below).append(_power(rewriter, base, abs(exponent)))
    negative = coefficient == -1 and bool(above)
    if not negative and (coefficient != 1 or not (above or below)):
        above.insert(0, rewriter.constant(coefficient, dtype))
    if not above:
        return rewriter.create(ReciprocalOp, _times(rewriter, below))
    value = _times(rewriter, above)
    if below:
        value = rewriter.create(TrueDivOp, value, _times(rewriter, below))
    return rewriter.create(NegOp, value) if negative else value


def _times(rewriter: Rewriter, values: Sequence[SSAValue]) -> SSAValue:
    product = values[0]
    for value in values[1:]:
        product = rewriter.create(MulOp, product, value)
    return product


def _power(rewriter: Rewriter, base: SSAValue, exponent: int) -> SSAValue:
    """A positive integer power by repeated squaring."""
    if exponent > _LARGEST_SQUARED_EXPONENT:
        return rewriter.create(PowOp, base, rewriter.constant(exponent, dtype_of_value(base)))
    result: SSAValue | None = None
    while True:
        if exponent & 1:
            result = base if result is None else rewriter.create(MulOp, result, base)
        exponent >>= 1
        if not exponent:
            assert result is not None
            return result
        base = rewriter.create(SqrOp, base)


def _power_cost(exponent: int) -> int:
    if exponent > _LARGEST_SQUARED_EXPONENT:
        return BINARY_COST
    squarings, multiplications = exponent.bit_length() - 1, exponent.bit_count() - 1
    return UNARY_COST * squarings + BINARY_COST * multiplications


class SimplifyProduct(Pattern):
    """A tree of multiplications written with fewer operations.

    Equal factors become powers, a factor above and below cancels, constants become one leading one, ones and double
    negations and inverses go; a product with 0 is 0. As Theano has it, `x / x` is 1 and `0 * x` is 0 whatever x is. A
    shape mismatch with a factor that cancels is not found.
    """

    ROOTS: ClassVar = PRODUCT_OPS
    UNSAFE: ClassVar[bool] = True

    def rewrite(self, op: TirOp, rewriter: Rewriter) -> SSAValue | None:
        type_ = result_type(op)
        if type_dtype(type_) == "bool" or not is_root(op, PRODUCT_OPS):
            return None
        found = collect_product(op.results[0])
        if not found.exact:
            return None
        factors, old_cost = _collected_factors(found)
        if found.coefficient == 0:
            factors = []
        elif _cost(factors, found.coefficient) >= old_cost:
            return None
        value = build_product(rewriter, found.dtype, factors, found.coefficient)
        witnesses = [v for _, v in found.factors] + found.constants
        return fit(rewriter, value, type_, witnesses)


def _collected_factors(found: Product) -> tuple[list[tuple[int, SSAValue]], int]:
    """Each base once with its exponent, and the cost of the tree with the squares that are part of it."""
    cost = found.cost
    exponents: dict[SSAValue, int] = {}
    values = {factor for _, factor in found.factors}
    for exponent, factor in found.factors:
        base, owner = factor, factor.owner
        if isinstance(owner, SqrOp) and dtype_of_value(factor) == found.dtype:
            # A square that others need too is there for nothing.
            only_here = factor.has_one_use()
            if only_here or owner.operands[0] in values:
                base = owner.operands[0]
                exponent *= 2
                cost += UNARY_COST if only_here else 0
        exponents[base] = exponents.get(base, 0) + exponent
    return [(e, v) for v, e in exponents.items() if e != 0], cost


def _cost(factors: Sequence[tuple[int, SSAValue]], coefficient: Number) -> int:
    """What `build_product` costs."""
    above = sum(e > 0 for e, _ in factors)
    below = len(factors) - above
    cost = sum(_power_cost(abs(e)) for e, _ in factors)
    cost += BINARY_COST * (max(above - 1, 0) + max(below - 1, 0))
    if above:
        cost += BINARY_COST * (below > 0)
        if coefficient == 1:
            return cost
        return cost + (UNARY_COST if coefficient == -1 else SCALING_COST)
    if below:
        return cost + (SCALING_COST if coefficient == 1 else BINARY_COST)
    return cost


PRODUCT_PATTERNS: tuple[Pattern, ...] = (SimplifyProduct(),)
