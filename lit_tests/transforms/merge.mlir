// RUN: tir-opt %s -p merge | filecheck %s

// Equal operations become one; the operands of a commutative operation may change places.

func.func @equal(%x: tensor<?xf64>, %y: tensor<?xf64>) -> (tensor<?xf64>, tensor<?xf64>) {
  %a = tir.mul %x, %y : tensor<?xf64>
  %b = tir.mul %y, %x : tensor<?xf64>
  %c = tir.sub %a, %b : tensor<?xf64>
  %d = tir.sub %b, %a : tensor<?xf64>
  func.return %c, %d : tensor<?xf64>, tensor<?xf64>
}

// CHECK-LABEL: func.func @equal(
// CHECK-NEXT:    %[[a:.*]] = tir.mul %x, %y : tensor<?xf64>
// CHECK-NEXT:    %[[c:.*]] = tir.sub %[[a]], %[[a]] : tensor<?xf64>
// CHECK-NEXT:    func.return %[[c]], %[[c]] : tensor<?xf64>, tensor<?xf64>

// Not equal: other order, other properties.

func.func @different(%x: tensor<?x?xf64>, %y: tensor<?x?xf64>) -> (tensor<?x?xf64>, tensor<?xf64>, tensor<?xf64>) {
  %a = tir.sub %x, %y : tensor<?x?xf64>
  %b = tir.sub %y, %x : tensor<?x?xf64>
  %c = tir.sum %a {axes = [0]} : (tensor<?x?xf64>) -> tensor<?xf64>
  %d = tir.sum %a {axes = [1]} : (tensor<?x?xf64>) -> tensor<?xf64>
  func.return %b, %c, %d : tensor<?x?xf64>, tensor<?xf64>, tensor<?xf64>
}

// CHECK-LABEL: func.func @different(
// CHECK-NEXT:    %[[a:.*]] = tir.sub %x, %y : tensor<?x?xf64>
// CHECK-NEXT:    %[[b:.*]] = tir.sub %y, %x : tensor<?x?xf64>
// CHECK-NEXT:    %[[c:.*]] = tir.sum %[[a]] {axes = [0]} : (tensor<?x?xf64>) -> tensor<?xf64>
// CHECK-NEXT:    %[[d:.*]] = tir.sum %[[a]] {axes = [1]} : (tensor<?x?xf64>) -> tensor<?xf64>
// CHECK-NEXT:    func.return %[[b]], %[[c]], %[[d]] : tensor<?x?xf64>, tensor<?xf64>, tensor<?xf64>

// What nobody uses goes.

func.func @dead(%x: tensor<?xf64>) -> (tensor<?xf64>) {
  %a = tir.exp %x : tensor<?xf64>
  %b = tir.log %a : tensor<?xf64>
  %c = tir.neg %x : tensor<?xf64>
  func.return %c : tensor<?xf64>
}

// CHECK-LABEL: func.func @dead(
// CHECK-NEXT:    %[[c:.*]] = tir.neg %x : tensor<?xf64>
// CHECK-NEXT:    func.return %[[c]] : tensor<?xf64>
