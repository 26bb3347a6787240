// RUN: tir-opt %s | filecheck %s
// RUN: tir-opt %s | tir-opt | filecheck %s

// Reading and writing parts of tensors. Their text is read and printed unchanged.

// CHECK-LABEL: func.func @subtensor
func.func @subtensor(%x: tensor<?xf64>, %y: tensor<i64>, %x1: tensor<?xf64>, %y1: tensor<i64>, %z1: tensor<i64>, %x2: tensor<?x?xf64>, %y2: tensor<i64>) {
  // CHECK: %r0 = tir.subtensor %x, %y {pattern = ["v"]} : (tensor<?xf64>, tensor<i64>) -> tensor<f64>
  %r0 = tir.subtensor %x, %y {pattern = ["v"]} : (tensor<?xf64>, tensor<i64>) -> tensor<f64>
  // CHECK: %r1 = tir.subtensor %x1, %y1, %z1 {pattern = ["v:v:"]} : (tensor<?xf64>, tensor<i64>, tensor<i64>) -> tensor<?xf64>
  %r1 = tir.subtensor %x1, %y1, %z1 {pattern = ["v:v:"]} : (tensor<?xf64>, tensor<i64>, tensor<i64>) -> tensor<?xf64>
  // CHECK: %r2 = tir.subtensor %x2, %y2 {pattern = ["::", "v"]} : (tensor<?x?xf64>, tensor<i64>) -> tensor<?xf64>
  %r2 = tir.subtensor %x2, %y2 {pattern = ["::", "v"]} : (tensor<?x?xf64>, tensor<i64>) -> tensor<?xf64>
  func.return
}

// CHECK-LABEL: func.func @set_subtensor
func.func @set_subtensor(%x: tensor<?xf64>, %y: tensor<f64>, %z: tensor<i64>, %x1: tensor<?xf64>, %y1: tensor<f64>, %z1: tensor<i64>, %u1: tensor<i64>, %x2: tensor<?x?xi32>, %y2: tensor<?xi8>, %z2: tensor<i64>) {
  // CHECK: %r0 = tir.set_subtensor %x, %y, %z {pattern = ["v"]} : (tensor<?xf64>, tensor<f64>, tensor<i64>) -> tensor<?xf64>
  %r0 = tir.set_subtensor %x, %y, %z {pattern = ["v"]} : (tensor<?xf64>, tensor<f64>, tensor<i64>) -> tensor<?xf64>
  // CHECK: %r1 = tir.set_subtensor %x1, %y1, %z1, %u1 {pattern = ["v:v:"]} : (tensor<?xf64>, tensor<f64>, tensor<i64>, tensor<i64>) -> tensor<?xf64>
  %r1 = tir.set_subtensor %x1, %y1, %z1, %u1 {pattern = ["v:v:"]} : (tensor<?xf64>, tensor<f64>, tensor<i64>, tensor<i64>) -> tensor<?xf64>
  // CHECK: %r2 = tir.set_subtensor %x2, %y2, %z2 {pattern = ["v"]} : (tensor<?x?xi32>, tensor<?xi8>, tensor<i64>) -> tensor<?x?xi32>
  %r2 = tir.set_subtensor %x2, %y2, %z2 {pattern = ["v"]} : (tensor<?x?xi32>, tensor<?xi8>, tensor<i64>) -> tensor<?x?xi32>
  func.return
}

// CHECK-LABEL: func.func @inc_subtensor
func.func @inc_subtensor(%x: tensor<?xf64>, %y: tensor<f64>, %z: tensor<i64>, %x1: tensor<?xf64>, %y1: tensor<f64>, %z1: tensor<i64>, %u1: tensor<i64>, %x2: tensor<?x?xi32>, %y2: tensor<?xi8>, %z2: tensor<i64>) {
  // CHECK: %r0 = tir.inc_subtensor %x, %y, %z {pattern = ["v"]} : (tensor<?xf64>, tensor<f64>, tensor<i64>) -> tensor<?xf64>
  %r0 = tir.inc_subtensor %x, %y, %z {pattern = ["v"]} : (tensor<?xf64>, tensor<f64>, tensor<i64>) -> tensor<?xf64>
  // CHECK: %r1 = tir.inc_subtensor %x1, %y1, %z1, %u1 {pattern = ["v:v:"]} : (tensor<?xf64>, tensor<f64>, tensor<i64>, tensor<i64>) -> tensor<?xf64>
  %r1 = tir.inc_subtensor %x1, %y1, %z1, %u1 {pattern = ["v:v:"]} : (tensor<?xf64>, tensor<f64>, tensor<i64>, tensor<i64>) -> tensor<?xf64>
  // CHECK: %r2 = tir.inc_subtensor %x2, %y2, %z2 {pattern = ["v"]} : (tensor<?x?xi32>, tensor<?xi8>, tensor<i64>) -> tensor<?x?xi32>
  %r2 = tir.inc_subtensor %x2, %y2, %z2 {pattern = ["v"]} : (tensor<?x?xi32>, tensor<?xi8>, tensor<i64>) -> tensor<?x?xi32>
  func.return
}

// CHECK-LABEL: func.func @advanced_subtensor
func.func @advanced_subtensor(%x: tensor<?xf64>, %y: tensor<?xi64>, %x1: tensor<?x?xf64>, %y1: tensor<?xi8>, %z1: tensor<?xi8>, %x2: tensor<?x?xf64>, %y2: tensor<?xi8>) {
  // CHECK: %r0 = tir.advanced_subtensor %x, %y : (tensor<?xf64>, tensor<?xi64>) -> tensor<?xf64>
  %r0 = tir.advanced_subtensor %x, %y : (tensor<?xf64>, tensor<?xi64>) -> tensor<?xf64>
  // CHECK: %r1 = tir.advanced_subtensor %x1, %y1, %z1 : (tensor<?x?xf64>, tensor<?xi8>, tensor<?xi8>) -> tensor<?xf64>
  %r1 = tir.advanced_subtensor %x1, %y1, %z1 : (tensor<?x?xf64>, tensor<?xi8>, tensor<?xi8>) -> tensor<?xf64>
  // CHECK: %r2 = tir.advanced_subtensor %x2, %y2 : (tensor<?x?xf64>, tensor<?xi8>) -> tensor<?x?xf64>
  %r2 = tir.advanced_subtensor %x2, %y2 : (tensor<?x?xf64>, tensor<?xi8>) -> tensor<?x?xf64>
  func.return
}

// CHECK-LABEL: func.func @advanced_set_subtensor
func.func @advanced_set_subtensor(%x: tensor<?xf64>, %y: tensor<?xf64>, %z: tensor<?xi64>, %x1: tensor<?x?xf64>, %y1: tensor<f64>, %z1: tensor<?xi64>, %u1: tensor<?xi64>, %x2: tensor<?x?xf64>, %y2: tensor<f64>, %z2: tensor<?xi64>) {
  // CHECK: %r0 = tir.advanced_set_subtensor %x, %y, %z : (tensor<?xf64>, tensor<?xf64>, tensor<?xi64>) -> tensor<?xf64>
  %r0 = tir.advanced_set_subtensor %x, %y, %z : (tensor<?xf64>, tensor<?xf64>, tensor<?xi64>) -> tensor<?xf64>
  // CHECK: %r1 = tir.advanced_set_subtensor %x1, %y1, %z1, %u1 : (tensor<?x?xf64>, tensor<f64>, tensor<?xi64>, tensor<?xi64>) -> tensor<?x?xf64>
  %r1 = tir.advanced_set_subtensor %x1, %y1, %z1, %u1 : (tensor<?x?xf64>, tensor<f64>, tensor<?xi64>, tensor<?xi64>) -> tensor<?x?xf64>
  // CHECK: %r2 = tir.advanced_set_subtensor %x2, %y2, %z2 : (tensor<?x?xf64>, tensor<f64>, tensor<?xi64>) -> tensor<?x?xf64>
  %r2 = tir.advanced_set_subtensor %x2, %y2, %z2 : (tensor<?x?xf64>, tensor<f64>, tensor<?xi64>) -> tensor<?x?xf64>
  func.return
}

// CHECK-LABEL: func.func @advanced_inc_subtensor
func.func @advanced_inc_subtensor(%x: tensor<?xf64>, %y: tensor<?xf64>, %z: tensor<?xi64>, %x1: tensor<?x?xf64>, %y1: tensor<f64>, %z1: tensor<?xi64>, %u1: tensor<?xi64>, %x2: tensor<?x?xf64>, %y2: tensor<f64>, %z2: tensor<?xi64>) {
  // CHECK: %r0 = tir.advanced_inc_subtensor %x, %y, %z : (tensor<?xf64>, tensor<?xf64>, tensor<?xi64>) -> tensor<?xf64>
  %r0 = tir.advanced_inc_subtensor %x, %y, %z : (tensor<?xf64>, tensor<?xf64>, tensor<?xi64>) -> tensor<?xf64>
  // CHECK: %r1 = tir.advanced_inc_subtensor %x1, %y1, %z1, %u1 : (tensor<?x?xf64>, tensor<f64>, tensor<?xi64>, tensor<?xi64>) -> tensor<?x?xf64>
  %r1 = tir.advanced_inc_subtensor %x1, %y1, %z1, %u1 : (tensor<?x?xf64>, tensor<f64>, tensor<?xi64>, tensor<?xi64>) -> tensor<?x?xf64>
  // CHECK: %r2 = tir.advanced_inc_subtensor %x2, %y2, %z2 : (tensor<?x?xf64>, tensor<f64>, tensor<?xi64>) -> tensor<?x?xf64>
  %r2 = tir.advanced_inc_subtensor %x2, %y2, %z2 : (tensor<?x?xf64>, tensor<f64>, tensor<?xi64>) -> tensor<?x?xf64>
  func.return
}
