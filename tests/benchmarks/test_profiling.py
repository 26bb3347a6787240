"""What the profile of a function says of functions whose work is known."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from benchmarks import profile as command
from benchmarks.limits import Limits
from benchmarks.profiling.instrument import Call
from benchmarks.profiling.llvm_text import flops_of, functions, read, write
from benchmarks.profiling.machine_code import function_lines, loop_of_block
from benchmarks.profiling.run import profile
from benchmarks.profiling.work import (
    bytes_of_call,
    flops_by_function,
    kernel_buffers,
    product_of_call,
)
from benchmarks.workloads import WORKLOADS

MODULE = """\
target triple = "x86_64-unknown-linux-gnu"

define double @f(double %x) #0 {
  %y = fadd double %x, 1.0
  br label %loop

loop:                                             ; preds = %loop, %0
  %i = phi i64 [ 0, %0 ], [ %next, %loop ]
  %next = add i64 %i, 1
  %done = icmp eq i64 %next, 10
  br i1 %done, label %exit, label %loop

exit:                                             ; preds = %loop
  ret double %y
}

attributes #0 = { nounwind }
"""


def test_a_module_is_read_and_written() -> None:
    parts = read(MODULE)
    (function,) = functions(parts)
    assert [block.label for block in function.blocks] == ["entry", "loop", "exit"]
    assert function.blocks[1].first_after_phis == 1
    assert write(read(write(parts))) == write(parts)
    assert "attributes #0" in write(parts)


@pytest.mark.parametrize(
    ("line", "flops"),
    [
        ("  %1 = fadd reassoc contract <8 x float> %a, %b", 8),
        ("  %1 = fmul double %a, 2.0", 1),
        ("  %1 = tail call <4 x double> @llvm.fma.v4f64(<4 x double> %a, <4 x double> %b)", 8),
        ("  %1 = call float @llvm.maximum.f32(float %a, float %b)", 1),
        ("  %1 = call float @llvm.fabs.f32(float %a)", 0),
        ("  %1 = add <8 x i32> %a, %b", 0),
        ("  %1 = load <8 x float>, ptr %p", 0),
    ],
)
def test_flops_of_an_instruction(line: str, flops: int) -> None:
    assert flops_of(line) == flops


def test_loop_around_a_block() -> None:
    assembly = """\
other:
	retq
.Lfunc_end0:
f:
	pushq	%rbp
.LBB0_1:                                # %outer
	nop
.LBB0_2:                                # %inner
	addq	$1, %rax
	jne	.LBB0_2
# %bb.3:                                # %after
	jne	.LBB0_1
	retq
.Lfunc_end1:
"""
    lines = function_lines(assembly, "f")
    assert lines[0] == "f:"
    assert loop_of_block(lines, "inner") == lines[4:7]
    assert loop_of_block(lines, "after") == lines[2:9]
    assert loop_of_block(lines, "unknown") == []


def test_work_of_an_elementwise_kernel() -> None:
    n = 1000
    measured = profile(replace(WORKLOADS["polynomial"], size=(n,)), seconds=0.01)
    parameters = kernel_buffers(measured.loops)
    (kernel,) = [call for call in measured.calls if call.callee in parameters]
    assert kernel.calls > 0
    assert 0 < kernel.fastest < 1
    assert bytes_of_call(kernel, parameters[kernel.callee]) == 3 * 8 * n
    # a*a + b*b + 2*a*b has three additions or fused ones; products may be shared or fused.
    assert 4 * n <= flops_by_function(measured.counts)[kernel.callee] <= 6 * n


@pytest.mark.parametrize(
    ("callee", "arguments", "work"),
    [
        ("tir_sgemm", [2, 3, 5, 9, 9], (4 * (10 + 15 + 6), 60)),
        ("tir_dbatch_gemm", [7, 2, 3, 5, 9], (7 * 8 * (10 + 15 + 6), 7 * 60)),
        ("tir_sgemm_onto", [2, 3, 5, 9, 9], (4 * (10 + 15 + 12), 60)),
        ("tir_dgemv", [2, 3, 9, 9], (8 * (6 + 2 + 3), 12)),
        ("tir_sdot", [5, 9, 9], (40, 10)),
        ("free", [], None),
    ],
)
def test_work_of_a_product(callee: str, arguments: list[int], work: tuple[int, int] | None) -> None:
    call = Call(callee, np.array([1, 1, 1, *arguments, 0, 0]))
    assert product_of_call(call) == work


def test_the_command_shows_the_hot_loop(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    workload = replace(WORKLOADS["softmax-1000"], size=(64, 64))
    monkeypatch.setitem(command.WORKLOADS, "softmax-1000", workload)
    limits = Limits(20e9, 15e9, 200e9, 100e9, 160e9, 80e9)
    monkeypatch.setattr(command, "measured_limits", lambda: limits)
    command.main(["softmax-1000"])
    text = capsys.readouterr().out
    assert "kernel_0" in text
    assert "after the stage loops" in text
    assert "(not found)" not in text
    with pytest.raises(SystemExit):
        command.main(["softmax-1000", "kernel_99"])
