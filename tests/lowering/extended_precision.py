"""Errors at very many points, against NumPy and SciPy in the next wider format.

mpmath takes too long to find the rare points where several roundings go the same way; their functions on float64,
and those on x86's 80-bit numbers, are precise enough to measure the errors of float32 and of float64 functions.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable

import numpy as np
import scipy.special
from xdsl.dialects import math
from xdsl.ir import Operation

from tir.dialects import math_ext, math_special

WIDER = {"float32": np.float64, "float64": np.longdouble}
HAS_EXTENDED = np.finfo(np.longdouble).nmant >= 63


def _sigmoid(x: np.ndarray) -> np.ndarray:
    return 1 / (1 + np.exp(-x))


def _softplus(x: np.ndarray) -> np.ndarray:
    return np.maximum(x, 0) + np.log1p(np.exp(-np.abs(x)))


def _tri_gamma(x: np.ndarray) -> np.ndarray:
    return scipy.special.polygamma(1, x)


POINTS_AND_ORACLES: dict[
    type[Operation], tuple[tuple[float, ...], Callable[[np.ndarray], np.ndarray]]
] = {
    math.ExpOp: ((-87, -2, 2, 87), np.exp),
    math_ext.ExpNonPositiveOp: ((-87, -2, 0), np.exp),
    math.Exp2Op: ((-120, -2, 2, 120), np.exp2),
    math.ExpM1Op: ((-20, -1.2, 0, 1.2, 87), np.expm1),
    math.LogOp: ((1e-6, 0.6, 1.6, 100), np.log),
    math.Log2Op: ((1e-6, 0.6, 1.6, 100), np.log2),
    math.Log10Op: ((1e-6, 0.6, 1.6, 100), np.log10),
    math.Log1pOp: ((-1, -0.4, 0, 0.6, 100), np.log1p),
    math.SinOp: ((-(2.0**20), -1000, -3, 0, 3, 1000, 2.0**16, 2.0**20), np.sin),
    math.CosOp: ((-(2.0**20), -1000, -3, 0, 3, 1000, 2.0**16, 2.0**20), np.cos),
    math.TanOp: ((-(2.0**20), -1000, -3, 0, 3, 1000, 2.0**16, 2.0**20), np.tan),
    math.AsinOp: ((-1, -0.4, 0.4, 1), np.arcsin),
    math.AcosOp: ((-1, -0.4, 0.4, 1), np.arccos),
    math.AtanOp: ((-10, -1, 0, 1, 10), np.arctan),
    math.SinhOp: ((-80, -2, 0, 2, 80), np.sinh),
    math.CoshOp: ((-80, -2, 0, 2, 80), np.cosh),
    math.TanhOp: ((-9, -2, 0, 1, 2, 20), np.tanh),
    math.AsinhOp: ((-10, -1, 0, 1, 10), np.arcsinh),
    math.AcoshOp: ((1, 1.1, 3, 10), np.arccosh),
    math.AtanhOp: ((-1, -0.6, 0, 0.6, 1), np.arctanh),
    math.CbrtOp: ((-9, 0, 9), np.cbrt),
    math.ErfOp: ((-4, -1, 0, 0.5, 1, 4), scipy.special.erf),
    math_ext.ErfcOp: ((-3, -0.5, 0, 0.5, 3, 9), scipy.special.erfc),
    math_special.GammalnOp: ((1e-3, 0.9, 1.1, 1.9, 2.1, 2.9, 3.1, 50), scipy.special.gammaln),
    math_special.GammaOp: ((-8.1, 0, 1, 2, 3, 5, 35), scipy.special.gamma),
    math_special.PsiOp: ((1e-3, 0.9, 1.1, 1.4, 1.5, 2.9, 3.1, 50), scipy.special.psi),
    math_special.TriGammaOp: ((1e-3, 0.9, 1.1, 2.9, 3.1, 50), _tri_gamma),
    math_special.ErfinvOp: ((-1, -0.8, 0, 0.8, 0.99, 1), scipy.special.erfinv),
    math_special.ErfcinvOp: ((1e-30, 0.01, 0.2, 1, 1.8, 1.99, 2), scipy.special.erfcinv),
    math_special.ErfcxOp: ((-9, -2, 0, 0.4, 0.6, 2, 30), scipy.special.erfcx),
    math_special.J0Op: ((0, 2.3, 5, 8), scipy.special.j0),
    math_special.J1Op: ((0, 2.3, 5, 8), scipy.special.j1),
    math_special.I0Op: ((0, 3, 7, 8, 80), scipy.special.i0),
    math_special.I1Op: ((0, 3, 7, 8, 80), scipy.special.i1),
    math_ext.SigmoidOp: ((-80, -20, -2, 0, 2, 20), _sigmoid),
    math_ext.SoftplusOp: ((-80, -3, 0, 3, 20), _softplus),
}
"""Between each two neighbouring points as many arguments are taken; the wider function.

What is not here has no oracle in NumPy or SciPy.
"""

FLOAT32_ONLY = (math.ErfOp, math_ext.ErfcOp, *math_special.MathSpecial.operations)
"""SciPy does not know 80-bit numbers."""


def arguments(op_class: type[Operation], dtype: str, count: int, seed: int = 0) -> np.ndarray:
    """`count` random arguments between each two neighbouring points."""
    points = POINTS_AND_ORACLES[op_class][0]
    rng = np.random.default_rng(seed)
    pieces = [rng.uniform(a, b, count) for a, b in itertools.pairwise(points)]
    return np.concatenate(pieces).astype(dtype)


def largest_error(
    op_class: type[Operation], x: np.ndarray, result: np.ndarray
) -> tuple[float, float]:
    """The largest error in units of the last place, and where it is. Subnormal results are not looked at."""
    info = np.finfo(x.dtype)
    with np.errstate(all="ignore"):
        exact = POINTS_AND_ORACLES[op_class][1](x.astype(WIDER[str(x.dtype)]))
        unit = np.ldexp(np.ones_like(exact), np.frexp(exact)[1] - 1 - info.nmant)
        error = np.abs(result - exact) / unit
    error[~(np.abs(exact) >= info.smallest_normal) | np.isinf(exact)] = 0
    worst = int(np.argmax(error))
    return float(error[worst]), float(x[worst])
