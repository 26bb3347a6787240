// RUN: tir-opt %s -p simplify-arithmetic | filecheck %s

func.func @equal_terms(%x: tensor<?xf64>, %y: tensor<?xf64>) -> (tensor<?xf64>) {
  %a = tir.add %x, %y : tensor<?xf64>
  %b = tir.add %a, %a : tensor<?xf64>
  func.return %b : tensor<?xf64>
}

// CHECK-LABEL: func.func @equal_terms(
// CHECK-NEXT:    %[[a:.*]] = tir.add %x, %y : tensor<?xf64>
// CHECK-NEXT:    %[[v0:.*]] = tir.constant {value = dense<2.000000e+00> : tensor<f64>} : tensor<f64>
// CHECK-NEXT:    %[[b:.*]] = tir.mul %[[v0]], %[[a]] : (tensor<f64>, tensor<?xf64>) -> tensor<?xf64>
// CHECK-NEXT:    func.return %[[b]] : tensor<?xf64>

func.func @cancelled(%x: tensor<?xf64>, %y: tensor<?xf64>) -> (tensor<?xf64>, tensor<?xf64>) {
  %a = tir.add %x, %y : tensor<?xf64>
  %b = tir.sub %a, %x : tensor<?xf64>
  %c = tir.mul %x, %y : tensor<?xf64>
  %d = tir.true_div %c, %y : tensor<?xf64>
  func.return %b, %d : tensor<?xf64>, tensor<?xf64>
}

// CHECK-LABEL: func.func @cancelled(
// CHECK-NEXT:    func.return %y, %x : tensor<?xf64>, tensor<?xf64>

// What is left has the shape of what was there.

func.func @shape_of_cancelled(%m: tensor<?x?xf64>, %v: tensor<?xf64>) -> (tensor<?x?xf64>, tensor<?x?xf64>) {
  %a = tir.add %m, %v : (tensor<?x?xf64>, tensor<?xf64>) -> tensor<?x?xf64>
  %b = tir.sub %a, %m : tensor<?x?xf64>
  %c = tir.true_div %m, %m : tensor<?x?xf64>
  func.return %b, %c : tensor<?x?xf64>, tensor<?x?xf64>
}

// CHECK-LABEL: func.func @shape_of_cancelled(
// CHECK-NEXT:    %[[b:.*]] = tir.second %m, %v : (tensor<?x?xf64>, tensor<?xf64>) -> tensor<?x?xf64>
// CHECK-NEXT:    %[[v0:.*]] = tir.constant {value = dense<1.000000e+00> : tensor<f64>} : tensor<f64>
// CHECK-NEXT:    %[[c:.*]] = tir.second %m, %[[v0]] : (tensor<?x?xf64>, tensor<f64>) -> tensor<?x?xf64>
// CHECK-NEXT:    func.return %[[b]], %[[c]] : tensor<?x?xf64>, tensor<?x?xf64>

// One leading constant.

func.func @constants(%x: tensor<?xf64>, %y: tensor<?xf64>) -> (tensor<?xf64>) {
  %two = tir.constant {value = dense<2.0> : tensor<f64>} : tensor<f64>
  %three = tir.constant {value = dense<3.0> : tensor<f64>} : tensor<f64>
  %a = tir.mul %x, %two : (tensor<?xf64>, tensor<f64>) -> tensor<?xf64>
  %b = tir.mul %three, %y : (tensor<f64>, tensor<?xf64>) -> tensor<?xf64>
  %c = tir.mul %a, %b : tensor<?xf64>
  func.return %c : tensor<?xf64>
}

// CHECK-LABEL: func.func @constants(
// CHECK-NEXT:    %[[v0:.*]] = tir.constant {value = dense<6.000000e+00> : tensor<f64>} : tensor<f64>
// CHECK-NEXT:    %[[v1:.*]] = tir.mul %[[v0]], %x : (tensor<f64>, tensor<?xf64>) -> tensor<?xf64>
// CHECK-NEXT:    %[[c:.*]] = tir.mul %[[v1]], %y : tensor<?xf64>
// CHECK-NEXT:    func.return %[[c]] : tensor<?xf64>

func.func @neutral(%x: tensor<?xf64>) -> (tensor<?xf64>) {
  %zero = tir.constant {value = dense<0.0> : tensor<f64>} : tensor<f64>
  %one = tir.constant {value = dense<1.0> : tensor<f64>} : tensor<f64>
  %a = tir.add %x, %zero : (tensor<?xf64>, tensor<f64>) -> tensor<?xf64>
  %b = tir.mul %a, %one : (tensor<?xf64>, tensor<f64>) -> tensor<?xf64>
  %c = tir.neg %b : tensor<?xf64>
  %d = tir.neg %c : tensor<?xf64>
  func.return %d : tensor<?xf64>
}

// CHECK-LABEL: func.func @neutral(
// CHECK-NEXT:    func.return %x : tensor<?xf64>

func.func @powers(%x: tensor<?xf64>) -> (tensor<?xf64>, tensor<?xf64>) {
  %two = tir.constant {value = dense<2.0> : tensor<f64>} : tensor<f64>
  %half = tir.constant {value = dense<-0.5> : tensor<f64>} : tensor<f64>
  %a = tir.pow %x, %two : (tensor<?xf64>, tensor<f64>) -> tensor<?xf64>
  %b = tir.pow %x, %half : (tensor<?xf64>, tensor<f64>) -> tensor<?xf64>
  func.return %a, %b : tensor<?xf64>, tensor<?xf64>
}

// CHECK-LABEL: func.func @powers(
// CHECK-NEXT:    %[[a:.*]] = tir.sqr %x : tensor<?xf64>
// CHECK-NEXT:    %[[v0:.*]] = tir.sqrt %x : tensor<?xf64>
// CHECK-NEXT:    %[[b:.*]] = tir.reciprocal %[[v0]] : tensor<?xf64>
// CHECK-NEXT:    func.return %[[a]], %[[b]] : tensor<?xf64>, tensor<?xf64>

// The product has another user: it is not computed twice.

func.func @shared(%x: tensor<?xf64>, %y: tensor<?xf64>) -> (tensor<?xf64>, tensor<?xf64>) {
  %a = tir.mul %x, %y : tensor<?xf64>
  %b = tir.mul %a, %y : tensor<?xf64>
  func.return %a, %b : tensor<?xf64>, tensor<?xf64>
}

// CHECK-LABEL: func.func @shared(
// CHECK-NEXT:    %[[a:.*]] = tir.mul %x, %y : tensor<?xf64>
// CHECK-NEXT:    %[[b:.*]] = tir.mul %[[a]], %y : tensor<?xf64>
// CHECK-NEXT:    func.return %[[a]], %[[b]] : tensor<?xf64>, tensor<?xf64>

// A scalar factor leaves a sum; two sums are one.

func.func @sums(%m: tensor<?x?xf64>, %c: tensor<f64>) -> (tensor<f64>) {
  %a = tir.mul %m, %c : (tensor<?x?xf64>, tensor<f64>) -> tensor<?x?xf64>
  %b = tir.sum %a {axes = [1]} : (tensor<?x?xf64>) -> tensor<?xf64>
  %d = tir.sum %b {axes = [0]} : (tensor<?xf64>) -> tensor<f64>
  func.return %d : tensor<f64>
}

// CHECK-LABEL: func.func @sums(
// CHECK-NEXT:    %[[v0:.*]] = tir.sum %m {axes = [0, 1]} : (tensor<?x?xf64>) -> tensor<f64>
// CHECK-NEXT:    %[[d:.*]] = tir.mul %[[v0]], %c : tensor<f64>
// CHECK-NEXT:    func.return %[[d]] : tensor<f64>
