"""sin, cos and tan of a reduced argument.

The polynomials are arranged as in fdlibm (K. C. Ng, Sun Microsystems, 1993), with the low part of the
reduced argument entering the small terms. float32 arguments are reduced in float64; the tangent is also evaluated
there, sine and cosine in float32.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from xdsl.ir import SSAValue

from tir.lowering.expand_math import coefficients
from tir.lowering.expand_math.builder import ScalarBuilder
from tir.lowering.expand_math.formats import F32, F64
from tir.lowering.expand_math.trig_reduction import Reduced, reduce_f32, reduce_f64

Pair = tuple[SSAValue, SSAValue]


@dataclass(frozen=True)
class SinCos:
    """Sine and cosine of the reduced argument, each a number and a smaller correction."""

    sine: Pair
    cosine: Pair
    quadrant: SSAValue


def sin_cos(b: ScalarBuilder, reduced: Reduced) -> SinCos:
    """Both functions on `[-pi/4, pi/4]`; a reduced argument without a low part is from float32."""
    r, low = reduced.high, reduced.low
    short = low is None
    z = b.mul(r, r)
    half = b.mul(z, 0.5)
    sine_table = coefficients.SIN_MID if short else coefficients.SIN_F64
    cosine_table = coefficients.COS_MID if short else coefficients.COS_F64
    cubed = b.mul(r, z)
    main = b.sub(1.0, half)
    fourth = b.polynomial(z, cosine_table)
    if low is None:
        sine_tail = b.mul(cubed, b.polynomial(z, sine_table))
        cosine_tail = b.mul(b.mul(z, z), fourth)
    else:
        sine_tail = b.fma(cubed, b.polynomial(z, sine_table), b.fma(low, b.neg(half), low))
        lost = b.sub(b.sub(1.0, main), half)
        cosine_tail = b.add(lost, b.fma(b.mul(z, z), fourth, b.neg(b.mul(r, low))))
    return SinCos((r, sine_tail), (main, cosine_tail), reduced.quadrant)


def is_odd(b: ScalarBuilder, quadrant: SSAValue) -> SSAValue:
    """Whether sine and cosine change places."""
    return b.icompare("ne", b.iand(quadrant, 1), 0)


def choose(b: ScalarBuilder, condition: SSAValue, x: Pair, y: Pair) -> Pair:
    """One of two pairs."""
    return b.select(condition, x[0], y[0]), b.select(condition, x[1], y[1])


def sign_bit(b: ScalarBuilder) -> int:
    """The mask of the sign in a bit pattern."""
    return 1 << (b.format.int_type.width.data - 1)


def flip_sign(b: ScalarBuilder, x: SSAValue, quadrant: SSAValue, bit: int) -> SSAValue:
    """Negates `x` where the given bit of the quadrant is set."""
    moved = b.shift_left(quadrant, b.format.int_type.width.data - 1 - bit)
    return b.from_bits(b.ixor(b.to_bits(x), b.iand(moved, sign_bit(b))))


def finish(b: ScalarBuilder, argument: SSAValue, result: SSAValue, odd: bool) -> SSAValue:
    """Gives an odd function the argument's sign, and infinities a NaN."""
    if odd:
        sign = b.iand(b.to_bits(argument), sign_bit(b))
        result = b.from_bits(b.ixor(b.to_bits(result), sign))
    return b.select(b.compare("lt", b.abs(argument), math.inf), result, math.nan)


def sin_or_cos_f32(b: ScalarBuilder, x: SSAValue, turned: int, odd: bool) -> SSAValue:
    """The sine of `|x| + turned pi/2` for float32, with the sign of x for an odd function."""
    wide = b.in_format(F64)
    reduced = reduce_f32(wide, wide.abs(wide.widen(x)))
    r = b.narrow(reduced.high)
    quadrant = b.to_bits(b.add(b.narrow(reduced.quadrant), F32.rounder + turned))
    z = b.mul(r, r)
    sine = b.fma(b.mul(r, z), b.polynomial(z, coefficients.SIN_F32), r)
    cosine = b.fma(z, b.fma(z, b.polynomial(z, coefficients.COS_F32), -0.5), 1.0)
    result = flip_sign(b, b.select(is_odd(b, quadrant), cosine, sine), quadrant, 1)
    return finish(b, x, result, odd)


def sin_or_cos_f64(b: ScalarBuilder, x: SSAValue, turned: int, odd: bool) -> SSAValue:
    """The sine of `|x| + turned pi/2` for float64, with the sign of x for an odd function."""
    parts = sin_cos(b, reduce_f64(b, b.abs(x)))
    quadrant = b.iadd(parts.quadrant, turned) if turned else parts.quadrant
    head, tail = choose(b, is_odd(b, quadrant), parts.cosine, parts.sine)
    return finish(b, x, flip_sign(b, b.add(head, tail), quadrant, 1), odd)


def expand_sin(b: ScalarBuilder, x: SSAValue) -> SSAValue:
    """`sin(x)`"""
    expand = sin_or_cos_f32 if b.format is F32 else sin_or_cos_f64
    return expand(b, x, 0, odd=True)


def expand_cos(b: ScalarBuilder, x: SSAValue) -> SSAValue:
    """`cos(x)`, the sine one quadrant further"""
    expand = sin_or_cos_f32 if b.format is F32 else sin_or_cos_f64
    return expand(b, x, 1, odd=False)


def expand_tan(b: ScalarBuilder, x: SSAValue) -> SSAValue:
    """`tan(x)`, `-cot` in odd quadrants: a quotient of pairs"""
    if b.format is F64:
        parts = sin_cos(b, reduce_f64(b, b.abs(x)))
        return finish(b, x, quotient_of(b, parts, parts.quadrant, corrected=True), odd=True)
    wide = b.in_format(F64)
    parts = sin_cos(wide, reduce_f32(wide, wide.abs(wide.widen(x))))
    quadrant = wide.to_bits(wide.add(parts.quadrant, F64.rounder))
    return finish(b, x, b.narrow(quotient_of(wide, parts, quadrant, corrected=False)), odd=True)


def quotient_of(b: ScalarBuilder, parts: SinCos, quadrant: SSAValue, corrected: bool) -> SSAValue:
    """The tangent of the reduced argument, or its negative reciprocal in odd quadrants."""
    sine = b.fast_two_sum(*parts.sine)
    cosine = b.fast_two_sum(*parts.cosine)
    odd = is_odd(b, quadrant)
    numerator, numerator_low = choose(b, odd, cosine, sine)
    denominator, denominator_low = choose(b, odd, sine, cosine)
    inverse = b.div(1.0, denominator)
    quotient = b.mul(numerator, inverse)
    if corrected:
        negated = b.neg(quotient)
        rest = b.fma(negated, denominator_low, numerator_low)
        remainder = b.add(b.fma(negated, denominator, numerator), rest)
        quotient = b.fma(remainder, inverse, quotient)
    return flip_sign(b, quotient, quadrant, 0)
