"""Which function expands which operation."""

from __future__ import annotations

from collections.abc import Callable

from xdsl.dialects import math
from xdsl.ir import Operation, SSAValue

from tir.dialects import math_ext
from tir.lowering.expand_math.erf import expand_erf, expand_erfc
from tir.lowering.expand_math.exp import (
    expand_exp,
    expand_exp2,
    expand_exp_nonpositive,
    expand_expm1,
    expand_sigmoid,
    expand_softplus,
)
from tir.lowering.expand_math.hyperbolic import expand_cosh, expand_sinh, expand_tanh
from tir.lowering.expand_math.inverse_hyperbolic import expand_acosh, expand_asinh, expand_atanh
from tir.lowering.expand_math.inverse_trig import (
    expand_acos,
    expand_asin,
    expand_atan,
    expand_atan2,
)
from tir.lowering.expand_math.log import expand_log, expand_log1p, expand_log2, expand_log10
from tir.lowering.expand_math.power import expand_cbrt, expand_powf, expand_rsqrt
from tir.lowering.expand_math.rounding import expand_round
from tir.lowering.expand_math.trig import expand_cos, expand_sin, expand_tan

Expander = Callable[..., SSAValue]
"""Takes a `ScalarBuilder` and the arguments, returns the result."""

EXPANDERS: dict[type[Operation], Expander] = {
    math.AcosOp: expand_acos,
    math.AcoshOp: expand_acosh,
    math.AsinOp: expand_asin,
    math.AsinhOp: expand_asinh,
    math.Atan2Op: expand_atan2,
    math.AtanOp: expand_atan,
    math.AtanhOp: expand_atanh,
    math.CbrtOp: expand_cbrt,
    math.CosOp: expand_cos,
    math.CoshOp: expand_cosh,
    math.ErfOp: expand_erf,
    math.Exp2Op: expand_exp2,
    math.ExpM1Op: expand_expm1,
    math.ExpOp: expand_exp,
    math.Log10Op: expand_log10,
    math.Log1pOp: expand_log1p,
    math.Log2Op: expand_log2,
    math.LogOp: expand_log,
    math.PowFOp: expand_powf,
    math.RoundOp: expand_round,
    math.RsqrtOp: expand_rsqrt,
    math.SinOp: expand_sin,
    math.SinhOp: expand_sinh,
    math.TanOp: expand_tan,
    math.TanhOp: expand_tanh,
    math_ext.ErfcOp: expand_erfc,
    math_ext.ExpNonPositiveOp: expand_exp_nonpositive,
    math_ext.SigmoidOp: expand_sigmoid,
    math_ext.SoftplusOp: expand_softplus,
}
