"""The pass `tir-to-linalg`: whole-tensor operations become loops over scalars."""

from __future__ import annotations

from dataclasses import dataclass

from xdsl.context import Context
from xdsl.dialects.builtin import (
    ArrayAttr,
    DictionaryAttr,
    FunctionType,
    ModuleOp,
    StringAttr,
    TensorType,
)
from xdsl.dialects.func import FuncOp, ReturnOp
from xdsl.ir import Attribute, Block
from xdsl.passes import ModulePass

from tir.dialects.tir.base import TirOp
from tir.lowering.tir_to_linalg.builder import HostBuilder
from tir.lowering.tir_to_linalg.context import Lowering, signless
from tir.lowering.tir_to_linalg.registry import lowering_of
from tir.support.dtypes import dtype_of
from tir.support.errors import LoweringError, UnsupportedError


@dataclass(frozen=True)
class TirToLinalgPass(ModulePass):
    """Lowers the `tir` dialect to linalg on tensors, with host arithmetic for sizes and indices.

    Before:

        func.func @main(%x: tensor<?xf64>, %y: tensor<?xf64>) -> tensor<?xf64> {
          %z = tir.add %x, %y : tensor<?xf64>
          func.return %z : tensor<?xf64>
        }

    After:

        %n = tensor.dim %x, %c0 : tensor<?xf64>
        %m = tensor.dim %y, %c0 : tensor<?xf64>
        %same = arith.cmpi eq, %n, %m : index
        rt.assert %same, "Input dimension mis-match..." {kind = "ValueError"}
        %e = tensor.empty(%n) : tensor<?xf64>
        %z = linalg.generic {indexing_maps = [...], iterator_types = ["parallel"]} ins(%x, %y) outs(%e) {
        ^bb0(%a : f64, %b : f64, %c : f64):
          %s = arith.addf %a, %b : f64
          linalg.yield %s : f64
        } -> tensor<?xf64>

    Invariants: element types are signless; the result map of a generic is the identity (for a reduction, without
    the reduced loops); operand maps name loops or the constant 0; sizes known to be equal are the same SSA value;
    bodies may capture host scalars and tensors; every operation has the location of the one it comes from.
    Linear in the number of operations.
    """

    name = "tir-to-linalg"

    def apply(self, ctx: Context, op: ModuleOp) -> None:
        for function in list(op.body.block.ops):
            if isinstance(function, FuncOp) and not function.is_declaration:
                _lower_function(function)


def _lower_function(function: FuncOp) -> None:
    old = function.body.block
    block = Block(arg_types=[signless(a.type) for a in old.args])
    low = Lowering(HostBuilder(block))
    for before, after in zip(old.args, block.args, strict=True):
        after.name_hint = before.name_hint
        low.bind(before, after)
    for op in old.ops:
        low.host.location = op.location
        if isinstance(op, ReturnOp):
            low.host.append(ReturnOp, [low.tensor(value) for value in op.operands], ())
        elif isinstance(op, TirOp):
            _lower_operation(low, op)
        else:
            raise LoweringError(f"tir-to-linalg expects the tir dialect only, found {op.name}")
    low.host.insert_prologue()
    function.body.detach_block(old)
    old.erase()
    function.body.add_block(block)
    _record_dtypes(function)
    function.properties["function_type"] = FunctionType.from_lists(
        [a.type for a in block.args], [signless(t) for t in function.function_type.outputs]
    )


def _record_dtypes(function: FuncOp) -> None:
    """Keep NumPy's names of the element types, from which the signless types cannot be told."""
    inputs, outputs = function.function_type.inputs.data, function.function_type.outputs.data
    given = function.arg_attrs.data if function.arg_attrs else [DictionaryAttr({})] * len(inputs)
    function.properties["arg_attrs"] = ArrayAttr(
        [
            DictionaryAttr({**attributes.data, "tir.dtype": _dtype(type_)})
            for attributes, type_ in zip(given, inputs, strict=True)
        ]
    )
    function.attributes["tir.result_dtypes"] = ArrayAttr([_dtype(t) for t in outputs])


def _dtype(type_: Attribute) -> StringAttr:
    assert isinstance(type_, TensorType)
    return StringAttr(dtype_of(type_.element_type))


def _lower_operation(low: Lowering, op: TirOp) -> None:
    lower = lowering_of(type(op))
    if lower is None:
        raise UnsupportedError(f"{op.name} cannot be compiled: it has no lowering to linalg")
    lower(low, op)
    low.carry_name_hints(op)
