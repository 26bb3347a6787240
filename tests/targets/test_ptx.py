"""PTX of every elementwise operation, assembled by ptxas where that is installed; what may not reach LLVM."""

from __future__ import annotations

import re
from typing import Any

import pytest
from xdsl.dialects.builtin import ModuleOp
from xdsl.parser import Parser

import tir
from tests.lowering.gpu_emulation import gpu_module, run_passes
from tests.op_table import Case, elementwise
from tir import tensor as T
from tir.pipelines import NVVM, new_context
from tir.runtime import ptxas
from tir.runtime.nvptx import to_ptx
from tir.support.errors import TirError, UnsupportedError
from tir.targets.legality import LEGAL
from tir.targets.llvm_ir import llvm_assembly
from tir.targets.ptx import device_assembly, ptx

ROWS = {row.name: row for row in elementwise.ROWS}

needs_ptxas = pytest.mark.skipif(ptxas.find_ptxas() is None, reason="ptxas is not installed")


def nvvm_module(inputs: list[Any], outputs: list[Any]) -> ModuleOp:
    """The module of an expression at the nvvm level."""
    module = gpu_module(inputs, outputs, checks=False)
    run_passes(module, NVVM.passes)
    return module


def ptx_of(cases: tuple[Case, ...]) -> str:
    """The PTX of several cases together."""
    inputs, outputs = [], []
    for case in cases:
        variables = case.variables()
        inputs += variables
        outputs.append(case.build(*variables))
    return ptx(nvvm_module(inputs, outputs))


@needs_ptxas
@pytest.mark.parametrize("name", ROWS)
def test_elementwise_operations_assemble(name: str) -> None:
    text = ptx_of(tuple(ROWS[name].cases()))
    assert ".visible .entry kernel_0(" in text
    # Nothing is left to a library or to the hardware's approximations.
    assert ".extern" not in text
    assert not re.search(r"\.approx|\.ftz", text)
    assert ptxas.assemble(text).startswith(b"\x7fELF")


def test_products_are_not_fused_with_sums() -> None:
    x, y, z = T.dvectors("xyz")
    text = ptx(nvvm_module([x, y, z], [x * y + z]))
    assert "mul.rn.f64" in text
    assert "add.rn.f64" in text
    assert "fma" not in text


def test_memory_is_global() -> None:
    x = T.fvector("x")
    text = ptx(nvvm_module([x], [x + 1]))
    assert "ld.global.nc.b32" in text
    assert "st.global.b32" in text
    assert not re.search(r"\b(ld|st)\.b32", text)


@pytest.mark.parametrize(
    ("dtype", "access"),
    [("float64", "b64"), ("float32", "v2.b32"), ("int16", "v4.b16"), ("int8", "v2.b32")],
)
def test_neighbours_are_read_and_written_by_one_instruction(dtype: str, access: str) -> None:
    x, y = T.vector("x", dtype=dtype), T.vector("y", dtype=dtype)
    text = ptx(nvvm_module([x, y], [x + y]))
    instructions = re.findall(r"(?:ld|st)\.global\S*", text)
    assert instructions[:3] == [f"ld.global.nc.{access}"] * 2 + [f"st.global.{access}"]


def test_architectures() -> None:
    x = T.fvector("x")
    module = nvvm_module([x], [x + 1])
    assert ".target sm_80" in ptx(module, "sm_80")
    assert ".target sm_90" in ptx(module)
    with pytest.raises(UnsupportedError, match="architecture"):
        ptx(module, "x86-64")


def test_ptx_of_a_compiled_function() -> None:
    x = T.dmatrix("x")
    function = tir.function([x], T.exp(x) * 2)
    assert ".visible .entry kernel_0(" in function.ir("ptx")
    assert "gpu.launch_func" in function.ir("gpu")
    assert "nvvm.read.ptx.sreg.tid.x" in function.ir("nvvm")


def parse(body: str, declarations: str = "") -> ModuleOp:
    """A module whose device code is one kernel with this body."""
    return Parser(
        new_context(),
        f"""
        "gpu.module"() <{{sym_name = "kernels"}}> ({{
          llvm.func @k(%x: f64, %y: f64, %p: !llvm.ptr) attributes {{nvvm.kernel}} {{
            {body}
            llvm.return
          }}
          {declarations}
        }}) : () -> ()""",
    ).parse_module()


@pytest.mark.parametrize("function", ["exp", "exp2", "log", "log2", "sin", "cos"])
def test_library_functions_are_illegal(function: str) -> None:
    name = f"llvm.intr.{function}"
    assert name in LEGAL["cpu"]
    with pytest.raises(UnsupportedError, match=f"{name} in @k has no code on nvptx"):
        ptx(parse(f"%0 = {name}(%x) : (f64) -> f64"))


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ("%0 = llvm.frem %x, %y : f64", "llvm.frem in @k has no code"),
        ("%0 = llvm.intr.pow(%x, %y) : (f64, f64) -> f64", "llvm.intr.pow in @k has no code"),
        ("%0 = llvm.call @sin(%x) : (f64) -> f64", "llvm.call in @k calls sin"),
        ('%0 = llvm.call_intrinsic "llvm.sin.f64"(%x) : (f64) -> f64', "call_intrinsic"),
        ("%0 = arith.addf %x, %y : f64", "arith.addf in @k has no LLVM assembly"),
        ("%0 = llvm.mlir.constant(1.0 : f16) : f16", "on f16 has no code"),
    ],
)
def test_illegal(body: str, message: str) -> None:
    declaration = "llvm.func @sin(f64) -> f64"
    with pytest.raises(UnsupportedError, match=message):
        ptx(parse(body, declaration))


def test_every_legal_intrinsic_has_code() -> None:
    """Back ends abort instead of raising, so that a wrong row here would take the process down."""
    unary = ("fabs", "ceil", "floor", "sqrt", "trunc", "roundeven")
    binary = ("copysign", "maximum", "minimum", "maxnum", "minnum")
    lines, count = [], 0
    for type_ in ("f32", "f64"):
        left, right = f"%x{type_}", f"%y{type_}"
        if type_ == "f32":
            lines += [
                f"{left} = llvm.fptrunc %x : f64 to f32",
                f"{right} = llvm.fptrunc %y : f64 to f32",
            ]
        else:
            left, right = "%x", "%y"
        total = left
        for name in (*unary, *binary):
            operands = [left, right] if name in binary else [left]
            types = ", ".join([type_] * len(operands))
            lines.append(
                f"%r{count} = llvm.intr.{name}({', '.join(operands)}) : ({types}) -> {type_}"
            )
            lines.append(f"%s{count} = llvm.fadd {total}, %r{count} : {type_}")
            total = f"%s{count}"
            count += 1
        lines.append(f"llvm.store volatile {total}, %p : {type_}, !llvm.ptr")
    text = ptx(parse("\n".join(lines)))
    assert "cvt.rni.f64.f64" in text
    assert "sqrt.rn.f32" in text


def test_special_registers_are_not_for_the_cpu() -> None:
    module = parse("%0 = nvvm.read.ptx.sreg.tid.x : i32")
    assert "call i32 @llvm.nvvm.read.ptx.sreg.tid.x()" in device_assembly(module)
    device = next(iter(module.body.block.ops))
    host = ModuleOp([op.clone() for op in device.regions[0].block.ops])
    with pytest.raises(UnsupportedError, match="no code on cpu"):
        llvm_assembly(host)


def test_a_module_without_device_code() -> None:
    with pytest.raises(UnsupportedError, match=r"no gpu\.module"):
        ptx(ModuleOp([]))


def test_malformed_assembly() -> None:
    with pytest.raises(TirError, match="LLVM rejects"):
        to_ptx("define void @f( {")


@needs_ptxas
def test_errors_of_ptxas() -> None:
    with pytest.raises(ptxas.AssemblerError, match=r"ptxas cannot assemble .*kernels.ptx"):
        ptxas.assemble(".version 7.8\n.target sm_90\n.address_size 64\nnonsense")


def test_missing_ptxas(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    with pytest.raises(ptxas.AssemblerError, match="not on the path"):
        ptxas.assemble("")
