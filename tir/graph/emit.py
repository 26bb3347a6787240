"""From the expression graph to a module of the `tir` dialect, and back.

`emit` and `recover` are inverse up to names: the module holds one function `@main` whose arguments are the graph's
inputs and then its shared variables, and whose results are the outputs and then the updates.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from xdsl.dialects.builtin import (
    ArrayAttr,
    DictionaryAttr,
    FileLineColLoc,
    FunctionType,
    IntAttr,
    IntegerAttr,
    LocationAttr,
    ModuleOp,
    StringAttr,
    UnknownLoc,
    i64,
)
from xdsl.dialects.func import FuncOp, ReturnOp
from xdsl.ir import Block, Region, SSAValue

from tir.dialects.tir.base import TirOp
from tir.dialects.tir.structural import ConstantOp, dense_array, dense_attribute
from tir.graph.constants import constant
from tir.graph.dialect_op import DialectOp, dialect_op
from tir.graph.tensor_type import TensorType
from tir.graph.traversal import toposort
from tir.graph.variable import Apply, Constant, Variable
from tir.support.errors import UnsupportedError
from tir.support.source import SourceLocation

MAIN = "main"
"""The name of the function that a module computes."""


def emit(
    inputs: Sequence[Variable],
    outputs: Sequence[Variable],
    shared: Sequence[Variable] = (),
    updates: Mapping[Variable, Variable] | None = None,
) -> ModuleOp:
    """A module that computes `outputs` from `inputs` and `shared`, and the new values of some of the shared.

    `updates` maps variables of `shared` to the expressions of their new values.
    """
    updates = updates or {}
    arguments = [*inputs, *shared]
    results = [*outputs, *updates.values()]
    block = Block(arg_types=[v.type.ir_type for v in arguments])
    values: dict[Variable, SSAValue] = {}
    for variable, argument in zip(arguments, block.args, strict=True):
        if variable.name and SSAValue.is_valid_name(variable.name):
            argument.name_hint = variable.name
        values[variable] = argument
    for node in toposort(results, stop_at=values):
        _emit_node(node, block, values)
    # A constant or an argument may be a result without any node.
    returned = [_value_of(v, block, values) for v in results]
    block.add_op(ReturnOp(*returned))
    function = FuncOp(
        MAIN,
        FunctionType.from_lists([a.type for a in block.args], [r.type for r in returned]),
        Region(block),
        arg_attrs=ArrayAttr(
            [_argument_attributes(v, "input") for v in inputs]
            + [_argument_attributes(v, "shared") for v in shared]
        ),
    )
    positions = {variable: len(inputs) + i for i, variable in enumerate(shared)}
    function.attributes["tir.updates"] = ArrayAttr(
        [IntegerAttr(positions[variable], i64) for variable in updates]
    )
    return ModuleOp([function])


def _argument_attributes(variable: Variable, kind: str) -> DictionaryAttr:
    attributes = {"tir.kind": StringAttr(kind)}
    if variable.name:
        attributes["tir.name"] = StringAttr(variable.name)
    return DictionaryAttr(attributes)


def _emit_node(node: Apply, block: Block, values: dict[Variable, SSAValue]) -> None:
    applied = dialect_op(node)
    operands = [_value_of(v, block, values) for v in node.inputs]
    op = applied.op_class.create(
        operands=operands,
        result_types=[v.type.ir_type for v in node.outputs],
        properties=applied.properties,
        location=ir_location(node.location),
    )
    block.add_op(op)
    for variable, result in zip(node.outputs, op.results, strict=True):
        if variable.name and SSAValue.is_valid_name(variable.name):
            result.name_hint = variable.name
        values[variable] = result


def _value_of(variable: Variable, block: Block, values: dict[Variable, SSAValue]) -> SSAValue:
    found = values.get(variable)
    if found is not None:
        return found
    if not isinstance(variable, Constant):
        raise ValueError(f"the variable {variable} is needed but is not an input")
    op = ConstantOp.create(
        result_types=[variable.type.ir_type], properties={"value": dense_attribute(variable.data)}
    )
    block.add_op(op)
    values[variable] = op.results[0]
    return op.results[0]


def ir_location(location: SourceLocation | None) -> LocationAttr:
    """A line of the user's code as a location of the IR."""
    if location is None:
        return UnknownLoc()
    return FileLineColLoc(StringAttr(location.filename), IntAttr(location.line), IntAttr(0))


def source_location(location: LocationAttr) -> SourceLocation | None:
    """A location of the IR as a line of the user's code; `None` if it is unknown."""
    if isinstance(location, FileLineColLoc):
        return SourceLocation(location.filename.data, location.line.data)
    return None


@dataclass(frozen=True)
class RecoveredGraph:
    """The expression graph that a module computes."""

    inputs: list[Variable]
    shared: list[Variable]
    outputs: list[Variable]
    updates: dict[Variable, Variable]


def main_function(module: ModuleOp) -> FuncOp:
    """The function `@main` of a module; `ValueError` if there is none."""
    for op in module.body.block.ops:
        if isinstance(op, FuncOp) and op.sym_name.data == MAIN:
            return op
    raise ValueError("the module has no function @main")


def updated_arguments(function: FuncOp) -> list[int]:
    """The numbers of the arguments whose new values are the last results."""
    attribute = function.attributes.get("tir.updates")
    if not isinstance(attribute, ArrayAttr):
        return []
    return [item.value.data for item in attribute.data]  # pyright: ignore[reportAttributeAccessIssue]


def argument_attribute(function: FuncOp, index: int, name: str) -> str | None:
    """A text attribute of an argument, such as its `tir.name`."""
    if function.arg_attrs is None:
        return None
    attribute = function.arg_attrs.data[index].data.get(name)
    return attribute.data if isinstance(attribute, StringAttr) else None


def recover(module: ModuleOp) -> RecoveredGraph:
    """The expression graph of a module of the `tir` dialect."""
    function = main_function(module)
    block = function.body.block
    values: dict[SSAValue, Variable] = {}
    inputs: list[Variable] = []
    shared: list[Variable] = []
    for index, argument in enumerate(block.args):
        variable = TensorType.from_ir(argument.type).make_variable(  # pyright: ignore
            argument_attribute(function, index, "tir.name")
        )
        values[argument] = variable
        is_shared = argument_attribute(function, index, "tir.kind") == "shared"
        (shared if is_shared else inputs).append(variable)
    results: list[Variable] = []
    for op in block.ops:
        if isinstance(op, ReturnOp):
            results = [values[v] for v in op.operands]
        elif isinstance(op, ConstantOp):
            values[op.results[0]] = constant(dense_array(op.properties["value"]))
        elif isinstance(op, TirOp):
            node = DialectOp(type(op), op.properties).make_node(*(values[v] for v in op.operands))
            node.location = source_location(op.location)
            values.update(zip(op.results, node.outputs, strict=True))
        else:
            raise UnsupportedError(f"{op.name} is not an operation of the tir dialect")
    updated = updated_arguments(function)
    split = len(results) - len(updated)
    arguments = [values[a] for a in block.args]
    return RecoveredGraph(
        inputs,
        shared,
        results[:split],
        {arguments[i]: value for i, value in zip(updated, results[split:], strict=True)},
    )
