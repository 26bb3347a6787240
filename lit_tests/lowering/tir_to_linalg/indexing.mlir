// RUN: tir-opt %s -p tir-to-linalg | filecheck %s

// Known indices fold: the size of `[1:]` is that of `[:-1]`.
func.func @differences(%x: tensor<?xf64>) -> tensor<?xf64> {
  %one = tir.constant {value = dense<1> : tensor<i64>} : tensor<i64>
  %last = tir.constant {value = dense<-1> : tensor<i64>} : tensor<i64>
  %0 = tir.subtensor %x, %one {pattern = ["v::"]} : (tensor<?xf64>, tensor<i64>) -> tensor<?xf64>
  %1 = tir.subtensor %x, %last {pattern = [":v:"]} : (tensor<?xf64>, tensor<i64>) -> tensor<?xf64>
  %2 = tir.sub %0, %1 : tensor<?xf64>
  func.return %2 : tensor<?xf64>
}
// CHECK-LABEL: func.func @differences
// CHECK: [[N:%[0-9]+]] = tensor.dim %x
// CHECK-NEXT: [[LESS:%[0-9]+]] = arith.subi [[N]]
// CHECK-NEXT: [[SIZE:%[0-9]+]] = arith.maxsi [[LESS]]
// CHECK-NEXT: [[FIRST:%[0-9]+]] = arith.minsi
// CHECK-NEXT: tensor.extract_slice %x{{\[}}[[FIRST]]] {{\[}}[[SIZE]]] [1] : tensor<?xf64> to tensor<?xf64>
// CHECK-NEXT: tensor.extract_slice %x[0] {{\[}}[[SIZE]]] [1] : tensor<?xf64> to tensor<?xf64>
// CHECK-NEXT: tensor.empty([[SIZE]])

func.func @subtensor(%x: tensor<?x1x?xf64>, %i: tensor<i64>) -> tensor<1x?xf64> {
  %back = tir.constant {value = dense<-1> : tensor<i64>} : tensor<i64>
  %0 = tir.subtensor %x, %i, %back {pattern = ["v", "::", "::v"]} : (tensor<?x1x?xf64>, tensor<i64>, tensor<i64>) -> tensor<1x?xf64>
  func.return %0 : tensor<1x?xf64>
}
// CHECK-LABEL: func.func @subtensor
// CHECK: [[I:%[0-9]+]] = arith.index_cast
// CHECK: [[ROW:%[0-9]+]] = arith.select
// CHECK: rt.assert %{{[0-9]+}}, "index out of bounds" {kind = "IndexError"}
// CHECK: tensor.extract_slice %x{{\[}}[[ROW]], 0, %{{[0-9]+}}] [1, 1, %{{[0-9]+}}] [1, 1, -1] : tensor<?x1x?xf64> to tensor<1x?xf64>

func.func @set_subtensor(%x: tensor<?xf64>, %i: tensor<i64>) -> tensor<?xf64> {
  %v = tir.constant {value = dense<7.0> : tensor<f64>} : tensor<f64>
  %0 = tir.set_subtensor %x, %v, %i {pattern = [":v:"]} : (tensor<?xf64>, tensor<f64>, tensor<i64>) -> tensor<?xf64>
  func.return %0 : tensor<?xf64>
}
// CHECK-LABEL: func.func @set_subtensor
// CHECK: [[SIZE:%[0-9]+]] = arith.maxsi
// CHECK: [[V:%[0-9]+]] = linalg.fill
// CHECK: tensor.insert_slice [[V]] into %x[0] [%{{[0-9]+}}] [1] : tensor<?xf64> into tensor<?xf64>

func.func @inc_subtensor(%x: tensor<?x?xf64>, %v: tensor<?xf32>) -> tensor<?x?xf64> {
  %i = tir.constant {value = dense<0> : tensor<i64>} : tensor<i64>
  %0 = tir.inc_subtensor %x, %v, %i {pattern = ["v"]} : (tensor<?x?xf64>, tensor<?xf32>, tensor<i64>) -> tensor<?x?xf64>
  func.return %0 : tensor<?x?xf64>
}
// CHECK-LABEL: func.func @inc_subtensor
// CHECK: [[OLD:%[0-9]+]] = tensor.extract_slice %x[0, 0] [1, %{{[0-9]+}}] [1, 1] : tensor<?x?xf64> to tensor<?xf64>
// CHECK: [[NEW:%[0-9]+]] = linalg.generic {{.*}}ins([[OLD]], %{{[0-9]+}} : tensor<?xf64>, tensor<?xf32>)
// CHECK: arith.addf
// CHECK: tensor.insert_slice [[NEW]] into %x[0, 0] [1, %{{[0-9]+}}] [1, 1] : tensor<?xf64> into tensor<?x?xf64>

func.func @advanced_subtensor(%x: tensor<?x?xf64>, %i: tensor<?xi32>) -> tensor<?x?xf64> {
  %0 = tir.advanced_subtensor %x, %i : (tensor<?x?xf64>, tensor<?xi32>) -> tensor<?x?xf64>
  func.return %0 : tensor<?x?xf64>
}
// CHECK-LABEL: func.func @advanced_subtensor
// CHECK: iterator_types = ["reduction"]} ins(%i : tensor<?xi32>)
// CHECK: rt.assert %{{[0-9]+}}, "index out of bounds" {kind = "IndexError"}
// CHECK: linalg.generic {indexing_maps = [affine_map<(d0, d1) -> (d0)>, affine_map<(d0, d1) -> (d0, d1)>], iterator_types = ["parallel", "parallel"]} ins(%i : tensor<?xi32>)
// CHECK: [[COLUMN:%[0-9]+]] = linalg.index 1 : index
// CHECK: tensor.extract %x[%{{[0-9]+}}, [[COLUMN]]] : tensor<?x?xf64>

func.func @advanced_set_subtensor(%x: tensor<?x?xf64>, %v: tensor<f64>, %i: tensor<?xi64>, %j: tensor<?xui8>) -> tensor<?x?xf64> {
  %0 = tir.advanced_set_subtensor %x, %v, %i, %j : (tensor<?x?xf64>, tensor<f64>, tensor<?xi64>, tensor<?xui8>) -> tensor<?x?xf64>
  func.return %0 : tensor<?x?xf64>
}
// CHECK-LABEL: func.func @advanced_set_subtensor
// CHECK: rt.assert %{{[0-9]+}}, "shape mismatch: the index vectors have different lengths" {kind = "IndexError"}
// CHECK: arith.extui
// CHECK: linalg_ext.scatter ins(%{{[0-9]+}}, %{{[0-9]+}}, %{{[0-9]+}} : tensor<?xf64>, tensor<?xi64>, tensor<?xi64>) outs(%x : tensor<?x?xf64>) {combiner = "set"} -> tensor<?x?xf64>

func.func @advanced_inc_subtensor(%x: tensor<?x?xf64>, %v: tensor<?x?xf64>, %i: tensor<?xi64>) -> tensor<?x?xf64> {
  %0 = tir.advanced_inc_subtensor %x, %v, %i : (tensor<?x?xf64>, tensor<?x?xf64>, tensor<?xi64>) -> tensor<?x?xf64>
  func.return %0 : tensor<?x?xf64>
}
// CHECK-LABEL: func.func @advanced_inc_subtensor
// CHECK: linalg_ext.scatter {{.*}}outs(%x : tensor<?x?xf64>) {combiner = "add"} -> tensor<?x?xf64>
