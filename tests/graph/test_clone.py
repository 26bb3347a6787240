"""Copies of expressions with some variables replaced."""

from __future__ import annotations

import pytest

from tir.graph import build
from tir.graph.clone import clone_replace
from tir.graph.tensor_type import TensorType

VECTOR = TensorType("float64", (False,))


def test_only_what_depends_on_the_replaced_is_new() -> None:
    x, y, z = VECTOR("x"), VECTOR("y"), VECTOR("z")
    kept = build.exp(y)
    out = build.add(build.neg(x), kept)
    (new,) = clone_replace([out], {x: z})
    assert new is not out
    assert new.owner.inputs[0].owner.inputs == [z]
    assert new.owner.inputs[1] is kept
    assert out.owner.inputs[0].owner.inputs == [x]


def test_nothing_to_replace_gives_the_original() -> None:
    x, y = VECTOR("x"), VECTOR("y")
    out = build.exp(x)
    assert clone_replace([out, x], {y: x}) == [out, x]


def test_names_and_locations_stay() -> None:
    x, y = VECTOR("x"), VECTOR("y")
    out = build.exp(x)
    out.name = "out"
    (new,) = clone_replace([out], {x: y})
    assert new.name == "out"
    assert new.owner.location == out.owner.location
    assert new.owner.location is not None


def test_replacements_are_simultaneous() -> None:
    x, y = VECTOR("x"), VECTOR("y")
    out = build.sub(x, y)
    (swapped,) = clone_replace([out], {x: y, y: x})
    assert swapped.owner.inputs == [y, x]
    (wrapped,) = clone_replace([out], {x: build.exp(x)})
    assert wrapped.owner.inputs[0].owner.inputs == [x]


def test_replacing_an_inner_variable_and_what_it_is_computed_from() -> None:
    x, y, z = VECTOR("x"), VECTOR("y"), VECTOR("z")
    middle = build.exp(x)
    out = build.add(middle, x)
    (new,) = clone_replace([out], {middle: y, x: z})
    assert new.owner.inputs == [y, z]
    assert clone_replace([middle, x], {middle: y}) == [y, x]


def test_types_must_agree() -> None:
    x, y = VECTOR("x"), TensorType("float32", (False,))("y")
    with pytest.raises(
        TypeError, match=r"cannot replace x, of type .*float64.* by y, of type .*float32"
    ):
        clone_replace([build.exp(x)], {x: y})


def test_deep_graphs() -> None:
    x, y = VECTOR("x"), VECTOR("y")
    out = x
    for _ in range(20_000):
        out = build.neg(out)
    (new,) = clone_replace([out], {x: y})
    assert new is not out
