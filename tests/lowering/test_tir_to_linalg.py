"""The lowering to linalg: every operation's meaning, and what the level promises to the stages below."""

from __future__ import annotations

import functools
from io import StringIO

import numpy as np
import pytest
from xdsl.dialects.builtin import FileLineColLoc, IntAttr, StringAttr
from xdsl.parser import Parser
from xdsl.printer import Printer

from tests.lowering.linalg_interpreter import run
from tests.lowering.linalg_module import check, lowered, names_of, results_of, tensors
from tests.op_table import ROWS, Case, Failure, Row
from tests.op_table.row import assert_matches
from tests.python_calls import python_calls
from tir.graph import build
from tir.graph.emit import emit, main_function
from tir.lowering.tir_to_linalg import TirToLinalgPass
from tir.pipelines import LINALG, new_context

ROW_OF = {row.name: row for row in ROWS}


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


def test_the_signature_becomes_signless_and_keeps_its_attributes() -> None:
    (x,) = tensors(2, dtype="uint8")
    module = emit([x], [build.add(x, x)], shared=[s := tensors(0)[0]], updates={s: s})
    TirToLinalgPass().apply(new_context(), module)
    function = main_function(module)
    assert str(function.function_type) == (
        "(tensor<?x?xi8>, tensor<f64>) -> (tensor<?x?xi8>, tensor<f64>)"
    )
    assert function.arg_attrs is not None
    assert function.arg_attrs.data[0].data["tir.dtype"].data == "uint8"
    assert "tir.updates" in function.attributes


def test_every_operation_has_the_location_of_the_one_it_comes_from() -> None:
    x, y = tensors(1, 1)
    module = emit([x, y], [build.int_div(build.add(x, y), y)])
    for number, op in enumerate(main_function(module).body.block.ops):
        op.location = FileLineColLoc(StringAttr("program.py"), IntAttr(number), IntAttr(0))
    TirToLinalgPass().apply(new_context(), module)
    lines = [
        op.location.line.data for op in module.walk() if isinstance(op.location, FileLineColLoc)
    ]
    assert lines == sorted(lines)
    assert set(lines) == {0, 1, 2}


def test_sizes_are_compared_once_and_shared_afterwards() -> None:
    x, y, z = tensors(1, 1, 1)
    total = build.add(build.mul(build.add(x, y), z), build.mul(y, z))
    module = lowered([x, y, z], [total, build.exp(y)])
    assert names_of(module).count("rt.assert") == 2
    sizes = {
        op.operands[0] for op in main_function(module).body.block.ops if op.name == "tensor.empty"
    }
    assert len(sizes) == 1


def test_no_check_where_sizes_are_equal_by_construction() -> None:
    (x,) = tensors(2)
    rows, columns = build.dim(x, 0), build.dim(x, 1)
    total = build.sum_(x, (1,))
    outputs = [
        build.sub(x, build.dimshuffle(total, (0, -1))),
        build.sub(build.subtensor(x, ("v::",), (1,)), build.subtensor(x, (":v:",), (-1,))),
        build.add(x, build.alloc(np.float64(1), (rows, columns))),
        build.add(build.reshape(build.reshape(x, (build.mul(rows, columns),)), (rows, columns)), x),
    ]
    for output in outputs[:3]:
        assert "rt.assert" not in names_of(lowered([x], [output]))
    check(lambda x: build.sub(x, build.dimshuffle(build.sum_(x, (1,)), (0, -1))), np.eye(3))


def test_arithmetic_on_sizes_needs_no_tensor() -> None:
    (x,) = tensors(1)
    length = build.sub(build.mul(build.dim(x, 0), np.int64(2)), np.int64(1))
    module = lowered([x], [build.subtensor(x, ("v",), (build.int_div(length, np.int64(2)),))])
    assert "linalg.generic" not in names_of(module)
    assert "linalg.fill" not in names_of(module)
    check(lambda x: build.sub(build.dim(x, 0), np.int64(7)), np.zeros(5))


def test_operations_that_only_concern_gradients_vanish() -> None:
    (x,) = tensors(1)
    output = build.zero_grad(build.consider_constant(build.tensor_copy(x)))
    assert names_of(lowered([x], [output])) == ["func.return"]


def test_a_cast_between_integers_of_one_width_costs_nothing() -> None:
    (x,) = tensors(1, dtype="uint8")
    assert names_of(lowered([x], [build.cast(x, "int8")])) == ["func.return"]


def test_constants_of_one_element_are_stated_in_the_body() -> None:
    (x,) = tensors(1)
    module = lowered([x], [build.add(x, np.float64(2))])
    (generic,) = (op for op in module.walk() if op.name == "linalg.generic")
    assert len(generic.operands) == 2
    assert [op.name for op in generic.regions[0].block.ops] == [
        "arith.constant",
        "arith.addf",
        "linalg.yield",
    ]


def test_float_sums_may_be_reassociated_and_other_arithmetic_may_not() -> None:
    x, y = tensors(1, 1)
    flags = {
        op.name: str(op.properties["fastmath"])
        for op in lowered([x, y], [build.sum_(build.mul(x, y), (0,))]).walk()
        if "fastmath" in op.properties
    }
    assert "reassoc" in flags["arith.addf"]
    assert flags["arith.mulf"] == "#arith.fastmath<none>"


def test_work_is_linear_in_the_program() -> None:
    _calls_to_lower(1)  # imports and definitions
    few, many = _calls_to_lower(8), _calls_to_lower(32)
    assert many < 5 * few


def _calls_to_lower(layers: int) -> int:
    """How many Python functions are called for a network."""
    x, w, b = tensors(2, 2, 1)
    h = x
    for _ in range(layers):
        h = build.tanh(build.add(build.dot(h, w), b))
        h = build.sub(h, build.dimshuffle(build.sum_(h, (1,)), (0, -1)))
    module, context = emit([x, w, b], [h]), new_context()
    return python_calls(lambda: TirToLinalgPass().apply(context, module))
