"""Computations for inputs of other layouts."""

from __future__ import annotations

from tir.graph import build
from tir.graph.computation import Computation
from tir.graph.tensor_type import TensorType
from tir.support.arrays import Layout


def test_inputs_of_other_layouts_are_transposed_back() -> None:
    x = TensorType("float64", (False, True, False))("x")
    y, s = TensorType("float64", (False,))("y"), TensorType("float64", (False,))("s")
    total = build.exp(build.add(x, y))
    given = Computation([x, y], [total, x], [s], {s: build.add(s, y)}, mutable=[0, 1])
    changed = given.with_layouts([Layout((1, 2, 0)), None])
    new = changed.inputs[0]
    assert new.name == "x"
    assert new.type.broadcastable == (True, False, False)
    assert changed.inputs[1] is y
    restored = changed.outputs[1]
    assert restored.type == x.type
    assert restored.owner.inputs == [new]
    assert str(restored.owner.op) == "dimshuffle{new_order=[2, 0, 1]}"
    assert restored.owner.location is None
    # The rest keeps its lines, and what does not depend on the input is the same.
    assert changed.outputs[0].owner.location is total.owner.location
    assert changed.updates == given.updates
    assert changed.mutable == [1]
    assert changed.strided == []


def test_rows_that_lie_anywhere_are_an_attribute() -> None:
    x = TensorType("float64", (False, False))("x")
    given = Computation([x], [build.exp(x)], mutable=[0])
    changed = given.with_layouts([Layout((0, 1), strided=True)])
    assert changed.inputs == [x]
    assert changed.outputs == given.outputs
    assert changed.mutable == []
    assert changed.strided == [0]
    assert "tir.strided" in str(changed.emit())
    assert "tir.strided" not in str(given.emit())
