// RUN: tir-opt %s -p constant-fold | filecheck %s

// Operations on constants are computed.

func.func @folded() -> (tensor<1xf64>) {
  %two = tir.constant {value = dense<2.0> : tensor<f64>} : tensor<f64>
  %three = tir.constant {value = dense<3.0> : tensor<f64>} : tensor<f64>
  %a = tir.mul %two, %three : tensor<f64>
  %b = tir.dimshuffle %a {new_order = [-1]} : (tensor<f64>) -> tensor<1xf64>
  func.return %b : tensor<1xf64>
}

// CHECK-LABEL: func.func @folded(
// CHECK-NEXT:    %[[b:.*]] = tir.constant {value = dense<6.000000e+00> : tensor<1xf64>} : tensor<1xf64>
// CHECK-NEXT:    func.return %[[b]] : tensor<1xf64>

// A large result is not stored in the program.

func.func @large() -> (tensor<?xf64>) {
  %zero = tir.constant {value = dense<0.0> : tensor<f64>} : tensor<f64>
  %n = tir.constant {value = dense<1000000> : tensor<i64>} : tensor<i64>
  %a = tir.alloc %zero, %n {broadcastable = [false]} : (tensor<f64>, tensor<i64>) -> tensor<?xf64>
  func.return %a : tensor<?xf64>
}

// CHECK-LABEL: func.func @large(
// CHECK-NEXT:    %[[zero:.*]] = tir.constant {value = dense<0.000000e+00> : tensor<f64>} : tensor<f64>
// CHECK-NEXT:    %[[n:.*]] = tir.constant {value = dense<1000000> : tensor<i64>} : tensor<i64>
// CHECK-NEXT:    %[[a:.*]] = tir.alloc %[[zero]], %[[n]] {broadcastable = [false]} : (tensor<f64>, tensor<i64>) -> tensor<?xf64>
// CHECK-NEXT:    func.return %[[a]] : tensor<?xf64>

// What fails shall fail when the program runs.

func.func @failing() -> (tensor<i64>) {
  %one = tir.constant {value = dense<1> : tensor<i64>} : tensor<i64>
  %zero = tir.constant {value = dense<0> : tensor<i64>} : tensor<i64>
  %a = tir.int_div %one, %zero : tensor<i64>
  func.return %a : tensor<i64>
}

// CHECK-LABEL: func.func @failing(
// CHECK-NEXT:    %[[one:.*]] = tir.constant {value = dense<1> : tensor<i64>} : tensor<i64>
// CHECK-NEXT:    %[[zero:.*]] = tir.constant {value = dense<0> : tensor<i64>} : tensor<i64>
// CHECK-NEXT:    %[[a:.*]] = tir.int_div %[[one]], %[[zero]] : tensor<i64>
// CHECK-NEXT:    func.return %[[a]] : tensor<i64>
