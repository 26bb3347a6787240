"""Sizes of results, computed without the results."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from tests.op_table import ROWS, Row
from tests.transforms.rewriting import assert_preserved, operations, run_passes, variables
from tir.graph import build as b
from tir.graph.constants import constant
from tir.graph.emit import emit
from tir.interpreter import interpret

M = np.ones((3, 4))
X = np.ones(4)
K = np.array(2)

SHAPE_ONLY = {"dim", "make_vector"}
SCALAR = {
    *SHAPE_ONLY,
    *("add", "sub", "mul", "int_div", "maximum", "minimum", "switch", "lt", "eq", "cast", "neg"),
}


def shape(x: Any) -> list[Any]:
    return [b.dim(x, axis) for axis in range(x.type.ndim)]


CASES: dict[str, tuple[Callable[..., Any], tuple[Any, ...]]] = {
    "elementwise": (lambda m, x: b.exp(b.add(m, x)), (M, X)),
    "dot": (lambda m, x: b.dot(b.exp(m), x), (M, X)),
    "outer": (lambda x: b.dot(b.dimshuffle(x, [0, "x"]), b.dimshuffle(x, ["x", 0])), (X,)),
    "reduction": (lambda m: b.sum_(b.exp(m), [0]), (M,)),
    "softmax": (lambda m: b.softmax(b.exp(m), 1), (M,)),
    "transposed": (lambda m: b.dimshuffle(b.exp(m), [1, "x", 0]), (M,)),
    "alloc": (lambda k: b.exp(b.alloc(1.0, [k, np.int64(3)])), (K,)),
    "arange": (lambda k: b.exp(b.arange(np.int64(0), k, np.int64(1))), (K,)),
    "strided arange": (lambda k: b.arange(np.int64(9), k, np.int64(-3)), (K,)),
    "reshape": (lambda m, k: b.reshape(b.exp(m), [b.mul(b.dim(m, 0), 2), np.int64(2)]), (M, K)),
    "reshape with the rest": (
        lambda m: b.reshape(b.exp(m), [np.int64(-1), b.dim(m, 0), np.int64(2)]),
        (M,),
    ),
    "indices": (lambda m, i: b.advanced_subtensor(b.exp(m), i), (M, np.array([0, 1, 2, 0, 0]))),
    "written": (
        lambda m, k: b.set_subtensor(b.exp(m), 1.0, ["v"], [k]),
        (M, K),
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_asking_for_a_shape_computes_only_the_shape(name: str) -> None:
    build, arrays = CASES[name]
    inputs = variables([np.asarray(a) for a in arrays])
    outputs = shape(build(*inputs))
    module = run_passes(emit(inputs, outputs))
    assert set(operations(module)) <= SCALAR
    expected = interpret(emit(inputs, outputs), [np.asarray(a) for a in arrays])
    assert interpret(module, [np.asarray(a) for a in arrays]) == expected


ENDS = (None, 0, 1, 3, 7, -1, -2, -9)


@pytest.mark.parametrize("step", [None, 1, 2, 3, -1, -2, -3])
@pytest.mark.parametrize("symbolic", [False, True])
def test_lengths_of_slices(step: int | None, symbolic: bool) -> None:
    (x,) = variables([X])
    outputs, given = [], []
    inputs = [x]
    for start, stop in itertools.product(ENDS, ENDS):
        entry, indices = "", []
        for part, separator in ((start, ":"), (stop, ":"), (step, "")):
            if part is not None:
                index = constant(np.int64(part))
                if symbolic and part is not step:
                    (index,) = variables(["int64"])
                    inputs.append(index)
                    given.append(np.asarray(part))
                indices.append(index)
                entry += "v"
            entry += separator
        outputs.append(b.dim(b.subtensor(b.exp(x), [entry], indices), 0))
    module = run_passes(emit(inputs, outputs))
    assert set(operations(module)) <= SCALAR
    for size in (0, 1, 4):
        lengths = [
            np.zeros(size)[slice(start, stop, step)].shape[0]
            for start, stop in itertools.product(ENDS, ENDS)
        ]
        assert interpret(module, [np.zeros(size), *given]) == lengths


def test_unknown_step_is_measured() -> None:
    build = lambda x, k: b.dim(b.subtensor(x, ["::v"], [k]), 0)  # noqa: E731
    assert_preserved(build, X, K, expect=["dim", "subtensor"])


def test_element_of_a_shape() -> None:
    second = lambda m: b.subtensor(  # noqa: E731
        b.make_vector(*shape(b.exp(m))), ["v"], [constant(np.int64(1))]
    )
    assert_preserved(second, M, expect=["dim"])
    tail = lambda m: b.subtensor(  # noqa: E731
        b.make_vector(*shape(b.exp(m))), ["v::"], [constant(np.int64(-1))]
    )
    assert_preserved(tail, M)


def test_value_needed_for_its_shape_only_is_not_computed() -> None:
    build = lambda m: b.second(b.exp(b.exp(m)), 2.0)  # noqa: E731
    assert_preserved(build, M, expect=["alloc", "dim", "dim"])


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_shapes_of_all_operations(row: Row) -> None:
    inputs: list[Any] = []
    outputs: list[Any] = []
    arrays: list[Any] = []
    for case in row.cases():
        own = case.variables()
        inputs += own
        arrays += case.arrays
        outputs += shape(case.build(*own))
    module = run_passes(emit(inputs, outputs), ["merge", "infer-shapes", "merge"])
    assert interpret(module, arrays) == interpret(emit(inputs, outputs), arrays)
