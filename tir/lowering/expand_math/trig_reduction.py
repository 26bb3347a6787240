"""Reduction of trigonometric arguments to `[-pi/4, pi/4]`, at any size.

float64: a three-part pi/2 up to 2**20 (W. J. Cody and W. Waite; fused, so that the first part may have all bits), and beyond
it the window of 1/(2 pi) that matters at the argument's exponent, multiplied in integers (M. Payne and R. Hanek, "Radian reduction for
trigonometric functions", SIGNUM Newsletter 18, 1983). The window is found by a chain of selects, so
that there is no table in memory.

float32: a three-part pi/2 up to 2**16, and beyond it, in float64, seven words of 29 bits of 1/(2 pi), whose products
with a float32 are exact, and each of which gives up its whole turns by itself.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from xdsl.ir import SSAValue

from tir.lowering.expand_math.builder import ScalarBuilder
from tir.lowering.expand_math.formats import F64

TURN_WORDS_29 = (
    float.fromhex("0x1.45f306c000000p-3"),
    float.fromhex("0x1.c9c882a000000p-31"),
    float.fromhex("0x1.4fe13a8000000p-61"),
    float.fromhex("0x1.f47d4d3000000p-88"),
    float.fromhex("0x1.dc0db62000000p-118"),
    float.fromhex("0x1.2b32788000000p-147"),
    float.fromhex("0x1.c820ff0000000p-177"),
)
"""1/(2 pi) in words of 29 bits."""

TURN_WORDS_64 = (
    0x0000000028BE60DB,
    0x9391054A7F09D5F4,
    0x7D4D377036D8A566,
    0x4F10E4107F9458EA,
    0xF7AEF1586DC91B8E,
    0x909374B801924BBA,
    0x827464873F877AC7,
    0x2C4A69CFBA208D7D,
    0x4BAED1213A671C09,
    0xAD17DF904E64758E,
    0x60D4CE7D272117E2,
    0xEF7E4A0EC7FE25FF,
    0xF7816603FBCBC462,
    0xD6829B47DB4D9FB3,
    0xC9F2C26DD3D18FD9,
    0xA797FA8B5D49EEB1,
    0xFAF97C5ECF41CE7D,
    0xE294A4BA9AFED7EC,
    0x47E357421580CC11,
)
"""The bits of 1/(2 pi) after the binary point, 32 zeros before them, in words of 64."""

PI_2_PARTS = (
    float.fromhex("0x1.921fb54442d18p+0"),
    float.fromhex("0x1.1a62633100000p-54"),
    float.fromhex("0x1.1701b839a2520p-88"),
)
"""pi/2: 53 bits, of which the last is `2**-49`; 33 bits, of which the last is `2**-86`; the rest, to `2**-141`."""

PI_2_PARTS_F32 = (
    float.fromhex("0x1.921fb60000000p+0"),
    float.fromhex("-0x1.777a5c0000000p-25"),
    float.fromhex("-0x1.ee59da0000000p-50"),
)
"""pi/2: three times 24 bits."""

FAR_F64 = 2.0**20
"""From here on Cody and Waite's reduction of a float64 is not exact enough."""

FAR_F32 = 2.0**16
"""The same for a float32, in float32."""

FAR_WIDE = 2.0**24
"""The same for a float32, in float64."""

PI_2 = (math.pi / 2, 6.123233995736766e-17)
LOW_32 = 0xFFFFFFFF


@dataclass(frozen=True)
class Reduced:
    """`x = quadrant pi/2 + high + low`; of an integer quadrant only the low bits mean anything.

    `low` is about half a unit in the last place of `high` at most, so that its square and less matter to no function; of the
    smallest sums it may be `2**-7`.
    """

    quadrant: SSAValue
    high: SSAValue
    low: SSAValue | None


def reduce_near_f32(b: ScalarBuilder, x: SSAValue) -> tuple[SSAValue, SSAValue]:
    """The quadrant and what is left of a float32 in `[0, FAR_F32)`.

    The first difference is exact, as both of its terms are multiples of the last place of pi/2.
    """
    rounded = b.fma(x, 2 / math.pi, b.format.rounder)
    count = b.neg(b.sub(rounded, b.format.rounder))
    r = x
    for part in PI_2_PARTS_F32:
        r = b.fma(count, part, r)
    return b.to_bits(rounded), r


def reduce_wide(b: ScalarBuilder, x: SSAValue) -> Reduced:
    """Reduces a non-negative float32 below `FAR_WIDE` that was widened; `b` builds float64."""
    rounded = b.fma(x, 2 / math.pi, F64.rounder)
    count = b.neg(b.sub(rounded, F64.rounder))
    r = b.fma(count, PI_2[1], b.fma(count, PI_2[0], x))
    return Reduced(b.to_bits(rounded), r, None)


def reduce_far_f32(b: ScalarBuilder, x: SSAValue) -> Reduced:
    """Reduces a non-negative float32 that was widened; `b` builds float64."""
    fractions = []
    for word in TURN_WORDS_29[:5]:
        turns = b.mul(x, word)
        fractions.append(b.sub(turns, b.round_even(turns)))
    rest = b.mul(x, TURN_WORDS_29[6])
    rest = b.fma(x, TURN_WORDS_29[5], rest)
    total = fractions[0]
    for fraction in fractions[1:]:
        total = b.add(total, fraction)
    quarters = b.sub(b.fma(total, 4.0, F64.rounder), F64.rounder)
    # Taking the quarter turns from the leading fraction keeps the sums exact where they cancel.
    turn = b.fma(quarters, -0.25, fractions[0])
    for fraction in (*fractions[1:], rest):
        turn = b.add(turn, fraction)
    quadrant = b.to_bits(b.add(quarters, F64.rounder))
    return Reduced(quadrant, b.mul(turn, 2 * math.pi), None)


def reduce_near_f64(b: ScalarBuilder, x: SSAValue) -> Reduced:
    """Reduces a float64 in `[0, FAR_F64)`.

    The first difference is exact: it is below 1, and a multiple of `2**-53` as x and the first part are. What the second part
    takes from it is below `2**-34`, and a multiple of `2**-86` as all that follows: so `first - high` is exact, and so is
    what rounding took from `high`. The third part takes less than `2**-68`, which rounds to `2**-121`; no float64 is nearer than
    `2**-61` to a multiple of pi/2.
    """
    rounded = b.fma(x, 2 / math.pi, F64.rounder)
    count = b.neg(b.sub(rounded, F64.rounder))
    first = b.fma(count, PI_2_PARTS[0], x)
    high = b.fma(count, PI_2_PARTS[1], first)
    low = b.fma(count, PI_2_PARTS[1], b.sub(first, high))
    return Reduced(b.to_bits(rounded), high, b.fma(count, PI_2_PARTS[2], low))


def turn_window(b: ScalarBuilder, position: SSAValue) -> list[SSAValue]:
    """192 bits of `TURN_WORDS_64` from a bit position on, in three words."""
    words: list[SSAValue | int] = list(TURN_WORDS_64)
    step = 8
    while step:
        taken = b.icompare("ne", b.iand(position, step * 64), 0)
        words = [b.iselect(taken, words[i + step], words[i]) for i in range(len(words) - step)]
        step //= 2
    shift = b.iand(position, 63)
    back = b.isub(63, shift)
    shifted = []
    for i in range(3):
        upper, lower = b.integer(words[i]), b.integer(words[i + 1])
        # Two shifts, because one by 64 would be undefined.
        filled = b.shift_right(b.shift_right(lower, 1), back)
        shifted.append(b.ior(b.shift_left(upper, shift), filled))
    return shifted


def multiply_fraction(
    b: ScalarBuilder, mantissa: SSAValue, window: list[SSAValue]
) -> tuple[SSAValue, SSAValue]:
    """The top 128 bits of `mantissa * window` modulo `2**192`, the lowest few inexact."""
    limbs: list[SSAValue] = []
    for word in reversed(window):
        limbs += [b.iand(word, LOW_32), b.shift_right(word, 32)]
    low, high = b.iand(mantissa, LOW_32), b.shift_right(mantissa, 32)
    result: dict[int, SSAValue] = {}
    carry = b.shift_right(b.imul(low, limbs[1]), 32)
    for column in range(2, 6):
        column_sum = b.iadd(b.imul(low, limbs[column]), carry)
        result[column] = b.iand(column_sum, LOW_32) if column < 5 else column_sum
        carry = b.shift_right(column_sum, 32) if column < 5 else carry
    carry = b.shift_right(b.imul(high, limbs[0]), 32)
    for column in range(2, 6):
        column_sum = b.iadd(b.iadd(b.imul(high, limbs[column - 1]), result[column]), carry)
        result[column] = b.iand(column_sum, LOW_32) if column < 5 else column_sum
        carry = b.shift_right(column_sum, 32) if column < 5 else carry
    return (
        b.ior(b.shift_left(result[5], 32), result[4]),
        b.ior(b.shift_left(result[3], 32), result[2]),
    )


def reduce_far_f64(b: ScalarBuilder, x: SSAValue) -> Reduced:
    """Reduces a finite float64 of at least `FAR_F64`."""
    bits = b.to_bits(x)
    position = b.isub(b.shift_right(bits, 52), 1075 - 32)
    mantissa = b.ior(b.iand(bits, (1 << 52) - 1), 1 << 52)
    top, bottom = multiply_fraction(b, mantissa, turn_window(b, position))
    quadrant = b.shift_right(b.iadd(b.shift_right(top, 61), 1), 1)
    # What is left of a quadrant, as a signed fixed-point number of 64 + 64 bits.
    fraction = b.ior(b.shift_left(top, 2), b.shift_right(bottom, 62))
    upper = b.ixor(b.shift_right(fraction, 32), 1 << 31)
    first = b.mul(b.small_integer_to_float(upper, 2.0**31), 2.0**-32)
    second = b.mul(b.small_integer_to_float(b.iand(fraction, LOW_32)), 2.0**-64)
    third = b.mul(b.small_integer_to_float(b.shift_right(b.shift_left(bottom, 2), 12)), 2.0**-116)
    high, low = b.fast_two_sum(first, second)
    high, low = b.fast_two_sum(high, b.add(low, third))
    angle, error = b.two_product(high, PI_2[0])
    error = b.add(error, b.fma(high, PI_2[1], b.mul(low, PI_2[0])))
    return Reduced(quadrant, *b.fast_two_sum(angle, error))
