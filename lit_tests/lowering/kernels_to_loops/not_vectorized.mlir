// RUN: tir-opt %s -p kernels-to-loops | filecheck %s --check-prefixes=CHECK,VECTOR
// RUN: tir-opt %s -p 'kernels-to-loops{vectorized=false}' | filecheck %s --check-prefixes=CHECK,SCALAR

// Vector instructions keep several partial sums of a block. Where there are none, blocks are shorter, so that each partial sum has as many
// terms.
// CHECK:  func.func private @kernel_0
// VECTOR:   [[BLOCK:%\S+]] = arith.constant 256 : index
// SCALAR:   [[BLOCK:%\S+]] = arith.constant 16 : index
// CHECK:    scf.for {{.*}} step [[BLOCK]] iter_args({{.*}}) -> (f64) {
// CHECK:      scf.for {{.*}} -> (f32) {
// CHECK:        arith.addf {{.*}} : f32
// CHECK:      arith.extf
// CHECK:      arith.addf {{.*}} : f64
func.func @main(%x: memref<?x?xf32>, %z: memref<?xf64>) {
  kernel.region(%a = %x : memref<?x?xf32>, %o = %z : memref<?xf64>) {
    %zero = arith.constant 0.0 : f64
    linalg.fill ins(%zero : f64) outs(%o : memref<?xf64>)
    linalg.generic {indexing_maps = [affine_map<(d0, d1) -> (d0, d1)>, affine_map<(d0, d1) -> (d0)>], iterator_types = ["parallel", "reduction"]} ins(%a : memref<?x?xf32>) outs(%o : memref<?xf64>) {
    ^bb0(%i: f32, %s: f64):
      %e = math_ext.exp_term %i : f32
      %w = arith.extf %e : f32 to f64
      %r = arith.addf %s, %w fastmath<reassoc,contract> {tir.may_sum_narrow} : f64
      linalg.yield %r : f64
    }
  }
  func.return
}
