// RUN: tir-opt %s -p kernels-to-gpu | filecheck %s

// A captured buffer is read where the body says, and positions are the indices of the loops.

// CHECK:      scf.for %[[I:.*]] = %{{.*}} to
// CHECK-NEXT:   %[[P:.*]] = memref.load %{{.*}}[%[[I]]] : memref<?xi64>
// CHECK-NEXT:   %[[AT:.*]] = arith.index_cast %[[P]] : i64 to index
// CHECK-NEXT:   %[[SUM:.*]] = arith.addi %[[AT]], %[[I]] : index
// CHECK-NEXT:   %[[V:.*]] = memref.load %{{.*}}[%[[SUM]]] : memref<?xf32>
// CHECK-NEXT:   memref.store %[[V]], %{{.*}}[%[[I]]] : memref<?xf32>
func.func @main(%x: memref<?xf32>, %p: memref<?xi64>, %y: memref<?xf32>) {
  kernel.region(%v = %x : memref<?xf32>, %i = %p : memref<?xi64>, %o = %y : memref<?xf32>) {
    linalg.generic {indexing_maps = [affine_map<(d0) -> (d0)>, affine_map<(d0) -> (d0)>], iterator_types = ["parallel"]} ins(%i : memref<?xi64>) outs(%o : memref<?xf32>) {
    ^bb0(%e: i64, %old: f32):
      %c = arith.index_cast %e : i64 to index
      %n = linalg.index 0 : index
      %s = arith.addi %c, %n : index
      %g = memref.load %v[%s] : memref<?xf32>
      linalg.yield %g : f32
    }
  }
  func.return
}
