// RUN: tir-opt %s -p make-broadcasts-explicit | filecheck %s

// Every operand gets the rank of the result; a vector that two operations pad is padded once.

func.func @padded(%m: tensor<?x?xf64>, %v: tensor<?xf64>) -> (tensor<?x?xf64>) {
  %two = tir.constant {value = dense<2.0> : tensor<f64>} : tensor<f64>
  %a = tir.add %m, %v : (tensor<?x?xf64>, tensor<?xf64>) -> tensor<?x?xf64>
  %b = tir.mul %a, %v : (tensor<?x?xf64>, tensor<?xf64>) -> tensor<?x?xf64>
  %c = tir.mul %b, %two : (tensor<?x?xf64>, tensor<f64>) -> tensor<?x?xf64>
  func.return %c : tensor<?x?xf64>
}

// CHECK-LABEL: func.func @padded(
// CHECK-NEXT:    %[[v0:.*]] = tir.dimshuffle %v {new_order = [-1, 0]} : (tensor<?xf64>) -> tensor<1x?xf64>
// CHECK-NEXT:    %[[a:.*]] = tir.add %m, %[[v0]] : (tensor<?x?xf64>, tensor<1x?xf64>) -> tensor<?x?xf64>
// CHECK-NEXT:    %[[b:.*]] = tir.mul %[[a]], %[[v0]] : (tensor<?x?xf64>, tensor<1x?xf64>) -> tensor<?x?xf64>
// CHECK-NEXT:    %[[v1:.*]] = tir.constant {value = dense<2.000000e+00> : tensor<1x1xf64>} : tensor<1x1xf64>
// CHECK-NEXT:    %[[c:.*]] = tir.mul %[[b]], %[[v1]] : (tensor<?x?xf64>, tensor<1x1xf64>) -> tensor<?x?xf64>
// CHECK-NEXT:    func.return %[[c]] : tensor<?x?xf64>
