"""Compiles one scalar operation into a loop over arrays, through the passes that programs go through."""

from __future__ import annotations

import ctypes
from collections.abc import Callable, Sequence

import numpy as np
from xdsl.context import Context
from xdsl.dialects.arith import Arith
from xdsl.dialects.builtin import Builtin, ModuleOp
from xdsl.dialects.func import Func
from xdsl.dialects.math import Math
from xdsl.dialects.memref import MemRef
from xdsl.dialects.scf import Scf
from xdsl.ir import Operation
from xdsl.parser import Parser

from tir.dialects.math_ext import MathExt
from tir.dialects.math_special import MathSpecial
from tir.lowering.convert_to_llvm import ConvertToLLVMPass
from tir.lowering.expand_math import ExpandMathPass
from tir.runtime import cpu
from tir.runtime.llvm_passes import DEFAULT_LEVEL
from tir.targets.llvm_ir import llvm_assembly


def loop_module(op_class: type[Operation], element: str, arity: int) -> str:
    """A function that applies the operation to all elements of 1-d arrays."""
    array = f"memref<?x{element}>"
    parameters = ", ".join(f"%a{i}: {array} {{llvm.noalias}}" for i in range(arity))
    loads = "\n".join(f"%x{i} = memref.load %a{i}[%i] : {array}" for i in range(arity))
    arguments = ", ".join(f"%x{i}" for i in range(arity))
    return f"""
func.func @loop({parameters}, %out: {array} {{llvm.noalias}}) {{
  %zero = arith.constant 0 : index
  %one = arith.constant 1 : index
  %n = memref.dim %out, %zero : {array}
  scf.for %i = %zero to %n step %one {{
    {loads}
    %y = {op_class.name} {arguments} : {element}
    memref.store %y, %out[%i] : {array}
  }}
  func.return
}}
"""


def loop_assembly(
    op_class: type[Operation],
    element: str,
    arity: int,
    tables: bool = False,
    change: Callable[[ModuleOp], None] | None = None,
) -> str:
    """LLVM assembly of the loop with the elementary function expanded, and then changed, if asked for."""
    context = Context()
    for dialect in (Arith, Builtin, Func, Math, MathExt, MathSpecial, MemRef, Scf):
        context.load_dialect(dialect)
    module = Parser(context, loop_module(op_class, element, arity)).parse_module()
    ExpandMathPass(tables).apply(context, module)
    if change is not None:
        change(module)
    module.verify()
    ConvertToLLVMPass().apply(context, module)
    return llvm_assembly(module)


class CompiledLoop:
    """A scalar function compiled into a loop over arrays: call it with arrays of its dtype."""

    def __init__(
        self,
        op_class: type[Operation],
        dtype: str,
        arity: int = 1,
        tables: bool = False,
        change: Callable[[ModuleOp], None] | None = None,
    ) -> None:
        self.dtype = np.dtype(dtype)
        element = f"f{self.dtype.itemsize * 8}"
        self.text = loop_assembly(op_class, element, arity, tables, change)
        # What is changed is looked at in a few elements only.
        level = DEFAULT_LEVEL if change is None else 0
        loaded = cpu.load_object(cpu.compile_to_object(self.text, level), ["loop"])
        array = (ctypes.c_void_p, ctypes.c_int64)
        self.function = loaded.function("loop", None, *array * (arity + 1))

    @property
    def assembly(self) -> str:
        """The machine code of the loop, as text."""
        return cpu.assembly(self.text)

    def __call__(self, *inputs: Sequence[float] | np.ndarray) -> np.ndarray:
        arrays = [np.ascontiguousarray(x, dtype=self.dtype) for x in inputs]
        arrays.append(np.empty_like(arrays[0]))
        self.function(*(part for a in arrays for part in (a.ctypes.data, a.size)))
        return arrays[-1]
