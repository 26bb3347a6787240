// RUN: not tir-opt %s -p kernels-to-gpu 2>&1 | filecheck %s

// CHECK: scatters do not run on the GPU yet (linalg_ext.scatter, for File "{{.*}}scatter.mlir", line 6): the GPU back end is elementwise
func.func @main(%u: memref<?xf64>, %p: memref<?xi64>, %y: memref<?xf64>) {
  kernel.region(%a = %u : memref<?xf64>, %i = %p : memref<?xi64>, %o = %y : memref<?xf64>) {
    linalg_ext.scatter ins(%a, %i : memref<?xf64>, memref<?xi64>) outs(%o : memref<?xf64>) {combiner = "add"}
  }
  func.return
}
