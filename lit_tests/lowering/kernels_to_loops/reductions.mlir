// RUN: tir-opt %s -p kernels-to-loops --split-input-file | filecheck %s

// The innermost loop reduces: accumulators in registers, float64 sums in compensated blocks. Threads share groups of four rows; a
// thread reads four rows at once, each of a quarter of its rows. What is left over comes one by one, and all rows if they are few.
// CHECK:       func.func private @kernel_0
// CHECK:         [[FOUR:%\S+]] = arith.constant 4 : index
// CHECK:         [[MANY:%\S+]] = arith.cmpi sge
// CHECK-NEXT:    [[SIZE:%\S+]] = arith.select [[MANY]], [[FOUR]]
// CHECK:         rt.parallel ([[BEGIN:%\S+]], [[END:%\S+]]) =
// CHECK-NEXT:      [[FIRST:%\S+]] = arith.muli [[BEGIN]], [[SIZE]]
// CHECK:           [[QUARTER:%\S+]] = arith.divui {{.*}}, [[FOUR]]
// CHECK-NEXT:      [[EACH:%\S+]] = arith.select [[MANY]], [[QUARTER]]
// CHECK-NEXT:      [[STOP:%\S+]] = arith.addi [[FIRST]], [[EACH]]
// CHECK-NEXT:      scf.for [[I:%\S+]] = [[FIRST]] to [[STOP]] step [[ONE:%\S+]] {
// CHECK-NEXT:        [[J:%\S+]] = arith.addi [[I]], [[EACH]]
// CHECK-NEXT:        [[K:%\S+]] = arith.addi [[J]], [[EACH]]
// CHECK-NEXT:        [[L:%\S+]] = arith.addi [[K]], [[EACH]]
// CHECK:             scf.for {{.*}} -> (f64, f64, f64, f64, f64, f64, f64, f64) {
// CHECK:               scf.for {{.*}} -> (f64, f64, f64, f64) {
// CHECK:                 memref.load %a[[[I]],
// CHECK:                 memref.load %a[[[J]],
// CHECK:                 memref.load %a[[[K]],
// CHECK:                 memref.load %a[[[L]],
// CHECK:               } {loop_annotation = {interleave = 2 : i64}}
// CHECK-COUNT-4:     memref.store {{.*}}, %o[
// CHECK:           [[READ:%\S+]] = arith.muli [[EACH]], [[FOUR]]
// CHECK:           [[REST:%\S+]] = arith.addi [[FIRST]], [[READ]]
// CHECK:           scf.for [[I:%\S+]] = [[REST]] to
// CHECK:             scf.for %{{.*}} = {{.*}} iter_args({{.*}}) -> (f64, f64) {
// CHECK:               arith.minsi
// CHECK:               scf.for %{{.*}} = {{.*}} iter_args({{.*}}) -> (f64) {
// CHECK:                 arith.addf {{.*}} fastmath<reassoc> : f64
// CHECK:             memref.store {{.*}}, %o[[[I]]] : memref<?xf64>
func.func @main(%x: memref<?x?xf64>, %y: memref<?xf64>) {
  kernel.region(%a = %x : memref<?x?xf64>, %o = %y : memref<?xf64>) {
    %zero = arith.constant 0.0 : f64
    linalg.fill ins(%zero : f64) outs(%o : memref<?xf64>)
    linalg.generic {indexing_maps = [affine_map<(d0, d1) -> (d0, d1)>, affine_map<(d0, d1) -> (d0)>], iterator_types = ["parallel", "reduction"]} ins(%a : memref<?x?xf64>) outs(%o : memref<?xf64>) {
    ^bb0(%i: f64, %j: f64):
      %r = arith.addf %i, %j fastmath<reassoc> : f64
      linalg.yield %r : f64
    }
  }
  func.return
}

// -----

// Everything is reduced: one flat loop in blocks, which threads share; then their results, in order. A block is read at four places at
// once; the last one, which may be shorter, in order.
// CHECK:       func.func private @kernel_0
// CHECK:         [[PARTIAL:%\S+]] = memref.alloca() : memref<256xi64>
// CHECK:         rt.parallel
// CHECK:           [[NEUTRAL:%\S+]] = arith.constant 1 : i64
// CHECK:           scf.for [[BLOCK:%\S+]] =
// CHECK:             scf.if
// CHECK:               [[PIECE:%\S+]] = arith.divui {{.*}} : index
// CHECK:               [[STOP:%\S+]] = arith.addi {{%\S+}}, [[PIECE]] : index
// CHECK:               [[APART:%\S+]] = arith.muli [[PIECE]], {{%\S+}} : index
// CHECK:               [[R0:%\S+]], [[R1:%\S+]], [[R2:%\S+]], [[R3:%\S+]] = scf.for [[I:%\S+]] = {{%\S+}} to [[STOP]] {{.*}} -> (i64, i64, i64, i64) {
// CHECK-NEXT:            [[J:%\S+]] = arith.addi [[I]], [[APART]] : index
// CHECK:                 memref.load {{%\S+}}[[[I]]]
// CHECK:                 memref.load {{%\S+}}[[[J]]]
// CHECK:               [[P:%\S+]] = arith.muli [[R0]], [[R1]]
// CHECK:               [[Q:%\S+]] = arith.muli [[R2]], [[R3]]
// CHECK:               [[PQ:%\S+]] = arith.muli [[P]], [[Q]]
// CHECK:               memref.store [[PQ]], [[PARTIAL]][[[BLOCK]]]
// CHECK:             } else {
// CHECK:               [[P:%\S+]] = scf.for {{.*}} iter_args({{.*}} = [[NEUTRAL]]) -> (i64)
// CHECK-NEXT:            memref.load
// CHECK:               memref.store [[P]], [[PARTIAL]][[[BLOCK]]]
// CHECK:         [[ALL:%\S+]] = scf.for [[BLOCK:%\S+]] = {{.*}} iter_args([[SO_FAR:%\S+]] = {{.*}})
// CHECK-NEXT:      [[P:%\S+]] = memref.load [[PARTIAL]][[[BLOCK]]]
// CHECK-NEXT:      arith.muli [[SO_FAR]], [[P]]
// CHECK:         memref.store [[ALL]], %o[]
func.func @main(%x: memref<?x?xi64>, %z: memref<i64>) {
  kernel.region(%a = %x : memref<?x?xi64>, %o = %z : memref<i64>) {
    %start = arith.constant 7 : i64
    linalg.fill ins(%start : i64) outs(%o : memref<i64>)
    linalg.generic {indexing_maps = [affine_map<(d0, d1) -> (d0, d1)>, affine_map<(d0, d1) -> ()>], iterator_types = ["reduction", "reduction"]} ins(%a : memref<?x?xi64>) outs(%o : memref<i64>) {
    ^bb0(%i: i64, %j: i64):
      %r = arith.muli %i, %j : i64
      linalg.yield %r : i64
    }
  }
  func.return
}

// -----

// A reduction over no dimension: what was there before is read again.
// CHECK:       func.func private @kernel_0
// CHECK:         memref.store %{{.*}}, %o[] : memref<f64>
// CHECK-NEXT:    [[X:%\S+]] = memref.load %a[]
// CHECK-NEXT:    [[S:%\S+]] = memref.load %o[]
// CHECK-NEXT:    [[R:%\S+]] = arith.maximumf [[X]], [[S]]
// CHECK-NEXT:    memref.store [[R]], %o[]
// CHECK-NEXT:    func.return
func.func @main(%v: memref<f64>, %w: memref<f64>) {
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
