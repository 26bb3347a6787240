// RUN: tir-opt %s -p kernels-to-loops | filecheck %s

// CHECK:       func.func private @kernel_0(%u1: {{.*}}, %i1: {{.*}}, %d1: {{.*}})
// CHECK:         scf.for [[ROW:%\S+]] =
// CHECK-NEXT:      [[AT:%\S+]] = memref.load %i1[[[ROW]]] : memref<?xi64>
// CHECK-NEXT:      [[INDEX:%\S+]] = arith.index_cast [[AT]] : i64 to index
// CHECK:           scf.for [[COLUMN:%\S+]] =
// CHECK-NEXT:        [[V:%\S+]] = memref.load %u1[[[ROW]], [[COLUMN]]]
// CHECK-NEXT:        [[OLD:%\S+]] = memref.load %d1[[[INDEX]], [[COLUMN]]]
// CHECK-NEXT:        [[NEW:%\S+]] = arith.addf [[OLD]], [[V]] : f32
// CHECK-NEXT:        memref.store [[NEW]], %d1[[[INDEX]], [[COLUMN]]]

func.func @main(%u: memref<?x?xf32>, %i: memref<?xi64>, %d: memref<?x?xf32>) {
  kernel.region(%u1 = %u : memref<?x?xf32>, %i1 = %i : memref<?xi64>, %d1 = %d : memref<?x?xf32>) {
    linalg_ext.scatter ins(%u1, %i1 : memref<?x?xf32>, memref<?xi64>) outs(%d1 : memref<?x?xf32>) {combiner = "add"}
  }
  func.return
}
