"""Which sizes the tensors have, as SSA values, and which of these sizes are known to be equal."""

from __future__ import annotations

from collections.abc import Iterable

from xdsl.dialects import tensor
from xdsl.dialects.builtin import TensorType
from xdsl.ir import SSAValue

from tir.lowering.tir_to_linalg.builder import INDEX, HostBuilder, known_constant


class ShapeEnvironment:
    """Sizes of tensors as `index` values; sizes found equal share one representative.

    Only representatives are handed out, so operations with the same iteration space name the same SSA values.
    """

    def __init__(self, host: HostBuilder):
        self._host = host
        self._dims: dict[SSAValue, tuple[SSAValue, ...]] = {}
        self._parents: dict[SSAValue, SSAValue] = {}

    def dims(self, value: SSAValue) -> tuple[SSAValue, ...]:
        """The sizes of a tensor; asked of the tensor itself if no operation has declared them."""
        known = self._dims.get(value)
        if known is None:
            known = self._dims[value] = tuple(self._ask(value))
        return tuple(self.representative(dim) for dim in known)

    def _ask(self, value: SSAValue) -> Iterable[SSAValue]:
        type_ = value.type
        assert isinstance(type_, TensorType)
        for axis, size in enumerate(type_.get_shape()):
            if size == 1:
                yield self._host.index(1)
            else:
                dim = self._host.emit(tensor.DimOp, (value, self._host.index(axis)), INDEX)
                self._host.declare_nonnegative(dim)
                yield dim

    def declare(self, value: SSAValue, dims: Iterable[SSAValue]) -> None:
        """Say what sizes a new tensor has."""
        self._dims[value] = tuple(dims)

    def representative(self, dim: SSAValue) -> SSAValue:
        """The value to use for a size."""
        root = dim
        while (parent := self._parents.get(root)) is not None:
            root = parent
        while dim is not root:
            self._parents[dim], dim = root, self._parents[dim]
        return root

    def equal(self, left: SSAValue, right: SSAValue) -> bool:
        """Whether two sizes are known to be equal."""
        return self.representative(left) is self.representative(right)

    def require_equal(
        self, left: SSAValue, right: SSAValue, message: str, kind: str = "ValueError"
    ) -> None:
        """Make two sizes equal: by a check when the program runs, unless that is known already."""
        left, right = self.representative(left), self.representative(right)
        if left is right:
            return
        self._host.require(self._host.compare("eq", left, right), message, kind)
        if known_constant(right) is not None:
            left, right = right, left
        self._parents[right] = left
