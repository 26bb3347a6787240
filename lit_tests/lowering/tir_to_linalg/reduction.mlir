// RUN: tir-opt %s -p tir-to-linalg | filecheck %s

// Sums of f32 accumulate in f64; float sums may be reassociated.
func.func @sum(%x: tensor<?x?xf32>) -> tensor<?xf32> {
  %0 = tir.sum %x {axes = [1]} : (tensor<?x?xf32>) -> tensor<?xf32>
  func.return %0 : tensor<?xf32>
}
// CHECK-LABEL: func.func @sum
// CHECK: [[ZERO:%[0-9]+]] = arith.constant 0.000000e+00 : f64
// CHECK: [[N:%[0-9]+]] = tensor.dim %x
// CHECK: [[E:%[0-9]+]] = tensor.empty([[N]]) : tensor<?xf64>
// CHECK: [[START:%[0-9]+]] = linalg.fill ins([[ZERO]] : f64) outs([[E]] : tensor<?xf64>)
// CHECK: linalg.generic {indexing_maps = [affine_map<(d0, d1) -> (d0, d1)>, affine_map<(d0, d1) -> (d0)>], iterator_types = ["parallel", "reduction"]} ins(%x : tensor<?x?xf32>) outs([[START]] : tensor<?xf64>)
// CHECK: [[WIDE:%[0-9]+]] = arith.extf
// CHECK-NEXT: arith.addf %{{[0-9]+}}, [[WIDE]] fastmath<reassoc,contract>{{.*}} : f64
// CHECK: arith.truncf

func.func @prod(%x: tensor<?xui8>) -> tensor<ui64> {
  %0 = tir.prod %x {axes = [0]} : (tensor<?xui8>) -> tensor<ui64>
  func.return %0 : tensor<ui64>
}
// CHECK-LABEL: func.func @prod
// CHECK: linalg.fill ins(%{{[0-9]+}} : i64) outs(%{{[0-9]+}} : tensor<i64>)
// CHECK: arith.extui
// CHECK-NEXT: arith.muli

func.func @max(%x: tensor<?x?xf64>) -> tensor<?xf64> {
  %0 = tir.max %x {axes = [0]} : (tensor<?x?xf64>) -> tensor<?xf64>
  func.return %0 : tensor<?xf64>
}
// CHECK-LABEL: func.func @max
// CHECK: arith.constant 0xfff0000000000000 : f64
// CHECK: [[FOUND:%[0-9]+]] = arith.cmpi ne
// CHECK: rt.assert [[FOUND]], "zero-size array to reduction operation maximum which has no identity" {kind = "ValueError"}
// CHECK: linalg.generic {indexing_maps = [affine_map<(d0, d1) -> (d0, d1)>, affine_map<(d0, d1) -> (d1)>], iterator_types = ["reduction", "parallel"]}
// CHECK: arith.maximumf

func.func @min(%x: tensor<?x1xui16>) -> tensor<1xui16> {
  %0 = tir.min %x {axes = [0]} : (tensor<?x1xui16>) -> tensor<1xui16>
  func.return %0 : tensor<1xui16>
}
// CHECK-LABEL: func.func @min
// CHECK: arith.constant -1 : i16
// CHECK: tensor.empty() : tensor<1xi16>
// CHECK: arith.minui

func.func @any(%x: tensor<?xf64>) -> tensor<i1> {
  %0 = tir.any %x {axes = [0]} : (tensor<?xf64>) -> tensor<i1>
  func.return %0 : tensor<i1>
}
// CHECK-LABEL: func.func @any
// CHECK: arith.cmpf une
// CHECK-NEXT: arith.ori

func.func @all(%x: tensor<?xi1>) -> tensor<i1> {
  %0 = tir.all %x {axes = [0]} : (tensor<?xi1>) -> tensor<i1>
  func.return %0 : tensor<i1>
}
// CHECK-LABEL: func.func @all
// CHECK: ^bb0
// CHECK-NEXT: arith.andi

// First the extreme element, then the least position at which it stands; neither depends on the order.
func.func @argmax(%x: tensor<?x?x?xf64>) -> tensor<?xi64> {
  %0 = tir.argmax %x {axes = [0, 2]} : (tensor<?x?x?xf64>) -> tensor<?xi64>
  func.return %0 : tensor<?xi64>
}
// CHECK-LABEL: func.func @argmax
// CHECK: rt.assert %{{[0-9]+}}, "attempt to get argmax of an empty sequence" {kind = "ValueError"}
// CHECK: [[TOP:%[0-9]+]] = linalg.generic
// CHECK: arith.maximumf
// CHECK: linalg.generic {indexing_maps = [affine_map<(d0, d1, d2) -> (d0, d1, d2)>, affine_map<(d0, d1, d2) -> (d1)>, affine_map<(d0, d1, d2) -> (d1)>], iterator_types = ["reduction", "parallel", "reduction"]} ins(%x, [[TOP]] : tensor<?x?x?xf64>, tensor<?xf64>)
// CHECK: linalg.index 0 : index
// CHECK: linalg.index 2 : index
// CHECK: arith.minsi

func.func @argmin(%x: tensor<?xi32>) -> tensor<i64> {
  %0 = tir.argmin %x {axes = [0]} : (tensor<?xi32>) -> tensor<i64>
  func.return %0 : tensor<i64>
}
// CHECK-LABEL: func.func @argmin
// CHECK: arith.minsi %{{[0-9]+}}, %{{[0-9]+}} : i32
// CHECK: arith.cmpi eq
