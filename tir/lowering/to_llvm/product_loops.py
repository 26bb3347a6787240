"""The loops of products that no library is called for: tiny ones, and scaling by unusual numbers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from xdsl.dialects import llvm
from xdsl.dialects.builtin import Float32Type, Float64Type, IntegerAttr, i1, i64
from xdsl.ir import Attribute, Block, Operation, SSAValue

from tir.dialects import llvm_ext

from .blas_operands import Precision, all_of, begin_loop, end_loop
from .emitter import FunctionEmitter

_NO_FLAGS: dict[str, Attribute] = {"fastmathFlags": llvm.FastMathAttr(None)}
_FLOAT_PREDICATES = {name: IntegerAttr(i, i64) for name, i in (("oeq", 1), ("oge", 3), ("ole", 5))}

USUAL_SQUARES = (2.0**-64, 2.0**64)
"""Between which the square of an alpha lies that BLAS may multiply by when it likes."""


@dataclass(frozen=True, slots=True)
class Matrix:
    """A matrix in memory: its first element, and the strides of rows and columns in elements."""

    pointer: SSAValue
    row_stride: SSAValue
    column_stride: SSAValue

    @property
    def values(self) -> tuple[SSAValue, SSAValue, SSAValue]:
        """As arguments of a call."""
        return self.pointer, self.row_stride, self.column_stride

    @property
    def transposed(self) -> Matrix:
        """The same memory with rows and columns exchanged."""
        return Matrix(self.pointer, self.column_stride, self.row_stride)

    def place(
        self, emitter: FunctionEmitter, row: SSAValue, column: SSAValue, element: Attribute
    ) -> SSAValue:
        """The address of an element."""
        offset = emitter.plus(
            emitter.multiply(row, self.row_stride), emitter.multiply(column, self.column_stride)
        )
        return emitter.offset_pointer(self.pointer, offset, element)


def float_operation(
    emitter: FunctionEmitter, op_class: type[Operation], operands: Sequence[SSAValue]
) -> SSAValue:
    """Arithmetic on floats without any liberty."""
    return emitter.emit(op_class, operands, operands[0].type, _NO_FLAGS)


def _compare_floats(
    emitter: FunctionEmitter, predicate: str, left: SSAValue, right: SSAValue
) -> SSAValue:
    properties = {"predicate": _FLOAT_PREDICATES[predicate], **_NO_FLAGS}
    return emitter.emit(llvm_ext.FCmpOp, (left, right), i1, properties)


def is_usual(
    emitter: FunctionEmitter, alpha: SSAValue, type_: Float32Type | Float64Type
) -> SSAValue:
    """Whether BLAS may multiply by `alpha` at any moment: not where it is 0, NaN, infinite or extreme.

    BLAS ignores NaN in the factors where alpha is 0, and some routines scale the factors first, which overflows or
    vanishes where the product itself does not.
    """
    square = float_operation(emitter, llvm.FMulOp, (alpha, alpha))
    least, most = (emitter.real(bound, type_) for bound in USUAL_SQUARES)
    return all_of(
        emitter,
        _compare_floats(emitter, "oge", square, least),
        _compare_floats(emitter, "ole", square, most),
    )


def scaled_old_value(
    emitter: FunctionEmitter, beta: SSAValue, place: SSAValue, type_: Float32Type | Float64Type
) -> SSAValue:
    """`beta` times what is at `place`, 0 without regard to that where `beta` is 0."""
    zero = emitter.real(0.0, type_)
    old = emitter.load(place, type_)
    product = float_operation(emitter, llvm.FMulOp, (beta, old))
    return emitter.select(_compare_floats(emitter, "oeq", beta, zero), zero, product)


def store_scaled_sum(
    emitter: FunctionEmitter,
    product: SSAValue,
    alpha: SSAValue,
    beta: SSAValue,
    old_place: SSAValue,
    place: SSAValue,
    type_: Float32Type | Float64Type,
) -> None:
    """`alpha * product + beta * old` to `place`."""
    old = scaled_old_value(emitter, beta, old_place, type_)
    scaled = float_operation(emitter, llvm.FMulOp, (alpha, product))
    emitter.store(float_operation(emitter, llvm.FAddOp, (scaled, old)), place)


def add_scaled(
    emitter: FunctionEmitter,
    precision: Precision,
    sizes: tuple[SSAValue, SSAValue],
    alpha: SSAValue,
    product: Matrix,
    beta: SSAValue,
    old: Matrix,
    out: Matrix,
) -> None:
    """`out = alpha * product + beta * old`, element by element."""
    rows, columns = sizes
    type_ = precision.type_
    row, row_header, row_done = begin_loop(emitter, rows)
    column, header, done = begin_loop(emitter, columns)
    value = emitter.load(product.place(emitter, row, column, type_), type_)
    old_place, place = (m.place(emitter, row, column, type_) for m in (old, out))
    store_scaled_sum(emitter, value, alpha, beta, old_place, place, type_)
    end_loop(emitter, column, header, done)
    end_loop(emitter, row, row_header, row_done)


def copy_if_elsewhere(
    emitter: FunctionEmitter,
    precision: Precision,
    sizes: tuple[SSAValue, SSAValue],
    source: Matrix,
    target: Matrix,
) -> None:
    """Copies a matrix, element by element, unless it is the target itself."""
    type_ = precision.type_
    copy, proceed = Block(), Block()
    elsewhere = emitter.compare("ne", source.pointer, target.pointer)
    emitter.cond_branch(elsewhere, copy, proceed)
    emitter.begin(copy)
    row, row_header, row_done = begin_loop(emitter, sizes[0])
    column, header, done = begin_loop(emitter, sizes[1])
    value = emitter.load(source.place(emitter, row, column, type_), type_)
    emitter.store(value, target.place(emitter, row, column, type_))
    end_loop(emitter, column, header, done)
    end_loop(emitter, row, row_header, row_done)
    emitter.branch(proceed)
    emitter.begin(proceed)


def multiply_tiny(
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
    """`out = alpha * (left @ right) + beta * old` by three loops."""
    rows, columns, inner = sizes
    type_ = precision.type_
    row, row_header, row_done = begin_loop(emitter, rows)
    column, column_header, column_done = begin_loop(emitter, columns)
    # The sum is carried from one iteration to the next.
    header, body, done = Block(arg_types=[i64, type_]), Block(), Block()
    emitter.branch(header, [emitter.integer(0), emitter.real(0.0, type_)])
    emitter.begin(header)
    index, total = header.args
    emitter.cond_branch(emitter.compare("slt", index, inner), body, done)
    emitter.begin(body)
    x = emitter.load(left.place(emitter, row, index, type_), type_)
    y = emitter.load(right.place(emitter, index, column, type_), type_)
    term = float_operation(emitter, llvm.FMulOp, (x, y))
    following = emitter.plus(index, 1)
    assert isinstance(following, SSAValue)
    emitter.branch(header, [following, float_operation(emitter, llvm.FAddOp, (total, term))])
    emitter.begin(done)
    old_place, place = (m.place(emitter, row, column, type_) for m in (old, out))
    store_scaled_sum(emitter, total, alpha, beta, old_place, place, type_)
    end_loop(emitter, column, column_header, column_done)
    end_loop(emitter, row, row_header, row_done)
