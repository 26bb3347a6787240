"""The pass `expand-math`."""

from __future__ import annotations

from dataclasses import dataclass

from xdsl.context import Context
from xdsl.dialects import func
from xdsl.dialects.builtin import FunctionType, ModuleOp, StringAttr, SymbolRefAttr, UnitAttr
from xdsl.ir import Block, Operation, Region
from xdsl.passes import ModulePass
from xdsl.traits import SymbolTable

from tir.lowering.expand_math.builder import ScalarBuilder
from tir.lowering.expand_math.formats import F32, F64, FloatFormat
from tir.lowering.expand_math.registry import EXPANDERS
from tir.support.errors import LoweringError

FORMATS = {F32.float_type: F32, F64.float_type: F64}
ALWAYS_INLINE = "always_inline"


def function_name(op: Operation, float_format: FloatFormat) -> str:
    """`tir.exp.f64` for a `math.exp` on f64."""
    return f"tir.{op.name.split('.', 1)[1]}.{float_format.name}"


def build_function(op: Operation, float_format: FloatFormat) -> func.FuncOp:
    """The private function that computes what `op` does."""
    kind = float_format.float_type
    block = Block(arg_types=[kind] * len(op.operands))
    result = EXPANDERS[type(op)](ScalarBuilder(block, float_format), *block.args)
    block.add_op(func.ReturnOp.create(operands=(result,)))
    return func.FuncOp.create(
        properties={
            "sym_name": StringAttr(function_name(op, float_format)),
            "function_type": FunctionType.from_lists([kind] * len(op.operands), [kind]),
            "sym_visibility": StringAttr("private"),
        },
        attributes={ALWAYS_INLINE: UnitAttr()},
        regions=(Region(block),),
    )


def symbol_table_around(op: Operation) -> Operation:
    """The nearest enclosing op that holds symbols: the module, or a `gpu.module`."""
    parent = op.parent_op()
    while parent is not None:
        if parent.has_trait(SymbolTable):
            return parent
        parent = parent.parent_op()
    raise LoweringError(f"{op.name} is outside of any module")


@dataclass(frozen=True)
class ExpandMathPass(ModulePass):
    """Replaces elementary functions on f32 and f64 scalars by calls of private functions.

    Before:

        %1 = math.exp %0 : f64

    After:

        %1 = func.call @tir.exp.f64(%0) : (f64) -> f64
        ...
        func.func private @tir.exp.f64(%x: f64) -> f64 attributes {always_inline} {
          // arith and math.fma, math.sqrt, ... : no control flow, no memory, no calls
        }

    One function is added per operation and type, to the nearest symbol table around its uses. Its body
    holds arith ops and those math ops that are single instructions or LLVM intrinsics without a library call,
    so that loops over it vectorize and no target needs a math library. Afterwards no op of
    `EXPANDERS` is left on f32 or f64; on other types they stay as they are.
    """

    name = "expand-math"

    def apply(self, ctx: Context, op: ModuleOp) -> None:
        tables: dict[Operation, dict[str, func.FuncOp]] = {}
        for user in [o for o in op.walk() if type(o) in EXPANDERS]:
            float_format = FORMATS.get(user.results[0].type)  # pyright: ignore[reportArgumentType]
            if float_format is None:
                continue
            table = symbol_table_around(user)
            functions = tables.get(table)
            if functions is None:
                functions = tables[table] = {
                    f.sym_name.data: f for f in table.regions[0].ops if isinstance(f, func.FuncOp)
                }
            name = function_name(user, float_format)
            if name not in functions:
                functions[name] = build_function(user, float_format)
                table.regions[0].blocks[0].add_op(functions[name])
            call = func.CallOp.create(
                operands=user.operands,
                result_types=(user.results[0].type,),
                properties={"callee": SymbolRefAttr(name)},
            )
            block = user.parent_block()
            assert block is not None
            block.insert_op_before(call, user)
            call.results[0].name_hint = user.results[0].name_hint
            user.results[0].replace_all_uses_with(call.results[0])
            block.erase_op(user)
