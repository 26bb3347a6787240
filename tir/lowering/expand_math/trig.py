"""sin, cos and tan of a reduced argument.

The polynomials are arranged as in fdlibm (K. C. Ng, Sun Microsystems, 1993), with the low part of the
reduced argument entering the small terms. float32 arguments are reduced in float64; the tangent is also evaluated
there, sine and cosine in float32.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

from xdsl.ir import SSAValue

from tir.lowering.expand_math import coefficients
from tir.lowering.expand_math.builder import ScalarBuilder
from tir.lowering.expand_math.formats import F64
from tir.lowering.expand_math.trig_reduction import (
    FAR_F32,
    FAR_F64,
    FAR_WIDE,
    Reduced,
    reduce_far_f32,
    reduce_far_f64,
    reduce_near_f32,
    reduce_near_f64,
    reduce_wide,
)

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
    # A sign bit as a condition is free.
    last = b.shift_left(quadrant, b.format.int_type.width.data - 1)
    return b.icompare("slt", last, 0)


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


def with_sign(b: ScalarBuilder, argument: SSAValue, result: SSAValue) -> SSAValue:
    """Turns the result for `|argument|` into that of an odd function."""
    sign = b.iand(b.to_bits(argument), sign_bit(b))
    return b.from_bits(b.ixor(b.to_bits(result), sign))


def nan_at_infinity(b: ScalarBuilder, argument: SSAValue, result: SSAValue) -> SSAValue:
    """The result, but NaN for an infinite argument."""
    return b.select(b.compare("lt", b.abs(argument), math.inf), result, math.nan)


def sine_of_wide(b: ScalarBuilder, reduced: Reduced, turned: int) -> SSAValue:
    """The sine of a reduced argument `turned` quadrants further."""
    parts = sin_cos(b, reduced)
    quadrant = b.iadd(parts.quadrant, turned) if turned else parts.quadrant
    head, tail = choose(b, is_odd(b, quadrant), parts.cosine, parts.sine)
    return flip_sign(b, b.add(head, tail), quadrant, 1)


def near_sine(b: ScalarBuilder, x: SSAValue, turned: int) -> SSAValue:
    """The sine of `x + turned pi/2` for a non-negative x that is not far."""
    if b.format is F64:
        return sine_of_wide(b, reduce_near_f64(b, x), turned)
    quadrant, r = reduce_near_f32(b, x)
    if turned:
        quadrant = b.iadd(quadrant, turned)
    z = b.mul(r, r)
    sine = b.fma(b.mul(r, z), b.polynomial(z, coefficients.SIN_F32), r)
    cosine = b.fma(z, b.fma(z, b.polynomial(z, coefficients.COS_F32), -0.5), 1.0)
    return flip_sign(b, b.select(is_odd(b, quadrant), cosine, sine), quadrant, 1)


def far_sine(b: ScalarBuilder, x: SSAValue, turned: int) -> SSAValue:
    """The same for any x."""
    if b.format is F64:
        return sine_of_wide(b, reduce_far_f64(b, x), turned)
    wide = b.in_format(F64)
    return b.narrow(sine_of_wide(wide, reduce_far_f32(wide, wide.widen(x)), turned))


def expand_sin(b: ScalarBuilder, x: SSAValue) -> SSAValue:
    """`sin(x)`"""

    def far(b: ScalarBuilder, x: SSAValue) -> SSAValue:
        return nan_at_infinity(b, x, with_sign(b, x, far_sine(b, b.abs(x), 0)))

    size = b.abs(x)
    near = with_sign(b, x, near_sine(b, size, 0))
    is_far = b.compare("ge", size, FAR_F64 if b.format is F64 else FAR_F32)
    return b.unless(is_far, near, x, far, "sin.far")


def expand_cos(b: ScalarBuilder, x: SSAValue) -> SSAValue:
    """`cos(x)`, the sine one quadrant further"""

    def far(b: ScalarBuilder, x: SSAValue) -> SSAValue:
        return nan_at_infinity(b, x, far_sine(b, b.abs(x), 1))

    size = b.abs(x)
    is_far = b.compare("ge", size, FAR_F64 if b.format is F64 else FAR_F32)
    return b.unless(is_far, near_sine(b, size, 1), x, far, "cos.far")


def expand_tan(b: ScalarBuilder, x: SSAValue) -> SSAValue:
    """`tan(x)`, `-cot` in odd quadrants: a quotient of pairs"""

    def far(b: ScalarBuilder, x: SSAValue) -> SSAValue:
        reduction = reduce_far_f64 if b.format is F64 else reduce_far_f32
        return nan_at_infinity(b, x, with_sign(b, x, tangent(b, b.abs(x), reduction)))

    is_double = b.format is F64
    size = b.abs(x)
    near = with_sign(b, x, tangent(b, size, reduce_near_f64 if is_double else reduce_wide))
    is_far = b.compare("ge", size, FAR_F64 if is_double else FAR_WIDE)
    return b.unless(is_far, near, x, far, "tan.far")


def tangent(
    b: ScalarBuilder, x: SSAValue, reduction: Callable[[ScalarBuilder, SSAValue], Reduced]
) -> SSAValue:
    """The tangent of a non-negative x, in float64."""
    wide = b.in_format(F64)
    is_double = b.format is F64
    parts = sin_cos(wide, reduction(wide, x if is_double else wide.widen(x)))
    result = quotient_of(wide, parts, parts.quadrant, corrected=is_double)
    return result if is_double else b.narrow(result)


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
