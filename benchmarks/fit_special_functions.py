"""Fits the tables of the special functions, and prints one of their files.

Polynomials are found by Remez' exchange algorithm, as those of `fit_polynomials.py` are; quotients of polynomials interpolate
at Chebyshev's points, which gives nearly the smallest error. `F64` tables are for float64, `MID` tables are evaluated in
float64 for float32.

    python -m benchmarks.fit_special_functions gamma > tir/lowering/expand_math/gamma_coefficients.py
    python -m benchmarks.fit_special_functions erf > tir/lowering/expand_math/erf_inverse_coefficients.py
    python -m benchmarks.fit_special_functions bessel > tir/lowering/expand_math/bessel_coefficients.py
"""

from __future__ import annotations

import functools
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mpmath import mp, mpf

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks.fit_polynomials import Fit, Function, fit_until

mp.dps = 60

GAMMA_CENTER = mpf("1.75")
ERFCX_CENTER = mpf("3.75")
NEAR = mpf("0.85")
LOW, MIDDLE, SHORT_MIDDLE = "1.5625", "6", "4.25"
PSI_ROOT = mp.findroot(mp.digamma, 1.46)
MID = ("mid", mpf(2) ** -33)


def f64(bits: float) -> tuple[str, Any]:
    """The target of a table for float64."""
    return "f64", mpf(2) ** -bits


@dataclass(frozen=True)
class Quotient:
    """`function` on `[low, high]` as a quotient of polynomials in `x - low`; `weight(x) * error(x)` is what counts."""

    name: str
    function: Function
    low: Any
    high: Any
    degrees: tuple[int, int]
    weight: Function
    note: str


def constant(x: Any) -> Any:
    """The weight of absolute errors."""
    return mpf(1)


def relative_to(function: Function) -> Function:
    """The weight of relative errors."""
    return lambda x: 1 / function(x)


# --- the gamma function --------------------------------------------------------------------------


def centered(function: Function, center: Any) -> Function:
    """A function of x as one of `t = (x - center) / (x + center)`."""
    return lambda t: function(center * (1 + t) / (1 - t))


def position(x: Any, center: Any) -> Any:
    """That t."""
    return (x - center) / (x + center)


def log_gamma_quotient(x: Any) -> Any:
    """`log(gamma(x)) / ((x-1) (x-2))`"""
    if min(abs(x - 1), abs(x - 2)) < mpf(10) ** -25:
        return mp.digamma(x) / (2 * x - 3)
    return mp.loggamma(x) / ((x - 1) * (x - 2))


def stirling_rest(y: Any) -> Any:
    """What Stirling's formula lacks, times x, in `y = 1/x**2`."""
    x = 1 / mp.sqrt(y)
    return x * (mp.loggamma(x) - ((x - mpf(1) / 2) * mp.log(x) - x + mp.log(2 * mp.pi) / 2))


def psi_quotient(x: Any) -> Any:
    """`psi(x) / (x - root)`"""
    near = abs(x - PSI_ROOT) < mpf(10) ** -25
    return mp.polygamma(1, PSI_ROOT) if near else mp.digamma(x) / (x - PSI_ROOT)


def psi_rest(y: Any) -> Any:
    """`(log(x) - 1/(2x) - psi(x)) x**2` in `y = 1/x**2`."""
    x = 1 / mp.sqrt(y)
    return (mp.log(x) - 1 / (2 * x) - mp.digamma(x)) / y


def tri_gamma_rest(y: Any) -> Any:
    """`(tri_gamma(x) - 1/x - 1/(2 x**2)) x**3` in `y = 1/x**2`."""
    x = 1 / mp.sqrt(y)
    return (mp.polygamma(1, x) - 1 / x - 1 / (2 * x * x)) * x / y


def gamma_fits() -> list[Fit]:
    low, high = position(mpf("0.999"), GAMMA_CENTER), position(mpf("3.001"), GAMMA_CENTER)
    ninth = mpf(1) / mpf("2.999") ** 2
    middle = "(x-1.75)/(x+1.75), 1 <= x <= 3"
    far = "1/x**2, x >= 3"

    def near(name: str, function: Function, bits: float, note: str) -> Fit:
        moved = centered(function, GAMMA_CENTER)
        return Fit(
            name, moved, low, high, relative_to(moved), (f64(bits), MID), f"{note} in {middle}"
        )

    return [
        near("GAMMALN_NEAR", log_gamma_quotient, 57.5, "log(gamma(x)) / ((x-1)(x-2))"),
        Fit(
            "GAMMALN_FAR",
            stirling_rest,
            0,
            ninth,
            mp.sqrt,
            (f64(60), MID),
            f"x times what Stirling's formula lacks, in {far}",
        ),
        near("PSI_NEAR", psi_quotient, 57.5, "psi(x) / (x - root)"),
        Fit(
            "PSI_FAR",
            psi_rest,
            0,
            ninth,
            lambda y: y,
            (f64(58), MID),
            f"(log(x) - 1/(2x) - psi(x)) x**2 in {far}",
        ),
        near("TRI_GAMMA_NEAR", lambda x: x * mp.polygamma(1, x), 57.5, "x tri_gamma(x)"),
        Fit(
            "TRI_GAMMA_FAR",
            tri_gamma_rest,
            0,
            ninth,
            lambda y: y,
            (f64(58), MID),
            f"(tri_gamma(x) - 1/x - 1/(2 x**2)) x**3 in {far}",
        ),
    ]


# --- error functions -----------------------------------------------------------------------------


def scaled_erfcx(x: Any) -> Any:
    """`(1/2 + x) erfcx(x)`"""
    if x < 1000:
        return (x + mpf(1) / 2) * mp.exp(x * x) * mp.erfc(x)
    y = 1 / (2 * x * x)
    series = 1 - y * (1 - 3 * y * (1 - 5 * y * (1 - 7 * y * (1 - 9 * y * (1 - 11 * y)))))
    return (1 + 1 / (2 * x)) / mp.sqrt(mp.pi) * series


@functools.cache
def inverse_erfc(log: Any) -> Any:
    """The z of `erfc(z) = exp(-log)`, by Newton's method on the logarithm."""
    z = mp.sqrt(log) * mpf("0.7") if log < 3 else mp.sqrt(log - mp.log(mp.sqrt(mp.pi * log) + 1))
    for _ in range(100):
        value = mp.erfc(z)
        step = (mp.log(value) + log) * value * mp.sqrt(mp.pi) / 2 * mp.exp(z * z)
        z += step
        if abs(step) < mpf(10) ** -45:
            return z
    raise ValueError(f"no convergence for {log}")


def inverse_erf_near(distance: Any) -> Any:
    """`(erfinv(x)/x - sqrt(pi)/2) / x**2` in `0.7225 - x**2`."""
    q = NEAR**2 - distance
    x = mp.sqrt(q)
    return (inverse_erfc(-mp.log(1 - x)) / x - mp.sqrt(mp.pi) / 2) / q


def inverse_erfc_rest(r: Any) -> Any:
    """`r - z` of `r = sqrt(-log(erfc(z)/2))`"""
    return r - inverse_erfc(r * r - mp.log(2))


def erfcx_slope(x: Any) -> Any:
    """`(erfcx(x) - 1) / x`"""
    return (mp.exp(x * x) * mp.erfc(x) - 1) / x


ERFCX_FITS = [
    Fit(
        "ERFCX_NEAR",
        erfcx_slope,
        mpf("1e-9"),
        mpf("0.501"),
        lambda x: x / (1 + x * erfcx_slope(x)),
        (f64(57), MID),
        "(erfcx(x) - 1)/x, 0 <= x <= 1/2",
    ),
    Fit(
        "ERFCX_FAR",
        centered(scaled_erfcx, ERFCX_CENTER),
        position(mpf("0.499"), ERFCX_CENTER),
        mpf(1),
        constant,
        (f64(58.5), MID),
        "(1/2+x) erfcx(x) in (x-3.75)/(x+3.75), x >= 1/2",
        long_constant=True,
    ),
]


def inverse_erf_fits() -> list[Quotient]:
    near = "(erfinv(x)/x - sqrt(pi)/2) / x**2 in 0.7225 - x**2 >= 0"
    tail = "r - z of r = sqrt(-log(erfc(z)/2))"

    def weight(r: Any) -> Any:
        return 1 / (r - inverse_erfc_rest(r))

    most = NEAR**2
    low, middle, short_middle = mpf(LOW), mpf(MIDDLE), mpf(SHORT_MIDDLE)
    return [
        Quotient(
            "ERFINV_NEAR_F64", inverse_erf_near, mpf(0), most, (8, 8), lambda d: most - d, near
        ),
        Quotient(
            "ERFINV_NEAR_MID", inverse_erf_near, mpf(0), most, (5, 5), lambda d: most - d, near
        ),
        Quotient(
            "ERFINV_TAIL_F64",
            inverse_erfc_rest,
            low,
            mpf("6.13"),
            (9, 9),
            weight,
            f"{tail}, in r - 1.5625 <= 4.56",
        ),
        Quotient(
            "ERFINV_TAIL_MID",
            inverse_erfc_rest,
            low,
            mpf("4.3"),
            (5, 5),
            weight,
            f"{tail}, in r - 1.5625 <= 2.74",
        ),
        Quotient(
            "ERFCINV_TAIL_F64",
            inverse_erfc_rest,
            middle,
            mpf("27.4"),
            (8, 8),
            weight,
            f"{tail}, in r - 6 <= 21.4",
        ),
        Quotient(
            "ERFCINV_TAIL_MID",
            inverse_erfc_rest,
            short_middle,
            mpf("10.3"),
            (5, 5),
            weight,
            f"{tail}, in r - 4.25 <= 6.05",
        ),
    ]


# --- Bessel functions ----------------------------------------------------------------------------

J_CUT = 8
I_CENTER = mpf(33) / 512
TINY = mpf("1e-9")


@functools.cache
def zeros(order: int) -> tuple[Any, Any]:
    """The first two positive zeros of a Bessel function of the first kind."""
    return mp.besseljzero(order, 1), mp.besseljzero(order, 2)


def bessel_near(order: int) -> Function:
    """`J(x) / x**order`, without its first two zeros, in `64 - x**2`: all coefficients are positive."""

    def function(distance: Any) -> Any:
        w = J_CUT**2 - distance
        x = mp.sqrt(w)
        return mp.besselj(order, x) / x**order / mp.fprod(w - z * z for z in zeros(order))

    return function


def hankel(order: int, imaginary: bool) -> Function:
    """P, or Q times x, of `J(x) = sqrt(2/(pi x)) (P cos(x') - Q sin(x'))`, in `y = 1/x**2`."""

    def function(y: Any) -> Any:
        x = 1 / mp.sqrt(y)
        phase = mp.expj(-(x - order * mp.pi / 2 - mp.pi / 4))
        value = mp.hankel1(order, x) * mp.sqrt(mp.pi * x / 2) * phase
        return value.imag * x if imaginary else value.real

    return function


def modified_near(order: int) -> Function:
    """`(2**order I(x) / x**order - 1) / x**2` in `x**2`."""

    def function(w: Any) -> Any:
        x = mp.sqrt(w)
        return (mp.besseli(order, x) * (2 / x) ** order - 1) / w

    return function


def modified_slope(order: int) -> Function:
    """The derivative of `log(I(x) / x**order)` by `x**2`."""

    def function(w: Any) -> Any:
        x = mp.sqrt(w)
        return mp.besseli(order + 1, x) / mp.besseli(order, x) / (2 * x)

    return function


def modified_far(order: int) -> Function:
    """`I(x) exp(-x) sqrt(x)` in `1/x - 33/512`."""

    def function(distance: Any) -> Any:
        u = distance + I_CENTER
        return mp.besseli(order, 1 / u) * mp.exp(-1 / u) / mp.sqrt(u)

    return function


def bessel_fits(order: int) -> list[Fit]:
    ordinary, modified, w = f"J{order}", f"I{order}", "x**2"
    near, far = bessel_near(order), modified_far(order)
    y = mpf(1) / mpf("7.99") ** 2
    most, least = 1 / mpf("7.74") - I_CENTER, mpf(1) / 720 - I_CENTER
    small = mpf("7.76") ** 2
    power = "" if order == 0 else "/x"
    return [
        Fit(
            f"{ordinary}_NEAR",
            near,
            mpf("-0.1"),
            J_CUT**2 - TINY,
            relative_to(near),
            (f64(58), MID),
            f"{ordinary}(x){power} without its first two zeros, in 64 - {w}, x <= 8",
        ),
        Fit(
            f"{ordinary}_P",
            hankel(order, False),
            mpf("1e-10"),
            y,
            constant,
            (f64(57), MID),
            "P of Hankel's expansion in 1/x**2, x >= 8",
        ),
        Fit(
            f"{ordinary}_Q",
            hankel(order, True),
            mpf("1e-10"),
            y,
            mp.sqrt,
            (f64(57), MID),
            "x Q of Hankel's expansion in 1/x**2, x >= 8",
        ),
        Fit(
            f"{modified}_NEAR",
            modified_near(order),
            TINY,
            small,
            lambda w: w / (1 + w * modified_near(order)(w)),
            (f64(57), MID),
            f"(I0(x) - 1)/x**2 in {w}, x <= 7.75"
            if order == 0
            else f"(2 I1(x)/x - 1)/x**2 in {w}, x <= 7.75",
        ),
        Fit(
            f"{modified}_SLOPE",
            modified_slope(order),
            TINY,
            small,
            relative_to(modified_slope(order)),
            (("f64", mpf("0.03")),),
            f"the derivative of log({modified}(x){power}) by {w}, x <= 7.75",
        ),
        Fit(
            f"{modified}_FAR",
            far,
            least,
            most,
            relative_to(far),
            (f64(56), MID),
            f"{modified}(x) exp(-x) sqrt(x) in 1/x - 33/512, x >= 7.75",
        ),
    ]


# --- fitting and printing ------------------------------------------------------------------------


def fit_quotient(fit: Quotient) -> tuple[list[Any], list[Any], Any]:
    """Numerator, denominator with the constant term 1, both in `x - low`, and the largest weighted error."""
    above, below = fit.degrees
    count = above + below + 1
    matrix, right = mp.matrix(count, count), mp.matrix(count, 1)
    for row, x in enumerate(chebyshev_points(fit.high - fit.low, count)):
        value = fit.function(fit.low + x)
        for power in range(above + 1):
            matrix[row, power] = x**power
        for power in range(1, below + 1):
            matrix[row, above + power] = -value * x**power
        right[row] = value
    solution = list(mp.lu_solve(matrix, right))
    numerator, denominator = solution[: above + 1], [mpf(1), *solution[above + 1 :]]
    worst = mpf(0)
    for x in chebyshev_points(fit.high - fit.low, 1000):
        found = mp.polyval(numerator[::-1], x) / mp.polyval(denominator[::-1], x)
        error = (found - fit.function(fit.low + x)) * fit.weight(fit.low + x)
        worst = max(worst, abs(error))
    return numerator, denominator, worst


def chebyshev_points(length: Any, count: int) -> list[Any]:
    """The zeros of a Chebyshev polynomial on `[0, length]`."""
    return [length * (1 - mp.cos(mp.pi * (2 * i + 1) / (2 * count))) / 2 for i in range(count)]


def parts(value: Any) -> tuple[float, float]:
    """The nearest float64, and what that lacks."""
    high = float(value)
    return high, float(value - mpf(high))


def print_table(name: str, numbers: list[Any]) -> None:
    lines = "".join(f"    {float(c)!r},\n" for c in numbers)
    print(f"{name}: Polynomial = (\n{lines})", flush=True)


def print_fit(fit: Fit) -> None:
    for kind, target in fit.targets:
        coefficients, error = fit_until(fit, target)
        print(f"\n# {fit.note}; error 2**{float(mp.log(error, 2)):.1f}")
        name = f"{fit.name}_{kind.upper()}"
        print_table(name, coefficients)
        if fit.long_constant:
            print(
                f"# What rounding took from the constant term.\n{name}_LOW = {parts(coefficients[0])[1]!r}"
            )


def print_quotient(fit: Quotient) -> None:
    numerator, denominator, error = fit_quotient(fit)
    print(f"\n# {fit.note}; error 2**{float(mp.log(error, 2)):.1f}")
    print_table(f"{fit.name}_ABOVE", numerator)
    print_table(f"{fit.name}_BELOW", denominator)


FAMILIES: dict[str, tuple[str, Callable[[], list[Any]]]] = {
    "gamma": ("gamma function and its relatives", gamma_fits),
    "erf": ("scaled and the inverse error functions", lambda: [*ERFCX_FITS, *inverse_erf_fits()]),
    "bessel": ("Bessel functions of orders 0 and 1", lambda: [*bessel_fits(0), *bessel_fits(1)]),
}


def print_roots(family: str) -> None:
    """Zeros in two parts."""
    if family == "gamma":
        print(f"\n# The root of psi, in two parts.\nPSI_ROOT = {parts(PSI_ROOT)!r}")
    if family == "bessel":
        print("\n# The squares of the first two positive zeros, in two parts.")
        for order in (0, 1):
            first, second = (parts(zero**2) for zero in zeros(order))
            print(f"J{order}_ZEROS = ({first!r}, {second!r})")


def main() -> None:
    """Prints a module of coefficients."""
    family = sys.argv[1]
    title, fits = FAMILIES[family]
    print(f'"""Tables of the {title}, lowest power first.\n')
    print(
        "Written by `benchmarks/fit_special_functions.py`; `MID` tables are evaluated in float64 for float32 functions,"
    )
    print('`ABOVE` and `BELOW` are numerator and denominator of a quotient.\n"""\n')
    print("from __future__ import annotations\n\nPolynomial = tuple[float, ...]")
    print_roots(family)
    for fit in fits():
        (print_quotient if isinstance(fit, Quotient) else print_fit)(fit)


if __name__ == "__main__":
    main()
