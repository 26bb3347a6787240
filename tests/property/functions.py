"""The functions that random expressions are made of, each as tir builds it and as NumPy computes it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import scipy.special

from tir.graph import build

Array = np.ndarray[Any, Any]


@dataclass(frozen=True)
class Function:
    """A function in both languages, and the operands that it takes.

    `kinds` are the kinds that the common dtype of its operands may have: NumPy's letters. A function that is `sharp`
    jumps at some values, so its operands have to be exact on both sides. Operands may be at most `limit` in size.
    """

    name: str
    arity: int
    symbolic: Callable[..., Any]
    numeric: Callable[..., Any]
    kinds: str = "biuf"
    sharp: bool = False
    smooth: bool = True
    limit: float = np.inf
    min_rank: int = 0
    max_rank: int = 9


def as_float(x: Array) -> Array:
    """What a float function computes on: 8- and 16-bit integers fit float32, others need float64."""
    if x.dtype.kind == "f":
        return x
    return x.astype("float32" if x.dtype.itemsize <= 2 else "float64")


def _positive(x: Any) -> Any:
    return build.add(build.sqr(x), np.int8(1))


def _square_plus_one(x: Array) -> Array:
    return x * x + np.int8(1)


ELEMENTWISE = (
    Function("add", 2, build.add, np.add),
    Function("mul", 2, build.mul, np.multiply),
    Function("sub", 2, build.sub, np.subtract, "iuf"),
    Function("maximum", 2, build.maximum, np.maximum, smooth=False),
    Function("minimum", 2, build.minimum, np.minimum, smooth=False),
    Function("second", 2, build.second, lambda x, y: np.broadcast_arrays(x, y)[1]),
    Function("neg", 1, build.neg, np.negative, "iuf"),
    Function("abs", 1, build.abs_, np.absolute, smooth=False),
    Function("sqr", 1, build.sqr, lambda x: x * x),
    Function("tanh", 1, build.tanh, lambda x: np.tanh(as_float(x))),
    Function("sin", 1, build.sin, lambda x: np.sin(as_float(x)), limit=100),
    Function("arctan", 1, build.arctan, lambda x: np.arctan(as_float(x))),
    Function("sigmoid", 1, build.sigmoid, lambda x: scipy.special.expit(as_float(x))),
    Function(
        "softplus",
        1,
        build.softplus,
        lambda x: np.logaddexp(0, as_float(x)).astype(as_float(x).dtype),
    ),
    Function(
        "quotient",
        2,
        lambda x, y: build.true_div(x, _positive(y)),
        lambda x, y: np.true_divide(x, _square_plus_one(y)),
        "f",
    ),
    Function("lt", 2, build.lt, np.less, sharp=True, smooth=False),
    Function("ge", 2, build.ge, np.greater_equal, sharp=True, smooth=False),
    Function("eq", 2, build.eq, np.equal, sharp=True, smooth=False),
    Function("and", 2, build.and_, np.bitwise_and, "biu", smooth=False),
    Function("xor", 2, build.xor, np.bitwise_xor, "biu", smooth=False),
    Function("invert", 1, build.invert, np.invert, "biu", smooth=False),
    Function(
        "select",
        3,
        lambda c, x, y: build.switch(build.gt(c, np.int8(0)), x, y),
        lambda c, x, y: np.where(c > 0, x, y),
        sharp=True,
        smooth=False,
    ),
)

REWRITTEN = (
    Function("double", 1, lambda x: build.add(x, x), lambda x: x + x),
    Function("times one", 1, lambda x: build.mul(x, np.int8(1)), lambda x: x * np.int8(1)),
    Function("plus zero", 1, lambda x: build.add(np.int8(0), x), lambda x: x + np.int8(0)),
    Function("twice negated", 1, lambda x: build.neg(build.neg(x)), np.array, "iuf"),
    Function("squared", 1, lambda x: build.pow_(x, np.int8(2)), lambda x: np.power(x, np.int8(2))),
    Function(
        "self ratio",
        1,
        lambda x: build.true_div(_positive(x), _positive(x)),
        np.ones_like,
        "f",
    ),
    Function(
        "log(1 + x**2)",
        1,
        lambda x: build.log(_positive(x)),
        lambda x: np.log1p(x.astype("float64") ** 2).astype(x.dtype),
        "f",
        limit=1e3,
    ),
    Function("exp - 1", 1, lambda x: build.sub(build.exp(x), np.int8(1)), np.expm1, "f", limit=10),
    Function(
        "log(1 + exp)",
        1,
        lambda x: build.log(build.add(np.int8(1), build.exp(x))),
        lambda x: np.logaddexp(0, x).astype(x.dtype),
        "f",
        limit=30,
    ),
    Function(
        "log(sigmoid)",
        1,
        lambda x: build.log(build.sigmoid(x)),
        lambda x: -np.logaddexp(0, -x).astype(x.dtype),
        "f",
        limit=30,
    ),
)


def keep_dimensions(reduced: Any, rank: int, axes: Sequence[int]) -> Any:
    """A reduction's result with the reduced dimensions put back, broadcastable."""
    kept = iter(range(reduced.type.ndim))
    return build.dimshuffle(reduced, ["x" if a in axes else next(kept) for a in range(rank)])


def _over_last(function: Callable[..., Any]) -> Callable[[Any], Any]:
    def symbolic(x: Any) -> Any:
        last = x.type.ndim - 1
        return keep_dimensions(function(x, (last,)), x.type.ndim, (last,))

    return symbolic


def _softmax(x: Any) -> Any:
    e = build.exp(x)
    return build.true_div(e, _over_last(build.sum_)(e))


def _numpy_softmax(x: Array) -> Array:
    e = np.exp(x.astype("float64"))
    return (e / e.sum(-1, keepdims=True)).astype(x.dtype)


def _reversed(x: Any) -> Any:
    part = build.subtensor(x, ("::v",), (np.int64(-1),))
    return build.rebroadcast(part, x.type.broadcastable)


def _transposed_sum(x: Any) -> Any:
    order = range(x.type.ndim)[::-1]
    transposed = build.dimshuffle(x, order)
    return build.dimshuffle(build.add(transposed, transposed), order)


def _flat_and_back(x: Any) -> Any:
    flat = build.reshape(x, [np.int64(-1)])
    return build.reshape(build.tensor_copy(flat), build.shape_scalars(x), x.type.broadcastable)


def _gram(x: Any) -> Any:
    product = build.dot(x, build.dimshuffle(x, (1, 0)))
    return keep_dimensions(build.sum_(product, (0, 1)), 2, (0, 1))


def _step(x: Any) -> Any:
    product = build.dot(build.dot(x, build.dimshuffle(x, (1, 0))), x)
    return build.sub(x, build.mul(build.cast(np.float64(0.25), x.type.dtype), product))


def _numpy_step(x: Array) -> Array:
    wide = x.astype("float64")
    return (wide - 0.25 * (wide @ wide.T @ wide)).astype(x.dtype)


STRUCTURED = (
    Function(
        "softmax by hand",
        1,
        _softmax,
        _numpy_softmax,
        "f",
        limit=30,
        min_rank=1,
    ),
    Function(
        "log of sum of exp",
        1,
        lambda x: build.log(_over_last(build.sum_)(build.exp(x))),
        lambda x: np.logaddexp.reduce(x.astype("float64"), axis=-1, keepdims=True).astype(x.dtype),
        "f",
        limit=30,
        min_rank=1,
    ),
    Function("reversed", 1, _reversed, lambda x: x[::-1], min_rank=1),
    Function("transposed sum", 1, _transposed_sum, lambda x: x + x, min_rank=2),
    Function("flat and back", 1, _flat_and_back, np.array, min_rank=1),
    Function(
        "times size",
        1,
        lambda x: build.mul(x, build.dim(x, 0)),
        lambda x: x * np.asarray(x.shape[0]),
        min_rank=1,
        smooth=False,
    ),
    Function(
        "gram",
        1,
        _gram,
        lambda x: np.sum(x @ x.T, keepdims=True).astype(x.dtype),
        "f",
        min_rank=2,
        max_rank=2,
    ),
    Function("product added", 1, _step, _numpy_step, "f", limit=10, min_rank=2, max_rank=2),
)


def _wide_sum(x: Array, axes: tuple[int, ...]) -> Array:
    if x.dtype.kind == "f":
        return np.sum(x, axis=axes, keepdims=True, dtype="float64").astype(x.dtype)
    return np.sum(x, axis=axes, keepdims=True, dtype="uint64" if x.dtype.kind == "u" else "int64")


def reductions(axes: tuple[int, ...]) -> tuple[Function, ...]:
    """Reductions over axes that keep the dimensions."""

    def symbolic(function: Callable[..., Any]) -> Callable[[Any], Any]:
        return lambda x: keep_dimensions(function(x, axes), x.type.ndim, axes)

    return (
        Function(f"sum{list(axes)}", 1, symbolic(build.sum_), lambda x: _wide_sum(x, axes)),
        Function(
            f"max{list(axes)}",
            1,
            symbolic(build.max_),
            lambda x: np.max(x, axis=axes, keepdims=True),
            smooth=False,
        ),
        Function(
            f"any{list(axes)}",
            1,
            symbolic(build.any_),
            lambda x: np.any(x, axis=axes, keepdims=True),
            sharp=True,
            smooth=False,
        ),
    )
