// RUN: tir-opt %s -p infer-shapes | filecheck %s

func.func @only_the_shape(%x: tensor<?x?xf64>, %w: tensor<?x?xf64>) -> (tensor<i64>, tensor<i64>) {
  %a = tir.dot %x, %w : tensor<?x?xf64>
  %b = tir.exp %a : tensor<?x?xf64>
  %c = tir.sum %b {axes = [0]} : (tensor<?x?xf64>) -> tensor<?xf64>
  %n = tir.dim %b {axis = 0} : (tensor<?x?xf64>) -> tensor<i64>
  %k = tir.dim %c {axis = 0} : (tensor<?xf64>) -> tensor<i64>
  func.return %n, %k : tensor<i64>, tensor<i64>
}

// CHECK-LABEL: func.func @only_the_shape(
// CHECK-NEXT:    %[[k:.*]] = tir.dim %w {axis = 1} : (tensor<?x?xf64>) -> tensor<i64>
// CHECK-NEXT:    %[[n:.*]] = tir.dim %x {axis = 0} : (tensor<?x?xf64>) -> tensor<i64>
// CHECK-NEXT:    func.return %[[n]], %[[k]] : tensor<i64>, tensor<i64>

// A value that is needed for its shape only is not computed.

func.func @fill(%x: tensor<?xf64>, %c: tensor<f64>) -> (tensor<?xf64>) {
  %a = tir.exp %x : tensor<?xf64>
  %b = tir.second %a, %c : (tensor<?xf64>, tensor<f64>) -> tensor<?xf64>
  func.return %b : tensor<?xf64>
}

// CHECK-LABEL: func.func @fill(
// CHECK-NEXT:    %[[v0:.*]] = tir.dim %x {axis = 0} : (tensor<?xf64>) -> tensor<i64>
// CHECK-NEXT:    %[[b:.*]] = tir.alloc %c, %[[v0]] {broadcastable = [false]} : (tensor<f64>, tensor<i64>) -> tensor<?xf64>
// CHECK-NEXT:    func.return %[[b]] : tensor<?xf64>

func.func @slice(%x: tensor<?xf64>) -> (tensor<i64>) {
  %one = tir.constant {value = dense<1> : tensor<i64>} : tensor<i64>
  %a = tir.subtensor %x, %one {pattern = ["v::"]} : (tensor<?xf64>, tensor<i64>) -> tensor<?xf64>
  %n = tir.dim %a {axis = 0} : (tensor<?xf64>) -> tensor<i64>
  func.return %n : tensor<i64>
}

// CHECK-LABEL: func.func @slice(
// CHECK-NEXT:    %[[v0:.*]] = tir.dim %x {axis = 0} : (tensor<?xf64>) -> tensor<i64>
// CHECK-NEXT:    %[[one:.*]] = tir.constant {value = dense<1> : tensor<i64>} : tensor<i64>
// CHECK-NEXT:    %[[v1:.*]] = tir.sub %[[v0]], %[[one]] : tensor<i64>
// CHECK-NEXT:    %[[v2:.*]] = tir.constant {value = dense<0> : tensor<i64>} : tensor<i64>
// CHECK-NEXT:    %[[n:.*]] = tir.maximum %[[v1]], %[[v2]] : tensor<i64>
// CHECK-NEXT:    func.return %[[n]] : tensor<i64>

func.func @element_of_shape(%x: tensor<?x?xf64>) -> (tensor<i64>) {
  %zero = tir.dim %x {axis = 0} : (tensor<?x?xf64>) -> tensor<i64>
  %one = tir.dim %x {axis = 1} : (tensor<?x?xf64>) -> tensor<i64>
  %s = tir.make_vector %zero, %one : (tensor<i64>, tensor<i64>) -> tensor<?xi64>
  %i = tir.constant {value = dense<-1> : tensor<i64>} : tensor<i64>
  %n = tir.subtensor %s, %i {pattern = ["v"]} : (tensor<?xi64>, tensor<i64>) -> tensor<i64>
  func.return %n : tensor<i64>
}

// CHECK-LABEL: func.func @element_of_shape(
// CHECK-NEXT:    %[[one:.*]] = tir.dim %x {axis = 1} : (tensor<?x?xf64>) -> tensor<i64>
// CHECK-NEXT:    func.return %[[one]] : tensor<i64>
