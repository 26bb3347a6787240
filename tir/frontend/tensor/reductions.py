"""Reductions. `axis` is an int, several, negative ones too, or None for all; `keepdims` leaves dimensions of size 1.

With `keepdims` the reduced dimensions stay, broadcastable, so that the result combines with the operand.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from tir.autodiff.shapes import keep_dims
from tir.dialects.tir import reduction as dialect
from tir.frontend.tensor.operands import normalize_axes
from tir.graph import build
from tir.graph.constants import constant
from tir.graph.tensor_type import is_discrete, resolve_dtype
from tir.support.dtypes import FLOAT_DTYPES, upcast

if TYPE_CHECKING:
    from tir.frontend.tensor.variable import TensorVariable


def _keep(reduced: Any, axes: list[int], ndim: int, keepdims: bool) -> Any:
    """The result of a reduction over `axes`, those dimensions put back if asked for."""
    return keep_dims(reduced, ndim, axes) if keepdims else reduced


def _reduce(function: Any, x: Any, axis: Any, keepdims: bool, name: str) -> Any:
    x = build.as_tensor_variable(x)
    axes = normalize_axes(axis, x.type.ndim, name)
    return _keep(function(x, axes), axes, x.type.ndim, keepdims)


def _check_no_loss(name: str, what: str, source: str, wanted: str) -> None:
    if wanted in FLOAT_DTYPES and source not in FLOAT_DTYPES:
        return
    enough = upcast(source, wanted)
    if wanted != enough:
        raise TypeError(
            f"{name}: an input of dtype {source} would lose precision with {what}={wanted}; leave {what} away, "
            f"or use one at least as precise as {enough}. If you are expecting the precision loss, cast the input."
        )


def _accumulate(
    op: type[dialect.AccumulationOp],
    function: Any,
    x: Any,
    axes: list[int],
    dtype: Any,
    acc_dtype: Any,
) -> Any:
    """A sum or product over axes, with the dtypes of the result and of the accumulator as the user wants them."""
    name = op.name.removeprefix("tir.")
    source = x.type.dtype
    natural, accumulator = op.result_dtype(source), op.accumulator_dtype(source)
    result = natural if dtype is None else resolve_dtype(dtype)
    if dtype is not None:
        _check_no_loss(name, "dtype", source, result)
    if acc_dtype is not None:
        accumulator = resolve_dtype(acc_dtype)
        _check_no_loss(name, "acc_dtype", source, accumulator)
    elif result in FLOAT_DTYPES and natural not in FLOAT_DTYPES:
        accumulator = result
    if result == natural and upcast(op.accumulator_dtype(source), accumulator) == (
        op.accumulator_dtype(source)
    ):
        return function(x, axes)
    return build.cast(function(build.cast(x, accumulator), axes), result)


def sum(
    input: Any,
    axis: Any = None,
    dtype: Any = None,
    keepdims: bool = False,
    acc_dtype: Any = None,
) -> TensorVariable:
    """Sum. Booleans and integers give int64 or uint64; float32 is accumulated in float64 and stays float32.

    `dtype` is the result's and `acc_dtype` the accumulator's; `TypeError` if either would lose precision.

    >>> from tir import tensor as T
    >>> T.sum(T.bmatrix(), axis=-1, keepdims=True).type
    TensorType(int64, col)
    """
    x = build.as_tensor_variable(input)
    axes = normalize_axes(axis, x.type.ndim, "sum")
    total = _accumulate(dialect.SumOp, build.sum_, x, axes, dtype, acc_dtype)
    return _keep(total, axes, x.type.ndim, keepdims)


def prod(
    input: Any,
    axis: Any = None,
    dtype: Any = None,
    keepdims: bool = False,
    acc_dtype: Any = None,
    no_zeros_in_input: bool = False,
) -> TensorVariable:
    """Product, with the dtypes of `sum`. The gradient is right with or without zeros, whatever the last argument."""
    x = build.as_tensor_variable(input)
    axes = normalize_axes(axis, x.type.ndim, "prod")
    product = _accumulate(dialect.ProdOp, build.prod, x, axes, dtype, acc_dtype)
    return _keep(product, axes, x.type.ndim, keepdims)


def count(x: Any, axes: list[int]) -> Any:
    """How many elements a reduction of `x` over `axes` takes together: an int64 scalar; None if surely 1."""
    sizes = [build.dim(x, a) for a in axes if not x.type.broadcastable[a]]
    total = None
    for size in sizes:
        total = size if total is None else build.mul(total, size)
    return total


def _divide(total: Any, number: Any) -> Any:
    """A sum over an integer scalar, in the float dtype of the sum (float64 if the sum is of integers)."""
    dtype = "float64" if is_discrete(total) else total.type.dtype
    if number is None:
        return build.cast(total, dtype)
    return build.true_div(total, build.cast(number, dtype))


def mean(
    input: Any,
    axis: Any = None,
    dtype: Any = None,
    op: bool = False,
    keepdims: bool = False,
    acc_dtype: Any = None,
) -> TensorVariable:
    """Arithmetic mean: float32 gives float32 (summed in float64), everything else float64.

    `dtype` and `acc_dtype` are those of the sum. `op` is accepted for compatibility; the result is the same.

    >>> from tir import tensor as T
    >>> T.mean(T.imatrix()).dtype, T.mean(T.fmatrix()).dtype
    ('float64', 'float32')
    """
    x = build.as_tensor_variable(input)
    axes = normalize_axes(axis, x.type.ndim, "mean")
    total = _accumulate(dialect.SumOp, build.sum_, x, axes, dtype, acc_dtype)
    return _keep(_divide(total, count(x, axes)), axes, x.type.ndim, keepdims)


def var(
    input: Any, axis: Any = None, ddof: int = 0, keepdims: bool = False, corrected: bool = False
) -> TensorVariable:
    """Variance, the mean square of the distances from the mean; dtypes as for `mean`.

    The divisor is the number of elements minus `ddof`. `corrected` takes the rounding error of the mean away.
    """
    if isinstance(ddof, bool) or not isinstance(ddof, int | np.integer):
        raise ValueError(f"var: the parameter ddof must be an integer, got {ddof!r}")
    x = build.as_tensor_variable(input)
    axes = normalize_axes(axis, x.type.ndim, "var")
    centered = build.sub(x, mean(x, axis=axes, keepdims=True))
    number = count(x, axes)
    divisor = number
    if ddof != 0:
        divisor = build.sub(constant(np.int64(1)) if number is None else number, np.int64(ddof))
    result = _divide(build.sum_(build.sqr(centered), axes), divisor)
    if corrected:
        error = _divide(_divide(build.sqr(build.sum_(centered, axes)), number), divisor)
        result = build.sub(result, error)
    return _keep(result, axes, x.type.ndim, keepdims)


def std(
    input: Any, axis: Any = None, ddof: int = 0, keepdims: bool = False, corrected: bool = False
) -> TensorVariable:
    """Standard deviation, the square root of `var`."""
    return build.sqrt(var(input, axis, ddof, keepdims, corrected))


def max(x: Any, axis: Any = None, keepdims: bool = False) -> TensorVariable:
    """Largest element, in the same dtype; NaN if any is NaN. No element at all raises `ValueError` when run."""
    return _reduce(build.max_, x, axis, keepdims, "max")


def min(x: Any, axis: Any = None, keepdims: bool = False) -> TensorVariable:
    """Smallest element, in the same dtype; NaN if any is NaN. No element at all raises `ValueError` when run."""
    return _reduce(build.min_, x, axis, keepdims, "min")


def argmax(x: Any, axis: Any = None, keepdims: bool = False) -> TensorVariable:
    """Position (int64) of the first largest element or NaN; over several axes, in the flattened tensor."""
    return _reduce(build.argmax, x, axis, keepdims, "argmax")


def argmin(x: Any, axis: Any = None, keepdims: bool = False) -> TensorVariable:
    """Position (int64) of the first smallest element or NaN; over several axes, in the flattened tensor."""
    return _reduce(build.argmin, x, axis, keepdims, "argmin")


def max_and_argmax(
    a: Any, axis: Any = None, keepdims: bool = False
) -> tuple[TensorVariable, TensorVariable]:
    """`max` and `argmax`."""
    return max(a, axis, keepdims), argmax(a, axis, keepdims)


def any(x: Any, axis: Any = None, keepdims: bool = False) -> TensorVariable:
    """Whether any element is nonzero, as a boolean."""
    return _reduce(build.any_, x, axis, keepdims, "any")


def all(x: Any, axis: Any = None, keepdims: bool = False) -> TensorVariable:
    """Whether all elements are nonzero, as a boolean."""
    return _reduce(build.all_, x, axis, keepdims, "all")


def ptp(a: Any, axis: Any = None) -> TensorVariable:
    """Largest minus smallest element."""
    return build.sub(max(a, axis), min(a, axis))


def norm(x: Any, L: Any, axis: Any = None, keepdims: bool = False) -> TensorVariable:
    """The L-norm, `sum(|x|**L)**(1/L)`; for `L=inf` the largest absolute value, for 0 the number of nonzeros."""
    x = build.as_tensor_variable(x)
    size = build.abs_(x)
    if isinstance(L, int | float | np.number):
        if np.inf == L:
            return max(size, axis, keepdims)
        if L == 0:
            return sum(build.neq(x, 0), axis, keepdims=keepdims)
        if L == 1:
            return sum(size, axis, keepdims=keepdims)
        if L == 2:
            return build.sqrt(sum(build.sqr(x), axis, keepdims=keepdims))
    total = sum(build.pow_(size, L), axis, keepdims=keepdims)
    inverse = build.reciprocal(build.cast(L, "float64" if is_discrete(total) else total.type.dtype))
    return build.pow_(total, inverse)
