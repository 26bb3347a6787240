// RUN: tir-opt %s --split-input-file --parsing-diagnostics --verify-diagnostics | filecheck %s

// What operands an operation does not take is said where they are, with the reason.

// CHECK: tir.sub: subtraction is not defined on booleans; use `xor` (x ^ y) or cast to an integer type
func.func @boolean_difference(%x: tensor<?xi1>) {
  %0 = tir.sub %x, %x : tensor<?xi1>
  func.return
}

// -----

// CHECK: tir.add gives tensor<?xf64>, not tensor<?xf32>
func.func @result_type(%x: tensor<?xf64>, %y: tensor<?xf32>) {
  %0 = tir.add %x, %y : (tensor<?xf64>, tensor<?xf32>) -> tensor<?xf32>
  func.return
}

// -----

// CHECK: tir.exp: operand 0 must be a tensor, got f64
func.func @scalar(%x: f64) {
  %0 = tir.exp %x : f64
  func.return
}

// -----

// CHECK: tir.sum needs the property 'axes'
func.func @no_axes(%x: tensor<?xf64>) {
  %0 = tir.sum %x : (tensor<?xf64>) -> tensor<f64>
  func.return
}

// -----

// CHECK: tir.sum: axes [1] must be distinct, increasing and below the rank 1
func.func @axis_beyond(%x: tensor<?xf64>) {
  %0 = tir.sum %x {axes = [1]} : (tensor<?xf64>) -> tensor<f64>
  func.return
}

// -----

// CHECK: tir.dimshuffle: dimshuffle ('x',) drops dimension 0, which is not broadcastable
func.func @dropped(%x: tensor<?xf64>) {
  %0 = tir.dimshuffle %x {new_order = [-1]} : (tensor<?xf64>) -> tensor<1xf64>
  func.return
}

// -----

// CHECK: tir.exp has no property 'axes' (it has: none)
func.func @unknown_property(%x: tensor<?xf64>) {
  %0 = tir.exp %x {axes = [0]} : tensor<?xf64>
  func.return
}

// -----

// CHECK: each dimension must be 1 or ?
func.func @static_size(%x: tensor<3xf64>) {
  %0 = tir.exp %x : (tensor<3xf64>) -> tensor<?xf64>
  func.return
}
