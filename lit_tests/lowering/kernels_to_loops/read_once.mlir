// RUN: tir-opt %s -p kernels-to-loops | filecheck %s

// Where any number near the maximum does, the largest of a few elements is tried: rows are read once, if no element is much larger. The
// bits of the distances tell, which are in the same order. Else the maximum of all is found, and the sum taken again. Meanwhile the
// next row is asked for.
// CHECK:       func.func private @kernel_0
// CHECK:           scf.for {{.*}} iter_args({{.*}}, [[SAMPLE:%\S+]] = {{.*}}, [[STOP:%\S+]] = [[END:%\S+]]) -> (f32, f32, f64, index, index) {
// CHECK:             scf.for {{.*}} to [[SAMPLE]] step
// CHECK:               arith.maximumf
// CHECK:             rt.prefetch
// CHECK:             scf.for {{.*}} -> (f32, i32) {
// CHECK:               math_ext.exp_term [[DISTANCE:%\S+]] : f32
// CHECK:               [[BITS:%\S+]] = arith.bitcast [[DISTANCE]] : f32 to i32
// CHECK-NEXT:          arith.maxsi [[BITS]]
// CHECK:             } {loop_annotation = {interleave = 2 : i64}}
// CHECK:             [[MOST:%\S+]] = arith.bitcast
// CHECK-NEXT:        arith.cmpi sle, {{.*}}, [[MOST]] : i32
// CHECK:             arith.cmpf oge
// CHECK-NEXT:        [[NEAR:%\S+]] = arith.andi
// CHECK-NEXT:        [[LEFT:%\S+]] = arith.select [[NEAR]], {{.*}}, [[END]] : index
// CHECK:             scf.yield {{.*}}, [[LEFT]], [[LEFT]]
// CHECK-NEXT:      } {loop_annotation = {unroll = 0 : i64}}
// CHECK:           memref.store {{.*}}, %t[
// CHECK:           memref.store {{.*}}, %o[
func.func @rows(%x: memref<?x?xf32>, %m: memref<?xf32>, %s: memref<?xf64>) {
  kernel.region(%a = %x : memref<?x?xf32>, %t = %m : memref<?xf32>, %o = %s : memref<?xf64>) {
    %lowest = arith.constant 0xff800000 : f32
    linalg.fill ins(%lowest : f32) outs(%t : memref<?xf32>)
    linalg.generic {indexing_maps = [affine_map<(d0, d1) -> (d0, d1)>, affine_map<(d0, d1) -> (d0)>], iterator_types = ["parallel", "reduction"]} ins(%a : memref<?x?xf32>) outs(%t : memref<?xf32>) {
    ^bb0(%i: f32, %j: f32):
      %r = arith.maximumf %i, %j fastmath<nsz> {tir.may_be_near} : f32
      linalg.yield %r : f32
    }
    %zero = arith.constant 0.0 : f64
    linalg.fill ins(%zero : f64) outs(%o : memref<?xf64>)
    linalg.generic {indexing_maps = [affine_map<(d0, d1) -> (d0, d1)>, affine_map<(d0, d1) -> (d0)>, affine_map<(d0, d1) -> (d0)>], iterator_types = ["parallel", "reduction"]} ins(%a, %t : memref<?x?xf32>, memref<?xf32>) outs(%o : memref<?xf64>) {
    ^bb0(%i: f32, %k: f32, %j: f64):
      %none = arith.constant 0xff800000 : f32
      %c = arith.cmpf oeq, %k, %none : f32
      %z = arith.constant 0.0 : f32
      %h = arith.select %c, %z, %k : f32
      %d = arith.subf %i, %h : f32
      %p = math_ext.exp_term %d : f32
      %w = arith.extf %p : f32 to f64
      %r = arith.addf %j, %w fastmath<reassoc> {tir.may_sum_narrow} : f64
      linalg.yield %r : f64
    }
  }
  func.return
}

// Everything: the same for chunks, which are merged.
// CHECK:       func.func private @kernel_1
// CHECK:           scf.for [[BLOCK:%\S+]] =
// CHECK:             scf.for {{.*}} iter_args([[TOP:%\S+]] = {{.*}}) -> (f32, f64) {
// CHECK:               scf.for {{.*}} -> (f32, f32, f64, index, index) {
// CHECK:                 math_ext.exp_term
// CHECK:               arith.maximumf [[TOP]]
// CHECK:               math_ext.exp_nonpositive {{.*}} : f64
func.func @everything(%x: memref<?x?xf32>, %m: memref<f32>, %s: memref<f64>) {
  kernel.region(%a = %x : memref<?x?xf32>, %t = %m : memref<f32>, %o = %s : memref<f64>) {
    %lowest = arith.constant 0xff800000 : f32
    linalg.fill ins(%lowest : f32) outs(%t : memref<f32>)
    linalg.generic {indexing_maps = [affine_map<(d0, d1) -> (d0, d1)>, affine_map<(d0, d1) -> ()>], iterator_types = ["reduction", "reduction"]} ins(%a : memref<?x?xf32>) outs(%t : memref<f32>) {
    ^bb0(%i: f32, %j: f32):
      %r = arith.maximumf %i, %j fastmath<nsz> {tir.may_be_near} : f32
      linalg.yield %r : f32
    }
    %zero = arith.constant 0.0 : f64
    linalg.fill ins(%zero : f64) outs(%o : memref<f64>)
    linalg.generic {indexing_maps = [affine_map<(d0, d1) -> (d0, d1)>, affine_map<(d0, d1) -> ()>, affine_map<(d0, d1) -> ()>], iterator_types = ["reduction", "reduction"]} ins(%a, %t : memref<?x?xf32>, memref<f32>) outs(%o : memref<f64>) {
    ^bb0(%i: f32, %k: f32, %j: f64):
      %none = arith.constant 0xff800000 : f32
      %c = arith.cmpf oeq, %k, %none : f32
      %z = arith.constant 0.0 : f32
      %h = arith.select %c, %z, %k : f32
      %d = arith.subf %i, %h : f32
      %p = math_ext.exp_term %d : f32
      %w = arith.extf %p : f32 to f64
      %r = arith.addf %j, %w fastmath<reassoc> {tir.may_sum_narrow} : f64
      linalg.yield %r : f64
    }
  }
  func.return
}

// Columns keep their centres without looking for the maximum of a piece, as long as its sums are neither small nor large.
// CHECK:       func.func private @kernel_2
// CHECK:             scf.for {{.*}} iter_args([[STOP:%\S+]] = {{.*}}) -> (index) {
// CHECK-COUNT-4:       math_ext.exp_term
// CHECK:               [[FAR:%\S+]] = scf.for {{.*}} -> (i32) {
// CHECK:                 arith.cmpf ole
// CHECK:                 arith.cmpf oge
// CHECK:               arith.maximumf {{.*}} {tir.may_be_near}
// CHECK:               math_ext.exp_nonpositive {{.*}} : f64
// CHECK:             } {loop_annotation = {unroll = 0 : i64}}
func.func @columns(%x: memref<?x?xf32>, %m: memref<?xf32>, %s: memref<?xf64>) {
  kernel.region(%a = %x : memref<?x?xf32>, %t = %m : memref<?xf32>, %o = %s : memref<?xf64>) {
    %lowest = arith.constant 0xff800000 : f32
    linalg.fill ins(%lowest : f32) outs(%t : memref<?xf32>)
    linalg.generic {indexing_maps = [affine_map<(d0, d1) -> (d0, d1)>, affine_map<(d0, d1) -> (d1)>], iterator_types = ["reduction", "parallel"]} ins(%a : memref<?x?xf32>) outs(%t : memref<?xf32>) {
    ^bb0(%i: f32, %j: f32):
      %r = arith.maximumf %i, %j fastmath<nsz> {tir.may_be_near} : f32
      linalg.yield %r : f32
    }
    %zero = arith.constant 0.0 : f64
    linalg.fill ins(%zero : f64) outs(%o : memref<?xf64>)
    linalg.generic {indexing_maps = [affine_map<(d0, d1) -> (d0, d1)>, affine_map<(d0, d1) -> (d1)>, affine_map<(d0, d1) -> (d1)>], iterator_types = ["reduction", "parallel"]} ins(%a, %t : memref<?x?xf32>, memref<?xf32>) outs(%o : memref<?xf64>) {
    ^bb0(%i: f32, %k: f32, %j: f64):
      %none = arith.constant 0xff800000 : f32
      %c = arith.cmpf oeq, %k, %none : f32
      %z = arith.constant 0.0 : f32
      %h = arith.select %c, %z, %k : f32
      %d = arith.subf %i, %h : f32
      %p = math_ext.exp_term %d : f32
      %w = arith.extf %p : f32 to f64
      %r = arith.addf %j, %w fastmath<reassoc> {tir.may_sum_narrow} : f64
      linalg.yield %r : f64
    }
  }
  func.return
}
