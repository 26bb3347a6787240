"""Graph operations that are operations of the `tir` dialect with fixed properties."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from xdsl.dialects.builtin import ArrayAttr, IntegerAttr, StringAttr, i1
from xdsl.ir import Attribute

from tir.dialects.tir.base import Properties, TirOp, TypeInferenceError
from tir.graph.tensor_type import TensorType
from tir.graph.variable import Apply, Op
from tir.support.errors import UnsupportedError


class DialectOp(Op):
    """An operation class of the dialect together with its properties.

    Two are equal if both agree, so merging equal nodes is a comparison.
    """

    __slots__ = ("_key", "op_class", "properties")

    def __init__(
        self, op_class: type[TirOp], properties: Mapping[str, Attribute] | None = None
    ) -> None:
        self.op_class = op_class
        self.properties: Properties = dict(properties or {})
        self._key = (op_class, tuple(sorted(self.properties.items(), key=lambda item: item[0])))

    def make_node(self, *inputs: Any) -> Apply:
        try:
            types = self.op_class.infer_types([v.type.ir_type for v in inputs], self.properties)
        except TypeInferenceError as error:
            operands = ", ".join(f"{v} : {v.type}" for v in inputs)
            raise TypeError(f"{self.short_name}: {error}. The inputs are: {operands}") from None
        return Apply(self, inputs, [TensorType.from_ir(t) for t in types])

    @property
    def short_name(self) -> str:
        """The operation's name without the dialect: `add`."""
        return self.op_class.name.removeprefix("tir.")

    def __eq__(self, other: object) -> bool:
        return isinstance(other, DialectOp) and self._key == other._key

    def __hash__(self) -> int:
        return hash(self._key)

    def __str__(self) -> str:
        if not self.properties:
            return self.short_name
        shown = ", ".join(f"{name}={_text(value)}" for name, value in self.properties.items())
        return f"{self.short_name}{{{shown}}}"


def dialect_op(node: Apply) -> DialectOp:
    """The operation of a node that is to be compiled; `UnsupportedError` if the dialect lacks it."""
    if not isinstance(node.op, DialectOp):
        raise UnsupportedError(
            f"{node.op} has no operation in the tir dialect, so it cannot be compiled"
        )
    return node.op


def _text(attribute: Attribute) -> str:
    """A property as a reader who does not know the IR expects it: `[0, 1]`, `float32`."""
    if isinstance(attribute, ArrayAttr):
        return f"[{', '.join(map(_text, attribute.data))}]"
    if isinstance(attribute, IntegerAttr):
        value = attribute.value.data
        return str(bool(value)) if attribute.type == i1 else str(value)
    return attribute.data if isinstance(attribute, StringAttr) else str(attribute)
