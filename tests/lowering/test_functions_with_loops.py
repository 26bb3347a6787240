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


def within(low: float, high: float, rng: np.random.Generator) -> Points:
    return rng.uniform(low, high, 60), rng.uniform(low, high, 60)


def alike(low: float, high: float, rng: np.random.Generator) -> Points:
    first = np.exp(rng.uniform(np.log(low), np.log(high), 60))
    return first, first * rng.uniform(0.9, 1.1, 60)


def small(low: float, high: float, rng: np.random.Generator) -> Points:
    return 10 ** rng.uniform(low, high, 60), 10 ** rng.uniform(low, 1, 60)


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
            assert ulp_error(result, wanted, "float64") < most, (a, b)
        for a, b, result in zip(*single, found_single, strict=True):
            wanted = exact(mp.mpf(float(a)), mp.mpf(float(b)))
            assert ulp_error(result, wanted, "float32") < 0.51, (a, b)


EDGES = (0.0, -0.0, 1.0, -1.0, 0.5, -0.5, 2.0, -2.0, 3.0, -3.0, 1e5, -1e5, np.inf, -np.inf, np.nan)
SPECIAL = [
    (math_special.GammaincOp, scipy.special.gammainc),
    (math_special.GammainccOp, scipy.special.gammaincc),
]


@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize(("op_class", "reference"), SPECIAL, ids=lambda value: value.__name__)
def test_special_values(op_class: type, reference: np.ufunc, dtype: str) -> None:
    x, y = (np.array(c, dtype) for c in zip(*product(EDGES, EDGES), strict=True))
    found = compiled(op_class, dtype)(x, y)
    wanted = reference(x.astype("f8"), y.astype("f8"))
    np.testing.assert_allclose(found, wanted, rtol=1e-11 if dtype == "float64" else 1e-6)


def test_all_are_tested() -> None:
    assert {op_class.name for op_class, _ in SPECIAL} == WITH_LOOPS
