"""A module and the modules that its functions with loops move to compute what it computed whole."""

from __future__ import annotations

import numpy as np
import pytest
from xdsl.dialects.builtin import ModuleOp
from xdsl.dialects.func import FuncOp
from xdsl.parser import Parser

import tir
from tir import tensor as T
from tir.code_generation import object_code
from tir.config import config
from tir.lowering import divide_module as division
from tir.lowering.divide_module import divide_module
from tir.pipelines import new_context
from tir.runtime.elf import object_files

LOOP = """
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  scf.for %i = %c0 to %n step %c1 {
    %v = memref.load %x[%i] : memref<?xf64>
    memref.store %v, %x[%i] : memref<?xf64>
  }"""
PARAMETERS = "%x: memref<?xf64> {llvm.noalias}, %n: index"
CALL = "func.call @{}(%x, %n) : (memref<?xf64>, index) -> ()"
PROGRAM = f"""
func.func private @straight({PARAMETERS}) {{
  {CALL.format("loop")}
  func.return
}}
func.func private @loop({PARAMETERS}) {{
  {LOOP}
  func.return
}}
func.func private @calls_another({PARAMETERS}) {{
  {LOOP}
  {CALL.format("only_called")}
  func.return
}}
func.func private @only_called({PARAMETERS}) {{
  %t = memref.alloc(%n) : memref<?xf64>
  memref.dealloc %t : memref<?xf64>
  func.return
}}
func.func @main({PARAMETERS}) {{
  {CALL.format("straight")}
  {CALL.format("calls_another")}
  func.return
}}
"""


def parsed(text: str) -> ModuleOp:
    module = Parser(new_context(), text).parse_module()
    module.verify()
    return module


def names(module: ModuleOp, defined: bool = True) -> set[str]:
    """The functions with bodies, or those without."""
    return {
        op.sym_name.data
        for op in module.body.block.ops
        if isinstance(op, FuncOp) and bool(op.body.blocks) == defined
    }


def test_functions_with_loops_move_with_what_they_call(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(division, "_OPERATIONS_OF_A_MODULE", 8)
    module = parsed(PROGRAM)
    parts = divide_module(module)
    assert [names(part) for part in parts] == [{"calls_another", "only_called"}, {"loop"}]
    assert names(module) == {"straight", "main"}
    assert names(module, defined=False) == {"loop", "calls_another", "only_called"}
    for part in (module, *parts):
        part.verify()


def test_declarations_say_what_may_fail() -> None:
    module = parsed(PROGRAM)
    divide_module(module)
    functions = {op.sym_name.data: op for op in module.body.block.ops if isinstance(op, FuncOp)}
    marked = {name for name, op in functions.items() if "tir.may_fail" in op.attributes}
    assert marked == {"calls_another", "only_called"}


def test_small_functions_share_a_module() -> None:
    (part,) = divide_module(parsed(PROGRAM))
    assert names(part) == {"loop", "calls_another", "only_called"}


def test_what_refers_to_the_failures_of_the_module_stays() -> None:
    text = PROGRAM.replace(
        "%t = memref.alloc",
        '%c = arith.constant true\n rt.assert %c, "no" {kind = "ValueError"}\n %t = memref.alloc',
    )
    module = parsed(text)
    (part,) = divide_module(module)
    assert names(part) == {"loop"}


def test_loops_in_main_stay() -> None:
    module = parsed(f"func.func @main({PARAMETERS}) {{ {LOOP}\n func.return }}")
    assert divide_module(module) == []
    assert names(module) == {"main"}


@pytest.mark.parametrize("level", range(4))
@pytest.mark.parametrize("size", [1, 30, 250])
def test_a_program_of_several_modules(
    level: int, size: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(division, "_OPERATIONS_OF_A_MODULE", size)
    x, w = T.dmatrix("x"), T.dmatrix("w")
    cost = T.sum(T.nnet.softmax(T.dot(T.sin(x), w)) ** 2)
    with config.change_flags(cache=False, opt_level=level):
        f = tir.function([x, w], [cost, T.grad(cost, w), x.max(axis=0)])
    rng = np.random.default_rng(0)
    a, b = rng.normal(size=(70, 5)) * 100, rng.normal(size=(5, 9))
    with config.change_flags(mode="FAST_COMPILE"):
        expected = tir.function([x, w], [cost, T.grad(cost, w), x.max(axis=0)])(a, b)
    for value, reference in zip(f(a, b), expected, strict=True):
        np.testing.assert_allclose(value, reference, rtol=1e-11, atol=1e-13)


def test_the_code_does_not_depend_on_the_number_of_threads(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(division, "_OPERATIONS_OF_A_MODULE", 30)
    x = T.dmatrix("x")
    computation = tir.function([x], [T.nnet.softmax(x), x.sum(axis=0), x.max()])
    text = computation.ir("ranges")
    codes = []
    for threads in (1, 2, 5):
        with config.change_flags(threads=threads):
            codes.append(object_code(parsed(text), 2))
    assert codes[0] == codes[1] == codes[2]
    assert len(object_files(codes[0])) > 2
