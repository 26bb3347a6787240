"""Reductions over a set of axes. The reduced axes vanish; `keepdims` is a dimshuffle of the result."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

import numpy as np
from xdsl.dialects.builtin import ArrayAttr, TensorType
from xdsl.irdl import irdl_op_definition, prop_def

from tir.dialects.tir.base import (
    Array,
    Properties,
    TirOp,
    TypeInferenceError,
    broadcastable_of,
    ints,
    rank,
    tensor_type,
    type_dtype,
)


class ReductionOp(TirOp):
    """One operand reduced over `axes`: distinct, increasing, non-negative."""

    PROPERTY_NAMES: ClassVar[tuple[str, ...]] = ("axes",)
    axes = prop_def(ArrayAttr)

    @staticmethod
    def function(*args: Any, **kwargs: Any) -> Any:
        """The NumPy function that reduces an array over axes."""
        raise NotImplementedError

    @classmethod
    def result_dtype(cls, dtype: str) -> str:
        """The dtype of the result for an operand of `dtype`."""
        return dtype

    @classmethod
    def accumulator_dtype(cls, dtype: str) -> str:
        """The dtype in which an operand of `dtype` is accumulated."""
        return cls.result_dtype(dtype)

    @classmethod
    def infer_types(
        cls, operand_types: Sequence[TensorType], properties: Properties
    ) -> list[TensorType]:
        (operand,) = operand_types
        axes = ints(properties["axes"])
        if list(axes) != sorted(set(axes)) or any(a < 0 or a >= rank(operand) for a in axes):
            raise TypeInferenceError(
                f"axes {list(axes)} must be distinct, increasing and below the rank {rank(operand)}"
            )
        kept = tuple(b for i, b in enumerate(broadcastable_of(operand)) if i not in axes)
        return [tensor_type(cls.result_dtype(type_dtype(operand)), kept)]

    @classmethod
    def evaluate(cls, arrays: Sequence[Array], properties: Properties) -> list[Array]:
        (x,) = arrays
        axes = ints(properties["axes"])
        dtype = cls.result_dtype(x.dtype.name)
        with np.errstate(all="ignore"):
            result = cls.function(x.astype(cls.accumulator_dtype(x.dtype.name)), axis=axes)
            return [np.asarray(result).astype(dtype, copy=False)]


class AccumulationOp(ReductionOp):
    """Sum or product: integers accumulate in 64 bits, float32 in float64."""

    @classmethod
    def result_dtype(cls, dtype: str) -> str:
        if dtype == "bool" or dtype.startswith("int"):
            return "int64"
        return "uint64" if dtype.startswith("uint") else dtype

    @classmethod
    def accumulator_dtype(cls, dtype: str) -> str:
        return "float64" if dtype == "float32" else cls.result_dtype(dtype)


@irdl_op_definition
class SumOp(AccumulationOp):
    """Sum over axes."""

    name = "tir.sum"
    function = staticmethod(np.sum)


@irdl_op_definition
class ProdOp(AccumulationOp):
    """Product over axes."""

    name = "tir.prod"
    function = staticmethod(np.prod)


@irdl_op_definition
class MaxOp(ReductionOp):
    """Largest element over axes; NaN if any is NaN. `ValueError` if there is no element."""

    name = "tir.max"
    function = staticmethod(np.max)


@irdl_op_definition
class MinOp(ReductionOp):
    """Smallest element over axes; NaN if any is NaN. `ValueError` if there is no element."""

    name = "tir.min"
    function = staticmethod(np.min)


class LogicalReductionOp(ReductionOp):
    """Any or all: elements count as true when nonzero."""

    @classmethod
    def result_dtype(cls, dtype: str) -> str:
        return "bool"


@irdl_op_definition
class AnyOp(LogicalReductionOp):
    """Whether any element over axes is nonzero."""

    name = "tir.any"
    function = staticmethod(np.any)


@irdl_op_definition
class AllOp(LogicalReductionOp):
    """Whether all elements over axes are nonzero."""

    name = "tir.all"
    function = staticmethod(np.all)


class ArgReductionOp(ReductionOp):
    """Position of an extreme element, counted over the reduced axes in row-major order."""

    @classmethod
    def result_dtype(cls, dtype: str) -> str:
        return "int64"

    @classmethod
    def evaluate(cls, arrays: Sequence[Array], properties: Properties) -> list[Array]:
        (x,) = arrays
        axes = ints(properties["axes"])
        kept = [i for i in range(x.ndim) if i not in axes]
        rows = x.transpose([*kept, *axes])
        count = int(np.prod([x.shape[a] for a in axes]))
        rows = rows.reshape([*(x.shape[k] for k in kept), count])
        return [np.asarray(cls.function(rows, axis=-1)).astype("int64", copy=False)]


@irdl_op_definition
class ArgmaxOp(ArgReductionOp):
    """Position of the first largest element (or of the first NaN)."""

    name = "tir.argmax"
    function = staticmethod(np.argmax)


@irdl_op_definition
class ArgminOp(ArgReductionOp):
    """Position of the first smallest element (or of the first NaN)."""

    name = "tir.argmin"
    function = staticmethod(np.argmin)
