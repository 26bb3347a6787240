// RUN: tir-opt %s -p tir-to-linalg | filecheck %s

func.func @add_f64(%x: tensor<?xf64>, %y: tensor<?xf64>) -> tensor<?xf64> {
  %0 = tir.add %x, %y : tensor<?xf64>
  func.return %0 : tensor<?xf64>
}
// CHECK-LABEL: func.func @add_f64
// CHECK: [[N:%[0-9]+]] = tensor.dim %x
// CHECK: [[M:%[0-9]+]] = tensor.dim %y
// CHECK: [[SAME:%[0-9]+]] = arith.cmpi eq, [[N]], [[M]] : index
// CHECK: rt.assert [[SAME]], "Input dimension mis-match. (input[0].shape[0] differs from input[1].shape[0])" {kind = "ValueError"}
// CHECK: [[E:%[0-9]+]] = tensor.empty([[N]]) : tensor<?xf64>
// CHECK: linalg.generic {indexing_maps = [affine_map<(d0) -> (d0)>, affine_map<(d0) -> (d0)>, affine_map<(d0) -> (d0)>], iterator_types = ["parallel"]} ins(%x, %y : tensor<?xf64>, tensor<?xf64>) outs([[E]] : tensor<?xf64>) {
// CHECK: arith.addf %{{[0-9]+}}, %{{[0-9]+}} : f64

func.func @add_ui8(%x: tensor<?xui8>, %y: tensor<?xui8>) -> tensor<?xui8> {
  %0 = tir.add %x, %y : tensor<?xui8>
  func.return %0 : tensor<?xui8>
}
// CHECK-LABEL: func.func @add_ui8
// CHECK: arith.addi

func.func @add_i1(%x: tensor<?xi1>, %y: tensor<?xi1>) -> tensor<?xi1> {
  %0 = tir.add %x, %y : tensor<?xi1>
  func.return %0 : tensor<?xi1>
}
// CHECK-LABEL: func.func @add_i1
// CHECK: arith.ori

func.func @sub_f64(%x: tensor<?xf64>, %y: tensor<?xf64>) -> tensor<?xf64> {
  %0 = tir.sub %x, %y : tensor<?xf64>
  func.return %0 : tensor<?xf64>
}
// CHECK-LABEL: func.func @sub_f64
// CHECK: arith.subf

func.func @mul_f64(%x: tensor<?xf64>, %y: tensor<?xf64>) -> tensor<?xf64> {
  %0 = tir.mul %x, %y : tensor<?xf64>
  func.return %0 : tensor<?xf64>
}
// CHECK-LABEL: func.func @mul_f64
// CHECK: arith.mulf

func.func @mul_i1(%x: tensor<?xi1>, %y: tensor<?xi1>) -> tensor<?xi1> {
  %0 = tir.mul %x, %y : tensor<?xi1>
  func.return %0 : tensor<?xi1>
}
// CHECK-LABEL: func.func @mul_i1
// CHECK: arith.andi

func.func @true_div_f64(%x: tensor<?xf64>, %y: tensor<?xf64>) -> tensor<?xf64> {
  %0 = tir.true_div %x, %y : tensor<?xf64>
  func.return %0 : tensor<?xf64>
}
// CHECK-LABEL: func.func @true_div_f64
// CHECK: arith.divf

// The divisors are checked before; what traps in the machine cannot be reached.

func.func @int_div_i32(%x: tensor<?xi32>, %y: tensor<?xi32>) -> tensor<?xi32> {
  %0 = tir.int_div %x, %y : tensor<?xi32>
  func.return %0 : tensor<?xi32>
}
// CHECK-LABEL: func.func @int_div_i32
// CHECK: linalg.generic {{.*}}iterator_types = ["reduction"]} ins(%y : tensor<?xi32>)
// CHECK: arith.cmpi ne
// CHECK: arith.andi
// CHECK: tensor.extract
// CHECK: rt.assert %{{[0-9]+}}, "integer division or modulo by zero" {kind = "ZeroDivisionError"}
// CHECK: arith.cmpi ule
// CHECK: [[SAFE:%[0-9]+]] = arith.select
// CHECK: arith.divsi %{{[0-9]+}}, [[SAFE]] : i32

func.func @int_div_f64(%x: tensor<?xf64>, %y: tensor<?xf64>) -> tensor<?xf64> {
  %0 = tir.int_div %x, %y : tensor<?xf64>
  func.return %0 : tensor<?xf64>
}
// CHECK-LABEL: func.func @int_div_f64
// CHECK: math_ext.fmod
// CHECK: math.floor

func.func @mod_i32(%x: tensor<?xi32>, %y: tensor<?xi32>) -> tensor<?xi32> {
  %0 = tir.mod %x, %y : tensor<?xi32>
  func.return %0 : tensor<?xi32>
}
// CHECK-LABEL: func.func @mod_i32
// CHECK: linalg.generic {{.*}}iterator_types = ["reduction"]} ins(%y : tensor<?xi32>)
// CHECK: arith.cmpi ne
// CHECK: arith.andi
// CHECK: tensor.extract
// CHECK: rt.assert %{{[0-9]+}}, "integer division or modulo by zero" {kind = "ZeroDivisionError"}
// CHECK: arith.remsi

func.func @mod_f64(%x: tensor<?xf64>, %y: tensor<?xf64>) -> tensor<?xf64> {
  %0 = tir.mod %x, %y : tensor<?xf64>
  func.return %0 : tensor<?xf64>
}
// CHECK-LABEL: func.func @mod_f64
// CHECK: math_ext.fmod
// CHECK: math.copysign

func.func @mod_ui32(%x: tensor<?xui32>, %y: tensor<?xui32>) -> tensor<?xui32> {
  %0 = tir.mod %x, %y : tensor<?xui32>
  func.return %0 : tensor<?xui32>
}
// CHECK-LABEL: func.func @mod_ui32
// CHECK: arith.maxui
// CHECK: arith.remui

// Powers of integers: by squaring, in as many steps as the exponent has bits.

func.func @pow_f64(%x: tensor<?xf64>, %y: tensor<?xf64>) -> tensor<?xf64> {
  %0 = tir.pow %x, %y : tensor<?xf64>
  func.return %0 : tensor<?xf64>
}
// CHECK-LABEL: func.func @pow_f64
// CHECK: math.powf

func.func @pow_i16(%x: tensor<?xi16>, %y: tensor<?xi16>) -> tensor<?xi16> {
  %0 = tir.pow %x, %y : tensor<?xi16>
  func.return %0 : tensor<?xi16>
}
// CHECK-LABEL: func.func @pow_i16
// CHECK: arith.cmpi sge
// CHECK: rt.assert %{{[0-9]+}}, "Integers to negative integer powers are not allowed." {kind = "ValueError"}
// CHECK: arith.constant 16 : index
// CHECK: scf.for

func.func @maximum_f64(%x: tensor<?xf64>, %y: tensor<?xf64>) -> tensor<?xf64> {
  %0 = tir.maximum %x, %y : tensor<?xf64>
  func.return %0 : tensor<?xf64>
}
// CHECK-LABEL: func.func @maximum_f64
// CHECK: arith.maximumf

func.func @maximum_i64(%x: tensor<?xi64>, %y: tensor<?xi64>) -> tensor<?xi64> {
  %0 = tir.maximum %x, %y : tensor<?xi64>
  func.return %0 : tensor<?xi64>
}
// CHECK-LABEL: func.func @maximum_i64
// CHECK: arith.maxsi

func.func @maximum_ui64(%x: tensor<?xui64>, %y: tensor<?xui64>) -> tensor<?xui64> {
  %0 = tir.maximum %x, %y : tensor<?xui64>
  func.return %0 : tensor<?xui64>
}
// CHECK-LABEL: func.func @maximum_ui64
// CHECK: arith.maxui

func.func @minimum_f64(%x: tensor<?xf64>, %y: tensor<?xf64>) -> tensor<?xf64> {
  %0 = tir.minimum %x, %y : tensor<?xf64>
  func.return %0 : tensor<?xf64>
}
// CHECK-LABEL: func.func @minimum_f64
// CHECK: arith.minimumf

func.func @minimum_i64(%x: tensor<?xi64>, %y: tensor<?xi64>) -> tensor<?xi64> {
  %0 = tir.minimum %x, %y : tensor<?xi64>
  func.return %0 : tensor<?xi64>
}
// CHECK-LABEL: func.func @minimum_i64
// CHECK: arith.minsi

func.func @minimum_ui64(%x: tensor<?xui64>, %y: tensor<?xui64>) -> tensor<?xui64> {
  %0 = tir.minimum %x, %y : tensor<?xui64>
  func.return %0 : tensor<?xui64>
}
// CHECK-LABEL: func.func @minimum_ui64
// CHECK: arith.minui

func.func @neg_f64(%x: tensor<?xf64>) -> tensor<?xf64> {
  %0 = tir.neg %x : tensor<?xf64>
  func.return %0 : tensor<?xf64>
}
// CHECK-LABEL: func.func @neg_f64
// CHECK: arith.negf

func.func @neg_ui8(%x: tensor<?xui8>) -> tensor<?xui8> {
  %0 = tir.neg %x : tensor<?xui8>
  func.return %0 : tensor<?xui8>
}
// CHECK-LABEL: func.func @neg_ui8
// CHECK: arith.constant 0 : i8
// CHECK: arith.subi

func.func @abs_f64(%x: tensor<?xf64>) -> tensor<?xf64> {
  %0 = tir.abs %x : tensor<?xf64>
  func.return %0 : tensor<?xf64>
}
// CHECK-LABEL: func.func @abs_f64
// CHECK: math.absf

func.func @abs_i32(%x: tensor<?xi32>) -> tensor<?xi32> {
  %0 = tir.abs %x : tensor<?xi32>
  func.return %0 : tensor<?xi32>
}
// CHECK-LABEL: func.func @abs_i32
// CHECK: math.absi

func.func @sgn_f64(%x: tensor<?xf64>) -> tensor<?xf64> {
  %0 = tir.sgn %x : tensor<?xf64>
  func.return %0 : tensor<?xf64>
}
// CHECK-LABEL: func.func @sgn_f64
// CHECK: arith.cmpf olt
// CHECK: arith.cmpf ogt
// CHECK: arith.cmpf uno

func.func @sqr_f64(%x: tensor<?xf64>) -> tensor<?xf64> {
  %0 = tir.sqr %x : tensor<?xf64>
  func.return %0 : tensor<?xf64>
}
// CHECK-LABEL: func.func @sqr_f64
// CHECK: arith.mulf [[X:%[0-9]+]], [[X]] : f64

func.func @sqrt_f64(%x: tensor<?xf64>) -> tensor<?xf64> {
  %0 = tir.sqrt %x : tensor<?xf64>
  func.return %0 : tensor<?xf64>
}
// CHECK-LABEL: func.func @sqrt_f64
// CHECK: math.sqrt %

func.func @reciprocal_f64(%x: tensor<?xf64>) -> tensor<?xf64> {
  %0 = tir.reciprocal %x : tensor<?xf64>
  func.return %0 : tensor<?xf64>
}
// CHECK-LABEL: func.func @reciprocal_f64
// CHECK: arith.divf %

func.func @ceil_f64(%x: tensor<?xf64>) -> tensor<?xf64> {
  %0 = tir.ceil %x : tensor<?xf64>
  func.return %0 : tensor<?xf64>
}
// CHECK-LABEL: func.func @ceil_f64
// CHECK: math.ceil %

func.func @floor_f64(%x: tensor<?xf64>) -> tensor<?xf64> {
  %0 = tir.floor %x : tensor<?xf64>
  func.return %0 : tensor<?xf64>
}
// CHECK-LABEL: func.func @floor_f64
// CHECK: math.floor %

func.func @trunc_f64(%x: tensor<?xf64>) -> tensor<?xf64> {
  %0 = tir.trunc %x : tensor<?xf64>
  func.return %0 : tensor<?xf64>
}
// CHECK-LABEL: func.func @trunc_f64
// CHECK: math.trunc %

func.func @round_half_to_even_f64(%x: tensor<?xf64>) -> tensor<?xf64> {
  %0 = tir.round_half_to_even %x : tensor<?xf64>
  func.return %0 : tensor<?xf64>
}
// CHECK-LABEL: func.func @round_half_to_even_f64
// CHECK: math.roundeven %

func.func @round_half_away_from_zero_f64(%x: tensor<?xf64>) -> tensor<?xf64> {
  %0 = tir.round_half_away_from_zero %x : tensor<?xf64>
  func.return %0 : tensor<?xf64>
}
// CHECK-LABEL: func.func @round_half_away_from_zero_f64
// CHECK: math.round %

func.func @switch(%c: tensor<?xi8>, %x: tensor<?xf64>, %y: tensor<1xf64>) -> tensor<?xf64> {
  %0 = tir.switch %c, %x, %y : (tensor<?xi8>, tensor<?xf64>, tensor<1xf64>) -> tensor<?xf64>
  func.return %0 : tensor<?xf64>
}
// CHECK-LABEL: func.func @switch
// CHECK: linalg.generic {indexing_maps = [affine_map<(d0) -> (d0)>, affine_map<(d0) -> (d0)>, affine_map<(d0) -> (0)>, affine_map<(d0) -> (d0)>]
// CHECK: [[C:%[0-9]+]] = arith.cmpi ne
// CHECK-NEXT: arith.select [[C]]

func.func @clip(%x: tensor<?xf64>, %low: tensor<f64>, %high: tensor<f64>) -> tensor<?xf64> {
  %0 = tir.clip %x, %low, %high : (tensor<?xf64>, tensor<f64>, tensor<f64>) -> tensor<?xf64>
  func.return %0 : tensor<?xf64>
}
// CHECK-LABEL: func.func @clip
// CHECK: linalg.generic {indexing_maps = [affine_map<(d0) -> (d0)>, affine_map<(d0) -> ()>, affine_map<(d0) -> ()>, affine_map<(d0) -> (d0)>]
// CHECK: arith.cmpf ogt
// CHECK: arith.cmpf olt

func.func @second(%x: tensor<?x?xf64>, %y: tensor<?xf32>) -> tensor<?x?xf32> {
  %0 = tir.second %x, %y : (tensor<?x?xf64>, tensor<?xf32>) -> tensor<?x?xf32>
  func.return %0 : tensor<?x?xf32>
}
// CHECK-LABEL: func.func @second
// CHECK: rt.assert
// CHECK: linalg.generic {indexing_maps = [affine_map<(d0, d1) -> (d1)>, affine_map<(d0, d1) -> (d0, d1)>]{{.*}} ins(%y : tensor<?xf32>)
// CHECK-NEXT: ^bb0(
// CHECK-NEXT: linalg.yield

func.func @cast(%x: tensor<?xf64>) -> tensor<?xui64> {
  %0 = tir.cast %x {dtype = "uint64"} : (tensor<?xf64>) -> tensor<?xui64>
  func.return %0 : tensor<?xui64>
}
// CHECK-LABEL: func.func @cast(%x: tensor<?xf64>{{.*}}) -> tensor<?xi64> attributes {tir.result_dtypes = ["uint64"]}
// CHECK: arith.fptosi
// CHECK: arith.select

// The same bits: nothing to do.
func.func @cast_nothing(%x: tensor<?xi8>) -> tensor<?xui8> {
  %0 = tir.cast %x {dtype = "uint8"} : (tensor<?xi8>) -> tensor<?xui8>
  func.return %0 : tensor<?xui8>
}
// CHECK-LABEL: func.func @cast_nothing(%x: tensor<?xi8>{{.*}}) -> tensor<?xi8>
// CHECK-NEXT: func.return %x : tensor<?xi8>
