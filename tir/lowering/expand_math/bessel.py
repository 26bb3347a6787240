"""Bessel functions of orders 0 and 1, ordinary and modified.

J: up to 8 a polynomial in `64 - x**2` and the distances from the first two zeros; from there Hankel's expansion,
`sqrt(1/(pi x)) (P (cos x' + sin x') + ...)` with polynomials in `1/x**2`. Between later zeros the error is small beside the amplitude.

I: up to 7.75 a polynomial in `x**2`, corrected for what rounding takes from the square; from there `exp(x)/sqrt(x)` times a
polynomial in `1/x - 33/512`.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from xdsl.ir import SSAValue

from tir.lowering.expand_math import bessel_coefficients as coefficients
from tir.lowering.expand_math.builder import ScalarBuilder
from tir.lowering.expand_math.exp import exp_parts, simple_parts
from tir.lowering.expand_math.formats import F64
from tir.lowering.expand_math.gamma import in_double, upward, with_leading_term
from tir.lowering.expand_math.trig import Pair, choose, flip_sign, is_odd, sin_cos
from tir.lowering.expand_math.trig_reduction import (
    FAR_F64,
    FAR_WIDE,
    Reduced,
    reduce_far_f32,
    reduce_far_f64,
    reduce_near_f64,
    reduce_wide,
)

ORDINARY_NEAR = 8.0
TINY = 2.0**-9
"""Below, three terms of the power series are enough."""
MODIFIED_NEAR = 7.75
MODIFIED_CENTER = 33 / 512
MODIFIED_OVERFLOW = 720.0

Table = tuple[float, ...]


@dataclass(frozen=True)
class Ordinary:
    """The tables of one order of J."""

    near: Table
    zeros: tuple[tuple[float, float], tuple[float, float]]
    p: Table
    q: Table


@dataclass(frozen=True)
class Modified:
    """The tables of one order of I."""

    near: Table
    slope: Table
    far: Table


def ordinary_tables(order: int, short: bool) -> Ordinary:
    """Those for float64, or short ones for float32."""
    c = coefficients
    if order == 0:
        if short:
            return Ordinary(c.J0_NEAR_MID, c.J0_ZEROS, c.J0_P_MID, c.J0_Q_MID)
        return Ordinary(c.J0_NEAR_F64, c.J0_ZEROS, c.J0_P_F64, c.J0_Q_F64)
    if short:
        return Ordinary(c.J1_NEAR_MID, c.J1_ZEROS, c.J1_P_MID, c.J1_Q_MID)
    return Ordinary(c.J1_NEAR_F64, c.J1_ZEROS, c.J1_P_F64, c.J1_Q_F64)


def modified_tables(order: int, short: bool) -> Modified:
    """Those for float64, or short ones for float32."""
    c = coefficients
    if order == 0:
        if short:
            return Modified(c.I0_NEAR_MID, (), c.I0_FAR_MID)
        return Modified(c.I0_NEAR_F64, c.I0_SLOPE_F64, c.I0_FAR_F64)
    if short:
        return Modified(c.I1_NEAR_MID, (), c.I1_FAR_MID)
    return Modified(c.I1_NEAR_F64, c.I1_SLOPE_F64, c.I1_FAR_F64)


def ordinary_near(b: ScalarBuilder, x: SSAValue, order: int, short: bool) -> SSAValue:
    """`J(x)` for `0 <= x <= 8`"""
    tables = ordinary_tables(order, short)
    result = b.polynomial(b.fma(b.neg(x), x, ORDINARY_NEAR**2), tables.near)
    if order == 1:
        result = b.mul(result, x)
    square, low = b.two_product(x, x)
    first, second = (_distance(b, square, low, zero) for zero in tables.zeros)
    product, error = b.two_product(first[0], second[0])
    error = b.add(error, b.fma(first[0], second[1], b.mul(first[1], second[0])))
    result = b.fma(result, product, b.mul(result, error))
    scale = b.mul(x, 0.5) if order == 1 else 1.0
    series = b.fma(square, 1 / 64 if order == 0 else 1 / 192, -0.25 / (order + 1))
    series = b.fma(b.mul(square, scale), series, scale)
    return b.select(b.compare("lt", x, TINY), series, result)


def _distance(b: ScalarBuilder, x: SSAValue, low: SSAValue, zero: tuple[float, float]) -> Pair:
    """`x + low - zero`"""
    head, error = b.two_sum(x, -zero[0])
    return b.fast_two_sum(head, b.add(error, b.sub(low, zero[1])))


def ordinary_far(
    b: ScalarBuilder, x: SSAValue, reduced: Reduced, order: int, short: bool
) -> SSAValue:
    """`J(x)` for `x >= 8`"""
    tables = ordinary_tables(order, short)
    parts = sin_cos(b, reduced)
    odd = is_odd(b, parts.quadrant)
    sine = _signed(b, choose(b, odd, parts.cosine, parts.sine), parts.quadrant)
    next_quadrant = b.iadd(parts.quadrant, 1)
    cosine = _signed(b, choose(b, odd, parts.sine, parts.cosine), next_quadrant)
    total = _sum(b, cosine, sine)
    difference = _sum(b, sine, (b.neg(cosine[0]), b.neg(cosine[1])))
    inverse = b.div(1.0, x)
    square = b.mul(inverse, inverse)
    p = with_leading_term(b, square, tables.p)
    q = b.mul(inverse, b.polynomial(square, tables.q))
    # Of J1, the phase is a quarter turn less.
    main, other = (total, b.neg(difference)) if order == 0 else (difference, total)
    return b.mul(b.fma(p, main, b.mul(q, other)), b.sqrt(b.mul(inverse, 1 / math.pi)))


def _signed(b: ScalarBuilder, x: Pair, quadrant: SSAValue) -> Pair:
    return flip_sign(b, x[0], quadrant, 1), flip_sign(b, x[1], quadrant, 1)


def _sum(b: ScalarBuilder, x: Pair, y: Pair) -> SSAValue:
    head, error = b.two_sum(x[0], y[0])
    return b.add(head, b.add(error, b.add(x[1], y[1])))


def expand_ordinary(b: ScalarBuilder, x: SSAValue, order: int) -> SSAValue:
    """`J0(x)` or `J1(x)`"""

    def usual(b: ScalarBuilder, x: SSAValue, short: bool) -> SSAValue:
        size = b.abs(x)
        reduced = (reduce_wide if short else reduce_near_f64)(b, size)
        far = ordinary_far(b, size, reduced, order, short)
        near = ordinary_near(b, b.at_most(size, ORDINARY_NEAR), order, short)
        return odd(b, x, b.select(b.compare("lt", size, ORDINARY_NEAR), near, far))

    def rare(b: ScalarBuilder, x: SSAValue, short: bool) -> SSAValue:
        size = b.abs(x)
        reduced = (reduce_far_f32 if short else reduce_far_f64)(b, size)
        result = odd(b, x, ordinary_far(b, size, reduced, order, short))
        return b.select(b.compare("lt", size, math.inf), result, math.nan)

    def odd(b: ScalarBuilder, x: SSAValue, result: SSAValue) -> SSAValue:
        if order == 0:
            return result
        return b.select(b.icompare("slt", b.to_bits(x), 0), b.neg(result), result)

    limit = FAR_F64 if b.format is F64 else FAR_WIDE
    is_far = b.compare("ge", b.abs(x), limit)
    name = f"j{order}.far"
    return b.unless(is_far, in_double(b, x, usual), x, lambda b, x: in_double(b, x, rare), name)


def expand_j0(b: ScalarBuilder, x: SSAValue) -> SSAValue:
    """`J0(x)`"""
    return expand_ordinary(b, x, 0)


def expand_j1(b: ScalarBuilder, x: SSAValue) -> SSAValue:
    """`J1(x)`"""
    return expand_ordinary(b, x, 1)


def modified_near(b: ScalarBuilder, x: SSAValue, order: int, short: bool) -> SSAValue:
    """`I(x)` for `0 <= x <= 7.75`"""
    tables = modified_tables(order, short)
    scale = 1.0 if order == 0 else b.mul(x, 0.5)
    if short:
        square = b.mul(x, x)
        return b.fma(b.mul(square, scale), b.polynomial(square, tables.near), scale)
    square, low = b.two_product(x, x)
    result = b.fma(b.mul(square, scale), b.polynomial(square, tables.near), scale)
    return b.fma(b.mul(low, b.polynomial(square, tables.slope)), result, result)


def modified_far(b: ScalarBuilder, x: SSAValue, order: int, short: bool) -> SSAValue:
    """`I(x)` for `x >= 7.75`"""
    tables = modified_tables(order, short)
    bounded = b.at_most(x, MODIFIED_OVERFLOW)
    scaling = upward(b)
    root = b.sqrt(bounded)
    factor = b.div(
        with_leading_term(b, b.sub(b.div(1.0, bounded), MODIFIED_CENTER), tables.far), root
    )
    if short:
        parts = simple_parts(b, bounded, scaling.rounder)
    else:
        parts = exp_parts(b, bounded, None, scaling.rounder)
        # What rounding took from the root.
        lost = b.div(b.fma(b.neg(root), root, bounded), b.mul(bounded, 2.0))
        factor = b.fma(b.neg(lost), factor, factor)
    power = b.power_of_two(parts.shifted)
    return b.mul(b.mul(b.fma(parts.tail, factor, factor), power), scaling.factor)


def expand_modified(b: ScalarBuilder, x: SSAValue, order: int) -> SSAValue:
    """`I0(x)` or `I1(x)`"""

    def function(b: ScalarBuilder, x: SSAValue, short: bool) -> SSAValue:
        size = b.abs(x)
        near = modified_near(b, b.at_most(size, MODIFIED_NEAR), order, short)
        far = modified_far(b, size, order, short)
        result = b.select(b.compare("lt", size, MODIFIED_NEAR), near, far)
        return result if order == 0 else b.with_sign_of(result, x)

    return in_double(b, x, function)


def expand_i0(b: ScalarBuilder, x: SSAValue) -> SSAValue:
    """`I0(x)`"""
    return expand_modified(b, x, 0)


def expand_i1(b: ScalarBuilder, x: SSAValue) -> SSAValue:
    """`I1(x)`"""
    return expand_modified(b, x, 1)
