// RUN: tir-opt %s --pipeline cpu --stop-after tir | filecheck %s --check-prefix TIR
// RUN: tir-opt %s --pipeline cpu --stop-after optimized | filecheck %s --check-prefix OPTIMIZED
// RUN: tir-opt %s --pipeline cpu --stop-after linalg | tir-opt | filecheck %s --check-prefix LINALG
// RUN: tir-opt %s --pipeline cpu --stop-after kernels | tir-opt | filecheck %s --check-prefix KERNELS
// RUN: tir-opt %s --pipeline cpu --stop-after buffers | tir-opt | filecheck %s --check-prefix BUFFERS
// RUN: tir-opt %s --pipeline cpu --stop-after loops | tir-opt | filecheck %s --check-prefix LOOPS
// RUN: tir-opt %s --pipeline cpu --stop-after llvm | tir-opt | filecheck %s --check-prefix LLVM
// RUN: tir-opt %s --pipeline cpu -t llvm | filecheck %s --check-prefix IR
// RUN: tir-opt %s --pipeline cpu -t asm | filecheck %s --check-prefix ASM

// One program at every stage; each stage is read back.

func.func @main(%x: tensor<?xf64> {tir.name = "x", tir.kind = "input", tir.dtype = "float64"}) -> tensor<?xf64> attributes {tir.updates = [], tir.result_dtypes = ["float64"]} {
  %one = tir.constant {value = dense<1.0> : tensor<f64>} : tensor<f64>
  %e = tir.exp %x : tensor<?xf64>
  %s = tir.add %one, %e : (tensor<f64>, tensor<?xf64>) -> tensor<?xf64>
  %y = tir.log %s : tensor<?xf64>
  func.return %y : tensor<?xf64>
}

// TIR:           tir.exp
// TIR:           tir.log

// OPTIMIZED:     %{{.*}} = tir.softplus %x : tensor<?xf64>
// OPTIMIZED-NEXT: func.return

// LINALG:        tensor.dim
// LINALG:        linalg.generic
// LINALG:          math_ext.softplus

// KERNELS:       kernel.region
// KERNELS:         linalg.generic
// KERNELS:         kernel.yield

// BUFFERS:       rt.alloc_output
// BUFFERS:       kernel.region
// BUFFERS-NOT:   tensor<

// LOOPS:         func.func private @kernel_0
// LOOPS:           scf.for
// LOOPS:             math_ext.softplus
// LOOPS:         func.func @main
// LOOPS:           func.call @kernel_0

// LLVM:          llvm.func internal @kernel_0
// LLVM:          llvm.func internal @main
// LLVM:          llvm.func @tir_entry

// IR:            define internal void @kernel_0(ptr noalias
// IR:            define {{.*}}ptr @tir_entry(

// ASM:           kernel_0:
// ASM:           tir_entry:
