"""`rt.parallel_call`, what `rt.parallel` becomes once its body is a function."""

from __future__ import annotations

from collections.abc import Sequence

from xdsl.dialects.builtin import FlatSymbolRefAttrConstr, IndexType, SymbolRefAttr
from xdsl.dialects.func import FuncOp
from xdsl.ir import Operation, SSAValue
from xdsl.irdl import (
    IRDLOperation,
    irdl_op_definition,
    operand_def,
    prop_def,
    traits_def,
    var_operand_def,
)
from xdsl.traits import (
    MemoryReadEffect,
    MemoryWriteEffect,
    SymbolTable,
    SymbolUserOpInterface,
)
from xdsl.utils.exceptions import VerifyException


class _CalleeTakesARange(SymbolUserOpInterface):
    def verify(self, op: Operation) -> None:
        assert isinstance(op, ParallelCallOp)
        callee = SymbolTable.lookup_symbol(op, op.callee)
        if not isinstance(callee, FuncOp):
            raise VerifyException(f"rt.parallel_call: {op.callee} is no function")
        expected = (*(value.type for value in op.captured), IndexType(), IndexType())
        if callee.function_type.inputs.data != expected:
            raise VerifyException(
                f"rt.parallel_call: {op.callee} must take the captured values and the two bounds of a range"
            )
        if callee.function_type.outputs.data:
            raise VerifyException(f"rt.parallel_call: {op.callee} must have no results")


@irdl_op_definition
class ParallelCallOp(IRDLOperation):
    """Calls a function, which takes what it captured and two bounds, for consecutive ranges from 0 to `count`.

        rt.parallel_call @kernel_0_range_0(%x, %n) count %count grain %grain : memref<?xf64>, index

    The ranges are as those of `rt.parallel`. Where the function may fail, the first failure is the caller's, and
    ranges that have not begun do not run.
    """

    name = "rt.parallel_call"

    captured = var_operand_def()
    count = operand_def(IndexType())
    grain = operand_def(IndexType())
    callee = prop_def(FlatSymbolRefAttrConstr)

    traits = traits_def(_CalleeTakesARange(), MemoryReadEffect(), MemoryWriteEffect())
    assembly_format = (
        "$callee `(` $captured `)` `count` $count `grain` $grain attr-dict (`:` type($captured)^)?"
    )

    def __init__(
        self,
        callee: str,
        captured: Sequence[SSAValue],
        count: SSAValue | Operation,
        grain: SSAValue | Operation,
    ):
        super().__init__(
            operands=[captured, count, grain], properties={"callee": SymbolRefAttr(callee)}
        )
