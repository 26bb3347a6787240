// RUN: tir-opt %s -p kernels-to-gpu | filecheck %s

// A transposed and a broadcast operand: the maps choose among the indices, and there is one version only.

// CHECK-NOT:  scf.if
// CHECK:      scf.for %[[I:.*]] =
// CHECK-NEXT:   %[[K:.*]] = arith.remui %[[I]], %[[SIZE2:.*]] : index
// CHECK-NEXT:   %[[REST:.*]] = arith.divui %[[I]], %[[SIZE2]] : index
// CHECK-NEXT:   %[[J:.*]] = arith.remui %[[REST]], %[[SIZE1:.*]] : index
// CHECK-NEXT:   %[[H:.*]] = arith.divui %[[REST]], %[[SIZE1]] : index
// CHECK-NEXT:   memref.load %{{.*}}[%[[K]], %[[H]], %[[J]]]
// CHECK-NEXT:   memref.load %{{.*}}[%{{.*}}, %[[J]]] : memref<1x?xi64>
// CHECK-NEXT:   arith.muli
// CHECK-NEXT:   memref.store %{{.*}}, %{{.*}}[%[[H]], %[[J]], %[[K]]]
func.func @main(%x: memref<?x?x?xi64>, %r: memref<1x?xi64>, %y: memref<?x?x?xi64>) {
  kernel.region(%a = %x : memref<?x?x?xi64>, %b = %r : memref<1x?xi64>, %o = %y : memref<?x?x?xi64>) {
    linalg.generic {indexing_maps = [affine_map<(d0, d1, d2) -> (d2, d0, d1)>, affine_map<(d0, d1, d2) -> (0, d1)>, affine_map<(d0, d1, d2) -> (d0, d1, d2)>], iterator_types = ["parallel", "parallel", "parallel"]} ins(%a, %b : memref<?x?x?xi64>, memref<1x?xi64>) outs(%o : memref<?x?x?xi64>) {
    ^bb0(%e: i64, %f: i64, %old: i64):
      %p = arith.muli %e, %f : i64
      linalg.yield %p : i64
    }
  }
  func.return
}
