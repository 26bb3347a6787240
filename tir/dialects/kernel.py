"""The `kernel` dialect: what runs together.

A `kernel.region` is the unit of scheduling. It is isolated from above: everything it reads or writes is an operand,
bound to an argument of its body. It becomes one function on the CPU and one `gpu.func` on the GPU. On tensors it has
results; once buffers are assigned it has none and writes into memrefs. Several operations in a region share their first
loops: each iteration runs all of them, and what they make for each other only need not exist as a whole.

    %y = kernel.region(%a = %x : tensor<?xf64>, %d = %n : index) -> (tensor<?xf64>) {
      %e = tensor.empty(%d) : tensor<?xf64>
      %g = linalg.generic ... ins(%a : tensor<?xf64>) outs(%e : tensor<?xf64>) { ... } -> tensor<?xf64>
      kernel.yield %g : tensor<?xf64>
    }
"""

from __future__ import annotations

from collections.abc import Sequence

from xdsl.dialects.utils import AbstractYieldOperation
from xdsl.ir import Attribute, Dialect, Region, SSAValue
from xdsl.irdl import (
    IRDLOperation,
    irdl_op_definition,
    lazy_traits_def,
    region_def,
    traits_def,
    var_operand_def,
    var_result_def,
)
from xdsl.parser import Parser
from xdsl.printer import Printer
from xdsl.traits import (
    HasParent,
    IsolatedFromAbove,
    IsTerminator,
    RecursiveMemoryEffect,
    SingleBlockImplicitTerminator,
)
from xdsl.utils.exceptions import VerifyException


@irdl_op_definition
class RegionOp(IRDLOperation):
    """Structured operations that run as one kernel."""

    name = "kernel.region"

    inputs = var_operand_def()
    results_ = var_result_def()
    body = region_def("single_block")

    traits = lazy_traits_def(
        lambda: (
            IsolatedFromAbove(),
            RecursiveMemoryEffect(),
            SingleBlockImplicitTerminator(YieldOp),
        )
    )

    def __init__(
        self, inputs: Sequence[SSAValue], result_types: Sequence[Attribute], body: Region
    ) -> None:
        super().__init__(operands=[inputs], result_types=[result_types], regions=[body])

    def verify_(self) -> None:
        block = self.body.block
        if tuple(a.type for a in block.args) != self.operand_types:
            raise VerifyException(
                "kernel.region: the arguments of the body must have the types of the operands"
            )
        terminator = block.last_op
        if not isinstance(terminator, YieldOp) or terminator.operand_types != self.result_types:
            raise VerifyException("kernel.region: the body must yield values of the result types")

    def print(self, printer: Printer) -> None:
        block = self.body.block
        with printer.in_parens():
            printer.print_list(
                list(zip(block.args, self.operands, strict=True)),
                lambda pair: _print_binding(printer, *pair),
            )
        if self.results:
            printer.print_string(" -> ")
            with printer.in_parens():
                printer.print_list(self.result_types, printer.print_attribute)
        if self.attributes:
            printer.print_op_attributes(self.attributes, print_keyword=True)
        printer.print_string(" ")
        printer.print_region(
            self.body, print_entry_block_args=False, print_block_terminators=bool(self.results)
        )

    @classmethod
    def parse(cls, parser: Parser) -> RegionOp:
        bindings = parser.parse_comma_separated_list(
            parser.Delimiter.PAREN, lambda: _parse_binding(parser)
        )
        result_types: Sequence[Attribute] = ()
        if parser.parse_optional_punctuation("->") is not None:
            result_types = parser.parse_comma_separated_list(
                parser.Delimiter.PAREN, parser.parse_type
            )
        attributes = parser.parse_optional_attr_dict_with_keyword()
        region = parser.parse_region([argument for argument, _ in bindings])
        if region.block.last_op is None or not isinstance(region.block.last_op, YieldOp):
            region.block.add_op(YieldOp())
        op = cls([operand for _, operand in bindings], result_types, region)
        if attributes is not None:
            op.attributes = dict(attributes.data)
        return op


def _print_binding(printer: Printer, argument: SSAValue, operand: SSAValue) -> None:
    printer.print_ssa_value(argument)
    printer.print_string(" = ")
    printer.print_ssa_value(operand)
    printer.print_string(" : ")
    printer.print_attribute(operand.type)


def _parse_binding(parser: Parser) -> tuple[Parser.Argument, SSAValue]:
    argument = parser.parse_argument(expect_type=False)
    parser.parse_punctuation("=")
    operand = parser.parse_unresolved_operand()
    parser.parse_punctuation(":")
    type_ = parser.parse_type()
    return argument.resolve(type_), parser.resolve_operand(operand, type_)


@irdl_op_definition
class YieldOp(AbstractYieldOperation[Attribute]):
    """Ends a `kernel.region` with its results."""

    name = "kernel.yield"

    traits = traits_def(HasParent(RegionOp), IsTerminator())


Kernel = Dialect("kernel", [RegionOp, YieldOp])
