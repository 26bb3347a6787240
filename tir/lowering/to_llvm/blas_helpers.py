"""Functions that a module defines around BLAS: they choose the layout, pack, and check ranges.

Each returns a status: 0, or that memory ran out, or that a size does not fit BLAS's 32-bit integers.
A matrix passes as a pointer, a row stride and a column stride, in elements; any strides will do.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from xdsl.dialects import llvm
from xdsl.dialects.builtin import Float32Type, Float64Type, IntegerAttr, f32, f64, i1, i32, i64
from xdsl.ir import Attribute, Block, SSAValue

from tir.dialects import llvm_ext

from .descriptor import POINTER
from .emitter import OUT_OF_MEMORY, TOO_LARGE, FunctionEmitter
from .memref_handlers import allocate, allocation_size, free
from .module import VOID, ModuleEmitter

ROW_MAJOR = 101
NO_TRANSPOSE = 111
TRANSPOSE = 112
_INT32_MAX = 2**31 - 1
_FLAGS = llvm.FastMathAttr(None)
_FLOAT_EQUAL = {"predicate": IntegerAttr(1, i64), "fastmathFlags": _FLAGS}


class Precision(Enum):
    """A float type of BLAS."""

    SINGLE = "s"
    DOUBLE = "d"

    @property
    def type_(self) -> Float32Type | Float64Type:
        """The type of the IR."""
        return f32 if self is Precision.SINGLE else f64

    @property
    def size(self) -> int:
        """In bytes."""
        return 4 if self is Precision.SINGLE else 8

    def blas(self, routine: str) -> str:
        """The symbol of a CBLAS routine, such as `gemm`."""
        return f"scipy_cblas_{self.value}{routine}"


@dataclass(frozen=True, slots=True)
class _Prepared:
    """An operand as BLAS takes it, and the temporary that holds it or null."""

    pointer: SSAValue
    layout: SSAValue
    stride: SSAValue
    temporary: SSAValue


def _all(emitter: FunctionEmitter, *conditions: SSAValue) -> SSAValue:
    result = conditions[0]
    for condition in conditions[1:]:
        result = emitter.emit(llvm.AndOp, (result, condition), i1)
    return result


def _any(emitter: FunctionEmitter, *conditions: SSAValue) -> SSAValue:
    result = conditions[0]
    for condition in conditions[1:]:
        result = emitter.emit(llvm.OrOp, (result, condition), i1)
    return result


def _at_least_one(emitter: FunctionEmitter, value: SSAValue) -> SSAValue:
    return emitter.emit(llvm_ext.SMaxOp, (value, emitter.integer(1)), i64)


def _narrow(emitter: FunctionEmitter, value: SSAValue) -> SSAValue:
    return emitter.emit(llvm.TruncOp, (value,), i32)


def _fits(emitter: FunctionEmitter, *values: SSAValue) -> SSAValue:
    limit = emitter.integer(_INT32_MAX)
    return _all(emitter, *(emitter.compare("sle", value, limit) for value in values))


def _return(emitter: FunctionEmitter, status: int) -> None:
    emitter.add(llvm.ReturnOp.create(operands=[emitter.integer(status, i32)]))


def _require_range(emitter: FunctionEmitter, condition: SSAValue) -> None:
    proceed, too_large = Block(), Block()
    emitter.cond_branch(condition, proceed, too_large, unlikely_else=True)
    emitter.begin(too_large)
    _return(emitter, TOO_LARGE)
    emitter.begin(proceed)


def _loop(emitter: FunctionEmitter, count: SSAValue) -> tuple[SSAValue, Block, Block]:
    """Begins a loop from 0 to `count`: its index, its header and the block after it."""
    header, body, done = Block(arg_types=[i64]), Block(), Block()
    emitter.branch(header, [emitter.integer(0)])
    emitter.begin(header)
    index = header.args[0]
    emitter.cond_branch(emitter.compare("slt", index, count), body, done)
    emitter.begin(body)
    return index, header, done


def _end_loop(emitter: FunctionEmitter, index: SSAValue, header: Block, done: Block) -> None:
    following = emitter.plus(index, 1)
    assert isinstance(following, SSAValue)
    emitter.branch(header, [following])
    emitter.begin(done)


def _declare_pack(module: ModuleEmitter, precision: Precision) -> str:
    """`ptr pack(ptr source, i64 rows, i64 columns, i64 row_stride, i64 column_stride)`.

    Returns a C-contiguous copy that the caller frees, null where there is no memory.
    """
    name = f"tir_pack_{precision.value}"
    emitter = module.helper(name, [POINTER, i64, i64, i64, i64], POINTER)
    if emitter is None:
        return name
    element = precision.type_
    source, rows, columns, row_stride, column_stride = emitter.prologue.args
    target = allocate(emitter, allocation_size(emitter, [rows, columns], precision.size))
    copy, failed = Block(), Block()
    emitter.cond_branch(
        emitter.compare("ne", target, emitter.null()), copy, failed, unlikely_else=True
    )
    emitter.begin(failed)
    emitter.add(llvm.ReturnOp.create(operands=[emitter.null()]))
    emitter.begin(copy)
    row, row_header, row_done = _loop(emitter, rows)
    source_row = emitter.offset_pointer(source, emitter.multiply(row, row_stride), element)
    target_row = emitter.offset_pointer(target, emitter.multiply(row, columns), element)
    column, header, done = _loop(emitter, columns)
    place = emitter.offset_pointer(source_row, emitter.multiply(column, column_stride), element)
    value = emitter.load(place, element)
    emitter.store(value, emitter.offset_pointer(target_row, column, element))
    _end_loop(emitter, column, header, done)
    _end_loop(emitter, row, row_header, row_done)
    emitter.add(llvm.ReturnOp.create(operands=[target]))
    emitter.finish()
    return name


def _prepare_matrix(
    emitter: FunctionEmitter,
    precision: Precision,
    matrix: tuple[SSAValue, SSAValue, SSAValue],
    rows: SSAValue,
    columns: SSAValue,
    *,
    to_free: SSAValue | None = None,
) -> _Prepared:
    """Finds how BLAS can read a matrix, packing it where rows and columns are both strided."""
    pointer, row_stride, column_stride = matrix
    one = emitter.integer(1)
    single_row = emitter.compare("sle", rows, one)
    single_column = emitter.compare("sle", columns, one)

    def readable(inner_count, inner_stride, inner_single, outer_stride, outer_single):
        least = _at_least_one(emitter, inner_count)
        leading = emitter.select(outer_single, least, outer_stride)
        fits = _all(
            emitter,
            _any(emitter, inner_single, emitter.compare("eq", inner_stride, one)),
            emitter.compare("sge", leading, least),
            _fits(emitter, leading),
        )
        return fits, leading

    by_rows, row_leading = readable(columns, column_stride, single_column, row_stride, single_row)
    by_columns, column_leading = readable(
        rows, row_stride, single_row, column_stride, single_column
    )
    ready = Block(arg_types=[POINTER, i32, i64, POINTER])
    pack, packed, failed = Block(), Block(), Block()
    no_transpose = emitter.integer(NO_TRANSPOSE, i32)
    layout = emitter.select(by_rows, no_transpose, emitter.integer(TRANSPOSE, i32))
    leading = emitter.select(by_rows, row_leading, column_leading)
    emitter.cond_branch(
        _any(emitter, by_rows, by_columns),
        ready,
        pack,
        then_arguments=[pointer, layout, leading, emitter.null()],
    )
    emitter.begin(pack)
    copy = emitter.call_value(
        _declare_pack(emitter.module, precision),
        [pointer, rows, columns, row_stride, column_stride],
        POINTER,
    )
    emitter.cond_branch(
        emitter.compare("ne", copy, emitter.null()), packed, failed, unlikely_else=True
    )
    emitter.begin(failed)
    if to_free is not None:
        free(emitter, to_free)
    _return(emitter, OUT_OF_MEMORY)
    emitter.begin(packed)
    emitter.branch(ready, [copy, no_transpose, _at_least_one(emitter, columns), copy])
    emitter.begin(ready)
    return _Prepared(*ready.args)


def _prepare_vector(
    emitter: FunctionEmitter,
    precision: Precision,
    pointer: SSAValue,
    stride: SSAValue,
    count: SSAValue,
    *,
    to_free: SSAValue | None = None,
) -> _Prepared:
    """As BLAS takes a vector: from its lowest address, with a stride that is not 0."""
    one = emitter.integer(1)
    single = emitter.compare("sle", count, one)
    step = emitter.select(single, one, stride)
    usable = _all(
        emitter,
        emitter.compare("ne", step, emitter.integer(0)),
        _fits(emitter, step),
        emitter.compare("sge", step, emitter.integer(-_INT32_MAX)),
    )
    negative = emitter.compare("slt", step, emitter.integer(0))
    last = emitter.multiply(emitter.plus(count, -1), step)
    lowest = emitter.offset_pointer(pointer, last, precision.type_)
    start = emitter.select(negative, lowest, pointer)
    ready = Block(arg_types=[POINTER, i32, i64, POINTER])
    pack, packed, failed = Block(), Block(), Block()
    layout = emitter.integer(NO_TRANSPOSE, i32)
    emitter.cond_branch(usable, ready, pack, then_arguments=[start, layout, step, emitter.null()])
    emitter.begin(pack)
    copy = emitter.call_value(
        _declare_pack(emitter.module, precision),
        [pointer, one, count, emitter.integer(0), stride],
        POINTER,
    )
    emitter.cond_branch(
        emitter.compare("ne", copy, emitter.null()), packed, failed, unlikely_else=True
    )
    emitter.begin(failed)
    if to_free is not None:
        free(emitter, to_free)
    _return(emitter, OUT_OF_MEMORY)
    emitter.begin(packed)
    emitter.branch(ready, [copy, layout, one, copy])
    emitter.begin(ready)
    return _Prepared(*ready.args)


def _scaled(
    emitter: FunctionEmitter, beta: SSAValue, place: SSAValue, type_: Float32Type | Float64Type
) -> SSAValue:
    """`beta` times what is at `place`, 0 without regard to that where `beta` is 0."""
    zero = emitter.real(0.0, type_)
    old = emitter.load(place, type_)
    product = emitter.emit(llvm.FMulOp, (beta, old), type_, {"fastmathFlags": _FLAGS})
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
    least = _at_least_one(emitter, n)
    # A row stride means nothing where there is one row, or nothing in a row.
    unused = _any(
        emitter,
        emitter.compare("sle", m, emitter.integer(1)),
        emitter.compare("sle", n, emitter.integer(0)),
    )
    leading = emitter.select(unused, least, c_row)
    _require_range(
        emitter,
        _all(emitter, _fits(emitter, m, n, k, leading), emitter.compare("sge", leading, least)),
    )
    left = _prepare_matrix(emitter, precision, (a, a_row, a_column), m, k)
    right = _prepare_matrix(emitter, precision, (b, b_row, b_column), k, n, to_free=left.temporary)
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
            *(_narrow(emitter, size) for size in (m, n, k)),
            alpha,
            left.pointer,
            _narrow(emitter, left.stride),
            right.pointer,
            _narrow(emitter, right.stride),
            beta,
            c,
            _narrow(emitter, leading),
        ],
    )
    free(emitter, left.temporary)
    free(emitter, right.temporary)
    _return(emitter, 0)
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
    _require_range(emitter, _fits(emitter, m, n))
    # BLAS leaves y as it is where the matrix has no columns.
    multiply, scale = Block(), Block()
    emitter.cond_branch(emitter.compare("sgt", n, emitter.integer(0)), multiply, scale)
    emitter.begin(scale)
    row, header, done = _loop(emitter, m)
    place = emitter.offset_pointer(y, row, type_)
    emitter.store(_scaled(emitter, beta, place, type_), place)
    _end_loop(emitter, row, header, done)
    _return(emitter, 0)
    emitter.begin(multiply)
    matrix = _prepare_matrix(emitter, precision, (a, a_row, a_column), m, n)
    vector = _prepare_vector(emitter, precision, x, x_stride, n, to_free=matrix.temporary)
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
            _narrow(emitter, emitter.select(plain, m, n)),
            _narrow(emitter, emitter.select(plain, n, m)),
            alpha,
            matrix.pointer,
            _narrow(emitter, matrix.stride),
            vector.pointer,
            _narrow(emitter, vector.stride),
            beta,
            y,
            emitter.integer(1, i32),
        ],
    )
    free(emitter, matrix.temporary)
    free(emitter, vector.temporary)
    _return(emitter, 0)
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
    _require_range(emitter, _fits(emitter, n))
    left = _prepare_vector(emitter, precision, x, x_stride, n)
    right = _prepare_vector(emitter, precision, y, y_stride, n, to_free=left.temporary)
    routine = precision.blas("dot")
    module.declare(routine, [i32, POINTER, i32, POINTER, i32], type_)
    product = emitter.call_value(
        routine,
        [
            _narrow(emitter, n),
            left.pointer,
            _narrow(emitter, left.stride),
            right.pointer,
            _narrow(emitter, right.stride),
        ],
        type_,
    )
    flags = {"fastmathFlags": _FLAGS}
    scaled = emitter.emit(llvm.FMulOp, (alpha, product), type_, flags)
    total = emitter.emit(llvm.FAddOp, (scaled, _scaled(emitter, beta, out, type_)), type_, flags)
    emitter.store(total, out)
    free(emitter, left.temporary)
    free(emitter, right.temporary)
    _return(emitter, 0)
    emitter.finish()
    return name
