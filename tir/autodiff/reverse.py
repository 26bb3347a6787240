"""The reverse walk: from gradients of outputs to gradients of what they are computed from.

Linear in the size of the graph, iterative, and lazy: only variables between the outputs and `wrt` get gradients, and
zeros are not built.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from tir.autodiff import rules  # noqa: F401  registers the rules of the dialect
from tir.autodiff.errors import GradientError
from tir.autodiff.registry import DISCONNECTED, ZERO, Gradient, Undefined, registration
from tir.autodiff.shapes import fit_gradient
from tir.graph import build
from tir.graph.tensor_type import is_discrete
from tir.graph.traversal import toposort
from tir.graph.variable import Apply, Variable


def backpropagate(
    seeds: Mapping[Variable, Gradient],
    wrt: Sequence[Variable],
    stop_at: Collection[Variable] = (),
) -> list[Gradient]:
    """The gradients by `wrt` of a cost whose gradients by some variables are given.

    A gradient in `seeds` replaces what the walk finds. Nothing passes beyond the variables in `stop_at`. The result is
    `DISCONNECTED` for variables on which the seeded ones do not depend.
    """
    order = toposort(seeds, stop_at=frozenset(stop_at))
    wanted = _dependent(order, wrt)
    walk = _Walk(seeds, wrt, wanted)
    blocked = frozenset(stop_at)
    for node in reversed(order):
        if any(v in wanted for v in node.outputs):
            walk.visit(node, blocked)
    return [walk.gradient(v) for v in wrt]


def _dependent(order: Iterable[Apply], wrt: Iterable[Variable]) -> set[Variable]:
    """The variables that depend on `wrt`, and these themselves, following connected inputs only."""
    found = set(wrt)
    for node in order:
        if any(v in found for v in node.inputs):
            connected = registration(node).connected_inputs(node)
            if any(node.inputs[i] in found for i in connected):
                found.update(node.outputs)
    return found


class _Walk:
    """Gradients so far: for each variable the terms that its users contributed."""

    def __init__(
        self,
        seeds: Mapping[Variable, Gradient],
        wrt: Iterable[Variable],
        wanted: Collection[Variable],
    ) -> None:
        self._finished: dict[Variable, Gradient] = dict(seeds)
        self._terms: dict[Variable, list[Gradient]] = {}
        self._asked = frozenset(wrt)
        self._wanted = wanted

    def gradient(self, variable: Variable) -> Gradient:
        """The gradient by a variable, once all its users have been visited."""
        if variable not in self._finished:
            self._finished[variable] = _total(self._terms.pop(variable, []))
        return self._finished[variable]

    def visit(self, node: Apply, blocked: Collection[Variable]) -> None:
        """Pass the gradients of a node's outputs on to its inputs."""
        gradients = [DISCONNECTED if v in blocked else self.gradient(v) for v in node.outputs]
        if all(g is DISCONNECTED for g in gradients):
            return
        # What gives integers is a step function: zero slope wherever it has one.
        gradients = [
            ZERO if g is not DISCONNECTED and is_discrete(v) else g
            for g, v in zip(gradients, node.outputs, strict=True)
        ]
        registered = registration(node)
        positions = registered.connected_inputs(node)
        undefined = next((g for g in gradients if isinstance(g, Undefined)), None)
        entries: Sequence[Any]
        if undefined is not None:
            entries = [undefined] * len(positions)
        elif any(isinstance(g, Variable) for g in gradients):
            entries = registered.rule(node, gradients)
        else:
            entries = [ZERO] * len(positions)
        if len(entries) != len(positions):
            raise GradientError(
                f"the gradient rule of {node.op} gives {len(entries)} gradients for "
                f"{len(positions)} connected inputs"
            )
        for position, entry in zip(positions, entries, strict=True):
            self._contribute(node, node.inputs[position], entry)

    def _contribute(self, node: Apply, variable: Variable, entry: Any) -> None:
        if variable not in self._wanted or variable in self._finished:
            return
        terms = self._terms.setdefault(variable, [])
        if isinstance(entry, Undefined) or entry is ZERO:
            terms.append(entry)
        elif is_discrete(variable) and variable not in self._asked:
            # It would only be turned to zero by the node that gives the integers.
            terms.append(ZERO)
        else:
            value = entry if isinstance(entry, Variable) else entry()
            terms.append(fit_gradient(value, variable, f"the gradient rule of {node.op}"))


def _total(terms: Sequence[Gradient]) -> Gradient:
    """The sum of the contributions; `DISCONNECTED` if there is none."""
    undefined = next((t for t in terms if isinstance(t, Undefined)), None)
    if undefined is not None:
        return undefined
    values = [t for t in terms if isinstance(t, Variable)]
    if not values:
        return ZERO if terms else DISCONNECTED
    total = values[0]
    for value in values[1:]:
        total = build.add(total, value)
    return total
