"""The functions that `expand-math` gives branches and loops: accuracy against mpmath, special values against SciPy."""

from __future__ import annotations

from collections.abc import Callable
from itertools import product
from typing import Any

import numpy as np
import pytest
import scipy.special
from mpmath import mp

from tests.lowering.elementary_functions import ulp_error
from tests.lowering.scalar_jit import CompiledLoop
from tir.dialects import math_special
from tir.lowering.expand_math.registry import WITH_LOOPS

Points = tuple[np.ndarray, np.ndarray]
_loops: dict[tuple[str, str], CompiledLoop] = {}


def compiled(op_class: type, dtype: str) -> CompiledLoop:
    key = (op_class.name, dtype)
    if key not in _loops:
        _loops[key] = CompiledLoop(op_class, dtype, 2)
    return _loops[key]


def gammainc(k: Any, x: Any) -> Any:
    """By its power series, whose terms are positive."""
    total = term = mp.mpf(1)
    n = 0
    while term > total * mp.eps:
        n += 1
        term *= x / (k + n)
        total += term
    return total * mp.exp(k * mp.log(x) - x - mp.loggamma(k + 1))


def gammaincc(k: Any, x: Any) -> Any:
    """What that lacks to 1, with as many more digits as cancel."""
    with mp.workprec(mp.prec + 40 + int(max(x - k, 0) * 1.5)):
        return 1 - gammainc(k, x)


def unit_of(op_class: type, order: Any, x: Any, value: Any) -> Any:
    """Between zeros of J, its error is small beside the amplitude."""
    if op_class is not math_special.JvOp or x < order:
        return value
    return mp.hypot(value, mp.bessely(order, abs(x)))


def within(low: float, high: float, rng: np.random.Generator) -> Points:
    return rng.uniform(low, high, 60), rng.uniform(low, high, 60)


def alike(low: float, high: float, rng: np.random.Generator) -> Points:
    first = np.exp(rng.uniform(np.log(low), np.log(high), 60))
    return first, first * rng.uniform(0.9, 1.1, 60)


def small(low: float, high: float, rng: np.random.Generator) -> Points:
    return 10 ** rng.uniform(low, high, 60), 10 ** rng.uniform(low, 1, 60)


def negative(low: float, high: float, rng: np.random.Generator) -> Points:
    return rng.uniform(low, 0, 60), rng.uniform(0, high, 60)


def integral(low: float, high: float, rng: np.random.Generator) -> Points:
    return np.floor(rng.uniform(low, high, 60)), rng.uniform(low, high, 60)


def higher(low: float, high: float, rng: np.random.Generator) -> Points:
    return rng.uniform(low, 3 * high, 60), rng.uniform(low, high, 60)


ORDERS = (
    *((within, 0, 5), (within, 0, 40), (within, 50, 600), (alike, 20, 300), (small, -9, 0)),
    *((negative, -8, 30), (integral, -12, 40), (higher, 1, 100)),
)
INCOMPLETE = (
    (within, 0.01, 3),
    (within, 0.1, 50),
    (within, 1, 300),
    (alike, 1, 1e4),
    (small, -9, 0),
)
CASES = [
    pytest.param(
        op_class, exact, points, most, id=f"{op_class.name}-{points[0].__name__}-{points[2]}"
    )
    for op_class, exact, regions, most in (
        (math_special.GammaincOp, gammainc, INCOMPLETE, 40),
        (math_special.GammainccOp, gammaincc, INCOMPLETE, 100),
        (math_special.IvOp, mp.besseli, ORDERS, 1000),
        (math_special.JvOp, mp.besselj, ORDERS, 1000),
    )
    for points in regions
]


@pytest.mark.parametrize(("op_class", "exact", "points", "most"), CASES)
def test_error(
    op_class: type, exact: Callable[..., Any], points: tuple[Any, float, float], most: float
) -> None:
    make, low, high = points
    arguments = make(low, high, np.random.default_rng(3))
    found = compiled(op_class, "float64")(*arguments)
    single = tuple(a.astype("float32") for a in arguments)
    found_single = compiled(op_class, "float32")(*single)
    with mp.workdps(40):
        for a, b, result in zip(*arguments, found, strict=True):
            wanted = exact(mp.mpf(a), mp.mpf(b))
            unit = unit_of(op_class, mp.mpf(a), mp.mpf(b), wanted)
            assert ulp_error(result, wanted, "float64", unit) < most, (a, b)
        for a, b, result in zip(*single, found_single, strict=True):
            wanted = exact(mp.mpf(float(a)), mp.mpf(float(b)))
            unit = unit_of(op_class, mp.mpf(float(a)), mp.mpf(float(b)), wanted)
            assert ulp_error(result, wanted, "float32", unit) < 0.51, (a, b)


EDGES = (0.0, -0.0, 1.0, -1.0, 0.5, -0.5, 2.0, -2.0, 3.0, -3.0, 1e5, -1e5, np.inf, -np.inf, np.nan)
SPECIAL = [
    (math_special.GammaincOp, scipy.special.gammainc),
    (math_special.GammainccOp, scipy.special.gammaincc),
    (math_special.IvOp, scipy.special.iv),
    (math_special.JvOp, scipy.special.jv),
]


@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize(("op_class", "reference"), SPECIAL, ids=lambda value: value.__name__)
def test_special_values(op_class: type, reference: np.ufunc, dtype: str) -> None:
    x, y = (np.array(c, dtype) for c in zip(*product(EDGES, EDGES), strict=True))
    found = compiled(op_class, dtype)(x, y)
    wanted = reference(x.astype("f8"), y.astype("f8"))
    if reference in (scipy.special.iv, scipy.special.jv):
        # SciPy's are NaN where something is infinite, and right to nine digits only for large arguments.
        compared = np.isfinite(x) & np.isfinite(y) & (np.abs(y) < 1e5)
        found, wanted = found[compared], wanted[compared]
    np.testing.assert_allclose(found, wanted, rtol=1e-11 if dtype == "float64" else 1e-6)


def test_infinite_arguments_and_orders_of_bessel_functions() -> None:
    orders = np.array([0, 3, 3, 0.5, 0.5, np.inf, np.inf, -np.inf, np.nan, 1])
    x = np.array([np.inf, np.inf, -np.inf, np.inf, -np.inf, 2, np.inf, 2, 1, np.nan])
    modified = [np.inf, np.inf, -np.inf, np.inf, np.nan, 0, np.nan, 0, np.nan, np.nan]
    np.testing.assert_array_equal(compiled(math_special.IvOp, "float64")(orders, x), modified)
    ordinary = [np.nan] * 5 + [0, np.nan, 0, np.nan, np.nan]
    np.testing.assert_array_equal(compiled(math_special.JvOp, "float64")(orders, x), ordinary)


@pytest.mark.parametrize(
    ("order", "x"),
    [(1e5, 1e5), (3000.5, 2990.0), (5e4, 7e4), (200.0, 1e6), (-40.5, 60.0), (2e4, 1.7e4)],
)
def test_large_orders_and_arguments(order: float, x: float) -> None:
    (found,) = compiled(math_special.JvOp, "float64")([order], [x])
    np.testing.assert_allclose(found, scipy.special.jv(order, x), rtol=1e-9)


def test_orders_beyond_the_largest_are_refused() -> None:
    found = compiled(math_special.JvOp, "float64")([1e9, 1e9, 1e300], [1.1e9, 1.0, 1.0])
    np.testing.assert_array_equal(found, [np.nan, 0, 0])


def test_large_parameters_of_incomplete_gamma_functions() -> None:
    k = np.array([1e300, 1e300, 1e18, 1e18, 1e6, 1e-300, 5e-324])
    x = np.array([1e299, 1.0, 1e20, 1e10, 1e300, 1e300, 1e-5])
    lower = [0, 0, 1, 0, 1, 1, 1]
    np.testing.assert_array_equal(compiled(math_special.GammaincOp, "float64")(k, x), lower)
    upper = compiled(math_special.GammainccOp, "float64")(k, x)
    np.testing.assert_allclose(upper, 1 - np.array(lower), atol=1e-300)


@pytest.mark.parametrize("op_class", [math_special.JvOp, math_special.IvOp])
def test_very_negative_orders_end(op_class: type) -> None:
    found = compiled(op_class, "float64")([-1e15 - 0.5, -300.5], [1.0, 1.5])
    np.testing.assert_array_equal(np.isinf(found), [True, True])


def test_all_are_tested() -> None:
    assert {op_class.name for op_class, _ in SPECIAL} == WITH_LOOPS
