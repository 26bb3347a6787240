"""psi and tri_gamma, the derivatives of `log gamma`.

With z as for gamma: from 1 to 3 `psi(z) = (z - root) P(t)` and `tri_gamma(z) = P(t) / z`, with polynomials of
`t = (z - 1.75)/(z + 1.75)`; from 3 on the first terms of the asymptotic series, and a polynomial of `1/z**2` for the others.
Below 1 come `psi(x) = psi(x + 1) - 1/x` and `tri_gamma(x) = tri_gamma(x + 1) + 1/x**2`.
"""

from __future__ import annotations

import math

from xdsl.ir import SSAValue

from tir.lowering.expand_math import gamma_coefficients as coefficients
from tir.lowering.expand_math.builder import ScalarBuilder
from tir.lowering.expand_math.gamma import (
    NEAR,
    PI,
    Shifted,
    moebius,
    quotient_of_pairs,
    shift_above_one,
    with_leading_term,
    with_rare,
)
from tir.lowering.expand_math.log import natural_log, split_exponent
from tir.lowering.expand_math.turns import sine_and_cosine_of_turns

PI_SQUARED = (9.869604401089358, 6.265295508739711e-16)


def psi_above_one(b: ScalarBuilder, at: Shifted, short: bool) -> SSAValue:
    """`psi(z)` for `z >= 1`"""
    near_table = coefficients.PSI_NEAR_MID if short else coefficients.PSI_NEAR_F64
    far_table = coefficients.PSI_FAR_MID if short else coefficients.PSI_FAR_F64
    root, root_low = coefficients.PSI_ROOT
    distance, low = b.two_sum(at.less_one, 1 - root)
    slope = with_leading_term(b, moebius(b, at.z), near_table)
    near = b.fma(distance, slope, b.mul(b.sub(low, root_low), slope))
    inverse = b.div(1.0, at.z)
    square = b.mul(inverse, inverse)
    rest = b.fma(square, b.polynomial(square, far_table), b.mul(inverse, 0.5))
    far = natural_log(b, split_exponent(b, at.z, subnormals=False), b.neg(rest))
    far = b.select(b.compare("lt", at.z, math.inf), far, at.z)
    return b.select(b.compare("lt", at.z, NEAR), near, far)


def psi_positive(b: ScalarBuilder, x: SSAValue, short: bool) -> SSAValue:
    """`psi(x)` for positive x."""
    at = shift_above_one(b, x)
    result = psi_above_one(b, at, short)
    return b.select(at.below, b.sub(result, b.div(1.0, x)), result)


def psi_reflected(b: ScalarBuilder, x: SSAValue, short: bool) -> SSAValue:
    """`psi(x) = psi(1 - x) - pi / tan(pi x)` for x that is zero or negative."""
    y = b.neg(x)
    at = Shifted(b.add(y, 1.0), y, b.compare("lt", y, 1.0))
    turns = sine_and_cosine_of_turns(b, y)
    cosine, cosine_low = b.fast_two_sum(*turns.cosine)
    product, low = b.two_product(cosine, PI[0])
    low = b.add(low, b.fma(cosine, PI[1], b.mul(cosine_low, PI[0])))
    main, rest = quotient_of_pairs(b, (product, low), b.fast_two_sum(*turns.sine))
    result = b.add(main, b.add(rest, psi_above_one(b, at, False)))
    result = b.select(b.compare("eq", b.floor(x), x), math.nan, result)
    return b.select(b.compare("eq", x, 0.0), b.div(-1.0, x), result)


def expand_psi(b: ScalarBuilder, x: SSAValue) -> SSAValue:
    """`psi(x)`; NaN at negative integers."""
    return with_rare(b, x, b.compare("le", x, 0.0), psi_positive, psi_reflected, "psi")


def tri_gamma_above_one(b: ScalarBuilder, z: SSAValue, short: bool) -> SSAValue:
    """`tri_gamma(z)` for `z >= 1`"""
    near_table = coefficients.TRI_GAMMA_NEAR_MID if short else coefficients.TRI_GAMMA_NEAR_F64
    far_table = coefficients.TRI_GAMMA_FAR_MID if short else coefficients.TRI_GAMMA_FAR_F64
    inverse = b.div(1.0, z)
    square = b.mul(inverse, inverse)
    rest = b.fma(inverse, b.polynomial(square, far_table), 0.5)
    # z times the result.
    far = b.fma(inverse, rest, 1.0)
    near = with_leading_term(b, moebius(b, b.at_most(z, NEAR)), near_table)
    return b.div(b.select(b.compare("lt", z, NEAR), near, far), z)


def tri_gamma_positive(b: ScalarBuilder, x: SSAValue, short: bool) -> SSAValue:
    """`tri_gamma(x)` for positive x."""
    at = shift_above_one(b, x)
    result = tri_gamma_above_one(b, at.z, short)
    inverse = b.div(1.0, x)
    return b.select(at.below, b.fma(inverse, inverse, result), result)


def tri_gamma_reflected(b: ScalarBuilder, x: SSAValue, short: bool) -> SSAValue:
    """`tri_gamma(x) = (pi / sin(pi x))**2 - tri_gamma(1 - x)` for x that is zero or negative."""
    y = b.neg(x)
    sine, sine_low = b.fast_two_sum(*sine_and_cosine_of_turns(b, y).sine)
    square, low = b.two_product(sine, sine)
    low = b.fma(b.add(sine, sine), sine_low, low)
    main, rest = quotient_of_pairs(b, PI_SQUARED, (square, low))
    other = tri_gamma_above_one(b, b.add(y, 1.0), False)
    result = b.add(main, b.sub(rest, other))
    return b.select(b.compare("eq", b.floor(x), x), math.inf, result)


def expand_tri_gamma(b: ScalarBuilder, x: SSAValue) -> SSAValue:
    """`tri_gamma(x)`; inf at zero and negative integers."""
    rare = b.compare("le", x, 0.0)
    return with_rare(b, x, rare, tri_gamma_positive, tri_gamma_reflected, "tri_gamma")
