"""Elementwise arithmetic, rounding, selection and conversion.

All of these broadcast: missing dimensions on the left, and dimensions whose `broadcastable` flag is set. A dimension
that merely happens to be 1 when the function runs does not broadcast and raises `ValueError`. Unless said otherwise,
the dtype of the result is NumPy's common dtype of the operands, and Python numbers take the smallest dtype that holds
them.
"""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Any

from tir.config import config
from tir.frontend.tensor.operands import cap_at_floatx
from tir.graph import build
from tir.graph.tensor_type import is_discrete

if TYPE_CHECKING:
    from tir.frontend.tensor.variable import TensorVariable


def add(a: Any, *other_terms: Any) -> TensorVariable:
    """Sum of one or more tensors; on booleans, logical or.

    >>> from tir import tensor as T
    >>> (T.fvector() + 0.5).dtype, (T.fvector() + 0.1).dtype
    ('float32', 'float64')
    """
    return functools.reduce(
        lambda x, y: build.add(*cap_at_floatx([x, y])), other_terms, build.as_tensor_variable(a)
    )


def sub(a: Any, b: Any) -> TensorVariable:
    """Difference; `TypeError` on booleans."""
    return build.sub(*cap_at_floatx([a, b]))


def mul(a: Any, *other_terms: Any) -> TensorVariable:
    """Product of one or more tensors; on booleans, logical and."""
    return functools.reduce(
        lambda x, y: build.mul(*cap_at_floatx([x, y])), other_terms, build.as_tensor_variable(a)
    )


def true_div(a: Any, b: Any) -> TensorVariable:
    """Quotient; two integers give floatX.

    >>> from tir import tensor as T
    >>> (T.ivector() / 2).dtype
    'float64'
    """
    x, y = cap_at_floatx([a, b])
    if is_discrete(x) and is_discrete(y):
        x, y = build.cast(x, config.floatX), build.cast(y, config.floatX)
    return build.true_div(x, y)


def int_div(a: Any, b: Any) -> TensorVariable:
    """Quotient rounded towards minus infinity; a zero integer divisor raises `ZeroDivisionError` when run."""
    return build.int_div(*cap_at_floatx([a, b]))


def ceil_intdiv(a: Any, b: Any) -> TensorVariable:
    """Quotient of integers rounded towards plus infinity."""
    x, y = build.as_tensor_variable(a), build.as_tensor_variable(b)
    return build.add(build.int_div(x, y), build.neq(build.mod(x, y), 0))


def mod(a: Any, b: Any) -> TensorVariable:
    """Remainder with the sign of the divisor; a zero integer divisor raises `ZeroDivisionError` when run."""
    return build.mod(*cap_at_floatx([a, b]))


def mod_check(x: Any, y: Any) -> TensorVariable:
    """The same as `mod`."""
    return mod(x, y)


def divmod(x: Any, y: Any) -> tuple[TensorVariable, TensorVariable]:
    """`int_div(x, y)` and `mod(x, y)`."""
    return int_div(x, y), mod(x, y)


def pow(a: Any, b: Any) -> TensorVariable:
    """`a` to the power of `b`; two booleans give int8. Integers cannot be raised to negative integers."""
    return build.pow_(*cap_at_floatx([a, b]))


def neg(a: Any) -> TensorVariable:
    """Minus each element; `TypeError` on booleans, for which there is `invert`."""
    return build.neg(a)


def inv(a: Any) -> TensorVariable:
    """One over each element, in floats."""
    return build.reciprocal(a)


def abs_(a: Any) -> TensorVariable:
    """Absolute value of each element, in the same dtype."""
    return build.abs_(a)


def sgn(a: Any) -> TensorVariable:
    """Sign of each element, in the same dtype: -1, 0 or 1; NaN for NaN. `TypeError` on booleans."""
    return build.sgn(a)


def sqr(a: Any) -> TensorVariable:
    """Square of each element, in the same dtype."""
    return build.sqr(a)


def sqrt(a: Any) -> TensorVariable:
    """Square root of each element, in floats; NaN below zero."""
    return build.sqrt(a)


def ceil(a: Any) -> TensorVariable:
    """Smallest whole number not below each element, in floats."""
    return build.ceil(a)


def floor(a: Any) -> TensorVariable:
    """Largest whole number not above each element, in floats."""
    return build.floor(a)


def trunc(a: Any) -> TensorVariable:
    """Each element without its fraction, in floats."""
    return build.trunc(a)


def round_half_to_even(a: Any) -> TensorVariable:
    """Nearest whole number, halves to the even one, in floats."""
    return build.round_half_to_even(a)


def round_half_away_from_zero(a: Any) -> TensorVariable:
    """Nearest whole number, halves away from zero, in floats."""
    return build.round_half_away_from_zero(a)


_ROUNDINGS = {
    "half_to_even": round_half_to_even,
    "half_away_from_zero": round_half_away_from_zero,
}


def round(a: Any, mode: str | None = None) -> TensorVariable:
    """Nearest whole number, in floats; `mode` is 'half_to_even' (the default) or 'half_away_from_zero'."""
    try:
        rounding = _ROUNDINGS[mode or "half_to_even"]
    except KeyError:
        raise ValueError(
            f"round: mode must be one of {', '.join(map(repr, _ROUNDINGS))}, got {mode!r}"
        ) from None
    return rounding(a)


def iround(a: Any, mode: str | None = None) -> TensorVariable:
    """`round`, converted to int64."""
    return build.cast(round(a, mode), "int64")


def maximum(x: Any, y: Any) -> TensorVariable:
    """Larger of two elements; NaN if either is NaN. The gradient of a tie goes to `x`."""
    return build.maximum(*cap_at_floatx([x, y]))


def minimum(x: Any, y: Any) -> TensorVariable:
    """Smaller of two elements; NaN if either is NaN. The gradient of a tie goes to `x`."""
    return build.minimum(*cap_at_floatx([x, y]))


def largest(*args: Any) -> TensorVariable:
    """Largest of corresponding elements of one or more tensors."""
    if len(args) == 2:
        a, b = args
        return switch(build.gt(a, b), a, b)
    return _fold("largest", maximum, args)


def smallest(*args: Any) -> TensorVariable:
    """Smallest of corresponding elements of one or more tensors."""
    if len(args) == 2:
        a, b = args
        return switch(build.lt(a, b), a, b)
    return _fold("smallest", minimum, args)


def _fold(name: str, function: Any, args: tuple[Any, ...]) -> Any:
    if not args:
        raise TypeError(f"{name} needs at least one tensor")
    return functools.reduce(function, args[1:], build.as_tensor_variable(args[0]))


def switch(cond: Any, ift: Any, iff: Any) -> TensorVariable:
    """`ift` where `cond` is nonzero, else `iff`; all three broadcast, and both branches are evaluated."""
    return build.switch(cond, *cap_at_floatx([ift, iff]))


def clip(x: Any, min: Any, max: Any) -> TensorVariable:
    """`x` limited to [min, max]. The lower bound is tested first, so it wins below if the bounds cross."""
    return build.clip(*cap_at_floatx([x, min, max]))


def cast(x: Any, dtype: Any) -> TensorVariable:
    """`x` converted to `dtype` ('floatX' is allowed) as C converts it; `x` itself if it has that dtype.

    >>> from tir import tensor as T
    >>> T.cast(T.dvector(), "int8").type
    TensorType(int8, vector)
    """
    return build.cast(x, dtype)


def second(a: Any, b: Any) -> TensorVariable:
    """`b` broadcast against `a`, in the dtype of `b`. Nothing of `a` but its shape matters."""
    return build.second(a, b)


def tensor_copy(a: Any) -> TensorVariable:
    """A new variable for the same value."""
    return build.tensor_copy(a)
