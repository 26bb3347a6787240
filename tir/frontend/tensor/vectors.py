"""Vectors whose elements or whose length are known while the expression is built, as those of shapes are.

`x.shape[0]` must be the size of one dimension, not an element of a vector of all sizes: so indexing looks through
vectors that were just made of scalars.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from tir.dialects.tir.elementwise import ElementwiseOp
from tir.dialects.tir.structural import MakeVectorOp
from tir.frontend.tensor.operands import integer_scalar, static_int
from tir.graph import build
from tir.graph.constants import constant
from tir.graph.dialect_op import DialectOp
from tir.graph.variable import Constant, Variable


def known_length(vector: Any) -> int | None:
    """The number of elements of a vector variable, or None if it is not known yet."""
    pending, length = [vector], None
    seen: set[Variable] = set()
    while pending:
        v = pending.pop()
        if v in seen:
            continue
        seen.add(v)
        if isinstance(v, Constant):
            found = v.data.shape[0] if v.data.ndim == 1 else 1
        elif v.type.broadcastable in ((), (True,)):
            found = 1
        elif v.owner is not None and isinstance(v.owner.op, DialectOp):
            op_class = v.owner.op.op_class
            found = len(v.owner.inputs) if op_class is MakeVectorOp else None
            if issubclass(op_class, ElementwiseOp):
                pending.extend(v.owner.inputs)
        else:
            found = None
        # An elementwise result is as long as any operand that is not 1 long.
        if found is not None and (length is None or length == 1):
            length = found
    if length == 1 and vector.type.broadcastable == (False,):
        return None
    return length


def known_elements(vector: Any) -> list[Any] | None:
    """The scalars of which a vector was made, or None."""
    if isinstance(vector, Constant) and vector.data.ndim == 1:
        return [constant(value) for value in vector.data]
    owner = vector.owner
    if owner is not None and isinstance(owner.op, DialectOp) and owner.op.op_class is MakeVectorOp:
        return list(owner.inputs)
    return None


def vector_of(scalars: list[Any]) -> Any:
    """An int64 vector of integer scalars; a constant if they all are."""
    if all(isinstance(s, Constant) for s in scalars):
        return constant(np.array([s.data for s in scalars], "int64"))
    return build.make_vector(*scalars)


def scalars_of(sizes: Any, what: str, length: int | None = None) -> list[Any]:
    """Integer scalars (int64) from what a user gives as a shape: an integer, several, or a vector.

    `length` is needed for a vector of unknown length, and is then checked when the function runs. `what` names the
    argument in errors.
    """
    if isinstance(sizes, np.ndarray):
        sizes = sizes.tolist()
    if isinstance(sizes, list | tuple):
        return [integer_scalar(size, f"{what}: each size") for size in sizes]
    if not isinstance(sizes, Variable) or build.as_tensor_variable(sizes).type.ndim == 0:
        return [integer_scalar(sizes, f"{what}: a size")]
    return _unpacked(build.as_tensor_variable(sizes), what, length)


def _unpacked(vector: Any, what: str, length: int | None) -> list[Any]:
    if vector.type.ndim != 1 or vector.type.dtype in ("bool", "float32", "float64"):
        raise TypeError(
            f"{what}: a symbolic shape must be a vector of integers, got {vector} : {vector.type}"
        )
    elements = known_elements(vector)
    if elements is None:
        known = known_length(vector)
        if known is None and length is None:
            raise ValueError(
                f"{what}: the number of dimensions must be known, but the length of the vector {vector} is not; "
                "give a tuple of scalars, or ndim= where there is such an argument"
            )
        if known is None:
            # This reshape keeps the vector as it is; it raises when run if the length is another.
            vector = build.reshape(vector, [static_int(length, what)], [False])
        elements = [
            build.subtensor(vector, ["v"], [constant(np.int64(i))])
            for i in range(known if known is not None else static_int(length, what))
        ]
    return [integer_scalar(e, f"{what}: each size") for e in elements]
