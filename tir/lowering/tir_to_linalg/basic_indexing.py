"""Reading and writing parts of tensors by integers and slices: host arithmetic and views."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from xdsl.dialects import arith
from xdsl.dialects.builtin import TensorType
from xdsl.ir import SSAValue

from tir.dialects.tir.arithmetic import AddOp
from tir.dialects.tir.base import TirOp, broadcastable_of, strings, type_dtype
from tir.dialects.tir.indexing import FULL_SLICE, IncSubtensorOp
from tir.lowering.tir_to_linalg.arange import slice_length
from tir.lowering.tir_to_linalg.assignment import assigned_value
from tir.lowering.tir_to_linalg.builder import known_constant
from tir.lowering.tir_to_linalg.context import Lowering
from tir.lowering.tir_to_linalg.conversions import convert
from tir.lowering.tir_to_linalg.elementwise import elementwise, operand_type
from tir.lowering.tir_to_linalg.generic import element_type
from tir.lowering.tir_to_linalg.scalar_table import scalar_function
from tir.lowering.tir_to_linalg.slices import Region, extract_region, insert_region, stretch

OUT_OF_BOUNDS = "index out of bounds"
_ZERO_STEP = "slice step cannot be zero"
_LONG_STEP = 2**31


def lower_subtensor(low: Lowering, op: TirOp) -> None:
    """A view."""
    source = low.tensor(op.operands[0])
    region = _region(low, op.operands[0], op, op.operands[1:])
    low.bind(op.results[0], extract_region(low, source, region))


def lower_subtensor_update(low: Lowering, op: TirOp) -> None:
    """The destination with a new value inserted into the region, or the region's sum with it."""
    destination = low.tensor(op.operands[0])
    region = _region(low, op.operands[0], op, op.operands[2:])
    value = _region_value(low, op, destination, region)
    low.bind(op.results[0], insert_region(low, value, destination, region))


def _region_value(low: Lowering, op: TirOp, destination: SSAValue, region: Region) -> SSAValue:
    """What to write into the region, in its shape."""
    dtype = type_dtype(operand_type(op.operands[0]))
    own_dtype = type_dtype(operand_type(op.operands[1]))
    type_ = TensorType(element_type(destination), region.shape())
    dims = region.dims()
    if not isinstance(op, IncSubtensorOp):
        return assigned_value(low, op.operands[1], type_, dims, dtype)
    old = extract_region(low, destination, region)
    add = scalar_function(AddOp, dtype)
    stretched = stretch(low, low.tensor(op.operands[1]), dims)
    return elementwise(
        low,
        [old, stretched],
        type_,
        dims,
        lambda b, x, y: add(b, x, convert(b, y, own_dtype, dtype)),
    )


def _region(low: Lowering, indexed: SSAValue, op: TirOp, operands: Sequence[SSAValue]) -> Region:
    pattern = strings(op.properties["pattern"])
    values = iter(operands)
    offsets, sizes, strides, kept, static_ones = [], [], [], [], []
    broadcastable = broadcastable_of(operand_type(indexed))
    for axis, dim in enumerate(low.dims(indexed)):
        entry = pattern[axis] if axis < len(pattern) else FULL_SLICE
        if entry == "v":
            offset, size, stride = _integer(low, low.index(next(values)), dim)
        else:
            offset, size, stride = _slice(low, entry, values, dim)
            kept.append(axis)
            static_ones.append(broadcastable[axis] and entry == FULL_SLICE)
        offsets.append(offset)
        sizes.append(size)
        strides.append(stride)
    return Region(offsets, sizes, strides, kept, static_ones)


def _integer(low: Lowering, index: SSAValue, dim: SSAValue) -> tuple[SSAValue, SSAValue, SSAValue]:
    host = low.host
    zero, one = host.index(0), host.index(1)
    negative = host.compare("slt", index, zero)
    offset = host.choose(negative, lambda: host.binary(arith.AddiOp, index, dim), lambda: index)
    inside = host.both(host.compare("sge", offset, zero), host.compare("slt", offset, dim))
    host.require(inside, OUT_OF_BOUNDS, "IndexError")
    return offset, one, one


def _slice(
    low: Lowering, entry: str, values: Iterator[SSAValue], dim: SSAValue
) -> tuple[SSAValue, SSAValue, SSAValue]:
    """Offset, size and stride of a slice, clamped as Python's `slice.indices` does."""
    host = low.host
    zero, one, minus_one = host.index(0), host.index(1), host.index(-1)
    start, stop, step = (
        low.index(next(values)) if part == "v" else None for part in entry.split(":")
    )
    if step is None:
        step = one
    host.require(host.compare("ne", step, zero), _ZERO_STEP)
    if start is not None and stop is None and known_constant(step) == 1:
        simple = _tail(low, start, dim)
        if simple is not None:
            return simple
    step = _shortened(low, step, dim)
    forward = host.compare("sgt", step, zero)

    def last() -> SSAValue:
        return host.binary(arith.AddiOp, dim, minus_one)

    lower = host.select(forward, zero, minus_one)
    upper = host.choose(forward, lambda: dim, last)

    def clamp(bound: SSAValue) -> SSAValue:
        return host.choose(
            host.compare("slt", bound, zero),
            lambda: host.binary(arith.MaxSIOp, host.binary(arith.AddiOp, bound, dim), lower),
            lambda: host.binary(arith.MinSIOp, bound, upper),
        )

    first = clamp(start) if start is not None else host.choose(forward, lambda: zero, last)
    end = clamp(stop) if stop is not None else host.select(forward, dim, minus_one)
    return first, slice_length(low, first, end, step), step


def _shortened(low: Lowering, step: SSAValue, dim: SSAValue) -> SSAValue:
    """A step that selects the same of `dim` elements, and is no longer than that: products with it are in range."""
    host = low.host
    known = known_constant(step)
    if known is not None and abs(known) <= _LONG_STEP:
        return step
    longest = host.binary(arith.MaxSIOp, dim, host.index(1))
    opposite = host.binary(arith.SubiOp, host.index(0), longest)
    return host.binary(arith.MaxSIOp, host.binary(arith.MinSIOp, step, longest), opposite)


def _tail(
    low: Lowering, start: SSAValue, dim: SSAValue
) -> tuple[SSAValue, SSAValue, SSAValue] | None:
    """`[k:]`: its size is written max(n - k, 0), as that of `[:-k]`, so that both are seen to be equal."""
    host = low.host
    if not host.is_nonnegative(start):
        return None
    rest = host.binary(arith.SubiOp, dim, start)
    size = host.binary(arith.MaxSIOp, rest, host.index(0))
    return host.binary(arith.MinSIOp, start, dim), size, host.index(1)
