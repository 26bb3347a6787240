"""Which function expands which operation."""

from __future__ import annotations

from collections.abc import Callable

from xdsl.ir import SSAValue

from tir.support.late_names import late_function

Expander = Callable[..., SSAValue]
"""Takes a `ScalarBuilder` and the arguments, returns the result."""


def _late(function: str) -> Expander:
    """A function of this package: a program needs few of its modules."""
    return late_function(f"tir.lowering.expand_math.{function}")


EXPANDERS: dict[str, Expander] = {
    "math.acos": _late("inverse_trig:expand_acos"),
    "math.acosh": _late("inverse_hyperbolic:expand_acosh"),
    "math.asin": _late("inverse_trig:expand_asin"),
    "math.asinh": _late("inverse_hyperbolic:expand_asinh"),
    "math.atan2": _late("inverse_trig:expand_atan2"),
    "math.atan": _late("inverse_trig:expand_atan"),
    "math.atanh": _late("inverse_hyperbolic:expand_atanh"),
    "math.cbrt": _late("power:expand_cbrt"),
    "math.cos": _late("trig:expand_cos"),
    "math.cosh": _late("hyperbolic:expand_cosh"),
    "math.erf": _late("erf:expand_erf"),
    "math.exp2": _late("exp:expand_exp2"),
    "math.expm1": _late("exp:expand_expm1"),
    "math.exp": _late("exp:expand_exp"),
    "math.log10": _late("log:expand_log10"),
    "math.log1p": _late("log:expand_log1p"),
    "math.log2": _late("log:expand_log2"),
    "math.log": _late("log:expand_log"),
    "math.powf": _late("power:expand_powf"),
    "math.round": _late("rounding:expand_round"),
    "math.rsqrt": _late("power:expand_rsqrt"),
    "math.sin": _late("trig:expand_sin"),
    "math.sinh": _late("hyperbolic:expand_sinh"),
    "math.tan": _late("trig:expand_tan"),
    "math.tanh": _late("hyperbolic:expand_tanh"),
    "math_ext.erfc": _late("erf:expand_erfc"),
    "math_ext.exp_nonpositive": _late("exp:expand_exp_nonpositive"),
    "math_ext.exp_term": _late("exp:expand_exp_term"),
    "math_ext.sigmoid": _late("exp:expand_sigmoid"),
    "math_ext.softplus": _late("exp:expand_softplus"),
    "math_special.erfcinv": _late("erf_inverse:expand_erfcinv"),
    "math_special.erfcx": _late("erf_inverse:expand_erfcx"),
    "math_special.erfinv": _late("erf_inverse:expand_erfinv"),
    "math_special.gamma": _late("gamma:expand_gamma"),
    "math_special.gammainc": _late("incomplete_gamma:expand_gammainc"),
    "math_special.gammaincc": _late("incomplete_gamma:expand_gammaincc"),
    "math_special.gammaln": _late("gamma:expand_gammaln"),
    "math_special.i0": _late("bessel:expand_i0"),
    "math_special.i1": _late("bessel:expand_i1"),
    "math_special.iv": _late("bessel_orders:expand_iv"),
    "math_special.j0": _late("bessel:expand_j0"),
    "math_special.j1": _late("bessel:expand_j1"),
    "math_special.jv": _late("bessel_orders:expand_jv"),
    "math_special.psi": _late("psi:expand_psi"),
    "math_special.tri_gamma": _late("psi:expand_tri_gamma"),
}
"""By the name of the operation: whoever asks need not import the dialects."""

WITH_LOOPS = frozenset(f"math_special.{name}" for name in ("gammainc", "gammaincc", "iv", "jv"))
"""Those whose functions have branches and loops, and are called element by element."""
