"""Exponentials, logarithms, trigonometric and hyperbolic functions, error functions, activations."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from xdsl.irdl import irdl_op_definition

from tir.dialects.tir.base import Array, Properties
from tir.dialects.tir.elementwise import FloatBinaryOp, FloatUnaryOp


@irdl_op_definition
class ExpOp(FloatUnaryOp):
    """e to the power of each element."""

    name = "tir.exp"
    function = staticmethod(np.exp)


@irdl_op_definition
class Exp2Op(FloatUnaryOp):
    """2 to the power of each element."""

    name = "tir.exp2"
    function = staticmethod(np.exp2)


@irdl_op_definition
class Expm1Op(FloatUnaryOp):
    """exp(x) - 1, accurate near zero."""

    name = "tir.expm1"
    function = staticmethod(np.expm1)


@irdl_op_definition
class LogOp(FloatUnaryOp):
    """Natural logarithm."""

    name = "tir.log"
    function = staticmethod(np.log)


@irdl_op_definition
class Log2Op(FloatUnaryOp):
    """Logarithm to base 2."""

    name = "tir.log2"
    function = staticmethod(np.log2)


@irdl_op_definition
class Log10Op(FloatUnaryOp):
    """Logarithm to base 10."""

    name = "tir.log10"
    function = staticmethod(np.log10)


@irdl_op_definition
class Log1pOp(FloatUnaryOp):
    """log(1 + x), accurate near zero."""

    name = "tir.log1p"
    function = staticmethod(np.log1p)


@irdl_op_definition
class CbrtOp(FloatUnaryOp):
    """Real cube root, with the sign of the operand."""

    name = "tir.cbrt"
    function = staticmethod(np.cbrt)


@irdl_op_definition
class SinOp(FloatUnaryOp):
    """Sine of an angle in radians."""

    name = "tir.sin"
    function = staticmethod(np.sin)


@irdl_op_definition
class CosOp(FloatUnaryOp):
    """Cosine of an angle in radians."""

    name = "tir.cos"
    function = staticmethod(np.cos)


@irdl_op_definition
class TanOp(FloatUnaryOp):
    """Tangent of an angle in radians."""

    name = "tir.tan"
    function = staticmethod(np.tan)


@irdl_op_definition
class ArcsinOp(FloatUnaryOp):
    """Inverse sine, in radians."""

    name = "tir.arcsin"
    function = staticmethod(np.arcsin)


@irdl_op_definition
class ArccosOp(FloatUnaryOp):
    """Inverse cosine, in radians."""

    name = "tir.arccos"
    function = staticmethod(np.arccos)


@irdl_op_definition
class ArctanOp(FloatUnaryOp):
    """Inverse tangent, in radians."""

    name = "tir.arctan"
    function = staticmethod(np.arctan)


@irdl_op_definition
class SinhOp(FloatUnaryOp):
    """Hyperbolic sine."""

    name = "tir.sinh"
    function = staticmethod(np.sinh)


@irdl_op_definition
class CoshOp(FloatUnaryOp):
    """Hyperbolic cosine."""

    name = "tir.cosh"
    function = staticmethod(np.cosh)


@irdl_op_definition
class TanhOp(FloatUnaryOp):
    """Hyperbolic tangent."""

    name = "tir.tanh"
    function = staticmethod(np.tanh)


@irdl_op_definition
class ArcsinhOp(FloatUnaryOp):
    """Inverse hyperbolic sine."""

    name = "tir.arcsinh"
    function = staticmethod(np.arcsinh)


@irdl_op_definition
class ArccoshOp(FloatUnaryOp):
    """Inverse hyperbolic cosine."""

    name = "tir.arccosh"
    function = staticmethod(np.arccosh)


@irdl_op_definition
class ArctanhOp(FloatUnaryOp):
    """Inverse hyperbolic tangent."""

    name = "tir.arctanh"
    function = staticmethod(np.arctanh)


@irdl_op_definition
class Deg2radOp(FloatUnaryOp):
    """Degrees to radians."""

    name = "tir.deg2rad"
    function = staticmethod(np.deg2rad)


@irdl_op_definition
class Rad2degOp(FloatUnaryOp):
    """Radians to degrees."""

    name = "tir.rad2deg"
    function = staticmethod(np.rad2deg)


@irdl_op_definition
class Arctan2Op(FloatBinaryOp):
    """Angle in radians of the point (second operand, first operand)."""

    name = "tir.arctan2"
    function = staticmethod(np.arctan2)


def _erf(x: Array) -> Array:
    return np.vectorize(math.erf, otypes=[np.float64])(x) if x.size else x.astype(np.float64)


def _erfc(x: Array) -> Array:
    return np.vectorize(math.erfc, otypes=[np.float64])(x) if x.size else x.astype(np.float64)


@irdl_op_definition
class ErfOp(FloatUnaryOp):
    """Error function."""

    name = "tir.erf"
    function = staticmethod(_erf)


@irdl_op_definition
class ErfcOp(FloatUnaryOp):
    """Complementary error function, 1 - erf(x), accurate for large x."""

    name = "tir.erfc"
    function = staticmethod(_erfc)


@irdl_op_definition
class SigmoidOp(FloatUnaryOp):
    """Logistic function, 1 / (1 + exp(-x))."""

    name = "tir.sigmoid"

    @classmethod
    def apply(cls, arrays: Sequence[Array], properties: Properties) -> Array:
        x = arrays[0]
        small = np.exp(-np.abs(x))
        return np.where(x >= 0, 1 / (1 + small), small / (1 + small)).astype(x.dtype)


@irdl_op_definition
class SoftplusOp(FloatUnaryOp):
    """log(1 + exp(x)), without overflow."""

    name = "tir.softplus"

    @classmethod
    def apply(cls, arrays: Sequence[Array], properties: Properties) -> Array:
        x = arrays[0]
        return np.maximum(x, 0) + np.log1p(np.exp(-np.abs(x)))
