"""Copies of expressions with some variables replaced."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from copy import copy

from tir.graph.traversal import toposort
from tir.graph.variable import Apply, Variable


def clone_replace(
    outputs: Iterable[Variable], replacements: Mapping[Variable, Variable]
) -> list[Variable]:
    """`outputs` computed from the values of `replacements` wherever they were computed from its keys.

    Only what depends on a replaced variable is built anew; the rest is shared with the original. New nodes keep the
    locations and names of the old ones. A replacement is taken as it is: keys inside it are not replaced again.
    `TypeError` if a replacement has another type than what it replaces.

    >>> from tir.graph.build import exp
    >>> from tir.graph.constants import constant
    >>> one, two = constant(1.0), constant(2.0)
    >>> (out,) = clone_replace([exp(one)], {one: two})
    >>> out.owner.inputs[0] is two
    True
    """
    for old, new in replacements.items():
        if old.type != new.type:
            raise TypeError(
                f"cannot replace {old}, of type {old.type}, by {new}, of type {new.type}: "
                "the types must be equal"
            )
    outputs = list(outputs)
    renewed: dict[Variable, Variable] = dict(replacements)
    for node in toposort(outputs, stop_at=replacements):
        if any(variable in renewed for variable in node.inputs):
            _renew(node, renewed)
    return [renewed.get(variable, variable) for variable in outputs]


def _renew(node: Apply, renewed: dict[Variable, Variable]) -> None:
    clone = node.op.make_node(*(renewed.get(v, v) for v in node.inputs))
    clone.location = node.location
    clone.tag = copy(node.tag)
    for old, new in zip(node.outputs, clone.outputs, strict=True):
        new.name = old.name
        new.tag = copy(old.tag)
        renewed.setdefault(old, new)
