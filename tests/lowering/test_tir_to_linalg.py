"""The lowering to linalg, executed by an interpreter of that level and compared with NumPy."""

from __future__ import annotations

import functools
from io import StringIO
from typing import Any

import numpy as np
import pytest
from xdsl.dialects.builtin import ModuleOp
from xdsl.parser import Parser
from xdsl.printer import Printer

from tests.lowering.linalg_interpreter import run
from tests.op_table import ROWS, Case, Failure, Row
from tests.op_table.row import assert_matches
from tir.graph.emit import emit, main_function
from tir.graph.tensor_type import TensorType
from tir.lowering.tir_to_linalg import TirToLinalgPass
from tir.pipelines import LINALG, new_context

ROW_OF = {row.name: row for row in ROWS}


def lowered(inputs: list[Any], outputs: list[Any]) -> ModuleOp:
    """The module of an expression at the linalg level."""
    module = emit(inputs, outputs)
    TirToLinalgPass().apply(new_context(), module)
    return module


def tensors(*ranks: int, dtype: str = "float64") -> list[Any]:
    """Variables of these ranks."""
    return [
        TensorType(dtype, (False,) * rank).make_variable(name)
        for rank, name in zip(ranks, "xyzuvw", strict=False)
    ]


def names_of(module: ModuleOp) -> list[str]:
    """The names of the operations of `@main`, without those in bodies."""
    return [op.name for op in main_function(module).body.block.ops]


def results_of(module: ModuleOp, arrays: list[Any], outputs: list[Any]) -> list[Any]:
    """What the lowered module computes, in the dtypes of the outputs."""
    found = run(module, arrays)
    return [np.asarray(a).view(o.type.dtype) for a, o in zip(found, outputs, strict=True)]


@functools.cache
def cases(name: str) -> tuple[Case, ...]:
    """The forward cases of an operation."""
    return tuple(ROW_OF[name].cases())


@pytest.mark.parametrize("name", ROW_OF)
def test_meaning(name: str) -> None:
    for case in cases(name):
        variables = case.variables()
        output = case.build(*variables)
        module = lowered(variables, [output])
        module.verify()
        (found,) = results_of(module, list(case.arrays), [output])
        expected = case.expected()
        what = f"{name} ({case.label})"
        assert_matches(found, expected, max(case.ulps, 8), what, expected.dtype.name)


FAILURES = [(row, failure) for row in ROWS for failure in row.failures]


@pytest.mark.parametrize(
    ("row", "failure"), FAILURES, ids=[f"{r.name}: {f.label}" for r, f in FAILURES]
)
def test_failure(row: Row, failure: Failure) -> None:
    variables = failure.variables()
    module = lowered(variables, [failure.build(*variables)])
    with pytest.raises(failure.error):
        run(module, list(failure.arrays))


@pytest.mark.parametrize("name", ROW_OF)
def test_only_operations_of_the_level_remain_and_the_text_reads_back(name: str) -> None:
    case = cases(name)[0]
    variables = case.variables()
    module = lowered(variables, [case.build(*variables)])
    assert {op.name.split(".")[0] for op in module.walk()} <= LINALG.dialects
    text = StringIO()
    Printer(text).print_op(module)
    again = StringIO()
    parsed = Parser(new_context(), text.getvalue()).parse_module()
    parsed.verify()
    Printer(again).print_op(parsed)
    assert again.getvalue() == text.getvalue()
