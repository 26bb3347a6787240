"""Runs scalar functions made of arith and math ops over arrays, by way of LLVM assembly text.

It knows just the operations that `expand-math` produces.
"""

from __future__ import annotations

import ctypes
import struct
from collections.abc import Sequence

import llvmlite.binding as llvm
import numpy as np
from xdsl.context import Context
from xdsl.dialects import arith, func, math
from xdsl.dialects.builtin import FloatAttr, FunctionType, IntegerAttr, ModuleOp, f32, f64
from xdsl.ir import Attribute, Block, Operation, Region, SSAValue

from tir.lowering.expand_math.expand_math import ExpandMathPass

BINARY = {
    arith.AddfOp: "fadd",
    arith.SubfOp: "fsub",
    arith.MulfOp: "fmul",
    arith.DivfOp: "fdiv",
    arith.AddiOp: "add",
    arith.SubiOp: "sub",
    arith.MuliOp: "mul",
    arith.AndIOp: "and",
    arith.OrIOp: "or",
    arith.XOrIOp: "xor",
    arith.ShLIOp: "shl",
    arith.ShRUIOp: "lshr",
}
INTRINSICS = {
    math.FmaOp: "fma",
    math.SqrtOp: "sqrt",
    math.AbsFOp: "fabs",
    math.CopySignOp: "copysign",
    math.FloorOp: "floor",
    math.TruncOp: "trunc",
    math.RoundEvenOp: "roundeven",
}
CONVERSIONS = {arith.BitcastOp: "bitcast", arith.ExtFOp: "fpext", arith.TruncFOp: "fptrunc"}
CMPF = {1: "oeq", 2: "ogt", 3: "oge", 4: "olt", 5: "ole", 13: "une", 14: "uno"}
CMPI = {0: "eq", 1: "ne", 2: "slt"}


def type_text(kind: Attribute) -> str:
    return {"f32": "float", "f64": "double"}.get(str(kind), str(kind))


def constant_text(attribute: Attribute) -> str:
    if isinstance(attribute, IntegerAttr):
        return str(attribute.value.data)
    assert isinstance(attribute, FloatAttr)
    return f"0x{struct.unpack('<Q', struct.pack('<d', attribute.value.data))[0]:016X}"


class FunctionPrinter:
    """Prints one function as LLVM assembly and notes the intrinsics it declares."""

    def __init__(self) -> None:
        self.names: dict[SSAValue, str] = {}
        self.declarations: set[str] = set()

    def operand(self, value: SSAValue) -> str:
        return f"{type_text(value.type)} {self.names[value]}"

    def line(self, op: Operation) -> str:
        if isinstance(op, func.ReturnOp):
            return f"  ret {self.operand(op.operands[0])}"
        result = op.results[0]
        if isinstance(op, arith.ConstantOp):
            self.names[result] = constant_text(op.value)
            return ""
        name = self.names[result] = f"%v{len(self.names)}"
        kind, names = type_text(result.type), [self.names[o] for o in op.operands]
        if type(op) in BINARY:
            return f"  {name} = {BINARY[type(op)]} {kind} {names[0]}, {names[1]}"
        if isinstance(op, arith.NegfOp):
            return f"  {name} = fneg {kind} {names[0]}"
        if isinstance(op, arith.CmpfOp | arith.CmpiOp):
            is_float = isinstance(op, arith.CmpfOp)
            predicate = (CMPF if is_float else CMPI)[op.predicate.value.data]
            compare = "fcmp" if is_float else "icmp"
            return f"  {name} = {compare} {predicate} {self.operand(op.operands[0])}, {names[1]}"
        arguments = ", ".join(self.operand(o) for o in op.operands)
        if isinstance(op, arith.SelectOp):
            return f"  {name} = select {arguments}"
        if type(op) in CONVERSIONS:
            return f"  {name} = {CONVERSIONS[type(op)]} {arguments} to {kind}"
        intrinsic = f"@llvm.{INTRINSICS[type(op)]}.{result.type}"
        self.declarations.add(f"declare {kind} {intrinsic}({', '.join([kind] * len(names))})")
        return f"  {name} = call {kind} {intrinsic}({arguments})"

    def function(self, op: func.FuncOp) -> str:
        block = op.body.block
        for index, argument in enumerate(block.args):
            self.names[argument] = f"%a{index}"
        arguments = ", ".join(self.operand(a) for a in block.args)
        result = type_text(op.function_type.outputs.data[0])
        lines = "\n".join(filter(None, (self.line(o) for o in block.ops)))
        return f"define private {result} @scalar({arguments}) alwaysinline {{\n{lines}\n}}\n"


def expanded(op_class: type[Operation], kind: Attribute, arity: int) -> func.FuncOp:
    """The function that `expand-math` adds for one operation."""
    block = Block(arg_types=[kind] * arity)
    op = op_class.create(operands=block.args, result_types=[kind])
    block.add_ops([op, func.ReturnOp(op)])
    user = func.FuncOp("user", FunctionType.from_lists([kind] * arity, [kind]), Region(block))
    module = ModuleOp([user])
    ExpandMathPass().apply(Context(), module)
    module.verify()
    return next(f for f in module.ops if isinstance(f, func.FuncOp) and f is not user)


def loop_text(op: func.FuncOp) -> str:
    """LLVM assembly of `loop(inputs..., output, n)`."""
    printer = FunctionPrinter()
    body = printer.function(op)
    kind = type_text(op.function_type.outputs.data[0])
    arity = len(op.function_type.inputs.data)
    pointers = "".join(f"ptr noalias %p{i}, " for i in range(arity))
    loads = "".join(
        f"  %g{i} = getelementptr {kind}, ptr %p{i}, i64 %i\n  %x{i} = load {kind}, ptr %g{i}\n"
        for i in range(arity)
    )
    arguments = ", ".join(f"{kind} %x{i}" for i in range(arity))
    return (
        body
        + "\n".join(sorted(printer.declarations))
        + f"""
define void @loop({pointers}ptr noalias %out, i64 %n) {{
entry:
  %some = icmp sgt i64 %n, 0
  br i1 %some, label %body, label %done
body:
  %i = phi i64 [0, %entry], [%next, %body]
{loads}  %y = call {kind} @scalar({arguments})
  %g = getelementptr {kind}, ptr %out, i64 %i
  store {kind} %y, ptr %g
  %next = add i64 %i, 1
  %more = icmp slt i64 %next, %n
  br i1 %more, label %body, label %done
done:
  ret void
}}
"""
    )


class CompiledLoop:
    """A scalar function compiled into a loop over arrays: call it with arrays of its dtype."""

    def __init__(self, op_class: type[Operation], dtype: str, arity: int = 1) -> None:
        llvm.initialize_native_target()
        llvm.initialize_native_asmprinter()
        self.dtype = np.dtype(dtype)
        kind = f32 if self.dtype == np.float32 else f64
        self.text = loop_text(expanded(op_class, kind, arity))
        module = llvm.parse_assembly(self.text)
        machine = llvm.Target.from_default_triple().create_target_machine(
            cpu=llvm.get_host_cpu_name(), features=llvm.get_host_cpu_features().flatten(), opt=3
        )
        options = llvm.create_pipeline_tuning_options(speed_level=3)
        options.loop_vectorization = True
        builder = llvm.create_pass_builder(machine, options)
        builder.getModulePassManager().run(module, builder)
        self.assembly = machine.emit_assembly(module)
        self.engine = llvm.create_mcjit_compiler(module, machine)
        self.engine.finalize_object()
        pointer = ctypes.c_void_p
        signature = ctypes.CFUNCTYPE(None, *[pointer] * (arity + 1), ctypes.c_int64)
        self.function = signature(self.engine.get_function_address("loop"))

    def __call__(self, *inputs: Sequence[float] | np.ndarray) -> np.ndarray:
        arrays = [np.ascontiguousarray(x, dtype=self.dtype) for x in inputs]
        output = np.empty_like(arrays[0])
        self.function(*(a.ctypes.data for a in arrays), output.ctypes.data, output.size)
        return output
