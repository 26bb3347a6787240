// RUN: not tir-opt %s -p kernels-to-gpu 2>&1 | filecheck %s

// CHECK: reductions do not run on the GPU yet (linalg.generic, for File "{{.*}}unsupported.mlir", line 8): the GPU back end is elementwise
func.func @main(%x: memref<?xf64>, %y: memref<f64>) {
  kernel.region(%a = %x : memref<?xf64>, %o = %y : memref<f64>) {
    %zero = arith.constant 0.0 : f64
    linalg.fill ins(%zero : f64) outs(%o : memref<f64>)
    linalg.generic {indexing_maps = [affine_map<(d0) -> (d0)>, affine_map<(d0) -> ()>], iterator_types = ["reduction"]} ins(%a : memref<?xf64>) outs(%o : memref<f64>) {
    ^bb0(%e: f64, %acc: f64):
      %s = arith.addf %e, %acc : f64
      linalg.yield %s : f64
    }
  }
  func.return
}
