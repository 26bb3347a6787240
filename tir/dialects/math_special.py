"""The `math_special` dialect: the special functions on scalars.

    %y = math_special.gammaln %x : f64
    %z = math_special.jv %order, %x : f64

Their meaning is that of the operations of the same names in the `tir` dialect.
"""

from __future__ import annotations

from xdsl.ir import Dialect
from xdsl.irdl import irdl_op_definition

from tir.dialects.math_ext import BinaryFloatOperation, UnaryFloatOperation


@irdl_op_definition
class GammalnOp(UnaryFloatOperation):
    """Logarithm of the absolute value of the gamma function."""

    name = "math_special.gammaln"


@irdl_op_definition
class GammaOp(UnaryFloatOperation):
    """Gamma function."""

    name = "math_special.gamma"


@irdl_op_definition
class PsiOp(UnaryFloatOperation):
    """Derivative of the logarithm of the gamma function."""

    name = "math_special.psi"


@irdl_op_definition
class TriGammaOp(UnaryFloatOperation):
    """Derivative of psi."""

    name = "math_special.tri_gamma"


@irdl_op_definition
class ErfinvOp(UnaryFloatOperation):
    """Inverse of erf."""

    name = "math_special.erfinv"


@irdl_op_definition
class ErfcinvOp(UnaryFloatOperation):
    """Inverse of erfc."""

    name = "math_special.erfcinv"


@irdl_op_definition
class ErfcxOp(UnaryFloatOperation):
    """`exp(x*x) erfc(x)`"""

    name = "math_special.erfcx"


@irdl_op_definition
class J0Op(UnaryFloatOperation):
    """Bessel function of the first kind of order 0."""

    name = "math_special.j0"


@irdl_op_definition
class J1Op(UnaryFloatOperation):
    """Bessel function of the first kind of order 1."""

    name = "math_special.j1"


@irdl_op_definition
class I0Op(UnaryFloatOperation):
    """Modified Bessel function of the first kind of order 0."""

    name = "math_special.i0"


@irdl_op_definition
class I1Op(UnaryFloatOperation):
    """Modified Bessel function of the first kind of order 1."""

    name = "math_special.i1"


@irdl_op_definition
class JvOp(BinaryFloatOperation):
    """Bessel function of the first kind of the order that comes first."""

    name = "math_special.jv"


@irdl_op_definition
class IvOp(BinaryFloatOperation):
    """Modified Bessel function of the first kind of the order that comes first."""

    name = "math_special.iv"


@irdl_op_definition
class GammaincOp(BinaryFloatOperation):
    """Regularized lower incomplete gamma function: its parameter, then the upper limit of the integral."""

    name = "math_special.gammainc"


@irdl_op_definition
class GammainccOp(BinaryFloatOperation):
    """Regularized upper incomplete gamma function: its parameter, then the lower limit of the integral."""

    name = "math_special.gammaincc"


MathSpecial = Dialect(
    "math_special",
    [
        GammalnOp,
        GammaOp,
        PsiOp,
        TriGammaOp,
        ErfinvOp,
        ErfcinvOp,
        ErfcxOp,
        J0Op,
        J1Op,
        I0Op,
        I1Op,
        JvOp,
        IvOp,
        GammaincOp,
        GammainccOp,
    ],
)
