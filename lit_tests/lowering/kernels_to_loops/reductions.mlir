// RUN: tir-opt %s -p kernels-to-loops | filecheck %s

// The innermost loop reduces: accumulators in registers, float64 sums in compensated blocks.
// CHECK:       func.func private @kernel_0
// CHECK:         scf.for %{{.*}} = {{.*}} iter_args({{.*}}) -> (f64, f64) {
// CHECK:           arith.minsi
// CHECK:           scf.for %{{.*}} = {{.*}} iter_args({{.*}}) -> (f64) {
// CHECK:             arith.addf {{.*}} fastmath<reassoc> : f64
// CHECK:         memref.store {{.*}} : memref<?xf64>

// The innermost loop is parallel: rows are added to the result in memory, filled before.
// CHECK:       func.func private @kernel_1
// CHECK:         scf.for
// CHECK-NEXT:      memref.store [[ZERO:%\S+]]
// CHECK:         scf.for [[I:%\S+]] =
// CHECK-NEXT:      scf.for [[J:%\S+]] =
// CHECK-NEXT:        [[X:%\S+]] = memref.load %a[[[I]], [[J]]]
// CHECK-NEXT:        [[S:%\S+]] = memref.load %o[[[J]]]
// CHECK-NEXT:        [[R:%\S+]] = arith.maximumf [[X]], [[S]]
// CHECK-NEXT:        memref.store [[R]], %o[[[J]]]

// A reduction over no dimension: what was there before is read again.
// CHECK:       func.func private @kernel_2
// CHECK:         memref.store %{{.*}}, %o[] : memref<f64>
// CHECK-NEXT:    [[X:%\S+]] = memref.load %a[]
// CHECK-NEXT:    [[S:%\S+]] = memref.load %o[]
// CHECK-NEXT:    [[R:%\S+]] = arith.maximumf [[X]], [[S]]
// CHECK-NEXT:    memref.store [[R]], %o[]
// CHECK-NEXT:    func.return

func.func @main(%x: memref<?x?xf64>, %y: memref<?xf64>, %z: memref<?xf64>, %v: memref<f64>, %w: memref<f64>) {
  kernel.region(%a = %x : memref<?x?xf64>, %o = %y : memref<?xf64>) {
    %zero = arith.constant 0.0 : f64
    linalg.fill ins(%zero : f64) outs(%o : memref<?xf64>)
    linalg.generic {indexing_maps = [affine_map<(d0, d1) -> (d0, d1)>, affine_map<(d0, d1) -> (d0)>], iterator_types = ["parallel", "reduction"]} ins(%a : memref<?x?xf64>) outs(%o : memref<?xf64>) {
    ^bb0(%i: f64, %j: f64):
      %r = arith.addf %i, %j fastmath<reassoc> : f64
      linalg.yield %r : f64
    }
  }
  kernel.region(%a = %x : memref<?x?xf64>, %o = %z : memref<?xf64>) {
    %zero = arith.constant 0.0 : f64
    linalg.fill ins(%zero : f64) outs(%o : memref<?xf64>)
    linalg.generic {indexing_maps = [affine_map<(d0, d1) -> (d0, d1)>, affine_map<(d0, d1) -> (d1)>], iterator_types = ["reduction", "parallel"]} ins(%a : memref<?x?xf64>) outs(%o : memref<?xf64>) {
    ^bb0(%i: f64, %j: f64):
      %r = arith.maximumf %i, %j : f64
      linalg.yield %r : f64
    }
  }
  kernel.region(%a = %v : memref<f64>, %o = %w : memref<f64>) {
    %zero = arith.constant 0.0 : f64
    linalg.fill ins(%zero : f64) outs(%o : memref<f64>)
    linalg.generic {indexing_maps = [affine_map<() -> ()>, affine_map<() -> ()>], iterator_types = []} ins(%a : memref<f64>) outs(%o : memref<f64>) {
    ^bb0(%i: f64, %j: f64):
      %r = arith.maximumf %i, %j : f64
      linalg.yield %r : f64
    }
  }
  func.return
}
