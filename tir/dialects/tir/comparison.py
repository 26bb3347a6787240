"""Comparisons, float predicates and bitwise or logical operations."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from xdsl.irdl import irdl_op_definition

from tir.dialects.tir.base import Properties, TypeInferenceError
from tir.dialects.tir.elementwise import BitwiseOp, ComparisonOp, PredicateOp, UnaryOp
from tir.support.dtypes import FLOAT_DTYPES


@irdl_op_definition
class EqOp(ComparisonOp):
    """Equal."""

    name = "tir.eq"
    function = staticmethod(np.equal)


@irdl_op_definition
class NeqOp(ComparisonOp):
    """Not equal."""

    name = "tir.neq"
    function = staticmethod(np.not_equal)


@irdl_op_definition
class LtOp(ComparisonOp):
    """Less than."""

    name = "tir.lt"
    function = staticmethod(np.less)


@irdl_op_definition
class LeOp(ComparisonOp):
    """Less than or equal."""

    name = "tir.le"
    function = staticmethod(np.less_equal)


@irdl_op_definition
class GtOp(ComparisonOp):
    """Greater than."""

    name = "tir.gt"
    function = staticmethod(np.greater)


@irdl_op_definition
class GeOp(ComparisonOp):
    """Greater than or equal."""

    name = "tir.ge"
    function = staticmethod(np.greater_equal)


@irdl_op_definition
class IsnanOp(PredicateOp):
    """Whether each element is NaN (never, for integers)."""

    name = "tir.isnan"
    function = staticmethod(np.isnan)


@irdl_op_definition
class IsinfOp(PredicateOp):
    """Whether each element is infinite (never, for integers)."""

    name = "tir.isinf"
    function = staticmethod(np.isinf)


@irdl_op_definition
class AndOp(BitwiseOp):
    """Bitwise and; logical on booleans."""

    name = "tir.and"
    function = staticmethod(np.bitwise_and)


@irdl_op_definition
class OrOp(BitwiseOp):
    """Bitwise or; logical on booleans."""

    name = "tir.or"
    function = staticmethod(np.bitwise_or)


@irdl_op_definition
class XorOp(BitwiseOp):
    """Bitwise exclusive or; logical on booleans."""

    name = "tir.xor"
    function = staticmethod(np.bitwise_xor)


@irdl_op_definition
class InvertOp(UnaryOp):
    """Bitwise complement; logical not on booleans."""

    name = "tir.invert"
    function = staticmethod(np.invert)

    @classmethod
    def result_dtype(cls, dtypes: Sequence[str], properties: Properties) -> str:
        if dtypes[0] in FLOAT_DTYPES:
            raise TypeInferenceError(f"invert needs an integer or boolean operand, got {dtypes[0]}")
        return dtypes[0]
