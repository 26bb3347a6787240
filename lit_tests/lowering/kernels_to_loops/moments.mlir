// RUN: tir-opt %s -p kernels-to-loops | filecheck %s

// The variance of everything reads memory once: each block for its sum, and while it is in the cache for the squares of distances from
// its own mean, and those distances. When the mean of everything is known, the squares about that follow.
// CHECK:       func.func private @kernel_0
// CHECK:         [[SUMS:%\S+]] = memref.alloca() : memref<256xf64>
// CHECK-NEXT:    [[DISTANCES:%\S+]] = memref.alloca() : memref<256xf64>
// CHECK-NEXT:    [[SQUARES:%\S+]] = memref.alloca() : memref<256xf64>
// CHECK:         rt.parallel
// CHECK:           scf.for [[BLOCK:%\S+]] =
// CHECK:             memref.store [[SUM:%\S+]], [[SUMS]][[[BLOCK]]]
// CHECK:             [[WIDE:%\S+]] = arith.divf [[SUM]]
// CHECK-NEXT:        [[MEAN:%\S+]] = arith.truncf [[WIDE]] : f64 to f32
// CHECK:               scf.for {{.*}} -> (f32, f32) {
// CHECK:                 [[D:%\S+]] = arith.subf {{.*}}, [[MEAN]] : f32
// CHECK-NEXT:            [[P:%\S+]] = arith.mulf [[D]], [[D]] : f32
// CHECK:                 arith.addf {{.*}}, [[P]] fastmath<reassoc> : f32
// CHECK-NEXT:            arith.addf {{.*}}, [[D]] fastmath<reassoc> : f32
// CHECK:             memref.store {{.*}}, [[SQUARES]][[[BLOCK]]]
// CHECK-NEXT:        memref.store {{.*}}, [[DISTANCES]][[[BLOCK]]]
// CHECK:         memref.store [[ALL:%\S+]], [[S:%\S+]][]
// CHECK:         memref.store {{.*}}, [[M:%\S+]][] : memref<f32>
// CHECK:         [[A:%\S+]] = memref.load [[M]][]
// CHECK:         scf.for [[BLOCK:%\S+]] =
// CHECK:           memref.load [[DISTANCES]][[[BLOCK]]]
// CHECK:           memref.load [[SQUARES]][[[BLOCK]]]
// CHECK:         memref.store {{.*}}, %o[] : memref<f64>
func.func @main(%x: memref<?x?xf32>, %count: f32, %y: memref<f64>) {
  kernel.region(%a = %x : memref<?x?xf32>, %n = %count : f32, %o = %y : memref<f64>) {
    %zero = arith.constant 0.0 : f64
    %s = memref.alloc() : memref<f64>
    linalg.fill ins(%zero : f64) outs(%s : memref<f64>)
    linalg.generic {indexing_maps = [affine_map<(d0, d1) -> (d0, d1)>, affine_map<(d0, d1) -> ()>], iterator_types = ["reduction", "reduction"]} ins(%a : memref<?x?xf32>) outs(%s : memref<f64>) {
    ^bb0(%i: f32, %j: f64):
      %w = arith.extf %i : f32 to f64
      %r = arith.addf %j, %w fastmath<reassoc> {tir.may_sum_narrow} : f64
      linalg.yield %r : f64
    }
    %m = memref.alloc() : memref<f32>
    linalg.generic {indexing_maps = [affine_map<() -> ()>, affine_map<() -> ()>], iterator_types = []} ins(%s : memref<f64>) outs(%m : memref<f32>) {
    ^bb0(%i: f64, %u: f32):
      %t = arith.truncf %i : f64 to f32
      %r = arith.divf %t, %n : f32
      linalg.yield %r : f32
    }
    linalg.fill ins(%zero : f64) outs(%o : memref<f64>)
    linalg.generic {indexing_maps = [affine_map<(d0, d1) -> (d0, d1)>, affine_map<(d0, d1) -> ()>, affine_map<(d0, d1) -> ()>], iterator_types = ["reduction", "reduction"]} ins(%a, %m : memref<?x?xf32>, memref<f32>) outs(%o : memref<f64>) {
    ^bb0(%i: f32, %k: f32, %j: f64):
      %d = arith.subf %i, %k : f32
      %p = arith.mulf %d, %d : f32
      %w = arith.extf %p : f32 to f64
      %r = arith.addf %j, %w fastmath<reassoc> {tir.may_sum_narrow} : f64
      linalg.yield %r : f64
    }
  }
  func.return
}
