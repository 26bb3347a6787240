"""Matrix products: named operations for floats, which become library calls, and generics for integers."""

from __future__ import annotations

from xdsl.dialects import arith
from xdsl.ir import Operation, SSAValue

from tir.dialects import linalg_ext
from tir.dialects.projections import affine_map
from tir.dialects.tir.base import TirOp, type_dtype
from tir.lowering.tir_to_linalg.context import Lowering, signless
from tir.lowering.tir_to_linalg.conversions import is_float_dtype, scalar_type
from tir.lowering.tir_to_linalg.elementwise import convert_tensor, operand_type
from tir.lowering.tir_to_linalg.generic import (
    fill,
    generic,
    iterators,
    shape_of,
)

_CONTRACTIONS: dict[tuple[int, int], type[Operation]] = {
    (2, 2): linalg_ext.MatmulOp,
    (1, 1): linalg_ext.DotOp,
    (2, 1): linalg_ext.MatvecOp,
    (1, 2): linalg_ext.VecmatOp,
}


def lower_dot(low: Lowering, op: TirOp) -> None:
    """Dot of vectors and matrices, accumulated into a destination of zeros."""
    left_type, right_type = (operand_type(o) for o in op.operands)
    dtype = type_dtype(operand_type(op.results[0]))
    left = convert_tensor(low, low.tensor(op.operands[0]), type_dtype(left_type), dtype)
    right = convert_tensor(low, low.tensor(op.operands[1]), type_dtype(right_type), dtype)
    left_dims, right_dims = low.shapes.dims(left), low.shapes.dims(right)
    low.shapes.require_equal(
        left_dims[-1],
        right_dims[0],
        f"Shape mismatch: x.shape[{len(left_dims) - 1}] differs from y.shape[0]",
    )
    type_ = signless(op.results[0].type)
    dims = (*low.shapes.dims(left)[:-1], *low.shapes.dims(right)[1:])
    zero = low.host.constant(0.0 if is_float_dtype(dtype) else 0, scalar_type(dtype))
    start = fill(low.host, zero, dims, type_)
    result = _contract(low, dtype, left, right, start)
    low.shapes.declare(result, dims)
    low.bind(op.results[0], result)


def _contract(
    low: Lowering, dtype: str, left: SSAValue, right: SSAValue, start: SSAValue
) -> SSAValue:
    ranks = (len(shape_of(left)), len(shape_of(right)))
    if not is_float_dtype(dtype):
        return _contract_integers(low, dtype, left, right, start)
    return low.host.emit(_CONTRACTIONS[ranks], (left, right, start), start.type)


def _contract_integers(
    low: Lowering, dtype: str, left: SSAValue, right: SSAValue, start: SSAValue
) -> SSAValue:
    kept_left, kept_right = len(shape_of(left)) - 1, len(shape_of(right)) - 1
    kept = kept_left + kept_right
    count = kept + 1
    multiply, add = (arith.AndIOp, arith.OrIOp) if dtype == "bool" else (arith.MuliOp, arith.AddiOp)
    (result,) = generic(
        low.host,
        [left, right],
        [
            affine_map(count, (*range(kept_left), kept)),
            affine_map(count, (kept, *range(kept_left, kept))),
        ],
        [start],
        [affine_map(count, tuple(range(kept)))],
        iterators(count, (kept,)),
        lambda b, x, y, acc: [b.binary(add, acc, b.binary(multiply, x, y))],
    )
    return result
