"""Special functions: gamma and its relatives, inverse and scaled error functions, Bessel functions.

Their values at poles and infinities are SciPy's. A program needs few of them: this family is imported when it is first used.
"""

from __future__ import annotations

from xdsl.irdl import irdl_op_definition

from tir.dialects.tir import bessel_values as bessel
from tir.dialects.tir import incomplete_gamma_values as incomplete
from tir.dialects.tir import special_values as values
from tir.dialects.tir.elementwise import FloatBinaryOp, FloatUnaryOp


@irdl_op_definition
class GammalnOp(FloatUnaryOp):
    """Logarithm of the absolute value of the gamma function."""

    name = "tir.gammaln"
    function = staticmethod(values.elementwise(values.gammaln))


@irdl_op_definition
class GammaOp(FloatUnaryOp):
    """Gamma function; NaN at negative integers."""

    name = "tir.gamma"
    function = staticmethod(values.elementwise(values.gamma))


@irdl_op_definition
class PsiOp(FloatUnaryOp):
    """Derivative of the logarithm of the gamma function; NaN at negative integers."""

    name = "tir.psi"
    function = staticmethod(values.elementwise(values.psi))


@irdl_op_definition
class TriGammaOp(FloatUnaryOp):
    """Derivative of psi."""

    name = "tir.tri_gamma"
    function = staticmethod(values.elementwise(values.tri_gamma))


@irdl_op_definition
class ErfinvOp(FloatUnaryOp):
    """The number whose erf is the operand; NaN outside of [-1, 1]."""

    name = "tir.erfinv"
    function = staticmethod(values.elementwise(values.erfinv))


@irdl_op_definition
class ErfcinvOp(FloatUnaryOp):
    """The number whose erfc is the operand; NaN outside of [0, 2]."""

    name = "tir.erfcinv"
    function = staticmethod(values.elementwise(values.erfcinv))


@irdl_op_definition
class ErfcxOp(FloatUnaryOp):
    """exp(x**2) * erfc(x), without overflow for large x."""

    name = "tir.erfcx"
    function = staticmethod(values.elementwise(values.erfcx))


@irdl_op_definition
class J0Op(FloatUnaryOp):
    """Bessel function of the first kind of order 0."""

    name = "tir.j0"
    function = staticmethod(values.elementwise(bessel.j0))


@irdl_op_definition
class J1Op(FloatUnaryOp):
    """Bessel function of the first kind of order 1."""

    name = "tir.j1"
    function = staticmethod(values.elementwise(bessel.j1))


@irdl_op_definition
class I0Op(FloatUnaryOp):
    """Modified Bessel function of the first kind of order 0."""

    name = "tir.i0"
    function = staticmethod(values.elementwise(bessel.i0))


@irdl_op_definition
class I1Op(FloatUnaryOp):
    """Modified Bessel function of the first kind of order 1."""

    name = "tir.i1"
    function = staticmethod(values.elementwise(bessel.i1))


@irdl_op_definition
class GammaincOp(FloatBinaryOp):
    """Regularized lower incomplete gamma function: its parameter k, and the upper limit of the integral."""

    name = "tir.gammainc"
    function = staticmethod(values.elementwise(incomplete.gammainc))


@irdl_op_definition
class GammainccOp(FloatBinaryOp):
    """Regularized upper incomplete gamma function: its parameter k, and the lower limit of the integral."""

    name = "tir.gammaincc"
    function = staticmethod(values.elementwise(incomplete.gammaincc))


@irdl_op_definition
class JvOp(FloatBinaryOp):
    """Bessel function of the first kind: its order, and its argument."""

    name = "tir.jv"
    function = staticmethod(values.elementwise(bessel.jv))


@irdl_op_definition
class IvOp(FloatBinaryOp):
    """Modified Bessel function of the first kind: its order, and its argument."""

    name = "tir.iv"
    function = staticmethod(values.elementwise(bessel.iv))
