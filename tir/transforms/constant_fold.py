"""The pass `constant-fold`: operations on constants are computed by the compiler."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from xdsl.context import Context
from xdsl.dialects.builtin import ModuleOp, TensorType
from xdsl.ir import SSAValue
from xdsl.passes import ModulePass

from tir.dialects.tir.base import Array, TirOp, tensor_type, type_dtype
from tir.dialects.tir.canonicalization.pattern import Pattern, Rewriter, result_type
from tir.dialects.tir.contraction import BatchedDotOp, DotOp
from tir.dialects.tir.elementwise import ElementwiseOp
from tir.dialects.tir.indexing import AdvancedSubtensorOp
from tir.dialects.tir.structural import (
    AllocOp,
    ArangeOp,
    ConstantOp,
    dense_array,
)
from tir.transforms.driver import PatternSet, apply_patterns

LARGEST_RESULT = 100_000
"""Elements; larger results are left to the program."""

LARGEST_GROWTH = 64
"""A result of more elements than this may not be larger than the operands: a filled matrix is no constant."""


class FoldConstants(Pattern):
    """An operation whose operands are all constants becomes one.

    Not if the result would be large, nor if computing it fails: then the program fails when it runs.
    """

    ROOTS: ClassVar = (TirOp,)

    def rewrite(self, op: TirOp, rewriter: Rewriter) -> SSAValue | None:
        if isinstance(op, ConstantOp):
            return None
        arrays = _constant_arrays(op)
        if arrays is None:
            return None
        type_ = result_type(op)
        try:
            if _result_size(op, arrays) > _size_limit(arrays):
                return None
            with np.errstate(all="ignore"):
                op.check(arrays, [_constant_type(a) for a in arrays], op.properties)
                (result,) = op.evaluate(arrays, op.properties)
        except (ArithmeticError, ValueError, IndexError, TypeError):
            return None
        # A size that turns out to be 1 is not one that broadcasts, so the constant would have another type.
        if _constant_type(result) != type_:
            return None
        return rewriter.constant(result, type_dtype(type_))


def _constant_type(array: Array) -> TensorType:
    """The type of a constant of this value."""
    return tensor_type(array.dtype.name, tuple(size == 1 for size in array.shape))


def _constant_arrays(op: TirOp) -> list[Array] | None:
    arrays = []
    for operand in op.operands:
        owner = operand.owner
        if not isinstance(owner, ConstantOp):
            return None
        arrays.append(dense_array(owner.properties["value"]))
    return arrays


def _size_limit(arrays: Sequence[Array]) -> int:
    given = sum(array.size for array in arrays)
    return min(max(given, LARGEST_GROWTH), LARGEST_RESULT)


def _result_size(op: TirOp, arrays: Sequence[Array]) -> int:
    """How many elements the result has, or at most the size of the operands for operations that never grow."""
    if isinstance(op, ElementwiseOp):
        return math.prod(np.broadcast_shapes(*(array.shape for array in arrays)))
    if isinstance(op, AllocOp):
        return math.prod(max(int(dim), 0) for dim in arrays[1:])
    if isinstance(op, DotOp):
        return math.prod((*arrays[0].shape[:-1], *arrays[1].shape[1:]))
    if isinstance(op, BatchedDotOp):
        stack = np.broadcast_shapes(*(array.shape[:-2] for array in arrays))
        return math.prod((*stack, arrays[0].shape[-2], arrays[1].shape[-1]))
    if isinstance(op, AdvancedSubtensorOp):
        rest = arrays[0].shape[len(arrays) - 1 :]
        return max(array.size for array in arrays[1:]) * math.prod(rest)
    if isinstance(op, ArangeOp):
        start, stop, step = (array.item() for array in arrays)
        return max(math.ceil((stop - start) / step), 0)
    return 0


_PATTERNS = PatternSet([FoldConstants()])


@dataclass(frozen=True)
class ConstantFoldPass(ModulePass):
    """Operations on constants only are replaced by their results.

        %a = tir.constant {value = dense<2.0> : tensor<f64>} : tensor<f64>
        %b = tir.exp %a : tensor<f64>
        ->
        %b = tir.constant {value = dense<7.38...> : tensor<f64>} : tensor<f64>

    Computed by the operation's own `evaluate`. Left alone are operations that fail on these values (the program shall
    fail when it runs, not when it is compiled), and those whose result has more than `LARGEST_RESULT` elements or is a
    small constant repeated many times. Types stay as they are.
    """

    name = "constant-fold"

    def apply(self, ctx: Context, op: ModuleOp) -> None:
        apply_patterns(op, _PATTERNS)
