"""What the expansions need to know about the two floating-point formats."""

from __future__ import annotations

import struct
from dataclasses import dataclass

from xdsl.dialects.builtin import Float32Type, Float64Type, IntegerType, f32, f64, i32, i64


@dataclass(frozen=True)
class FloatFormat:
    """One IEEE binary format and the constants of argument reduction in it.

    `log2_high` has so many trailing zero bits that its product with any exponent is exact
    (Cody and Waite, "Software Manual for the Elementary Functions", 1980).
    """

    name: str
    float_type: Float32Type | Float64Type
    int_type: IntegerType
    mantissa_bits: int
    bias: int
    log2_high: float
    log2_low: float
    log10_2_high: float
    log10_2_low: float
    exp_overflow: float
    """Somewhat above the largest argument whose exponential is finite."""
    exp_underflow: float
    """Somewhat below the smallest argument whose exponential is not zero."""

    @property
    def rounder(self) -> float:
        """Adding it to a small number leaves the nearest integer in the low bits."""
        return 1.5 * 2.0**self.mantissa_bits

    def exponent_rounder(self, exponent: int = 0) -> float:
        """Adding it to a small number leaves the biased exponent of `2**(nearest integer + exponent)` in the low bits."""
        return self.rounder + self.bias + exponent

    @property
    def smallest_normal(self) -> float:
        """The smallest positive normal number."""
        return 2.0 ** (1 - self.bias)

    @property
    def epsilon(self) -> float:
        """The distance from 1 to the next number."""
        return 2.0**-self.mantissa_bits

    def bits(self, value: float) -> int:
        """The bit pattern of a non-negative number as an integer."""
        codes = "<d<q" if self.mantissa_bits == 52 else "<f<i"
        return struct.unpack(codes[2:], struct.pack(codes[:2], value))[0]


F64 = FloatFormat(
    name="f64",
    float_type=f64,
    int_type=i64,
    mantissa_bits=52,
    bias=1023,
    log2_high=float.fromhex("0x1.62e42fefa3800p-1"),
    log2_low=float.fromhex("0x1.ef35793c76730p-45"),
    log10_2_high=float.fromhex("0x1.34413509f7800p-2"),
    log10_2_low=float.fromhex("0x1.fef311f12b358p-46"),
    exp_overflow=710.0,
    exp_underflow=-746.0,
)

F32 = FloatFormat(
    name="f32",
    float_type=f32,
    int_type=i32,
    mantissa_bits=23,
    bias=127,
    log2_high=float.fromhex("0x1.62e4000000000p-1"),
    log2_low=float.fromhex("0x1.7f7d1c0000000p-20"),
    log10_2_high=float.fromhex("0x1.3440000000000p-2"),
    log10_2_low=float.fromhex("0x1.3509f80000000p-18"),
    exp_overflow=89.0,
    exp_underflow=-105.0,
)
