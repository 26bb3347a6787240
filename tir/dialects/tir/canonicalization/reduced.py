"""What reductions give, seen through the dimshuffles that spread it over the elements again."""

from __future__ import annotations

from typing import NamedTuple

from xdsl.ir import SSAValue

from tir.dialects.tir.arithmetic import SubOp
from tir.dialects.tir.base import ints
from tir.dialects.tir.canonicalization.dimshuffle import composed, order_of
from tir.dialects.tir.canonicalization.matching import (
    dtype_of_value,
    is_float_value,
    operand_of,
    producer,
    rank_of_value,
)
from tir.dialects.tir.nnet import LogSumExpOp
from tir.dialects.tir.reduction import MaxOp, ReductionOp, SumOp
from tir.dialects.tir.structural import NEW_AXIS, DimshuffleOp
from tir.dialects.tir.transcendental import ExpOp, LogOp


class Reduced(NamedTuple):
    """One value for each row of `x` along `axes`."""

    x: SSAValue
    axes: tuple[int, ...]
    order: tuple[int, ...]
    """The dimension of x that each dimension of the value runs along; `NEW_AXIS` for those that repeat it."""

    def padded(self, ndim: int) -> tuple[int, ...]:
        """`order` in an elementwise operation of `ndim` dimensions, which pads operands on the left."""
        return (NEW_AXIS,) * (ndim - len(self.order)) + self.order

    @property
    def is_spread(self) -> bool:
        """Whether elementwise operations with x bring each row together with its value."""
        ndim = rank_of_value(self.x)
        rows = (NEW_AXIS if axis in self.axes else axis for axis in range(ndim))
        return self.padded(ndim) == tuple(rows)


def reduced(value: SSAValue, op_class: type[ReductionOp]) -> Reduced | None:
    """The reduction of this class that `value` is."""
    base, order = _dimshuffled(value)
    found = producer(base, op_class)
    return None if found is None else _reduced(found, found.operands[0], order)


def log_sum_exp(value: SSAValue) -> Reduced | None:
    """The `log_sum_exp(x)` or `log(sum(exp(x)))` that `value` is."""
    known = reduced(value, LogSumExpOp)
    if known is not None:
        return known
    base, order = _dimshuffled(value)
    total = operand_of(base, LogOp)
    if total is None:
        return None
    base, inner = _dimshuffled(total)
    sum_ = producer(base, SumOp)
    x = None if sum_ is None else operand_of(sum_.operands[0], ExpOp)
    if sum_ is None or x is None or dtype_of_value(x) != dtype_of_value(value):
        return None
    return _reduced(sum_, x, composed(order, inner))


def below_maximum(value: SSAValue) -> Reduced | None:
    """The maximum m along some axes, if `value` is `x - m` of floats: so none of it is positive."""
    shifted = producer(value, SubOp)
    if shifted is None or not is_float_value(value):
        return None
    x, shift = shifted.operands
    top = reduced(shift, MaxOp)
    return top if top is not None and top.x is x and top.is_spread else None


def _reduced(op: ReductionOp, x: SSAValue, order: tuple[int, ...]) -> Reduced:
    axes = ints(op.properties["axes"])
    kept = tuple(axis for axis in range(rank_of_value(x)) if axis not in axes)
    return Reduced(x, axes, composed(order, kept))


def _dimshuffled(value: SSAValue) -> tuple[SSAValue, tuple[int, ...]]:
    """What dimshuffles look at, and the order that they have together."""
    order = tuple(range(rank_of_value(value)))
    while isinstance(value.owner, DimshuffleOp):
        order = composed(order, order_of(value.owner))
        value = value.owner.operands[0]
    return value, order
