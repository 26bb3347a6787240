// RUN: tir-opt %s -p kernels-to-loops | filecheck %s

// One flat loop where all is contiguous, a nest where it is not; the choice is made at run time.

func.func @main(%x: memref<?x?xf64, strided<[?, ?], offset: ?>>, %y: memref<?x?xf64>) {
  kernel.region(%a = %x : memref<?x?xf64, strided<[?, ?], offset: ?>>, %o = %y : memref<?x?xf64>) {
    linalg.generic {indexing_maps = [affine_map<(d0, d1) -> (d0, d1)>, affine_map<(d0, d1) -> (d0, d1)>], iterator_types = ["parallel", "parallel"]} ins(%a : memref<?x?xf64, strided<[?, ?], offset: ?>>) outs(%o : memref<?x?xf64>) {
    ^bb0(%i: f64, %j: f64):
      %r = math.exp %i : f64
      linalg.yield %r : f64
    }
  }
  func.return
}

// CHECK:       func.func private @kernel_0(%a: {{.*}} {llvm.noalias}, %o: memref<?x?xf64> {llvm.noalias}) attributes {no_inline} {
// CHECK:         [[C:%\S+]] = arith.andi {{.*}} : i1
// CHECK-NEXT:    scf.if [[C]] {
// CHECK-NEXT:      [[TOTAL:%\S+]] = arith.muli
// CHECK:           scf.for [[I:%\S+]] = %{{.*}} to [[TOTAL]]
// CHECK-NEXT:        [[V:%\S+]] = memref.load {{.*}}[[[I]]] : memref<?xf64, strided<[1], offset: ?>>
// CHECK-NEXT:        [[R:%\S+]] = math.exp [[V]] : f64
// CHECK-NEXT:        memref.store [[R]], {{.*}}[[[I]]]
// CHECK:         } else {
// CHECK-NEXT:      scf.for [[I:%\S+]] =
// CHECK-NEXT:        scf.for [[J:%\S+]] =
// CHECK-NEXT:          memref.load %a[[[I]], [[J]]] : memref<?x?xf64, strided<[?, ?], offset: ?>>
// CHECK:       func.func @main
// CHECK-NEXT:    func.call @kernel_0(%x, %y)
