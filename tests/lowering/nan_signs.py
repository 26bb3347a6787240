"""Gives the NaNs that arithmetic makes a sign: which one they have is up to the compiler and the machine."""

from __future__ import annotations

import math

from xdsl.dialects import arith
from xdsl.dialects import math as math_dialect
from xdsl.dialects.builtin import Float32Type, Float64Type, FloatAttr, ModuleOp

ARITHMETIC = (
    *(arith.AddfOp, arith.SubfOp, arith.MulfOp, arith.DivfOp, arith.ExtFOp, arith.TruncFOp),
    *(arith.MaximumfOp, arith.MinimumfOp, math_dialect.FmaOp, math_dialect.SqrtOp),
)


def sign_nans(module: ModuleOp, sign: int) -> None:
    """After each operation of floating-point arithmetic, make its result NaN of this sign if it is NaN."""
    for op in list(module.walk()):
        if not isinstance(op, ARITHMETIC):
            continue
        block, result = op.parent, op.results[0]
        assert block is not None
        assert isinstance(result.type, Float32Type | Float64Type)
        nan = arith.ConstantOp(FloatAttr(math.copysign(math.nan, sign), result.type))
        is_nan = arith.CmpfOp(result, result, "uno")
        signed = arith.SelectOp(is_nan, nan.result, result)
        block.insert_ops_after([nan, is_nan, signed], op)
        result.replace_uses_with_if(
            signed.result, lambda use, own=(is_nan, signed): use.operation not in own
        )
