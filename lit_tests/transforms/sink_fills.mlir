// RUN: tir-opt %s -p sink-fills | filecheck %s

// Another operand has the shape already.

func.func @operand(%x: tensor<?xf64>, %y: tensor<?xf64>, %c: tensor<f64>) -> (tensor<?xf64>) {
  %a = tir.second %x, %c : (tensor<?xf64>, tensor<f64>) -> tensor<?xf64>
  %b = tir.mul %a, %y : tensor<?xf64>
  func.return %b : tensor<?xf64>
}

// CHECK-LABEL: func.func @operand(
// CHECK-NEXT:    %[[b:.*]] = tir.mul %c, %y : (tensor<f64>, tensor<?xf64>) -> tensor<?xf64>
// CHECK-NEXT:    func.return %[[b]] : tensor<?xf64>

// The function is computed once, not for every element.

func.func @function(%x: tensor<?xf64>, %c: tensor<f64>) -> (tensor<?xf64>) {
  %a = tir.second %x, %c : (tensor<?xf64>, tensor<f64>) -> tensor<?xf64>
  %b = tir.exp %a : tensor<?xf64>
  func.return %b : tensor<?xf64>
}

// CHECK-LABEL: func.func @function(
// CHECK-NEXT:    %[[v0:.*]] = tir.exp %c : tensor<f64>
// CHECK-NEXT:    %[[b:.*]] = tir.second %x, %[[v0]] : (tensor<?xf64>, tensor<f64>) -> tensor<?xf64>
// CHECK-NEXT:    func.return %[[b]] : tensor<?xf64>

// The sum of a repeated scalar is a product.

func.func @sum(%n: tensor<i64>, %c: tensor<f64>) -> (tensor<f64>) {
  %a = tir.alloc %c, %n {broadcastable = [false]} : (tensor<f64>, tensor<i64>) -> tensor<?xf64>
  %b = tir.sum %a {axes = [0]} : (tensor<?xf64>) -> tensor<f64>
  func.return %b : tensor<f64>
}

// CHECK-LABEL: func.func @sum(
// CHECK-NEXT:    %[[v0:.*]] = tir.cast %n {dtype = "float64"} : (tensor<i64>) -> tensor<f64>
// CHECK-NEXT:    %[[b:.*]] = tir.mul %c, %[[v0]] : tensor<f64>
// CHECK-NEXT:    func.return %[[b]] : tensor<f64>

// The filled value gives the shape: the sum is computed for a row and then repeated.

func.func @sunk(%m: tensor<?x?xf64>, %v: tensor<?xf64>, %c: tensor<f64>) -> (tensor<?x?xf64>) {
  %a = tir.second %m, %c : (tensor<?x?xf64>, tensor<f64>) -> tensor<?x?xf64>
  %b = tir.add %a, %v : (tensor<?x?xf64>, tensor<?xf64>) -> tensor<?x?xf64>
  func.return %b : tensor<?x?xf64>
}

// CHECK-LABEL: func.func @sunk(
// CHECK-NEXT:    %[[v0:.*]] = tir.add %c, %v : (tensor<f64>, tensor<?xf64>) -> tensor<?xf64>
// CHECK-NEXT:    %[[b:.*]] = tir.second %m, %[[v0]] : (tensor<?x?xf64>, tensor<?xf64>) -> tensor<?x?xf64>
// CHECK-NEXT:    func.return %[[b]] : tensor<?x?xf64>
