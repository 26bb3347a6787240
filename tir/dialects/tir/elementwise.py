"""The shapes of elementwise operations: how many operands, in which dtype they compute, what they give.

The families (`arithmetic`, `transcendental`, `comparison`...) fill these classes in. A concrete class only says its
name, its NumPy function, and picks its dtype rule by its base class. The lowering asks the same two questions,
`operand_dtypes` and `result_dtype`, so both agree on conversions.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

import numpy as np
from xdsl.dialects.builtin import TensorType

from tir.dialects.tir.base import (
    Array,
    Properties,
    TirOp,
    TypeInferenceError,
    broadcast_types,
    broadcastable_of,
    check_broadcast,
    tensor_type,
    type_dtype,
)
from tir.support.dtypes import FLOAT_DTYPES, upcast, upgrade_to_float


class ElementwiseOp(TirOp):
    """An operation applied to corresponding elements of operands that broadcast together."""

    ARITY: ClassVar[int]

    @staticmethod
    def function(*args: Any, **kwargs: Any) -> Any:
        """The NumPy function of the operands, already converted to `operand_dtypes`."""
        raise NotImplementedError

    @classmethod
    def operand_dtypes(cls, dtypes: Sequence[str], properties: Properties) -> tuple[str, ...]:
        """The dtypes to which the operands are converted before the function is applied."""
        return (upcast(*dtypes),) * len(dtypes)

    @classmethod
    def result_dtype(cls, dtypes: Sequence[str], properties: Properties) -> str:
        """The dtype of the result."""
        return upcast(*dtypes)

    @classmethod
    def infer_types(
        cls, operand_types: Sequence[TensorType], properties: Properties
    ) -> list[TensorType]:
        if len(operand_types) != cls.ARITY:
            raise TypeInferenceError(f"expected {cls.ARITY} operands, got {len(operand_types)}")
        dtype = cls.result_dtype([type_dtype(t) for t in operand_types], properties)
        return [tensor_type(dtype, broadcast_types(operand_types))]

    @classmethod
    def check(
        cls,
        arrays: Sequence[Array],
        operand_types: Sequence[TensorType],
        properties: Properties,
    ) -> None:
        check_broadcast(arrays, [broadcastable_of(t) for t in operand_types])

    @classmethod
    def evaluate(cls, arrays: Sequence[Array], properties: Properties) -> list[Array]:
        dtypes = [a.dtype.name for a in arrays]
        converted = [
            np.asarray(a).astype(d, copy=False)
            for a, d in zip(arrays, cls.operand_dtypes(dtypes, properties), strict=True)
        ]
        with np.errstate(all="ignore"):
            result = np.asarray(cls.apply(converted, properties))
            return [result.astype(cls.result_dtype(dtypes, properties), copy=False)]

    @classmethod
    def apply(cls, arrays: Sequence[Array], properties: Properties) -> Array:
        """The function on converted operands."""
        return cls.function(*arrays)


class UnaryOp(ElementwiseOp):
    """One operand, result of the same dtype."""

    ARITY: ClassVar[int] = 1


class BinaryOp(ElementwiseOp):
    """Two operands, computed in and giving their common dtype."""

    ARITY: ClassVar[int] = 2


def reject_bool(operation: str, dtypes: Sequence[str], hint: str) -> None:
    """Raise `TypeInferenceError` if all operands are boolean."""
    if all(d == "bool" for d in dtypes):
        raise TypeInferenceError(f"{operation} is not defined on booleans; {hint}")


class FloatUnaryOp(UnaryOp):
    """A float function of one operand; integers are upgraded to the float type that holds them."""

    @classmethod
    def operand_dtypes(cls, dtypes: Sequence[str], properties: Properties) -> tuple[str, ...]:
        return (upgrade_to_float(*dtypes),)

    @classmethod
    def result_dtype(cls, dtypes: Sequence[str], properties: Properties) -> str:
        return upgrade_to_float(*dtypes)


class FloatBinaryOp(BinaryOp):
    """A float function of two operands."""

    @classmethod
    def operand_dtypes(cls, dtypes: Sequence[str], properties: Properties) -> tuple[str, ...]:
        return (upgrade_to_float(*dtypes),) * len(dtypes)

    @classmethod
    def result_dtype(cls, dtypes: Sequence[str], properties: Properties) -> str:
        return upgrade_to_float(*dtypes)


class ComparisonOp(BinaryOp):
    """Two operands compared in their common dtype; the result is boolean."""

    @classmethod
    def result_dtype(cls, dtypes: Sequence[str], properties: Properties) -> str:
        return "bool"


class PredicateOp(UnaryOp):
    """A boolean question about each element."""

    @classmethod
    def result_dtype(cls, dtypes: Sequence[str], properties: Properties) -> str:
        return "bool"


class BitwiseOp(BinaryOp):
    """Bit by bit on integers, logical on booleans."""

    @classmethod
    def result_dtype(cls, dtypes: Sequence[str], properties: Properties) -> str:
        result = upcast(*dtypes)
        if result in FLOAT_DTYPES:
            raise TypeInferenceError(
                f"bitwise operations need integers or booleans of a common integer type, got {', '.join(dtypes)}"
            )
        return result
