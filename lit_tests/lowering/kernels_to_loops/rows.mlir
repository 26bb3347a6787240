// RUN: tir-opt %s -p kernels-to-loops | filecheck %s

// Softmax: three operations for one row after the other. What they make for each other only is a register (the maximum, the sum) or
// one row (the exponentials), whatever the sizes of the buffers that stand for it.

// CHECK:       func.func private @kernel_0
// CHECK-NOT:     memref.alloc
// CHECK:         rt.parallel
// CHECK:           [[ROW:%\S+]] = memref.alloc(%columns) : memref<?xf32>
// CHECK:             [[TOP:%\S+]] = scf.for
// CHECK:               arith.maximumf
// CHECK:             [[TOTAL:%\S+]] = scf.for [[J:%\S+]] =
// CHECK:               arith.subf {{.*}}, [[TOP]]
// CHECK-NEXT:          [[E:%\S+]] = math.exp
// CHECK:               memref.store [[E]], [[ROW]][[[J]]]
// CHECK:             scf.for [[J:%\S+]] =
// CHECK-NEXT:          [[E:%\S+]] = memref.load [[ROW]][[[J]]]
// CHECK-NEXT:          arith.divf [[E]], [[TOTAL]]
// CHECK:             rt.stream_copy
// CHECK:           memref.dealloc [[ROW]]
func.func @main(%x: memref<?x?xf32>, %y: memref<?x?xf32>, %n: index, %k: index) {
  kernel.region(%a = %x : memref<?x?xf32>, %rows = %n : index, %columns = %k : index, %o = %y : memref<?x?xf32>) {
    %top = memref.alloc(%rows) : memref<?xf32>
    %low = arith.constant 0xff800000 : f32
    linalg.fill ins(%low : f32) outs(%top : memref<?xf32>)
    linalg.generic {indexing_maps = [affine_map<(d0, d1) -> (d0, d1)>, affine_map<(d0, d1) -> (d0)>], iterator_types = ["parallel", "reduction"]} ins(%a : memref<?x?xf32>) outs(%top : memref<?xf32>) {
    ^bb0(%i: f32, %j: f32):
      %r = arith.maximumf %i, %j : f32
      linalg.yield %r : f32
    }
    %e = memref.alloc(%rows, %columns) : memref<?x?xf32>
    %total = memref.alloc(%rows) : memref<?xf32>
    %zero = arith.constant 0.0 : f32
    linalg.fill ins(%zero : f32) outs(%total : memref<?xf32>)
    linalg.generic {indexing_maps = [affine_map<(d0, d1) -> (d0, d1)>, affine_map<(d0, d1) -> (d0)>, affine_map<(d0, d1) -> (d0)>, affine_map<(d0, d1) -> (d0, d1)>], iterator_types = ["parallel", "reduction"]} ins(%a, %top : memref<?x?xf32>, memref<?xf32>) outs(%total, %e : memref<?xf32>, memref<?x?xf32>) {
    ^bb0(%i: f32, %j: f32, %s: f32, %u: f32):
      %d = arith.subf %i, %j : f32
      %p = math.exp %d : f32
      %r = arith.addf %s, %p : f32
      linalg.yield %r, %p : f32, f32
    }
    linalg.generic {indexing_maps = [affine_map<(d0, d1) -> (d0, d1)>, affine_map<(d0, d1) -> (d0)>, affine_map<(d0, d1) -> (d0, d1)>], iterator_types = ["parallel", "parallel"]} ins(%e, %total : memref<?x?xf32>, memref<?xf32>) outs(%o : memref<?x?xf32>) {
    ^bb0(%i: f32, %j: f32, %u: f32):
      %r = arith.divf %i, %j : f32
      linalg.yield %r : f32
    }
  }
  func.return
}

// The sum of exponentials reads what the maximum has read before: it asks for the next row, four lines of eight elements at a time,
// before each of its blocks. Its loops work on four vectors at a time, and what is left beside those is a block of its own.

// CHECK:       func.func private @kernel_1
// CHECK:           [[TOP:%\S+]] = scf.for
// CHECK-NOT:         rt.prefetch
// CHECK:             arith.maximumf
// CHECK:           [[REST:%\S+]] = arith.remui [[COUNT:%\S+]], %{{\S+}} : index
// CHECK-NEXT:      [[STOP:%\S+]] = arith.subi [[COUNT]], [[REST]] : index
// CHECK:           scf.for [[AT:%\S+]] =
// CHECK-NEXT:        [[BEGIN:%\S+]] = arith.minsi [[AT]], [[STOP]] : index
// CHECK:             [[IS_REST:%\S+]] = arith.cmpi eq, [[BEGIN]], [[STOP]] : index
// CHECK-NEXT:        [[END:%\S+]] = arith.select [[IS_REST]], [[COUNT]], %{{\S+}} : index
// CHECK-NEXT:        [[NEXT:%\S+]] = arith.addi
// CHECK-NEXT:        scf.for [[J:%\S+]] = [[BEGIN]] to [[END]] step
// CHECK-NEXT:          rt.prefetch %a[[[NEXT]], [[J]]] : memref<?x?xf64>
// CHECK:               [[SECOND:%\S+]] = arith.addi [[J]], %{{\S+}} : index
// CHECK-NEXT:          rt.prefetch %a[[[NEXT]], [[SECOND]]] : memref<?x?xf64>
// CHECK-COUNT-2:       rt.prefetch
// CHECK-NOT:           rt.prefetch
// CHECK:             scf.for
// CHECK:               math.exp
// CHECK:             } {loop_annotation = {interleave = 4 : i64}}
func.func @log_sum_exp(%x: memref<?x?xf64>, %y: memref<?xf64>, %n: index) {
  kernel.region(%a = %x : memref<?x?xf64>, %rows = %n : index, %total = %y : memref<?xf64>) {
    %top = memref.alloc(%rows) : memref<?xf64>
    %low = arith.constant 0xfff0000000000000 : f64
    linalg.fill ins(%low : f64) outs(%top : memref<?xf64>)
    linalg.generic {indexing_maps = [affine_map<(d0, d1) -> (d0, d1)>, affine_map<(d0, d1) -> (d0)>], iterator_types = ["parallel", "reduction"]} ins(%a : memref<?x?xf64>) outs(%top : memref<?xf64>) {
    ^bb0(%i: f64, %j: f64):
      %r = arith.maximumf %i, %j : f64
      linalg.yield %r : f64
    }
    %zero = arith.constant 0.0 : f64
    linalg.fill ins(%zero : f64) outs(%total : memref<?xf64>)
    linalg.generic {indexing_maps = [affine_map<(d0, d1) -> (d0, d1)>, affine_map<(d0, d1) -> (d0)>, affine_map<(d0, d1) -> (d0)>], iterator_types = ["parallel", "reduction"]} ins(%a, %top : memref<?x?xf64>, memref<?xf64>) outs(%total : memref<?xf64>) {
    ^bb0(%i: f64, %j: f64, %s: f64):
      %d = arith.subf %i, %j : f64
      %p = math.exp %d : f64
      %r = arith.addf %s, %p : f64
      linalg.yield %r : f64
    }
  }
  func.return
}

// Sums of squares about the mean read each row again too. Blocks of float32 are summed in float32, 8 elements for each lane of four
// vectors of eight. Who reads the row a third time asks for nothing.

// CHECK:       func.func private @kernel_2
// CHECK:         [[BLOCK:%\S+]] = arith.constant 256 : index
// CHECK:         scf.for
// CHECK:           scf.for {{.*}} step [[BLOCK]] iter_args({{.*}}) -> (f64)
// CHECK-NOT:         rt.prefetch
// CHECK:             scf.for {{.*}} -> (f32)
// CHECK:             } {loop_annotation = {interleave = 4 : i64}}
// CHECK:           scf.for {{.*}} step [[BLOCK]] iter_args({{.*}}) -> (f64)
// CHECK-COUNT-4:       rt.prefetch
// CHECK:             scf.for {{.*}} -> (f32)
// CHECK-NOT:       rt.prefetch
// CHECK:         func.return
func.func @variance(%x: memref<?x?xf32>, %y: memref<?xf64>, %z: memref<?xf64>, %n: index) {
  kernel.region(%a = %x : memref<?x?xf32>, %rows = %n : index, %squares = %y : memref<?xf64>, %cubes = %z : memref<?xf64>) {
    %sum = memref.alloc(%rows) : memref<?xf64>
    %zero = arith.constant 0.0 : f64
    linalg.fill ins(%zero : f64) outs(%sum : memref<?xf64>)
    linalg.generic {indexing_maps = [affine_map<(d0, d1) -> (d0, d1)>, affine_map<(d0, d1) -> (d0)>], iterator_types = ["parallel", "reduction"]} ins(%a : memref<?x?xf32>) outs(%sum : memref<?xf64>) {
    ^bb0(%i: f32, %s: f64):
      %w = arith.extf %i : f32 to f64
      %r = arith.addf %w, %s {tir.may_sum_narrow} : f64
      linalg.yield %r : f64
    }
    linalg.fill ins(%zero : f64) outs(%squares : memref<?xf64>)
    linalg.generic {indexing_maps = [affine_map<(d0, d1) -> (d0, d1)>, affine_map<(d0, d1) -> (d0)>, affine_map<(d0, d1) -> (d0)>], iterator_types = ["parallel", "reduction"]} ins(%a, %sum : memref<?x?xf32>, memref<?xf64>) outs(%squares : memref<?xf64>) {
    ^bb0(%i: f32, %j: f64, %s: f64):
      %m = arith.truncf %j : f64 to f32
      %d = arith.subf %i, %m : f32
      %q = arith.mulf %d, %d : f32
      %w = arith.extf %q : f32 to f64
      %r = arith.addf %w, %s {tir.may_sum_narrow} : f64
      linalg.yield %r : f64
    }
    linalg.fill ins(%zero : f64) outs(%cubes : memref<?xf64>)
    linalg.generic {indexing_maps = [affine_map<(d0, d1) -> (d0, d1)>, affine_map<(d0, d1) -> (d0)>, affine_map<(d0, d1) -> (d0)>], iterator_types = ["parallel", "reduction"]} ins(%a, %sum : memref<?x?xf32>, memref<?xf64>) outs(%cubes : memref<?xf64>) {
    ^bb0(%i: f32, %j: f64, %s: f64):
      %m = arith.truncf %j : f64 to f32
      %d = arith.subf %i, %m : f32
      %q = arith.mulf %d, %d : f32
      %c = arith.mulf %q, %d : f32
      %w = arith.extf %c : f32 to f64
      %r = arith.addf %w, %s {tir.may_sum_narrow} : f64
      linalg.yield %r : f64
    }
  }
  func.return
}

// What an operation reads of its own row at an index that it computes, it reads from the row that is kept; it has no register to
// read from.

// CHECK:       func.func private @kernel_3
// CHECK:           [[S:%\S+]] = memref.alloc() : memref<f64>
// CHECK-NEXT:      [[T:%\S+]] = memref.alloc(%columns) : memref<?xf64>
// CHECK:           scf.for [[I:%\S+]] =
// CHECK:             memref.store {{%\S+}}, [[T]][
// CHECK:             memref.store {{%\S+}}, [[S]][]
// CHECK:             [[LABEL:%\S+]] = memref.load %b[[[I]]]
// CHECK-NEXT:        [[PICKED:%\S+]] = memref.load [[T]][[[LABEL]]]
// CHECK-NEXT:        [[TOTAL:%\S+]] = memref.load [[S]][]
// CHECK-NEXT:        arith.divf [[PICKED]], [[TOTAL]]
func.func @gather(%x: memref<?x?xf64>, %labels: memref<?xindex>, %l: memref<?xf64>, %n: index, %k: index) {
  kernel.region(%a = %x : memref<?x?xf64>, %b = %labels : memref<?xindex>, %rows = %n : index, %columns = %k : index, %o = %l : memref<?xf64>) {
    %s = memref.alloc(%rows) : memref<?xf64>
    %t = memref.alloc(%rows, %columns) : memref<?x?xf64>
    %zero = arith.constant 0.0 : f64
    linalg.fill ins(%zero : f64) outs(%s : memref<?xf64>)
    linalg.generic {indexing_maps = [affine_map<(d0, d1) -> (d0, d1)>, affine_map<(d0, d1) -> (d0)>, affine_map<(d0, d1) -> (d0, d1)>], iterator_types = ["parallel", "reduction"]} ins(%a : memref<?x?xf64>) outs(%s, %t : memref<?xf64>, memref<?x?xf64>) {
    ^bb0(%i: f64, %j: f64, %u: f64):
      %m = arith.negf %i : f64
      %r = arith.addf %m, %j : f64
      linalg.yield %r, %m : f64, f64
    }
    linalg.generic {indexing_maps = [affine_map<(d0) -> (d0)>, affine_map<(d0) -> (d0)>], iterator_types = ["parallel"]} ins(%b : memref<?xindex>) outs(%o : memref<?xf64>) {
    ^bb0(%label: index, %u: f64):
      %row = linalg.index 0 : index
      %picked = memref.load %t[%row, %label] : memref<?x?xf64>
      %total = memref.load %s[%row] : memref<?xf64>
      %r = arith.divf %picked, %total : f64
      linalg.yield %r : f64
    }
  }
  func.return
}
