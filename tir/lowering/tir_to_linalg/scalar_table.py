"""The meaning of each elementwise operation on scalars: one row per operation.

A row has a column for each kind of number in which the operation computes. Operands arrive converted to
`op_class.operand_dtypes(...)`; the kind is that of the last operand.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import pi

from xdsl.dialects import arith, math
from xdsl.dialects.builtin import i1
from xdsl.ir import Operation, SSAValue

from tir.dialects import math_ext
from tir.dialects.tir import arithmetic, comparison, transcendental
from tir.dialects.tir.elementwise import ElementwiseOp
from tir.lowering.tir_to_linalg import scalar_functions
from tir.lowering.tir_to_linalg.builder import Builder
from tir.lowering.tir_to_linalg.conversions import is_float_dtype, is_unsigned_dtype
from tir.support.errors import UnsupportedError
from tir.support.late_names import late_function

ScalarFunction = Callable[..., SSAValue]
"""Takes a builder and the operands, gives the result."""


@dataclass(frozen=True)
class Row:
    """How to compute an operation on floats, signed integers, unsigned integers and booleans."""

    floating: ScalarFunction | None = None
    signed: ScalarFunction | None = None
    unsigned: ScalarFunction | None = None
    boolean: ScalarFunction | None = None


def _binary(op: type[Operation]) -> ScalarFunction:
    return lambda b, x, y: b.binary(op, x, y)


def _unary(op: type[Operation]) -> ScalarFunction:
    return lambda b, x: b.unary(op, x)


def extended(op: type[Operation]) -> ScalarFunction:
    """An operation of tir's own dialects, whose result has the type of its first operand."""
    return lambda b, x, *others: b.emit(op, (x, *others), x.type)


def _first(b: Builder, x: SSAValue, *_: SSAValue) -> SSAValue:
    return x


def _second(b: Builder, x: SSAValue, y: SSAValue) -> SSAValue:
    return y


def _never(b: Builder, x: SSAValue) -> SSAValue:
    return b.constant(0, i1)


def _integer_negative(b: Builder, x: SSAValue) -> SSAValue:
    return b.binary(arith.SubiOp, b.constant(0, x.type), x)


def _square(op: type[Operation]) -> ScalarFunction:
    return lambda b, x: b.binary(op, x, x)


def _reciprocal(b: Builder, x: SSAValue) -> SSAValue:
    return b.binary(arith.DivfOp, b.constant(1.0, x.type), x)


def _scaled(factor: float) -> ScalarFunction:
    return lambda b, x: b.binary(arith.MulfOp, x, b.constant(factor, x.type))


def _complement(b: Builder, x: SSAValue) -> SSAValue:
    return b.binary(arith.XOrIOp, x, b.constant(-1, x.type))


def _select(b: Builder, condition: SSAValue, x: SSAValue, y: SSAValue) -> SSAValue:
    return b.select(condition, x, y)


def _clip(less: str, greater: str) -> ScalarFunction:
    def build(b: Builder, x: SSAValue, low: SSAValue, high: SSAValue) -> SSAValue:
        limited = b.select(b.compare(greater, x, high), high, x)
        return b.select(b.compare(less, x, low), low, limited)

    return build


def _same(function: ScalarFunction) -> Row:
    return Row(function, function, function, function)


def _integers(function: ScalarFunction) -> Row:
    return Row(None, function, function, function)


def _float(op: type[Operation]) -> Row:
    return Row(_unary(op))


def _comparison(floating: str, signed: str, unsigned: str) -> Row:
    def column(predicate: str) -> ScalarFunction:
        return lambda b, x, y: b.compare(predicate, x, y)

    return Row(column(floating), column(signed), column(unsigned), column(unsigned))


def _arithmetic(
    floating: type[Operation], integer: type[Operation], boolean: type[Operation] | None
) -> Row:
    return Row(
        _binary(floating),
        _binary(integer),
        _binary(integer),
        None if boolean is None else _binary(boolean),
    )


ROWS: dict[type[ElementwiseOp], Row] = {
    arithmetic.AddOp: _arithmetic(arith.AddfOp, arith.AddiOp, arith.OrIOp),
    arithmetic.SubOp: _arithmetic(arith.SubfOp, arith.SubiOp, None),
    arithmetic.MulOp: _arithmetic(arith.MulfOp, arith.MuliOp, arith.AndIOp),
    arithmetic.TrueDivOp: Row(_binary(arith.DivfOp)),
    arithmetic.IntDivOp: Row(
        scalar_functions.float_floor_divide,
        scalar_functions.signed_floor_divide,
        scalar_functions.unsigned_divide,
    ),
    arithmetic.ModOp: Row(
        scalar_functions.float_mod, scalar_functions.signed_mod, scalar_functions.unsigned_mod
    ),
    arithmetic.PowOp: Row(
        _binary(math.PowFOp), scalar_functions.integer_power, scalar_functions.integer_power
    ),
    arithmetic.MaximumOp: Row(
        _binary(arith.MaximumfOp),
        _binary(arith.MaxSIOp),
        _binary(arith.MaxUIOp),
        _binary(arith.OrIOp),
    ),
    arithmetic.MinimumOp: Row(
        _binary(arith.MinimumfOp),
        _binary(arith.MinSIOp),
        _binary(arith.MinUIOp),
        _binary(arith.AndIOp),
    ),
    arithmetic.NegOp: Row(_unary(arith.NegfOp), _integer_negative, _integer_negative),
    arithmetic.AbsOp: Row(_unary(math.AbsFOp), extended(math.AbsIOp), _first, _first),
    arithmetic.SgnOp: Row(
        scalar_functions.float_sign, scalar_functions.signed_sign, scalar_functions.unsigned_sign
    ),
    arithmetic.SqrOp: Row(
        _square(arith.MulfOp), _square(arith.MuliOp), _square(arith.MuliOp), _first
    ),
    arithmetic.SqrtOp: _float(math.SqrtOp),
    arithmetic.ReciprocalOp: Row(_reciprocal),
    arithmetic.CeilOp: _float(math.CeilOp),
    arithmetic.FloorOp: _float(math.FloorOp),
    arithmetic.TruncOp: _float(math.TruncOp),
    arithmetic.RoundHalfToEvenOp: _float(math.RoundEvenOp),
    arithmetic.RoundHalfAwayFromZeroOp: _float(math.RoundOp),
    arithmetic.SwitchOp: _same(_select),
    arithmetic.ClipOp: Row(
        _clip("olt", "ogt"), _clip("slt", "sgt"), _clip("ult", "ugt"), _clip("ult", "ugt")
    ),
    arithmetic.SecondOp: _same(_second),
    arithmetic.CastOp: _same(_first),
    transcendental.ExpOp: _float(math.ExpOp),
    transcendental.Exp2Op: _float(math.Exp2Op),
    transcendental.Expm1Op: _float(math.ExpM1Op),
    transcendental.LogOp: _float(math.LogOp),
    transcendental.Log2Op: _float(math.Log2Op),
    transcendental.Log10Op: _float(math.Log10Op),
    transcendental.Log1pOp: _float(math.Log1pOp),
    transcendental.CbrtOp: _float(math.CbrtOp),
    transcendental.SinOp: _float(math.SinOp),
    transcendental.CosOp: _float(math.CosOp),
    transcendental.TanOp: _float(math.TanOp),
    transcendental.ArcsinOp: _float(math.AsinOp),
    transcendental.ArccosOp: _float(math.AcosOp),
    transcendental.ArctanOp: _float(math.AtanOp),
    transcendental.SinhOp: _float(math.SinhOp),
    transcendental.CoshOp: _float(math.CoshOp),
    transcendental.TanhOp: _float(math.TanhOp),
    transcendental.ArcsinhOp: _float(math.AsinhOp),
    transcendental.ArccoshOp: _float(math.AcoshOp),
    transcendental.ArctanhOp: _float(math.AtanhOp),
    transcendental.Deg2radOp: Row(_scaled(pi / 180)),
    transcendental.Rad2degOp: Row(_scaled(180 / pi)),
    transcendental.Arctan2Op: Row(_binary(math.Atan2Op)),
    transcendental.ErfOp: _float(math.ErfOp),
    transcendental.ErfcOp: Row(extended(math_ext.ErfcOp)),
    transcendental.SigmoidOp: Row(extended(math_ext.SigmoidOp)),
    transcendental.SoftplusOp: Row(extended(math_ext.SoftplusOp)),
    comparison.EqOp: _comparison("oeq", "eq", "eq"),
    comparison.NeqOp: _comparison("une", "ne", "ne"),
    comparison.LtOp: _comparison("olt", "slt", "ult"),
    comparison.LeOp: _comparison("ole", "sle", "ule"),
    comparison.GtOp: _comparison("ogt", "sgt", "ugt"),
    comparison.GeOp: _comparison("oge", "sge", "uge"),
    comparison.IsnanOp: Row(lambda b, x: b.compare("uno", x, x), _never, _never, _never),
    comparison.IsinfOp: Row(scalar_functions.float_is_infinite, _never, _never, _never),
    comparison.AndOp: _integers(_binary(arith.AndIOp)),
    comparison.OrOp: _integers(_binary(arith.OrIOp)),
    comparison.XorOp: _integers(_binary(arith.XOrIOp)),
    comparison.InvertOp: _integers(_complement),
}
"""Elementwise operation -> its row. `tir.cast` and `tir.second` are conversions of a chosen operand."""


# Imports what it needs for programs with an operation that has no row here.
_special_row: Callable[[type[ElementwiseOp]], Row | None] = late_function(
    "tir.lowering.tir_to_linalg.special_table:row"
)


def row_of(op_class: type[ElementwiseOp]) -> Row | None:
    """The row of an operation; None if it has none."""
    return ROWS.get(op_class) or _special_row(op_class)


def scalar_function(op_class: type[ElementwiseOp], dtype: str) -> ScalarFunction:
    """How to compute an operation whose operands are of `dtype`; `UnsupportedError` if that is undefined."""
    row = row_of(op_class)
    if row is None:
        raise UnsupportedError(f"{op_class.name} has no lowering")
    if is_float_dtype(dtype):
        found = row.floating
    elif dtype == "bool":
        found = row.boolean
    else:
        found = row.unsigned if is_unsigned_dtype(dtype) else row.signed
    if found is None:
        raise UnsupportedError(f"{op_class.name} has no lowering for elements of {dtype}")
    return found
