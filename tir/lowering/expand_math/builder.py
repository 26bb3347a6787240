"""A small builder of straight-line scalar code: arith, plus the math ops that are instructions."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from xdsl.dialects import arith, func, math
from xdsl.dialects.builtin import FloatAttr, IntegerAttr, SymbolRefAttr, i1, i64
from xdsl.dialects.utils import FastMathFlag
from xdsl.ir import Attribute, Block, Operation, SSAValue

from tir.lowering.expand_math.formats import F32, F64, FloatFormat

Operand = SSAValue | float
"""A value, or a Python number that becomes a constant of the builder's format."""

LONGEST_CHAIN = 4
"""How many coefficients Horner's scheme may have."""

_STRICT = {"fastmath": arith.FastMathFlagsAttr("none")}
_CONTRACT = {"fastmath": arith.FastMathFlagsAttr([FastMathFlag.ALLOW_CONTRACT])}
_NO_OVERFLOW_FLAGS = {"overflowFlags": arith.IntegerOverflowAttr("none")}
_CMPF = {
    name: {"predicate": IntegerAttr(code, i64), **_STRICT}
    for name, code in {"eq": 1, "gt": 2, "ge": 3, "lt": 4, "le": 5, "ne": 13, "nan": 14}.items()
}
_CMPI = {
    name: {"predicate": IntegerAttr(code, i64)}
    for name, code in {"eq": 0, "ne": 1, "slt": 2}.items()
}


@dataclass(frozen=True)
class RareCase:
    """What is computed of rare arguments, in a function of its own."""

    name: str
    format: FloatFormat
    expand: Callable[[ScalarBuilder, SSAValue], SSAValue]


class ScalarBuilder:
    """Appends scalar operations of one floating-point format to a block.

    Python numbers are accepted wherever a value is; equal constants are created once. Float
    methods work on the format's float type, the `i...` methods on its integer of the same width.
    """

    def __init__(self, block: Block, float_format: FloatFormat, tables: bool = False) -> None:
        self.block = block
        self.format = float_format
        self.looks_up = tables and float_format is F32
        """Whether tables of float32 are worth it."""
        self._floats: dict[str, SSAValue] = {}
        self._integers: dict[int, SSAValue] = {}
        self.rare_cases: list[RareCase] = []
        self.tables: dict[str, tuple[int, ...]] = {}

    def in_format(self, float_format: FloatFormat) -> ScalarBuilder:
        """A builder of another format that appends to the same block."""
        return ScalarBuilder(self.block, float_format)

    # --- plumbing -----------------------------------------------------------------------------

    def _emit(
        self,
        op_class: type[Operation],
        operands: Sequence[SSAValue],
        result_type: Attribute,
        properties: Mapping[str, Attribute] | None = None,
    ) -> SSAValue:
        op = op_class.create(
            operands=operands, result_types=(result_type,), properties=properties or {}
        )
        self.block.add_op(op)
        return op.results[0]

    def value(self, operand: Operand) -> SSAValue:
        """The operand itself, or the constant that it stands for."""
        if isinstance(operand, SSAValue):
            return operand
        number = float(operand)
        key = number.hex()
        known = self._floats.get(key)
        if known is None:
            kind = self.format.float_type
            known = self._emit(arith.ConstantOp, (), kind, {"value": FloatAttr(number, kind)})
            self._floats[key] = known
        return known

    def integer(self, operand: SSAValue | int) -> SSAValue:
        """The operand itself, or an integer constant as wide as the float."""
        if isinstance(operand, SSAValue):
            return operand
        known = self._integers.get(operand)
        if known is None:
            kind = self.format.int_type
            width = kind.width.data
            signed = (operand + (1 << (width - 1))) % (1 << width) - (1 << (width - 1))
            known = self._emit(arith.ConstantOp, (), kind, {"value": IntegerAttr(signed, kind)})
            self._integers[operand] = known
        return known

    def _float_op(self, op_class: type[Operation], *operands: Operand) -> SSAValue:
        values = [self.value(operand) for operand in operands]
        return self._emit(op_class, values, self.format.float_type, _STRICT)

    def _int_op(
        self,
        op_class: type[Operation],
        x: SSAValue | int,
        y: SSAValue | int,
        properties: Mapping[str, Attribute] | None = None,
    ) -> SSAValue:
        operands = (self.integer(x), self.integer(y))
        return self._emit(op_class, operands, self.format.int_type, properties)

    # --- floats -------------------------------------------------------------------------------

    def add(self, x: Operand, y: Operand) -> SSAValue:
        """`x + y`"""
        return self._float_op(arith.AddfOp, x, y)

    def sub(self, x: Operand, y: Operand) -> SSAValue:
        """`x - y`"""
        return self._float_op(arith.SubfOp, x, y)

    def mul(self, x: Operand, y: Operand) -> SSAValue:
        """`x * y`"""
        return self._float_op(arith.MulfOp, x, y)

    def contracted_mul(self, x: Operand, y: Operand) -> SSAValue:
        """`x * y`, not rounded where a sum that may contract it adds it."""
        return self._emit(
            arith.MulfOp, [self.value(x), self.value(y)], self.format.float_type, _CONTRACT
        )

    def div(self, x: Operand, y: Operand) -> SSAValue:
        """`x / y`"""
        return self._float_op(arith.DivfOp, x, y)

    def neg(self, x: Operand) -> SSAValue:
        """`-x`"""
        return self._float_op(arith.NegfOp, x)

    def fma(self, x: Operand, y: Operand, z: Operand) -> SSAValue:
        """`x*y + z`, rounded once"""
        return self._float_op(math.FmaOp, x, y, z)

    def sqrt(self, x: Operand) -> SSAValue:
        """The correctly rounded square root."""
        return self._float_op(math.SqrtOp, x)

    def abs(self, x: Operand) -> SSAValue:
        """`|x|`"""
        return self._float_op(math.AbsFOp, x)

    def copysign(self, magnitude: Operand, sign: Operand) -> SSAValue:
        """`magnitude` with the sign bit of `sign`."""
        return self._float_op(math.CopySignOp, magnitude, sign)

    def floor(self, x: Operand) -> SSAValue:
        """The largest integer not above `x`."""
        return self._float_op(math.FloorOp, x)

    def trunc(self, x: Operand) -> SSAValue:
        """`x` without its fraction."""
        return self._float_op(math.TruncOp, x)

    def round_even(self, x: Operand) -> SSAValue:
        """The nearest integer, ties to even, at any size."""
        return self._float_op(math.RoundEvenOp, x)

    def compare(self, predicate: str, x: Operand, y: Operand) -> SSAValue:
        """An ordered `eq gt ge lt le`, or `ne` or `nan` (unordered), as an i1."""
        operands = (self.value(x), self.value(y))
        return self._emit(arith.CmpfOp, operands, i1, _CMPF[predicate])

    def select(self, condition: SSAValue, x: Operand, y: Operand) -> SSAValue:
        """`x` where the condition holds, else `y`."""
        operands = (condition, self.value(x), self.value(y))
        return self._emit(arith.SelectOp, operands, self.format.float_type)

    def both(self, x: SSAValue, y: SSAValue) -> SSAValue:
        """The conjunction of two conditions."""
        return self._emit(arith.AndIOp, (x, y), i1)

    def either(self, x: SSAValue, y: SSAValue) -> SSAValue:
        """The disjunction of two conditions."""
        return self._emit(arith.OrIOp, (x, y), i1)

    def differ(self, x: SSAValue, y: SSAValue) -> SSAValue:
        """The exclusive disjunction of two conditions."""
        return self._emit(arith.XOrIOp, (x, y), i1)

    def at_most(self, x: SSAValue, bound: float) -> SSAValue:
        """`min(x, bound)`; a NaN stays."""
        return self.select(self.compare("gt", x, bound), bound, x)

    def at_least(self, x: SSAValue, bound: float) -> SSAValue:
        """`max(x, bound)`; a NaN stays."""
        return self.select(self.compare("lt", x, bound), bound, x)

    def polynomial(self, x: SSAValue, coefficients: Sequence[float]) -> SSAValue:
        """The value of a polynomial whose lowest coefficient comes first, with fused steps.

        Short ones by Horner's scheme, which takes the fewest operations, one after the other. Long ones by
        Estrin's, which adds a few squares of x, as the loop would wait for the latency of Horner's. The last three terms in
        a power of x are a chain again: another square would not be there sooner.
        """
        terms: list[Operand] = list(coefficients)
        power, longest = x, LONGEST_CHAIN
        while len(terms) > longest:
            pairs = zip(terms[::2], terms[1::2], strict=False)
            last = terms[-1:] if len(terms) % 2 else []
            terms = [*(self.fma(high, power, low) for low, high in pairs), *last]
            power, longest = self.mul(power, power), 3
        result = self.value(terms[-1])
        for term in reversed(terms[:-1]):
            result = self.fma(result, power, term)
        return result

    # --- error-free transformations (Dekker 1971, Knuth) ---------------------------------------

    def two_sum(self, x: Operand, y: Operand) -> tuple[SSAValue, SSAValue]:
        """`x + y` and its rounding error."""
        total = self.add(x, y)
        part = self.sub(total, x)
        return total, self.add(self.sub(x, self.sub(total, part)), self.sub(y, part))

    def fast_two_sum(self, x: Operand, y: Operand) -> tuple[SSAValue, SSAValue]:
        """`x + y` and its rounding error, for `|x| >= |y|`."""
        total = self.add(x, y)
        return total, self.sub(y, self.sub(total, x))

    def two_product(self, x: Operand, y: Operand) -> tuple[SSAValue, SSAValue]:
        """`x * y` and its rounding error."""
        product = self.mul(x, y)
        return product, self.fma(x, y, self.neg(product))

    # --- bits ---------------------------------------------------------------------------------

    def to_bits(self, x: SSAValue) -> SSAValue:
        """The bit pattern of a float."""
        return self._emit(arith.BitcastOp, (x,), self.format.int_type)

    def from_bits(self, x: SSAValue) -> SSAValue:
        """The float of a bit pattern."""
        return self._emit(arith.BitcastOp, (x,), self.format.float_type)

    def iadd(self, x: SSAValue | int, y: SSAValue | int) -> SSAValue:
        """Integer sum, modulo the width."""
        return self._int_op(arith.AddiOp, x, y, _NO_OVERFLOW_FLAGS)

    def isub(self, x: SSAValue | int, y: SSAValue | int) -> SSAValue:
        """Integer difference, modulo the width."""
        return self._int_op(arith.SubiOp, x, y, _NO_OVERFLOW_FLAGS)

    def imul(self, x: SSAValue | int, y: SSAValue | int) -> SSAValue:
        """Integer product, modulo the width."""
        return self._int_op(arith.MuliOp, x, y, _NO_OVERFLOW_FLAGS)

    def iand(self, x: SSAValue | int, y: SSAValue | int) -> SSAValue:
        """Bitwise and."""
        return self._int_op(arith.AndIOp, x, y)

    def ior(self, x: SSAValue | int, y: SSAValue | int) -> SSAValue:
        """Bitwise or."""
        return self._int_op(arith.OrIOp, x, y)

    def ixor(self, x: SSAValue | int, y: SSAValue | int) -> SSAValue:
        """Bitwise exclusive or."""
        return self._int_op(arith.XOrIOp, x, y)

    def shift_left(self, x: SSAValue, count: SSAValue | int) -> SSAValue:
        """`x << count`"""
        return self._int_op(arith.ShLIOp, x, count, _NO_OVERFLOW_FLAGS)

    def shift_right(self, x: SSAValue, count: SSAValue | int) -> SSAValue:
        """`x >> count`, filling with zeros."""
        return self._int_op(arith.ShRUIOp, x, count)

    def shift_right_signed(self, x: SSAValue, count: SSAValue | int) -> SSAValue:
        """`x >> count`, filling with the sign."""
        return self._int_op(arith.ShRSIOp, x, count)

    def icompare(self, predicate: str, x: SSAValue | int, y: SSAValue | int) -> SSAValue:
        """`eq`, `ne` or `slt` (signed less) of two integers, as an i1."""
        return self._emit(arith.CmpiOp, (self.integer(x), self.integer(y)), i1, _CMPI[predicate])

    def iselect(self, condition: SSAValue, x: SSAValue | int, y: SSAValue | int) -> SSAValue:
        """The integer `x` where the condition holds, else `y`."""
        operands = (condition, self.integer(x), self.integer(y))
        return self._emit(arith.SelectOp, operands, self.format.int_type)

    # --- conversions --------------------------------------------------------------------------

    def widen(self, x: SSAValue) -> SSAValue:
        """A float32 as a float64."""
        return self._emit(arith.ExtFOp, (x,), F64.float_type)

    def narrow(self, x: SSAValue) -> SSAValue:
        """A float64 rounded to float32."""
        return self._emit(arith.TruncFOp, (x,), F32.float_type)

    def int32_to_float(self, x: SSAValue) -> SSAValue:
        """A signed integer as a float, rounded; for float32, as AVX2 has no conversion of 64 bits."""
        return self._emit(arith.SIToFPOp, (x,), F32.float_type)

    def above_base(self, x: SSAValue) -> SSAValue:
        """`2**mantissa_bits + x` as a float, for a non-negative integer below `2**mantissa_bits`."""
        return self.from_bits(self.ior(x, self.format.bits(2.0**self.format.mantissa_bits)))

    def small_integer_to_float(self, x: SSAValue, offset: float = 0.0) -> SSAValue:
        """A non-negative integer below `2**mantissa_bits`, minus an integral offset, exactly.

        Cheaper than a conversion, which AVX2 lacks for 64-bit integers.
        """
        return self.sub(self.above_base(x), 2.0**self.format.mantissa_bits + offset)

    def power_of_two(self, shifted: SSAValue) -> SSAValue:
        """`2**(k + e)` from `shifted = k + exponent_rounder(e)`, in the range of normal numbers.

        The sum leaves the biased exponent in the low bits, and the shift keeps only those.
        """
        return self.from_bits(self.shift_left(self.to_bits(shifted), self.format.mantissa_bits))

    def lookup(self, index: SSAValue, table: tuple[int, ...], name: str) -> SSAValue:
        """The element of a table of 8 bit patterns of float32 that the lowest bits of an integer are the number of."""
        function = f"tir.{name}.{self.format.name}"
        self.tables[function] = table
        callee = {"callee": SymbolRefAttr(function)}
        return self._emit(func.CallOp, (index,), self.format.int_type, callee)

    # --- the rare case -------------------------------------------------------------------------

    def unless(
        self,
        rare: SSAValue,
        usual: SSAValue,
        x: SSAValue,
        expand: Callable[[ScalarBuilder, SSAValue], SSAValue],
        name: str,
    ) -> SSAValue:
        """`usual`, but where the condition holds, what `expand` computes of x; only there does that take time."""
        case = RareCase(f"tir.{name}.{self.format.name}", self.format, expand)
        self.rare_cases.append(case)
        mask = self._emit(arith.ExtSIOp, (rare,), self.format.int_type)
        callee = {"callee": SymbolRefAttr(case.name)}
        return self._emit(func.CallOp, (usual, x, mask), self.format.float_type, callee)

    def with_sign_of(self, x: SSAValue, sign: SSAValue) -> SSAValue:
        """`copysign(x, sign)` for an `x` that is positive, or has that sign already, or is a zero."""
        mask = 1 << (self.format.int_type.width.data - 1)
        return self.from_bits(self.ior(self.to_bits(x), self.iand(self.to_bits(sign), mask)))
