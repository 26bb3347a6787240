// RUN: tir-opt %s -p kernels-to-gpu | filecheck %s

// Whether the input is contiguous shows at run time: one index if it is, divisions if not. A scalar is read by all.

// CHECK:      %[[CONTIGUOUS:.*]] = arith.andi
// CHECK-NEXT: scf.if %[[CONTIGUOUS]] {
// CHECK:        scf.for %[[I:.*]] = %[[FIRST:.*]] to %[[TOTAL:.*]] step %[[STEP:.*]] {
// CHECK-NEXT:     memref.load %{{.*}}[%[[I]]]
// CHECK-NEXT:     memref.load %[[S:.*]][] : memref<f32>
// CHECK:          memref.store %{{.*}}[%[[I]]]
// CHECK:      } else {
// CHECK-NEXT:   scf.for %[[J:.*]] = %[[FIRST]] to %[[TOTAL]] step %[[STEP]] {
// CHECK-NEXT:     %[[COLUMN:.*]] = arith.remui %[[J]], %[[COLUMNS:.*]] : index
// CHECK-NEXT:     %[[ROW:.*]] = arith.divui %[[J]], %[[COLUMNS]] : index
// CHECK-NEXT:     memref.load %{{.*}}[%[[ROW]], %[[COLUMN]]]
func.func @main(%x: memref<?x?xf32, strided<[?, ?], offset: ?>>, %t: memref<f32>, %y: memref<?x?xf32>) {
  kernel.region(%a = %x : memref<?x?xf32, strided<[?, ?], offset: ?>>, %s = %t : memref<f32>, %o = %y : memref<?x?xf32>) {
    linalg.generic {indexing_maps = [affine_map<(d0, d1) -> (d0, d1)>, affine_map<(d0, d1) -> ()>, affine_map<(d0, d1) -> (d0, d1)>], iterator_types = ["parallel", "parallel"]} ins(%a, %s : memref<?x?xf32, strided<[?, ?], offset: ?>>, memref<f32>) outs(%o : memref<?x?xf32>) {
    ^bb0(%e: f32, %f: f32, %old: f32):
      %r = arith.addf %e, %f : f32
      linalg.yield %r : f32
    }
  }
  func.return
}
