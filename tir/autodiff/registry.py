"""The table of gradient rules, and what rules speak in.

A rule takes a node and the gradients of a cost by the node's outputs, and gives, for each connected input, the gradient
of the cost by that input:

    @gradient(reduction.SumOp)
    def sum_(node, gradients):
        return [broadcast_like(gradients[0], node.inputs[0])]

An entry of the result is one of

* a variable: the gradient. The caller casts it to the input's dtype and pattern; its rank must be the input's;
* a function without arguments that gives that variable, called only if the gradient is wanted;
* `ZERO`: zero everywhere, never built unless the user asks for it;
* `Undefined("why")`.

A rule is called only if an output is floating-point and its gradient is a variable; where there are several outputs,
the gradients of others may be `ZERO` or `DISCONNECTED`. Rules build graph from graph with `tir.graph.build`, so
gradients of gradients need nothing more.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import Enum
from importlib import import_module
from typing import Any, Final

from tir.dialects.tir.base import TirOp
from tir.graph.dialect_op import DialectOp
from tir.graph.variable import Apply, Op, Variable
from tir.support.errors import UnsupportedError


class NoGradient(Enum):
    """Gradients that need no graph."""

    ZERO = "zero"
    """The value is used, but changing it a little changes nothing."""
    DISCONNECTED = "disconnected"
    """The value is not used: asking for the gradient is taken for a mistake."""


ZERO: Final = NoGradient.ZERO
DISCONNECTED: Final = NoGradient.DISCONNECTED


@dataclass(frozen=True)
class Undefined:
    """A gradient that does not exist, and why."""

    reason: str


Gradient = Variable | NoGradient | Undefined
Rule = Callable[[Apply, Sequence[Any]], Sequence[Any]]

ALL_INPUTS: Final = slice(None)
NO_INPUTS: Final = slice(0)
FIRST_INPUT: Final = slice(1)


@dataclass(frozen=True)
class Registration:
    """A rule and the inputs it covers; the other inputs are disconnected."""

    rule: Rule
    connected: slice

    def connected_inputs(self, node: Apply) -> range:
        """The positions of the inputs that the outputs of `node` depend on, as gradients see it."""
        return range(len(node.inputs))[self.connected]


RULES: dict[type[TirOp] | type[Op], Registration] = {}
"""The rules by operation class; `tir.autodiff.rules` fills in those of the dialect."""

_LATE_RULES = {"tir.dialects.tir.special": "tir.autodiff.rules.special"}
"""Families that programs seldom use, and the modules of their rules, which are imported when one of them is asked for."""


def gradient(
    *op_classes: type[TirOp] | type[Op], connected: slice = ALL_INPUTS
) -> Callable[[Rule], Rule]:
    """Register the decorated function as the gradient rule of operations.

    `connected` selects the inputs for which the rule has entries. Inputs outside, such as indices and shapes, are
    disconnected: the outputs are not a function of them that could be differentiated.
    """

    def register(rule: Rule) -> Rule:
        for op_class in op_classes:
            if op_class in RULES:
                raise ValueError(f"{op_class.__name__} has a gradient rule already")
            RULES[op_class] = Registration(rule, connected)
        return rule

    return register


def registration(node: Apply) -> Registration:
    """The rule of a node; `UnsupportedError` if its operation has none."""
    key = node.op.op_class if isinstance(node.op, DialectOp) else type(node.op)
    found = RULES.get(key)
    if found is None and key.__module__ in _LATE_RULES:
        import_module(_LATE_RULES[key.__module__])
        found = RULES.get(key)
    if found is None:
        raise UnsupportedError(
            f"the operation {node.op} has no gradient rule, so nothing that is computed with it "
            "can be differentiated; use disconnected_grad on its result if that is intended"
        )
    return found
