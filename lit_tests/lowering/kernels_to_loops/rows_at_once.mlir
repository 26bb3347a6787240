// RUN: tir-opt %s -p kernels-to-loops | filecheck %s

// Squares about the mean: both reductions, with little to compute, are all that reads rows. So each reads four rows at once, whose means
// are registers, and finds the elements in the cache the second time; rows that are left over come one by one, and all if they are few or
// too long for that.

// CHECK:       func.func private @kernel_0
// CHECK:         [[MANY:%\S+]] = arith.cmpi sge
// CHECK:         [[SHORT:%\S+]] = arith.cmpi sle
// CHECK-NEXT:    [[FIT:%\S+]] = arith.andi [[MANY]], [[SHORT]]
// CHECK:         rt.parallel
// CHECK:           [[QUARTER:%\S+]] = arith.divui
// CHECK-NEXT:      [[EACH:%\S+]] = arith.select [[FIT]], [[QUARTER]]
// CHECK:           scf.for [[I:%\S+]] =
// CHECK-NEXT:        [[J:%\S+]] = arith.addi [[I]], [[EACH]]
// CHECK-NEXT:        [[K:%\S+]] = arith.addi [[J]], [[EACH]]
// CHECK-NEXT:        [[L:%\S+]] = arith.addi [[K]], [[EACH]]
// CHECK:             scf.for {{.*}} -> (f64, f64, f64, f64) {
// CHECK:               scf.for [[AT:%\S+]] = {{.*}} -> (f32, f32, f32, f32) {
// CHECK:                 memref.load %a[[[I]], [[AT]]]
// CHECK:                 memref.load %a[[[J]], [[AT]]]
// CHECK:                 memref.load %a[[[K]], [[AT]]]
// CHECK:                 memref.load %a[[[L]], [[AT]]]
// CHECK:             [[M1:%\S+]] = arith.divf
// CHECK:             [[M2:%\S+]] = arith.divf
// CHECK:             [[M3:%\S+]] = arith.divf
// CHECK:             [[M4:%\S+]] = arith.divf
// CHECK-NOT:         rt.prefetch
// CHECK:             scf.for {{.*}} -> (f64, f64, f64, f64) {
// CHECK:                 [[X:%\S+]] = memref.load %a[[[I]],
// CHECK-NEXT:            arith.subf [[X]], [[M1]]
// CHECK:                 [[X:%\S+]] = memref.load %a[[[L]],
// CHECK-NEXT:            arith.subf [[X]], [[M4]]
// CHECK-COUNT-4:     memref.store {{.*}}, %o[
// CHECK:           scf.for [[I:%\S+]] =
// CHECK:             scf.for {{.*}} -> (f64) {
// CHECK:             rt.prefetch
func.func @main(%x: memref<?x?xf32>, %y: memref<?xf32>, %n: index) {
  kernel.region(%a = %x : memref<?x?xf32>, %rows = %n : index, %o = %y : memref<?xf32>) {
    %zero = arith.constant 0.0 : f64
    %count = arith.constant 100.0 : f32
    %total = memref.alloc(%rows) : memref<?xf64>
    linalg.fill ins(%zero : f64) outs(%total : memref<?xf64>)
    linalg.generic {indexing_maps = [affine_map<(d0, d1) -> (d0, d1)>, affine_map<(d0, d1) -> (d0)>], iterator_types = ["parallel", "reduction"]} ins(%a : memref<?x?xf32>) outs(%total : memref<?xf64>) {
    ^bb0(%i: f32, %s: f64):
      %w = arith.extf %i : f32 to f64
      %r = arith.addf %s, %w fastmath<reassoc> {tir.may_sum_narrow} : f64
      linalg.yield %r : f64
    }
    %mean = memref.alloc(%rows) : memref<?x1xf32>
    linalg.generic {indexing_maps = [affine_map<(d0, d1) -> (d0)>, affine_map<(d0, d1) -> (d0, d1)>], iterator_types = ["parallel", "parallel"]} ins(%total : memref<?xf64>) outs(%mean : memref<?x1xf32>) {
    ^bb0(%s: f64, %u: f32):
      %t = arith.truncf %s : f64 to f32
      %r = arith.divf %t, %count : f32
      linalg.yield %r : f32
    }
    %squares = memref.alloc(%rows) : memref<?xf64>
    linalg.fill ins(%zero : f64) outs(%squares : memref<?xf64>)
    linalg.generic {indexing_maps = [affine_map<(d0, d1) -> (d0, d1)>, affine_map<(d0, d1) -> (d0, 0)>, affine_map<(d0, d1) -> (d0)>], iterator_types = ["parallel", "reduction"]} ins(%a, %mean : memref<?x?xf32>, memref<?x1xf32>) outs(%squares : memref<?xf64>) {
    ^bb0(%i: f32, %m: f32, %s: f64):
      %d = arith.subf %i, %m : f32
      %q = arith.mulf %d, %d : f32
      %w = arith.extf %q : f32 to f64
      %r = arith.addf %s, %w fastmath<reassoc> {tir.may_sum_narrow} : f64
      linalg.yield %r : f64
    }
    linalg.generic {indexing_maps = [affine_map<(d0) -> (d0)>, affine_map<(d0) -> (d0)>], iterator_types = ["parallel"]} ins(%squares : memref<?xf64>) outs(%o : memref<?xf32>) {
    ^bb0(%s: f64, %u: f32):
      %t = arith.truncf %s : f64 to f32
      %r = arith.divf %t, %count : f32
      linalg.yield %r : f32
    }
  }
  func.return
}
