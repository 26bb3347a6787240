"""Each rewrite of the tir dialect, applied to random expressions, keeps their values and leaves valid IR."""

from __future__ import annotations

import pytest
from hypothesis import given
from xdsl.dialects.builtin import ModuleOp

from tests.property.strategies import Program, programs
from tests.property.test_expressions import compare
from tir.graph.emit import emit, recover
from tir.interpreter import interpret
from tir.passes import pass_factory
from tir.pipelines import OPTIMIZED, new_context

CONTEXT = new_context()
REWRITES = sorted({*OPTIMIZED.passes, "make-broadcasts-explicit"})


def emitted(program: Program) -> ModuleOp:
    variables = program.variables()
    return emit(variables, program.build(variables))


@pytest.mark.parametrize("name", REWRITES)
def test_a_rewrite_keeps_values(name: str) -> None:
    @given(programs())
    def check(program: Program) -> None:
        module = emitted(program)
        before = interpret(module, program.arrays)
        pass_factory(name)()().apply(CONTEXT, module)
        module.verify()
        compare(interpret(module, program.arrays), before, program)

    check()


@given(programs(max_steps=20))
def test_all_rewrites_keep_values(program: Program) -> None:
    module = emitted(program)
    before = interpret(module, program.arrays)
    for name in OPTIMIZED.passes:
        pass_factory(name)()().apply(CONTEXT, module)
    module.verify()
    compare(interpret(module, program.arrays), before, program)
    size = len(list(module.walk()))
    for name in OPTIMIZED.passes:
        pass_factory(name)()().apply(CONTEXT, module)
    module.verify()
    assert len(list(module.walk())) <= size, "rewriting what is rewritten made it larger"


@given(programs())
def test_recover_undoes_emit(program: Program) -> None:
    module = emitted(program)
    graph = recover(module)
    assert not graph.shared
    assert not graph.updates
    again = emit(graph.inputs, graph.outputs)
    assert [str(t) for t in _types(again)] == [str(t) for t in _types(module)]
    compare(interpret(again, program.arrays), interpret(module, program.arrays), program)


def _types(module: ModuleOp) -> list[object]:
    return [result.type for op in module.walk() for result in op.results]
