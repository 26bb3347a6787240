// RUN: tir-opt %s | filecheck %s
// RUN: tir-opt %s | tir-opt | filecheck %s

// Fused operations of neural networks. Their text is read and printed unchanged.

// CHECK-LABEL: func.func @softmax
func.func @softmax(%x: tensor<?xf32>, %x1: tensor<?xf64>, %x2: tensor<?x?xf64>) {
  // CHECK: %r0 = tir.softmax %x {axis = 0} : tensor<?xf32>
  %r0 = tir.softmax %x {axis = 0} : tensor<?xf32>
  // CHECK: %r1 = tir.softmax %x1 {axis = 0} : tensor<?xf64>
  %r1 = tir.softmax %x1 {axis = 0} : tensor<?xf64>
  // CHECK: %r2 = tir.softmax %x2 {axis = 1} : tensor<?x?xf64>
  %r2 = tir.softmax %x2 {axis = 1} : tensor<?x?xf64>
  func.return
}

// CHECK-LABEL: func.func @log_softmax
func.func @log_softmax(%x: tensor<?xf32>, %x1: tensor<?xf64>, %x2: tensor<?x?xf64>) {
  // CHECK: %r0 = tir.log_softmax %x {axis = 0} : tensor<?xf32>
  %r0 = tir.log_softmax %x {axis = 0} : tensor<?xf32>
  // CHECK: %r1 = tir.log_softmax %x1 {axis = 0} : tensor<?xf64>
  %r1 = tir.log_softmax %x1 {axis = 0} : tensor<?xf64>
  // CHECK: %r2 = tir.log_softmax %x2 {axis = 1} : tensor<?x?xf64>
  %r2 = tir.log_softmax %x2 {axis = 1} : tensor<?x?xf64>
  func.return
}

// CHECK-LABEL: func.func @log_sum_exp
func.func @log_sum_exp(%x: tensor<?x?xf32>, %x1: tensor<?x?x?xf64>, %x2: tensor<?xf64>) {
  // CHECK: %r0 = tir.log_sum_exp %x {axes = [1]} : (tensor<?x?xf32>) -> tensor<?xf32>
  %r0 = tir.log_sum_exp %x {axes = [1]} : (tensor<?x?xf32>) -> tensor<?xf32>
  // CHECK: %r1 = tir.log_sum_exp %x1 {axes = [0, 2]} : (tensor<?x?x?xf64>) -> tensor<?xf64>
  %r1 = tir.log_sum_exp %x1 {axes = [0, 2]} : (tensor<?x?x?xf64>) -> tensor<?xf64>
  // CHECK: %r2 = tir.log_sum_exp %x2 {axes = [0]} : (tensor<?xf64>) -> tensor<f64>
  %r2 = tir.log_sum_exp %x2 {axes = [0]} : (tensor<?xf64>) -> tensor<f64>
  func.return
}

// CHECK-LABEL: func.func @softmax_cross_entropy
func.func @softmax_cross_entropy(%x: tensor<?x?xf64>, %y: tensor<?xi64>, %x1: tensor<?x?xf64>, %y1: tensor<?xui8>) {
  // CHECK: %r0 = tir.softmax_cross_entropy %x, %y : (tensor<?x?xf64>, tensor<?xi64>) -> tensor<?xf64>
  %r0 = tir.softmax_cross_entropy %x, %y : (tensor<?x?xf64>, tensor<?xi64>) -> tensor<?xf64>
  // CHECK: %r1 = tir.softmax_cross_entropy %x1, %y1 : (tensor<?x?xf64>, tensor<?xui8>) -> tensor<?xf64>
  %r1 = tir.softmax_cross_entropy %x1, %y1 : (tensor<?x?xf64>, tensor<?xui8>) -> tensor<?xf64>
  func.return
}

// CHECK-LABEL: func.func @softmax_cross_entropy_grad
func.func @softmax_cross_entropy_grad(%x: tensor<?xf32>, %y: tensor<?x?xf32>, %z: tensor<?xi64>, %x1: tensor<?xf64>, %y1: tensor<?x?xf64>, %z1: tensor<?xi64>) {
  // CHECK: %r0 = tir.softmax_cross_entropy_grad %x, %y, %z : (tensor<?xf32>, tensor<?x?xf32>, tensor<?xi64>) -> tensor<?x?xf32>
  %r0 = tir.softmax_cross_entropy_grad %x, %y, %z : (tensor<?xf32>, tensor<?x?xf32>, tensor<?xi64>) -> tensor<?x?xf32>
  // CHECK: %r1 = tir.softmax_cross_entropy_grad %x1, %y1, %z1 : (tensor<?xf64>, tensor<?x?xf64>, tensor<?xi64>) -> tensor<?x?xf64>
  %r1 = tir.softmax_cross_entropy_grad %x1, %y1, %z1 : (tensor<?xf64>, tensor<?x?xf64>, tensor<?xi64>) -> tensor<?x?xf64>
  func.return
}
