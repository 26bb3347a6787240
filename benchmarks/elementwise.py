"""A chain of elementwise operations on 10 million numbers, beside NumPy and a compiled triad loop."""

from __future__ import annotations

import ctypes
from collections.abc import Callable, Iterator
from typing import Any

import llvmlite.binding as llvm
import numpy as np

import tir
from benchmarks.report import Result, fastest
from tir import tensor as T

SIZE = 10_000_000

TRIAD = """
target triple = "{triple}"
define void @triad(ptr noalias %a, ptr noalias %b, ptr noalias %c, i64 %n) {{
entry:
  br label %loop
loop:
  %i = phi i64 [0, %entry], [%next, %loop]
  %pa = getelementptr double, ptr %a, i64 %i
  %pb = getelementptr double, ptr %b, i64 %i
  %pc = getelementptr double, ptr %c, i64 %i
  %va = load double, ptr %pa
  %vb = load double, ptr %pb
  %scaled = fmul double %vb, 3.0
  %sum = fadd double %va, %scaled
  store double %sum, ptr %pc
  %next = add i64 %i, 1
  %done = icmp eq i64 %next, %n
  br i1 %done, label %exit, label %loop
exit:
  ret void
}}
"""
"""c = a + 3 b: the least that can be done with the same bytes."""


def _triad() -> Callable[[Any, Any], Any]:
    """The triad loop, compiled for this machine, writing to a new array."""
    llvm.initialize_native_target()
    llvm.initialize_native_asmprinter()
    module = llvm.parse_assembly(TRIAD.format(triple=llvm.get_default_triple()))
    machine = llvm.Target.from_default_triple().create_target_machine(
        cpu=llvm.get_host_cpu_name(), features=llvm.get_host_cpu_features().flatten(), opt=3
    )
    options = llvm.create_pipeline_tuning_options(speed_level=3)
    options.loop_vectorization = True
    builder = llvm.create_pass_builder(machine, options)
    builder.getModulePassManager().run(module, builder)
    engine = llvm.create_mcjit_compiler(module, machine)
    engine.finalize_object()
    signature = ctypes.CFUNCTYPE(None, *[ctypes.c_void_p] * 3, ctypes.c_int64)
    native = signature(engine.get_function_address("triad"))

    def triad(a: Any, b: Any, engine: Any = engine) -> Any:  # the engine owns the code
        result = np.empty_like(a)
        native(a.ctypes.data, b.ctypes.data, result.ctypes.data, a.size)
        return result

    return triad


def run() -> Iterator[Result]:
    """a**2 + b**2 + 2*a*b, 10 million float64."""
    rng = np.random.default_rng(0)
    left, right = rng.normal(size=SIZE), rng.normal(size=SIZE)
    a, b = T.dvectors("a", "b")
    function = tir.function([a, b], a**2 + b**2 + 2 * a * b)
    triad = _triad()
    np.testing.assert_allclose(function(left, right), (left + right) ** 2, atol=1e-12)
    np.testing.assert_allclose(triad(left, right), left + 3 * right)
    ours, loop, numpy = fastest(
        lambda: function(left, right),
        lambda: triad(left, right),
        lambda: left**2 + right**2 + 2 * left * right,
    )
    name = "a**2 + b**2 + 2*a*b, 1e7 float64"
    yield Result(name, ours, "compiled loop a + 3*b", loop, limit=1.2)
    yield Result(name, ours, "numpy", numpy)
