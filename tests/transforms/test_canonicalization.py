"""Merging, folding, dimshuffles, fills."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from xdsl.dialects.builtin import FileLineColLoc, IntAttr, StringAttr

from tests.transforms.rewriting import assert_preserved, operations, run_passes, variables
from tir.dialects.tir.structural import ConstantOp, dense_array
from tir.graph import build as b
from tir.graph.constants import constant
from tir.graph.emit import emit, main_function

RNG = np.random.default_rng(7)
X, Y = RNG.normal(size=4), RNG.normal(size=4)
M, N = RNG.normal(size=(3, 4)), RNG.normal(size=(4, 2))

CASES: dict[str, tuple[str, Callable[..., Any], tuple[Any, ...], list[str]]] = {
    "equal operations": (
        "merge",
        lambda x: b.sub(b.exp(x), b.sin(b.exp(x))),
        (X,),
        ["exp", "sin", "sub"],
    ),
    "commuted operands": (
        "merge",
        lambda x, y: b.sub(b.mul(x, y), b.sin(b.mul(y, x))),
        (X, Y),
        ["mul", "sin", "sub"],
    ),
    "other properties": (
        "merge",
        lambda m: [b.sum_(m, [0]), b.sum_(m, [1])],
        (M,),
        ["sum", "sum"],
    ),
    "identity": (
        "canonicalize-dimshuffles",
        lambda m: b.dimshuffle(b.dimshuffle(m, [1, 0]), [1, 0]),
        (M,),
        [],
    ),
    "two in a row": (
        "canonicalize-dimshuffles",
        lambda m: b.dimshuffle(b.dimshuffle(m, [1, "x", 0]), [0, 2, 1]),
        (M,),
        ["dimshuffle"],
    ),
    "through a function": (
        "canonicalize-dimshuffles",
        lambda m: b.dimshuffle(b.exp(b.dimshuffle(m, [1, 0])), [1, 0]),
        (M,),
        ["exp"],
    ),
    "leading dimension": (
        "canonicalize-dimshuffles",
        lambda m, x: b.add(m, b.dimshuffle(x, ["x", 0])),
        (M, X),
        ["add"],
    ),
    "leading dimensions of all": (
        "canonicalize-dimshuffles",
        lambda x, y: b.add(b.dimshuffle(x, ["x", 0]), b.dimshuffle(y, ["x", 0])),
        (X, Y),
        ["add", "dimshuffle"],
    ),
    "transposed product": (
        "canonicalize-dimshuffles",
        lambda m, n: b.dimshuffle(b.dot(b.dimshuffle(m, [1, 0]), b.dimshuffle(n, [1, 0])), [1, 0]),
        (M[:2], N),
        ["dot"],
    ),
    "kept dimensions of a quotient": (
        "canonicalize-dimshuffles",
        lambda x, y: b.dimshuffle(b.true_div(x, y), [0, "x"]),
        (X, Y),
        ["dimshuffle", "dimshuffle", "true_div"],
    ),
    "reshape of reshape": (
        "canonicalize-dimshuffles",
        lambda m: b.reshape(b.reshape(m, [np.int64(12)]), [np.int64(2), np.int64(6)]),
        (M,),
        ["reshape"],
    ),
    "copies": (
        "canonicalize-dimshuffles",
        lambda x: b.tensor_copy(b.consider_constant(x)),
        (X,),
        [],
    ),
    "fill of an operand": (
        "sink-fills",
        lambda x, y: b.mul(b.second(x, y), b.second(x, 2.0)),
        (X, Y),
        ["mul"],
    ),
    "function of a fill": (
        "sink-fills",
        lambda x, y: b.exp(b.second(x, b.sum_(y, [0]))),
        (X, Y),
        ["exp", "second", "sum"],
    ),
    "sum of a fill": (
        "sink-fills",
        lambda x, y: b.sum_(b.alloc(b.sum_(y, [0]), [b.dim(x, 0), np.int64(3)]), [0, 1]),
        (X, Y),
        ["cast", "dim", "mul", "cast", "mul", "sum"],
    ),
    "transposed fill": (
        "sink-fills",
        lambda x, y: b.dimshuffle(b.alloc(b.sum_(y, [0]), [b.dim(x, 0), np.int64(3)]), [1, "x", 0]),
        (X, Y),
        ["alloc", "dim", "sum"],
    ),
    "fill that gives the shape": (
        "sink-fills",
        lambda m, x: b.add(b.second(m, 1.0), x),
        (M, X),
        ["add", "second"],
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_rewritten(name: str) -> None:
    run_pass, build, arrays, expect = CASES[name]
    assert_preserved(build, *arrays, passes=[run_pass], expect=expect)


def folded(*outputs: Any) -> list[Any]:
    """What `constant-fold` leaves for outputs without inputs: arrays, or names of operations."""
    module = run_passes(emit([], list(outputs)), ["constant-fold"])
    terminator = main_function(module).body.block.last_op
    assert terminator is not None
    results = []
    for value in terminator.operands:
        op = value.owner
        is_constant = isinstance(op, ConstantOp)
        results.append(dense_array(op.properties["value"]) if is_constant else op.name)  # pyright: ignore
    return results


def test_constants_are_folded() -> None:
    two = constant(np.float64(2))
    rows, swapped, index = folded(
        b.add(b.exp(two), [1.0, 2.0]),
        b.dimshuffle(constant(M), [1, 0]),
        b.arange(constant(np.int64(0)), constant(np.int64(3)), constant(np.int64(1))),
    )
    np.testing.assert_array_equal(rows, np.exp(2) + np.array([1.0, 2.0]))
    np.testing.assert_array_equal(swapped, M.T)
    np.testing.assert_array_equal(index, [0, 1, 2])


def test_large_results_and_failures_are_not_folded() -> None:
    zero, n, one = constant(np.int64(0)), constant(np.int64(10**6)), constant(np.int64(1))
    wide, tall = constant(np.ones((1, 400))), constant(np.ones((400, 1)))
    assert folded(
        b.alloc(constant(0.0), [n]),
        b.arange(zero, n, one),
        b.mul(wide, tall),
        b.int_div(one, zero),
        b.subtensor(constant(X), ["v"], [n]),
        # Its length is 1, but not by its type.
        b.arange(zero, one, one),
    ) == [
        "tir.alloc",
        "tir.arange",
        "tir.mul",
        "tir.int_div",
        "tir.subtensor",
        "tir.arange",
    ]


def test_broadcasts_made_explicit_and_dropped_again() -> None:
    build = lambda m, x: b.mul(b.add(m, x), 2.0)  # noqa: E731
    explicit = ["make-broadcasts-explicit"]
    assert_preserved(build, M, X, passes=explicit, expect=["add", "dimshuffle", "mul"])
    both = [*explicit, "canonicalize-dimshuffles"]
    assert_preserved(build, M, X, passes=both, expect=["add", "mul"])


def test_new_operations_have_the_location_of_the_old() -> None:
    x, y = variables([X, Y])
    module = emit([x, y], [b.neg(b.sub(b.add(x, y), b.neg(x)))])
    where = FileLineColLoc(StringAttr("user.py"), IntAttr(7), IntAttr(0))
    for op in main_function(module).body.block.ops:
        op.location = where
    run_passes(module)
    assert operations(module) == ["mul", "sub"]
    for op in main_function(module).body.block.ops:
        assert op.location == where
