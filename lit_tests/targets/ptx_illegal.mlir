// RUN: not tir-opt %s -t ptx 2>&1 | filecheck %s

// LLVM would end the process over this one.

// CHECK: llvm.intr.sin in @kernel_0 has no code on nvptx: expand it first
"gpu.module"() <{sym_name = "kernels"}> ({
  llvm.func @kernel_0(%x: f64) attributes {nvvm.kernel} {
    %y = llvm.intr.sin(%x) : (f64) -> f64
    llvm.return
  }
}) : () -> ()
