"""arith and math to the llvm dialect, one row per operation."""

from __future__ import annotations

from typing import Any

from xdsl.dialects import arith, llvm, math
from xdsl.dialects.builtin import (
    FloatAttr,
    IndexType,
    IntegerAttr,
    IntegerType,
    MemRefType,
    i32,
    i64,
)
from xdsl.ir import Attribute, Operation

from tir.dialects import llvm_ext, llvm_intrinsics, math_ext
from tir.support.errors import UnsupportedError

from .descriptor import MemRefDescriptor, convert_type
from .emitter import FunctionEmitter, Handler

_INTEGER_PREDICATES = tuple(IntegerAttr(index, i64) for index in range(10))
_FCMP_PREDICATES = tuple(IntegerAttr(index, i64) for index in range(16))
_NO_FLAGS = llvm.FastMathAttr(None)
_fast_math_cache: dict[Attribute, llvm.FastMathAttr] = {}


def fast_math(op: Operation) -> llvm.FastMathAttr:
    """The llvm flags that correspond to an operation's `fastmath`."""
    flags = op.properties.get("fastmath")
    if flags is None:
        return _NO_FLAGS
    converted = _fast_math_cache.get(flags)
    if converted is None:
        assert isinstance(flags, arith.FastMathFlagsAttr)
        converted = _fast_math_cache[flags] = llvm.FastMathAttr(flags.data)
    return converted


def _integer(target: type[Operation]) -> Handler:
    """An integer operation whose result has the type of its operands."""

    def handle(emitter: FunctionEmitter, op: Operation) -> None:
        properties: dict[str, Attribute] = {}
        flags = op.properties.get("overflowFlags")
        if isinstance(flags, arith.IntegerOverflowAttr) and flags.data:
            names = {flag.value for flag in flags.data}
            bits = ("nsw" in names) + 2 * ("nuw" in names)
            properties["overflowFlags"] = IntegerAttr(bits, i32)
        operands = emitter.scalars(op.operands)
        emitter.values[op.results[0]] = emitter.emit(target, operands, operands[0].type, properties)

    return handle


def _float(target: type[Operation]) -> Handler:
    """A float operation whose result has the type of its operands."""

    def handle(emitter: FunctionEmitter, op: Operation) -> None:
        operands = emitter.scalars(op.operands)
        emitter.values[op.results[0]] = emitter.emit(
            target, operands, operands[0].type, {"fastmathFlags": fast_math(op)}
        )

    return handle


def _cast(target: type[Operation]) -> Handler:
    def handle(emitter: FunctionEmitter, op: Operation) -> None:
        result = op.results[0]
        emitter.values[result] = emitter.emit(
            target, emitter.scalars(op.operands), convert_type(result.type)
        )

    return handle


def _width(type_: Attribute) -> int:
    if isinstance(type_, IndexType):
        return 64
    assert isinstance(type_, IntegerType)
    return type_.width.data


def _index_cast(extend: type[Operation]) -> Handler:
    def handle(emitter: FunctionEmitter, op: Operation) -> None:
        source, result = op.operands[0], op.results[0]
        value = emitter.value(source)
        before, after = _width(source.type), _width(result.type)
        if before != after:
            target = extend if after > before else llvm.TruncOp
            value = emitter.emit(target, (value,), convert_type(result.type))
        emitter.values[result] = value

    return handle


def _constant(emitter: FunctionEmitter, op: arith.ConstantOp) -> None:
    value = op.value
    if isinstance(value, IntegerAttr):
        converted = emitter.integer(value.value.data, convert_type(op.result.type))
    elif isinstance(value, FloatAttr):
        converted = emitter.real(value.value.data, value.type)
    else:
        raise UnsupportedError(f"constants of type {op.result.type} cannot be lowered to LLVM")
    emitter.values[op.result] = converted


def _cmpi(emitter: FunctionEmitter, op: arith.CmpiOp) -> None:
    left, right = emitter.scalars(op.operands)
    predicate = _INTEGER_PREDICATES[op.predicate.value.data]
    emitter.values[op.result] = emitter.emit(
        llvm_ext.ICmpOp, (left, right), op.result.type, {"predicate": predicate}
    )


def _cmpf(emitter: FunctionEmitter, op: arith.CmpfOp) -> None:
    predicate = _FCMP_PREDICATES[op.predicate.value.data]
    emitter.values[op.result] = emitter.emit(
        llvm_ext.FCmpOp,
        emitter.scalars(op.operands),
        op.result.type,
        {"predicate": predicate, "fastmathFlags": fast_math(op)},
    )


def _select(emitter: FunctionEmitter, op: arith.SelectOp) -> None:
    if isinstance(op.result.type, MemRefType):
        _select_buffer(emitter, op)
        return
    operands = emitter.scalars(op.operands)
    emitter.values[op.result] = emitter.emit(
        llvm.SelectOp, operands, operands[1].type, {"fastmathFlags": _NO_FLAGS}
    )


def _select_buffer(emitter: FunctionEmitter, op: arith.SelectOp) -> None:
    """A choice between two buffers, which have the same sizes and strides, is one between two pointers."""
    then, otherwise = emitter.memref(op.lhs), emitter.memref(op.rhs)
    pointer = emitter.select(emitter.value(op.cond), then.pointer, otherwise.pointer)
    emitter.memrefs[op.result] = MemRefDescriptor(pointer, then.element, then.sizes, then.strides)


def _bitcast(emitter: FunctionEmitter, op: arith.BitcastOp) -> None:
    value = emitter.value(op.operands[0])
    type_ = convert_type(op.results[0].type)
    if type_ != value.type:
        value = emitter.emit(llvm.BitcastOp, (value,), type_)
    emitter.values[op.results[0]] = value


def _negation(emitter: FunctionEmitter, op: Any) -> None:
    operands = emitter.scalars(op.operands)
    emitter.values[op.results[0]] = emitter.emit(
        llvm.FNegOp, operands, operands[0].type, {"fastmathFlags": fast_math(op)}
    )


_INTEGER_OPS: dict[type[Operation], type[Operation]] = {
    arith.AddiOp: llvm.AddOp,
    arith.SubiOp: llvm.SubOp,
    arith.MuliOp: llvm.MulOp,
    arith.DivSIOp: llvm.SDivOp,
    arith.DivUIOp: llvm.UDivOp,
    arith.RemSIOp: llvm.SRemOp,
    arith.RemUIOp: llvm.URemOp,
    arith.AndIOp: llvm.AndOp,
    arith.OrIOp: llvm.OrOp,
    arith.XOrIOp: llvm.XOrOp,
    arith.ShLIOp: llvm.ShlOp,
    arith.ShRSIOp: llvm.AShrOp,
    arith.ShRUIOp: llvm.LShrOp,
    arith.MaxSIOp: llvm_intrinsics.SMaxOp,
    arith.MinSIOp: llvm_intrinsics.SMinOp,
    arith.MaxUIOp: llvm_intrinsics.UMaxOp,
    arith.MinUIOp: llvm_intrinsics.UMinOp,
    math.AbsIOp: llvm_intrinsics.AbsOp,
    math.CtPopOp: llvm_intrinsics.CtPopOp,
    math.CountLeadingZerosOp: llvm_intrinsics.CountLeadingZerosOp,
    math.CountTrailingZerosOp: llvm_intrinsics.CountTrailingZerosOp,
}

_FLOAT_OPS: dict[type[Operation], type[Operation]] = {
    arith.AddfOp: llvm.FAddOp,
    arith.SubfOp: llvm.FSubOp,
    arith.MulfOp: llvm.FMulOp,
    arith.DivfOp: llvm.FDivOp,
    arith.MaximumfOp: llvm_intrinsics.FMaximumOp,
    arith.MinimumfOp: llvm_intrinsics.FMinimumOp,
    arith.MaxnumfOp: llvm.VectorFMaxOp,
    arith.MinnumfOp: llvm.VectorFMinOp,
    math.AbsFOp: llvm.FAbsOp,
    math.CeilOp: llvm.FCeilOp,
    math.CopySignOp: llvm.FCopySignOp,
    math.FloorOp: llvm.FFloorOp,
    math.FmaOp: llvm.FMAOp,
    math.RoundEvenOp: llvm_intrinsics.RoundEvenOp,
    math.SqrtOp: llvm.FSqrtOp,
    math.TruncOp: llvm_intrinsics.FTruncOp,
    # The target's library function where it has no instruction.
    math_ext.FmodOp: llvm.FRemOp,
}

_CASTS: dict[type[Operation], type[Operation]] = {
    arith.ExtFOp: llvm.FPExtOp,
    arith.TruncFOp: llvm.FPTruncOp,
    arith.ExtSIOp: llvm.SExtOp,
    arith.ExtUIOp: llvm.ZExtOp,
    arith.TruncIOp: llvm.TruncOp,
    arith.FPToSIOp: llvm_ext.FPToSIOp,
    arith.FPToUIOp: llvm_ext.FPToUIOp,
    arith.SIToFPOp: llvm.SIToFPOp,
    arith.UIToFPOp: llvm_ext.UIToFPOp,
}

HANDLERS: dict[type[Operation], Handler] = {
    **{source: _integer(target) for source, target in _INTEGER_OPS.items()},
    **{source: _float(target) for source, target in _FLOAT_OPS.items()},
    **{source: _cast(target) for source, target in _CASTS.items()},
    arith.ConstantOp: _constant,
    arith.CmpiOp: _cmpi,
    arith.CmpfOp: _cmpf,
    arith.SelectOp: _select,
    arith.BitcastOp: _bitcast,
    arith.NegfOp: _negation,
    arith.IndexCastOp: _index_cast(llvm.SExtOp),
}
