"""Questions that patterns ask about values, and ways to make a value fit a type."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeVar

import numpy as np
from xdsl.dialects.builtin import StringAttr, TensorType
from xdsl.ir import SSAValue

from tir.dialects.tir.arithmetic import CastOp, NegOp, SecondOp, SubOp
from tir.dialects.tir.base import (
    TirOp,
    bool_array,
    broadcastable_of,
    int_array,
    ints,
    rank,
    type_dtype,
)
from tir.dialects.tir.canonicalization.pattern import Rewriter
from tir.dialects.tir.structural import (
    NEW_AXIS,
    AllocOp,
    ConstantOp,
    DimshuffleOp,
    RebroadcastOp,
    dense_array,
)
from tir.support.dtypes import FLOAT_DTYPES

Number = int | float
OpT = TypeVar("OpT", bound=TirOp)

_UNIFORM_LIMIT = 256
"""Larger constants are not searched for a common value."""


def tensor_type_of(value: SSAValue) -> TensorType:
    """The type of a value of the dialect."""
    type_ = value.type
    assert isinstance(type_, TensorType)
    return type_


def dtype_of_value(value: SSAValue) -> str:
    """The NumPy dtype name of a value."""
    return type_dtype(tensor_type_of(value))


def rank_of_value(value: SSAValue) -> int:
    """The number of dimensions of a value."""
    return rank(tensor_type_of(value))


def pattern_of_value(value: SSAValue) -> tuple[bool, ...]:
    """Which dimensions of a value are statically 1."""
    return broadcastable_of(tensor_type_of(value))


def is_float_value(value: SSAValue) -> bool:
    """Whether a value holds floats."""
    return dtype_of_value(value) in FLOAT_DTYPES


def producer(value: SSAValue, op_class: type[OpT]) -> OpT | None:
    """The operation that gives `value`, if it is of this class."""
    owner = value.owner
    return owner if isinstance(owner, op_class) else None


def operand_of(value: SSAValue, op_class: type[TirOp]) -> SSAValue | None:
    """The first operand of the operation that gives `value`, if it is of this class."""
    owner = value.owner
    return owner.operands[0] if isinstance(owner, op_class) else None


def without_fill(value: SSAValue) -> SSAValue:
    """What a value repeats: the value itself, or what a chain of `second`, `alloc` and dimshuffles that only add
    dimensions spreads."""
    while True:
        owner = value.owner
        if isinstance(owner, SecondOp):
            value = owner.operands[1]
        elif isinstance(owner, AllocOp) or (
            isinstance(owner, DimshuffleOp) and rank_of_value(owner.operands[0]) == 0
        ):
            value = owner.operands[0]
        else:
            return value


def uniform_value(value: SSAValue) -> Number | None:
    """The number that all elements of a value are known to be; None if there is no such number.

    Booleans count as integers.
    """
    owner = without_fill(value).owner
    if not isinstance(owner, ConstantOp):
        return None
    array = dense_array(owner.properties["value"])
    if array.size == 0 or array.size > _UNIFORM_LIMIT:
        return None
    first = array.reshape(-1)[0]
    if array.size > 1 and not np.all(array == first):
        return None
    return float(first) if array.dtype.kind == "f" else int(first)


def is_uniform(value: SSAValue, number: Number) -> bool:
    """Whether all elements of a value are known to be `number`."""
    return uniform_value(value) == number


def keepdims_order(ndim: int, axes: Iterable[int]) -> tuple[int, ...]:
    """The dimshuffle that puts reduced dimensions back, as broadcastable ones.

    >>> keepdims_order(3, (1,))
    (0, -1, 1)
    """
    reduced = set(axes)
    kept = iter(range(ndim))
    return tuple(NEW_AXIS if axis in reduced else next(kept) for axis in range(ndim))


def spread_source(value: SSAValue, ndim: int, axes: Iterable[int]) -> SSAValue | None:
    """What `value` spreads over `axes` of a tensor of `ndim` dimensions: the `r` of a `keepdims` of `r`.

    Elementwise operations pad ranks on the left themselves, so a reduction over leading axes needs no dimshuffle.
    """
    wanted = keepdims_order(ndim, axes)
    source, order = value, tuple(range(rank_of_value(value)))
    owner = value.owner
    if isinstance(owner, DimshuffleOp):
        source, order = owner.operands[0], ints(owner.properties["new_order"])
    padded = (NEW_AXIS,) * (ndim - len(order)) + order
    if padded == wanted:
        return source
    # A dimshuffle of the source itself, not of what a reduction gives.
    own = (NEW_AXIS,) * (ndim - rank_of_value(value)) + tuple(range(rank_of_value(value)))
    return value if own == wanted else None


def are_opposite(x: SSAValue, y: SSAValue) -> bool:
    """Whether one value is known to be minus the other."""
    if operand_of(x, NegOp) is y or operand_of(y, NegOp) is x:
        return True
    a, b = producer(x, SubOp), producer(y, SubOp)
    return a is not None and b is not None and tuple(a.operands) == tuple(b.operands)[::-1]


def cast_to(rewriter: Rewriter, value: SSAValue, dtype: str) -> SSAValue:
    """`value` converted to `dtype`, if it has another one."""
    if dtype_of_value(value) == dtype:
        return value
    return rewriter.create(CastOp, value, dtype=StringAttr(dtype))


def pad_to(rewriter: Rewriter, value: SSAValue, ndim: int) -> SSAValue:
    """`value` with broadcastable dimensions added on the left."""
    own = rank_of_value(value)
    if own == ndim:
        return value
    order = [NEW_AXIS] * (ndim - own) + list(range(own))
    return rewriter.create(DimshuffleOp, value, new_order=int_array(order))


def fit(
    rewriter: Rewriter, value: SSAValue, type_: TensorType, witnesses: Iterable[SSAValue]
) -> SSAValue:
    """`value` with exactly the type `type_`, repeated as the `witnesses` are long.

    The value broadcasts to that type, and the witnesses together have its pattern, or know more about it.
    """
    value = cast_to(rewriter, value, type_dtype(type_))
    for witness in witnesses:
        if value.type == type_:
            return value
        if _adds_dimension(value, witness):
            value = rewriter.create(SecondOp, witness, value)
    value = pad_to(rewriter, value, rank(type_))
    if value.type != type_:
        pattern = bool_array(broadcastable_of(type_))
        value = rewriter.create(RebroadcastOp, value, broadcastable=pattern)
    return value


def _adds_dimension(value: SSAValue, witness: SSAValue) -> bool:
    """Whether `witness` has a dimension of unknown size where `value` has a 1 or nothing."""
    have, new = pattern_of_value(value), pattern_of_value(witness)
    own = (True,) * (len(new) - len(have)) + have
    return any(mine and not theirs for mine, theirs in zip(own[::-1], new[::-1], strict=False))
