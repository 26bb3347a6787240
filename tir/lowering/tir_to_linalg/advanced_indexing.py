"""Reading and writing by vectors of indices: a check, then a gather or a scatter."""

from __future__ import annotations

from collections.abc import Sequence

from xdsl.dialects import arith
from xdsl.dialects.builtin import DYNAMIC_INDEX, StringAttr, TensorType, i64
from xdsl.ir import SSAValue

from tir.dialects import linalg_ext
from tir.dialects.projections import ZERO, affine_map
from tir.dialects.tir.base import TirOp, type_dtype
from tir.dialects.tir.indexing import AdvancedIncSubtensorOp
from tir.lowering.tir_to_linalg.assignment import assigned_value
from tir.lowering.tir_to_linalg.basic_indexing import OUT_OF_BOUNDS
from tir.lowering.tir_to_linalg.builder import INDEX, Builder
from tir.lowering.tir_to_linalg.context import Lowering, signless
from tir.lowering.tir_to_linalg.conversions import convert
from tir.lowering.tir_to_linalg.elementwise import (
    elementwise,
    holds_for_all,
    operand_type,
    parallel_generic,
)
from tir.lowering.tir_to_linalg.generic import element_type, shape_of

_LENGTHS_DIFFER = "shape mismatch: the index vectors have different lengths"


def check_bounds(low: Lowering, indices: SSAValue, size: SSAValue) -> None:
    """Fail unless all elements of an index vector are in [-size, size)."""
    host = low.host
    array = low.constant(indices)
    if array is not None:
        array = array.astype("int64")
        if array.size:
            host.require(
                host.both(
                    host.compare("sge", size, host.index(-int(array.min()))),
                    host.compare("sgt", size, host.index(int(array.max()))),
                ),
                OUT_OF_BOUNDS,
                "IndexError",
            )
        return
    dtype = type_dtype(operand_type(indices))
    upper = host.cast(arith.IndexCastOp, size, i64)
    lower = host.binary(arith.SubiOp, host.constant(0, i64), upper)

    def inside(b: Builder, x: SSAValue) -> SSAValue:
        index = convert(b, x, dtype, "int64")
        return b.binary(
            arith.AndIOp, b.compare("sge", index, lower), b.compare("slt", index, upper)
        )

    host.require(holds_for_all(low, low.tensor(indices), inside), OUT_OF_BOUNDS, "IndexError")


def wrap_index(b: Builder, x: SSAValue, dtype: str, size: SSAValue) -> SSAValue:
    """An element of an index vector as an i64, counted from the start; `size` is an i64."""
    index = convert(b, x, dtype, "int64")
    # As in NumPy, large numbers of uint64 are negative ones; no others of unsigned dtypes are.
    if dtype in ("uint8", "uint16", "uint32"):
        return index
    from_end = b.compare("slt", index, b.constant(0, i64))
    return b.select(from_end, b.binary(arith.AddiOp, index, size), index)


def _common_length(low: Lowering, vectors: Sequence[SSAValue]) -> tuple[SSAValue, bool]:
    """How many elements are indexed, and whether that is statically 1."""
    length = None
    for vector in vectors:
        if operand_type(vector).get_shape() == (1,):
            continue
        (own,) = low.dims(vector)
        if length is None:
            length = own
        else:
            low.shapes.require_equal(length, own, _LENGTHS_DIFFER, "IndexError")
    if length is None:
        return low.host.index(1), True
    return low.shapes.representative(length), False


def _checked_sizes(low: Lowering, indexed: SSAValue, vectors: Sequence[SSAValue]) -> list[SSAValue]:
    """The sizes of the indexed dimensions as i64, with the bounds of all vectors checked."""
    dims = low.dims(indexed)
    for vector, dim in zip(vectors, dims, strict=False):
        check_bounds(low, vector, dim)
    return [low.host.cast(arith.IndexCastOp, d, i64) for d in dims[: len(vectors)]]


def lower_advanced_subtensor(low: Lowering, op: TirOp) -> None:
    """A gather: each element reads the indexed tensor where the vectors say."""
    indexed, *vectors = op.operands
    length, _ = _common_length(low, vectors)
    sizes = _checked_sizes(low, indexed, vectors)
    source = low.tensor(indexed)
    type_ = signless(op.results[0].type)
    dims = [length, *low.shapes.dims(source)[len(vectors) :]]
    dtypes = [type_dtype(operand_type(v)) for v in vectors]
    rest_rank = len(dims) - 1

    def body(b: Builder, *elements: SSAValue) -> SSAValue:
        position = [
            b.cast(arith.IndexCastOp, wrap_index(b, x, dtype, size), INDEX)
            for x, dtype, size in zip(elements, dtypes, sizes, strict=True)
        ]
        position += [b.iteration_index(1 + axis) for axis in range(rest_rank)]
        return b.extract(source, position)

    tensors = [low.tensor(v) for v in vectors]
    # The vectors run along the first loop; static 1s against a longer one read element 0.
    first = ZERO if type_.get_shape()[0] != 1 else 0
    maps = [affine_map(len(dims), (first if shape_of(t) == (1,) else 0,)) for t in tensors]
    low.bind(op.results[0], parallel_generic(low, tensors, maps, type_, dims, body))


def lower_advanced_update(low: Lowering, op: TirOp) -> None:
    """A scatter of the value into the indexed rows."""
    indexed, value, *vectors = op.operands
    length, single = _common_length(low, vectors)
    sizes = _checked_sizes(low, indexed, vectors)
    destination = low.tensor(indexed)
    dtype = type_dtype(operand_type(indexed))
    rest = shape_of(destination)[len(vectors) :]
    type_ = TensorType(element_type(destination), [1 if single else DYNAMIC_INDEX, *rest])
    dims = [length, *low.shapes.dims(destination)[len(vectors) :]]
    updates = assigned_value(low, value, type_, dims, dtype)
    indices = [_wrapped(low, v, size) for v, size in zip(vectors, sizes, strict=True)]
    combiner = "add" if isinstance(op, AdvancedIncSubtensorOp) else "set"
    result = low.host.emit(
        linalg_ext.ScatterOp,
        (updates, *indices, destination),
        destination.type,
        {"combiner": StringAttr(combiner)},
    )
    low.shapes.declare(result, low.shapes.dims(destination))
    low.bind(op.results[0], result)


def _wrapped(low: Lowering, vector: SSAValue, size: SSAValue) -> SSAValue:
    """An index vector as i64 numbers counted from the start."""
    dtype = type_dtype(operand_type(vector))
    array = low.constant(vector)
    source = low.tensor(vector)
    if (
        dtype in ("uint64", "int64")
        and array is not None
        and array.astype("int64").min(initial=0) >= 0
    ):
        return source
    type_ = TensorType(i64, shape_of(source))
    return elementwise(
        low, [source], type_, low.shapes.dims(source), lambda b, x: wrap_index(b, x, dtype, size)
    )
