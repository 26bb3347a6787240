// RUN: tir-opt %s -p kernels-to-loops | filecheck %s

// The variance of everything reads memory once, a block at four places at once: whole vectors first, then what is left over, of which less
// than four elements come one by one. A chunk is read for the sums of distances from the mean of its first elements, and of their
// squares. Where these tell that it is far from the mean of all, there is a second time. Chunks are merged, then blocks. When the mean of
// everything is known, the squares about that follow.
// CHECK:       func.func private @kernel_0
// CHECK:         [[SUMS:%\S+]] = memref.alloca() : memref<256xf64>
// CHECK-NEXT:    [[SQUARES:%\S+]] = memref.alloca() : memref<256xf64>
// CHECK-NEXT:    [[DISTANCES:%\S+]] = memref.alloca() : memref<256xf64>
// CHECK:         rt.parallel
// CHECK:           scf.for [[BLOCK:%\S+]] =
// CHECK:             [[LEFT:%\S+]], {{.*}} = scf.for {{.*}} -> (index, f64, f64, f64) {
// CHECK:               scf.for {{.*}} -> (f64, f64, f64) {
// CHECK:                 scf.for {{.*}} -> (f32, f64, f64, f64, index, index) {
// CHECK:                   scf.for {{.*}} -> (f64, f64, f64, f64) {
// CHECK-COUNT-3:           arith.addf {{.*}} fastmath<reassoc> : f64
// CHECK:                   [[WIDE:%\S+]] = arith.mulf
// CHECK-NEXT:              [[MEAN:%\S+]] = arith.truncf [[WIDE]] : f64 to f32
// CHECK:                   scf.for {{.*}} -> (f32, f32, f32, f32, f32, f32, f32, f32) {
// CHECK-COUNT-4:             arith.subf {{.*}}, [[MEAN]] : f32
// CHECK:                   } {loop_annotation = {interleave = 1 : i64}}
// CHECK:             scf.for {{.*}} = [[LEFT]] to {{.*}} -> (f64, f64, f64) {
// CHECK:             memref.store {{.*}}, [[SUMS]][[[BLOCK]]]
// CHECK-NEXT:        memref.store {{.*}}, [[SQUARES]][[[BLOCK]]]
// CHECK-NEXT:        memref.store {{.*}}, [[DISTANCES]][[[BLOCK]]]
// Pairs of blocks:
// CHECK:         scf.for {{.*}} = %{{\S+}} to %{{\S+}} step %{{\S+}} iter_args([[SPAN:%\S+]] = %{{\S+}}) -> (index) {
// CHECK-NEXT:      arith.addi [[SPAN]], [[SPAN]]
// CHECK:         memref.store [[ALL:%\S+]], [[S:%\S+]][] : memref<f64>
// CHECK:         memref.store {{.*}}, [[M:%\S+]][] : memref<f32>
// CHECK:         [[A:%\S+]] = memref.load [[M]][]
// CHECK:         memref.store {{.*}}, %o[] : memref<f64>
func.func @variance(%x: memref<?x?xf32>, %count: f32, %y: memref<f64>) {
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

// Log-sum-exp is the same with a maximum and exponentials below it: sums about different maxima differ by a factor.
// CHECK:       func.func private @kernel_1
// CHECK:           scf.for [[BLOCK:%\S+]] =
// CHECK:             scf.for {{.*}} iter_args([[TOP:%\S+]] = {{.*}}) -> (f32, f64) {
// CHECK:               arith.maximumf
// CHECK:               rt.prefetch
// CHECK:               math_ext.exp_nonpositive {{.*}} : f32
// CHECK:               arith.maximumf [[TOP]]
// CHECK:               math_ext.exp_nonpositive {{.*}} : f64
// CHECK:         memref.store {{.*}}, %t[] : memref<f32>
// CHECK:         memref.store {{.*}}, %o[] : memref<f64>
func.func @log_sum_exp(%x: memref<?x?xf32>, %m: memref<f32>, %s: memref<f64>) {
  kernel.region(%a = %x : memref<?x?xf32>, %t = %m : memref<f32>, %o = %s : memref<f64>) {
    %lowest = arith.constant 0xff800000 : f32
    linalg.fill ins(%lowest : f32) outs(%t : memref<f32>)
    linalg.generic {indexing_maps = [affine_map<(d0, d1) -> (d0, d1)>, affine_map<(d0, d1) -> ()>], iterator_types = ["reduction", "reduction"]} ins(%a : memref<?x?xf32>) outs(%t : memref<f32>) {
    ^bb0(%i: f32, %j: f32):
      %r = arith.maximumf %i, %j fastmath<nsz> : f32
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
      %p = math_ext.exp_nonpositive %d : f32
      %w = arith.extf %p : f32 to f64
      %r = arith.addf %j, %w fastmath<reassoc> {tir.may_sum_narrow} : f64
      linalg.yield %r : f64
    }
  }
  func.return
}

// Columns: pieces of some rows, whose columns have accumulators of their own, with four rows at once, and centres that stay as long as the maximum is near. If that
// of a column is not, the sums move to other centres. The first block's results are in their places, the others' are merged with them.
// CHECK:       func.func private @kernel_2
// CHECK:         [[TOPS:%\S+]] = memref.alloc({{.*}}) : memref<?xf32>
// CHECK-NEXT:    [[SUMS:%\S+]] = memref.alloc({{.*}}) : memref<?xf64>
// CHECK:         rt.parallel
// CHECK:           [[ALL_TOPS:%\S+]] = memref.alloca() : memref<4096xf32>
// CHECK-NEXT:      [[ALL_SUMS:%\S+]] = memref.alloca() : memref<4096xf64>
// CHECK-NEXT:      [[CENTRES:%\S+]] = memref.alloca() : memref<4096xf32>
// CHECK:           [[TOP:%\S+]] = memref.alloca() : memref<4096xf32>
// CHECK-NEXT:      [[PART:%\S+]] = memref.alloca() : memref<4096xf32>
// CHECK:             arith.maximumf
// CHECK:             [[FAR:%\S+]] = scf.for {{.*}} -> (i32) {
// CHECK:               [[DISTANCE:%\S+]] = math.absf
// CHECK:               arith.cmpf ogt, [[DISTANCE]]
// CHECK:             arith.cmpi ne, [[FAR]]
// CHECK:             scf.for
// CHECK:               [[IS_LOWEST:%\S+]] = arith.cmpf oeq
// CHECK:               [[C:%\S+]] = arith.select [[IS_LOWEST]]
// CHECK:               math_ext.exp_nonpositive {{.*}} : f64
// CHECK:               memref.store [[C]], [[CENTRES]]
// CHECK-COUNT-4:     math_ext.exp_nonpositive {{.*}} : f32
// CHECK:             memref.store {{.*}}, [[ALL_TOPS]]
// CHECK-NEXT:        memref.store {{.*}}, [[ALL_SUMS]]
// CHECK:             math.exp {{.*}} : f64
// CHECK:         scf.for
// CHECK:           math_ext.exp_nonpositive {{.*}} : f64
// CHECK:         memref.dealloc [[TOPS]]
// CHECK-NEXT:    memref.dealloc [[SUMS]]
// CHECK-NEXT:    func.return
func.func @log_sum_exp_of_columns(%x: memref<?x?xf32>, %m: memref<?xf32>, %s: memref<?xf64>) {
  kernel.region(%a = %x : memref<?x?xf32>, %t = %m : memref<?xf32>, %o = %s : memref<?xf64>) {
    %lowest = arith.constant 0xff800000 : f32
    linalg.fill ins(%lowest : f32) outs(%t : memref<?xf32>)
    linalg.generic {indexing_maps = [affine_map<(d0, d1) -> (d0, d1)>, affine_map<(d0, d1) -> (d1)>], iterator_types = ["reduction", "parallel"]} ins(%a : memref<?x?xf32>) outs(%t : memref<?xf32>) {
    ^bb0(%i: f32, %j: f32):
      %r = arith.maximumf %i, %j fastmath<nsz> : f32
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
      %p = math_ext.exp_nonpositive %d : f32
      %w = arith.extf %p : f32 to f64
      %r = arith.addf %j, %w fastmath<reassoc> {tir.may_sum_narrow} : f64
      linalg.yield %r : f64
    }
  }
  func.return
}

// The squares of columns are added up about the centres that these have, which tells whether they are near to the means; the rows of a piece
// are read once more only if they are not.
// CHECK:       func.func private @kernel_3
// CHECK:           {{%\S+}} = memref.alloca() : memref<4096xf32>
// CHECK:           [[SQUARES:%\S+]] = memref.alloca() : memref<4096xf32>
// CHECK-NEXT:      [[DISTANCES:%\S+]] = memref.alloca() : memref<4096xf32>
// CHECK:             scf.for [[ATTEMPT:%\S+]] = {{.*}} iter_args([[STOP:%\S+]] = %{{\S+}}) -> (index) {
// Rows of a piece that are read at once are a quarter of it apart, if that is more than a page.
// CHECK:               arith.select {{.*}}, [[STOP]]
// CHECK:               [[EACH:%\S+]] = arith.divui
// CHECK-NEXT:          [[APART:%\S+]] = arith.select {{.*}}, [[EACH]]
// CHECK:               scf.for [[I:%\S+]] =
// CHECK:                 arith.addi [[I]], [[APART]]
// CHECK:                 [[D:%\S+]] = arith.subf {{.*}} : f32
// CHECK-NEXT:            [[P:%\S+]] = arith.mulf [[D]], [[D]] fastmath<contract> : f32
// CHECK:               arith.cmpi eq, [[ATTEMPT]]
// CHECK:               [[FAR:%\S+]] = scf.for {{.*}} -> (i32) {
// CHECK:               arith.cmpi ne, [[FAR]]
// CHECK:               scf.yield {{.*}} : index
func.func @squares_of_columns(%x: memref<?x?xf32>, %count: f32, %y: memref<?xf64>) {
  kernel.region(%a = %x : memref<?x?xf32>, %n = %count : f32, %o = %y : memref<?xf64>) {
    %zero = arith.constant 0.0 : f64
    %i0 = arith.constant 0 : index
    %size = memref.dim %o, %i0 : memref<?xf64>
    %s = memref.alloc(%size) : memref<?xf64>
    linalg.fill ins(%zero : f64) outs(%s : memref<?xf64>)
    linalg.generic {indexing_maps = [affine_map<(d0, d1) -> (d0, d1)>, affine_map<(d0, d1) -> (d1)>], iterator_types = ["reduction", "parallel"]} ins(%a : memref<?x?xf32>) outs(%s : memref<?xf64>) {
    ^bb0(%i: f32, %j: f64):
      %w = arith.extf %i : f32 to f64
      %r = arith.addf %j, %w fastmath<reassoc,contract> {tir.may_sum_narrow} : f64
      linalg.yield %r : f64
    }
    %m = memref.alloc(%size) : memref<?xf32>
    linalg.generic {indexing_maps = [affine_map<(d0) -> (d0)>, affine_map<(d0) -> (d0)>], iterator_types = ["parallel"]} ins(%s : memref<?xf64>) outs(%m : memref<?xf32>) {
    ^bb0(%i: f64, %u: f32):
      %t = arith.truncf %i : f64 to f32
      %r = arith.divf %t, %n : f32
      linalg.yield %r : f32
    }
    linalg.fill ins(%zero : f64) outs(%o : memref<?xf64>)
    linalg.generic {indexing_maps = [affine_map<(d0, d1) -> (d0, d1)>, affine_map<(d0, d1) -> (d1)>, affine_map<(d0, d1) -> (d1)>], iterator_types = ["reduction", "parallel"]} ins(%a, %m : memref<?x?xf32>, memref<?xf32>) outs(%o : memref<?xf64>) {
    ^bb0(%i: f32, %k: f32, %j: f64):
      %d = arith.subf %i, %k : f32
      %p = arith.mulf %d, %d : f32
      %w = arith.extf %p : f32 to f64
      %r = arith.addf %j, %w fastmath<reassoc,contract> {tir.may_sum_narrow} : f64
      linalg.yield %r : f64
    }
  }
  func.return
}
