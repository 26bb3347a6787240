"""One thin function per operation of the dialect: what gradients and the front end build graphs from.

Each takes variables, numbers or arrays, and gives a variable. Names follow the dialect; a trailing underscore marks a
name that Python has taken.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from xdsl.dialects.builtin import IntegerAttr, StringAttr, i64
from xdsl.ir import Attribute

from tir.dialects.tir import (
    arithmetic,
    comparison,
    contraction,
    indexing,
    nnet,
    reduction,
    structural,
    transcendental,
)
from tir.dialects.tir.base import TirOp, bool_array, int_array, string_array
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


def neg(x: Any) -> Any:
    """Minus each element."""
    return apply(arithmetic.NegOp, x)


def abs_(x: Any) -> Any:
    """Absolute value of each element."""
    return apply(arithmetic.AbsOp, x)


def sgn(x: Any) -> Any:
    """Sign of each element: -1, 0 or 1; NaN for NaN."""
    return apply(arithmetic.SgnOp, x)


def sqr(x: Any) -> Any:
    """Square of each element."""
    return apply(arithmetic.SqrOp, x)


def sqrt(x: Any) -> Any:
    """Square root of each element; NaN below zero."""
    return apply(arithmetic.SqrtOp, x)


def reciprocal(x: Any) -> Any:
    """One over each element."""
    return apply(arithmetic.ReciprocalOp, x)


def ceil(x: Any) -> Any:
    """Smallest integer not below each element, as a float."""
    return apply(arithmetic.CeilOp, x)


def floor(x: Any) -> Any:
    """Largest integer not above each element, as a float."""
    return apply(arithmetic.FloorOp, x)


def trunc(x: Any) -> Any:
    """Each element without its fraction, as a float."""
    return apply(arithmetic.TruncOp, x)


def round_half_to_even(x: Any) -> Any:
    """Nearest integer, halves to the even one."""
    return apply(arithmetic.RoundHalfToEvenOp, x)


def round_half_away_from_zero(x: Any) -> Any:
    """Nearest integer, halves away from zero."""
    return apply(arithmetic.RoundHalfAwayFromZeroOp, x)


def exp(x: Any) -> Any:
    """e to the power of each element."""
    return apply(transcendental.ExpOp, x)


def exp2(x: Any) -> Any:
    """2 to the power of each element."""
    return apply(transcendental.Exp2Op, x)


def expm1(x: Any) -> Any:
    """exp(x) - 1, accurate near zero."""
    return apply(transcendental.Expm1Op, x)


def log(x: Any) -> Any:
    """Natural logarithm."""
    return apply(transcendental.LogOp, x)


def log2(x: Any) -> Any:
    """Logarithm to base 2."""
    return apply(transcendental.Log2Op, x)


def log10(x: Any) -> Any:
    """Logarithm to base 10."""
    return apply(transcendental.Log10Op, x)


def log1p(x: Any) -> Any:
    """log(1 + x), accurate near zero."""
    return apply(transcendental.Log1pOp, x)


def sin(x: Any) -> Any:
    """Sine of an angle in radians."""
    return apply(transcendental.SinOp, x)


def cos(x: Any) -> Any:
    """Cosine of an angle in radians."""
    return apply(transcendental.CosOp, x)


def tan(x: Any) -> Any:
    """Tangent of an angle in radians."""
    return apply(transcendental.TanOp, x)


def arcsin(x: Any) -> Any:
    """Inverse sine, in radians."""
    return apply(transcendental.ArcsinOp, x)


def arccos(x: Any) -> Any:
    """Inverse cosine, in radians."""
    return apply(transcendental.ArccosOp, x)


def arctan(x: Any) -> Any:
    """Inverse tangent, in radians."""
    return apply(transcendental.ArctanOp, x)


def sinh(x: Any) -> Any:
    """Hyperbolic sine."""
    return apply(transcendental.SinhOp, x)


def cosh(x: Any) -> Any:
    """Hyperbolic cosine."""
    return apply(transcendental.CoshOp, x)


def tanh(x: Any) -> Any:
    """Hyperbolic tangent."""
    return apply(transcendental.TanhOp, x)


def arcsinh(x: Any) -> Any:
    """Inverse hyperbolic sine."""
    return apply(transcendental.ArcsinhOp, x)


def arccosh(x: Any) -> Any:
    """Inverse hyperbolic cosine."""
    return apply(transcendental.ArccoshOp, x)


def arctanh(x: Any) -> Any:
    """Inverse hyperbolic tangent."""
    return apply(transcendental.ArctanhOp, x)


def cbrt(x: Any) -> Any:
    """Real cube root."""
    return apply(transcendental.CbrtOp, x)


def deg2rad(x: Any) -> Any:
    """Degrees to radians."""
    return apply(transcendental.Deg2radOp, x)


def rad2deg(x: Any) -> Any:
    """Radians to degrees."""
    return apply(transcendental.Rad2degOp, x)


def erf(x: Any) -> Any:
    """Error function."""
    return apply(transcendental.ErfOp, x)


def erfc(x: Any) -> Any:
    """Complementary error function, 1 - erf(x), accurate for large x."""
    return apply(transcendental.ErfcOp, x)


def sigmoid(x: Any) -> Any:
    """Logistic function, 1 / (1 + exp(-x))."""
    return apply(transcendental.SigmoidOp, x)


def softplus(x: Any) -> Any:
    """log(1 + exp(x)), without overflow."""
    return apply(transcendental.SoftplusOp, x)


def isnan(x: Any) -> Any:
    """Whether each element is NaN (never, for integers)."""
    return apply(comparison.IsnanOp, x)


def isinf(x: Any) -> Any:
    """Whether each element is infinite (never, for integers)."""
    return apply(comparison.IsinfOp, x)


def invert(x: Any) -> Any:
    """Bitwise complement; logical not on booleans."""
    return apply(comparison.InvertOp, x)


def tensor_copy(x: Any) -> Any:
    """A new variable for the same value; the gradient passes."""
    return apply(structural.TensorCopyOp, x)


def consider_constant(x: Any) -> Any:
    """The gradient through this operation is zero."""
    return apply(structural.ConsiderConstantOp, x)


def zero_grad(x: Any) -> Any:
    """The gradient through this operation is zero."""
    return apply(structural.ZeroGradOp, x)


def disconnected_grad(x: Any) -> Any:
    """For the gradient, the result does not depend on the operand."""
    return apply(structural.DisconnectedGradOp, x)


def add(x: Any, y: Any) -> Any:
    """Sum of two tensors (logical or on booleans)."""
    return apply(arithmetic.AddOp, x, y)


def sub(x: Any, y: Any) -> Any:
    """Difference of two tensors."""
    return apply(arithmetic.SubOp, x, y)


def mul(x: Any, y: Any) -> Any:
    """Product of two tensors (logical and on booleans)."""
    return apply(arithmetic.MulOp, x, y)


def true_div(x: Any, y: Any) -> Any:
    """Quotient of two tensors, at least one of them floating-point."""
    return apply(arithmetic.TrueDivOp, x, y)


def int_div(x: Any, y: Any) -> Any:
    """Quotient rounded towards minus infinity; `ZeroDivisionError` for a zero integer divisor."""
    return apply(arithmetic.IntDivOp, x, y)


def mod(x: Any, y: Any) -> Any:
    """Remainder with the sign of the divisor; `ZeroDivisionError` for a zero integer divisor."""
    return apply(arithmetic.ModOp, x, y)


def pow_(x: Any, y: Any) -> Any:
    """First operand to the power of the second; booleans give int8. Integer powers must not be negative."""
    return apply(arithmetic.PowOp, x, y)


def maximum(x: Any, y: Any) -> Any:
    """Larger of two elements; NaN if either is NaN."""
    return apply(arithmetic.MaximumOp, x, y)


def minimum(x: Any, y: Any) -> Any:
    """Smaller of two elements; NaN if either is NaN."""
    return apply(arithmetic.MinimumOp, x, y)


def arctan2(x: Any, y: Any) -> Any:
    """Angle in radians of the point (second operand, first operand)."""
    return apply(transcendental.Arctan2Op, x, y)


def eq(x: Any, y: Any) -> Any:
    """Equal."""
    return apply(comparison.EqOp, x, y)


def neq(x: Any, y: Any) -> Any:
    """Not equal."""
    return apply(comparison.NeqOp, x, y)


def lt(x: Any, y: Any) -> Any:
    """Less than."""
    return apply(comparison.LtOp, x, y)


def le(x: Any, y: Any) -> Any:
    """Less than or equal."""
    return apply(comparison.LeOp, x, y)


def gt(x: Any, y: Any) -> Any:
    """Greater than."""
    return apply(comparison.GtOp, x, y)


def ge(x: Any, y: Any) -> Any:
    """Greater than or equal."""
    return apply(comparison.GeOp, x, y)


def and_(x: Any, y: Any) -> Any:
    """Bitwise and; logical on booleans."""
    return apply(comparison.AndOp, x, y)


def or_(x: Any, y: Any) -> Any:
    """Bitwise or; logical on booleans."""
    return apply(comparison.OrOp, x, y)


def xor(x: Any, y: Any) -> Any:
    """Bitwise exclusive or; logical on booleans."""
    return apply(comparison.XorOp, x, y)


def second(x: Any, y: Any) -> Any:
    """Second operand, broadcast against the first (also known as fill)."""
    return apply(arithmetic.SecondOp, x, y)


def dot(x: Any, y: Any) -> Any:
    """Inner product of vectors, matrix-vector or matrix-matrix product, in the common dtype."""
    return apply(contraction.DotOp, x, y)


def batched_dot(x: Any, y: Any) -> Any:
    """Products of the matrices in the last two of three or more dimensions; a single one broadcasts."""
    return apply(contraction.BatchedDotOp, x, y)


def switch(condition: Any, if_true: Any, if_false: Any) -> Any:
    """`if_true` where the condition is nonzero, else `if_false`; both are evaluated."""
    return apply(arithmetic.SwitchOp, condition, if_true, if_false)


def clip(x: Any, low: Any, high: Any) -> Any:
    """`x` limited to [low, high]; the lower bound is tested first."""
    return apply(arithmetic.ClipOp, x, low, high)


def cast(x: Any, dtype: Any) -> Any:
    """`x` converted to a dtype; `x` itself if it has that dtype already."""
    x = as_tensor_variable(x)
    name = resolve_dtype(dtype)
    return x if x.type.dtype == name else apply(arithmetic.CastOp, x, dtype=StringAttr(name))


def _reduce(op_class: type[TirOp], x: Any, axes: Sequence[int]) -> Any:
    return apply(op_class, x, axes=int_array(axes))


def sum_(x: Any, axes: Sequence[int]) -> Any:
    """Sum over `axes`, which must be increasing and not negative."""
    return _reduce(reduction.SumOp, x, axes)


def prod(x: Any, axes: Sequence[int]) -> Any:
    """Product over `axes`, which must be increasing and not negative."""
    return _reduce(reduction.ProdOp, x, axes)


def max_(x: Any, axes: Sequence[int]) -> Any:
    """Largest element over `axes`, which must be increasing and not negative."""
    return _reduce(reduction.MaxOp, x, axes)


def min_(x: Any, axes: Sequence[int]) -> Any:
    """Smallest element over `axes`, which must be increasing and not negative."""
    return _reduce(reduction.MinOp, x, axes)


def any_(x: Any, axes: Sequence[int]) -> Any:
    """Whether any element is nonzero over `axes`, which must be increasing and not negative."""
    return _reduce(reduction.AnyOp, x, axes)


def all_(x: Any, axes: Sequence[int]) -> Any:
    """Whether all elements are nonzero over `axes`, which must be increasing and not negative."""
    return _reduce(reduction.AllOp, x, axes)


def argmax(x: Any, axes: Sequence[int]) -> Any:
    """Position of the first largest element over `axes`, which must be increasing and not negative."""
    return _reduce(reduction.ArgmaxOp, x, axes)


def argmin(x: Any, axes: Sequence[int]) -> Any:
    """Position of the first smallest element over `axes`, which must be increasing and not negative."""
    return _reduce(reduction.ArgminOp, x, axes)


def log_sum_exp(x: Any, axes: Sequence[int]) -> Any:
    """log(sum(exp(x))) over `axes`, which must be increasing and not negative."""
    return _reduce(nnet.LogSumExpOp, x, axes)


def dimshuffle(x: Any, new_order: Sequence[int | str]) -> Any:
    """Dimensions permuted, added ('x' or -1) and dropped; `x` itself if nothing changes."""
    x = as_tensor_variable(x)
    order = [-1 if axis == "x" else int(axis) for axis in new_order]
    if order == list(range(x.type.ndim)):
        return x
    return apply(structural.DimshuffleOp, x, new_order=int_array(order))


def rebroadcast(x: Any, broadcastable: Sequence[bool]) -> Any:
    """`x` with another static pattern; `x` itself if it has that pattern already."""
    x = as_tensor_variable(x)
    if x.type.broadcastable == tuple(broadcastable):
        return x
    return apply(structural.RebroadcastOp, x, broadcastable=bool_array(broadcastable))


def _static_ones(dims: Sequence[Any]) -> list[bool]:
    """Which of the dimensions, given as scalar variables, are known to be 1."""
    return [getattr(d, "data", None) is not None and int(d.data) == 1 for d in dims]


def _dims(dims: Sequence[Any]) -> list[Any]:
    return [
        cast(d, "int64") if not hasattr(d, "data") else d for d in map(as_tensor_variable, dims)
    ]


def reshape(x: Any, dims: Sequence[Any], broadcastable: Sequence[bool] | None = None) -> Any:
    """`x` with dimensions given as integer scalars, one of them perhaps -1."""
    scalars = _dims(dims)
    pattern = _static_ones(scalars) if broadcastable is None else broadcastable
    return apply(structural.ReshapeOp, x, *scalars, broadcastable=bool_array(pattern))


def alloc(value: Any, dims: Sequence[Any], broadcastable: Sequence[bool] | None = None) -> Any:
    """`value` broadcast to dimensions given as integer scalars."""
    scalars = _dims(dims)
    pattern = _static_ones(scalars) if broadcastable is None else broadcastable
    return apply(structural.AllocOp, value, *scalars, broadcastable=bool_array(pattern))


def arange(start: Any, stop: Any, step: Any) -> Any:
    """start, start + step... before stop; three scalars of one dtype."""
    return apply(structural.ArangeOp, start, stop, step)


def dim(x: Any, axis: int) -> Any:
    """The size of one dimension, an int64 scalar."""
    return apply(structural.DimOp, x, axis=IntegerAttr(axis, i64))


def shape_scalars(x: Any) -> list[Any]:
    """The sizes of all dimensions: a constant 1 where a dimension is broadcastable, else `dim`."""
    x = as_tensor_variable(x)
    one = constant(np.int64(1))
    return [one if b else dim(x, axis) for axis, b in enumerate(x.type.broadcastable)]


def make_vector(*scalars: Any) -> Any:
    """A vector of scalars, in their common dtype."""
    items = [as_tensor_variable(s) for s in scalars]
    dtype = np.result_type(*(i.type.dtype for i in items)).name
    return apply(structural.MakeVectorOp, *(cast(i, dtype) for i in items))


def subtensor(x: Any, pattern: Sequence[str], indices: Sequence[Any]) -> Any:
    """Part of `x`; `pattern` and `indices` as in `tir.dialects.tir.indexing`."""
    return apply(indexing.SubtensorOp, x, *indices, pattern=string_array(pattern))


def set_subtensor(x: Any, value: Any, pattern: Sequence[str], indices: Sequence[Any]) -> Any:
    """A copy of `x` with the region replaced by `value`."""
    return apply(indexing.SetSubtensorOp, x, value, *indices, pattern=string_array(pattern))


def inc_subtensor(x: Any, value: Any, pattern: Sequence[str], indices: Sequence[Any]) -> Any:
    """A copy of `x` with `value` added to the region."""
    return apply(indexing.IncSubtensorOp, x, value, *indices, pattern=string_array(pattern))


def advanced_subtensor(x: Any, *indices: Any) -> Any:
    """x[i, j...] with integer vectors that run together."""
    return apply(indexing.AdvancedSubtensorOp, x, *indices)


def advanced_set_subtensor(x: Any, value: Any, *indices: Any) -> Any:
    """A copy of `x` with x[i, j...] replaced; the last of duplicates wins."""
    return apply(indexing.AdvancedSetSubtensorOp, x, value, *indices)


def advanced_inc_subtensor(x: Any, value: Any, *indices: Any) -> Any:
    """A copy of `x` with `value` added at x[i, j...]; duplicates accumulate."""
    return apply(indexing.AdvancedIncSubtensorOp, x, value, *indices)


def softmax(x: Any, axis: int) -> Any:
    """exp(x) / sum(exp(x)) along an axis, not negative."""
    return apply(nnet.SoftmaxOp, x, axis=IntegerAttr(axis, i64))


def log_softmax(x: Any, axis: int) -> Any:
    """log(softmax(x)) along an axis, not negative."""
    return apply(nnet.LogSoftmaxOp, x, axis=IntegerAttr(axis, i64))


def softmax_cross_entropy(scores: Any, labels: Any) -> Any:
    """-log(softmax(scores)[i, labels[i]]) for each row."""
    return apply(nnet.SoftmaxCrossEntropyOp, scores, labels)


def softmax_cross_entropy_grad(weights: Any, scores: Any, labels: Any) -> Any:
    """Gradient of the above by the scores, rows weighted."""
    return apply(nnet.SoftmaxCrossEntropyGradOp, weights, scores, labels)
