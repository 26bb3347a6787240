"""scf, cf and func to machine code, and what loop annotations become."""

from __future__ import annotations

import numpy as np
import pytest

from tests.lowering.native_module import NativeModule, convert
from tir.runtime import cpu
from tir.support.errors import UnsupportedError
from tir.targets.llvm_ir import llvm_assembly


def test_nested_loops_carry_values() -> None:
    native = NativeModule(
        """
        func.func @f(%n: index) -> i64 {
          %c0 = arith.constant 0 : index
          %c1 = arith.constant 1 : index
          %zero = arith.constant 0 : i64
          %one = arith.constant 1 : i64
          %r:2 = scf.for %i = %c0 to %n step %c1 iter_args(%a = %zero, %b = %one) -> (i64, i64) {
            %s = scf.for %j = %c0 to %i step %c1 iter_args(%t = %a) -> (i64) {
              %u = arith.addi %t, %b : i64
              scf.yield %u : i64
            }
            %next = arith.addi %b, %one : i64
            scf.yield %s, %next : i64, i64
          }
          func.return %r#0 : i64
        }"""
    )
    for n in (0, 1, 5):
        assert native("f", n) == sum(i * (i + 1) for i in range(n))


def test_loop_bounds_are_signed_and_steps_may_be_large() -> None:
    native = NativeModule(
        """
        func.func @f(%lower: index, %upper: index, %step: index) -> i64 {
          %zero = arith.constant 0 : i64
          %r = scf.for %i = %lower to %upper step %step iter_args(%a = %zero) -> (i64) {
            %v = arith.index_cast %i : index to i64
            %b = arith.addi %a, %v : i64
            scf.yield %b : i64
          }
          func.return %r : i64
        }"""
    )
    for bounds in ((-7, 9, 3), (4, 4, 1), (5, -5, 1), (0, 10, 100)):
        assert native("f", *bounds) == sum(range(*bounds))


def test_if_with_and_without_results() -> None:
    native = NativeModule(
        """
        func.func @f(%a: f64, %b: f64, %out: memref<2xf64>) {
          %c0 = arith.constant 0 : index
          %c1 = arith.constant 1 : index
          %less = arith.cmpf olt, %a, %b : f64
          %r = scf.if %less -> (f64) {
            scf.yield %a : f64
          } else {
            %s = arith.addf %b, %b : f64
            scf.yield %s : f64
          }
          memref.store %r, %out[%c0] : memref<2xf64>
          scf.if %less {
            memref.store %b, %out[%c1] : memref<2xf64>
          }
          func.return
        }"""
    )
    out = np.zeros(2)
    native("f", 1.0, 2.0, out)
    np.testing.assert_array_equal(out, [1.0, 2.0])
    out[:] = 0
    native("f", 3.0, 2.0, out)
    np.testing.assert_array_equal(out, [4.0, 0.0])


def test_while() -> None:
    native = NativeModule(
        """
        func.func @collatz(%n: i64) -> i64 {
          %zero = arith.constant 0 : i64
          %one = arith.constant 1 : i64
          %two = arith.constant 2 : i64
          %three = arith.constant 3 : i64
          %r:2 = scf.while (%x = %n, %steps = %zero) : (i64, i64) -> (i64, i64) {
            %go = arith.cmpi ne, %x, %one : i64
            scf.condition(%go) %steps, %x : i64, i64
          } do {
          ^bb0(%steps: i64, %x: i64):
            %rest = arith.remsi %x, %two : i64
            %odd = arith.cmpi ne, %rest, %zero : i64
            %next = scf.if %odd -> (i64) {
              %t = arith.muli %x, %three : i64
              %u = arith.addi %t, %one : i64
              scf.yield %u : i64
            } else {
              %h = arith.divsi %x, %two : i64
              scf.yield %h : i64
            }
            %more = arith.addi %steps, %one : i64
            scf.yield %next, %more : i64, i64
          }
          func.return %r#0 : i64
        }"""
    )
    assert native("collatz", 27) == 111
    assert native("collatz", 1) == 0


def test_branches() -> None:
    native = NativeModule(
        """
        func.func @f(%n: i64) -> i64 {
          %zero = arith.constant 0 : i64
          %one = arith.constant 1 : i64
          cf.br ^head(%zero, %n : i64, i64)
        ^head(%sum: i64, %k: i64):
          %done = arith.cmpi sle, %k, %zero : i64
          cf.cond_br %done, ^exit(%sum : i64), ^body
        ^body:
          %s = arith.addi %sum, %k : i64
          %l = arith.subi %k, %one : i64
          cf.br ^head(%s, %l : i64, i64)
        ^exit(%r: i64):
          func.return %r : i64
        }"""
    )
    assert native("f", 10) == 55


def test_functions_of_several_results() -> None:
    native = NativeModule(
        """
        func.func private @divide(%a: i64, %b: i64) -> (i64, i64) attributes {always_inline} {
          %q = arith.divsi %a, %b : i64
          %r = arith.remsi %a, %b : i64
          func.return %q, %r : i64, i64
        }
        func.func @f(%a: i64, %b: i64) -> i64 {
          %q, %r = func.call @divide(%a, %b) : (i64, i64) -> (i64, i64)
          %ten = arith.constant 10 : i64
          %t = arith.muli %q, %ten : i64
          %s = arith.addi %t, %r : i64
          func.return %s : i64
        }"""
    )
    assert native("f", 17, 5) == 32
    assert "alwaysinline" in native.assembly
    assert "define internal { i64, i64 } @divide" in native.assembly


SCALE = """
func.func @scale(%x: memref<?xf64> {{llvm.noalias, llvm.readonly}}, %y: memref<?xf64> {{llvm.noalias, llvm.align = 64 : i64}}) {{
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %n = memref.dim %x, %c0 : memref<?xf64>
  scf.for %i = %c0 to %n step %c1 {{
    %v = memref.load %x[%i] : memref<?xf64>
    %w = arith.addf %v, %v : f64
    memref.store %w, %y[%i] : memref<?xf64>
  }}{annotation}
  func.return
}}
"""


def test_parameter_attributes() -> None:
    text = llvm_assembly(convert(SCALE.format(annotation="")))
    assert "ptr noalias readonly %" in text
    assert "ptr noalias align 64 %" in text


def test_simple_loops_are_vectorized() -> None:
    text = cpu.optimized_ir(llvm_assembly(convert(SCALE.format(annotation=""))))
    assert "fadd <" in text


@pytest.mark.parametrize(
    ("annotation", "expected"),
    [
        ("vectorize = false", '!{!"llvm.loop.vectorize.enable", i1 false}'),
        ("vectorize = 4 : i64", '!{!"llvm.loop.vectorize.width", i32 4}'),
        ("interleave = 2 : i64", '!{!"llvm.loop.interleave.count", i32 2}'),
        ("unroll", '!{!"llvm.loop.unroll.enable"}'),
        ("unroll = false", '!{!"llvm.loop.unroll.disable"}'),
        ("unroll = 8 : i64", '!{!"llvm.loop.unroll.count", i32 8}'),
        ("parallel_accesses", '"llvm.loop.parallel_accesses"'),
    ],
)
def test_loop_annotations(annotation: str, expected: str) -> None:
    text = llvm_assembly(
        convert(SCALE.format(annotation=f" {{loop_annotation = {{{annotation}}}}}"))
    )
    assert expected in text
    assert ", !llvm.loop !" in text
    assert text.count("!llvm.access.group") == (2 if annotation == "parallel_accesses" else 0)
    assert "scale" in cpu.optimized_ir(text)


def test_vectorization_can_be_forbidden() -> None:
    annotation = " {loop_annotation = {vectorize = false, unroll = false}}"
    text = cpu.optimized_ir(llvm_assembly(convert(SCALE.format(annotation=annotation))))
    assert "fadd double" in text
    assert "fadd <" not in text


def test_unknown_annotations_are_refused() -> None:
    module = convert(SCALE.format(annotation=" {loop_annotation = {speed}}"))
    with pytest.raises(UnsupportedError, match="speed"):
        llvm_assembly(module)
