"""Softmax and its logarithm."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from tir.frontend.tensor.operands import normalize_axis
from tir.graph import build

if TYPE_CHECKING:
    from tir.frontend.tensor.variable import TensorVariable


def softmax(c: Any, axis: int | None = None) -> TensorVariable:
    """`exp(c) / sum(exp(c))` along `axis`, the last one by default, in the dtype of `c`, a float.

    Without `axis`, a vector becomes a matrix of one row, as Theano has it, with a `DeprecationWarning`.

    >>> from tir import tensor as T
    >>> T.nnet.softmax(T.fmatrix()).type
    TensorType(float32, matrix)
    """
    return _along_axis("softmax", build.softmax, c, axis)


def logsoftmax(c: Any, axis: int | None = None) -> TensorVariable:
    """`log(softmax(c))`, accurate also where the softmax is tiny."""
    return _along_axis("logsoftmax", build.log_softmax, c, axis)


def _along_axis(name: str, function: Callable[[Any, int], Any], c: Any, axis: int | None) -> Any:
    c = build.as_tensor_variable(c)
    if c.type.ndim == 0 or c.type.dtype not in ("float32", "float64"):
        raise TypeError(f"{name}: the input must be a tensor of floats, not a scalar; got {c.type}")
    if axis is None and c.type.ndim == 1:
        warnings.warn(
            f"{name} of a vector gives a matrix of one row; give axis=0 for a vector, or pad it yourself",
            DeprecationWarning,
            stacklevel=3,
        )
        c = build.dimshuffle(c, ["x", 0])
    return function(c, normalize_axis(-1 if axis is None else axis, c.type.ndim, name))
