"""Builders of what is computed element by element: arithmetic, functions, comparisons, choices."""

from __future__ import annotations

from typing import Any

from tir.dialects.tir import arithmetic, comparison, transcendental
from tir.graph.builders.nodes import apply


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


def switch(condition: Any, if_true: Any, if_false: Any) -> Any:
    """`if_true` where the condition is nonzero, else `if_false`; both are evaluated."""
    return apply(arithmetic.SwitchOp, condition, if_true, if_false)


def clip(x: Any, low: Any, high: Any) -> Any:
    """`x` limited to [low, high]; the lower bound is tested first."""
    return apply(arithmetic.ClipOp, x, low, high)
