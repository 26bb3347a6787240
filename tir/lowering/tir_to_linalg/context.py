"""The state of one lowering: what every value of the `tir` module has become."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from xdsl.dialects import arith, tensor
from xdsl.dialects.builtin import (
    BytesAttr,
    DenseIntOrFPElementsAttr,
    IntegerType,
    TensorType,
    i1,
    i64,
)
from xdsl.ir import Attribute, Operation, SSAValue

from tir.dialects.tir.base import Array, type_dtype
from tir.lowering.tir_to_linalg.builder import HostBuilder
from tir.lowering.tir_to_linalg.conversions import scalar_type, to_index
from tir.lowering.tir_to_linalg.generic import (
    empty,
    fill,
    generic,
    identity_map,
    iterators,
)
from tir.lowering.tir_to_linalg.shapes import ShapeEnvironment


@lru_cache(maxsize=4096)
def signless(type_: Attribute) -> TensorType:
    """The tensor type with signless elements that stands for a type of the `tir` dialect.

    >>> from tir.dialects.tir.base import tensor_type
    >>> print(signless(tensor_type("uint8", (True, False))))
    tensor<1x?xi8>
    """
    assert isinstance(type_, TensorType)
    element = type_.element_type
    if isinstance(element, IntegerType) and element != i1:
        return TensorType(IntegerType(element.width.data), type_.shape)  # pyright: ignore
    return type_


class Lowering:
    """Maps values of the `tir` module to what computes them below.

    A value is a tensor, a scalar of host code (rank 0, integer or boolean: sizes, indices), or a constant array.
    Scalars and constants become tensors only when a tensor is asked for.
    """

    def __init__(self, host: HostBuilder):
        self.host = host
        self.shapes = ShapeEnvironment(host)
        self._tensors: dict[SSAValue, SSAValue] = {}
        self._scalars: dict[SSAValue, SSAValue] = {}
        self._constants: dict[SSAValue, Array] = {}
        self._index_of: dict[SSAValue, SSAValue] = {}

    def bind(self, value: SSAValue, lowered: SSAValue) -> None:
        """Say which tensor a value has become."""
        self._tensors[value] = lowered

    def bind_scalar(self, value: SSAValue, scalar: SSAValue) -> None:
        """Say which scalar of host code a value of rank 0 has become."""
        self._scalars[value] = scalar

    def bind_index(self, value: SSAValue, index: SSAValue) -> None:
        """Say that an int64 of rank 0 is this `index`."""
        scalar = self.host.cast(arith.IndexCastOp, index, i64)
        self._index_of[scalar] = index
        self._scalars[value] = scalar

    def bind_constant(self, value: SSAValue, array: Array) -> None:
        """Say that a value is a constant array."""
        self._constants[value] = array

    def bind_same(self, value: SSAValue, source: SSAValue) -> None:
        """Say that a value is the same as another one of the `tir` module."""
        if source in self._tensors:
            self._tensors[value] = self._tensors[source]
        if source in self._scalars:
            self._scalars[value] = self._scalars[source]
        if source in self._constants:
            self._constants[value] = self._constants[source]

    def carry_name_hints(self, op: Operation) -> None:
        """Let the tensors that an operation's results have become keep the user's names."""
        for result in op.results:
            lowered = self._tensors.get(result)
            if result.name_hint and lowered is not None and lowered.name_hint is None:
                lowered.name_hint = result.name_hint

    def constant(self, value: SSAValue) -> Array | None:
        """The array that a value is known to be."""
        return self._constants.get(value)

    def tensor(self, value: SSAValue) -> SSAValue:
        """The tensor that a value has become."""
        found = self._tensors.get(value)
        if found is None:
            found = self._tensors[value] = self._materialize(value)
        return found

    def _materialize(self, value: SSAValue) -> SSAValue:
        array = self._constants.get(value)
        if array is not None:
            return self._constant_tensor(array, signless(value.type))
        scalar = self._scalars[value]
        result = fill(self.host, scalar, (), signless(value.type))
        self.shapes.declare(result, ())
        return result

    def _constant_tensor(self, array: Array, type_: TensorType) -> SSAValue:
        if array.dtype.kind == "f" and not np.isfinite(array).all():
            return self._constant_from_bits(array, type_)
        static = TensorType(type_.element_type, array.shape)
        data = BytesAttr(np.ascontiguousarray(array).tobytes())
        attribute = DenseIntOrFPElementsAttr(static, data)  # pyright: ignore
        result = self.host.emit(arith.ConstantOp, (), static, {"value": attribute})
        if static != type_:
            result = self.host.emit(tensor.CastOp, (result,), type_)
        self.shapes.declare(result, [self.host.index(size) for size in array.shape])
        return result

    def _constant_from_bits(self, array: Array, type_: TensorType) -> SSAValue:
        """A constant with infinities or NaN: xDSL 0.74 prints those in arrays as text that it misreads."""
        bits = np.ascontiguousarray(array).view(f"int{8 * array.itemsize}").reshape(array.shape)
        integers = TensorType(IntegerType(8 * array.itemsize), type_.shape)
        source = self._constant_tensor(bits, integers)
        dims = [self.host.index(size) for size in array.shape]
        map_ = identity_map(array.ndim)
        (result,) = generic(
            self.host,
            (source,),
            (map_,),
            (empty(self.host, dims, type_),),
            (map_,),
            iterators(array.ndim),
            lambda builder, element, _: (
                builder.emit(arith.BitcastOp, (element,), type_.element_type),
            ),
        )
        self.shapes.declare(result, dims)
        return result

    def is_host_scalar(self, value: SSAValue) -> bool:
        """Whether a value can be used in host arithmetic without reading a tensor."""
        return value in self._scalars or self.scalar_constant(value) is not None

    def is_computed_scalar(self, value: SSAValue) -> bool:
        """Whether a value is a host scalar that is no constant."""
        return value in self._scalars

    def scalar_constant(self, value: SSAValue) -> Array | None:
        """The constant of rank 0 that a value is known to be."""
        array = self._constants.get(value)
        return array if array is not None and array.ndim == 0 else None

    def scalar(self, value: SSAValue) -> SSAValue:
        """A value of rank 0 as a scalar of host code."""
        found = self._scalars.get(value)
        if found is not None:
            return found
        array = self.scalar_constant(value)
        if array is not None:
            return self.host.constant(array.item(), scalar_type(array.dtype.name))
        scalar = self.host.extract(self.tensor(value), ())
        if isinstance(scalar.type, IntegerType):
            self._scalars[value] = scalar
        return scalar

    def index(self, value: SSAValue) -> SSAValue:
        """An integer of rank 0 as an `index` of host code."""
        array = self.scalar_constant(value)
        if array is not None:
            return self.host.index(int(array))
        scalar = self.scalar(value)
        found = self._index_of.get(scalar)
        if found is None:
            type_ = value.type
            assert isinstance(type_, TensorType)
            found = self._index_of[scalar] = to_index(self.host, scalar, type_dtype(type_))
        return found

    def dims(self, value: SSAValue) -> tuple[SSAValue, ...]:
        """The sizes of the tensor that a value has become."""
        array = self._constants.get(value)
        if array is not None:
            return tuple(self.host.index(size) for size in array.shape)
        if value in self._scalars:
            return ()
        return self.shapes.dims(self.tensor(value))
