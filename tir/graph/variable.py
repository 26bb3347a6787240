"""Variables, the nodes that compute them, and the operations the nodes apply.

Nothing here points from a variable to its users, so an expression that nobody holds is garbage-collected.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from types import SimpleNamespace
from typing import Any, ClassVar

from tir.support.source import SourceLocation, user_location


class Type(ABC):
    """What values a variable may hold."""

    variable_class: ClassVar[type[Variable]]
    constant_class: ClassVar[type[Constant]]

    @abstractmethod
    def filter(self, value: Any, strict: bool = False, allow_downcast: bool | None = None) -> Any:
        """`value` as a value of this type; `TypeError` if that would lose something."""

    def make_variable(self, name: str | None = None) -> Variable:
        """A new variable of this type that nothing computes."""
        return self.variable_class(self, name=name)

    def __call__(self, name: str | None = None) -> Any:
        return self.make_variable(name)


class Variable:
    """A symbolic value: an input, a constant, or an output of a node.

    `==` is identity: two variables are equal only if they are the same object.
    """

    def __init__(
        self,
        type: Type,
        owner: Apply | None = None,
        index: int | None = None,
        name: str | None = None,
    ) -> None:
        if name is not None and not isinstance(name, str):
            raise TypeError(f"the name of a variable must be a string, got {name!r}")
        self.type: Any = type
        self.owner = owner
        self.index = index
        self.name = name
        self.tag = SimpleNamespace()

    def clone(self) -> Variable:
        """A new variable of the same type and name that nothing computes."""
        return self.__class__(self.type, name=self.name)

    def __str__(self) -> str:
        if self.name is not None:
            return self.name
        if self.owner is not None:
            suffix = f".{self.index}" if len(self.owner.outputs) > 1 else ".0"
            return f"{self.owner.op}{suffix}"
        return f"<{self.type}>"

    def __repr__(self) -> str:
        return str(self)


class Constant(Variable):
    """A variable whose value is known; `data` must not be changed."""

    def __init__(self, type: Type, data: Any, name: str | None = None) -> None:
        super().__init__(type, name=name)
        self.data = data

    def clone(self) -> Variable:
        return self.__class__(self.type, self.data, name=self.name)


class Op(ABC):
    """An operation that nodes apply. Operations with equal meaning compare equal."""

    @abstractmethod
    def make_node(self, *inputs: Any) -> Apply:
        """The node that applies this operation; `TypeError` if the inputs do not fit."""

    def __call__(self, *inputs: Any) -> Any:
        outputs = self.make_node(*inputs).outputs
        return outputs[0] if len(outputs) == 1 else outputs


class Apply:
    """One application of an operation: its inputs, its outputs, and the user's line that built it."""

    __slots__ = ("__weakref__", "inputs", "location", "op", "outputs", "tag")

    def __init__(self, op: Op, inputs: Sequence[Variable], output_types: Sequence[Type]) -> None:
        self.op = op
        self.inputs = list(inputs)
        self.tag = SimpleNamespace()
        self.location: SourceLocation | None = user_location()
        self.outputs: list[Any] = [
            t.variable_class(t, owner=self, index=i) for i, t in enumerate(output_types)
        ]

    def __repr__(self) -> str:
        return f"{self.op}({', '.join(map(str, self.inputs))})"


Type.variable_class = Variable
Type.constant_class = Constant
