"""Views of tensors by offsets, sizes and strides."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from xdsl.dialects import tensor
from xdsl.dialects.builtin import DYNAMIC_INDEX, DenseArrayBase, TensorType, i64
from xdsl.ir import Attribute, SSAValue

from tir.lowering.tir_to_linalg.builder import known_constant
from tir.lowering.tir_to_linalg.context import Lowering
from tir.lowering.tir_to_linalg.generic import element_type, segments, shape_of


@dataclass(frozen=True)
class Region:
    """Part of a tensor: for each dimension an offset, a size and a stride.

    `kept` are the dimensions that a view of it has; the others have size 1 and are dropped.
    `static_ones` says which of the kept ones are statically 1.
    """

    offsets: Sequence[SSAValue]
    sizes: Sequence[SSAValue]
    strides: Sequence[SSAValue]
    kept: Sequence[int]
    static_ones: Sequence[bool]

    def shape(self) -> list[int]:
        """The static shape of a view of the region."""
        return [1 if one else DYNAMIC_INDEX for one in self.static_ones]

    def dims(self) -> list[SSAValue]:
        """The sizes of a view of the region."""
        return [self.sizes[axis] for axis in self.kept]


def _static(values: Sequence[SSAValue]) -> tuple[list[SSAValue], DenseArrayBase]:
    """The values that are not constants, and the list that says what is constant."""
    known = [known_constant(v) for v in values]
    dynamic = [v for v, k in zip(values, known, strict=True) if k is None]
    return dynamic, DenseArrayBase.from_list(
        i64, [DYNAMIC_INDEX if k is None else int(k) for k in known]
    )


def _static_sizes(region: Region) -> tuple[list[SSAValue], DenseArrayBase]:
    """As `_static`; a kept dimension is constant only where the type says so."""
    ones = dict(zip(region.kept, region.static_ones, strict=True))
    dynamic, static = [], []
    for axis, size in enumerate(region.sizes):
        is_one = ones.get(axis, True)
        static.append(1 if is_one else DYNAMIC_INDEX)
        if not is_one:
            dynamic.append(size)
    return dynamic, DenseArrayBase.from_list(i64, static)


def _operands(
    leading: Sequence[SSAValue], region: Region
) -> tuple[list[SSAValue], dict[str, Attribute]]:
    offsets, static_offsets = _static(region.offsets)
    sizes, static_sizes = _static_sizes(region)
    strides, static_strides = _static(region.strides)
    properties: dict[str, Attribute] = {
        "static_offsets": static_offsets,
        "static_sizes": static_sizes,
        "static_strides": static_strides,
        "operandSegmentSizes": segments(
            *([1] * len(leading)), len(offsets), len(sizes), len(strides)
        ),
    }
    return [*leading, *offsets, *sizes, *strides], properties


def extract_region(low: Lowering, source: SSAValue, region: Region) -> SSAValue:
    """A view of part of a tensor."""
    type_ = TensorType(element_type(source), region.shape())
    operands, properties = _operands([source], region)
    result = low.host.emit(tensor.ExtractSliceOp, operands, type_, properties)
    low.shapes.declare(result, region.dims())
    return result


def insert_region(
    low: Lowering, value: SSAValue, destination: SSAValue, region: Region
) -> SSAValue:
    """A tensor with part of it replaced by `value`, which has the shape of the region."""
    operands, properties = _operands([value, destination], region)
    result = low.host.emit(tensor.InsertSliceOp, operands, destination.type, properties)
    low.shapes.declare(result, low.shapes.dims(destination))
    return result


def stretch(low: Lowering, source: SSAValue, dims: Sequence[SSAValue]) -> SSAValue:
    """A view in which each dynamic size either is that of `dims`, or was 1 and repeats its element.

    As NumPy's assignment, this lets sizes be 1 that are not declared so. A repeated element has stride 0.
    Static 1s are left alone; `dims` may have more leading dimensions.
    """
    host = low.host
    shape, own = shape_of(source), low.shapes.dims(source)
    wanted = dims[len(dims) - len(shape) :]
    zero, one = host.index(0), host.index(1)
    strides = [one] * len(shape)
    sizes = list(own)
    for axis, (mine, target) in enumerate(zip(own, wanted, strict=True)):
        if shape[axis] == 1 or low.shapes.equal(mine, target):
            continue
        is_one = host.compare("eq", mine, one)
        fits = host.either(host.compare("eq", mine, target), is_one)
        host.require(fits, f"could not broadcast dimension {axis} of the value into the region")
        strides[axis] = host.select(is_one, zero, one)
        sizes[axis] = target
    if all(mine is size for mine, size in zip(own, sizes, strict=True)):
        return source
    static_ones = [size == 1 for size in shape]
    region = Region([zero] * len(shape), sizes, strides, range(len(shape)), static_ones)
    return extract_region(low, source, region)
