"""The pass `expand-fmod`: the remainder of floats, for machines without a library function for it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from xdsl.context import Context
from xdsl.dialects import arith, func, math
from xdsl.dialects.builtin import (
    FloatAttr,
    FunctionType,
    IntegerAttr,
    ModuleOp,
    StringAttr,
    SymbolRefAttr,
    i64,
)
from xdsl.ir import Attribute, Block, Operation, Region, SSAValue
from xdsl.passes import ModulePass

from tir.dialects.math_ext import FmodOp
from tir.lowering.expand_math.expand_math import FORMATS, symbol_table_around
from tir.lowering.expand_math.formats import FloatFormat
from tir.lowering.structured.builder import INDEX, LoopBuilder

_NO_OVERFLOW = {"overflowFlags": arith.IntegerOverflowAttr("none")}


@dataclass(frozen=True)
class ExpandFmodPass(ModulePass):
    """Replaces `math_ext.fmod` by calls of private functions of integer arithmetic.

    Before:

        %r = math_ext.fmod %x, %y : f64

    After:

        %r = func.call @tir.fmod.f64(%x, %y) : (f64, f64) -> f64
        ...
        func.func private @tir.fmod.f64(%x: f64, %y: f64) -> f64 {
          // long division of the significands: several quotient bits per iteration of one scf.for
        }

    The result is exact, as C's fmod: of the sign of `x`, NaN where `x` is infinite or `y` is 0. One function is
    added per type, to the nearest symbol table.
    """

    name = "expand-fmod"

    def apply(self, ctx: Context, op: ModuleOp) -> None:
        made: set[tuple[Operation, str]] = set()
        for user in [o for o in op.walk() if isinstance(o, FmodOp)]:
            float_format = FORMATS.get(user.result.type)  # pyright: ignore[reportArgumentType]
            if float_format is None:
                continue
            table = symbol_table_around(user)
            name = f"tir.fmod.{float_format.name}"
            if (table, name) not in made:
                made.add((table, name))
                table.regions[0].blocks[0].add_op(build_function(name, float_format))
            call = func.CallOp.create(
                operands=user.operands,
                result_types=[user.result.type],
                properties={"callee": SymbolRefAttr(name)},
                location=user.location,
            )
            block = user.parent_block()
            assert block is not None
            block.insert_op_before(call, user)
            user.result.replace_all_uses_with(call.results[0])
            block.erase_op(user)


def build_function(name: str, float_format: FloatFormat) -> func.FuncOp:
    """The private function that computes the remainder in a format."""
    kind = float_format.float_type
    block = Block(arg_types=[kind, kind])
    result = _remainder(_Code(block, float_format), *block.args)
    block.add_op(func.ReturnOp(result))
    return func.FuncOp(
        name,
        FunctionType.from_lists([kind, kind], [kind]),
        Region(block),
        visibility=StringAttr("private"),
    )


class _Code(LoopBuilder):
    """Adds i64 and float arithmetic to a function."""

    def __init__(self, block: Block, float_format: FloatFormat) -> None:
        super().__init__(block)
        self.format = float_format

    def emit(
        self, op_class: type[Operation], operands: Sequence[SSAValue], type_: Attribute
    ) -> SSAValue:
        """An operation of one result."""
        return self.value(op_class.create(operands=operands, result_types=[type_]))

    def integer(self, number: int) -> SSAValue:
        """An i64 constant."""
        return self.scalar(IntegerAttr(number, i64))

    def arithmetic(self, op_class: type[Operation], left: SSAValue, right: SSAValue) -> SSAValue:
        """Integer arithmetic that may wrap around."""
        return self.value(
            op_class.create(
                operands=[left, right], result_types=[left.type], properties=_NO_OVERFLOW
            )
        )

    def bits(self, x: SSAValue) -> SSAValue:
        """The bit pattern of a float without its sign, as an i64."""
        kind = self.format
        magnitude = self.emit(math.AbsFOp, [x], kind.float_type)
        pattern = self.emit(arith.BitcastOp, [magnitude], kind.int_type)
        return pattern if kind.int_type == i64 else self.emit(arith.ExtUIOp, [pattern], i64)

    def from_bits(self, pattern: SSAValue) -> SSAValue:
        """The float of a bit pattern that an i64 holds."""
        kind = self.format
        if kind.int_type != i64:
            pattern = self.emit(arith.TruncIOp, [pattern], kind.int_type)
        return self.emit(arith.BitcastOp, [pattern], kind.float_type)

    def compare(self, predicate: str, left: SSAValue, right: SSAValue) -> SSAValue:
        """A comparison of integers."""
        return self.value(arith.CmpiOp(left, right, predicate))

    def select(self, condition: SSAValue, then: SSAValue, otherwise: SSAValue) -> SSAValue:
        """A choice between two values."""
        return self.value(arith.SelectOp(condition, then, otherwise))

    def parts(self, pattern: SSAValue) -> tuple[SSAValue, SSAValue]:
        """Significand and exponent of a magnitude: it is their first times 2 to the second, up to a constant."""
        width = self.format.mantissa_bits
        field = self.binary(arith.ShRUIOp, pattern, self.integer(width))
        fraction = self.binary(arith.AndIOp, pattern, self.integer((1 << width) - 1))
        whole = self.binary(arith.OrIOp, fraction, self.integer(1 << width))
        subnormal = self.compare("eq", field, self.integer(0))
        return (
            self.select(subnormal, fraction, whole),
            self.select(subnormal, self.integer(1), field),
        )

    def power_of_two(self, exponent: SSAValue) -> SSAValue:
        """The float by which a significand with this exponent is multiplied."""
        width = self.integer(self.format.mantissa_bits)
        one = self.integer(1)
        normal = self.binary(arith.SubiOp, exponent, width)
        normal_bits = self.arithmetic(arith.ShLIOp, normal, width)
        shift = self.binary(arith.MinSIOp, self.binary(arith.SubiOp, exponent, one), width)
        subnormal_bits = self.arithmetic(arith.ShLIOp, one, shift)
        is_normal = self.compare("sgt", exponent, width)
        return self.from_bits(self.select(is_normal, normal_bits, subnormal_bits))


def _remainder(code: _Code, x: SSAValue, y: SSAValue) -> SSAValue:
    kind = code.format
    # As many quotient bits at once as 64 bits have room for beside a significand.
    step = 64 - (kind.mantissa_bits + 1)
    zero = code.integer(0)
    x_bits, y_bits = code.bits(x), code.bits(y)
    significand, exponent = code.parts(x_bits)
    divisor, divisor_exponent = code.parts(y_bits)
    divisor = code.select(code.compare("eq", divisor, zero), code.integer(1), divisor)
    distance = code.binary(arith.SubiOp, exponent, divisor_exponent)
    is_smaller = code.compare("slt", distance, zero)
    distance = code.binary(arith.MaxSIOp, distance, zero)

    def divide(value: SSAValue, shift: SSAValue) -> SSAValue:
        shifted = code.arithmetic(arith.ShLIOp, value, shift)
        return code.binary(arith.RemUIOp, shifted, divisor)

    bits = code.integer(step)
    rest = code.binary(arith.RemUIOp, significand, divisor)
    rest = divide(rest, code.binary(arith.RemUIOp, distance, bits))
    rounds = code.value(arith.IndexCastOp(code.binary(arith.DivUIOp, distance, bits), INDEX))
    (rest,) = code.for_(rounds, [rest], lambda _, values: [divide(values[0], bits)])

    converted = code.emit(arith.UIToFPOp, [rest], kind.float_type)
    result = code.binary(arith.MulfOp, converted, code.power_of_two(divisor_exponent))
    magnitude = code.from_bits(x_bits)
    result = code.select(is_smaller, magnitude, result)
    result = code.binary(math.CopySignOp, result, x)
    # Of an infinity or by 0 there is no remainder; a NaN stays one.
    infinity = code.integer(kind.bits(float("inf")))
    invalid = code.binary(
        arith.OrIOp,
        code.binary(
            arith.OrIOp,
            code.compare("sge", x_bits, infinity),
            code.compare("sgt", y_bits, infinity),
        ),
        code.compare("eq", y_bits, zero),
    )
    return code.select(invalid, code.scalar(FloatAttr(float("nan"), kind.float_type)), result)
