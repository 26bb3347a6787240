"""The `math_ext` dialect: scalar functions that xDSL's `math` dialect lacks.

It is loaded only when compiling, so it may use declarative assembly formats.
"""

from __future__ import annotations

import abc
from typing import ClassVar

from xdsl.dialects.builtin import AnyFloatConstr
from xdsl.ir import Dialect, Operation, SSAValue
from xdsl.irdl import (
    IRDLOperation,
    VarConstraint,
    irdl_op_definition,
    operand_def,
    result_def,
    traits_def,
)
from xdsl.traits import Pure, SameOperandsAndResultType

RARE_CASE = "tir.rare_case"
"""Attribute of a function `f(usual, x, rare)` of two floats and an integer as wide that is `usual` where `rare` is 0, and a function of x
where that is -1. It depends on nothing but its arguments."""

TABLE = "tir.table"
"""Attribute of a declared function of an i32 whose result is the element of an array that the lowest bits of that are the number of. The
array has 8 elements, as many as there are in a register."""


class UnaryFloatOperation(IRDLOperation, abc.ABC):
    """A function of one float whose result has the operand's type."""

    T: ClassVar = VarConstraint("T", AnyFloatConstr)

    operand = operand_def(T)
    result = result_def(T)

    traits = traits_def(Pure(), SameOperandsAndResultType())

    assembly_format = "$operand attr-dict `:` type($result)"

    def __init__(self, operand: Operation | SSAValue) -> None:
        value = SSAValue.get(operand)
        super().__init__(operands=[value], result_types=[value.type])


class BinaryFloatOperation(IRDLOperation, abc.ABC):
    """A function of two floats whose result has the operands' type."""

    T: ClassVar = VarConstraint("T", AnyFloatConstr)

    lhs = operand_def(T)
    rhs = operand_def(T)
    result = result_def(T)

    traits = traits_def(Pure(), SameOperandsAndResultType())

    assembly_format = "$lhs `,` $rhs attr-dict `:` type($result)"

    def __init__(self, lhs: Operation | SSAValue, rhs: Operation | SSAValue) -> None:
        value = SSAValue.get(lhs)
        super().__init__(operands=[value, rhs], result_types=[value.type])


@irdl_op_definition
class ErfcOp(UnaryFloatOperation):
    """`1 - erf(x)` without cancellation: `%y = math_ext.erfc %x : f64`."""

    name = "math_ext.erfc"


@irdl_op_definition
class ExpNonPositiveOp(UnaryFloatOperation):
    """`exp(x)` of an x that is not positive, or 8 at most, or NaN: `%y = math_ext.exp_nonpositive %x : f64`.

    Such exponentials do not overflow, which is cheaper to compute. For larger x the result is not specified.
    """

    name = "math_ext.exp_nonpositive"


@irdl_op_definition
class ExpTermOp(UnaryFloatOperation):
    """`exp(x)` of an x that is not positive, or 64 at most, or NaN, as a term of a sum of about 1 or more:
    `%y = math_ext.exp_term %x : f64`.

    Its error is small beside 1: that of a small term may be larger beside the term, and a term below the smallest normal number
    may be 0. For larger x the result is not specified.
    """

    name = "math_ext.exp_term"


@irdl_op_definition
class SigmoidOp(UnaryFloatOperation):
    """`1 / (1 + exp(-x))` without overflow: `%y = math_ext.sigmoid %x : f64`."""

    name = "math_ext.sigmoid"


@irdl_op_definition
class SoftplusOp(UnaryFloatOperation):
    """`log(1 + exp(x))` without overflow: `%y = math_ext.softplus %x : f64`."""

    name = "math_ext.softplus"


@irdl_op_definition
class FmodOp(BinaryFloatOperation):
    """Remainder with the sign of the dividend, exact as C's fmod: `%z = math_ext.fmod %x, %y : f64`."""

    name = "math_ext.fmod"


MathExt = Dialect("math_ext", [ErfcOp, ExpNonPositiveOp, ExpTermOp, SigmoidOp, SoftplusOp, FmodOp])
