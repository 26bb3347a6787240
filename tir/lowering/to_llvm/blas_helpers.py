"""Functions that a module defines around BLAS: they choose the routine and the layout, pack, and check ranges.

Products of matrices, and of a matrix and a vector, go to the run time, which shares them out to threads. Each returns a status: 0, or that memory ran out, or that a size does not fit BLAS's 32-bit integers.
A matrix passes as a pointer, a row stride and a column stride, in elements; any strides will do.
"""

from __future__ import annotations

from collections.abc import Sequence

from xdsl.dialects import llvm
from xdsl.dialects.builtin import f64, i32, i64
from xdsl.ir import Attribute, Block, SSAValue

from .blas_operands import (
    Precision,
    all_of,
    any_of,
    at_least_one,
    begin_loop,
    end_loop,
    find_layout,
    fits_int32,
    narrow,
    prepare_matrix,
    prepare_vector,
    require_range,
    return_status,
)
from .descriptor import POINTER
from .emitter import OUT_OF_MEMORY, FunctionEmitter
from .memref_handlers import allocate, allocation_size, free
from .module import VOID, ModuleEmitter
from .product_loops import (
    Matrix,
    add_scaled,
    copy_if_elsewhere,
    is_usual,
    multiply_tiny,
    scaled_old_value,
    store_scaled_sum,
)

SHARED_GEMM = "tir_shared_gemm"
SHARED_GEMV = "tir_shared_gemv"
"""Of the run time: see `native/products.ll` there."""

TINY_PRODUCT = 128
"""Up to this many multiplications, loops are done before BLAS has looked at its arguments."""


def _return_value(emitter: FunctionEmitter, status: SSAValue) -> None:
    emitter.add(llvm.ReturnOp.create(operands=[status]))


def _leave_unusual_scale_to_a_loop(
    emitter: FunctionEmitter,
    precision: Precision,
    name: str,
    sizes: tuple[SSAValue, SSAValue],
    alpha: SSAValue,
    factors: Sequence[SSAValue],
    beta: SSAValue,
    old: Matrix | None,
    out: Matrix,
) -> None:
    """Where BLAS must not multiply by `alpha`: the product into a temporary, then `alpha * product + beta * old`.

    The product is what the function `name`, which is being built, makes of `factors` with alpha = 1 and beta = 0.
    Without `old` that is `out`, and the function has no argument for it.
    """
    type_ = precision.type_
    usual, unusual, allocated, no_memory = Block(), Block(), Block(), Block()
    emitter.cond_branch(is_usual(emitter, alpha, type_), usual, unusual, unlikely_else=True)
    emitter.begin(unusual)
    rows, columns = sizes
    product = allocate(emitter, allocation_size(emitter, [rows, columns], precision.size))
    has_memory = emitter.compare("ne", product, emitter.null())
    emitter.cond_branch(has_memory, allocated, no_memory, unlikely_else=True)
    emitter.begin(no_memory)
    return_status(emitter, OUT_OF_MEMORY)
    emitter.begin(allocated)
    one, zero = emitter.real(1.0, type_), emitter.real(0.0, type_)
    temporary = Matrix(product, columns, emitter.integer(1))
    unread = () if old is None else temporary.values
    status = emitter.call_value(name, [one, *factors, zero, *unread, product, columns], i32)
    multiplied, failed = Block(), Block()
    is_good = emitter.compare("eq", status, emitter.integer(0, i32))
    emitter.cond_branch(is_good, multiplied, failed, unlikely_else=True)
    emitter.begin(failed)
    free(emitter, product)
    _return_value(emitter, status)
    emitter.begin(multiplied)
    add_scaled(emitter, precision, sizes, alpha, temporary, beta, old or out, out)
    free(emitter, product)
    return_status(emitter, 0)
    emitter.begin(usual)


def declare_gemm(module: ModuleEmitter, precision: Precision) -> str:
    """`i32 gemm(alpha, m, n, k, a, a_rows, a_columns, b, ..., beta, old, old_rows, old_columns, c, c_rows)`.

    `c = alpha * (a @ b) + beta * old`, where `old` is `c` or does not overlap it.
    """
    name = f"tir_{precision.value}gemm"
    type_ = precision.type_
    matrix: list[Attribute] = [POINTER, i64, i64]
    emitter = module.helper(
        name, [type_, i64, i64, i64, *matrix, *matrix, type_, *matrix, POINTER, i64], i32
    )
    if emitter is None:
        return name
    alpha, m, n, k, *rest = emitter.prologue.args
    left, right = Matrix(*rest[:3]), Matrix(*rest[3:6])
    beta, old, c, c_row = rest[6], Matrix(*rest[7:10]), *rest[10:]
    one = emitter.integer(1)
    out = Matrix(c, c_row, one)
    _multiply_if_tiny(emitter, precision, (m, n, k), alpha, left, right, beta, old, out)
    factors = (m, n, k, *left.values, *right.values)
    _leave_unusual_scale_to_a_loop(emitter, precision, name, (m, n), alpha, factors, beta, old, out)
    vector, matrices = Block(), Block()
    is_column, is_row = emitter.compare("eq", n, one), emitter.compare("eq", m, one)
    emitter.cond_branch(any_of(emitter, is_column, is_row), vector, matrices)
    emitter.begin(vector)
    copy_if_elsewhere(emitter, precision, (m, n), old, out)
    gemv = declare_gemv(module, precision)
    column = [m, k, *left.values, right.pointer, right.row_stride]
    _return_call_if(emitter, is_column, gemv, [alpha, *column, beta, c, c_row])
    row = [n, k, *right.transposed.values, left.pointer, left.column_stride]
    _return_value(emitter, emitter.call_value(gemv, [alpha, *row, beta, c, one], i32))
    emitter.begin(matrices)
    _call_gemm(emitter, precision, (m, n, k), alpha, left, right, beta, old, out)
    emitter.finish()
    return name


def _multiply_if_tiny(
    emitter: FunctionEmitter,
    precision: Precision,
    sizes: tuple[SSAValue, SSAValue, SSAValue],
    alpha: SSAValue,
    left: Matrix,
    right: Matrix,
    beta: SSAValue,
    old: Matrix,
    out: Matrix,
) -> None:
    tiny, large = Block(), Block()
    limit = emitter.integer(TINY_PRODUCT)
    # Each size first, so that the product cannot overflow.
    small = all_of(emitter, *(emitter.compare("sle", size, limit) for size in sizes))
    multiply, proceed = Block(), large
    emitter.cond_branch(small, multiply, proceed)
    emitter.begin(multiply)
    count = emitter.multiply(emitter.multiply(sizes[0], sizes[1]), sizes[2])
    emitter.cond_branch(emitter.compare("sle", emitter.materialize(count), limit), tiny, large)
    emitter.begin(tiny)
    multiply_tiny(emitter, precision, sizes, alpha, left, right, beta, old, out)
    return_status(emitter, 0)
    emitter.begin(large)


def _return_call_if(
    emitter: FunctionEmitter, condition: SSAValue, name: str, arguments: Sequence[SSAValue]
) -> None:
    call, proceed = Block(), Block()
    emitter.cond_branch(condition, call, proceed)
    emitter.begin(call)
    _return_value(emitter, emitter.call_value(name, arguments, i32))
    emitter.begin(proceed)


def _call_gemm(
    emitter: FunctionEmitter,
    precision: Precision,
    sizes: tuple[SSAValue, SSAValue, SSAValue],
    alpha: SSAValue,
    left: Matrix,
    right: Matrix,
    beta: SSAValue,
    old: Matrix,
    out: Matrix,
) -> None:
    m, n, k = sizes
    least = at_least_one(emitter, n)
    # A row stride means nothing where there is one row, or nothing in a row.
    unused = any_of(
        emitter,
        emitter.compare("sle", m, emitter.integer(1)),
        emitter.compare("sle", n, emitter.integer(0)),
    )
    leading = emitter.select(unused, least, out.row_stride)
    require_range(
        emitter,
        all_of(
            emitter, fits_int32(emitter, m, n, k, leading), emitter.compare("sge", leading, least)
        ),
    )
    a = prepare_matrix(emitter, precision, left.values, m, k)
    b = prepare_matrix(emitter, precision, right.values, k, n, to_free=a.temporary)
    none = emitter.integer(0)
    _call_shared_gemm(
        emitter,
        precision,
        (emitter.integer(1), m, n, k),
        alpha,
        (a.layout, a.pointer, a.stride, none),
        (b.layout, b.pointer, b.stride, none),
        beta,
        old,
        (out.pointer, leading, none),
    )
    free(emitter, a.temporary)
    free(emitter, b.temporary)
    return_status(emitter, 0)


def _call_shared_gemm(
    emitter: FunctionEmitter,
    precision: Precision,
    sizes: tuple[SSAValue, SSAValue, SSAValue, SSAValue],
    alpha: SSAValue,
    a: tuple[SSAValue, SSAValue, SSAValue, SSAValue],
    b: tuple[SSAValue, SSAValue, SSAValue, SSAValue],
    beta: SSAValue,
    old: Matrix,
    c: tuple[SSAValue, SSAValue, SSAValue],
) -> None:
    """Sizes are count, m, n, k; a factor is its layout, pointer, leading stride, and stride of the batch."""
    matrix: list[Attribute] = [POINTER, i64, i64]
    emitter.module.declare(
        SHARED_GEMM,
        [i64, i64, i32, i32, i64, i64, i64, f64, *matrix, *matrix, f64, *matrix, *matrix],
        VOID,
    )
    count, *size = sizes
    layouts, factors = (a[0], b[0]), (*a[1:], *b[1:])
    emitter.call(
        SHARED_GEMM,
        [
            emitter.integer(precision.size),
            count,
            *layouts,
            *size,
            _widen(emitter, alpha),
            *factors,
            _widen(emitter, beta),
            *old.values,
            *c,
        ],
    )


def _widen(emitter: FunctionEmitter, value: SSAValue) -> SSAValue:
    """A float as an f64."""
    return value if value.type == f64 else emitter.emit(llvm.FPExtOp, (value,), f64)


def declare_batch_gemm(module: ModuleEmitter, precision: Precision) -> str:
    """`i32 batch_gemm(count, alpha, m, n, k, a, a_batch, a_rows, a_columns, b, ..., beta, c, c_batch, c_rows)`."""
    name = f"tir_{precision.value}batch_gemm"
    type_ = precision.type_
    batch: list[Attribute] = [POINTER, i64, i64, i64]
    emitter = module.helper(
        name, [i64, type_, i64, i64, i64, *batch, *batch, type_, POINTER, i64, i64], i32
    )
    if emitter is None:
        return name
    count, alpha, m, n, k, *rest = emitter.prologue.args
    a, a_batch, a_row, a_column, b, b_batch, b_row, b_column, beta, c, c_batch, c_row = rest
    gemm = declare_gemm(module, precision)
    left = find_layout(emitter, a_row, a_column, m, k)
    right = find_layout(emitter, b_row, b_column, k, n)
    together = all_of(
        emitter,
        fits_int32(emitter, count, m, n, k, c_row),
        *(emitter.compare("sge", size, emitter.integer(1)) for size in (m, n, k)),
        emitter.compare("sge", c_row, n),
        is_usual(emitter, alpha, type_),
        left.readable,
        right.readable,
    )
    all_at_once, one_by_one, call = Block(), Block(), Block()
    emitter.cond_branch(together, all_at_once, one_by_one)
    emitter.begin(all_at_once)
    each = emitter.materialize(emitter.multiply(emitter.multiply(m, n), k))
    large = emitter.compare("sgt", each, emitter.integer(TINY_PRODUCT))
    emitter.cond_branch(large, call, one_by_one)
    emitter.begin(call)
    _call_shared_gemm(
        emitter,
        precision,
        (count, m, n, k),
        alpha,
        (left.transpose, a, left.leading, a_batch),
        (right.transpose, b, right.leading, b_batch),
        beta,
        Matrix(c, c_row, emitter.integer(1)),
        (c, c_row, c_batch),
    )
    return_status(emitter, 0)
    emitter.begin(one_by_one)
    index, header, done = begin_loop(emitter, count)

    def at(pointer: SSAValue, stride: SSAValue) -> SSAValue:
        return emitter.offset_pointer(pointer, emitter.multiply(index, stride), type_)

    factors = (at(a, a_batch), a_row, a_column, at(b, b_batch), b_row, b_column)
    out = Matrix(at(c, c_batch), c_row, emitter.integer(1))
    arguments = [alpha, m, n, k, *factors, beta, *out.values, out.pointer, c_row]
    status = emitter.call_value(gemm, arguments, i32)
    multiplied, failed = Block(), Block()
    is_good = emitter.compare("eq", status, emitter.integer(0, i32))
    emitter.cond_branch(is_good, multiplied, failed, unlikely_else=True)
    emitter.begin(failed)
    _return_value(emitter, status)
    emitter.begin(multiplied)
    end_loop(emitter, index, header, done)
    return_status(emitter, 0)
    emitter.finish()
    return name


def declare_gemv(module: ModuleEmitter, precision: Precision) -> str:
    """`i32 gemv(alpha, m, n, a, a_rows, a_columns, x, x_stride, beta, y, y_stride)`."""
    name = f"tir_{precision.value}gemv"
    type_ = precision.type_
    emitter = module.helper(
        name, [type_, i64, i64, POINTER, i64, i64, POINTER, i64, type_, POINTER, i64], i32
    )
    if emitter is None:
        return name
    alpha, m, n, a, a_row, a_column, x, x_stride, beta, y, y_stride = emitter.prologue.args
    one = emitter.integer(1)
    factors = (m, n, a, a_row, a_column, x, x_stride)
    out = Matrix(y, y_stride, one)
    _leave_unusual_scale_to_a_loop(
        emitter, precision, name, (m, one), alpha, factors, beta, None, out
    )
    # A stride means nothing where there is one element.
    step = emitter.select(emitter.compare("sle", m, one), one, y_stride)
    require_range(emitter, fits_int32(emitter, m, n, step))
    # BLAS leaves y as it is where the matrix has no columns.
    multiply, scale = Block(), Block()
    emitter.cond_branch(emitter.compare("sgt", n, emitter.integer(0)), multiply, scale)
    emitter.begin(scale)
    row, header, done = begin_loop(emitter, m)
    place = emitter.offset_pointer(y, emitter.multiply(row, y_stride), type_)
    emitter.store(scaled_old_value(emitter, beta, place, type_), place)
    end_loop(emitter, row, header, done)
    return_status(emitter, 0)
    emitter.begin(multiply)
    matrix = prepare_matrix(emitter, precision, (a, a_row, a_column), m, n)
    vector = prepare_vector(emitter, precision, x, x_stride, n, to_free=matrix.temporary)
    module.declare(
        SHARED_GEMV,
        [i64, i32, i64, i64, f64, POINTER, i64, POINTER, i64, f64, POINTER, i64],
        VOID,
    )
    emitter.call(
        SHARED_GEMV,
        [
            emitter.integer(precision.size),
            matrix.layout,
            m,
            n,
            _widen(emitter, alpha),
            matrix.pointer,
            matrix.stride,
            vector.pointer,
            vector.stride,
            _widen(emitter, beta),
            y,
            step,
        ],
    )
    free(emitter, matrix.temporary)
    free(emitter, vector.temporary)
    return_status(emitter, 0)
    emitter.finish()
    return name


def declare_dot(module: ModuleEmitter, precision: Precision) -> str:
    """`i32 dot(alpha, n, x, x_stride, y, y_stride, beta, out)`."""
    name = f"tir_{precision.value}dot"
    type_ = precision.type_
    emitter = module.helper(name, [type_, i64, POINTER, i64, POINTER, i64, type_, POINTER], i32)
    if emitter is None:
        return name
    alpha, n, x, x_stride, y, y_stride, beta, out = emitter.prologue.args
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
    store_scaled_sum(emitter, product, alpha, beta, out, out, type_)
    free(emitter, left.temporary)
    free(emitter, right.temporary)
    return_status(emitter, 0)
    emitter.finish()
    return name
