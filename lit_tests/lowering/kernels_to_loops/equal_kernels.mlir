// RUN: tir-opt %s -p kernels-to-loops | filecheck %s

// Two regions that do the same become one function; a third that differs in a constant does not.

// CHECK-COUNT-2: func.func private @kernel_
// CHECK-NOT:     func.func private
// CHECK:         func.func @main
// CHECK:           func.call @kernel_0(%x, %y)
// CHECK-NEXT:      func.call @kernel_0(%y, %z)
// CHECK-NEXT:      func.call @kernel_1(%z, %x)

func.func @main(%x: memref<?xf64>, %y: memref<?xf64>, %z: memref<?xf64>) {
  kernel.region(%a = %x : memref<?xf64>, %o = %y : memref<?xf64>) {
    linalg.generic {indexing_maps = [affine_map<(d0) -> (d0)>, affine_map<(d0) -> (d0)>], iterator_types = ["parallel"]} ins(%a : memref<?xf64>) outs(%o : memref<?xf64>) {
    ^bb0(%i: f64, %j: f64):
      %c = arith.constant 2.0 : f64
      %r = arith.mulf %i, %c : f64
      linalg.yield %r : f64
    }
  }
  kernel.region(%b = %y : memref<?xf64>, %p = %z : memref<?xf64>) {
    linalg.generic {indexing_maps = [affine_map<(d0) -> (d0)>, affine_map<(d0) -> (d0)>], iterator_types = ["parallel"]} ins(%b : memref<?xf64>) outs(%p : memref<?xf64>) {
    ^bb0(%i: f64, %j: f64):
      %d = arith.constant 2.0 : f64
      %s = arith.mulf %i, %d : f64
      linalg.yield %s : f64
    }
  }
  kernel.region(%b = %z : memref<?xf64>, %p = %x : memref<?xf64>) {
    linalg.generic {indexing_maps = [affine_map<(d0) -> (d0)>, affine_map<(d0) -> (d0)>], iterator_types = ["parallel"]} ins(%b : memref<?xf64>) outs(%p : memref<?xf64>) {
    ^bb0(%i: f64, %j: f64):
      %d = arith.constant 3.0 : f64
      %s = arith.mulf %i, %d : f64
      linalg.yield %s : f64
    }
  }
  func.return
}
