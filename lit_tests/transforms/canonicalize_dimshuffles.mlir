// RUN: tir-opt %s -p canonicalize-dimshuffles | filecheck %s

// Two in a row are one, and the identity is none.

func.func @merged(%x: tensor<?x?xf64>) -> (tensor<?x?xf64>, tensor<?x?x1xf64>) {
  %a = tir.dimshuffle %x {new_order = [1, -1, 0]} : (tensor<?x?xf64>) -> tensor<?x1x?xf64>
  %b = tir.dimshuffle %a {new_order = [2, 0]} : (tensor<?x1x?xf64>) -> tensor<?x?xf64>
  %c = tir.dimshuffle %a {new_order = [2, 0, 1]} : (tensor<?x1x?xf64>) -> tensor<?x?x1xf64>
  func.return %b, %c : tensor<?x?xf64>, tensor<?x?x1xf64>
}

// CHECK-LABEL: func.func @merged(
// CHECK-NEXT:    %[[c:.*]] = tir.dimshuffle %x {new_order = [0, 1, -1]} : (tensor<?x?xf64>) -> tensor<?x?x1xf64>
// CHECK-NEXT:    func.return %x, %[[c]] : tensor<?x?xf64>, tensor<?x?x1xf64>

// A dimension of size 1 that goes for a new one.

func.func @column(%x: tensor<?x1xf64>) -> (tensor<?x1xf64>, tensor<1x?xf64>) {
  %a = tir.dimshuffle %x {new_order = [0]} : (tensor<?x1xf64>) -> tensor<?xf64>
  %b = tir.dimshuffle %a {new_order = [0, -1]} : (tensor<?xf64>) -> tensor<?x1xf64>
  %c = tir.dimshuffle %a {new_order = [-1, 0]} : (tensor<?xf64>) -> tensor<1x?xf64>
  func.return %b, %c : tensor<?x1xf64>, tensor<1x?xf64>
}

// CHECK-LABEL: func.func @column(
// CHECK-NEXT:    %[[c:.*]] = tir.dimshuffle %x {new_order = [-1, 0]} : (tensor<?x1xf64>) -> tensor<1x?xf64>
// CHECK-NEXT:    func.return %x, %[[c]] : tensor<?x1xf64>, tensor<1x?xf64>

// A function is applied after the dimshuffle, so that dimshuffles meet.

func.func @lifted(%x: tensor<?x?xf64>) -> (tensor<?x?xf64>) {
  %a = tir.dimshuffle %x {new_order = [1, 0]} : tensor<?x?xf64>
  %b = tir.exp %a : tensor<?x?xf64>
  %c = tir.dimshuffle %b {new_order = [1, 0]} : tensor<?x?xf64>
  func.return %c : tensor<?x?xf64>
}

// CHECK-LABEL: func.func @lifted(
// CHECK-NEXT:    %[[c:.*]] = tir.exp %x : tensor<?x?xf64>
// CHECK-NEXT:    func.return %[[c]] : tensor<?x?xf64>

// Elementwise operations pad ranks themselves.

func.func @padding(%m: tensor<?x?xf64>, %v: tensor<?xf64>) -> (tensor<?x?xf64>) {
  %a = tir.dimshuffle %v {new_order = [-1, 0]} : (tensor<?xf64>) -> tensor<1x?xf64>
  %b = tir.add %m, %a : (tensor<?x?xf64>, tensor<1x?xf64>) -> tensor<?x?xf64>
  func.return %b : tensor<?x?xf64>
}

// CHECK-LABEL: func.func @padding(
// CHECK-NEXT:    %[[b:.*]] = tir.add %m, %v : (tensor<?x?xf64>, tensor<?xf64>) -> tensor<?x?xf64>
// CHECK-NEXT:    func.return %[[b]] : tensor<?x?xf64>

// The result takes its rank from here.

func.func @needed(%v: tensor<?xf64>) -> (tensor<1x?xf64>) {
  %a = tir.dimshuffle %v {new_order = [-1, 0]} : (tensor<?xf64>) -> tensor<1x?xf64>
  %b = tir.exp %a : tensor<1x?xf64>
  func.return %b : tensor<1x?xf64>
}

// CHECK-LABEL: func.func @needed(
// CHECK-NEXT:    %[[a:.*]] = tir.dimshuffle %v {new_order = [-1, 0]} : (tensor<?xf64>) -> tensor<1x?xf64>
// CHECK-NEXT:    %[[b:.*]] = tir.exp %[[a]] : tensor<1x?xf64>
// CHECK-NEXT:    func.return %[[b]] : tensor<1x?xf64>

func.func @transposed_product(%x: tensor<?x?xf64>, %y: tensor<?x?xf64>) -> (tensor<?x?xf64>) {
  %a = tir.dimshuffle %x {new_order = [1, 0]} : tensor<?x?xf64>
  %b = tir.dot %a, %y : tensor<?x?xf64>
  %c = tir.dimshuffle %b {new_order = [1, 0]} : tensor<?x?xf64>
  func.return %c : tensor<?x?xf64>
}

// CHECK-LABEL: func.func @transposed_product(
// CHECK-NEXT:    %[[v0:.*]] = tir.dimshuffle %y {new_order = [1, 0]} : tensor<?x?xf64>
// CHECK-NEXT:    %[[c:.*]] = tir.dot %[[v0]], %x : tensor<?x?xf64>
// CHECK-NEXT:    func.return %[[c]] : tensor<?x?xf64>
