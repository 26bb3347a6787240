"""The pass `expand-math`."""

from __future__ import annotations

from dataclasses import dataclass

from xdsl.context import Context
from xdsl.dialects import func, scf
from xdsl.dialects.builtin import (
    DenseArrayBase,
    FunctionType,
    ModuleOp,
    StringAttr,
    SymbolRefAttr,
    UnitAttr,
    i32,
)
from xdsl.ir import Attribute, Block, Operation, Region
from xdsl.passes import ModulePass
from xdsl.traits import SymbolTable

from tir.dialects.math_ext import RARE_CASE, TABLE
from tir.lowering.expand_math.builder import RareCase, ScalarBuilder
from tir.lowering.expand_math.formats import F32, F64, FloatFormat
from tir.lowering.expand_math.registry import EXPANDERS, WITH_LOOPS
from tir.support.errors import LoweringError

FORMATS = {F32.float_type: F32, F64.float_type: F64}
ALWAYS_INLINE = "always_inline"
NO_INLINE = "no_inline"


def function_name(op: Operation, float_format: FloatFormat) -> str:
    """`tir.exp.f64` for a `math.exp` on f64."""
    return f"tir.{op.name.split('.', 1)[1]}.{float_format.name}"


def build_functions(
    op: Operation, float_format: FloatFormat, tables: bool = False
) -> list[func.FuncOp]:
    """The private function that computes what `op` does, and those for rare arguments and of tables that it calls."""
    block = Block(arg_types=[float_format.float_type] * len(op.operands))
    builder = ScalarBuilder(block, float_format, tables)
    result = EXPANDERS[op.name](builder, *block.args)
    block.add_op(func.ReturnOp.create(operands=(result,)))
    inlining = NO_INLINE if op.name in WITH_LOOPS else ALWAYS_INLINE
    function = _function(function_name(op, float_format), block, {inlining: UnitAttr()})
    looked_up = (_table_function(name, table) for name, table in builder.tables.items())
    return [function, *map(_rare_function, builder.rare_cases), *looked_up]


def _table_function(name: str, table: tuple[int, ...]) -> func.FuncOp:
    return func.FuncOp.create(
        properties={
            "sym_name": StringAttr(name),
            "function_type": FunctionType.from_lists([i32], [i32]),
            "sym_visibility": StringAttr("private"),
        },
        attributes={TABLE: DenseArrayBase.from_list(i32, table)},
        regions=(Region(),),
    )


def _function(name: str, block: Block, attributes: dict[str, Attribute]) -> func.FuncOp:
    types = list(block.arg_types)
    return func.FuncOp.create(
        properties={
            "sym_name": StringAttr(name),
            "function_type": FunctionType.from_lists(types, types[:1]),
            "sym_visibility": StringAttr("private"),
        },
        attributes=attributes,
        regions=(Region(block),),
    )


def _rare_function(case: RareCase) -> func.FuncOp:
    kind, width = case.format.float_type, case.format.int_type
    block = Block(arg_types=[kind, kind, width])
    usual, x, mask = block.args
    is_rare = ScalarBuilder(block, case.format).icompare("ne", mask, 0)
    there, elsewhere = Block(), Block()
    there.add_op(scf.YieldOp(case.expand(ScalarBuilder(there, case.format), x)))
    elsewhere.add_op(scf.YieldOp(usual))
    choice = scf.IfOp(is_rare, [kind], Region(there), Region(elsewhere))
    block.add_ops([choice, func.ReturnOp(choice)])
    return _function(case.name, block, {NO_INLINE: UnitAttr(), RARE_CASE: UnitAttr()})


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
          // arith and math.fma, math.sqrt, ... : no control flow, no memory
        }

    One function is added per operation and type, to the nearest symbol table around its uses. Its body
    holds arith ops and those math ops that are single instructions or LLVM intrinsics without a library call,
    so that loops over it vectorize and no target needs a math library (the functions of `WITH_LOOPS` have branches and loops, and are not
    inlined). Afterwards no op of
    `EXPANDERS` is left on f32 or f64; on other types they stay as they are.

    Where rare arguments need another algorithm, that has a function of its own, which is given what was computed for the
    usual ones, and -1 where it does not hold:

        func.func private @tir.sin.f64(%x: f64) -> f64 attributes {always_inline} {
          ...
          %far = arith.cmpf oge, %size, %bound : f64
          %mask = arith.extsi %far : i1 to i64
          %result = func.call @tir.sin.far.f64(%near, %x, %mask) : (f64, f64, i64) -> f64
          func.return %result : f64
        }
        func.func private @tir.sin.far.f64(%near: f64, %x: f64, %mask: i64) -> f64
            attributes {no_inline, tir.rare_case} {
          // near where the mask is 0, else what the other algorithm computes of x
        }

    For the attribute `tir.rare_case` the printer of LLVM assembly makes variants that test all elements of a vector at once
    (`tir/targets/lane_variants.py`).

    With `{tables=true}` exponentials of f32 look up a table of 8 numbers that a register holds, by a function
    which that printer defines for elements and for vectors (`tir/targets/lane_tables.py`):

        %power = func.call @tir.power_of_eighths.f32(%k) : (i32) -> i32
        ...
        func.func private @tir.power_of_eighths.f32(i32) -> i32 attributes {tir.table = array<i32: ...>}
    """

    name = "expand-math"

    tables: bool = False

    def apply(self, ctx: Context, op: ModuleOp) -> None:
        tables: dict[Operation, dict[str, func.FuncOp]] = {}
        for user in [o for o in op.walk() if o.name in EXPANDERS]:
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
                built = build_functions(user, float_format, self.tables)
                functions[name] = built[0]
                table.regions[0].blocks[0].add_ops(built)
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
