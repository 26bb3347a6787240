// RUN: not tir-opt %s -p kernels-to-gpu 2>&1 | filecheck %s

// CHECK: library calls do not run on the GPU yet (rt.gemm, for File "{{.*}}library_call.mlir", line 5): the GPU back end is elementwise
func.func @main(%x: memref<?x?xf64>, %y: memref<?x?xf64>) {
  rt.gemm %x, %x, %y {beta = 0.0 : f64} : memref<?x?xf64>, memref<?x?xf64>, memref<?x?xf64>
  func.return
}
