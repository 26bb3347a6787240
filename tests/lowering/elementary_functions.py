"""What the elementary functions should give: mpmath's value, where to look, how to measure an error."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from mpmath import mp
from xdsl.dialects import math
from xdsl.ir import Operation

from tir.dialects import math_ext

Points = tuple[np.ndarray, ...]


@dataclass(frozen=True)
class Function:
    """One operation, its exact value, and the interval in which its special points are dense.

    `unit_of` takes the argument and the exact value, and gives the number whose last place is the unit of errors; without it, that
    is the exact value. Errors are below `most`. Arguments below `smallest` or above `largest` are not looked at.
    """

    op_class: type[Operation]
    exact: Callable[..., Any]
    interval: tuple[float, float]
    special: tuple[float, ...] = ()
    arity: int = 1
    unit_of: Callable[..., Any] | None = None
    most: float = 2
    smallest: float = -np.inf
    largest: float = np.inf

    @property
    def name(self) -> str:
        return self.op_class.name.split(".")[1]


def log1p(x: Any) -> Any:
    """mpmath's own loses digits for tiny arguments."""
    return x - x * x / 2 if abs(x) < mp.mpf(2) ** -60 else mp.log(1 + x)


def atanh(x: Any) -> Any:
    return x if abs(x) < mp.mpf(2) ** -60 else (log1p(x) - log1p(-x)) / 2


def asinh(x: Any) -> Any:
    return x if abs(x) < mp.mpf(2) ** -60 else mp.asinh(x)


def softplus(x: Any) -> Any:
    return max(x, mp.mpf(0)) + log1p(mp.exp(-abs(x)))


def exp_nonpositive(x: Any) -> Any:
    if x > 8:
        raise ValueError("too large")
    return mp.exp(x)


def cbrt(x: Any) -> Any:
    return mp.sign(x) * mp.cbrt(abs(x))


def sinh(x: Any) -> Any:
    return x if abs(x) < mp.mpf(2) ** -60 else mp.sinh(x)


def tanh(x: Any) -> Any:
    if abs(x) < mp.mpf(2) ** -60:
        return x
    return mp.tanh(x) if abs(x) < 200 else mp.sign(x)


PI_MULTIPLES = tuple(k * np.pi / 2 for k in (1, 2, 3, 4, 5, 100, 1000, 12345, 1e5, 1e6, 1e9))
# The float64 and the float32 nearest to a multiple of pi/2 in their whole ranges (Muller, "Elementary
# functions", 2016), and others beyond 2**20.
NEAR_MULTIPLES = (6381956970095103.0 * 2.0**797, 16367173.0 * 2.0**72, 2.0**1023, 1e22, 2.0**20)
TRIG_SPECIAL = (*PI_MULTIPLES, *NEAR_MULTIPLES)
TRIGONOMETRIC = (math.SinOp, math.CosOp, math.TanOp)

FUNCTIONS = [
    Function(
        math_ext.ExpNonPositiveOp, exp_nonpositive, (-750, 8), (-0.0, -745.1, -103.9, -87.3, 8)
    ),
    Function(math.ExpOp, mp.exp, (-750, 715), (709.78, -745.1, 88.72, -103.9, -87.3)),
    Function(math.Exp2Op, lambda x: mp.power(2, x), (-1080, 1030), (128, -149, -126, -1074, -1022)),
    Function(math.ExpM1Op, mp.expm1, (-40, 715), (-0.35, 0.35, -1.04, 1.04, 709.78, 88.72, -36.7)),
    Function(math.LogOp, mp.log, (0, 4), (1, 0.5, 2, np.sqrt(0.5), np.sqrt(2), np.e)),
    Function(
        math.Log2Op, lambda x: mp.log(x) / mp.log(2), (0, 4), (1, 0.5, 2, np.sqrt(0.5), np.sqrt(2))
    ),
    Function(math.Log10Op, mp.log10, (0, 4), (1, 10, 0.1, 100, np.sqrt(0.5), np.sqrt(2))),
    Function(math.Log1pOp, log1p, (-1, 4), (-1, -0.5, 1, 0.41421356, -0.29289322)),
    Function(math.SinOp, mp.sin, (-1000, 1000), TRIG_SPECIAL),
    Function(math.CosOp, mp.cos, (-1000, 1000), TRIG_SPECIAL),
    Function(math.TanOp, mp.tan, (-1000, 1000), TRIG_SPECIAL),
    Function(math.AsinOp, mp.asin, (-1, 1), (-1, -0.5, 0.5, 1)),
    Function(math.AcosOp, mp.acos, (-1, 1), (-1, -0.5, 0.5, 1)),
    Function(math.AtanOp, mp.atan, (-4, 4), (-1, 1, 0.41421356, 2.41421356)),
    Function(math.Atan2Op, mp.atan2, (-4, 4), (-1, 1, 0.41421356, 2.41421356), arity=2),
    Function(math.SinhOp, sinh, (-715, 715), (-1, 1, 710.47, 89.41)),
    Function(math.CoshOp, mp.cosh, (-715, 715), (-1, 1, 710.47, 89.41)),
    Function(math.TanhOp, tanh, (-25, 25), (-0.55, 0.55, 19.06, 9.01)),
    Function(math.AsinhOp, asinh, (-10, 10), (-0.5, 0.5, 2.0**28, 2.0**13)),
    Function(math.AcoshOp, mp.acosh, (1, 10), (1, 1.5, 2, 2.0**28, 2.0**13)),
    Function(math.AtanhOp, atanh, (-1, 1), (-1, -0.5, 0.5, 1)),
    Function(math.ErfOp, mp.erf, (-6.2, 6.2), (-1, 1, 5.9, 3.9)),
    Function(math_ext.ErfcOp, mp.erfc, (-6, 28), (0.46, -0.46, 0.48, 10.05, 26.5, 27.2, -5.8)),
    Function(math.PowFOp, mp.power, (0, 20), (1, 2, 0.5), arity=2),
    Function(math.CbrtOp, cbrt, (-9, 9), (1, 8, 27, -1)),
    Function(math.RsqrtOp, lambda x: 1 / mp.sqrt(x), (0, 9), (1, 4)),
    Function(
        math_ext.SigmoidOp, lambda x: 1 / (1 + mp.exp(-x)), (-750, 40), (-36.7, 36.7, -16.6, -103.9)
    ),
    Function(math_ext.SoftplusOp, softplus, (-750, 40), (-36.7, 36.7, -16.6, 16.6, -103.9)),
]


def spread(function: Function, dtype: str, count: int, rng: np.random.Generator) -> np.ndarray:
    """Points at all exponents and signs, in the interval, and next to its special points and zero."""
    kind = np.dtype(dtype)
    bits = rng.integers(0, 1 << (kind.itemsize * 8), count, dtype=f"u{kind.itemsize}")
    anywhere = bits.view(kind)
    low, high = function.interval
    if kind == np.float32 and high - low > 1000:
        low, high = low / 7, high / 7
    inside = rng.uniform(low, high, 2 * count).astype(kind)
    unit = (rng.uniform(-1.3, 1.3, count)).astype(kind)
    near_zero = (rng.uniform(-1, 1, count // 4) * 2.0 ** rng.integers(-60, 0, count // 4)).astype(
        kind
    )
    subnormal = rng.integers(0, 1 << np.finfo(kind).nmant, count // 8, dtype=bits.dtype).view(kind)
    centers = np.array(function.special, kind)
    steps = np.arange(-8, 9, dtype=f"i{kind.itemsize}")
    near = (
        (centers.view(steps.dtype)[:, None] + steps).ravel().view(kind) if len(centers) else centers
    )
    near = np.concatenate([near, -near])
    relative = np.concatenate([centers] * 20) * (1 + rng.normal(size=20 * len(centers)) * 1e-3)
    return np.concatenate(
        [anywhere, inside, unit, near_zero, subnormal, -subnormal, near, relative.astype(kind)]
    )


def sample_points(function: Function, dtype: str, count: int, seed: int = 0) -> Points:
    """Finite arguments, as many arrays as the function takes."""
    rng = np.random.default_rng(seed)
    with np.errstate(all="ignore"):
        x = spread(function, dtype, count, rng)
        if function.arity == 1:
            return (x[np.isfinite(x)],)
        y = rng.permutation(x)
        if function.op_class is math.PowFOp:
            # Most pairs overflow: aim at representable powers too.
            exponents = rng.uniform(-1075, 1024, x.size) * (1 if dtype == "float64" else 0.14)
            aimed = (exponents / np.log2(np.abs(x.astype("f8")))).astype(dtype)
            x, y = (
                np.concatenate([x, x, np.abs(x)]),
                np.concatenate([y, aimed, rng.permutation(aimed)]),
            )
            small = rng.integers(-8, 9, x.size).astype(dtype)
            x, y = np.concatenate([x, x]), np.concatenate([y, small])
        keep = np.isfinite(x) & np.isfinite(y)
        if function.op_class is math.PowFOp:
            keep &= (x != 0) & ((x > 0) | (y == np.floor(y)))
        else:
            keep &= (x != 0) | (y != 0)
    chosen = rng.permutation(np.flatnonzero(keep))[: 4 * count]
    return x[chosen], y[chosen]


def ulp_error(result: float, exact: Any, dtype: str, unit_of: Any = None) -> float:
    """The distance in units of the last place of the exact value, or of another number; overflow counts as the next power of two."""
    with mp.workprec(160):
        return _ulp_error(result, exact, dtype, exact if unit_of is None else unit_of)


def _ulp_error(result: float, exact: Any, dtype: str, unit_of: Any) -> float:
    info = np.finfo(dtype)
    beyond = mp.mpf(2) ** (128 if dtype == "float32" else 1024)
    size = min(abs(exact), beyond)
    if size == 0:
        return 0.0 if result == 0 else float("inf")
    unit = min(abs(unit_of), beyond)
    exponent = (
        max(int(mp.floor(mp.log(unit, 2))), info.minexp) if unit < beyond else info.maxexp - 1
    )
    value = mp.sign(result) * beyond if np.isinf(result) else mp.mpf(float(result))
    clipped = mp.sign(exact) * size
    return float(abs(value - clipped) / mp.mpf(2) ** (exponent - info.nmant))


def exact_value(function: Function, arguments: tuple[float, ...]) -> Any:
    """mpmath's value, or None outside of the domain."""
    try:
        with mp.workprec(160):
            if function.op_class is math.PowFOp:
                size = abs(arguments[1]) * abs(float(mp.log(abs(mp.mpf(arguments[0])), 2)))
                if size > 1200:
                    return None
            value = function.exact(*(mp.mpf(a) for a in arguments))
    except (ValueError, ZeroDivisionError, OverflowError):
        return None
    return None if isinstance(value, mp.mpc) or not mp.isfinite(value) else value


def largest_error(
    function: Function, results: np.ndarray, points: Points
) -> tuple[float, tuple[float, ...]]:
    """The largest error in ulp and where it is; a NaN in the domain is an infinite error."""
    worst, place = 0.0, ()
    dtype = str(results.dtype)
    for index, result in enumerate(results.tolist()):
        arguments = tuple(float(p[index]) for p in points)
        if (
            function.op_class
            in (
                math.ExpOp,
                math_ext.ExpNonPositiveOp,
                math.ExpM1Op,
                math.SinhOp,
                math.CoshOp,
                math.Exp2Op,
            )
            and abs(arguments[0]) > 2000
        ):
            continue
        if (
            function.op_class
            in (math_ext.ErfcOp, math_ext.SigmoidOp, math_ext.SoftplusOp, math.ErfOp)
            and abs(arguments[0]) > 2000
        ):
            continue
        if not function.smallest <= arguments[-1] <= function.largest:
            continue
        exact = exact_value(function, arguments)
        if exact is None:
            continue
        unit = function.unit_of and function.unit_of(*map(mp.mpf, arguments), exact)
        error = float("inf") if np.isnan(result) else ulp_error(result, exact, dtype, unit)
        if error > worst:
            worst, place = error, arguments
    return worst, place
