"""Products of vectors and matrices."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tir.frontend.tensor.operands import cap_at_floatx
from tir.frontend.tensor.shape import flatten
from tir.graph import build
from tir.support.errors import UnsupportedError

if TYPE_CHECKING:
    from tir.frontend.tensor.variable import TensorVariable


def dot(a: Any, b: Any) -> TensorVariable:
    """Matrix product of vectors and matrices, in their common dtype; with a scalar, the elementwise product.

    Tensors of more dimensions raise `UnsupportedError`.

    >>> from tir import tensor as T
    >>> T.dot(T.fmatrix(), T.fvector()).type
    TensorType(float32, vector)
    """
    x, y = cap_at_floatx([a, b])
    if x.type.ndim == 0 or y.type.ndim == 0:
        return build.mul(x, y)
    if x.type.ndim > 2 or y.type.ndim > 2:
        raise UnsupportedError(
            f"dot of {x.type} and {y.type}: only tensors of up to 2 dimensions can be multiplied so far"
        )
    return build.dot(x, y)


def outer(x: Any, y: Any) -> TensorVariable:
    """All products of an element of `x` and one of `y`: a matrix. Both are flattened first."""
    rows, columns = flatten(x), flatten(y)
    return build.mul(build.dimshuffle(rows, [0, "x"]), build.dimshuffle(columns, ["x", 0]))
