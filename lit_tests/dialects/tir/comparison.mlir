// RUN: tir-opt %s | filecheck %s
// RUN: tir-opt %s | tir-opt | filecheck %s

// Comparisons, predicates and bit operations. Their text is read and printed unchanged.

// CHECK-LABEL: func.func @eq
func.func @eq(%x: tensor<?xf64>, %y: tensor<?xf64>, %x1: tensor<?xi8>, %y1: tensor<?xui8>, %x2: tensor<?xi32>, %y2: tensor<?xf32>) {
  // CHECK: %r0 = tir.eq %x, %y : (tensor<?xf64>, tensor<?xf64>) -> tensor<?xi1>
  %r0 = tir.eq %x, %y : (tensor<?xf64>, tensor<?xf64>) -> tensor<?xi1>
  // CHECK: %r1 = tir.eq %x1, %y1 : (tensor<?xi8>, tensor<?xui8>) -> tensor<?xi1>
  %r1 = tir.eq %x1, %y1 : (tensor<?xi8>, tensor<?xui8>) -> tensor<?xi1>
  // CHECK: %r2 = tir.eq %x2, %y2 : (tensor<?xi32>, tensor<?xf32>) -> tensor<?xi1>
  %r2 = tir.eq %x2, %y2 : (tensor<?xi32>, tensor<?xf32>) -> tensor<?xi1>
  func.return
}

// CHECK-LABEL: func.func @neq
func.func @neq(%x: tensor<?xf64>, %y: tensor<?xf64>, %x1: tensor<?xi8>, %y1: tensor<?xui8>, %x2: tensor<?xi32>, %y2: tensor<?xf32>) {
  // CHECK: %r0 = tir.neq %x, %y : (tensor<?xf64>, tensor<?xf64>) -> tensor<?xi1>
  %r0 = tir.neq %x, %y : (tensor<?xf64>, tensor<?xf64>) -> tensor<?xi1>
  // CHECK: %r1 = tir.neq %x1, %y1 : (tensor<?xi8>, tensor<?xui8>) -> tensor<?xi1>
  %r1 = tir.neq %x1, %y1 : (tensor<?xi8>, tensor<?xui8>) -> tensor<?xi1>
  // CHECK: %r2 = tir.neq %x2, %y2 : (tensor<?xi32>, tensor<?xf32>) -> tensor<?xi1>
  %r2 = tir.neq %x2, %y2 : (tensor<?xi32>, tensor<?xf32>) -> tensor<?xi1>
  func.return
}

// CHECK-LABEL: func.func @lt
func.func @lt(%x: tensor<?xf64>, %y: tensor<?xf64>, %x1: tensor<?xi8>, %y1: tensor<?xui8>, %x2: tensor<?xi32>, %y2: tensor<?xf32>) {
  // CHECK: %r0 = tir.lt %x, %y : (tensor<?xf64>, tensor<?xf64>) -> tensor<?xi1>
  %r0 = tir.lt %x, %y : (tensor<?xf64>, tensor<?xf64>) -> tensor<?xi1>
  // CHECK: %r1 = tir.lt %x1, %y1 : (tensor<?xi8>, tensor<?xui8>) -> tensor<?xi1>
  %r1 = tir.lt %x1, %y1 : (tensor<?xi8>, tensor<?xui8>) -> tensor<?xi1>
  // CHECK: %r2 = tir.lt %x2, %y2 : (tensor<?xi32>, tensor<?xf32>) -> tensor<?xi1>
  %r2 = tir.lt %x2, %y2 : (tensor<?xi32>, tensor<?xf32>) -> tensor<?xi1>
  func.return
}

// CHECK-LABEL: func.func @le
func.func @le(%x: tensor<?xf64>, %y: tensor<?xf64>, %x1: tensor<?xi8>, %y1: tensor<?xui8>, %x2: tensor<?xi32>, %y2: tensor<?xf32>) {
  // CHECK: %r0 = tir.le %x, %y : (tensor<?xf64>, tensor<?xf64>) -> tensor<?xi1>
  %r0 = tir.le %x, %y : (tensor<?xf64>, tensor<?xf64>) -> tensor<?xi1>
  // CHECK: %r1 = tir.le %x1, %y1 : (tensor<?xi8>, tensor<?xui8>) -> tensor<?xi1>
  %r1 = tir.le %x1, %y1 : (tensor<?xi8>, tensor<?xui8>) -> tensor<?xi1>
  // CHECK: %r2 = tir.le %x2, %y2 : (tensor<?xi32>, tensor<?xf32>) -> tensor<?xi1>
  %r2 = tir.le %x2, %y2 : (tensor<?xi32>, tensor<?xf32>) -> tensor<?xi1>
  func.return
}

// CHECK-LABEL: func.func @gt
func.func @gt(%x: tensor<?xf64>, %y: tensor<?xf64>, %x1: tensor<?xi8>, %y1: tensor<?xui8>, %x2: tensor<?xi32>, %y2: tensor<?xf32>) {
  // CHECK: %r0 = tir.gt %x, %y : (tensor<?xf64>, tensor<?xf64>) -> tensor<?xi1>
  %r0 = tir.gt %x, %y : (tensor<?xf64>, tensor<?xf64>) -> tensor<?xi1>
  // CHECK: %r1 = tir.gt %x1, %y1 : (tensor<?xi8>, tensor<?xui8>) -> tensor<?xi1>
  %r1 = tir.gt %x1, %y1 : (tensor<?xi8>, tensor<?xui8>) -> tensor<?xi1>
  // CHECK: %r2 = tir.gt %x2, %y2 : (tensor<?xi32>, tensor<?xf32>) -> tensor<?xi1>
  %r2 = tir.gt %x2, %y2 : (tensor<?xi32>, tensor<?xf32>) -> tensor<?xi1>
  func.return
}

// CHECK-LABEL: func.func @ge
func.func @ge(%x: tensor<?xf64>, %y: tensor<?xf64>, %x1: tensor<?xi8>, %y1: tensor<?xui8>, %x2: tensor<?xi32>, %y2: tensor<?xf32>) {
  // CHECK: %r0 = tir.ge %x, %y : (tensor<?xf64>, tensor<?xf64>) -> tensor<?xi1>
  %r0 = tir.ge %x, %y : (tensor<?xf64>, tensor<?xf64>) -> tensor<?xi1>
  // CHECK: %r1 = tir.ge %x1, %y1 : (tensor<?xi8>, tensor<?xui8>) -> tensor<?xi1>
  %r1 = tir.ge %x1, %y1 : (tensor<?xi8>, tensor<?xui8>) -> tensor<?xi1>
  // CHECK: %r2 = tir.ge %x2, %y2 : (tensor<?xi32>, tensor<?xf32>) -> tensor<?xi1>
  %r2 = tir.ge %x2, %y2 : (tensor<?xi32>, tensor<?xf32>) -> tensor<?xi1>
  func.return
}

// CHECK-LABEL: func.func @isnan
func.func @isnan(%x: tensor<?xf64>, %x1: tensor<?xi32>, %x2: tensor<?xui16>) {
  // CHECK: %r0 = tir.isnan %x : (tensor<?xf64>) -> tensor<?xi1>
  %r0 = tir.isnan %x : (tensor<?xf64>) -> tensor<?xi1>
  // CHECK: %r1 = tir.isnan %x1 : (tensor<?xi32>) -> tensor<?xi1>
  %r1 = tir.isnan %x1 : (tensor<?xi32>) -> tensor<?xi1>
  // CHECK: %r2 = tir.isnan %x2 : (tensor<?xui16>) -> tensor<?xi1>
  %r2 = tir.isnan %x2 : (tensor<?xui16>) -> tensor<?xi1>
  func.return
}

// CHECK-LABEL: func.func @isinf
func.func @isinf(%x: tensor<?xf64>, %x1: tensor<?xi32>, %x2: tensor<?xui16>) {
  // CHECK: %r0 = tir.isinf %x : (tensor<?xf64>) -> tensor<?xi1>
  %r0 = tir.isinf %x : (tensor<?xf64>) -> tensor<?xi1>
  // CHECK: %r1 = tir.isinf %x1 : (tensor<?xi32>) -> tensor<?xi1>
  %r1 = tir.isinf %x1 : (tensor<?xi32>) -> tensor<?xi1>
  // CHECK: %r2 = tir.isinf %x2 : (tensor<?xui16>) -> tensor<?xi1>
  %r2 = tir.isinf %x2 : (tensor<?xui16>) -> tensor<?xi1>
  func.return
}

// CHECK-LABEL: func.func @and
func.func @and(%x: tensor<?xi1>, %y: tensor<?xi1>, %x1: tensor<?xi8>, %y1: tensor<?xui8>, %x2: tensor<?x1xui64>, %y2: tensor<1x?xui64>) {
  // CHECK: %r0 = tir.and %x, %y : tensor<?xi1>
  %r0 = tir.and %x, %y : tensor<?xi1>
  // CHECK: %r1 = tir.and %x1, %y1 : (tensor<?xi8>, tensor<?xui8>) -> tensor<?xi16>
  %r1 = tir.and %x1, %y1 : (tensor<?xi8>, tensor<?xui8>) -> tensor<?xi16>
  // CHECK: %r2 = tir.and %x2, %y2 : (tensor<?x1xui64>, tensor<1x?xui64>) -> tensor<?x?xui64>
  %r2 = tir.and %x2, %y2 : (tensor<?x1xui64>, tensor<1x?xui64>) -> tensor<?x?xui64>
  func.return
}

// CHECK-LABEL: func.func @or
func.func @or(%x: tensor<?xi1>, %y: tensor<?xi1>, %x1: tensor<?xi8>, %y1: tensor<?xui8>, %x2: tensor<?x1xui64>, %y2: tensor<1x?xui64>) {
  // CHECK: %r0 = tir.or %x, %y : tensor<?xi1>
  %r0 = tir.or %x, %y : tensor<?xi1>
  // CHECK: %r1 = tir.or %x1, %y1 : (tensor<?xi8>, tensor<?xui8>) -> tensor<?xi16>
  %r1 = tir.or %x1, %y1 : (tensor<?xi8>, tensor<?xui8>) -> tensor<?xi16>
  // CHECK: %r2 = tir.or %x2, %y2 : (tensor<?x1xui64>, tensor<1x?xui64>) -> tensor<?x?xui64>
  %r2 = tir.or %x2, %y2 : (tensor<?x1xui64>, tensor<1x?xui64>) -> tensor<?x?xui64>
  func.return
}

// CHECK-LABEL: func.func @xor
func.func @xor(%x: tensor<?xi1>, %y: tensor<?xi1>, %x1: tensor<?xi8>, %y1: tensor<?xui8>, %x2: tensor<?x1xui64>, %y2: tensor<1x?xui64>) {
  // CHECK: %r0 = tir.xor %x, %y : tensor<?xi1>
  %r0 = tir.xor %x, %y : tensor<?xi1>
  // CHECK: %r1 = tir.xor %x1, %y1 : (tensor<?xi8>, tensor<?xui8>) -> tensor<?xi16>
  %r1 = tir.xor %x1, %y1 : (tensor<?xi8>, tensor<?xui8>) -> tensor<?xi16>
  // CHECK: %r2 = tir.xor %x2, %y2 : (tensor<?x1xui64>, tensor<1x?xui64>) -> tensor<?x?xui64>
  %r2 = tir.xor %x2, %y2 : (tensor<?x1xui64>, tensor<1x?xui64>) -> tensor<?x?xui64>
  func.return
}

// CHECK-LABEL: func.func @invert
func.func @invert(%x: tensor<?x?xui64>, %x1: tensor<?xi32>, %x2: tensor<?xui16>) {
  // CHECK: %r0 = tir.invert %x : tensor<?x?xui64>
  %r0 = tir.invert %x : tensor<?x?xui64>
  // CHECK: %r1 = tir.invert %x1 : tensor<?xi32>
  %r1 = tir.invert %x1 : tensor<?xi32>
  // CHECK: %r2 = tir.invert %x2 : tensor<?xui16>
  %r2 = tir.invert %x2 : tensor<?xui16>
  func.return
}
