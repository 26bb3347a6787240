// RUN: tir-opt %s -p kernels-to-loops | filecheck %s

// Short rows that are reduced: blocks of 64 are transposed to the stack, where each operation goes through the rows for one column after
// the other. A sum of float64 is compensated; what two operations share stays there. The result is transposed back, into a piece that may
// be written past the cache. Rows that blocks leave over, and longer ones, come one after the other.
// CHECK:       func.func private @kernel_0
// CHECK-DAG:     [[BLOCK:%\S+]] = arith.constant 64 : index
// CHECK-DAG:     [[MOST:%\S+]] = arith.constant 12 : index
// CHECK:         arith.cmpi sle, %columns, [[MOST]]
// CHECK:         arith.cmpi sle, {{.*}}, [[MOST]]
// CHECK-NEXT:    [[SHORT:%\S+]] = arith.andi
// CHECK-NEXT:    [[GROUP:%\S+]] = arith.select [[SHORT]], [[BLOCK]], {{.*}} : index
// CHECK:         rt.parallel
// CHECK:           [[LIMIT:%\S+]] = arith.select [[SHORT]]
// CHECK-NEXT:      [[TILE:%\S+]] = memref.alloca() : memref<768xf64>
// CHECK-NEXT:      [[SUM:%\S+]] = memref.alloca() : memref<64xf64>
// CHECK-NEXT:      [[LOST:%\S+]] = memref.alloca() : memref<64xf64>
// CHECK-NEXT:      [[EXPONENTIALS:%\S+]] = memref.alloca() : memref<768xf64>
// CHECK-NEXT:      [[RESULT:%\S+]] = memref.alloca() : memref<768xf64>
// CHECK:           scf.for [[FIRST:%\S+]] = {{.*}} step [[BLOCK]] {
// CHECK-NEXT:        scf.for [[I:%\S+]] = {{.*}} to [[BLOCK]]
// CHECK-NEXT:          scf.for [[J:%\S+]] = {{.*}} to %columns
// CHECK:                 [[ROW:%\S+]] = arith.addi [[FIRST]], [[I]]
// CHECK-NEXT:            [[X:%\S+]] = memref.load %a[[[ROW]], [[J]]]
// CHECK-NEXT:            memref.store [[X]], [[TILE]]
// CHECK:             scf.for {{.*}} to %columns
// CHECK:               scf.for [[I:%\S+]] = {{.*}} to [[BLOCK]]
// CHECK:                 [[X:%\S+]] = memref.load [[TILE]]
// CHECK-NEXT:            [[E:%\S+]] = math.exp [[X]]
// CHECK-NEXT:            memref.load [[SUM]][[[I]]]
// CHECK-NEXT:            memref.load [[LOST]][[[I]]]
// CHECK:                 memref.store [[E]], [[EXPONENTIALS]]
// CHECK:               } {loop_annotation = {interleave = 4 : i64, unroll = 0 : i64}}
// CHECK:               memref.load [[EXPONENTIALS]]
// CHECK-NEXT:          memref.load [[SUM]]
// CHECK-NEXT:          arith.divf
// CHECK-NEXT:          memref.store {{.*}}, [[RESULT]]
// CHECK:             scf.for
// CHECK-NEXT:          scf.for
// CHECK:                 memref.load [[RESULT]]
// CHECK:             rt.stream_copy
// CHECK:           scf.for
// CHECK:             scf.for {{.*}} -> (f64)
func.func @main(%x: memref<?x?xf64>, %y: memref<?x?xf64>, %n: index, %k: index) {
  kernel.region(%a = %x : memref<?x?xf64>, %rows = %n : index, %columns = %k : index, %o = %y : memref<?x?xf64>) {
    %e = memref.alloc(%rows, %columns) : memref<?x?xf64>
    %total = memref.alloc(%rows) : memref<?xf64>
    %zero = arith.constant 0.0 : f64
    linalg.fill ins(%zero : f64) outs(%total : memref<?xf64>)
    linalg.generic {indexing_maps = [affine_map<(d0, d1) -> (d0, d1)>, affine_map<(d0, d1) -> (d0)>, affine_map<(d0, d1) -> (d0, d1)>], iterator_types = ["parallel", "reduction"]} ins(%a : memref<?x?xf64>) outs(%total, %e : memref<?xf64>, memref<?x?xf64>) {
    ^bb0(%i: f64, %s: f64, %u: f64):
      %p = math.exp %i : f64
      %r = arith.addf %s, %p fastmath<reassoc> : f64
      linalg.yield %r, %p : f64, f64
    }
    linalg.generic {indexing_maps = [affine_map<(d0, d1) -> (d0, d1)>, affine_map<(d0, d1) -> (d0)>, affine_map<(d0, d1) -> (d0, d1)>], iterator_types = ["parallel", "parallel"]} ins(%e, %total : memref<?x?xf64>, memref<?xf64>) outs(%o : memref<?x?xf64>) {
    ^bb0(%i: f64, %j: f64, %u: f64):
      %r = arith.divf %i, %j : f64
      linalg.yield %r : f64
    }
  }
  func.return
}
