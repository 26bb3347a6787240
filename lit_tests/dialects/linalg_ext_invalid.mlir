// RUN: tir-opt %s --split-input-file --verify-diagnostics --parsing-diagnostics | filecheck %s

func.func @f(%x: tensor<?x?xf64>) {
  %0 = linalg_ext.dimshuffle %x {new_order = [0]} : tensor<?x?xf64> to tensor<?xf64>
  func.return
}
// CHECK: a dropped dimension must have the static size 1

// -----

func.func @f(%x: tensor<?x?xf64>) {
  %0 = linalg_ext.dimshuffle %x {new_order = [1, 1]} : tensor<?x?xf64> to tensor<?x?xf64>
  func.return
}
// CHECK: new_order [1, 1] must name each of the 2 dimensions at most once

// -----

func.func @f(%x: tensor<?x1xf64>) {
  %0 = linalg_ext.dimshuffle %x {new_order = [1, 0]} : tensor<?x1xf64> to tensor<?x1xf64>
  func.return
}
// CHECK: the result must be tensor<1x?xf64>, not tensor<?x1xf64>

// -----

func.func @f(%x: tensor<?xf64>, %n: index) {
  %0 = linalg_ext.reshape %x(%n) : tensor<?xf64> to tensor<?x?xf64>
  func.return
}
// CHECK: 2 dynamic dimensions but 1 sizes

// -----

func.func @f(%x: tensor<?xf64>, %n: index) {
  %0 = linalg_ext.reshape %x(%n) : tensor<?xf64> to tensor<?xf32>
  func.return
}
// CHECK: the element type must stay f64

// -----

func.func @f(%a: tensor<?x?xf64>, %x: tensor<?xf64>) {
  %0 = linalg_ext.vecmat ins(%a, %x : tensor<?x?xf64>, tensor<?xf64>) outs(%x : tensor<?xf64>) -> tensor<?xf64>
  func.return
}
// CHECK: needs operands of ranks 1, 2, 1

// -----

func.func @f(%x: tensor<?xi64>, %z: tensor<i64>) {
  %0 = linalg_ext.dot ins(%x, %x : tensor<?xi64>, tensor<?xi64>) outs(%z : tensor<i64>) -> tensor<i64>
  func.return
}
// CHECK: elements must be f32 or f64, not i64

// -----

func.func @f(%x: tensor<?xf64>, %y: tensor<?xf32>, %z: tensor<f64>) {
  %0 = linalg_ext.dot ins(%x, %y : tensor<?xf64>, tensor<?xf32>) outs(%z : tensor<f64>) -> tensor<f64>
  func.return
}
// CHECK: operands of different element types

// -----

func.func @f(%x: memref<?xf64>, %z: tensor<f64>) {
  %0 = linalg_ext.dot ins(%x, %x : memref<?xf64>, memref<?xf64>) outs(%z : tensor<f64>) -> tensor<f64>
  func.return
}
// CHECK: operands must be all tensors or all memrefs

// -----

func.func @f(%x: tensor<?xf64>, %z: tensor<f64>) {
  linalg_ext.dot ins(%x, %x : tensor<?xf64>, tensor<?xf64>) outs(%z : tensor<f64>)
  func.return
}
// CHECK: the result must be a tensor<f64>

// -----

func.func @f(%u: tensor<?x?xf64>, %i: tensor<?xi64>, %d: tensor<?x?xf64>) {
  %0 = linalg_ext.scatter ins(%u, %i : tensor<?x?xf64>, tensor<?xi64>) outs(%d : tensor<?x?xf64>) {combiner = "max"} -> tensor<?x?xf64>
  func.return
}
// CHECK: the combiner must be one of add, set, not 'max'

// -----

func.func @f(%u: tensor<?x?xf64>, %i: tensor<?xi32>, %d: tensor<?x?xf64>) {
  %0 = linalg_ext.scatter ins(%u, %i : tensor<?x?xf64>, tensor<?xi32>) outs(%d : tensor<?x?xf64>) {combiner = "add"} -> tensor<?x?xf64>
  func.return
}
// CHECK: an index must be a vector of i64, not tensor<?xi32>

// -----

func.func @f(%u: tensor<?xf64>, %i: tensor<?xi64>, %d: tensor<?x?xf64>) {
  %0 = linalg_ext.scatter ins(%u, %i : tensor<?xf64>, tensor<?xi64>) outs(%d : tensor<?x?xf64>) {combiner = "add"} -> tensor<?x?xf64>
  func.return
}
// CHECK: updates of rank 1, expected 2

// -----

func.func @f(%a: tensor<?x?xf64>, %s: f32) {
  %0 = linalg_ext.matmul ins(%a, %a, %s : tensor<?x?xf64>, tensor<?x?xf64>, f32) outs(%a : tensor<?x?xf64>) -> tensor<?x?xf64>
  func.return
}
// CHECK: the scalar must be f64

// -----

func.func @f(%a: tensor<?x?xf64>) {
  %0 = linalg_ext.matmul ins(%a : tensor<?x?xf64>) outs(%a : tensor<?x?xf64>) -> tensor<?x?xf64>
  func.return
}
// CHECK: needs two factors, and perhaps a scalar
