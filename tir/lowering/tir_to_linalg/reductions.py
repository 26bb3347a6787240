"""Reductions over axes: a filled destination and one `linalg.generic` with reduction loops."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from xdsl.dialects import arith
from xdsl.dialects.builtin import TensorType, UnitAttr, i1, i64
from xdsl.dialects.utils import FastMathFlag
from xdsl.ir import Operation, SSAValue

from tir.dialects.linalg_generic import MAY_SUM_NARROW
from tir.dialects.projections import affine_map
from tir.dialects.tir import reduction
from tir.dialects.tir.base import TirOp, ints, type_dtype
from tir.lowering.tir_to_linalg.builder import INDEX, Builder
from tir.lowering.tir_to_linalg.context import Lowering
from tir.lowering.tir_to_linalg.conversions import (
    convert,
    is_float_dtype,
    is_unsigned_dtype,
    scalar_type,
)
from tir.lowering.tir_to_linalg.elementwise import convert_tensor, elementwise, operand_type
from tir.lowering.tir_to_linalg.generic import (
    fill,
    generic,
    identity_map,
    iterators,
    shape_of,
)
from tir.support.dtypes import is_float

REASSOCIATE = arith.FastMathFlagsAttr([FastMathFlag.REASSOC, FastMathFlag.ALLOW_CONTRACT])
"""Float sums may be split into several partial sums, so that loops vectorize."""

_ANY_ZERO = arith.FastMathFlagsAttr([FastMathFlag.NO_SIGNED_ZEROS])

Combine = Callable[[Builder, SSAValue, SSAValue], SSAValue]
"""Takes a builder, an element and the accumulator; gives the new accumulator."""


def reduce(
    low: Lowering, source: SSAValue, axes: Sequence[int], initial: SSAValue, body: Combine
) -> SSAValue:
    """Reduce a tensor over `axes`, starting from the scalar `initial`, whose type is the accumulator's."""
    shape, dims = shape_of(source), low.shapes.dims(source)
    kept = tuple(axis for axis in range(len(shape)) if axis not in axes)
    kept_dims = [dims[axis] for axis in kept]
    type_ = TensorType(initial.type, [shape[axis] for axis in kept])
    if not axes:
        # Each element is a reduction of its own.
        return elementwise(low, [source], type_, dims, lambda b, x: body(b, x, initial))
    (result,) = generic(
        low.host,
        [source],
        [identity_map(len(shape))],
        [fill(low.host, initial, kept_dims, type_)],
        [affine_map(len(shape), kept)],
        iterators(len(shape), tuple(axes)),
        lambda b, x, accumulator: [body(b, x, accumulator)],
    )
    low.shapes.declare(result, kept_dims)
    return result


def accumulate(op: type[Operation]) -> Combine:
    """Add or multiply floats in any order."""

    def combine(b: Builder, x: SSAValue, accumulator: SSAValue) -> SSAValue:
        return b.emit(op, (accumulator, x), x.type, {"fastmath": REASSOCIATE})

    return combine


def marked(result: SSAValue, attribute: str) -> SSAValue:
    """The result of an operation that gets an attribute."""
    assert isinstance(result.owner, Operation)
    result.owner.attributes[attribute] = UnitAttr()
    return result


def sum_for(dtype: str) -> Combine:
    """Add floats in float64 for a sum that becomes a `dtype` at the end."""
    add = accumulate(arith.AddfOp)
    if dtype != "float32":
        return add

    def combine(b: Builder, x: SSAValue, accumulator: SSAValue) -> SSAValue:
        return marked(add(b, x, accumulator), MAY_SUM_NARROW)

    return combine


def _combine(op: type[Operation]) -> Combine:
    if op in (arith.MaximumfOp, arith.MinimumfOp):
        return extremum(op)
    return lambda b, x, accumulator: b.binary(op, accumulator, x)


def extremum(op: type[Operation]) -> Combine:
    """The larger or smaller float, NaN if any is; of zeros of both signs either one, as in NumPy.

    The element comes first: LLVM keeps the first operand where that is NaN, and would write accumulators in memory with a mask if
    it were theirs that is kept, which takes several times as long.
    """

    def combine(b: Builder, x: SSAValue, accumulator: SSAValue) -> SSAValue:
        return b.emit(op, (x, accumulator), x.type, {"fastmath": _ANY_ZERO})

    return combine


def lower_reduction(low: Lowering, op: TirOp) -> None:
    """Sum, product, maximum, minimum, any and all."""
    assert isinstance(op, reduction.ReductionOp)
    dtype = type_dtype(operand_type(op.operands[0]))
    axes = ints(op.properties["axes"])
    logical = isinstance(op, reduction.LogicalReductionOp)
    accumulator = "bool" if logical else op.accumulator_dtype(dtype)
    result_dtype = op.result_dtype(dtype)
    source = low.tensor(op.operands[0])
    if not axes:
        converted = convert_tensor(low, source, dtype, result_dtype)
        low.bind(op.results[0], converted)
        return
    if isinstance(op, reduction.MaxOp | reduction.MinOp):
        name = "maximum" if isinstance(op, reduction.MaxOp) else "minimum"
        check_not_empty(
            low,
            source,
            axes,
            f"zero-size array to reduction operation {name} which has no identity",
        )
    initial, combine = _rule(type(op), accumulator)
    if isinstance(op, reduction.SumOp) and accumulator == "float64":
        combine = sum_for(result_dtype)
    start = low.host.constant(initial, scalar_type(accumulator))
    result = reduce(
        low,
        source,
        axes,
        start,
        lambda b, x, acc: combine(b, convert(b, x, dtype, accumulator), acc),
    )
    low.bind(op.results[0], convert_tensor(low, result, accumulator, result_dtype))


def _rule(op_class: type[TirOp], dtype: str) -> tuple[float, Combine]:
    """The neutral element of a reduction, and how it combines."""
    floating = is_float_dtype(dtype)
    if op_class is reduction.SumOp:
        return (0.0, accumulate(arith.AddfOp)) if floating else (0, _combine(arith.AddiOp))
    if op_class is reduction.ProdOp:
        return (1.0, accumulate(arith.MulfOp)) if floating else (1, _combine(arith.MuliOp))
    if op_class is reduction.AnyOp:
        return 0, _combine(arith.OrIOp)
    if op_class is reduction.AllOp:
        return 1, _combine(arith.AndIOp)
    if op_class is reduction.MaxOp:
        return lowest(dtype), _combine(_choose(dtype, _MAXIMUM))
    return highest(dtype), _combine(_choose(dtype, _MINIMUM))


_MAXIMUM = (arith.MaximumfOp, arith.MaxSIOp, arith.MaxUIOp, arith.OrIOp)
_MINIMUM = (arith.MinimumfOp, arith.MinSIOp, arith.MinUIOp, arith.AndIOp)


def _choose(dtype: str, ops: tuple[type[Operation], ...]) -> type[Operation]:
    floating, signed, unsigned, boolean = ops
    if is_float_dtype(dtype):
        return floating
    if dtype == "bool":
        return boolean
    return unsigned if is_unsigned_dtype(dtype) else signed


def lowest(dtype: str) -> float:
    """The smallest number of a dtype."""
    if is_float_dtype(dtype):
        return -np.inf
    return 0 if dtype == "bool" else int(np.iinfo(dtype).min)


def highest(dtype: str) -> float:
    """The largest number of a dtype."""
    if is_float_dtype(dtype):
        return np.inf
    return 1 if dtype == "bool" else int(np.iinfo(dtype).max)


def check_not_empty(low: Lowering, source: SSAValue, axes: Sequence[int], message: str) -> None:
    """Fail where there is no element to reduce."""
    host, dims = low.host, low.shapes.dims(source)
    nonempty = host.constant(1, i1)
    for axis in axes:
        nonempty = host.both(nonempty, host.compare("ne", dims[axis], host.index(0)))
    host.require(nonempty, message)


def lower_arg_reduction(low: Lowering, op: TirOp) -> None:
    """Argmax and argmin: the extreme element first, then the least position at which it stands.

    Neither reduction depends on the order of its elements, so both can be split and vectorized.
    """
    largest = isinstance(op, reduction.ArgmaxOp)
    dtype = type_dtype(operand_type(op.operands[0]))
    axes = ints(op.properties["axes"])
    source = low.tensor(op.operands[0])
    name = "argmax" if largest else "argmin"
    check_not_empty(low, source, axes, f"attempt to get {name} of an empty sequence")
    start, combine = _rule(reduction.MaxOp if largest else reduction.MinOp, dtype)
    extreme = source
    if axes:
        scalar = low.host.constant(start, scalar_type(dtype))
        extreme = reduce(low, source, axes, scalar, combine)
    low.bind(op.results[0], _first_position(low, source, extreme, axes))


def _first_position(
    low: Lowering, source: SSAValue, extreme: SSAValue, axes: Sequence[int]
) -> SSAValue:
    shape, dims = shape_of(source), low.shapes.dims(source)
    extents = [dims[axis] for axis in axes]
    kept = tuple(axis for axis in range(len(shape)) if axis not in axes)

    def body(b: Builder, x: SSAValue, best: SSAValue, position: SSAValue) -> Sequence[SSAValue]:
        here = b.cast(arith.IndexCastOp, _linear_index(b, axes, extents), i64)
        candidate = b.select(_is_extreme(b, x, best), here, b.constant(_NOWHERE, i64))
        return [b.binary(arith.MinSIOp, position, candidate)]

    kept_dims = [dims[axis] for axis in kept]
    type_ = TensorType(i64, [shape[axis] for axis in kept])
    if not axes:
        return fill(low.host, low.host.constant(0, i64), kept_dims, type_)
    (result,) = generic(
        low.host,
        [source, extreme],
        [identity_map(len(shape)), affine_map(len(shape), kept)],
        [fill(low.host, low.host.constant(_NOWHERE, i64), kept_dims, type_)],
        [affine_map(len(shape), kept)],
        iterators(len(shape), tuple(axes)),
        body,
    )
    low.shapes.declare(result, kept_dims)
    return result


_NOWHERE = 2**63 - 1


def _is_extreme(b: Builder, x: SSAValue, best: SSAValue) -> SSAValue:
    if not is_float(x.type):
        return b.compare("eq", x, best)
    # If any element is NaN, so is the extreme one, and only NaNs are candidates.
    return b.binary(arith.OrIOp, b.compare("oeq", x, best), b.compare("uno", x, x))


def _linear_index(b: Builder, axes: Sequence[int], extents: Sequence[SSAValue]) -> SSAValue:
    """The position in row-major order within the reduced axes."""
    position: SSAValue | None = None
    for axis, extent in zip(axes, extents, strict=True):
        index = b.iteration_index(axis)
        if position is None:
            position = index
        else:
            scaled = b.binary(arith.MuliOp, position, extent)
            position = b.binary(arith.AddiOp, scaled, index)
    return b.constant(0, INDEX) if position is None else position
