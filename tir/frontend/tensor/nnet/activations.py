"""Elementwise activations. All but `relu` compute in floats, as other float functions of integers do."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tir.graph import build
from tir.graph.constants import constant
from tir.support.dtypes import upgrade_to_float

if TYPE_CHECKING:
    from tir.frontend.tensor.variable import TensorVariable


def sigmoid(x: Any) -> TensorVariable:
    """Logistic function, `1 / (1 + exp(-x))`."""
    return build.sigmoid(x)


def hard_sigmoid(x: Any) -> TensorVariable:
    """A sigmoid in three straight pieces: `0.2 x + 0.5` limited to [0, 1]."""
    x = build.as_tensor_variable(x)
    dtype = upgrade_to_float(x.type.dtype)
    slope, shift, low, high = (constant(v, dtype=dtype) for v in (0.2, 0.5, 0, 1))
    return build.clip(build.add(build.mul(x, slope), shift), low, high)


def softplus(x: Any) -> TensorVariable:
    """`log(1 + exp(x))`, without overflow."""
    return build.softplus(x)


def softsign(x: Any) -> TensorVariable:
    """`x / (1 + |x|)`."""
    x = build.as_tensor_variable(x)
    x = build.cast(x, upgrade_to_float(x.type.dtype))
    return build.true_div(x, build.add(1, build.abs_(x)))


def relu(x: Any, alpha: Any = 0) -> TensorVariable:
    """`x` where it is positive, `alpha * x` elsewhere; `alpha` is a number or a tensor that broadcasts.

    Computed as `0.5 * (x + |x|)`, whose gradient at 0 is 0.5.
    """
    x = build.as_tensor_variable(x)
    if isinstance(alpha, int | float) and alpha == 0:
        return build.mul(0.5, build.add(x, build.abs_(x)))
    positive = build.mul(0.5, build.add(1, alpha))
    negative = build.mul(0.5, build.sub(1, alpha))
    return build.add(build.mul(positive, x), build.mul(negative, build.abs_(x)))


def elu(x: Any, alpha: Any = 1) -> TensorVariable:
    """`x` where it is positive, `alpha * (exp(x) - 1)` elsewhere."""
    x = build.as_tensor_variable(x)
    return build.switch(build.gt(x, 0), x, build.mul(alpha, build.expm1(x)))
