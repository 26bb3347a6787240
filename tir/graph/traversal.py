"""Walks over expression graphs. All iterative: graphs are deeper than Python's stack.

Variables do not know their users, so every walk goes from outputs towards inputs.
"""

from __future__ import annotations

from collections.abc import Container, Iterable

from tir.graph.variable import Apply, Constant, Variable


def toposort(outputs: Iterable[Variable], stop_at: Container[Variable] = ()) -> list[Apply]:
    """The nodes that compute `outputs`, each once and after the nodes it depends on.

    Variables in `stop_at` count as given: what computes only them is left out. The order depends on nothing but the
    graph: operands before users, first operands first.

    >>> from tir.graph.build import exp, neg
    >>> from tir.graph.constants import constant
    >>> [str(node.op) for node in toposort([neg(exp(constant(1.0)))])]
    ['exp', 'neg']
    """
    order: list[Apply] = []
    done: set[Apply] = set()
    for output in outputs:
        if output.owner is None or output in stop_at:
            continue
        stack: list[tuple[Apply, bool]] = [(output.owner, False)]
        while stack:
            node, inputs_done = stack.pop()
            if node in done:
                continue
            if inputs_done:
                done.add(node)
                order.append(node)
                continue
            stack.append((node, True))
            for variable in reversed(node.inputs):
                owner = variable.owner
                if owner is not None and owner not in done and variable not in stop_at:
                    stack.append((owner, False))
    return order


def ancestors(outputs: Iterable[Variable], stop_at: Container[Variable] = ()) -> list[Variable]:
    """`outputs` and every variable they depend on, operands before what is computed from them.

    Variables in `stop_at` are listed, but what they are computed from is not.
    """
    found: dict[Variable, None] = {}
    outputs = list(outputs)
    for node in toposort(outputs, stop_at):
        found.update(dict.fromkeys(node.inputs))
        found.update(dict.fromkeys(node.outputs))
    found.update(dict.fromkeys(outputs))
    return list(found)


def graph_inputs(outputs: Iterable[Variable], stop_at: Container[Variable] = ()) -> list[Variable]:
    """The variables that `outputs` depend on and that nothing computes, constants left out.

    Variables in `stop_at` count as inputs.
    """
    return [
        v
        for v in ancestors(outputs, stop_at)
        if (v.owner is None or v in stop_at) and not isinstance(v, Constant)
    ]
