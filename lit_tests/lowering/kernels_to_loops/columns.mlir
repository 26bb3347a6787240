// RUN: tir-opt %s -p kernels-to-loops --split-input-file | filecheck %s

// The innermost loop is parallel: rows stream by, and are added to accumulators on the stack. Threads share strips of columns and
// blocks of rows; the first block writes results, the others partial ones, which are combined in the end. Four rows share a loop,
// each of another quarter of the block; those that are left over have one each.
// CHECK:       func.func private @kernel_0
// CHECK:         [[PARTIAL:%\S+]] = memref.alloc
// CHECK:         rt.parallel
// CHECK-NEXT:      [[TOTALS:%\S+]] = memref.alloca() : memref<4096xf64>
// CHECK:             memref.store {{.*}}, [[TOTALS]]
// CHECK:             [[EACH:%\S+]] = arith.divui
// CHECK:             scf.for [[FOUR:%\S+]] =
// CHECK:               scf.for [[PIECE:%\S+]] =
// CHECK:                 memref.extract_strided_metadata [[TOTALS]]
// CHECK:                 [[OWN:%\S+]] = memref.reinterpret_cast
// CHECK:                 [[STEP:%\S+]] = arith.select {{.*}}, [[EACH]]
// CHECK:                 [[SECOND:%\S+]] = arith.addi {{.*}}, [[EACH]]
// CHECK-NEXT:            [[THIRD:%\S+]] = arith.addi [[SECOND]], [[EACH]]
// CHECK:                 scf.if {{.*}} {
// CHECK:                   scf.for [[J:%\S+]] =
// CHECK-NEXT:                [[S:%\S+]] = memref.load [[OWN]][[[J]]]
// CHECK-NEXT:                [[X1:%\S+]] = memref.load {{.*}}[[[J]]]
// CHECK-NEXT:                [[R1:%\S+]] = arith.maximumf [[X1]], [[S]]
// CHECK-NEXT:                [[X2:%\S+]] = memref.load {{.*}}[[[J]]]
// CHECK-NEXT:                [[R2:%\S+]] = arith.maximumf [[X2]], [[R1]]
// CHECK-NEXT:                [[X3:%\S+]] = memref.load {{.*}}[[[J]]]
// CHECK-NEXT:                [[R3:%\S+]] = arith.maximumf [[X3]], [[R2]]
// CHECK-NEXT:                [[X4:%\S+]] = memref.load {{.*}}[[[J]]]
// CHECK-NEXT:                [[R4:%\S+]] = arith.maximumf [[X4]], [[R3]]
// CHECK-NEXT:                memref.store [[R4]], [[OWN]][[[J]]]
// CHECK:                 } else {
// CHECK-NEXT:              scf.for [[NUMBER:%\S+]] =
// CHECK-NEXT:                arith.muli [[NUMBER]], [[STEP]]
// CHECK:                     scf.for
// CHECK:                       arith.maximumf
// Short rows are taken several at a time: their accumulators become one.
// CHECK:             scf.for [[COPY:%\S+]] =
// CHECK:               scf.for [[J:%\S+]] =
// CHECK:                 arith.maximumf
// CHECK-NEXT:            memref.store {{.*}}, [[TOTALS]][[[J]]]
// CHECK:             [[RESULT:%\S+]] = arith.select {{.*}} : memref<?xf64, strided<[1], offset: ?>>
// CHECK:             memref.store {{.*}}, [[RESULT]]
// CHECK:         scf.for
// CHECK:           [[V:%\S+]] = memref.load [[PARTIAL]]
// CHECK:           arith.maximumf {{.*}}, [[V]]
// CHECK:         memref.dealloc [[PARTIAL]]
func.func @main(%x: memref<?x?xf64>, %z: memref<?xf64>) {
  kernel.region(%a = %x : memref<?x?xf64>, %o = %z : memref<?xf64>) {
    %low = arith.constant 0xfff0000000000000 : f64
    linalg.fill ins(%low : f64) outs(%o : memref<?xf64>)
    linalg.generic {indexing_maps = [affine_map<(d0, d1) -> (d0, d1)>, affine_map<(d0, d1) -> (d1)>], iterator_types = ["reduction", "parallel"]} ins(%a : memref<?x?xf64>) outs(%o : memref<?xf64>) {
    ^bb0(%i: f64, %j: f64):
      %r = arith.maximumf %i, %j : f64
      linalg.yield %r : f64
    }
  }
  func.return
}

// -----

// Sums of float32 go through 16 rows in float32, then to totals in float64.
// CHECK:       func.func private @kernel_0
// CHECK:         [[TOTALS:%\S+]] = memref.alloca() : memref<4096xf64>
// CHECK-NEXT:    [[PARTS:%\S+]] = memref.alloca() : memref<4096xf32>
// CHECK:         scf.for {{.*}} step [[SIXTEEN:%\S+]] {
// CHECK:           memref.extract_strided_metadata [[PARTS]]
// CHECK:           [[OWN:%\S+]] = memref.reinterpret_cast
// CHECK:               [[P:%\S+]] = memref.load [[OWN]]
// CHECK:               [[P1:%\S+]] = arith.addf [[P]], {{.*}} : f32
// CHECK:               [[P2:%\S+]] = arith.addf [[P1]], {{.*}} : f32
// CHECK:               memref.store {{.*}}, [[OWN]]
// CHECK:             } else {
// CHECK:                 memref.store {{.*}}, [[OWN]]
// CHECK:           scf.for
// CHECK-NEXT:        [[P:%\S+]] = memref.load [[PARTS]]
// CHECK:             memref.store {{.*}}, [[PARTS]]
// CHECK-NEXT:        [[T:%\S+]] = memref.load [[TOTALS]]
// CHECK-NEXT:        [[W:%\S+]] = arith.extf [[P]]
// CHECK-NEXT:        arith.addf [[T]], [[W]] : f64
// CHECK-NEXT:        memref.store {{.*}}, [[TOTALS]]
func.func @main(%x: memref<?x?xf32>, %z: memref<?xf64>) {
  kernel.region(%a = %x : memref<?x?xf32>, %o = %z : memref<?xf64>) {
    %zero = arith.constant 0.0 : f64
    linalg.fill ins(%zero : f64) outs(%o : memref<?xf64>)
    linalg.generic {indexing_maps = [affine_map<(d0, d1) -> (d0, d1)>, affine_map<(d0, d1) -> (d1)>], iterator_types = ["reduction", "parallel"]} ins(%a : memref<?x?xf32>) outs(%o : memref<?xf64>) {
    ^bb0(%i: f32, %j: f64):
      %w = arith.extf %i : f32 to f64
      %r = arith.addf %j, %w fastmath<reassoc> {tir.may_sum_narrow} : f64
      linalg.yield %r : f64
    }
  }
  func.return
}

// -----

// What all rows see is repeated for the rows that are taken as one.
// CHECK:       func.func private @kernel_0
// CHECK:         memref.alloca() : memref<4096xf32>
// CHECK-NEXT:    [[MEANS:%\S+]] = memref.alloca() : memref<4096xf32>
// CHECK:         scf.for [[COPY:%\S+]] =
// CHECK:           scf.for [[J:%\S+]] =
// CHECK:             [[M:%\S+]] = memref.load %m
// CHECK:             memref.store [[M]], [[MEANS]]
// CHECK:         memref.extract_strided_metadata [[MEANS]]
// CHECK:         [[OWN:%\S+]] = memref.reinterpret_cast
// CHECK:           [[M:%\S+]] = memref.load [[OWN]]
// CHECK:           arith.subf {{.*}}, [[M]]
func.func @main(%x: memref<?x?xf32>, %y: memref<?xf32>, %z: memref<?xf64>) {
  kernel.region(%a = %x : memref<?x?xf32>, %m = %y : memref<?xf32>, %o = %z : memref<?xf64>) {
    %zero = arith.constant 0.0 : f64
    linalg.fill ins(%zero : f64) outs(%o : memref<?xf64>)
    linalg.generic {indexing_maps = [affine_map<(d0, d1) -> (d0, d1)>, affine_map<(d0, d1) -> (d1)>, affine_map<(d0, d1) -> (d1)>], iterator_types = ["reduction", "parallel"]} ins(%a, %m : memref<?x?xf32>, memref<?xf32>) outs(%o : memref<?xf64>) {
    ^bb0(%i: f32, %k: f32, %j: f64):
      %d = arith.subf %i, %k : f32
      %w = arith.extf %d : f32 to f64
      %r = arith.addf %j, %w fastmath<reassoc> {tir.may_sum_narrow} : f64
      linalg.yield %r : f64
    }
  }
  func.return
}

// -----

// A middle axis: threads share what stands before it. Sums of float64 add their parts with compensation.
// CHECK:       func.func private @kernel_0
// CHECK:         rt.parallel
// CHECK:           scf.for [[I:%\S+]] =
// CHECK:             [[TOTALS:%\S+]] = memref.alloca() : memref<4096xf64>
// CHECK-NEXT:        [[PARTS:%\S+]] = memref.alloca() : memref<4096xf64>
// CHECK-NEXT:        [[LOST:%\S+]] = memref.alloca() : memref<4096xf64>
// CHECK:             scf.for [[STRIP:%\S+]] =
// CHECK:               scf.for
// CHECK:               scf.for
// CHECK:                 scf.for [[FOUR:%\S+]] =
// CHECK:                   scf.for [[PIECE:%\S+]] =
// CHECK:                     scf.for [[K:%\S+]] = [[FOUR]]
// CHECK-NEXT:                  scf.for [[J:%\S+]] =
// CHECK-NEXT:                memref.load %a[[[I]], [[K]], [[J]]]
// CHECK:                     memref.store {{.*}}, [[PARTS]]
// CHECK:                 memref.store {{.*}}, [[TOTALS]]
// CHECK-NEXT:            memref.store {{.*}}, [[LOST]]
// CHECK:               memref.store {{.*}}, %o[[[I]], {{.*}}]
func.func @main(%x: memref<?x?x?xf64>, %z: memref<?x?xf64>) {
  kernel.region(%a = %x : memref<?x?x?xf64>, %o = %z : memref<?x?xf64>) {
    %zero = arith.constant 0.0 : f64
    linalg.fill ins(%zero : f64) outs(%o : memref<?x?xf64>)
    linalg.generic {indexing_maps = [affine_map<(d0, d1, d2) -> (d0, d1, d2)>, affine_map<(d0, d1, d2) -> (d0, d2)>], iterator_types = ["parallel", "reduction", "parallel"]} ins(%a : memref<?x?x?xf64>) outs(%o : memref<?x?xf64>) {
    ^bb0(%i: f64, %j: f64):
      %r = arith.addf %j, %i fastmath<reassoc> : f64
      linalg.yield %r : f64
    }
  }
  func.return
}
