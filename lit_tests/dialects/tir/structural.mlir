// RUN: tir-opt %s | filecheck %s
// RUN: tir-opt %s | tir-opt | filecheck %s

// Operations that make and rearrange tensors. Their text is read and printed unchanged.

// CHECK-LABEL: func.func @constant
func.func @constant() {
  // CHECK: %r0 = tir.constant {value = dense<{{\[\[}}false, true, false], [true, true, false{{\]\]}}> : tensor<2x3xi1>} : tensor<?x?xi1>
  %r0 = tir.constant {value = dense<[[false, true, false], [true, true, false]]> : tensor<2x3xi1>} : tensor<?x?xi1>
  // CHECK: %r1 = tir.constant {value = dense<{{\[\[}}2, 5, 1], [3, 5, 4{{\]\]}}> : tensor<2x3xui32>} : tensor<?x?xui32>
  %r1 = tir.constant {value = dense<[[2, 5, 1], [3, 5, 4]]> : tensor<2x3xui32>} : tensor<?x?xui32>
  // CHECK: %r2 = tir.constant {value = dense<"0x000000000000F87F000000000000F07F0000000000000080"> : tensor<3xf64>} : tensor<?xf64>
  %r2 = tir.constant {value = dense<"0x000000000000F87F000000000000F07F0000000000000080"> : tensor<3xf64>} : tensor<?xf64>
  func.return
}

// CHECK-LABEL: func.func @dimshuffle
func.func @dimshuffle(%x: tensor<?x?xf64>, %x1: tensor<?x?x?xf64>) {
  // CHECK: %r0 = tir.dimshuffle %x {new_order = [1, 0]} : tensor<?x?xf64>
  %r0 = tir.dimshuffle %x {new_order = [1, 0]} : tensor<?x?xf64>
  // CHECK: %r1 = tir.dimshuffle %x1 {new_order = [2, 0, 1]} : tensor<?x?x?xf64>
  %r1 = tir.dimshuffle %x1 {new_order = [2, 0, 1]} : tensor<?x?x?xf64>
  func.return
}

// CHECK-LABEL: func.func @rebroadcast
func.func @rebroadcast(%x: tensor<?x?xf64>, %x1: tensor<1x?xf64>) {
  // CHECK: %r0 = tir.rebroadcast %x {broadcastable = [true, false]} : (tensor<?x?xf64>) -> tensor<1x?xf64>
  %r0 = tir.rebroadcast %x {broadcastable = [true, false]} : (tensor<?x?xf64>) -> tensor<1x?xf64>
  %r1 = tir.constant {value = dense<0.000000e+00> : tensor<f32>} : tensor<f32>
  %r2 = tir.add %r0, %r1 : (tensor<1x?xf64>, tensor<f32>) -> tensor<1x?xf64>
  // CHECK: %r3 = tir.rebroadcast %x1 {broadcastable = [false, false]} : (tensor<1x?xf64>) -> tensor<?x?xf64>
  %r3 = tir.rebroadcast %x1 {broadcastable = [false, false]} : (tensor<1x?xf64>) -> tensor<?x?xf64>
  %r4 = tir.constant {value = dense<0.000000e+00> : tensor<f32>} : tensor<f32>
  %r5 = tir.add %r3, %r4 : (tensor<?x?xf64>, tensor<f32>) -> tensor<?x?xf64>
  func.return
}

// CHECK-LABEL: func.func @reshape
func.func @reshape(%x: tensor<?x?xf64>, %x1: tensor<?xf64>, %x2: tensor<?x?xf64>, %y2: tensor<i64>, %z2: tensor<i64>) {
  %r0 = tir.constant {value = dense<4> : tensor<i64>} : tensor<i64>
  %r1 = tir.constant {value = dense<3> : tensor<i64>} : tensor<i64>
  // CHECK: %r2 = tir.reshape %x, %r0, %r1 {broadcastable = [false, false]} : (tensor<?x?xf64>, tensor<i64>, tensor<i64>) -> tensor<?x?xf64>
  %r2 = tir.reshape %x, %r0, %r1 {broadcastable = [false, false]} : (tensor<?x?xf64>, tensor<i64>, tensor<i64>) -> tensor<?x?xf64>
  // CHECK: %r3 = tir.reshape %x1 {broadcastable = []} : (tensor<?xf64>) -> tensor<f64>
  %r3 = tir.reshape %x1 {broadcastable = []} : (tensor<?xf64>) -> tensor<f64>
  %r4 = tir.dimshuffle %x2 {new_order = [1, 0]} : tensor<?x?xf64>
  // CHECK: %r5 = tir.reshape %r4, %y2, %z2 {broadcastable = [false, false]} : (tensor<?x?xf64>, tensor<i64>, tensor<i64>) -> tensor<?x?xf64>
  %r5 = tir.reshape %r4, %y2, %z2 {broadcastable = [false, false]} : (tensor<?x?xf64>, tensor<i64>, tensor<i64>) -> tensor<?x?xf64>
  func.return
}

// CHECK-LABEL: func.func @alloc
func.func @alloc(%x: tensor<f64>, %y: tensor<i64>, %z: tensor<i32>, %x1: tensor<?x1xf64>, %y1: tensor<i64>, %z1: tensor<i32>, %x2: tensor<i1>, %y2: tensor<i64>) {
  %r0 = tir.cast %z {dtype = "int64"} : (tensor<i32>) -> tensor<i64>
  // CHECK: %r1 = tir.alloc %x, %y, %r0 {broadcastable = [false, false]} : (tensor<f64>, tensor<i64>, tensor<i64>) -> tensor<?x?xf64>
  %r1 = tir.alloc %x, %y, %r0 {broadcastable = [false, false]} : (tensor<f64>, tensor<i64>, tensor<i64>) -> tensor<?x?xf64>
  %r2 = tir.cast %z1 {dtype = "int64"} : (tensor<i32>) -> tensor<i64>
  // CHECK: %r3 = tir.alloc %x1, %y1, %r2 {broadcastable = [false, false]} : (tensor<?x1xf64>, tensor<i64>, tensor<i64>) -> tensor<?x?xf64>
  %r3 = tir.alloc %x1, %y1, %r2 {broadcastable = [false, false]} : (tensor<?x1xf64>, tensor<i64>, tensor<i64>) -> tensor<?x?xf64>
  // CHECK: %r4 = tir.alloc %x2, %y2 {broadcastable = [false]} : (tensor<i1>, tensor<i64>) -> tensor<?xi1>
  %r4 = tir.alloc %x2, %y2 {broadcastable = [false]} : (tensor<i1>, tensor<i64>) -> tensor<?xi1>
  func.return
}

// CHECK-LABEL: func.func @arange
func.func @arange(%x: tensor<i64>, %y: tensor<i64>, %z: tensor<i64>, %x1: tensor<ui8>, %y1: tensor<ui8>, %z1: tensor<ui8>, %x2: tensor<f32>, %y2: tensor<f32>, %z2: tensor<f32>) {
  // CHECK: %r0 = tir.arange %x, %y, %z : (tensor<i64>, tensor<i64>, tensor<i64>) -> tensor<?xi64>
  %r0 = tir.arange %x, %y, %z : (tensor<i64>, tensor<i64>, tensor<i64>) -> tensor<?xi64>
  // CHECK: %r1 = tir.arange %x1, %y1, %z1 : (tensor<ui8>, tensor<ui8>, tensor<ui8>) -> tensor<?xui8>
  %r1 = tir.arange %x1, %y1, %z1 : (tensor<ui8>, tensor<ui8>, tensor<ui8>) -> tensor<?xui8>
  // CHECK: %r2 = tir.arange %x2, %y2, %z2 : (tensor<f32>, tensor<f32>, tensor<f32>) -> tensor<?xf32>
  %r2 = tir.arange %x2, %y2, %z2 : (tensor<f32>, tensor<f32>, tensor<f32>) -> tensor<?xf32>
  func.return
}

// CHECK-LABEL: func.func @dim
func.func @dim(%x: tensor<?xi8>, %x1: tensor<?x?xi8>, %x2: tensor<?x?xi8>) {
  // CHECK: %r0 = tir.dim %x {axis = 0} : (tensor<?xi8>) -> tensor<i64>
  %r0 = tir.dim %x {axis = 0} : (tensor<?xi8>) -> tensor<i64>
  // CHECK: %r1 = tir.dim %x1 {axis = 1} : (tensor<?x?xi8>) -> tensor<i64>
  %r1 = tir.dim %x1 {axis = 1} : (tensor<?x?xi8>) -> tensor<i64>
  // CHECK: %r2 = tir.dim %x2 {axis = 0} : (tensor<?x?xi8>) -> tensor<i64>
  %r2 = tir.dim %x2 {axis = 0} : (tensor<?x?xi8>) -> tensor<i64>
  func.return
}

// CHECK-LABEL: func.func @make_vector
func.func @make_vector(%x: tensor<i1>, %y: tensor<i1>, %z: tensor<i1>, %x1: tensor<ui8>, %y1: tensor<ui8>, %z1: tensor<ui8>, %x2: tensor<f64>, %y2: tensor<f64>, %z2: tensor<f64>) {
  // CHECK: %r0 = tir.make_vector %x, %y, %z : (tensor<i1>, tensor<i1>, tensor<i1>) -> tensor<?xi1>
  %r0 = tir.make_vector %x, %y, %z : (tensor<i1>, tensor<i1>, tensor<i1>) -> tensor<?xi1>
  // CHECK: %r1 = tir.make_vector %x1, %y1, %z1 : (tensor<ui8>, tensor<ui8>, tensor<ui8>) -> tensor<?xui8>
  %r1 = tir.make_vector %x1, %y1, %z1 : (tensor<ui8>, tensor<ui8>, tensor<ui8>) -> tensor<?xui8>
  // CHECK: %r2 = tir.make_vector %x2, %y2, %z2 : (tensor<f64>, tensor<f64>, tensor<f64>) -> tensor<?xf64>
  %r2 = tir.make_vector %x2, %y2, %z2 : (tensor<f64>, tensor<f64>, tensor<f64>) -> tensor<?xf64>
  func.return
}

// CHECK-LABEL: func.func @tensor_copy
func.func @tensor_copy(%x: tensor<?x?xf64>) {
  // CHECK: %r0 = tir.tensor_copy %x : tensor<?x?xf64>
  %r0 = tir.tensor_copy %x : tensor<?x?xf64>
  %r1 = tir.constant {value = dense<1.000000e+00> : tensor<f32>} : tensor<f32>
  %r2 = tir.add %r0, %r1 : (tensor<?x?xf64>, tensor<f32>) -> tensor<?x?xf64>
  func.return
}

// CHECK-LABEL: func.func @consider_constant
func.func @consider_constant(%x: tensor<?x?xf64>) {
  // CHECK: %r0 = tir.consider_constant %x : tensor<?x?xf64>
  %r0 = tir.consider_constant %x : tensor<?x?xf64>
  %r1 = tir.constant {value = dense<1.000000e+00> : tensor<f32>} : tensor<f32>
  %r2 = tir.add %r0, %r1 : (tensor<?x?xf64>, tensor<f32>) -> tensor<?x?xf64>
  func.return
}

// CHECK-LABEL: func.func @zero_grad
func.func @zero_grad(%x: tensor<?x?xf64>) {
  // CHECK: %r0 = tir.zero_grad %x : tensor<?x?xf64>
  %r0 = tir.zero_grad %x : tensor<?x?xf64>
  %r1 = tir.constant {value = dense<1.000000e+00> : tensor<f32>} : tensor<f32>
  %r2 = tir.add %r0, %r1 : (tensor<?x?xf64>, tensor<f32>) -> tensor<?x?xf64>
  func.return
}

// CHECK-LABEL: func.func @disconnected_grad
func.func @disconnected_grad(%x: tensor<?x?xf64>) {
  // CHECK: %r0 = tir.disconnected_grad %x : tensor<?x?xf64>
  %r0 = tir.disconnected_grad %x : tensor<?x?xf64>
  %r1 = tir.constant {value = dense<1.000000e+00> : tensor<f32>} : tensor<f32>
  %r2 = tir.add %r0, %r1 : (tensor<?x?xf64>, tensor<f32>) -> tensor<?x?xf64>
  func.return
}
