"""Which function expands which operation."""

from __future__ import annotations

from collections.abc import Callable

from xdsl.dialects import math
from xdsl.ir import Operation, SSAValue

from tir.dialects import math_ext
from tir.support.late_names import late_function

Expander = Callable[..., SSAValue]
"""Takes a `ScalarBuilder` and the arguments, returns the result."""


def _late(function: str) -> Expander:
    """A function of this package: a program needs few of its modules."""
    return late_function(f"tir.lowering.expand_math.{function}")


EXPANDERS: dict[type[Operation], Expander] = {
    math.AcosOp: _late("inverse_trig:expand_acos"),
    math.AcoshOp: _late("inverse_hyperbolic:expand_acosh"),
    math.AsinOp: _late("inverse_trig:expand_asin"),
    math.AsinhOp: _late("inverse_hyperbolic:expand_asinh"),
    math.Atan2Op: _late("inverse_trig:expand_atan2"),
    math.AtanOp: _late("inverse_trig:expand_atan"),
    math.AtanhOp: _late("inverse_hyperbolic:expand_atanh"),
    math.CbrtOp: _late("power:expand_cbrt"),
    math.CosOp: _late("trig:expand_cos"),
    math.CoshOp: _late("hyperbolic:expand_cosh"),
    math.ErfOp: _late("erf:expand_erf"),
    math.Exp2Op: _late("exp:expand_exp2"),
    math.ExpM1Op: _late("exp:expand_expm1"),
    math.ExpOp: _late("exp:expand_exp"),
    math.Log10Op: _late("log:expand_log10"),
    math.Log1pOp: _late("log:expand_log1p"),
    math.Log2Op: _late("log:expand_log2"),
    math.LogOp: _late("log:expand_log"),
    math.PowFOp: _late("power:expand_powf"),
    math.RoundOp: _late("rounding:expand_round"),
    math.RsqrtOp: _late("power:expand_rsqrt"),
    math.SinOp: _late("trig:expand_sin"),
    math.SinhOp: _late("hyperbolic:expand_sinh"),
    math.TanOp: _late("trig:expand_tan"),
    math.TanhOp: _late("hyperbolic:expand_tanh"),
    math_ext.ErfcOp: _late("erf:expand_erfc"),
    math_ext.ExpNonPositiveOp: _late("exp:expand_exp_nonpositive"),
    math_ext.ExpTermOp: _late("exp:expand_exp_term"),
    math_ext.SigmoidOp: _late("exp:expand_sigmoid"),
    math_ext.SoftplusOp: _late("exp:expand_softplus"),
}
