// RUN: tir-opt %s --pipeline gpu --stop-after gpu | filecheck %s --check-prefix GPU
// RUN: tir-opt %s --pipeline gpu --stop-after nvvm | filecheck %s --check-prefix NVVM
// RUN: tir-opt %s --pipeline gpu -t ptx | filecheck %s --check-prefix PTX

// A chain of elementwise operations is one kernel, from the tir dialect to PTX.

// GPU:      "gpu.func"() <{function_type = (memref<{{.*}}>, memref<{{.*}}>, memref<?x?xf32>) -> (), kernel}>
// GPU:        math.tanh
// GPU-NEXT:   arith.mulf
// GPU:      func.func @main
// GPU:        rt.alloc_output
// GPU:        "gpu.launch_func"
// GPU-NOT:    "gpu.launch_func"

// NVVM:     llvm.func @kernel_0
// NVVM:       nvvm.read.ptx.sreg.tid.x
// NVVM:       llvm.call @tir.tanh.f32
// NVVM:     llvm.func internal @tir.tanh.f32
// NVVM:     func.func @main
// NVVM:       "gpu.launch_func"

// PTX:      .visible .entry kernel_0(
// PTX-NOT:  .visible
// PTX-NOT:  .extern
// PTX:      st.global.b32
func.func @main(%x: tensor<?x?xf32> {tir.name = "x", tir.kind = "input", tir.dtype = "float32"}, %y: tensor<1x?xf32> {tir.name = "y", tir.kind = "input", tir.dtype = "float32"}) -> tensor<?x?xf32> attributes {tir.updates = [], tir.result_dtypes = ["float32"]} {
  %a = tir.tanh %x : tensor<?x?xf32>
  %b = tir.mul %a, %y : (tensor<?x?xf32>, tensor<1x?xf32>) -> tensor<?x?xf32>
  func.return %b : tensor<?x?xf32>
}
