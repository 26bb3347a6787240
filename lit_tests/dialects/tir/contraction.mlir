// RUN: tir-opt %s | filecheck %s
// RUN: tir-opt %s | tir-opt | filecheck %s

// Matrix products. Their text is read and printed unchanged.

// CHECK-LABEL: func.func @dot
func.func @dot(%x: tensor<?xf64>, %y: tensor<?xf64>, %x1: tensor<?xi32>, %y1: tensor<?xi32>, %x2: tensor<1x?xf64>, %y2: tensor<?x1xf64>) {
  // CHECK: %r0 = tir.dot %x, %y : (tensor<?xf64>, tensor<?xf64>) -> tensor<f64>
  %r0 = tir.dot %x, %y : (tensor<?xf64>, tensor<?xf64>) -> tensor<f64>
  // CHECK: %r1 = tir.dot %x1, %y1 : (tensor<?xi32>, tensor<?xi32>) -> tensor<i32>
  %r1 = tir.dot %x1, %y1 : (tensor<?xi32>, tensor<?xi32>) -> tensor<i32>
  // CHECK: %r2 = tir.dot %x2, %y2 : (tensor<1x?xf64>, tensor<?x1xf64>) -> tensor<1x1xf64>
  %r2 = tir.dot %x2, %y2 : (tensor<1x?xf64>, tensor<?x1xf64>) -> tensor<1x1xf64>
  func.return
}

// CHECK-LABEL: func.func @batched_dot
func.func @batched_dot(%x: tensor<?x?x?xf64>, %y: tensor<1x?x1xf64>) {
  // CHECK: %r0 = tir.batched_dot %x, %x : tensor<?x?x?xf64>
  %r0 = tir.batched_dot %x, %x : tensor<?x?x?xf64>
  // CHECK: %r1 = tir.batched_dot %x, %y : (tensor<?x?x?xf64>, tensor<1x?x1xf64>) -> tensor<?x?x1xf64>
  %r1 = tir.batched_dot %x, %y : (tensor<?x?x?xf64>, tensor<1x?x1xf64>) -> tensor<?x?x1xf64>
  func.return
}
