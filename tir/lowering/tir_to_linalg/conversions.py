"""Conversions of a scalar from one dtype to another, as NumPy's `astype` does them.

Signless types do not say whether an integer is signed, so conversions go by dtype names.
"""

from __future__ import annotations

from functools import cache

from xdsl.dialects import arith
from xdsl.dialects.builtin import Float32Type, IntegerType, f32, f64, i1, i32, i64
from xdsl.ir import Attribute, SSAValue

from tir.lowering.tir_to_linalg.builder import INDEX, Builder


@cache
def scalar_type(dtype: str) -> Attribute:
    """The signless type in which a scalar of a NumPy dtype is computed.

    >>> print(scalar_type("uint8"), scalar_type("bool"), scalar_type("float32"))
    i8 i1 f32
    """
    if dtype == "bool":
        return i1
    if dtype == "float32":
        return f32
    if dtype == "float64":
        return f64
    return IntegerType(int(dtype.removeprefix("u").removeprefix("int")))


def is_float_dtype(dtype: str) -> bool:
    """Whether a dtype is floating-point."""
    return dtype.startswith("float")


def is_unsigned_dtype(dtype: str) -> bool:
    """Whether a dtype is an unsigned integer or boolean."""
    return dtype == "bool" or dtype.startswith("uint")


def changes_value(before: str, after: str) -> bool:
    """Whether a conversion needs any operation: i8 and ui8, for one, are the same bits."""
    return before != after and scalar_type(before) != scalar_type(after)


def convert(b: Builder, value: SSAValue, before: str, after: str) -> SSAValue:
    """`value` of dtype `before` as dtype `after`."""
    if not changes_value(before, after):
        return value
    target = scalar_type(after)
    if after == "bool":
        return nonzero(b, value)
    if is_float_dtype(before):
        return _from_float(b, value, after, target)
    if is_float_dtype(after):
        op = arith.UIToFPOp if is_unsigned_dtype(before) else arith.SIToFPOp
        return b.cast(op, value, target)
    return _integer_to_integer(b, value, before, target)


def nonzero(b: Builder, value: SSAValue) -> SSAValue:
    """Whether a number is true: not zero, NaN included."""
    if value.type == i1:
        return value
    zero = b.constant(0.0 if _is_float_type(value.type) else 0, value.type)
    return b.compare("une" if _is_float_type(value.type) else "ne", value, zero)


def _is_float_type(type_: Attribute) -> bool:
    return type_ in (f32, f64)


def _integer_to_integer(b: Builder, value: SSAValue, before: str, target: Attribute) -> SSAValue:
    assert isinstance(value.type, IntegerType)
    assert isinstance(target, IntegerType)
    if target.width.data < value.type.width.data:
        return b.cast(arith.TruncIOp, value, target)
    op = arith.ExtUIOp if is_unsigned_dtype(before) else arith.ExtSIOp
    return b.cast(op, value, target)


def _from_float(b: Builder, value: SSAValue, after: str, target: Attribute) -> SSAValue:
    if is_float_dtype(after):
        op = arith.TruncFOp if isinstance(target, Float32Type) else arith.ExtFOp
        return b.cast(op, value, target)
    if after in ("int32", "int64"):
        return b.cast(arith.FPToSIOp, value, target)
    if after == "uint64":
        return _float_to_uint64(b, value)
    # C converts to a wider signed integer first, so negative values wrap around.
    wide = b.cast(arith.FPToSIOp, value, i64 if after == "uint32" else i32)
    return b.cast(arith.TruncIOp, wide, target)


def _float_to_uint64(b: Builder, value: SSAValue) -> SSAValue:
    # Below 2**63 the signed conversion is right, and lets negative values wrap around.
    half = b.constant(2.0**63, value.type)
    low = b.cast(arith.FPToSIOp, value, i64)
    shifted = b.cast(arith.FPToSIOp, b.binary(arith.SubfOp, value, half), i64)
    high = b.binary(arith.XOrIOp, shifted, b.constant(-(2**63), i64))
    return b.select(b.compare("olt", value, half), low, high)


def to_index(b: Builder, value: SSAValue, dtype: str) -> SSAValue:
    """An integer or boolean scalar as an `index`."""
    wide = value
    if is_unsigned_dtype(dtype) and dtype != "uint64":
        wide = b.cast(arith.ExtUIOp, value, i64)
    return b.cast(arith.IndexCastOp, wide, INDEX)
