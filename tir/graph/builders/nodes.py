"""Nodes of the graph: what becomes an operand, and how an operation of the dialect is applied to operands."""

from __future__ import annotations

from typing import Any

import numpy as np
from xdsl.dialects.builtin import StringAttr
from xdsl.ir import Attribute

from tir.dialects.tir import arithmetic, structural
from tir.dialects.tir.base import TirOp
from tir.graph.constants import AsTensorError, constant
from tir.graph.dialect_op import DialectOp
from tir.graph.tensor_type import TensorType, resolve_dtype
from tir.graph.variable import Variable
from tir.support.errors import UnsupportedError


def as_tensor_variable(value: Any, name: str | None = None, ndim: int | None = None) -> Any:
    """`value` as a tensor variable: itself if it is one, else a constant.

    Raises `AsTensorError` for what is no number, array or variable.
    """
    if isinstance(value, Variable):
        if not isinstance(value.type, TensorType):
            raise AsTensorError(
                f"{value} is a variable, but not a tensor: its type is {value.type}"
            )
        if ndim is not None and value.type.ndim != ndim:
            raise ValueError(f"{value} has {value.type.ndim} dimensions, not {ndim}")
        return value
    if isinstance(value, bool):
        raise AsTensorError(
            f"Cannot convert {value} to a tensor variable. Comparing two variables with == or != asks "
            "whether they are the same object and gives a Python bool; use tir.tensor.eq or "
            "tir.tensor.neq for an elementwise comparison, np.bool_ for a boolean constant."
        )
    if isinstance(value, list | tuple) and any(isinstance(v, Variable) for v in value):
        if any(as_tensor_variable(v).type.ndim for v in value):
            raise UnsupportedError(
                "a list becomes a tensor if it holds scalars only; stacking tensors is not supported yet, got "
                f"{list(value)}"
            )
        return make_vector(*value)
    try:
        return constant(value, name=name, ndim=ndim)
    except (TypeError, ValueError) as error:
        if isinstance(error, AsTensorError | NotImplementedError):
            raise
        raise AsTensorError(f"Cannot convert {value!r} to a tensor variable: {error}") from error


def apply(op_class: type[TirOp], *inputs: Any, **properties: Attribute) -> Any:
    """The output of a new node that applies an operation of the dialect."""
    return DialectOp(op_class, properties)(*(as_tensor_variable(i) for i in inputs))


def scalar_like(value: float, like: Variable) -> Any:
    """A constant scalar of the dtype of a variable."""
    return constant(value, dtype=like.type.dtype)


def cast(x: Any, dtype: Any) -> Any:
    """`x` converted to a dtype; `x` itself if it has that dtype already."""
    x = as_tensor_variable(x)
    name = resolve_dtype(dtype)
    return x if x.type.dtype == name else apply(arithmetic.CastOp, x, dtype=StringAttr(name))


def make_vector(*scalars: Any) -> Any:
    """A vector of scalars, in their common dtype."""
    items = [as_tensor_variable(s) for s in scalars]
    dtype = np.result_type(*(i.type.dtype for i in items)).name
    return apply(structural.MakeVectorOp, *(cast(i, dtype) for i in items))
