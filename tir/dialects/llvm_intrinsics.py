"""The intrinsics of the llvm dialect that xDSL's own lacks; `tir.dialects.llvm_ext` has them all."""

from __future__ import annotations

from abc import ABC
from typing import ClassVar

from xdsl.dialects import llvm
from xdsl.dialects.builtin import (
    AnyFloatConstr,
    BoolAttr,
    SignlessIntegerConstraint,
    VectorType,
)
from xdsl.ir import Operation
from xdsl.irdl import (
    IRDLOperation,
    ParsePropInAttrDict,
    VarConstraint,
    irdl_op_definition,
    operand_def,
    prop_def,
    result_def,
    traits_def,
)
from xdsl.traits import MemoryReadEffect, MemoryWriteEffect, Pure

_INTRINSIC_FORMAT = "`(` operands `)` attr-dict `:` functional-type(operands, results)"


_FLOATS = VarConstraint("T", AnyFloatConstr | VectorType.constr(AnyFloatConstr))
_INTEGERS = VarConstraint(
    "T", SignlessIntegerConstraint | VectorType.constr(SignlessIntegerConstraint)
)


class Intrinsic(IRDLOperation, ABC):
    """A function of its operands."""

    traits = traits_def(Pure())
    irdl_options = (ParsePropInAttrDict(),)
    assembly_format = _INTRINSIC_FORMAT


class FloatUnaryIntrinsic(Intrinsic, ABC):
    """An intrinsic of one float."""

    arg = operand_def(_FLOATS)
    res = result_def(_FLOATS)
    fastmathFlags = prop_def(llvm.FastMathAttr, default_value=llvm.FastMathAttr(None))


@irdl_op_definition
class FTruncOp(FloatUnaryIntrinsic):
    """Rounds towards zero."""

    name = "llvm.intr.trunc"


@irdl_op_definition
class RoundEvenOp(FloatUnaryIntrinsic):
    """Rounds to nearest, ties to even."""

    name = "llvm.intr.roundeven"


class FloatBinaryIntrinsic(Intrinsic, ABC):
    """An intrinsic of two floats."""

    lhs = operand_def(_FLOATS)
    rhs = operand_def(_FLOATS)
    res = result_def(_FLOATS)
    fastmathFlags = prop_def(llvm.FastMathAttr, default_value=llvm.FastMathAttr(None))


@irdl_op_definition
class FMaximumOp(FloatBinaryIntrinsic):
    """The larger; NaN where either is NaN, and -0 < +0."""

    name = "llvm.intr.maximum"


@irdl_op_definition
class FMinimumOp(FloatBinaryIntrinsic):
    """The smaller; NaN where either is NaN, and -0 < +0."""

    name = "llvm.intr.minimum"


class IntegerBinaryIntrinsic(Intrinsic, ABC):
    """An intrinsic of two integers."""

    lhs = operand_def(_INTEGERS)
    rhs = operand_def(_INTEGERS)
    res = result_def(_INTEGERS)


@irdl_op_definition
class SMaxOp(IntegerBinaryIntrinsic):
    """The larger of two signed integers."""

    name = "llvm.intr.smax"


@irdl_op_definition
class SMinOp(IntegerBinaryIntrinsic):
    """The smaller of two signed integers."""

    name = "llvm.intr.smin"


@irdl_op_definition
class UMaxOp(IntegerBinaryIntrinsic):
    """The larger of two unsigned integers."""

    name = "llvm.intr.umax"


@irdl_op_definition
class UMinOp(IntegerBinaryIntrinsic):
    """The smaller of two unsigned integers."""

    name = "llvm.intr.umin"


@irdl_op_definition
class UMulWithOverflowOp(Intrinsic):
    """The product of unsigned integers and whether it overflowed, `struct<(T, i1)>`."""

    name = "llvm.intr.umul.with.overflow"

    T: ClassVar = VarConstraint("T", SignlessIntegerConstraint)
    lhs = operand_def(T)
    rhs = operand_def(T)
    res = result_def(llvm.LLVMStructType)


class IntegerUnaryIntrinsic(Intrinsic, ABC):
    """An intrinsic of one integer."""

    arg = operand_def(_INTEGERS)
    res = result_def(_INTEGERS)


@irdl_op_definition
class CtPopOp(IntegerUnaryIntrinsic):
    """The number of set bits."""

    name = "llvm.intr.ctpop"


@irdl_op_definition
class AbsOp(IntegerUnaryIntrinsic):
    """The absolute value; the minimum is its own, or poison where the flag says so."""

    name = "llvm.intr.abs"
    is_int_min_poison = prop_def(BoolAttr, default_value=BoolAttr.from_bool(False))


@irdl_op_definition
class CountLeadingZerosOp(IntegerUnaryIntrinsic):
    """The number of leading zeros."""

    name = "llvm.intr.ctlz"
    is_zero_poison = prop_def(BoolAttr, default_value=BoolAttr.from_bool(False))


@irdl_op_definition
class CountTrailingZerosOp(IntegerUnaryIntrinsic):
    """The number of trailing zeros."""

    name = "llvm.intr.cttz"
    is_zero_poison = prop_def(BoolAttr, default_value=BoolAttr.from_bool(False))


@irdl_op_definition
class MemcpyOp(IRDLOperation):
    """Copies `len` bytes between buffers that do not overlap."""

    name = "llvm.intr.memcpy"

    dst = operand_def(llvm.LLVMPointerType)
    src = operand_def(llvm.LLVMPointerType)
    len = operand_def(SignlessIntegerConstraint)

    traits = traits_def(MemoryReadEffect(), MemoryWriteEffect())
    assembly_format = "`(` operands `)` attr-dict `:` type(operands)"


INTRINSICS: tuple[type[Operation], ...] = (
    AbsOp,
    CountLeadingZerosOp,
    CountTrailingZerosOp,
    CtPopOp,
    FMaximumOp,
    FMinimumOp,
    FTruncOp,
    MemcpyOp,
    RoundEvenOp,
    SMaxOp,
    SMinOp,
    UMaxOp,
    UMinOp,
    UMulWithOverflowOp,
)
