"""What a rewrite pattern is, and what it builds its replacement with."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import Any, ClassVar

import numpy as np
from xdsl.dialects.builtin import TensorType
from xdsl.ir import Attribute, Operation, SSAValue

from tir.dialects.tir.base import TirOp, tensor_type
from tir.dialects.tir.structural import ConstantOp, dense_attribute


class Rewriter:
    """Creates operations in front of the one that is being rewritten, with its location.

    `on_create` is told each of them.
    """

    def __init__(self, root: Operation, on_create: Callable[[TirOp], None] | None = None) -> None:
        self.root = root
        self._on_create = on_create

    def create(
        self, op_class: type[TirOp], *operands: SSAValue, **properties: Attribute
    ) -> SSAValue:
        """The result of a new operation, its type inferred; `TypeInferenceError` for unfit operands."""
        op = op_class.build_on(operands, properties, location=self.root.location)
        return self._insert(op)

    def constant(self, value: Any, dtype: str) -> SSAValue:
        """A new constant; integers that `dtype` cannot hold wrap around.

        Its dimensions of size 1 are broadcastable.
        """
        array = as_array(value, dtype)
        op = ConstantOp.create(
            result_types=[tensor_type(dtype, tuple(size == 1 for size in array.shape))],
            properties={"value": dense_attribute(array)},
            location=self.root.location,
        )
        return self._insert(op)

    def _insert(self, op: TirOp) -> SSAValue:
        block = self.root.parent
        assert block is not None
        block.insert_op_before(op, self.root)
        if self._on_create is not None:
            self._on_create(op)
        return op.results[0]


def as_array(value: Any, dtype: str) -> np.ndarray[Any, Any]:
    """A Python number or an array as an array of `dtype`; Python integers wrap around.

    >>> as_array(300, "uint8")
    array(44, dtype=uint8)
    """
    target = np.dtype(dtype)
    if isinstance(value, int) and target.kind in "iu":
        bits = 8 * target.itemsize
        value &= (1 << bits) - 1
        return np.array(value, f"uint{bits}").astype(target)
    with np.errstate(all="ignore"):
        return np.asarray(value).astype(target)


class Pattern(ABC):
    """One rewrite, named for what it does."""

    ROOTS: ClassVar[tuple[type[TirOp], ...]]
    """The operations, or bases of operations, that the rewrite is tried on."""

    UNSAFE: ClassVar[bool] = False
    """Whether the rewrite may hide an error that the program would raise when run."""

    @abstractmethod
    def rewrite(self, op: TirOp, rewriter: Rewriter) -> SSAValue | None:
        """What replaces the result of `op`: a value of the same type; None to leave it.

        Operations are created only when the rewrite is sure to happen.
        """


def result_type(op: TirOp) -> TensorType:
    """The type of an operation's only result."""
    type_ = op.results[0].type
    assert isinstance(type_, TensorType)
    return type_
