"""Elementwise arithmetic, rounding, selection and conversion."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

import numpy as np
from xdsl.dialects.builtin import StringAttr
from xdsl.irdl import irdl_op_definition, prop_def

from tir.dialects.tir.base import Array, Properties, TypeInferenceError
from tir.dialects.tir.elementwise import (
    BinaryOp,
    ElementwiseOp,
    FloatUnaryOp,
    UnaryOp,
    reject_bool,
)
from tir.support.dtypes import ALL_DTYPES, FLOAT_DTYPES, upcast


@irdl_op_definition
class AddOp(BinaryOp):
    """Sum of two tensors (logical or on booleans)."""

    name = "tir.add"
    function = staticmethod(np.add)


@irdl_op_definition
class SubOp(BinaryOp):
    """Difference of two tensors."""

    name = "tir.sub"
    function = staticmethod(np.subtract)

    @classmethod
    def result_dtype(cls, dtypes: Sequence[str], properties: Properties) -> str:
        reject_bool("subtraction", dtypes, "use `xor` (x ^ y) or cast to an integer type")
        return upcast(*dtypes)


@irdl_op_definition
class MulOp(BinaryOp):
    """Product of two tensors (logical and on booleans)."""

    name = "tir.mul"
    function = staticmethod(np.multiply)


@irdl_op_definition
class TrueDivOp(BinaryOp):
    """Quotient of two tensors, at least one of them floating-point."""

    name = "tir.true_div"
    function = staticmethod(np.true_divide)

    @classmethod
    def result_dtype(cls, dtypes: Sequence[str], properties: Properties) -> str:
        result = upcast(*dtypes)
        if result not in FLOAT_DTYPES:
            raise TypeInferenceError("true_div needs a float operand; cast one of them first")
        return result


class FloorDivisionBase(BinaryOp):
    """A part of the division with a quotient rounded towards minus infinity; booleans have none."""

    TITLE: ClassVar[str]
    """What error messages call it."""

    @classmethod
    def result_dtype(cls, dtypes: Sequence[str], properties: Properties) -> str:
        reject_bool(cls.TITLE, dtypes, "cast to an integer type first")
        return upcast(*dtypes)

    @classmethod
    def apply(cls, arrays: Sequence[Array], properties: Properties) -> Array:
        divisor = arrays[1]
        if divisor.dtype.kind in "iub" and not np.all(divisor):
            raise ZeroDivisionError("integer division or modulo by zero")
        return super().apply(arrays, properties)


@irdl_op_definition
class IntDivOp(FloorDivisionBase):
    """Quotient rounded towards minus infinity; `ZeroDivisionError` for a zero integer divisor."""

    name = "tir.int_div"
    TITLE: ClassVar[str] = "floor division"
    function = staticmethod(np.floor_divide)


@irdl_op_definition
class ModOp(FloorDivisionBase):
    """Remainder with the sign of the divisor; `ZeroDivisionError` for a zero integer divisor."""

    name = "tir.mod"
    TITLE: ClassVar[str] = "modulo"
    function = staticmethod(np.remainder)


@irdl_op_definition
class PowOp(BinaryOp):
    """First operand to the power of the second; booleans give int8. Integer powers must not be negative."""

    name = "tir.pow"
    function = staticmethod(np.power)

    @classmethod
    def operand_dtypes(cls, dtypes: Sequence[str], properties: Properties) -> tuple[str, ...]:
        return (cls.result_dtype(dtypes, properties),) * len(dtypes)

    @classmethod
    def result_dtype(cls, dtypes: Sequence[str], properties: Properties) -> str:
        result = upcast(*dtypes)
        return "int8" if result == "bool" else result


@irdl_op_definition
class MaximumOp(BinaryOp):
    """Larger of two elements; NaN if either is NaN."""

    name = "tir.maximum"
    function = staticmethod(np.maximum)


@irdl_op_definition
class MinimumOp(BinaryOp):
    """Smaller of two elements; NaN if either is NaN."""

    name = "tir.minimum"
    function = staticmethod(np.minimum)


@irdl_op_definition
class NegOp(UnaryOp):
    """Minus each element."""

    name = "tir.neg"
    function = staticmethod(np.negative)

    @classmethod
    def result_dtype(cls, dtypes: Sequence[str], properties: Properties) -> str:
        reject_bool("negation", dtypes, "use `invert` (~x) for logical not")
        return dtypes[0]


@irdl_op_definition
class AbsOp(UnaryOp):
    """Absolute value of each element."""

    name = "tir.abs"
    function = staticmethod(np.absolute)


@irdl_op_definition
class SgnOp(UnaryOp):
    """Sign of each element: -1, 0 or 1; NaN for NaN."""

    name = "tir.sgn"
    function = staticmethod(np.sign)

    @classmethod
    def result_dtype(cls, dtypes: Sequence[str], properties: Properties) -> str:
        reject_bool("sgn", dtypes, "cast to an integer type first")
        return dtypes[0]


@irdl_op_definition
class SqrOp(UnaryOp):
    """Square of each element."""

    name = "tir.sqr"

    @classmethod
    def apply(cls, arrays: Sequence[Array], properties: Properties) -> Array:
        return arrays[0] * arrays[0]


@irdl_op_definition
class SqrtOp(FloatUnaryOp):
    """Square root of each element; NaN below zero."""

    name = "tir.sqrt"
    function = staticmethod(np.sqrt)


@irdl_op_definition
class ReciprocalOp(FloatUnaryOp):
    """One over each element."""

    name = "tir.reciprocal"
    function = staticmethod(np.reciprocal)


@irdl_op_definition
class CeilOp(FloatUnaryOp):
    """Smallest integer not below each element, as a float."""

    name = "tir.ceil"
    function = staticmethod(np.ceil)


@irdl_op_definition
class FloorOp(FloatUnaryOp):
    """Largest integer not above each element, as a float."""

    name = "tir.floor"
    function = staticmethod(np.floor)


@irdl_op_definition
class TruncOp(FloatUnaryOp):
    """Each element without its fraction, as a float."""

    name = "tir.trunc"
    function = staticmethod(np.trunc)


@irdl_op_definition
class RoundHalfToEvenOp(FloatUnaryOp):
    """Nearest integer, halves to the even one."""

    name = "tir.round_half_to_even"
    function = staticmethod(np.rint)


@irdl_op_definition
class RoundHalfAwayFromZeroOp(FloatUnaryOp):
    """Nearest integer, halves away from zero."""

    name = "tir.round_half_away_from_zero"

    @classmethod
    def apply(cls, arrays: Sequence[Array], properties: Properties) -> Array:
        x = arrays[0]
        whole = np.trunc(x)
        # The fraction is exact, so 0.49999999999999994 is not rounded up as floor(x + 0.5) would.
        away = np.abs(x - whole) >= 0.5
        return np.copysign(np.where(away, whole + np.copysign(1, x).astype(x.dtype), whole), x)


@irdl_op_definition
class SwitchOp(ElementwiseOp):
    """Second operand where the first is nonzero, else the third; both are evaluated."""

    name = "tir.switch"
    ARITY: ClassVar[int] = 3
    function = staticmethod(np.where)

    @classmethod
    def operand_dtypes(cls, dtypes: Sequence[str], properties: Properties) -> tuple[str, ...]:
        return ("bool", *(upcast(*dtypes[1:]),) * 2)

    @classmethod
    def result_dtype(cls, dtypes: Sequence[str], properties: Properties) -> str:
        return upcast(*dtypes[1:])


@irdl_op_definition
class ClipOp(ElementwiseOp):
    """First operand limited to [second, third]; the lower bound is tested first."""

    name = "tir.clip"
    ARITY: ClassVar[int] = 3

    @classmethod
    def apply(cls, arrays: Sequence[Array], properties: Properties) -> Array:
        x, low, high = arrays
        return np.where(x < low, low, np.where(x > high, high, x))


@irdl_op_definition
class SecondOp(ElementwiseOp):
    """Second operand, broadcast against the first (also known as fill)."""

    name = "tir.second"
    ARITY: ClassVar[int] = 2

    @classmethod
    def operand_dtypes(cls, dtypes: Sequence[str], properties: Properties) -> tuple[str, ...]:
        return tuple(dtypes)

    @classmethod
    def result_dtype(cls, dtypes: Sequence[str], properties: Properties) -> str:
        return dtypes[1]

    @classmethod
    def apply(cls, arrays: Sequence[Array], properties: Properties) -> Array:
        return np.broadcast_arrays(*arrays)[1].copy()


@irdl_op_definition
class CastOp(ElementwiseOp):
    """Each element converted to `dtype`, as C converts it; nonzero is true."""

    name = "tir.cast"
    ARITY: ClassVar[int] = 1
    PROPERTY_NAMES: ClassVar[tuple[str, ...]] = ("dtype",)
    dtype = prop_def(StringAttr)

    @classmethod
    def operand_dtypes(cls, dtypes: Sequence[str], properties: Properties) -> tuple[str, ...]:
        return tuple(dtypes)

    @classmethod
    def result_dtype(cls, dtypes: Sequence[str], properties: Properties) -> str:
        dtype = properties["dtype"]
        if not isinstance(dtype, StringAttr) or dtype.data not in ALL_DTYPES:
            raise TypeInferenceError(f"cannot cast to {dtype}: not a dtype that tir handles")
        return dtype.data

    @classmethod
    def apply(cls, arrays: Sequence[Array], properties: Properties) -> Array:
        return arrays[0].astype(cls.result_dtype([arrays[0].dtype.name], properties))
