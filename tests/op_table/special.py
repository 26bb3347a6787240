"""Rows of the special functions, whose oracle is SciPy."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import mpmath
import numpy as np
import scipy.special

from tests.op_table.elementwise import (
    FLOAT_FUNCTION_DTYPES,
    BinarySamples,
    binary,
    float_dtype,
    float_unary,
)
from tests.op_table.row import Array, Row
from tests.op_table.samples import vector
from tir.dialects.tir import special
from tir.graph.builders import special as build


def _tri_gamma(x: Array) -> Array:
    return scipy.special.polygamma(1, x)


def _bessel(function: Callable[..., Any], order: int) -> Callable[[Array], Array]:
    """mpmath's function: SciPy's is far off for large arguments."""

    def value(x: float) -> float:
        if not np.isfinite(x):
            return np.nan if function is mpmath.besselj else x if order else abs(x)
        return float(function(order, x))

    return np.vectorize(value, otypes=["float64"])


def _once(row: Row) -> Row:
    """A function whose derivative has none."""
    return replace(row, gradients=tuple(replace(g, orders=1) for g in row.gradients))


def _undifferentiable(row: Row) -> Row:
    return replace(row, undefined_gradient=True)


def _in_double(function: Callable[..., Any]) -> Callable[[Array, Array], Array]:
    def apply(x: Array, y: Array) -> Array:
        dtype = float_dtype(x.dtype.name, y.dtype.name)
        return function(x.astype("float64"), y.astype("float64")).astype(dtype)

    return apply


def _moderate(dtype: str, shift: int) -> Array:
    """Values without the largest integers: for those the functions take long, and are SciPy's to a few digits."""
    values = vector(dtype, shift=shift)
    return values if values.dtype.kind in "bf" else (values % 23).astype(dtype)


_MODERATE = BinarySamples(lambda dtype: _moderate(dtype, 0), lambda dtype: _moderate(dtype, 5))


def _with_infinity(
    function: Callable[[Array, Array], Array], at_infinity: float
) -> Callable[[Array, Array], Array]:
    """SciPy's function; for infinite arguments, and orders, the limit or NaN."""

    def apply(order: Array, x: Array) -> Array:
        integral = np.floor(order) == order
        defined = ~(np.isnan(order) | np.isnan(x) | ((x < 0) & ~integral))
        odd = np.where(integral & (x < 0) & (order % 2 == 1), -1.0, 1.0)
        result = np.where(np.isinf(x) & defined, at_infinity * odd, function(order, x))
        beyond = np.where(np.isinf(x), np.nan, 0.0)
        return np.where(np.isinf(order) & defined, beyond, result)

    return apply


# Between the poles, and near zeros, several terms cancel.
ROWS: tuple[Row, ...] = (
    float_unary(special.GammalnOp, build.gammaln, scipy.special.gammaln, (0.5, 4), ulps=200),
    float_unary(special.GammaOp, build.gamma, scipy.special.gamma, (0.5, 4), ulps=20),
    _once(float_unary(special.PsiOp, build.psi, scipy.special.psi, (0.5, 4), ulps=200)),
    _undifferentiable(float_unary(special.TriGammaOp, build.tri_gamma, _tri_gamma, None, ulps=16)),
    float_unary(special.ErfinvOp, build.erfinv, scipy.special.erfinv, (-0.9, 0.9)),
    float_unary(special.ErfcinvOp, build.erfcinv, scipy.special.erfcinv, (0.1, 1.9), ulps=16),
    float_unary(special.ErfcxOp, build.erfcx, scipy.special.erfcx, ulps=8),
    float_unary(special.J0Op, build.j0, _bessel(mpmath.besselj, 0), ulps=500),
    float_unary(special.J1Op, build.j1, _bessel(mpmath.besselj, 1), ulps=500),
    float_unary(special.I0Op, build.i0, _bessel(mpmath.besseli, 0), ulps=16),
    float_unary(special.I1Op, build.i1, _bessel(mpmath.besseli, 1), ulps=16),
    *(
        binary(
            op,
            function,
            _in_double(oracle),
            FLOAT_FUNCTION_DTYPES,
            ((0.5, 3.0), (0.5, 3.0)),
            samples=_MODERATE,
            ulps=8000,
            wrt=(1,),
        )
        for op, function, oracle in (
            (special.GammaincOp, build.gammainc, scipy.special.gammainc),
            (special.GammainccOp, build.gammaincc, scipy.special.gammaincc),
        )
    ),
    *(
        binary(
            op,
            function,
            _in_double(_with_infinity(oracle, at_infinity)),
            FLOAT_FUNCTION_DTYPES,
            ((0.5, 3.0), (0.5, 3.0)),
            samples=_MODERATE,
            ulps=1e5,
            wrt=(1,),
        )
        for op, function, oracle, at_infinity in (
            (special.JvOp, build.jv, scipy.special.jv, np.nan),
            (special.IvOp, build.iv, scipy.special.iv, np.inf),
        )
    ),
)
