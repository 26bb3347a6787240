"""Scalar functions that need more than one operation, as straight-line code."""

from __future__ import annotations

from xdsl.dialects import arith, math
from xdsl.dialects.builtin import IntegerType, i1
from xdsl.dialects.scf import ForOp
from xdsl.dialects.scf import YieldOp as ScfYieldOp
from xdsl.ir import SSAValue

from tir.dialects import math_ext
from tir.lowering.tir_to_linalg.builder import INDEX, Builder, known_constant

UNROLLED_EXPONENT_LIMIT = 64
"""Constant exponents below this are multiplied out; larger ones take the loop."""


def _zero(b: Builder, like: SSAValue) -> SSAValue:
    return b.constant(0.0 if _is_float(like) else 0, like.type)


def _is_float(value: SSAValue) -> bool:
    return not isinstance(value.type, IntegerType)


def _differ(b: Builder, left: SSAValue, right: SSAValue) -> SSAValue:
    return b.binary(arith.XOrIOp, left, right)


def signed_floor_divide(b: Builder, x: SSAValue, y: SSAValue) -> SSAValue:
    """Quotient rounded down. y = 0, excluded by a check, and y = -1 must not reach the instruction: they trap."""
    divisor, is_minus_one = _safe_divisor(b, x, y)
    quotient = b.binary(arith.DivSIOp, x, divisor)
    remainder = b.binary(arith.SubiOp, x, b.binary(arith.MuliOp, quotient, divisor))
    lowered = b.binary(arith.SubiOp, quotient, b.constant(1, x.type))
    quotient = b.select(_needs_sign_fix(b, remainder, divisor), lowered, quotient)
    if is_minus_one is None:
        return quotient
    return b.select(is_minus_one, b.binary(arith.SubiOp, _zero(b, x), x), quotient)


def signed_mod(b: Builder, x: SSAValue, y: SSAValue) -> SSAValue:
    """Remainder with the sign of the divisor."""
    divisor, _ = _safe_divisor(b, x, y)
    remainder = b.binary(arith.RemSIOp, x, divisor)
    fixed = b.binary(arith.AddiOp, remainder, divisor)
    return b.select(_needs_sign_fix(b, remainder, divisor), fixed, remainder)


def _safe_divisor(b: Builder, x: SSAValue, y: SSAValue) -> tuple[SSAValue, SSAValue | None]:
    """A divisor that cannot trap (1 for 0 and -1), and whether y is -1 if that is unknown."""
    one = b.constant(1, x.type)
    known = known_constant(y)
    if known is not None:
        if known == -1:
            return one, b.constant(1, i1)
        return y, None
    minus_one = b.compare("eq", y, b.constant(-1, y.type))
    # y + 1 is 0 or 1, unsigned, exactly for -1 and 0.
    traps = b.compare("ule", b.binary(arith.AddiOp, y, one), one)
    return b.select(traps, one, y), minus_one


def _needs_sign_fix(b: Builder, remainder: SSAValue, divisor: SSAValue) -> SSAValue:
    zero = _zero(b, remainder)
    predicate, unequal = ("olt", "one") if _is_float(remainder) else ("slt", "ne")
    signs = _differ(b, b.compare(predicate, remainder, zero), b.compare(predicate, divisor, zero))
    return b.binary(arith.AndIOp, b.compare(unequal, remainder, zero), signs)


def unsigned_divide(b: Builder, x: SSAValue, y: SSAValue) -> SSAValue:
    """Quotient of unsigned integers; a zero divisor, excluded by a check, must not trap."""
    return b.binary(arith.DivUIOp, x, _at_least_one(b, y))


def unsigned_mod(b: Builder, x: SSAValue, y: SSAValue) -> SSAValue:
    """Remainder of unsigned integers."""
    return b.binary(arith.RemUIOp, x, _at_least_one(b, y))


def _at_least_one(b: Builder, y: SSAValue) -> SSAValue:
    if known_constant(y):
        return y
    return b.binary(arith.MaxUIOp, y, b.constant(1, y.type))


def float_floor_divide(b: Builder, x: SSAValue, y: SSAValue) -> SSAValue:
    """NumPy's floor_divide: from the exact remainder, so that it agrees with `float_mod`."""
    zero, one = b.constant(0.0, x.type), b.constant(1.0, x.type)
    remainder = b.emit(math_ext.FmodOp, (x, y), x.type)
    quotient = b.binary(arith.DivfOp, b.binary(arith.SubfOp, x, remainder), y)
    lowered = b.binary(arith.SubfOp, quotient, one)
    quotient = b.select(_needs_sign_fix(b, remainder, y), lowered, quotient)
    # The quotient is whole but for rounding, so it is snapped to the nearest whole number.
    floor = b.unary(math.FloorOp, quotient)
    above = b.compare("ogt", b.binary(arith.SubfOp, quotient, floor), b.constant(0.5, x.type))
    snapped = b.select(above, b.binary(arith.AddfOp, floor, one), floor)
    plain = b.binary(arith.DivfOp, x, y)
    signed_zero = b.binary(math.CopySignOp, zero, plain)
    result = b.select(b.compare("une", quotient, zero), snapped, signed_zero)
    return b.select(b.compare("oeq", y, zero), plain, result)


def float_mod(b: Builder, x: SSAValue, y: SSAValue) -> SSAValue:
    """NumPy's remainder: C's fmod, then the sign of the divisor. NaN for y = 0."""
    zero = b.constant(0.0, x.type)
    remainder = b.emit(math_ext.FmodOp, (x, y), x.type)
    fixed = b.binary(arith.AddfOp, remainder, y)
    result = b.select(_needs_sign_fix(b, remainder, y), fixed, remainder)
    is_zero = b.compare("oeq", remainder, zero)
    return b.select(is_zero, b.binary(math.CopySignOp, zero, y), result)


def integer_power(b: Builder, x: SSAValue, y: SSAValue) -> SSAValue:
    """x ** y by squaring, for y >= 0, which is checked before; wraps around like multiplication."""
    known = known_constant(y)
    if known is not None and 0 <= known < UNROLLED_EXPONENT_LIMIT:
        return _known_power(b, x, int(known))
    assert isinstance(x.type, IntegerType)
    type_ = x.type
    one, zero = b.constant(1, type_), b.constant(0, type_)
    bounds = [b.constant(n, INDEX) for n in (0, type_.width.data, 1)]
    body = b.nested([INDEX, type_, type_, type_])
    _, result, power, rest = body.block.args
    odd = body.compare("ne", body.binary(arith.AndIOp, rest, one), zero)
    factor = body.select(odd, power, one)
    body.append(
        ScfYieldOp,
        (
            body.binary(arith.MuliOp, result, factor),
            body.binary(arith.MuliOp, power, power),
            body.binary(arith.ShRUIOp, rest, one),
        ),
        (),
    )
    loop = b.append(ForOp, (*bounds, one, x, y), (type_, type_, type_), regions=[body.region()])
    return loop.results[0]


def _known_power(b: Builder, x: SSAValue, exponent: int) -> SSAValue:
    result: SSAValue | None = None
    power = x
    while exponent:
        if exponent & 1:
            result = power if result is None else b.binary(arith.MuliOp, result, power)
        exponent >>= 1
        if exponent:
            power = b.binary(arith.MuliOp, power, power)
    return b.constant(1, x.type) if result is None else result


def float_sign(b: Builder, x: SSAValue) -> SSAValue:
    """-1, 0 or 1; NaN for NaN."""
    zero = b.constant(0.0, x.type)
    below = b.select(b.compare("olt", x, zero), b.constant(-1.0, x.type), zero)
    sign = b.select(b.compare("ogt", x, zero), b.constant(1.0, x.type), below)
    return b.select(b.compare("uno", x, x), x, sign)


def signed_sign(b: Builder, x: SSAValue) -> SSAValue:
    """-1, 0 or 1."""
    zero = b.constant(0, x.type)
    below = b.select(b.compare("slt", x, zero), b.constant(-1, x.type), zero)
    return b.select(b.compare("sgt", x, zero), b.constant(1, x.type), below)


def unsigned_sign(b: Builder, x: SSAValue) -> SSAValue:
    """0 or 1."""
    one = b.constant(1, x.type)
    return b.binary(arith.MinUIOp, x, one)


def float_is_infinite(b: Builder, x: SSAValue) -> SSAValue:
    """Whether x is inf or -inf."""
    infinity = b.constant(float("inf"), x.type)
    return b.compare("oeq", b.unary(math.AbsFOp, x), infinity)
