// RUN: tir-opt %s | filecheck %s
// RUN: tir-opt %s | tir-opt | filecheck %s

// Reductions. Their text is read and printed unchanged.

// CHECK-LABEL: func.func @sum
func.func @sum(%x: tensor<?x?xi1>, %x1: tensor<?x?xf32>, %x2: tensor<?xf64>) {
  // CHECK: %r0 = tir.sum %x {axes = [1]} : (tensor<?x?xi1>) -> tensor<?xi64>
  %r0 = tir.sum %x {axes = [1]} : (tensor<?x?xi1>) -> tensor<?xi64>
  // CHECK: %r1 = tir.sum %x1 {axes = [0, 1]} : (tensor<?x?xf32>) -> tensor<f32>
  %r1 = tir.sum %x1 {axes = [0, 1]} : (tensor<?x?xf32>) -> tensor<f32>
  // CHECK: %r2 = tir.sum %x2 {axes = [0]} : (tensor<?xf64>) -> tensor<f64>
  %r2 = tir.sum %x2 {axes = [0]} : (tensor<?xf64>) -> tensor<f64>
  func.return
}

// CHECK-LABEL: func.func @prod
func.func @prod(%x: tensor<?x?xi64>, %x1: tensor<?x?xf32>, %x2: tensor<?xf64>) {
  // CHECK: %r0 = tir.prod %x {axes = [1]} : (tensor<?x?xi64>) -> tensor<?xi64>
  %r0 = tir.prod %x {axes = [1]} : (tensor<?x?xi64>) -> tensor<?xi64>
  // CHECK: %r1 = tir.prod %x1 {axes = [0, 1]} : (tensor<?x?xf32>) -> tensor<f32>
  %r1 = tir.prod %x1 {axes = [0, 1]} : (tensor<?x?xf32>) -> tensor<f32>
  // CHECK: %r2 = tir.prod %x2 {axes = [0]} : (tensor<?xf64>) -> tensor<f64>
  %r2 = tir.prod %x2 {axes = [0]} : (tensor<?xf64>) -> tensor<f64>
  func.return
}

// CHECK-LABEL: func.func @max
func.func @max(%x: tensor<?x?xi1>, %x1: tensor<?x?xf32>, %x2: tensor<?xf64>) {
  // CHECK: %r0 = tir.max %x {axes = [1]} : (tensor<?x?xi1>) -> tensor<?xi1>
  %r0 = tir.max %x {axes = [1]} : (tensor<?x?xi1>) -> tensor<?xi1>
  // CHECK: %r1 = tir.max %x1 {axes = [1]} : (tensor<?x?xf32>) -> tensor<?xf32>
  %r1 = tir.max %x1 {axes = [1]} : (tensor<?x?xf32>) -> tensor<?xf32>
  // CHECK: %r2 = tir.max %x2 {axes = [0]} : (tensor<?xf64>) -> tensor<f64>
  %r2 = tir.max %x2 {axes = [0]} : (tensor<?xf64>) -> tensor<f64>
  func.return
}

// CHECK-LABEL: func.func @min
func.func @min(%x: tensor<?x?xi1>, %x1: tensor<?x?xf32>, %x2: tensor<?xf64>) {
  // CHECK: %r0 = tir.min %x {axes = [1]} : (tensor<?x?xi1>) -> tensor<?xi1>
  %r0 = tir.min %x {axes = [1]} : (tensor<?x?xi1>) -> tensor<?xi1>
  // CHECK: %r1 = tir.min %x1 {axes = [1]} : (tensor<?x?xf32>) -> tensor<?xf32>
  %r1 = tir.min %x1 {axes = [1]} : (tensor<?x?xf32>) -> tensor<?xf32>
  // CHECK: %r2 = tir.min %x2 {axes = [0]} : (tensor<?xf64>) -> tensor<f64>
  %r2 = tir.min %x2 {axes = [0]} : (tensor<?xf64>) -> tensor<f64>
  func.return
}

// CHECK-LABEL: func.func @any
func.func @any(%x: tensor<?x?xi1>, %x1: tensor<?x?xf32>, %x2: tensor<?xf64>) {
  // CHECK: %r0 = tir.any %x {axes = [1]} : (tensor<?x?xi1>) -> tensor<?xi1>
  %r0 = tir.any %x {axes = [1]} : (tensor<?x?xi1>) -> tensor<?xi1>
  // CHECK: %r1 = tir.any %x1 {axes = [0, 1]} : (tensor<?x?xf32>) -> tensor<i1>
  %r1 = tir.any %x1 {axes = [0, 1]} : (tensor<?x?xf32>) -> tensor<i1>
  // CHECK: %r2 = tir.any %x2 {axes = [0]} : (tensor<?xf64>) -> tensor<i1>
  %r2 = tir.any %x2 {axes = [0]} : (tensor<?xf64>) -> tensor<i1>
  func.return
}

// CHECK-LABEL: func.func @all
func.func @all(%x: tensor<?x?xi1>, %x1: tensor<?x?xf32>, %x2: tensor<?xf64>) {
  // CHECK: %r0 = tir.all %x {axes = [1]} : (tensor<?x?xi1>) -> tensor<?xi1>
  %r0 = tir.all %x {axes = [1]} : (tensor<?x?xi1>) -> tensor<?xi1>
  // CHECK: %r1 = tir.all %x1 {axes = [0, 1]} : (tensor<?x?xf32>) -> tensor<i1>
  %r1 = tir.all %x1 {axes = [0, 1]} : (tensor<?x?xf32>) -> tensor<i1>
  // CHECK: %r2 = tir.all %x2 {axes = [0]} : (tensor<?xf64>) -> tensor<i1>
  %r2 = tir.all %x2 {axes = [0]} : (tensor<?xf64>) -> tensor<i1>
  func.return
}

// CHECK-LABEL: func.func @argmax
func.func @argmax(%x: tensor<?x?xi8>, %x1: tensor<?x?xf32>, %x2: tensor<?xf64>) {
  // CHECK: %r0 = tir.argmax %x {axes = [1]} : (tensor<?x?xi8>) -> tensor<?xi64>
  %r0 = tir.argmax %x {axes = [1]} : (tensor<?x?xi8>) -> tensor<?xi64>
  // CHECK: %r1 = tir.argmax %x1 {axes = [0, 1]} : (tensor<?x?xf32>) -> tensor<i64>
  %r1 = tir.argmax %x1 {axes = [0, 1]} : (tensor<?x?xf32>) -> tensor<i64>
  // CHECK: %r2 = tir.argmax %x2 {axes = [0]} : (tensor<?xf64>) -> tensor<i64>
  %r2 = tir.argmax %x2 {axes = [0]} : (tensor<?xf64>) -> tensor<i64>
  func.return
}

// CHECK-LABEL: func.func @argmin
func.func @argmin(%x: tensor<?x?xi8>, %x1: tensor<?x?xf32>, %x2: tensor<?xf64>) {
  // CHECK: %r0 = tir.argmin %x {axes = [1]} : (tensor<?x?xi8>) -> tensor<?xi64>
  %r0 = tir.argmin %x {axes = [1]} : (tensor<?x?xi8>) -> tensor<?xi64>
  // CHECK: %r1 = tir.argmin %x1 {axes = [0, 1]} : (tensor<?x?xf32>) -> tensor<i64>
  %r1 = tir.argmin %x1 {axes = [0, 1]} : (tensor<?x?xf32>) -> tensor<i64>
  // CHECK: %r2 = tir.argmin %x2 {axes = [0]} : (tensor<?xf64>) -> tensor<i64>
  %r2 = tir.argmin %x2 {axes = [0]} : (tensor<?xf64>) -> tensor<i64>
  func.return
}
