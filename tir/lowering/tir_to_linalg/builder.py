"""Appending operations to a block: scalar arithmetic in bodies, and host code in `@main`."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from xdsl.dialects import arith, tensor
from xdsl.dialects.builtin import (
    FloatAttr,
    IndexType,
    IntegerAttr,
    LocationAttr,
    StringAttr,
    TensorType,
    UnknownLoc,
    i1,
    i64,
)
from xdsl.dialects.linalg.ops import IndexOp
from xdsl.ir import Attribute, Block, Operation, OpResult, Region, SSAValue

from tir.dialects.rt import AssertOp
from tir.support.dtypes import is_float

INDEX = IndexType()

NO_FLAGS = arith.FastMathFlagsAttr("none")

_CMPI = {name: IntegerAttr(i, i64) for i, name in enumerate(arith.CMPI_COMPARISON_OPERATIONS)}
_CMPF = {name: IntegerAttr(i, i64) for i, name in enumerate(arith.CMPF_COMPARISON_OPERATIONS)}
_WITH_FLAGS = {"fastmath": NO_FLAGS}
_NO_PROPERTIES: dict[str, Attribute] = {}


def known_constant(value: SSAValue) -> int | float | None:
    """The number that a scalar is known to be, if an `arith.constant` defines it."""
    if not isinstance(value, OpResult) or not isinstance(value.op, arith.ConstantOp):
        return None
    attribute = value.op.properties["value"]
    if isinstance(attribute, IntegerAttr | FloatAttr):
        return attribute.value.data
    return None


class Builder:
    """Appends operations to a block, each with the location of the operation that is being lowered."""

    def __init__(self, block: Block, location: LocationAttr | None = None):
        self.block = block
        self.location: LocationAttr = location or UnknownLoc()
        self._constants: dict[tuple[float, Attribute, bool], SSAValue] = {}

    def append(
        self,
        op_class: type[Operation],
        operands: Sequence[SSAValue],
        result_types: Sequence[Attribute],
        properties: Mapping[str, Attribute] = _NO_PROPERTIES,
        regions: Sequence[Region] = (),
    ) -> Operation:
        """Append an operation; nothing is inferred, so it is as cheap as can be."""
        op = op_class.create(
            operands=operands,
            result_types=result_types,
            properties=properties,
            regions=regions,
            location=self.location,
        )
        self.block.add_op(op)
        return op

    def emit(
        self,
        op_class: type[Operation],
        operands: Sequence[SSAValue],
        result_type: Attribute,
        properties: Mapping[str, Attribute] = _NO_PROPERTIES,
    ) -> SSAValue:
        """Append an operation with one result."""
        return self.append(op_class, operands, (result_type,), properties).results[0]

    def constant(self, value: float, type_: Attribute) -> SSAValue:
        """A scalar constant, one operation for each value and type."""
        # -0.0 == 0.0, so the sign is part of the key; NaNs are never found again, which is harmless.
        key = (value, type_, isinstance(value, float) and str(value)[0] == "-")
        found = self._constants.get(key)
        if found is None:
            attribute = (
                FloatAttr(value, type_)  # pyright: ignore
                if is_float(type_)
                else IntegerAttr(int(value), type_, truncate_bits=True)  # pyright: ignore
            )
            found = self._constants[key] = self._new_constant(attribute, type_)
        return found

    def _new_constant(self, attribute: Attribute, type_: Attribute) -> SSAValue:
        return self.emit(arith.ConstantOp, (), type_, {"value": attribute})

    def index(self, value: int) -> SSAValue:
        """A constant of type `index`."""
        return self.constant(value, INDEX)

    def unary(self, op_class: type[Operation], operand: SSAValue) -> SSAValue:
        """A `math` or `arith` function of one number."""
        properties = _WITH_FLAGS if is_float(operand.type) else _NO_PROPERTIES
        return self.emit(op_class, (operand,), operand.type, properties)

    def binary(self, op_class: type[Operation], left: SSAValue, right: SSAValue) -> SSAValue:
        """An `arith` or `math` operation on two numbers of one type, of that type."""
        properties = _WITH_FLAGS if is_float(left.type) else _NO_PROPERTIES
        return self.emit(op_class, (left, right), left.type, properties)

    def cast(self, op_class: type[Operation], operand: SSAValue, to: Attribute) -> SSAValue:
        """An `arith` conversion."""
        return self.emit(op_class, (operand,), to)

    def compare(self, predicate: str, left: SSAValue, right: SSAValue) -> SSAValue:
        """`arith.cmpi` or, on floats, `arith.cmpf`."""
        if is_float(left.type):
            properties = {"predicate": _CMPF[predicate], "fastmath": NO_FLAGS}
            return self.emit(arith.CmpfOp, (left, right), i1, properties)
        return self.emit(arith.CmpiOp, (left, right), i1, {"predicate": _CMPI[predicate]})

    def select(self, condition: SSAValue, left: SSAValue, right: SSAValue) -> SSAValue:
        """`left` where `condition`, else `right`."""
        return self.emit(arith.SelectOp, (condition, left, right), left.type)

    def negate_bool(self, value: SSAValue) -> SSAValue:
        """Logical not of an i1."""
        return self.binary(arith.XOrIOp, value, self.constant(1, i1))

    def iteration_index(self, dim: int) -> SSAValue:
        """In the body of a `linalg.generic`: the index of a dimension of the iteration space."""
        return self.emit(IndexOp, (), INDEX, {"dim": IntegerAttr(dim, i64)})

    def extract(self, source: SSAValue, indices: Sequence[SSAValue]) -> SSAValue:
        """An element of a tensor."""
        type_ = source.type
        assert isinstance(type_, TensorType)
        return self.emit(tensor.ExtractOp, (source, *indices), type_.element_type)

    def region(self) -> Region:
        """The block as a region, to give to the operation it belongs to."""
        return Region(self.block)

    def nested(self, arg_types: Sequence[Attribute]) -> Builder:
        """A builder of a new block that is to become a region of an operation built here."""
        return Builder(Block(arg_types=arg_types), self.location)


class HostBuilder(Builder):
    """Builds `@main`: constants stand at its start, and arithmetic on constant indices is done here."""

    def __init__(self, block: Block):
        super().__init__(block)
        self._prologue: list[Operation] = []
        self._computed: dict[tuple[object, ...], SSAValue] = {}
        self._nonnegative: set[SSAValue] = set()

    def _new_constant(self, attribute: Attribute, type_: Attribute) -> SSAValue:
        op = arith.ConstantOp.create(result_types=(type_,), properties={"value": attribute})
        self._prologue.append(op)
        return op.results[0]

    def insert_prologue(self) -> None:
        """Put the constants at the start of the block, once everything is built."""
        first = self.block.first_op
        for op in self._prologue:
            if op.results[0].first_use is None:
                continue
            if first is None:
                self.block.add_op(op)
            else:
                self.block.insert_op_before(op, first)
        self._prologue.clear()

    def require(self, condition: SSAValue, message: str, kind: str = "ValueError") -> None:
        """Fail with the Python exception `kind` unless `condition`; nothing if that is known to hold."""
        if known_constant(condition):
            return
        properties = {"message": StringAttr(message), "kind": StringAttr(kind)}
        self.append(AssertOp, (condition,), (), properties)

    def compare(self, predicate: str, left: SSAValue, right: SSAValue) -> SSAValue:
        if predicate in _FOLDED_COMPARISONS:
            if left is right:
                return self.constant(int(_FOLDED_COMPARISONS[predicate](0, 0)), i1)
            a, b = known_constant(left), known_constant(right)
            if a is not None and b is not None:
                return self.constant(int(_FOLDED_COMPARISONS[predicate](a, b)), i1)
            if right is self.index(0) and self.is_nonnegative(left) and predicate in _OF_SIZES:
                return self.constant(int(_OF_SIZES[predicate]), i1)
        return self._shared(("compare", predicate), left, right, super().compare, predicate)

    def select(self, condition: SSAValue, left: SSAValue, right: SSAValue) -> SSAValue:
        known = known_constant(condition)
        if known is not None or left is right:
            return left if known or left is right else right
        return super().select(condition, left, right)

    def choose(
        self,
        condition: SSAValue,
        left: Callable[[], SSAValue],
        right: Callable[[], SSAValue],
    ) -> SSAValue:
        """As `select`, but what is known not to be needed is not computed."""
        known = known_constant(condition)
        if known is not None:
            return left() if known else right()
        return self.select(condition, left(), right())

    def binary(self, op_class: type[Operation], left: SSAValue, right: SSAValue) -> SSAValue:
        if left.type == INDEX and op_class in _FOLDED_ARITHMETIC:
            op_class, left, right = self._canonical(op_class, left, right)
            simpler = self._folded(op_class, left, right)
            if simpler is not None:
                return simpler
        result = self._shared((op_class,), left, right, super().binary, op_class)
        if self._gives_nonnegative(op_class, left, right):
            self._nonnegative.add(result)
        return result

    def _canonical(
        self, op_class: type[Operation], left: SSAValue, right: SSAValue
    ) -> tuple[type[Operation], SSAValue, SSAValue]:
        # n + -1 and -1 + n are n - 1, so that equal sizes are computed by equal operations.
        if op_class is arith.AddiOp:
            if known_constant(left) is not None:
                left, right = right, left
            known = known_constant(right)
            if known is not None and known < 0:
                return arith.SubiOp, left, self.index(-int(known))
        return op_class, left, right

    def _folded(
        self, op_class: type[Operation], left: SSAValue, right: SSAValue
    ) -> SSAValue | None:
        a, b = known_constant(left), known_constant(right)
        if a is not None and b is not None:
            return self.index(int(_FOLDED_ARITHMETIC[op_class](a, b)))
        neutral = _NEUTRAL.get(op_class)
        if b is not None and b == neutral:
            return left
        if a is not None and a == neutral and op_class in (arith.AddiOp, arith.MuliOp):
            return right
        if op_class in (arith.MaxSIOp, arith.MinSIOp):
            for one, other in ((left, right), (right, left)):
                if known_constant(one) == 0 and self.is_nonnegative(other):
                    return other if op_class is arith.MaxSIOp else one
            if left is right:
                return left
        return None

    def _gives_nonnegative(
        self, op_class: type[Operation], left: SSAValue, right: SSAValue
    ) -> bool:
        one, other = self.is_nonnegative(left), self.is_nonnegative(right)
        if op_class is arith.MaxSIOp:
            return one or other
        return one and other and op_class in _KEEP_NONNEGATIVE

    def _shared(
        self,
        key: tuple[object, ...],
        left: SSAValue,
        right: SSAValue,
        build: Callable[..., SSAValue],
        what: object,
    ) -> SSAValue:
        # Equal computations are one value, so that equal sizes are seen to be equal.
        full_key = (*key, left, right)
        found = self._computed.get(full_key)
        if found is None:
            found = self._computed[full_key] = build(what, left, right)
        return found

    def is_nonnegative(self, value: SSAValue) -> bool:
        """Whether an `index` is known not to be negative."""
        known = known_constant(value)
        return known >= 0 if known is not None else value in self._nonnegative

    def declare_nonnegative(self, value: SSAValue) -> None:
        """Say that an `index` is not negative, as the size of a tensor."""
        self._nonnegative.add(value)

    def both(self, left: SSAValue, right: SSAValue) -> SSAValue:
        """Logical and of two i1."""
        for one, other in ((left, right), (right, left)):
            known = known_constant(one)
            if known is not None:
                return other if known else one
        return super().binary(arith.AndIOp, left, right)

    def either(self, left: SSAValue, right: SSAValue) -> SSAValue:
        """Logical or of two i1."""
        for one, other in ((left, right), (right, left)):
            known = known_constant(one)
            if known is not None:
                return one if known else other
        return super().binary(arith.OrIOp, left, right)


_FOLDED_COMPARISONS: dict[str, Callable[[float, float], bool]] = {
    "eq": lambda a, b: a == b,
    "ne": lambda a, b: a != b,
    "slt": lambda a, b: a < b,
    "sle": lambda a, b: a <= b,
    "sgt": lambda a, b: a > b,
    "sge": lambda a, b: a >= b,
}

_OF_SIZES = {"slt": False, "sge": True}
"""What is known of comparing something nonnegative with zero."""

_FOLDED_ARITHMETIC: dict[type[Operation], Callable[[float, float], float]] = {
    arith.AddiOp: lambda a, b: a + b,
    arith.SubiOp: lambda a, b: a - b,
    arith.MuliOp: lambda a, b: a * b,
    # Only nonnegative sizes are divided.
    arith.DivSIOp: lambda a, b: a // b,
    arith.MaxSIOp: max,
    arith.MinSIOp: min,
}

_KEEP_NONNEGATIVE = (arith.AddiOp, arith.MuliOp, arith.MinSIOp, arith.DivSIOp)

_NEUTRAL: dict[type[Operation], int] = {
    arith.AddiOp: 0,
    arith.SubiOp: 0,
    arith.MuliOp: 1,
    arith.DivSIOp: 1,
}
