"""Matrix products: named operations for floats, which become library calls, and generics for integers."""

from __future__ import annotations

from collections.abc import Sequence

from xdsl.dialects import arith
from xdsl.dialects.builtin import DYNAMIC_INDEX, TensorType
from xdsl.ir import SSAValue

from tir.dialects import linalg_ext
from tir.dialects.projections import ZERO, Projection, affine_map, identity
from tir.dialects.tir.base import TirOp, type_dtype
from tir.lowering.tir_to_linalg.context import Lowering, signless
from tir.lowering.tir_to_linalg.conversions import is_float_dtype, scalar_type
from tir.lowering.tir_to_linalg.elementwise import convert_tensor, operand_type
from tir.lowering.tir_to_linalg.generic import (
    element_type,
    fill,
    generic,
    iterators,
    shape_of,
)

_CONTRACTIONS: dict[tuple[int, int], type[linalg_ext.ContractionOp]] = {
    (1, 1): linalg_ext.DotOp,
    (2, 1): linalg_ext.MatvecOp,
    (1, 2): linalg_ext.VecmatOp,
    (2, 2): linalg_ext.MatmulOp,
    (3, 3): linalg_ext.BatchMatmulOp,
}
"""By the ranks of the operands."""


def lower_dot(low: Lowering, op: TirOp) -> None:
    """Dot of vectors and matrices, accumulated into a destination of zeros."""
    left, right = _factors(low, op)
    left_dims, right_dims = low.shapes.dims(left), low.shapes.dims(right)
    low.shapes.require_equal(
        left_dims[-1],
        right_dims[0],
        f"Shape mismatch: x.shape[{len(left_dims) - 1}] differs from y.shape[0]",
    )
    dims = (*low.shapes.dims(left)[:-1], *low.shapes.dims(right)[1:])
    rows, columns = len(left_dims) - 1, len(right_dims) - 1
    inner = rows + columns
    left_map = (*range(rows), inner)
    right_map = (inner, *range(rows, inner))
    type_ = signless(op.results[0].type)
    low.bind(op.results[0], _contract(low, op, (left, right), (left_map, right_map), dims, type_))


def lower_batched_dot(low: Lowering, op: TirOp) -> None:
    """Products of matrices, one for each index of the dimensions in front, which become one dimension."""
    factors = _factors(low, op)
    left_dims, right_dims = map(low.shapes.dims, factors)
    stack = len(left_dims) - 2
    low.shapes.require_equal(
        left_dims[-1],
        right_dims[-2],
        f"Shape mismatch: x.shape[{stack + 1}] differs from y.shape[{stack}]",
    )
    single = [all(size == 1 for size in shape_of(factor)[:stack]) for factor in factors]
    if not any(single):
        for axis in range(stack):
            low.shapes.require_equal(
                left_dims[axis],
                right_dims[axis],
                f"Shape mismatch: x.shape[{axis}] differs from y.shape[{axis}]",
            )
    left_dims, right_dims = map(low.shapes.dims, factors)
    dims = (*(right_dims if single[0] else left_dims)[:stack], left_dims[-2], right_dims[-1])
    joined = _join(low, factors[0], stack), _join(low, factors[1], stack)
    batch = low.shapes.dims(joined[1] if single[0] else joined[0])[0]
    left_map, right_map = (
        (ZERO if one and not all(single) else 0, *rest)
        for one, rest in zip(single, ((1, 3), (3, 2)), strict=True)
    )
    type_ = signless(op.results[0].type)
    shape = (1 if all(single) else DYNAMIC_INDEX, *type_.get_shape()[-2:])
    product_type = TensorType(type_.element_type, shape)
    result = _contract(low, op, joined, (left_map, right_map), (batch, *dims[-2:]), product_type)
    if stack > 1:
        result = _reshape(low, result, dims, type_)
    low.bind(op.results[0], result)


def _join(low: Lowering, value: SSAValue, leading: int) -> SSAValue:
    """A tensor with its leading dimensions made one."""
    if leading == 1:
        return value
    dims, shape = low.shapes.dims(value), shape_of(value)
    size = dims[0]
    for dim in dims[1:leading]:
        size = low.host.binary(arith.MuliOp, size, dim)
    one = 1 if all(n == 1 for n in shape[:leading]) else DYNAMIC_INDEX
    type_ = TensorType(element_type(value), (one, *shape[leading:]))
    return _reshape(low, value, (size, *dims[leading:]), type_)


def _reshape(
    low: Lowering, value: SSAValue, dims: Sequence[SSAValue], type_: TensorType
) -> SSAValue:
    dynamic = [d for d, n in zip(dims, type_.get_shape(), strict=True) if n == DYNAMIC_INDEX]
    result = low.host.emit(linalg_ext.ReshapeOp, (value, *dynamic), type_)
    low.shapes.declare(result, dims)
    return result


def _factors(low: Lowering, op: TirOp) -> tuple[SSAValue, SSAValue]:
    """The operands as tensors of the result's dtype."""
    dtype = type_dtype(operand_type(op.results[0]))
    left, right = (
        convert_tensor(low, low.tensor(o), type_dtype(operand_type(o)), dtype) for o in op.operands
    )
    return left, right


def _contract(
    low: Lowering,
    op: TirOp,
    factors: tuple[SSAValue, SSAValue],
    maps: tuple[Projection, Projection],
    dims: Sequence[SSAValue],
    type_: TensorType,
) -> SSAValue:
    """The sum over the last loop of the products of elements that the maps name."""
    dtype = type_dtype(operand_type(op.results[0]))
    is_float = is_float_dtype(dtype)
    zero = low.host.constant(0.0 if is_float else 0, scalar_type(dtype))
    start = fill(low.host, zero, dims, type_)
    if is_float:
        ranks = (len(shape_of(factors[0])), len(shape_of(factors[1])))
        result = low.host.emit(_CONTRACTIONS[ranks], (*factors, start), start.type)
    else:
        result = _contract_integers(low, dtype, factors, maps, start)
    low.shapes.declare(result, dims)
    return result


def _contract_integers(
    low: Lowering,
    dtype: str,
    factors: tuple[SSAValue, SSAValue],
    maps: tuple[Projection, Projection],
    start: SSAValue,
) -> SSAValue:
    kept = len(shape_of(start))
    multiply, add = (arith.AndIOp, arith.OrIOp) if dtype == "bool" else (arith.MuliOp, arith.AddiOp)
    (result,) = generic(
        low.host,
        factors,
        [affine_map(kept + 1, m) for m in maps],
        [start],
        [affine_map(kept + 1, identity(kept))],
        iterators(kept + 1, (kept,)),
        lambda b, x, y, acc: [b.binary(add, acc, b.binary(multiply, x, y))],
    )
    return result
