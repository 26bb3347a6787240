"""log, log2, log10 and log1p.

`x = 2**e m` with `sqrt(1/2) <= m < sqrt(2)`, `s = (m-1)/(m+1)` and `log m = 2 atanh(s)`, arranged as in
fdlibm (K. C. Ng, Sun Microsystems, 1993) so that the leading term `m - 1` stays exact.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from xdsl.ir import SSAValue

from tir.lowering.expand_math import coefficients
from tir.lowering.expand_math.builder import ScalarBuilder
from tir.lowering.expand_math.formats import F32, F64

SQRT_HALF = math.sqrt(0.5)
NAN = math.nan
INF = math.inf

# 1/log(2) in two parts.
INVERSE_LOG_2 = {
    "f64": (1.4426950408889634, 2.0355273740931033e-17),
    "f32": (1.4426950216293335, 1.925963033500011e-08),
}
# 1/log(10) in two parts.
INVERSE_LOG_10 = {
    "f64": (0.4342944819032518, 1.098319650216765e-17),
    "f32": (0.4342944920063019, -1.0103049952192578e-08),
}


@dataclass(frozen=True)
class Mantissa:
    """`x = 2**exponent * (1 + fraction)`, `fraction` in `[sqrt(1/2) - 1, sqrt(2) - 1)`."""

    exponent: SSAValue
    fraction: SSAValue


def exponent_of(
    b: ScalarBuilder, x: SSAValue, scaled: SSAValue | None = None
) -> tuple[SSAValue, SSAValue]:
    """The k of `x = 2**k m`, `sqrt(1/2) <= m < sqrt(2)`: as a float, and as the integer `k << mantissa_bits`.

    Where `scaled` holds, the float is less by the exponent of `subnormal_scale`.
    """
    fmt = b.format
    up = float(fmt.mantissa_bits + 2)
    shifted = b.isub(b.to_bits(x), fmt.bits(SQRT_HALF))
    field = b.iand(shifted, -1 << fmt.mantissa_bits)
    if fmt is F32:
        exponent = b.int32_to_float(b.shift_right_signed(shifted, fmt.mantissa_bits))
        if scaled is not None:
            exponent = b.sub(exponent, b.select(scaled, up, 0.0))
        return exponent, field
    biased = b.shift_right(b.iadd(shifted, fmt.bits(1.0)), fmt.mantissa_bits)
    offset = 2.0**fmt.mantissa_bits + fmt.bias
    less = offset if scaled is None else b.select(scaled, offset + up, offset)
    return b.sub(b.above_base(biased), less), field


def subnormal_scale(b: ScalarBuilder) -> float:
    """What makes a normal number of a subnormal one."""
    return 2.0 ** (b.format.mantissa_bits + 2)


def split_exponent(b: ScalarBuilder, x: SSAValue, subnormals: bool = True) -> Mantissa:
    """Takes a positive finite number apart; anything else gives something meaningless."""
    tiny = None
    if subnormals:
        tiny = b.compare("lt", x, b.format.smallest_normal)
        x = b.select(tiny, b.mul(x, subnormal_scale(b)), x)
    exponent, field = exponent_of(b, x, tiny)
    return Mantissa(exponent, b.sub(b.from_bits(b.isub(b.to_bits(x), field)), 1.0))


@dataclass(frozen=True)
class LogTerms:
    """`log(1 + f) = f - (half_square - product)`."""

    half_square: SSAValue
    product: SSAValue


def log_terms(b: ScalarBuilder, fraction: SSAValue, low: SSAValue | None = None) -> LogTerms:
    """The logarithm of `1 + fraction`; `low` is added to the small term."""
    table = coefficients.LOG_F64 if b.format is F64 else coefficients.LOG_F32
    half_square = b.mul(b.mul(fraction, 0.5), fraction)
    s = b.div(fraction, b.add(fraction, 2.0))
    z = b.mul(s, s)
    inner = b.fma(z, b.polynomial(z, table), half_square)
    product = b.fma(s, inner, low) if low is not None else b.mul(s, inner)
    return LogTerms(half_square, product)


def with_special_values(b: ScalarBuilder, x: SSAValue, result: SSAValue) -> SSAValue:
    """Corrects the logarithm of zero, of negative numbers, of infinity and of NaN."""
    result = b.select(b.compare("lt", x, INF), result, x)
    # The sign bit as a condition is free; it takes the negative zero too.
    result = b.select(b.icompare("slt", b.to_bits(x), 0), NAN, result)
    return b.select(b.compare("eq", x, 0.0), -INF, result)


def natural_log(b: ScalarBuilder, parts: Mantissa, low: SSAValue | None = None) -> SSAValue:
    """`exponent log 2 + log(1 + fraction) + low`"""
    log_2 = b.format.log2_high
    if b.format is F32:
        # By chance, that is right to 28 bits: no low part is needed.
        log_2, small = math.log(2), low
    elif low is None:
        small = b.mul(parts.exponent, b.format.log2_low)
    else:
        small = b.fma(parts.exponent, b.format.log2_low, low)
    terms = log_terms(b, parts.fraction, small)
    log_mantissa = b.sub(parts.fraction, b.sub(terms.half_square, terms.product))
    return b.fma(parts.exponent, log_2, log_mantissa)


def log_of_sum(b: ScalarBuilder, x: SSAValue, low: SSAValue) -> SSAValue:
    """`log(x + low)` for a positive, finite, normal `x` and a much smaller `low`."""
    return natural_log(b, split_exponent(b, x, subnormals=False), b.div(low, x))


def log_of_one_plus(b: ScalarBuilder, t: SSAValue) -> SSAValue:
    """`log(1 + t)` for `0 <= t <= 1`"""
    above = b.compare("gt", t, math.sqrt(2) - 1)
    fraction = b.select(above, b.fma(t, 0.5, -0.5), t)
    return natural_log(b, Mantissa(b.select(above, 1.0, 0.0), fraction))


def expand_log(b: ScalarBuilder, x: SSAValue) -> SSAValue:
    """`log(x)`"""
    return with_special_values(b, x, natural_log(b, split_exponent(b, x)))


def log_to_base(
    b: ScalarBuilder, x: SSAValue, inverse: tuple[float, float], unit: tuple[float, float]
) -> SSAValue:
    """A logarithm to another base: `exponent * unit + log(mantissa) * inverse`, both in two parts."""
    parts = split_exponent(b, x)
    terms = log_terms(b, parts.fraction)
    high = b.sub(parts.fraction, terms.half_square)
    low = b.add(b.sub(b.sub(parts.fraction, high), terms.half_square), terms.product)
    product, error = b.two_product(high, inverse[0])
    error = b.fma(low, inverse[0], b.fma(high, inverse[1], error))
    whole = parts.exponent
    if unit[0] != 1.0:
        error = b.fma(whole, unit[1], error)
        whole = b.mul(whole, unit[0])
    # An exponent of zero loses nothing; any other dominates.
    total, rest = b.fast_two_sum(whole, product)
    return with_special_values(b, x, b.add(total, b.add(rest, error)))


def expand_log2(b: ScalarBuilder, x: SSAValue) -> SSAValue:
    """`log2(x)`, exact for powers of two"""
    inverse = INVERSE_LOG_2[b.format.name]
    return log_to_base(b, x, inverse, (1.0, 0.0))


def expand_log10(b: ScalarBuilder, x: SSAValue) -> SSAValue:
    """`log10(x)`"""
    inverse = INVERSE_LOG_10[b.format.name]
    return log_to_base(b, x, inverse, (b.format.log10_2_high, b.format.log10_2_low))


def expand_log1p(b: ScalarBuilder, x: SSAValue) -> SSAValue:
    """`log(1 + x)`: the exponent comes from the rounded sum, the fraction from x itself"""
    fmt = b.format
    total = b.add(x, 1.0)
    exponent, field = exponent_of(b, total)
    # 4 / 2**k is normal for any k, and x is where k is not zero.
    power = b.from_bits(b.isub(fmt.bits(4.0), field))
    scaled = b.from_bits(b.isub(b.to_bits(x), field))
    fraction = b.add(b.fma(power, 0.25, -1.0), scaled)
    result = natural_log(b, Mantissa(exponent, fraction))
    return b.with_sign_of(with_special_values(b, total, result), x)
