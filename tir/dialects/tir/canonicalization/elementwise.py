"""Rewrites of single elementwise operations: powers, casts, inverses, selections, comparisons."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar

import numpy as np
from xdsl.ir import SSAValue

from tir.dialects.tir.arithmetic import (
    AbsOp,
    CastOp,
    IntDivOp,
    MaximumOp,
    MinimumOp,
    MulOp,
    NegOp,
    PowOp,
    ReciprocalOp,
    SgnOp,
    SqrOp,
    SqrtOp,
    SwitchOp,
    TrueDivOp,
)
from tir.dialects.tir.base import TirOp, type_dtype
from tir.dialects.tir.canonicalization.matching import (
    cast_to,
    dtype_of_value,
    fit,
    is_float_value,
    operand_of,
    producer,
    uniform_value,
)
from tir.dialects.tir.canonicalization.pattern import Pattern, Rewriter, result_type
from tir.dialects.tir.comparison import (
    AndOp,
    EqOp,
    GeOp,
    GtOp,
    InvertOp,
    LeOp,
    LtOp,
    NeqOp,
    OrOp,
    XorOp,
)
from tir.dialects.tir.transcendental import (
    ArccoshOp,
    ArcsinhOp,
    ArctanhOp,
    CoshOp,
    Deg2radOp,
    Rad2degOp,
    SinhOp,
    TanhOp,
)
from tir.support.dtypes import upcast

Build = Callable[[Rewriter, SSAValue], SSAValue]


def _square(rewriter: Rewriter, x: SSAValue) -> SSAValue:
    return rewriter.create(SqrOp, x)


def _cube(rewriter: Rewriter, x: SSAValue) -> SSAValue:
    return rewriter.create(MulOp, x, _square(rewriter, x))


def _reciprocal(rewriter: Rewriter, x: SSAValue) -> SSAValue:
    return rewriter.create(ReciprocalOp, x)


def _root(rewriter: Rewriter, x: SSAValue) -> SSAValue:
    return rewriter.create(SqrtOp, x)


_WHOLE_POWERS: dict[float, Build] = {
    0: lambda rewriter, x: rewriter.constant(1, dtype_of_value(x)),
    1: lambda rewriter, x: x,
    2: _square,
    3: _cube,
    4: lambda rewriter, x: _square(rewriter, _square(rewriter, x)),
}
_FLOAT_POWERS: dict[float, Build] = {
    **_WHOLE_POWERS,
    0.5: _root,
    -0.5: lambda rewriter, x: _reciprocal(rewriter, _root(rewriter, x)),
    -1: _reciprocal,
    -2: lambda rewriter, x: _reciprocal(rewriter, _square(rewriter, x)),
}


class PowerByConstant(Pattern):
    """`pow(x, c)` for c in 0, 1, 2, 3, 4, 1/2, -1/2, -1, -2 as ones, x, squares, roots and reciprocals."""

    ROOTS: ClassVar = (PowOp,)

    def rewrite(self, op: TirOp, rewriter: Rewriter) -> SSAValue | None:
        x, exponent = op.operands
        number = uniform_value(exponent)
        type_ = result_type(op)
        dtype = type_dtype(type_)
        powers = _FLOAT_POWERS if np.dtype(dtype).kind == "f" else _WHOLE_POWERS
        build = None if number is None else powers.get(number)
        if build is None:
            return None
        value = build(rewriter, cast_to(rewriter, x, dtype))
        return fit(rewriter, value, type_, (x, exponent))


class RemoveUselessCast(Pattern):
    """A cast to the dtype that a value has."""

    ROOTS: ClassVar = (CastOp,)

    def rewrite(self, op: TirOp, rewriter: Rewriter) -> SSAValue | None:
        return op.operands[0] if op.operands[0].type == result_type(op) else None


class MergeCasts(Pattern):
    """`cast(cast(x, wide), other)` is `cast(x, other)`, if every value of x fits the wide dtype."""

    ROOTS: ClassVar = (CastOp,)

    def rewrite(self, op: TirOp, rewriter: Rewriter) -> SSAValue | None:
        inner = producer(op.operands[0], CastOp)
        if inner is None:
            return None
        source = inner.operands[0]
        first, middle = dtype_of_value(source), dtype_of_value(inner.results[0])
        if upcast(first, middle) != middle or not np.can_cast(first, middle):
            return None
        if np.dtype(middle).kind == "f" and np.dtype(first).kind in "iu":
            # An integer beyond a float's digits would have been rounded; one rounded to float stays so.
            return None
        return cast_to(rewriter, source, type_dtype(result_type(op)))


_INVERSES: dict[type[TirOp], type[TirOp]] = {
    NegOp: NegOp,
    InvertOp: InvertOp,
    ReciprocalOp: ReciprocalOp,
    Rad2degOp: Deg2radOp,
    Deg2radOp: Rad2degOp,
    CoshOp: ArccoshOp,
    SinhOp: ArcsinhOp,
    TanhOp: ArctanhOp,
    ArcsinhOp: SinhOp,
}


class CancelInverses(Pattern):
    """`f(g(x))` is x, for functions that undo each other: neg, invert, reciprocal, degrees, hyperbolic functions."""

    ROOTS: ClassVar = tuple(_INVERSES)

    def rewrite(self, op: TirOp, rewriter: Rewriter) -> SSAValue | None:
        x = operand_of(op.operands[0], _INVERSES[type(op)])
        return x if x is not None and x.type == result_type(op) else None


_IDEMPOTENT: dict[type[TirOp], tuple[type[TirOp], ...]] = {
    AbsOp: (AbsOp, SqrOp, SqrtOp),
    SgnOp: (SgnOp,),
}


class RemoveUselessUnary(Pattern):
    """`abs` of what is not negative and `sgn` of a sign change nothing; the sign under `sqr` and `abs` does not count."""

    ROOTS: ClassVar = (AbsOp, SgnOp, SqrOp)

    def rewrite(self, op: TirOp, rewriter: Rewriter) -> SSAValue | None:
        (x,) = op.operands
        is_whole = not is_float_value(x)
        if isinstance(x.owner, _IDEMPOTENT.get(type(op), ())):
            # The square of an integer may wrap around to a negative number.
            return None if is_whole and isinstance(x.owner, SqrOp) else x
        unsigned = np.dtype(dtype_of_value(x)).kind == "u"
        if isinstance(op, SqrOp | AbsOp) and isinstance(x.owner, NegOp | AbsOp) and not unsigned:
            inner = x.owner.operands[0]
            return rewriter.create(type(op), inner)
        return None


class QuotientByAbsoluteValue(Pattern):
    """`x / abs(x)` is `sgn(x)`: 0 instead of NaN at 0, as Theano has it."""

    ROOTS: ClassVar = (TrueDivOp,)

    def rewrite(self, op: TirOp, rewriter: Rewriter) -> SSAValue | None:
        x, y = op.operands
        if operand_of(y, AbsOp) is x and x.type == result_type(op):
            return rewriter.create(SgnOp, x)
        return None


class SwitchOnKnownCondition(Pattern):
    """`switch(True, x, y)` is x, `switch(c, x, x)` is x."""

    ROOTS: ClassVar = (SwitchOp,)
    UNSAFE: ClassVar[bool] = True

    def rewrite(self, op: TirOp, rewriter: Rewriter) -> SSAValue | None:
        condition, x, y = op.operands
        known, number = uniform_value(condition), uniform_value(x)
        same = x is y or (number is not None and number == uniform_value(y))
        if known is None and not same:
            return None
        return fit(rewriter, x if known or same else y, result_type(op), op.operands)


class SameOperands(Pattern):
    """`maximum(x, x)`, `and(x, x)` are x; comparisons of an integer tensor with itself are known."""

    ROOTS: ClassVar = (
        MaximumOp,
        MinimumOp,
        AndOp,
        OrOp,
        XorOp,
        EqOp,
        NeqOp,
        LtOp,
        LeOp,
        GtOp,
        GeOp,
    )

    def rewrite(self, op: TirOp, rewriter: Rewriter) -> SSAValue | None:
        x, y = op.operands
        if x is not y:
            return None
        if isinstance(op, MaximumOp | MinimumOp | AndOp | OrOp):
            return x
        if is_float_value(x):
            # NaN is not equal to itself.
            return None
        known = int(isinstance(op, EqOp | LeOp | GeOp))
        type_ = result_type(op)
        return fit(rewriter, rewriter.constant(known, type_dtype(type_)), type_, (x,))


class NeutralOperand(Pattern):
    """`x // 1`, `x & True`, `x | False`, `x ^ 0` are x."""

    ROOTS: ClassVar = (IntDivOp, AndOp, OrOp, XorOp)

    def rewrite(self, op: TirOp, rewriter: Rewriter) -> SSAValue | None:
        type_ = result_type(op)
        if isinstance(op, IntDivOp):
            if np.dtype(type_dtype(type_)).kind not in "iu":
                return None
            neutral, sides = 1, ((0, 1),)
        else:
            all_ones = 1 if type_dtype(type_) == "bool" else -1
            neutral, sides = (all_ones if isinstance(op, AndOp) else 0), ((0, 1), (1, 0))
        for kept, other in sides:
            number = uniform_value(op.operands[other])
            if number == neutral and np.dtype(dtype_of_value(op.operands[other])).kind != "u":
                return fit(rewriter, op.operands[kept], type_, op.operands)
        return None


ELEMENTWISE_PATTERNS: tuple[Pattern, ...] = (
    PowerByConstant(),
    RemoveUselessCast(),
    MergeCasts(),
    CancelInverses(),
    RemoveUselessUnary(),
    QuotientByAbsoluteValue(),
    SwitchOnKnownCondition(),
    SameOperands(),
    NeutralOperand(),
)
