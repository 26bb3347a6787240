"""How BLAS can read an operand of any strides: as it is, transposed, or from a packed copy."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from xdsl.dialects import llvm
from xdsl.dialects.builtin import Float32Type, Float64Type, f32, f64, i1, i32, i64
from xdsl.ir import Block, SSAValue

from tir.dialects import llvm_intrinsics

from .descriptor import POINTER
from .emitter import OUT_OF_MEMORY, TOO_LARGE, FunctionEmitter
from .memref_handlers import allocate, allocation_size, free
from .module import ModuleEmitter

NO_TRANSPOSE = 111
TRANSPOSE = 112
_INT32_MAX = 2**31 - 1


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
class Prepared:
    """An operand as BLAS takes it, and the temporary that holds it or null."""

    pointer: SSAValue
    layout: SSAValue
    stride: SSAValue
    temporary: SSAValue


def all_of(emitter: FunctionEmitter, *conditions: SSAValue) -> SSAValue:
    """The conjunction of conditions."""
    result = conditions[0]
    for condition in conditions[1:]:
        result = emitter.emit(llvm.AndOp, (result, condition), i1)
    return result


def any_of(emitter: FunctionEmitter, *conditions: SSAValue) -> SSAValue:
    """The disjunction of conditions."""
    result = conditions[0]
    for condition in conditions[1:]:
        result = emitter.emit(llvm.OrOp, (result, condition), i1)
    return result


def at_least_one(emitter: FunctionEmitter, value: SSAValue) -> SSAValue:
    """The larger of an i64 and 1."""
    return emitter.emit(llvm_intrinsics.SMaxOp, (value, emitter.integer(1)), i64)


def narrow(emitter: FunctionEmitter, value: SSAValue) -> SSAValue:
    """An i64 that is known to fit, as an i32."""
    return emitter.emit(llvm.TruncOp, (value,), i32)


def fits_int32(emitter: FunctionEmitter, *values: SSAValue) -> SSAValue:
    """Whether none of these i64 exceeds an i32."""
    limit = emitter.integer(_INT32_MAX)
    return all_of(emitter, *(emitter.compare("sle", value, limit) for value in values))


def within_int32(emitter: FunctionEmitter, *values: SSAValue) -> SSAValue:
    """Whether these i64 of any sign are an i32."""
    limit = emitter.integer(-_INT32_MAX)
    least = (emitter.compare("sge", value, limit) for value in values)
    return all_of(emitter, fits_int32(emitter, *values), *least)


def return_status(emitter: FunctionEmitter, status: int) -> None:
    """Ends the helper with a status."""
    emitter.add(llvm.ReturnOp.create(operands=[emitter.integer(status, i32)]))


def require_range(emitter: FunctionEmitter, condition: SSAValue) -> None:
    """Leaves the helper where `condition` is false: something is too large for BLAS."""
    proceed, too_large = Block(), Block()
    emitter.cond_branch(condition, proceed, too_large, unlikely_else=True)
    emitter.begin(too_large)
    return_status(emitter, TOO_LARGE)
    emitter.begin(proceed)


def begin_loop(emitter: FunctionEmitter, count: SSAValue) -> tuple[SSAValue, Block, Block]:
    """Begins a loop from 0 to `count`: its index, its header and the block after it."""
    header, body, done = Block(arg_types=[i64]), Block(), Block()
    emitter.branch(header, [emitter.integer(0)])
    emitter.begin(header)
    index = header.args[0]
    emitter.cond_branch(emitter.compare("slt", index, count), body, done)
    emitter.begin(body)
    return index, header, done


def end_loop(emitter: FunctionEmitter, index: SSAValue, header: Block, done: Block) -> None:
    """Ends a loop, and goes on after it."""
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
    row, row_header, row_done = begin_loop(emitter, rows)
    source_row = emitter.offset_pointer(source, emitter.multiply(row, row_stride), element)
    target_row = emitter.offset_pointer(target, emitter.multiply(row, columns), element)
    column, header, done = begin_loop(emitter, columns)
    place = emitter.offset_pointer(source_row, emitter.multiply(column, column_stride), element)
    value = emitter.load(place, element)
    emitter.store(value, emitter.offset_pointer(target_row, column, element))
    end_loop(emitter, column, header, done)
    end_loop(emitter, row, row_header, row_done)
    emitter.add(llvm.ReturnOp.create(operands=[target]))
    emitter.finish()
    return name


@dataclass(frozen=True, slots=True)
class Layout:
    """How BLAS would read a matrix where it is: whether it can, transposed or not, and the leading stride."""

    readable: SSAValue
    transpose: SSAValue
    leading: SSAValue


def find_layout(
    emitter: FunctionEmitter,
    row_stride: SSAValue,
    column_stride: SSAValue,
    rows: SSAValue,
    columns: SSAValue,
) -> Layout:
    """How BLAS can read a matrix of these strides: by rows, by columns, or not."""
    one = emitter.integer(1)
    single_row = emitter.compare("sle", rows, one)
    single_column = emitter.compare("sle", columns, one)

    def readable(inner_count, inner_stride, inner_single, outer_stride, outer_single):
        least = at_least_one(emitter, inner_count)
        leading = emitter.select(outer_single, least, outer_stride)
        fits = all_of(
            emitter,
            any_of(emitter, inner_single, emitter.compare("eq", inner_stride, one)),
            emitter.compare("sge", leading, least),
            fits_int32(emitter, leading),
        )
        return fits, leading

    by_rows, row_leading = readable(columns, column_stride, single_column, row_stride, single_row)
    by_columns, column_leading = readable(
        rows, row_stride, single_row, column_stride, single_column
    )
    no_transpose, transpose = (emitter.integer(n, i32) for n in (NO_TRANSPOSE, TRANSPOSE))
    return Layout(
        any_of(emitter, by_rows, by_columns),
        emitter.select(by_rows, no_transpose, transpose),
        emitter.select(by_rows, row_leading, column_leading),
    )


def prepare_matrix(
    emitter: FunctionEmitter,
    precision: Precision,
    matrix: tuple[SSAValue, SSAValue, SSAValue],
    rows: SSAValue,
    columns: SSAValue,
    *,
    to_free: SSAValue | None = None,
) -> Prepared:
    """Finds how BLAS can read a matrix, packing it where rows and columns are both strided."""
    pointer, row_stride, column_stride = matrix
    layout = find_layout(emitter, row_stride, column_stride, rows, columns)
    ready = Block(arg_types=[POINTER, i32, i64, POINTER])
    pack, packed, failed = Block(), Block(), Block()
    emitter.cond_branch(
        layout.readable,
        ready,
        pack,
        then_arguments=[pointer, layout.transpose, layout.leading, emitter.null()],
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
    return_status(emitter, OUT_OF_MEMORY)
    emitter.begin(packed)
    no_transpose = emitter.integer(NO_TRANSPOSE, i32)
    emitter.branch(ready, [copy, no_transpose, at_least_one(emitter, columns), copy])
    emitter.begin(ready)
    return Prepared(*ready.args)


def prepare_vector(
    emitter: FunctionEmitter,
    precision: Precision,
    pointer: SSAValue,
    stride: SSAValue,
    count: SSAValue,
    *,
    to_free: SSAValue | None = None,
) -> Prepared:
    """As BLAS takes a vector: from its lowest address, with a stride that is not 0."""
    one = emitter.integer(1)
    single = emitter.compare("sle", count, one)
    step = emitter.select(single, one, stride)
    usable = all_of(
        emitter,
        emitter.compare("ne", step, emitter.integer(0)),
        within_int32(emitter, step),
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
    return_status(emitter, OUT_OF_MEMORY)
    emitter.begin(packed)
    emitter.branch(ready, [copy, layout, one, copy])
    emitter.begin(ready)
    return Prepared(*ready.args)
