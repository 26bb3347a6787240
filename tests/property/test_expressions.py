"""Random expressions: compiled, interpreted and computed by NumPy, they agree."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from xdsl.context import Context
from xdsl.dialects.builtin import Builtin
from xdsl.dialects.func import Func
from xdsl.parser import Parser

import tir
from tests.property.strategies import FLOATS, Program, programs
from tests.reliability.configurations import LEVELS, call_with_threads, compiled_at
from tir.dialects.tir.dialect import Tir
from tir.graph import build
from tir.graph.emit import emit
from tir.interpreter import interpret

AT_LEVEL = st.sampled_from([None, *LEVELS])
"""As users have it, or at a level of LLVM with arrays that go the ways of large ones."""


def compare(found: list[Any], expected: list[Any], program: Program, scale: float = 1) -> None:
    relative, absolute = program.tolerance()
    for value, reference in zip(found, expected, strict=True):
        value, reference = np.asarray(value), np.asarray(reference)
        assert value.dtype == reference.dtype
        assert value.shape == reference.shape
        if value.dtype.kind == "f":
            np.testing.assert_allclose(value, reference, relative * scale, absolute * scale)
        else:
            np.testing.assert_array_equal(value, reference)


def numpy_results(program: Program) -> list[Any]:
    values = program.values()
    return [values[i] for i in program.results]


@given(programs())
def test_interpreted_like_numpy(program: Program) -> None:
    variables = program.variables()
    module = emit(variables, program.build(variables))
    module.verify()
    compare(interpret(module, program.arrays), numpy_results(program), program)


@given(programs())
def test_text_round_trip(program: Program) -> None:
    variables = program.variables()
    module = emit(variables, program.build(variables))
    context = Context()
    for dialect in (Builtin, Func, Tir):
        context.load_dialect(dialect)
    again = Parser(context, str(module)).parse_module()
    again.verify()
    assert str(again) == str(module)
    compare(interpret(again, program.arrays), interpret(module, program.arrays), program)


def functions(variables: Sequence[Any], outputs: Sequence[Any], level: int | None) -> list[Any]:
    """The outputs compiled at a level of LLVM, and interpreted."""
    with compiled_at(level):
        return [
            tir.function(variables, outputs, mode=mode, on_unused_input="ignore")
            for mode in ("FAST_RUN", "FAST_COMPILE")
        ]


@given(programs(), AT_LEVEL)
def test_compiled_like_interpreted_and_numpy(program: Program, level: int | None) -> None:
    variables = program.variables()
    compiled, interpreted = functions(variables, program.build(variables), level)
    expected = interpreted(*program.arrays)
    for _, results in call_with_threads(compiled, *program.arrays):
        compare(results, expected, program)
        compare(results, numpy_results(program), program)


@given(programs(), st.booleans())
def test_arguments_that_may_be_overwritten(program: Program, same: bool) -> None:
    """Each input is read as it was, also where outputs and temporaries lie in the arrays, and where one array is given twice."""
    variables = program.variables()
    outputs = program.build(variables)
    inputs = [tir.In(v, mutable=True) for v in variables]
    function = tir.function(inputs, outputs, mode="FAST_RUN", on_unused_input="ignore")
    arrays = [np.array(array) for array in program.arrays]
    if same:
        arrays = [_first_equal(arrays, array) for array in arrays]
    results = function(*arrays)
    compare(results, numpy_results(program), program)
    for array, original in zip(arrays, program.arrays, strict=True):
        array[...] = original
    for array in arrays:
        array.flags.writeable = False
    compare(function(*arrays), numpy_results(program), program)
    for array, original in zip(arrays, program.arrays, strict=True):
        np.testing.assert_array_equal(array, original)


def _first_equal(arrays: Sequence[Any], array: Any) -> Any:
    """The first of the arrays that is the same in all but memory."""
    return next(a for a in arrays if a.dtype == array.dtype and np.array_equal(a, array))


@given(programs(FLOATS, max_steps=6, smooth=True, max_rank=2), AT_LEVEL)
def test_gradients_compiled_like_interpreted(program: Program, level: int | None) -> None:
    variables = program.variables()
    result = program.build(variables)[-1]
    cost = build.sum_(result, range(result.type.ndim))
    gradients = tir.grad(cost, variables, disconnected_inputs="ignore")
    compiled, interpreted = functions(variables, gradients, level)
    expected = interpreted(*program.arrays)
    for _, results in call_with_threads(compiled, *program.arrays):
        # Gradients of products grow faster than the values do.
        compare(results, expected, program, scale=100)
