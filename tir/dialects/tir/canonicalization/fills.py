"""Rewrites of `second` and `alloc`, which repeat a value over a shape."""

from __future__ import annotations

from typing import ClassVar

from xdsl.ir import SSAValue

from tir.dialects.tir.arithmetic import MulOp, SecondOp
from tir.dialects.tir.base import TirOp, bool_array, broadcast_types, ints, type_dtype
from tir.dialects.tir.canonicalization.dimshuffle import order_of
from tir.dialects.tir.canonicalization.matching import (
    cast_to,
    pattern_of_value,
    producer,
    rank_of_value,
    tensor_type_of,
)
from tir.dialects.tir.canonicalization.pattern import Pattern, Rewriter, result_type
from tir.dialects.tir.elementwise import ElementwiseOp
from tir.dialects.tir.reduction import MaxOp, MinOp, SumOp
from tir.dialects.tir.structural import NEW_AXIS, AllocOp, DimshuffleOp
from tir.support.dtypes import FLOAT_DTYPES


class RemoveUselessFill(Pattern):
    """`second(x, y)` is y, if x has no dimension that y lacks. That their shapes agree is not checked."""

    ROOTS: ClassVar = (SecondOp,)
    UNSAFE: ClassVar[bool] = True

    def rewrite(self, op: TirOp, rewriter: Rewriter) -> SSAValue | None:
        y = op.operands[1]
        return y if y.type == result_type(op) else None


class DropFillOfOperand(Pattern):
    """`f(second(x, y), z)` is `f(y, z)`, likewise for `alloc`, if z has the dimensions that x would give.

    That the shapes agree is not checked.
    """

    ROOTS: ClassVar = (ElementwiseOp,)
    UNSAFE: ClassVar[bool] = True

    def rewrite(self, op: TirOp, rewriter: Rewriter) -> SSAValue | None:
        if len(op.operands) < 2:
            return None
        operands = list(op.operands)
        pattern = pattern_of_value(op.results[0])
        for index, operand in enumerate(operands):
            filled = fill_value(operand)
            # The first operand of `second` is there for its shape alone: nothing is computed with it.
            if filled is None or (isinstance(op, SecondOp) and index == 0):
                continue
            others = [tensor_type_of(o) for i, o in enumerate(operands) if i != index]
            if broadcast_types([tensor_type_of(filled), *others]) == pattern:
                operands[index] = filled
        if operands == list(op.operands):
            return None
        return rewriter.create(type(op), *operands, **op.properties)


def fill_value(value: SSAValue) -> SSAValue | None:
    """The value that `second` or `alloc` repeats."""
    owner = value.owner
    if isinstance(owner, SecondOp):
        return owner.operands[1]
    return owner.operands[0] if isinstance(owner, AllocOp) else None


class SinkFill(Pattern):
    """`f(second(x, y), c)` is `second(x, f(y, c))`: fewer elements are computed. Likewise for `alloc`.

    All other operands must be fillings of smaller tensors or small themselves, so that less is computed.
    """

    ROOTS: ClassVar = (ElementwiseOp,)
    UNSAFE: ClassVar[bool] = True

    def rewrite(self, op: TirOp, rewriter: Rewriter) -> SSAValue | None:
        if isinstance(op, SecondOp):
            return None
        pattern = pattern_of_value(op.results[0])
        fill = next(
            (
                o.owner
                for o in op.operands
                if fill_value(o) is not None and pattern_of_value(o) == pattern
            ),
            None,
        )
        if not isinstance(fill, TirOp):
            return None
        operands = [o if (v := fill_value(o)) is None else v for o in op.operands]
        if broadcast_types([tensor_type_of(o) for o in operands]) == pattern:
            return None
        value = rewriter.create(type(op), *operands, **op.properties)
        if isinstance(fill, SecondOp):
            return rewriter.create(SecondOp, fill.operands[0], value)
        return rewriter.create(AllocOp, value, *fill.operands[1:], **fill.properties)


class FillOfFill(Pattern):
    """`alloc(second(x, y), dims)` and `alloc(alloc(y, ...), dims)` are `alloc(y, dims)`."""

    ROOTS: ClassVar = (AllocOp,)
    UNSAFE: ClassVar[bool] = True

    def rewrite(self, op: TirOp, rewriter: Rewriter) -> SSAValue | None:
        value = fill_value(op.operands[0])
        if value is None:
            return None
        return rewriter.create(AllocOp, value, *op.operands[1:], **op.properties)


class DimshuffleOfFill(Pattern):
    """`dimshuffle(alloc(y, dims))` of a scalar y is `alloc(y, dimensions in their new order)`."""

    ROOTS: ClassVar = (DimshuffleOp,)
    UNSAFE: ClassVar[bool] = True

    def rewrite(self, op: TirOp, rewriter: Rewriter) -> SSAValue | None:
        alloc = producer(op.operands[0], AllocOp)
        if alloc is None or rank_of_value(alloc.operands[0]) != 0:
            return None
        value, *dims = alloc.operands
        order = order_of(op)
        if NEW_AXIS in order:
            # Index -1 finds it at the end.
            dims.append(rewriter.constant(1, "int64"))
        pattern = bool_array(pattern_of_value(op.results[0]))
        return rewriter.create(
            AllocOp, value, *(dims[axis] for axis in order), broadcastable=pattern
        )


class ReductionOfFill(Pattern):
    """The sum, maximum or minimum of a repeated scalar: the scalar times the number of elements, or itself.

    The maximum of nothing, an error, becomes the scalar.
    """

    ROOTS: ClassVar = (SumOp, MaxOp, MinOp)
    UNSAFE: ClassVar[bool] = True

    def rewrite(self, op: TirOp, rewriter: Rewriter) -> SSAValue | None:
        alloc = producer(op.operands[0], AllocOp)
        if alloc is None or rank_of_value(alloc.operands[0]) != 0:
            return None
        value, *dims = alloc.operands
        type_ = result_type(op)
        dtype = type_dtype(type_)
        if isinstance(op, SumOp):
            if dtype not in FLOAT_DTYPES:
                return None
            for axis in ints(op.properties["axes"]):
                value = rewriter.create(MulOp, value, cast_to(rewriter, dims[axis], dtype))
        axes = ints(op.properties["axes"])
        kept = [dim for axis, dim in enumerate(dims) if axis not in axes]
        if not kept:
            return value
        pattern = bool_array(pattern_of_value(op.results[0]))
        return rewriter.create(AllocOp, value, *kept, broadcastable=pattern)


FILL_PATTERNS: tuple[Pattern, ...] = (
    RemoveUselessFill(),
    DropFillOfOperand(),
    SinkFill(),
    FillOfFill(),
    DimshuffleOfFill(),
    ReductionOfFill(),
)
