"""Functions that a module defines around BLAS: they choose the layout, pack, and check ranges.

Each returns a status: 0, or that memory ran out, or that a size does not fit BLAS's 32-bit integers.
A matrix passes as a pointer, a row stride and a column stride, in elements; any strides will do.
"""

from __future__ import annotations

from xdsl.dialects import llvm
from xdsl.dialects.builtin import Float32Type, Float64Type, IntegerAttr, i1, i32, i64
from xdsl.ir import Attribute, Block, SSAValue

from tir.dialects import llvm_ext

from .blas_operands import (
    NO_TRANSPOSE,
    Precision,
    all_of,
    any_of,
    at_least_one,
    begin_loop,
    end_loop,
    fits_int32,
    narrow,
    prepare_matrix,
    prepare_vector,
    require_range,
    return_status,
)
from .descriptor import POINTER
from .emitter import FunctionEmitter
from .memref_handlers import free
from .module import VOID, ModuleEmitter

ROW_MAJOR = 101
NO_FLAGS = llvm.FastMathAttr(None)
_FLOAT_EQUAL = {"predicate": IntegerAttr(1, i64), "fastmathFlags": NO_FLAGS}


def _scaled(
    emitter: FunctionEmitter, beta: SSAValue, place: SSAValue, type_: Float32Type | Float64Type
) -> SSAValue:
    """`beta` times what is at `place`, 0 without regard to that where `beta` is 0."""
    zero = emitter.real(0.0, type_)
    old = emitter.load(place, type_)
    product = emitter.emit(llvm.FMulOp, (beta, old), type_, {"fastmathFlags": NO_FLAGS})
    is_zero = emitter.emit(llvm_ext.FCmpOp, (beta, zero), i1, _FLOAT_EQUAL)
    return emitter.select(is_zero, zero, product)


def declare_gemm(module: ModuleEmitter, precision: Precision) -> str:
    """`i32 gemm(m, n, k, alpha, a, a_rows, a_columns, b, b_rows, b_columns, beta, c, c_rows)`."""
    name = f"tir_{precision.value}gemm"
    type_ = precision.type_
    matrix: list[Attribute] = [POINTER, i64, i64]
    emitter = module.helper(
        name, [i64, i64, i64, type_, *matrix, *matrix, type_, POINTER, i64], i32
    )
    if emitter is None:
        return name
    m, n, k, alpha, a, a_row, a_column, b, b_row, b_column, beta, c, c_row = emitter.prologue.args
    least = at_least_one(emitter, n)
    # A row stride means nothing where there is one row, or nothing in a row.
    unused = any_of(
        emitter,
        emitter.compare("sle", m, emitter.integer(1)),
        emitter.compare("sle", n, emitter.integer(0)),
    )
    leading = emitter.select(unused, least, c_row)
    require_range(
        emitter,
        all_of(
            emitter, fits_int32(emitter, m, n, k, leading), emitter.compare("sge", leading, least)
        ),
    )
    left = prepare_matrix(emitter, precision, (a, a_row, a_column), m, k)
    right = prepare_matrix(emitter, precision, (b, b_row, b_column), k, n, to_free=left.temporary)
    routine = precision.blas("gemm")
    module.declare(
        routine,
        [*[i32] * 6, type_, POINTER, i32, POINTER, i32, type_, POINTER, i32],
        VOID,
    )
    emitter.call(
        routine,
        [
            emitter.integer(ROW_MAJOR, i32),
            left.layout,
            right.layout,
            *(narrow(emitter, size) for size in (m, n, k)),
            alpha,
            left.pointer,
            narrow(emitter, left.stride),
            right.pointer,
            narrow(emitter, right.stride),
            beta,
            c,
            narrow(emitter, leading),
        ],
    )
    free(emitter, left.temporary)
    free(emitter, right.temporary)
    return_status(emitter, 0)
    emitter.finish()
    return name


def declare_gemv(module: ModuleEmitter, precision: Precision) -> str:
    """`i32 gemv(m, n, alpha, a, a_rows, a_columns, x, x_stride, beta, y)`."""
    name = f"tir_{precision.value}gemv"
    type_ = precision.type_
    emitter = module.helper(
        name, [i64, i64, type_, POINTER, i64, i64, POINTER, i64, type_, POINTER], i32
    )
    if emitter is None:
        return name
    m, n, alpha, a, a_row, a_column, x, x_stride, beta, y = emitter.prologue.args
    require_range(emitter, fits_int32(emitter, m, n))
    # BLAS leaves y as it is where the matrix has no columns.
    multiply, scale = Block(), Block()
    emitter.cond_branch(emitter.compare("sgt", n, emitter.integer(0)), multiply, scale)
    emitter.begin(scale)
    row, header, done = begin_loop(emitter, m)
    place = emitter.offset_pointer(y, row, type_)
    emitter.store(_scaled(emitter, beta, place, type_), place)
    end_loop(emitter, row, header, done)
    return_status(emitter, 0)
    emitter.begin(multiply)
    matrix = prepare_matrix(emitter, precision, (a, a_row, a_column), m, n)
    vector = prepare_vector(emitter, precision, x, x_stride, n, to_free=matrix.temporary)
    plain = emitter.compare("eq", matrix.layout, emitter.integer(NO_TRANSPOSE, i32))
    routine = precision.blas("gemv")
    module.declare(
        routine,
        [*[i32] * 4, type_, POINTER, i32, POINTER, i32, type_, POINTER, i32],
        VOID,
    )
    emitter.call(
        routine,
        [
            emitter.integer(ROW_MAJOR, i32),
            matrix.layout,
            narrow(emitter, emitter.select(plain, m, n)),
            narrow(emitter, emitter.select(plain, n, m)),
            alpha,
            matrix.pointer,
            narrow(emitter, matrix.stride),
            vector.pointer,
            narrow(emitter, vector.stride),
            beta,
            y,
            emitter.integer(1, i32),
        ],
    )
    free(emitter, matrix.temporary)
    free(emitter, vector.temporary)
    return_status(emitter, 0)
    emitter.finish()
    return name


def declare_dot(module: ModuleEmitter, precision: Precision) -> str:
    """`i32 dot(n, alpha, x, x_stride, y, y_stride, beta, out)`."""
    name = f"tir_{precision.value}dot"
    type_ = precision.type_
    emitter = module.helper(name, [i64, type_, POINTER, i64, POINTER, i64, type_, POINTER], i32)
    if emitter is None:
        return name
    n, alpha, x, x_stride, y, y_stride, beta, out = emitter.prologue.args
    require_range(emitter, fits_int32(emitter, n))
    left = prepare_vector(emitter, precision, x, x_stride, n)
    right = prepare_vector(emitter, precision, y, y_stride, n, to_free=left.temporary)
    routine = precision.blas("dot")
    module.declare(routine, [i32, POINTER, i32, POINTER, i32], type_)
    product = emitter.call_value(
        routine,
        [
            narrow(emitter, n),
            left.pointer,
            narrow(emitter, left.stride),
            right.pointer,
            narrow(emitter, right.stride),
        ],
        type_,
    )
    flags = {"fastmathFlags": NO_FLAGS}
    scaled = emitter.emit(llvm.FMulOp, (alpha, product), type_, flags)
    total = emitter.emit(llvm.FAddOp, (scaled, _scaled(emitter, beta, out, type_)), type_, flags)
    emitter.store(total, out)
    free(emitter, left.temporary)
    free(emitter, right.temporary)
    return_status(emitter, 0)
    emitter.finish()
    return name
