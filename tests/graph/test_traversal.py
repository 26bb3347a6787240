"""Walks over expression graphs."""

from __future__ import annotations

from tir.graph import build
from tir.graph.tensor_type import TensorType
from tir.graph.traversal import ancestors, graph_inputs, toposort

VECTOR = TensorType("float64", (False,))


def test_operands_come_before_users_and_shared_nodes_once() -> None:
    x = VECTOR("x")
    shared = build.exp(x)
    left, right = build.neg(shared), build.sqr(shared)
    out = build.add(left, right)
    order = toposort([out, left])
    assert order == [shared.owner, left.owner, right.owner, out.owner]


def test_stop_at_counts_as_given() -> None:
    x = VECTOR("x")
    middle = build.exp(x)
    out = build.neg(middle)
    assert toposort([out], stop_at={middle}) == [out.owner]
    assert graph_inputs([out], stop_at={middle}) == [middle]
    assert toposort([middle], stop_at={middle}) == []


def test_a_node_is_kept_if_it_is_needed_beside_the_stops() -> None:
    x = VECTOR("x")
    middle = build.exp(x)
    other = build.sqr(middle)
    assert toposort([build.add(other, x), middle], stop_at={other})[-1] is middle.owner


def test_inputs_leave_constants_out() -> None:
    x, y = VECTOR("x"), VECTOR("y")
    out = build.add(build.mul(x, 2.0), y)
    assert graph_inputs([out]) == [x, y]
    listed = ancestors([out])
    assert len(listed) == 5
    assert listed.index(x) < listed.index(out.owner.inputs[0]) < listed.index(out)


def test_an_output_that_nothing_computes_is_its_own_input() -> None:
    x = VECTOR("x")
    assert toposort([x]) == []
    assert ancestors([x]) == graph_inputs([x]) == [x]


def test_graphs_deeper_than_the_stack() -> None:
    x = VECTOR("x")
    out = x
    for _ in range(20_000):
        out = build.neg(out)
    assert len(toposort([out])) == 20_000
