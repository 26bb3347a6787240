"""The llvm dialect as assembly, for what is more easily built than parsed, and what cannot be printed."""

from __future__ import annotations

import ctypes

import pytest
from xdsl.dialects.builtin import (
    FloatAttr,
    IndexType,
    IntegerAttr,
    VectorType,
    f16,
    f32,
    f64,
    i1,
    i32,
    i64,
)
from xdsl.parser import Parser

from tir.pipelines import new_context
from tir.runtime import cpu
from tir.support.errors import UnsupportedError
from tir.targets.legality import LEGAL
from tir.targets.llvm_ir import llvm_assembly
from tir.targets.llvm_types import constant_text, float_text, symbol_text, type_text


def _assembly(text: str, target: str = "cpu") -> str:
    module = Parser(new_context(), text).parse_module()
    module.verify()
    return llvm_assembly(module, target)


@pytest.mark.parametrize(
    ("value", "type_", "expected"),
    [
        (0.1, f64, "0x3FB999999999999A"),
        (0.1, f32, "0x3FB99999A0000000"),
        (float("inf"), f32, "0x7FF0000000000000"),
        (1e300, f32, "0x7FF0000000000000"),
        (-0.0, f64, "0x8000000000000000"),
        (1.5, f16, "0xH3E00"),
    ],
)
def test_floats(value: float, type_, expected: str) -> None:
    assert float_text(value, type_) == expected


def test_constants() -> None:
    assert constant_text(IntegerAttr(1, i1), i1) == "true"
    assert constant_text(IntegerAttr(-5, i64), i64) == "-5"
    vector = VectorType(i32, [2])
    assert constant_text(IntegerAttr(7, i32), vector) == "<i32 7, i32 7>"
    assert constant_text(FloatAttr(1.0, f64), f64) == "0x3FF0000000000000"


def test_names_are_quoted_where_they_must_be() -> None:
    assert symbol_text("kernel_0.x") == "@kernel_0.x"
    assert symbol_text("a b") == '@"a b"'
    assert symbol_text("0") == '@"0"'


def test_switch() -> None:
    text = _assembly(
        """
        "llvm.func"() <{sym_name = "f", function_type = !llvm.func<i64 (i32)>, CConv = #llvm.cconv<ccc>, linkage = #llvm.linkage<"external">, visibility_ = 0 : i64}> ({
        ^bb0(%x: i32):
          "llvm.switch"(%x)[^bb1, ^bb2, ^bb3] <{case_values = array<i64: 4, -1>, operandSegmentSizes = array<i32: 1, 0, 0>}> : (i32) -> ()
        ^bb1:
          %a = llvm.mlir.constant(10 : i64) : i64
          llvm.return %a : i64
        ^bb2:
          %b = llvm.mlir.constant(20 : i64) : i64
          llvm.return %b : i64
        ^bb3:
          %c = llvm.mlir.constant(30 : i64) : i64
          llvm.return %c : i64
        }) : () -> ()"""
    )
    function = cpu.load_object(cpu.compile_to_object(text), ["f"]).function(
        "f", ctypes.c_int64, ctypes.c_int32
    )
    assert [function(i) for i in (4, -1, 0)] == [20, 30, 10]


def test_vectors() -> None:
    text = _assembly(
        """
        llvm.func @f(%x: vector<4xf64>) -> vector<4xf64> {
          %0 = llvm.fadd %x, %x : vector<4xf64>
          %1 = llvm.intr.fma(%0, %x, %x) : (vector<4xf64>, vector<4xf64>, vector<4xf64>) -> vector<4xf64>
          llvm.return %1 : vector<4xf64>
        }"""
    )
    assert "fadd <4 x double>" in text
    assert "@llvm.fma.v4f64" in text
    cpu.compile_to_object(text)


def test_types_without_a_counterpart() -> None:
    with pytest.raises(UnsupportedError, match="index"):
        type_text(IndexType())
    assert type_text(VectorType(i64, [8])) == "<8 x i64>"


def test_both_branches_to_one_block() -> None:
    with pytest.raises(UnsupportedError, match="one block"):
        _assembly(
            """
            llvm.func @f(%c: i1, %a: i64, %b: i64) -> i64 {
              llvm.cond_br %c, ^m(%a : i64), ^m(%b : i64)
            ^m(%r: i64):
              llvm.return %r : i64
            }"""
        )


@pytest.mark.parametrize("name", [f"llvm.intr.{n}" for n in ("exp", "exp2", "log", "sin", "cos")])
def test_nvptx_has_no_library_calls(name: str) -> None:
    text = (
        f"llvm.func @f(%x: f64) -> f64 {{\n%0 = {name}(%x) : (f64) -> f64\nllvm.return %0 : f64\n}}"
    )
    assert "declare" in _assembly(text)
    assert name in LEGAL["cpu"]
    with pytest.raises(UnsupportedError, match="nvptx"):
        _assembly(text, "nvptx")


def test_unknown_targets() -> None:
    with pytest.raises(UnsupportedError, match="z80"):
        _assembly("llvm.func @f()", "z80")
