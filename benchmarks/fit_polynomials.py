"""Fits every polynomial of `tir/lowering/expand_math/coefficients.py` and prints that file.

Each fit is a weighted minimax polynomial found by Remez' exchange algorithm in 60 digits on a dense
grid; the degree is the smallest whose weighted error is below the target, 2**-58 for float64, 2**-29
for float32 and 2**-40 for float32 functions that are evaluated in float64.

    python benchmarks/fit_polynomials.py > tir/lowering/expand_math/coefficients.py
"""

from __future__ import annotations

import struct
import sys
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from mpmath import mp, mpf

mp.dps = 60

Function = Callable[[Any], Any]
TARGETS = {"f64": mpf(2) ** -58, "f32": mpf(2) ** -29, "mid": mpf(2) ** -40}


@dataclass(frozen=True)
class Fit:
    """`function` on `[low, high]`; `weight(z) * error(z)` is what is made small."""

    name: str
    function: Function
    low: Any
    high: Any
    weight: Function
    targets: tuple[tuple[str, Any], ...]
    note: str
    long_constant: bool = False


def solve_on(points: list[int], grid: list[Any], values: list[Any], weights: list[Any]) -> Any:
    """The polynomial whose weighted error alternates with equal size on the given points."""
    size = len(points)
    matrix = mp.matrix(size, size)
    right = mp.matrix(size, 1)
    for row, point in enumerate(points):
        for power in range(size - 1):
            matrix[row, power] = grid[point] ** power
        matrix[row, size - 1] = (-1) ** row / weights[point]
        right[row] = values[point]
    solution = mp.lu_solve(matrix, right)
    return [solution[i] for i in range(size - 1)]


def alternating_extrema(errors: list[Any], count: int) -> list[int]:
    """Indices of `count` extrema of alternating sign, the largest ones kept."""
    extrema: list[int] = []
    for index, error in enumerate(errors):
        if extrema and (errors[extrema[-1]] > 0) == (error > 0):
            if abs(error) > abs(errors[extrema[-1]]):
                extrema[-1] = index
        else:
            extrema.append(index)
    while len(extrema) > count:
        extrema.pop(0 if abs(errors[extrema[0]]) < abs(errors[extrema[-1]]) else -1)
    return extrema


def remez(fit: Fit, degree: int, grid: list[Any], values: list[Any], weights: list[Any]) -> Any:
    """Coefficients (lowest first) and the largest weighted error on the grid."""
    count = degree + 2
    # The grid is denser near its ends already.
    points = [round(i * (len(grid) - 1) / (count - 1)) for i in range(count)]
    coefficients, largest = [], mpf("inf")
    for _ in range(12):
        candidate = solve_on(points, grid, values, weights)
        errors = [
            (mp.polyval(candidate[::-1], z) - v) * w
            for z, v, w in zip(grid, values, weights, strict=True)
        ]
        worst = max(abs(e) for e in errors)
        if worst < largest:
            coefficients, largest = candidate, worst
        extrema = alternating_extrema(errors, count)
        if len(extrema) < count or extrema == points:
            break
        points = extrema
    return coefficients, largest


def fit_until(fit: Fit, target: Any) -> Any:
    """The coefficients of the smallest sufficient degree and their error."""
    size = 600
    # Chebyshev-spaced samples strictly inside, so that no weight vanishes.
    grid = [
        fit.low + (fit.high - fit.low) * (1 - mp.cos(mp.pi * (2 * i + 1) / (2 * size))) / 2
        for i in range(size)
    ]
    values = [fit.function(z) for z in grid]
    weights = [abs(fit.weight(z)) for z in grid]
    low, high = 0, 26
    found: Any = None
    while low < high:
        degree = (low + high) // 2
        coefficients, error = remez(fit, degree, grid, values, weights)
        if error <= target:
            high, found = degree, (coefficients, error)
        else:
            low = degree + 1
    if found is None:
        raise ValueError(f"{fit.name}: no degree up to 25 reaches {target}")
    return found


def odd(function: Function) -> Function:
    """`(f(x) - x) / x**3` as a function of `z = x*x`."""

    def reduced(z: Any) -> Any:
        x = mp.sqrt(z)
        return (function(x) - x) / x**3

    return reduced


def odd_weight(function: Function) -> Function:
    """Turns an error of `odd(function)` into a relative error of the function."""
    return lambda z: mp.sqrt(z) ** 3 / function(mp.sqrt(z))


def log_tail(z: Any) -> Any:
    """`(log((1+s)/(1-s)) - 2s) / s**3`, `z = s*s`."""
    s = mp.sqrt(z)
    return (mp.log((1 + s) / (1 - s)) - 2 * s) / s**3


def at_erfc(argument: Function) -> Function:
    """A function of x as one of `t = (x - ERFC_CENTER) / (x + ERFC_CENTER)`."""
    return lambda t: argument(ERFC_CENTER * (1 + t) / (1 - t))


def scaled_erfc(x: Any) -> Any:
    """`(1 + 2x) exp(x*x) erfc(x)`: nearly constant."""
    return (1 + 2 * x) * mp.exp(x * x) * mp.erfc(x)


ERFC_CENTER = mpf(3)
# The eighth root of erfc is nearly a float32 there, and so is the constant term of its polynomial.
ERF_CUT = mpf(153) / 128
BOTH = (("f64", TARGETS["f64"]), ("f32", TARGETS["f32"]))
ROOM = mpf("1.01")
LN2_HALF = mp.log(2) / 2 * ROOM
S_MAX = ((mp.sqrt(2) - 1) / (mp.sqrt(2) + 1)) ** 2 * ROOM
QUARTER = (mp.pi / 4) ** 2 * ROOM


def erfc_t(x: Any) -> Any:
    return (x - ERFC_CENTER) / (x + ERFC_CENTER)


FITS = [
    Fit(
        "EXP",
        lambda r: (mp.exp(r) - 1 - r) / r**2,
        -LN2_HALF,
        LN2_HALF,
        lambda r: r**2 / mp.expm1(r) if abs(r) > 0.01 else abs(r),
        (("f64", mpf(2) ** -55.4), ("f32", mpf(2) ** -26), ("mid", TARGETS["mid"])),
        "(exp(r) - 1 - r) / r**2, |r| <= log(2)/2",
    ),
    Fit(
        "EXP_EIGHTH",
        lambda r: (mp.exp(r) - 1 - r) / r**2,
        -LN2_HALF / 8,
        LN2_HALF / 8,
        lambda r: r**2 / mp.exp(r),
        (("f32", mpf(2) ** -25),),
        "(exp(r) - 1 - r) / r**2, |r| <= log(2)/16",
    ),
    Fit(
        "TANH",
        odd(mp.tanh),
        0,
        (mp.log(2) * mpf("0.426")) ** 2,
        odd_weight(mp.tanh),
        (("f64", mpf(2) ** -56.5), ("f32", mpf(2) ** -27)),
        "(tanh(r) - r) / r**3 in r*r, -0.15 log(2) <= 2r <= 0.85 log(2)",
    ),
    Fit(
        "SINH",
        odd(mp.sinh),
        0,
        (mp.log(2) * mpf("1.002")) ** 2,
        odd_weight(mp.sinh),
        (("f64", mpf(2) ** -56.5), ("f32", mpf(2) ** -27)),
        "(sinh(r) - r) / r**3 in r*r, 0 <= r <= log(2)",
    ),
    Fit(
        "COSH",
        lambda z: (mp.cosh(mp.sqrt(z)) - 1) / z,
        0,
        (mp.log(2) * mpf("1.002")) ** 2,
        lambda z: z / mp.cosh(mp.sqrt(z)),
        (("f64", mpf(2) ** -56.5), ("f32", mpf(2) ** -27)),
        "(cosh(r) - 1) / r**2 in r*r, 0 <= r <= log(2)",
    ),
    Fit(
        "EXP2",
        lambda f: (mpf(2) ** f - 1) / f,
        mpf("-0.5005"),
        mpf("0.5005"),
        lambda f: f / mpf(2) ** f,
        (("f64", mpf(2) ** -58), ("f32", mpf(2) ** -28)),
        "(2**f - 1) / f, |f| <= 1/2",
    ),
    Fit(
        "LOG",
        log_tail,
        0,
        S_MAX,
        lambda z: z / 2,
        (*BOTH, ("mid", TARGETS["mid"])),
        "(log((1+s)/(1-s)) - 2s) / s**3 in s*s, |s| <= 0.1716",
    ),
    Fit(
        "LOG_LONG",
        lambda z: (log_tail(z) - mpf(2) / 3) / z,
        0,
        S_MAX,
        lambda z: z**2 / 2,
        (("f64", mpf(2) ** -71),),
        "(log_tail(s*s) - 2/3) / s**2, for the long logarithm of pow",
    ),
    Fit(
        "SIN",
        odd(mp.sin),
        0,
        QUARTER,
        odd_weight(mp.sin),
        (("f64", TARGETS["f64"]), ("f32", mpf(2) ** -27), ("mid", TARGETS["f32"] / 16)),
        "(sin(r) - r) / r**3 in r*r, |r| <= pi/4",
    ),
    Fit(
        "COS",
        lambda z: (mp.cos(mp.sqrt(z)) - 1 + z / 2) / z**2,
        0,
        QUARTER,
        lambda z: z**2 / mp.cos(mp.sqrt(z)),
        (("f64", TARGETS["f64"]), ("f32", mpf(2) ** -27), ("mid", TARGETS["f32"] / 16)),
        "(cos(r) - 1 + r*r/2) / r**4 in r*r, |r| <= pi/4",
    ),
    Fit(
        "ATAN",
        odd(mp.atan),
        0,
        (mp.sqrt(2) - 1) ** 2 * ROOM,
        odd_weight(mp.atan),
        BOTH,
        "(atan(x) - x) / x**3 in x*x, |x| <= sqrt(2) - 1",
    ),
    Fit(
        "ASIN",
        odd(mp.asin),
        0,
        mpf("0.2501"),
        odd_weight(mp.asin),
        BOTH,
        "(asin(x) - x) / x**3 in x*x, |x| <= 1/2",
    ),
    Fit(
        "ASINH",
        odd(mp.asinh),
        0,
        mpf("0.2501"),
        odd_weight(mp.asinh),
        BOTH,
        "(asinh(x) - x) / x**3 in x*x, |x| <= 1/2",
    ),
    Fit(
        "ATANH",
        odd(mp.atanh),
        0,
        mpf("0.2501"),
        odd_weight(mp.atanh),
        BOTH,
        "(atanh(x) - x) / x**3 in x*x, |x| <= 1/2",
    ),
    Fit(
        "ERF_SMALL",
        lambda z: mp.erf(mp.sqrt(z)) / mp.sqrt(z) - 1,
        0,
        ERF_CUT**2,
        lambda z: mp.sqrt(z) / mp.erf(mp.sqrt(z)),
        (("f64", mpf(2) ** -57), ("f32", mpf(2) ** -28)),
        "erf(x)/x - 1 in x*x, |x| <= 1.1953125",
    ),
    *(
        Fit(
            "ERFC_ROOT",
            lambda u: mp.root(mp.erfc(ERF_CUT + u), 8),
            0,
            bound - ERF_CUT,
            lambda u, least=least: max(8 * mp.erfc(ERF_CUT + u) ** mpf("0.875"), least),
            (target,),
            f"erfc(x)**(1/8) in x - 1.1953125, 1.1953125 <= x <= {float(bound)}",
        )
        for bound, least, target in (
            (mpf("5.93"), mpf(2) ** -44, ("f64", mpf(2) ** -56)),
            (mpf("3.92"), mpf(2) ** -14, ("f32", mpf(2) ** -26.5)),
        )
    ),
    Fit(
        "ERF_NEAR",
        lambda z: mp.erf(mp.sqrt(z)) / mp.sqrt(z) - 1,
        0,
        mpf("0.2401"),
        lambda z: mpf(1),
        BOTH,
        "erf(x)/x - 1 in x*x, |x| <= 0.49",
    ),
    Fit(
        "ERFC",
        at_erfc(scaled_erfc),
        erfc_t(mpf("0.46")),
        erfc_t(mpf("27.5")),
        lambda t: mpf(1),
        (("f64", TARGETS["f64"]),),
        "(1+2x) exp(x*x) erfc(x) in (x-3)/(x+3), 0.46 <= x <= 27.5",
        long_constant=True,
    ),
    Fit(
        "ERFC",
        at_erfc(scaled_erfc),
        erfc_t(mpf("0.46")),
        erfc_t(mpf("10.5")),
        lambda t: mpf(1),
        (("f32", TARGETS["f32"]),),
        "(1+2x) exp(x*x) erfc(x) in (x-3)/(x+3), 0.46 <= x <= 10.5",
        long_constant=True,
    ),
    Fit(
        "CBRT",
        mp.cbrt,
        1,
        2,
        lambda m: 1 / mp.cbrt(m),
        (("f64", mpf(2) ** -19), ("f32", mpf(2) ** -10)),
        "cbrt(m), 1 <= m <= 2: a first guess, refined by one step of Halley's method",
    ),
]


def rounded(value: Any, kind: str) -> float:
    """The nearest float64, or float32 for float32 tables."""
    number = float(value)
    return struct.unpack("f", struct.pack("f", number))[0] if kind == "f32" else number


def main() -> None:
    """Prints the module of coefficients."""
    print('"""Minimax polynomials of the elementary functions, lowest power first.\n')
    print(
        "Written by `benchmarks/fit_polynomials.py`; `MID` tables are evaluated in float64 for float32"
    )
    print('functions.\n"""\n\nfrom __future__ import annotations\n\nPolynomial = tuple[float, ...]')
    only = sys.argv[1:]
    for fit in FITS:
        if only and fit.name not in only:
            continue
        for kind, target in fit.targets:
            coefficients, error = fit_until(fit, target)
            numbers = ",\n".join(f"    {rounded(c, kind)!r}" for c in coefficients)
            print(f"\n# {fit.note}; error 2**{float(mp.log(error, 2)):.1f}")
            print(f"{fit.name}_{kind.upper()}: Polynomial = (\n{numbers},\n)", flush=True)
            if fit.long_constant:
                rest = rounded(coefficients[0] - mpf(rounded(coefficients[0], kind)), kind)
                print(
                    f"# What rounding took from the constant term.\n{fit.name}_{kind.upper()}_LOW = {rest!r}"
                )


if __name__ == "__main__":
    main()
