"""Elementary functions of floats: exponentials, logarithms, angles, hyperbolic functions, the error function.

Elementwise. Integers of 8 and 16 bits and booleans are computed in float32, wider ones in float64; floats keep their
dtype. Outside a function's domain the result is NaN, without a warning.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tir.graph import build

if TYPE_CHECKING:
    from tir.frontend.tensor.variable import TensorVariable


def exp(a: Any) -> TensorVariable:
    """e to the power of each element.

    >>> from tir import tensor as T
    >>> T.exp(T.wvector()).dtype, T.exp(T.ivector()).dtype
    ('float32', 'float64')
    """
    return build.exp(a)


def exp2(a: Any) -> TensorVariable:
    """2 to the power of each element."""
    return build.exp2(a)


def expm1(a: Any) -> TensorVariable:
    """`exp(a) - 1`, accurate near zero."""
    return build.expm1(a)


def log(a: Any) -> TensorVariable:
    """Natural logarithm; -inf at zero, NaN below."""
    return build.log(a)


def log2(a: Any) -> TensorVariable:
    """Logarithm to base 2."""
    return build.log2(a)


def log10(a: Any) -> TensorVariable:
    """Logarithm to base 10."""
    return build.log10(a)


def log1p(a: Any) -> TensorVariable:
    """`log(1 + a)`, accurate near zero."""
    return build.log1p(a)


def sin(a: Any) -> TensorVariable:
    """Sine of angles in radians."""
    return build.sin(a)


def cos(a: Any) -> TensorVariable:
    """Cosine of angles in radians."""
    return build.cos(a)


def tan(a: Any) -> TensorVariable:
    """Tangent of angles in radians."""
    return build.tan(a)


def arcsin(a: Any) -> TensorVariable:
    """Inverse sine, in radians; NaN outside [-1, 1]."""
    return build.arcsin(a)


def arccos(a: Any) -> TensorVariable:
    """Inverse cosine, in radians; NaN outside [-1, 1]."""
    return build.arccos(a)


def arctan(a: Any) -> TensorVariable:
    """Inverse tangent, in radians."""
    return build.arctan(a)


def sinh(a: Any) -> TensorVariable:
    """Hyperbolic sine."""
    return build.sinh(a)


def cosh(a: Any) -> TensorVariable:
    """Hyperbolic cosine."""
    return build.cosh(a)


def tanh(a: Any) -> TensorVariable:
    """Hyperbolic tangent."""
    return build.tanh(a)


def arcsinh(a: Any) -> TensorVariable:
    """Inverse hyperbolic sine."""
    return build.arcsinh(a)


def arccosh(a: Any) -> TensorVariable:
    """Inverse hyperbolic cosine; NaN below 1."""
    return build.arccosh(a)


def arctanh(a: Any) -> TensorVariable:
    """Inverse hyperbolic tangent; NaN outside [-1, 1]."""
    return build.arctanh(a)


def cbrt(a: Any) -> TensorVariable:
    """Real cube root, with the sign of the operand."""
    return build.cbrt(a)


def deg2rad(a: Any) -> TensorVariable:
    """Degrees to radians."""
    return build.deg2rad(a)


def rad2deg(a: Any) -> TensorVariable:
    """Radians to degrees."""
    return build.rad2deg(a)


def erf(a: Any) -> TensorVariable:
    """Error function."""
    return build.erf(a)


def erfc(a: Any) -> TensorVariable:
    """`1 - erf(a)`, accurate for large elements."""
    return build.erfc(a)


def arctan2(a: Any, b: Any) -> TensorVariable:
    """Angle in radians of the point with ordinate `a` and abscissa `b`; the two broadcast."""
    return build.arctan2(a, b)
