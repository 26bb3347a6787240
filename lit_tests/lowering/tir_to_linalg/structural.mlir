// RUN: tir-opt %s -p tir-to-linalg | filecheck %s

// A constant of one element is stated where it is used, another becomes a dense tensor.
func.func @constant(%x: tensor<?xf64>) -> (tensor<?xf64>, tensor<?xf64>) {
  %0 = tir.constant {value = dense<2.0> : tensor<f64>} : tensor<f64>
  %1 = tir.mul %x, %0 : (tensor<?xf64>, tensor<f64>) -> tensor<?xf64>
  %2 = tir.constant {value = dense<[1.0, 2.0, 3.0]> : tensor<3xf64>} : tensor<?xf64>
  func.return %1, %2 : tensor<?xf64>, tensor<?xf64>
}
// CHECK-LABEL: func.func @constant
// CHECK: ins(%x : tensor<?xf64>)
// CHECK: [[TWO:%[0-9]+]] = arith.constant 2.000000e+00 : f64
// CHECK-NEXT: arith.mulf %{{[0-9]+}}, [[TWO]] : f64
// CHECK: [[DENSE:%[0-9]+]] = arith.constant dense<[1.000000e+00, 2.000000e+00, 3.000000e+00]> : tensor<3xf64>
// CHECK: tensor.cast [[DENSE]] : tensor<3xf64> to tensor<?xf64>

func.func @dimshuffle(%x: tensor<?x1x?xf64>) -> tensor<?x1x?xf64> {
  %0 = tir.dimshuffle %x {new_order = [2, -1, 0]} : tensor<?x1x?xf64>
  func.return %0 : tensor<?x1x?xf64>
}
// CHECK-LABEL: func.func @dimshuffle
// CHECK: linalg_ext.dimshuffle %x {new_order = [2 : i64, -1 : i64, 0 : i64]} : tensor<?x1x?xf64> to tensor<?x1x?xf64>

func.func @rebroadcast(%x: tensor<?x1xf64>) -> tensor<1x?xf64> {
  %0 = tir.rebroadcast %x {broadcastable = [true, false]} : (tensor<?x1xf64>) -> tensor<1x?xf64>
  func.return %0 : tensor<1x?xf64>
}
// CHECK-LABEL: func.func @rebroadcast
// CHECK: rt.assert %{{[0-9]+}}, "Dimension 0 of a rebroadcast's input was supposed to be 1" {kind = "ValueError"}
// CHECK-NEXT: tensor.cast %x : tensor<?x1xf64> to tensor<1x?xf64>

// The unknown size is the product of what is left; with no elements given it would be undetermined.
func.func @reshape(%x: tensor<?x?x?xf64>) -> tensor<?x?xf64> {
  %0 = tir.dim %x {axis = 0} : (tensor<?x?x?xf64>) -> tensor<i64>
  %1 = tir.constant {value = dense<-1> : tensor<i64>} : tensor<i64>
  %2 = tir.reshape %x, %0, %1 {broadcastable = [false, false]} : (tensor<?x?x?xf64>, tensor<i64>, tensor<i64>) -> tensor<?x?xf64>
  func.return %2 : tensor<?x?xf64>
}
// CHECK-LABEL: func.func @reshape
// CHECK: [[N:%[0-9]+]] = tensor.dim %x
// CHECK: [[M:%[0-9]+]] = tensor.dim %x
// CHECK: [[K:%[0-9]+]] = tensor.dim %x
// CHECK: [[REST:%[0-9]+]] = arith.muli [[M]], [[K]] : index
// CHECK: rt.assert %{{[0-9]+}}, "cannot reshape: the new shape has another number of elements" {kind = "ValueError"}
// CHECK: linalg_ext.reshape %x([[N]], [[REST]]) : tensor<?x?x?xf64> to tensor<?x?xf64>

func.func @alloc(%v: tensor<?xf64>, %n: tensor<i64>, %m: tensor<i32>) -> tensor<?x?xf64> {
  %0 = tir.alloc %v, %n, %m {broadcastable = [false, false]} : (tensor<?xf64>, tensor<i64>, tensor<i32>) -> tensor<?x?xf64>
  func.return %0 : tensor<?x?xf64>
}
// CHECK-LABEL: func.func @alloc
// CHECK: [[N:%[0-9]+]] = tensor.extract %n[] : tensor<i64>
// CHECK-NEXT: arith.index_cast [[N]] : i64 to index
// CHECK: rt.assert %{{[0-9]+}}, "alloc: negative dimensions are not allowed" {kind = "ValueError"}
// CHECK: rt.assert %{{[0-9]+}}, "could not broadcast dimension 0 of the value into the region" {kind = "ValueError"}
// CHECK: [[STRIDE:%[0-9]+]] = arith.select
// CHECK: tensor.extract_slice %v[0] [%{{[0-9]+}}] {{\[}}[[STRIDE]]] : tensor<?xf64> to tensor<?xf64>
// CHECK: linalg.generic {indexing_maps = [affine_map<(d0, d1) -> (d1)>, affine_map<(d0, d1) -> (d0, d1)>]

func.func @arange(%n: tensor<i64>) -> tensor<?xi64> {
  %0 = tir.constant {value = dense<0> : tensor<i64>} : tensor<i64>
  %1 = tir.constant {value = dense<1> : tensor<i64>} : tensor<i64>
  %2 = tir.arange %0, %n, %1 : (tensor<i64>, tensor<i64>, tensor<i64>) -> tensor<?xi64>
  func.return %2 : tensor<?xi64>
}
// CHECK-LABEL: func.func @arange
// CHECK: [[LENGTH:%[0-9]+]] = arith.maxsi
// CHECK: tensor.empty([[LENGTH]]) : tensor<?xi64>
// CHECK: linalg.index 0 : index

// Sizes, and arithmetic on them, are host code; they become tensors only as results.
func.func @dim(%x: tensor<?x?xf64>) -> tensor<i64> {
  %0 = tir.dim %x {axis = 0} : (tensor<?x?xf64>) -> tensor<i64>
  %1 = tir.dim %x {axis = 1} : (tensor<?x?xf64>) -> tensor<i64>
  %2 = tir.mul %0, %1 : tensor<i64>
  func.return %2 : tensor<i64>
}
// CHECK-LABEL: func.func @dim
// CHECK: [[COUNT:%[0-9]+]] = arith.muli %{{[0-9]+}}, %{{[0-9]+}} : i64
// CHECK-NEXT: [[E:%[0-9]+]] = tensor.empty() : tensor<i64>
// CHECK-NEXT: linalg.fill ins([[COUNT]] : i64) outs([[E]] : tensor<i64>) -> tensor<i64>

func.func @make_vector(%x: tensor<f64>, %y: tensor<f64>) -> tensor<?xf64> {
  %0 = tir.make_vector %x, %y : (tensor<f64>, tensor<f64>) -> tensor<?xf64>
  func.return %0 : tensor<?xf64>
}
// CHECK-LABEL: func.func @make_vector
// CHECK: linalg.generic {indexing_maps = [affine_map<(d0) -> ()>, affine_map<(d0) -> ()>, affine_map<(d0) -> (d0)>]
// CHECK: linalg.index 0 : index
// CHECK: arith.select

func.func @identities(%x: tensor<?xf64>) -> tensor<?xf64> {
  %0 = tir.tensor_copy %x : tensor<?xf64>
  %1 = tir.consider_constant %0 : tensor<?xf64>
  %2 = tir.zero_grad %1 : tensor<?xf64>
  %3 = tir.disconnected_grad %2 : tensor<?xf64>
  func.return %3 : tensor<?xf64>
}
// CHECK-LABEL: func.func @identities
// CHECK-NEXT: func.return %x : tensor<?xf64>

// Equal sizes are one value, compared once: the second sum needs no check.
func.func @shared_sizes(%x: tensor<?xf64>, %y: tensor<?xf64>) -> tensor<?xf64> {
  %0 = tir.add %x, %y : tensor<?xf64>
  %1 = tir.add %0, %y : tensor<?xf64>
  func.return %1 : tensor<?xf64>
}
// CHECK-LABEL: func.func @shared_sizes
// CHECK: [[N:%[0-9]+]] = tensor.dim %x
// CHECK: rt.assert
// CHECK: tensor.empty([[N]])
// CHECK-NOT: rt.assert
// CHECK: tensor.empty([[N]])
