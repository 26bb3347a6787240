"""sin, cos and tan of a reduced argument.

The polynomials are arranged as in fdlibm (K. C. Ng, Sun Microsystems, 1993), with the low part of the
reduced argument entering the small terms. float32 functions are evaluated in float64.
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


def flip_sign(b: ScalarBuilder, x: SSAValue, quadrant: SSAValue, bit: int) -> SSAValue:
    """Negates `x` where the given bit of the quadrant is set."""
    sign = b.iand(b.shift_left(quadrant, b.format.int_type.width.data - 1 - bit), SIGN_BIT)
    return b.from_bits(b.ixor(b.to_bits(x), sign))


SIGN_BIT = 1 << 63


def finish(b: ScalarBuilder, argument: SSAValue, result: SSAValue, odd: bool) -> SSAValue:
    """Gives an odd function the argument's sign, infinities a NaN, and float32 its own type back."""
    wide = b.in_format(F64) if b.format is F32 else b
    if odd:
        sign = wide.iand(wide.to_bits(argument), SIGN_BIT)
        result = wide.from_bits(wide.ixor(wide.to_bits(result), sign))
    result = wide.select(wide.compare("lt", wide.abs(argument), math.inf), result, math.nan)
    return wide.narrow(result) if b.format is F32 else result


def prepared(b: ScalarBuilder, x: SSAValue) -> tuple[ScalarBuilder, SSAValue, SinCos]:
    """The float64 builder and argument, and sine and cosine of `|x|` reduced."""
    if b.format is F32:
        wide = b.in_format(F64)
        argument = wide.widen(x)
        return wide, argument, sin_cos(wide, reduce_f32(wide, wide.abs(argument)))
    return b, x, sin_cos(b, reduce_f64(b, b.abs(x)))


def expand_sin(b: ScalarBuilder, x: SSAValue) -> SSAValue:
    """`sin(x)`"""
    wide, argument, parts = prepared(b, x)
    head, tail = choose(wide, is_odd(wide, parts.quadrant), parts.cosine, parts.sine)
    result = flip_sign(wide, wide.add(head, tail), parts.quadrant, 1)
    return finish(b, argument, result, odd=True)


def expand_cos(b: ScalarBuilder, x: SSAValue) -> SSAValue:
    """`cos(x)`, the sine one quadrant further"""
    wide, argument, parts = prepared(b, x)
    quadrant = wide.iadd(parts.quadrant, 1)
    head, tail = choose(wide, is_odd(wide, quadrant), parts.cosine, parts.sine)
    result = flip_sign(wide, wide.add(head, tail), quadrant, 1)
    return finish(b, argument, result, odd=False)


def expand_tan(b: ScalarBuilder, x: SSAValue) -> SSAValue:
    """`tan(x)`, `-cot` in odd quadrants: a quotient of pairs"""
    wide, argument, parts = prepared(b, x)
    sine = wide.fast_two_sum(*parts.sine)
    cosine = wide.fast_two_sum(*parts.cosine)
    odd = is_odd(wide, parts.quadrant)
    numerator, numerator_low = choose(wide, odd, cosine, sine)
    denominator, denominator_low = choose(wide, odd, sine, cosine)
    inverse = wide.div(1.0, denominator)
    quotient = wide.mul(numerator, inverse)
    if b.format is F64:
        negated = wide.neg(quotient)
        rest = wide.fma(negated, denominator_low, numerator_low)
        remainder = wide.add(wide.fma(negated, denominator, numerator), rest)
        quotient = wide.fma(remainder, inverse, quotient)
    return finish(b, argument, flip_sign(wide, quotient, parts.quadrant, 0), odd=True)
