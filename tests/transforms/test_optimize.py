"""All rewrites together: values stay, whatever the program."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given

from tests.op_table import ROWS, Row
from tests.property.strategies import FLOATS, Program, programs
from tests.transforms.rewriting import run_passes
from tir.autodiff.gradient import grad
from tir.graph import build
from tir.graph.emit import emit
from tir.interpreter import interpret


def assert_close(found: Any, expected: Any, relative: float, absolute: float, what: str) -> None:
    assert found.dtype == expected.dtype, what
    assert found.shape == expected.shape, what
    if expected.dtype.kind == "f":
        np.testing.assert_allclose(found, expected, relative, absolute, err_msg=what)
    else:
        np.testing.assert_array_equal(found, expected, err_msg=what)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_operations_keep_their_values(row: Row) -> None:
    inputs: list[Any] = []
    outputs: list[Any] = []
    arrays: list[Any] = []
    cases = list(row.cases())
    for case in cases:
        own = case.variables()
        inputs += own
        arrays += case.arrays
        outputs.append(case.build(*own))
    before = interpret(emit(inputs, outputs), arrays)
    after = interpret(run_passes(emit(inputs, outputs)), arrays)
    for case, old, new in zip(cases, before, after, strict=True):
        tolerance = 1e-6 if old.dtype == "float32" else 1e-13
        assert_close(new, old, tolerance, tolerance, case.label)


@pytest.mark.parametrize("row", [row for row in ROWS if row.gradients], ids=lambda row: row.name)
def test_gradients_keep_their_values(row: Row) -> None:
    for case in row.gradients:
        inputs = case.variables()
        result = case.build(*inputs)
        cost = build.sum_(result, range(result.type.ndim))
        wrt = [inputs[i] for i in case.wrt]
        gradients = grad(cost, wrt, disconnected_inputs="ignore")
        before = interpret(emit(inputs, gradients), case.arrays)
        after = interpret(run_passes(emit(inputs, gradients)), case.arrays)
        for old, new in zip(before, after, strict=True):
            assert_close(new, old, 1e-10, 1e-10, case.label)


@given(programs())
def test_random_programs_keep_their_values(program: Program) -> None:
    inputs = program.variables()
    outputs = program.build(inputs)
    before = interpret(emit(inputs, outputs), program.arrays)
    after = interpret(run_passes(emit(inputs, outputs)), program.arrays)
    relative, absolute = program.tolerance()
    for old, new in zip(before, after, strict=True):
        assert_close(new, old, relative, absolute, "")


@given(programs(FLOATS, max_steps=6, smooth=True, max_rank=2))
def test_random_gradients_keep_their_values(program: Program) -> None:
    inputs = program.variables()
    result = program.build(inputs)[-1]
    cost = build.sum_(result, range(result.type.ndim))
    gradients = grad(cost, inputs, disconnected_inputs="ignore")
    before = interpret(emit(inputs, gradients), program.arrays)
    after = interpret(run_passes(emit(inputs, gradients)), program.arrays)
    relative, absolute = program.tolerance()
    for old, new in zip(before, after, strict=True):
        assert_close(new, old, 100 * relative, 100 * absolute, "")
