"""The operations of the llvm dialect that xDSL's own lacks.

`LLVM` is a drop-in replacement for xDSL's dialect of that name: all of its operations and attributes
and those below, under the names that MLIR gives them. Two discardable attributes carry what the
LLVM assembly needs and no operation declares:

* `loop_annotation` on a branch that closes a loop, a dictionary with any of `vectorize`, `unroll`,
  `parallel_accesses` and `distribute` (see `tir.targets.llvm_metadata`);
* `access_groups` on loads, stores and calls: `array<i64: ...>`, the loops whose
  iterations the access is independent between.
"""

from __future__ import annotations

from abc import ABC
from collections.abc import Sequence
from typing import ClassVar, Self

from xdsl.dialects import llvm
from xdsl.dialects.builtin import (
    I1,
    AnyFloatConstr,
    DenseArrayBase,
    IntegerAttr,
    SignlessIntegerConstraint,
    VectorType,
    i1,
    i64,
)
from xdsl.ir import Attribute, Block, Dialect, Operation, SSAValue
from xdsl.irdl import (
    AttrSizedOperandSegments,
    IRDLOperation,
    ParsePropInAttrDict,
    VarConstraint,
    base,
    irdl_op_definition,
    operand_def,
    prop_def,
    result_def,
    successor_def,
    traits_def,
    var_operand_def,
    var_successor_def,
)
from xdsl.parser import Parser
from xdsl.printer import Printer
from xdsl.traits import IsTerminator, Pure

from .llvm_intrinsics import INTRINSICS


@irdl_op_definition
class FPToSIOp(llvm.GenericCastOp):
    """Float to signed integer, towards zero; poison out of range."""

    name = "llvm.fptosi"


@irdl_op_definition
class FPToUIOp(llvm.GenericCastOp):
    """Float to unsigned integer, towards zero; poison out of range."""

    name = "llvm.fptoui"


@irdl_op_definition
class UIToFPOp(llvm.GenericCastOp):
    """Unsigned integer to float."""

    name = "llvm.uitofp"


@irdl_op_definition
class FreezeOp(IRDLOperation):
    """Turns poison into some fixed value."""

    name = "llvm.freeze"

    T: ClassVar = VarConstraint("T", AnyFloatConstr | SignlessIntegerConstraint)
    val = operand_def(T)
    res = result_def(T)

    traits = traits_def(Pure())
    assembly_format = "$val attr-dict `:` type($val)"


class Comparison(IRDLOperation, ABC):
    """A comparison, `"olt" %a, %b {fastmathFlags = #llvm.fastmath<nnan>} : f64`."""

    FLAGS: ClassVar[type[llvm.FCmpPredicateFlag] | type[llvm.ICmpPredicateFlag]]

    @classmethod
    def parse(cls, parser: Parser) -> Self:
        """Reads the custom syntax."""
        predicate = parser.parse_str_literal()
        lhs = parser.parse_unresolved_operand()
        parser.parse_characters(",")
        rhs = parser.parse_unresolved_operand()
        attributes = parser.parse_optional_attr_dict()
        parser.parse_characters(":")
        operand_type = parser.parse_type()
        operands = parser.resolve_operands([lhs, rhs], [operand_type, operand_type], parser.pos)
        properties: dict[str, Attribute] = {
            "predicate": IntegerAttr(cls.FLAGS(predicate).to_int(), i64)
        }
        if "fastmathFlags" in cls.get_irdl_definition().properties:
            properties["fastmathFlags"] = attributes.pop("fastmathFlags", llvm.FastMathAttr(None))
        return cls.create(
            operands=operands,
            result_types=[comparison_type(operand_type)],
            properties=properties,
            attributes=attributes,
        )

    def print(self, printer: Printer) -> None:
        """Writes the custom syntax."""
        predicate = self.properties["predicate"]
        assert isinstance(predicate, IntegerAttr)
        printer.print_string(f' "{self.FLAGS.from_int(predicate.value.data)}" ')
        printer.print_list(self.operands, printer.print_ssa_value)
        attributes = dict(self.attributes)
        fastmath = self.properties.get("fastmathFlags")
        if isinstance(fastmath, llvm.FastMathAttr) and fastmath.data:
            attributes["fastmathFlags"] = fastmath
        printer.print_op_attributes(attributes)
        printer.print_string(" : ")
        printer.print_attribute(self.operands[0].type)


def comparison_type(operand_type: Attribute) -> Attribute:
    """The type of a comparison of two values: i1, or a vector of such."""
    return VectorType(i1, operand_type.shape) if isinstance(operand_type, VectorType) else i1


@irdl_op_definition
class ICmpOp(Comparison):
    """Comparison of integers; unlike xDSL's own, of pointers too."""

    name = "llvm.icmp"
    FLAGS: ClassVar = llvm.ICmpPredicateFlag

    T: ClassVar = VarConstraint(
        "T",
        SignlessIntegerConstraint
        | base(llvm.LLVMPointerType)
        | VectorType.constr(SignlessIntegerConstraint),
    )
    lhs = operand_def(T)
    rhs = operand_def(T)
    res = result_def(I1 | VectorType[I1])
    predicate = prop_def(IntegerAttr)

    traits = traits_def(Pure())


@irdl_op_definition
class FCmpOp(Comparison):
    """Comparison of floats; unlike xDSL's own, it prints and parses its fast-math flags."""

    name = "llvm.fcmp"
    FLAGS: ClassVar = llvm.FCmpPredicateFlag

    T: ClassVar = VarConstraint("T", AnyFloatConstr | VectorType.constr(AnyFloatConstr))
    lhs = operand_def(T)
    rhs = operand_def(T)
    res = result_def(I1 | VectorType[I1])
    predicate = prop_def(IntegerAttr)
    fastmathFlags = prop_def(llvm.FastMathAttr, default_value=llvm.FastMathAttr(None))

    traits = traits_def(Pure())


@irdl_op_definition
class SwitchOp(IRDLOperation):
    """Branches by an integer; no successor takes arguments."""

    name = "llvm.switch"

    value = operand_def(SignlessIntegerConstraint)
    default_operands = var_operand_def()
    case_operands = var_operand_def()
    case_values = prop_def(DenseArrayBase)
    default_destination = successor_def()
    case_destinations = var_successor_def()

    traits = traits_def(IsTerminator())
    irdl_options = (AttrSizedOperandSegments(as_property=True), ParsePropInAttrDict())

    def __init__(
        self, value: SSAValue, default: Block, cases: Sequence[int], destinations: Sequence[Block]
    ):
        super().__init__(
            operands=[value, [], []],
            properties={"case_values": DenseArrayBase.from_list(i64, cases)},
            successors=[default, list(destinations)],
        )


NEW_OPERATIONS: tuple[type[Operation], ...] = (
    FCmpOp,
    FPToSIOp,
    FPToUIOp,
    FreezeOp,
    ICmpOp,
    SwitchOp,
    UIToFPOp,
    *INTRINSICS,
)

_REPLACED = {op.name for op in NEW_OPERATIONS}
_ATTRIBUTES: list[type[Attribute]] = list(llvm.LLVM.attributes)

LLVM = Dialect(
    "llvm",
    [*(op for op in llvm.LLVM.operations if op.name not in _REPLACED), *NEW_OPERATIONS],
    _ATTRIBUTES,
)
