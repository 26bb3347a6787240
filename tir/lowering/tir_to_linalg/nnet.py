"""Softmax and its relatives: a few generics over the same rows, each row shifted by its maximum.

So no exponential is of a positive number. An infinite maximum M is a shift too: what is not M becomes -inf, and M itself NaN, which
the logarithm of the sum takes for 0, so that the sum of shift and logarithm is M.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from xdsl.dialects import arith, math
from xdsl.dialects.builtin import AffineMapAttr, TensorType, f64, i64
from xdsl.ir import Operation, SSAValue

from tir.dialects import math_ext
from tir.dialects.linalg_generic import MAY_BE_NEAR
from tir.dialects.projections import ZERO, affine_map
from tir.dialects.tir.base import TirOp, ints, optional_int, type_dtype
from tir.dialects.tir.canonicalization.reduced import below_maximum
from tir.lowering.tir_to_linalg.advanced_indexing import check_bounds, wrap_index
from tir.lowering.tir_to_linalg.builder import INDEX, Builder
from tir.lowering.tir_to_linalg.context import Lowering, signless
from tir.lowering.tir_to_linalg.conversions import convert, scalar_type
from tir.lowering.tir_to_linalg.elementwise import SIZE_MISMATCH, operand_type, parallel_generic
from tir.lowering.tir_to_linalg.generic import broadcast_map, identity_map, shape_of
from tir.lowering.tir_to_linalg.reductions import extremum, marked, reduce, sum_for


class _Rows:
    """A float tensor seen as rows along some axes.

    Sums of exponentials are kept as f64; a tensor "per row" has the dimensions that are not along a row.
    """

    def __init__(self, low: Lowering, x: SSAValue, dtype: str, axes: Sequence[int]):
        self.low = low
        self.x = x
        self.dtype = dtype
        self.axes = tuple(axes)
        shape = shape_of(x)
        self.rank = len(shape)
        self.kept = tuple(axis for axis in range(self.rank) if axis not in axes)
        self.row_shape = [shape[axis] for axis in self.kept]

    def maximum(self, may_be_near: bool = False) -> SSAValue:
        """The largest element of each row; -inf if there is none, NaN if any is NaN.

        With `may_be_near` another number will do as the shift of a sum of exponentials.
        """
        start = self.low.host.constant(float("-inf"), scalar_type(self.dtype))
        largest = extremum(arith.MaximumfOp)

        def combine(b: Builder, x: SSAValue, accumulator: SSAValue) -> SSAValue:
            found = largest(b, x, accumulator)
            return marked(found, MAY_BE_NEAR) if may_be_near else found

        return reduce(self.low, self.x, self.axes, start, combine)

    def sum(self, values: SSAValue) -> SSAValue:
        """The sum of each row of a tensor with the shape of x, as f64."""
        add = sum_for(self.dtype)
        return reduce(
            self.low,
            values,
            self.axes,
            self.low.host.constant(0.0, f64),
            lambda b, x, total: add(b, convert(b, x, self.dtype, "float64"), total),
        )

    def per_element(
        self,
        full: Sequence[SSAValue],
        rows: Sequence[SSAValue],
        body: Callable[..., SSAValue],
    ) -> SSAValue:
        """A tensor like x from others like it and from tensors per row."""
        maps = [identity_map(self.rank)] * len(full) + [self._row_map(r) for r in rows]
        type_ = self.x.type
        assert isinstance(type_, TensorType)
        dims = self.low.shapes.dims(self.x)
        return parallel_generic(self.low, [*full, *rows], maps, type_, dims, body)

    def _row_map(self, row: SSAValue) -> AffineMapAttr:
        """How a tensor per row is read; one element may serve all rows."""
        sizes = zip(self.kept, shape_of(row), self.row_shape, strict=True)
        return affine_map(
            self.rank,
            tuple(ZERO if own == 1 and full != 1 else axis for axis, own, full in sizes),
        )

    def per_row(
        self, rows: Sequence[SSAValue], dtype: str, body: Callable[..., SSAValue]
    ) -> SSAValue:
        """A tensor per row, of `dtype`, from others."""
        count = len(self.kept)
        dims = self.low.shapes.dims(self.x)
        return parallel_generic(
            self.low,
            rows,
            [identity_map(count)] * len(rows),
            TensorType(scalar_type(dtype), self.row_shape),
            [dims[axis] for axis in self.kept],
            body,
        )

    def shifted_exponentials(
        self,
        top: SSAValue,
        exponential: type[Operation] = math_ext.ExpNonPositiveOp,
    ) -> SSAValue:
        """exp(x - top), where top is not less than any x."""
        return self.per_element(
            [self.x],
            [top],
            lambda b, x, t: b.emit(exponential, (b.binary(arith.SubfOp, x, t),), x.type),
        )

    def total(self, top: SSAValue) -> SSAValue:
        """The sum of exp(x - top) over each row, as f64, where top is the largest x: a sum of at least 1."""
        return self.sum(self.shifted_exponentials(top, math_ext.ExpTermOp))

    def shift(self, may_be_near: bool = False) -> SSAValue:
        """The maximum, but 0 where that is -inf: nothing is left of such a row, rather than NaNs."""
        return self.guarded(self.maximum(may_be_near))

    def guarded(self, top: SSAValue) -> SSAValue:
        """A maximum per row, but 0 where it is -inf."""
        return self.per_row([top], self.dtype, _not_minus_infinity)

    def log_total(self, b: Builder, total: SSAValue, shift: SSAValue) -> SSAValue:
        """The logarithm of the sum of a row's shifted exponentials, as f64; 0 for a shift of inf."""
        shift = convert(b, shift, self.dtype, "float64")
        infinite = b.compare("oeq", shift, b.constant(float("inf"), f64))
        return b.select(infinite, b.constant(0.0, f64), b.unary(math.LogOp, total))


def _not_minus_infinity(b: Builder, x: SSAValue) -> SSAValue:
    empty = b.compare("oeq", x, b.constant(float("-inf"), x.type))
    return b.select(empty, b.constant(0.0, x.type), x)


def _operand_rows(low: Lowering, operand: SSAValue, axes: Sequence[int]) -> _Rows:
    return _Rows(low, low.tensor(operand), type_dtype(operand_type(operand)), axes)


def _axis(op: TirOp) -> int:
    axis = optional_int(op.properties["axis"])
    assert axis is not None
    return axis


def lower_softmax(low: Lowering, op: TirOp) -> None:
    """exp(x - max) / sum(exp(x - max)), by the inverse of each sum: vector code divides slowly."""
    rows = _operand_rows(low, op.operands[0], [_axis(op)])
    exponentials = rows.shifted_exponentials(rows.maximum())

    def inverse(b: Builder, total: SSAValue) -> SSAValue:
        wide = b.binary(arith.DivfOp, b.constant(1.0, f64), total)
        return convert(b, wide, "float64", rows.dtype)

    inverses = rows.per_row([rows.sum(exponentials)], rows.dtype, inverse)

    def body(b: Builder, e: SSAValue, factor: SSAValue) -> SSAValue:
        return b.binary(arith.MulfOp, e, factor)

    low.bind(op.results[0], rows.per_element([exponentials], [inverses], body))


def lower_log_softmax(low: Lowering, op: TirOp) -> None:
    """(x - max) - log(sum(exp(x - max)))."""
    rows = _operand_rows(low, op.operands[0], [_axis(op)])
    top = rows.maximum()
    total = rows.total(top)
    log_total = rows.per_row([total], rows.dtype, lambda b, s: _log(b, s, rows.dtype))

    def body(b: Builder, x: SSAValue, t: SSAValue, log_sum: SSAValue) -> SSAValue:
        return b.binary(arith.SubfOp, b.binary(arith.SubfOp, x, t), log_sum)

    low.bind(op.results[0], rows.per_element([rows.x], [top, log_total], body))


def _log(b: Builder, total: SSAValue, dtype: str) -> SSAValue:
    return convert(b, b.unary(math.LogOp, total), "float64", dtype)


def lower_log_sum_exp(low: Lowering, op: TirOp) -> None:
    """log(sum(exp(x - max))) + max, where any number near the maximum does."""
    axes = ints(op.properties["axes"])
    shifted = below_maximum(op.operands[0])
    if shifted is not None and shifted.axes == axes:
        _lower_log_sum_exp_below_maximum(low, op, shifted.x, axes)
        return
    rows = _operand_rows(low, op.operands[0], axes)
    shift = rows.shift(may_be_near=True)
    total = rows.total(shift)

    def body(b: Builder, s: SSAValue, m: SSAValue) -> SSAValue:
        shifted = convert(b, m, rows.dtype, "float64")
        wide = b.binary(arith.AddfOp, rows.log_total(b, s, m), shifted)
        return convert(b, wide, "float64", rows.dtype)

    low.bind(op.results[0], rows.per_row([total, shift], rows.dtype, body))


def _lower_log_sum_exp_below_maximum(
    low: Lowering, op: TirOp, x: SSAValue, axes: Sequence[int]
) -> None:
    """Of an operand x - max the maximum is 0: log(sum(exp(x - max))), beside which the maximum of x is there already.

    NaN where that is infinite, as the operand has NaN there.
    """
    rows = _operand_rows(low, x, axes)
    top = rows.maximum()
    total = rows.total(rows.guarded(top))

    def body(b: Builder, s: SSAValue, m: SSAValue) -> SSAValue:
        wide = convert(b, m, rows.dtype, "float64")
        nothing = b.binary(arith.SubfOp, wide, wide)
        return convert(
            b, b.binary(arith.AddfOp, b.unary(math.LogOp, s), nothing), "float64", rows.dtype
        )

    low.bind(op.results[0], rows.per_row([total, top], rows.dtype, body))


class _Labels:
    """A vector of class numbers that go with the rows of a matrix of scores; checked."""

    def __init__(self, low: Lowering, scores: SSAValue, labels: SSAValue):
        score_dims = low.dims(scores)
        low.shapes.require_equal(
            score_dims[0],
            low.dims(labels)[0],
            f"{SIZE_MISMATCH}. (the scores have another number of rows than there are labels)",
        )
        check_bounds(low, labels, score_dims[1])
        self.vector = low.tensor(labels)
        self.dtype = type_dtype(operand_type(labels))
        self.classes = low.host.cast(arith.IndexCastOp, score_dims[1], i64)

    def column(self, b: Builder, label: SSAValue) -> SSAValue:
        """The column that a label stands for; negative labels count from the end."""
        return b.cast(arith.IndexCastOp, wrap_index(b, label, self.dtype, self.classes), INDEX)


def lower_softmax_cross_entropy(low: Lowering, op: TirOp) -> None:
    """log(sum(exp(scores))) - scores[i, labels[i]]."""
    scores, labels = op.operands
    checked = _Labels(low, scores, labels)
    rows = _operand_rows(low, scores, [1])
    shift = rows.shift()
    total = rows.total(shift)

    def body(b: Builder, s: SSAValue, m: SSAValue, label: SSAValue) -> SSAValue:
        position = [b.iteration_index(0), checked.column(b, label)]
        picked = convert(b, b.extract(rows.x, position), rows.dtype, "float64")
        # Shifts cancel exactly where the picked score is the largest.
        relative = b.binary(arith.SubfOp, convert(b, m, rows.dtype, "float64"), picked)
        wide = b.binary(arith.AddfOp, rows.log_total(b, s, m), relative)
        return convert(b, wide, "float64", rows.dtype)

    type_ = signless(op.results[0].type)
    low.bind(
        op.results[0],
        parallel_generic(
            low,
            [total, shift, checked.vector],
            [broadcast_map(shape_of(t), type_.get_shape()) for t in (total, shift, checked.vector)],
            type_,
            low.shapes.dims(rows.x)[:1],
            body,
        ),
    )


def lower_softmax_cross_entropy_grad(low: Lowering, op: TirOp) -> None:
    """(softmax(scores) - onehot(labels)) * weights per row."""
    weights, scores, labels = op.operands
    checked = _Labels(low, scores, labels)
    if operand_type(weights).get_shape() != (1,):
        low.shapes.require_equal(
            low.dims(scores)[0],
            low.dims(weights)[0],
            f"{SIZE_MISMATCH}. (the scores have another number of rows than there are weights)",
        )
    rows = _operand_rows(low, scores, [1])
    shift = rows.shift()
    total = rows.total(shift)
    log_total = rows.per_row(
        [total, shift],
        rows.dtype,
        lambda b, s, m: convert(b, rows.log_total(b, s, m), "float64", rows.dtype),
    )

    def body(
        b: Builder,
        x: SSAValue,
        m: SSAValue,
        log_sum: SSAValue,
        label: SSAValue,
        weight: SSAValue,
    ) -> SSAValue:
        log_probability = b.binary(arith.SubfOp, b.binary(arith.SubfOp, x, m), log_sum)
        # The sum is at least 1, and its logarithm not negative.
        probability = b.emit(math_ext.ExpNonPositiveOp, (log_probability,), x.type)
        is_label = b.compare("eq", b.iteration_index(1), checked.column(b, label))
        one_hot = b.select(is_label, b.constant(1.0, x.type), b.constant(0.0, x.type))
        return b.binary(arith.MulfOp, b.binary(arith.SubfOp, probability, one_hot), weight)

    low.bind(
        op.results[0],
        rows.per_element([rows.x], [shift, log_total, checked.vector, low.tensor(weights)], body),
    )
