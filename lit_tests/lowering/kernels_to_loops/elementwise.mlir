// RUN: tir-opt %s -p kernels-to-loops --split-input-file | filecheck %s

// All is contiguous, as the types tell: one flat loop, whose blocks threads share. What is larger than the cache is computed
// in pieces on the stack, and written past the cache.

// CHECK:       func.func private @kernel_0(%a: memref<?x?xf64> {llvm.noalias}, %o: memref<?x?xf64> {llvm.noalias}) attributes {no_inline} {
// CHECK:         [[TOTAL:%\S+]] = arith.muli
// CHECK-NEXT:    [[LARGE:%\S+]] = arith.cmpi sgt, [[TOTAL]]
// CHECK:         rt.parallel ({{.*}}) = {{.*}} grain {{.*}} {
// CHECK:           [[SCRATCH:%\S+]] = memref.alloca() : memref<1024xf64>
// CHECK:           scf.for
// CHECK:             [[TARGET:%\S+]] = arith.select [[LARGE]], {{.*}} : memref<?xf64, strided<[1], offset: ?>>
// CHECK-NEXT:        scf.for [[I:%\S+]] =
// CHECK-NEXT:          [[V:%\S+]] = memref.load {{.*}}[[[I]]] : memref<?xf64, strided<[1], offset: ?>>
// CHECK-NEXT:          [[R:%\S+]] = math.exp [[V]] : f64
// CHECK-NEXT:          memref.store [[R]], [[TARGET]][[[I]]]
// CHECK:             scf.if [[LARGE]] {
// CHECK-NEXT:          rt.stream_copy [[TARGET]]
// CHECK:           scf.if [[LARGE]] {
// CHECK-NEXT:        rt.stream_fence
// CHECK:       func.func @main
// CHECK-NEXT:    func.call @kernel_0(%x, %y)
func.func @main(%x: memref<?x?xf64>, %y: memref<?x?xf64>) {
  kernel.region(%a = %x : memref<?x?xf64>, %o = %y : memref<?x?xf64>) {
    linalg.generic {indexing_maps = [affine_map<(d0, d1) -> (d0, d1)>, affine_map<(d0, d1) -> (d0, d1)>], iterator_types = ["parallel", "parallel"]} ins(%a : memref<?x?xf64>) outs(%o : memref<?x?xf64>) {
    ^bb0(%i: f64, %j: f64):
      %r = math.exp %i : f64
      linalg.yield %r : f64
    }
  }
  func.return
}

// -----

// A row that all rows of the result share: a loop over rows.

// CHECK:       func.func private @kernel_0
// CHECK:         rt.parallel ([[BEGIN:%\S+]], [[END:%\S+]]) =
// CHECK:           scf.for [[I:%\S+]] = [[BEGIN]] to [[END]]
// CHECK:             scf.for [[J:%\S+]] =
// CHECK-NEXT:          [[V:%\S+]] = memref.load %a[[[J]]] : memref<?xf32>
// CHECK-NEXT:          memref.store [[V]]
func.func @main(%x: memref<?xf32>, %y: memref<?x?xf32>) {
  kernel.region(%a = %x : memref<?xf32>, %o = %y : memref<?x?xf32>) {
    linalg.generic {indexing_maps = [affine_map<(d0, d1) -> (d1)>, affine_map<(d0, d1) -> (d0, d1)>], iterator_types = ["parallel", "parallel"]} ins(%a : memref<?xf32>) outs(%o : memref<?x?xf32>) {
    ^bb0(%i: f32, %j: f32):
      linalg.yield %i : f32
    }
  }
  func.return
}

// -----

// An operand that lies across the innermost loop: tiles, for which it is copied first, along memory.

// CHECK:       func.func private @kernel_0
// CHECK:         rt.parallel
// CHECK:           [[TILE:%\S+]] = memref.alloca() : memref<2048xf32>
// CHECK:           scf.for
// CHECK:             scf.for
// CHECK:               scf.for [[J:%\S+]] =
// CHECK-NEXT:            scf.for [[I:%\S+]] =
// CHECK-NEXT:              [[V:%\S+]] = memref.load %a[[[J]], [[I]]]
// CHECK:                   memref.store [[V]], [[TILE]]
// CHECK:               scf.for [[I:%\S+]] =
// CHECK-NEXT:            scf.for [[J:%\S+]] =
// CHECK:                   memref.load [[TILE]]
// CHECK:                   memref.store {{.*}}, %o[[[I]], [[J]]]
func.func @main(%x: memref<?x?xf32>, %y: memref<?x?xf32>) {
  kernel.region(%a = %x : memref<?x?xf32>, %o = %y : memref<?x?xf32>) {
    linalg.generic {indexing_maps = [affine_map<(d0, d1) -> (d1, d0)>, affine_map<(d0, d1) -> (d0, d1)>], iterator_types = ["parallel", "parallel"]} ins(%a : memref<?x?xf32>) outs(%o : memref<?x?xf32>) {
    ^bb0(%i: f32, %j: f32):
      linalg.yield %i : f32
    }
  }
  func.return
}
