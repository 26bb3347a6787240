// RUN: tir-opt %s | filecheck %s
// RUN: tir-opt %s | tir-opt | filecheck %s

// Elementwise arithmetic, rounding, selection and conversion. Their text is read and printed unchanged.

// CHECK-LABEL: func.func @add
func.func @add(%x: tensor<?xf64>, %y: tensor<?xf64>, %x1: tensor<?xi8>, %y1: tensor<?xui8>, %x2: tensor<?xi32>, %y2: tensor<?xf32>) {
  // CHECK: %r0 = tir.add %x, %y : tensor<?xf64>
  %r0 = tir.add %x, %y : tensor<?xf64>
  // CHECK: %r1 = tir.add %x1, %y1 : (tensor<?xi8>, tensor<?xui8>) -> tensor<?xi16>
  %r1 = tir.add %x1, %y1 : (tensor<?xi8>, tensor<?xui8>) -> tensor<?xi16>
  // CHECK: %r2 = tir.add %x2, %y2 : (tensor<?xi32>, tensor<?xf32>) -> tensor<?xf64>
  %r2 = tir.add %x2, %y2 : (tensor<?xi32>, tensor<?xf32>) -> tensor<?xf64>
  func.return
}

// CHECK-LABEL: func.func @sub
func.func @sub(%x: tensor<?xf64>, %y: tensor<?xf64>, %x1: tensor<?xi8>, %y1: tensor<?xui8>, %x2: tensor<?xi32>, %y2: tensor<?xf32>) {
  // CHECK: %r0 = tir.sub %x, %y : tensor<?xf64>
  %r0 = tir.sub %x, %y : tensor<?xf64>
  // CHECK: %r1 = tir.sub %x1, %y1 : (tensor<?xi8>, tensor<?xui8>) -> tensor<?xi16>
  %r1 = tir.sub %x1, %y1 : (tensor<?xi8>, tensor<?xui8>) -> tensor<?xi16>
  // CHECK: %r2 = tir.sub %x2, %y2 : (tensor<?xi32>, tensor<?xf32>) -> tensor<?xf64>
  %r2 = tir.sub %x2, %y2 : (tensor<?xi32>, tensor<?xf32>) -> tensor<?xf64>
  func.return
}

// CHECK-LABEL: func.func @mul
func.func @mul(%x: tensor<?xf64>, %y: tensor<?xf64>, %x1: tensor<?xi8>, %y1: tensor<?xui8>, %x2: tensor<?xi32>, %y2: tensor<?xf32>) {
  // CHECK: %r0 = tir.mul %x, %y : tensor<?xf64>
  %r0 = tir.mul %x, %y : tensor<?xf64>
  // CHECK: %r1 = tir.mul %x1, %y1 : (tensor<?xi8>, tensor<?xui8>) -> tensor<?xi16>
  %r1 = tir.mul %x1, %y1 : (tensor<?xi8>, tensor<?xui8>) -> tensor<?xi16>
  // CHECK: %r2 = tir.mul %x2, %y2 : (tensor<?xi32>, tensor<?xf32>) -> tensor<?xf64>
  %r2 = tir.mul %x2, %y2 : (tensor<?xi32>, tensor<?xf32>) -> tensor<?xf64>
  func.return
}

// CHECK-LABEL: func.func @true_div
func.func @true_div(%x: tensor<?xf64>, %y: tensor<?xf64>, %x1: tensor<?x1xf64>, %y1: tensor<1x?xf64>, %x2: tensor<f64>, %y2: tensor<?x?xf64>) {
  // CHECK: %r0 = tir.true_div %x, %y : tensor<?xf64>
  %r0 = tir.true_div %x, %y : tensor<?xf64>
  // CHECK: %r1 = tir.true_div %x1, %y1 : (tensor<?x1xf64>, tensor<1x?xf64>) -> tensor<?x?xf64>
  %r1 = tir.true_div %x1, %y1 : (tensor<?x1xf64>, tensor<1x?xf64>) -> tensor<?x?xf64>
  // CHECK: %r2 = tir.true_div %x2, %y2 : (tensor<f64>, tensor<?x?xf64>) -> tensor<?x?xf64>
  %r2 = tir.true_div %x2, %y2 : (tensor<f64>, tensor<?x?xf64>) -> tensor<?x?xf64>
  func.return
}

// CHECK-LABEL: func.func @int_div
func.func @int_div(%x: tensor<?xf64>, %y: tensor<?xf64>, %x1: tensor<?xi8>, %y1: tensor<?xui8>, %x2: tensor<?xi32>, %y2: tensor<?xf32>) {
  // CHECK: %r0 = tir.int_div %x, %y : tensor<?xf64>
  %r0 = tir.int_div %x, %y : tensor<?xf64>
  // CHECK: %r1 = tir.int_div %x1, %y1 : (tensor<?xi8>, tensor<?xui8>) -> tensor<?xi16>
  %r1 = tir.int_div %x1, %y1 : (tensor<?xi8>, tensor<?xui8>) -> tensor<?xi16>
  // CHECK: %r2 = tir.int_div %x2, %y2 : (tensor<?xi32>, tensor<?xf32>) -> tensor<?xf64>
  %r2 = tir.int_div %x2, %y2 : (tensor<?xi32>, tensor<?xf32>) -> tensor<?xf64>
  func.return
}

// CHECK-LABEL: func.func @mod
func.func @mod(%x: tensor<?xf64>, %y: tensor<?xf64>, %x1: tensor<?xi8>, %y1: tensor<?xui8>, %x2: tensor<?xi32>, %y2: tensor<?xf32>) {
  // CHECK: %r0 = tir.mod %x, %y : tensor<?xf64>
  %r0 = tir.mod %x, %y : tensor<?xf64>
  // CHECK: %r1 = tir.mod %x1, %y1 : (tensor<?xi8>, tensor<?xui8>) -> tensor<?xi16>
  %r1 = tir.mod %x1, %y1 : (tensor<?xi8>, tensor<?xui8>) -> tensor<?xi16>
  // CHECK: %r2 = tir.mod %x2, %y2 : (tensor<?xi32>, tensor<?xf32>) -> tensor<?xf64>
  %r2 = tir.mod %x2, %y2 : (tensor<?xi32>, tensor<?xf32>) -> tensor<?xf64>
  func.return
}

// CHECK-LABEL: func.func @pow
func.func @pow(%x: tensor<?xf64>, %y: tensor<?xf64>, %x1: tensor<?xi8>, %y1: tensor<?xui8>, %x2: tensor<?xi32>, %y2: tensor<?xf32>) {
  // CHECK: %r0 = tir.pow %x, %y : tensor<?xf64>
  %r0 = tir.pow %x, %y : tensor<?xf64>
  // CHECK: %r1 = tir.pow %x1, %y1 : (tensor<?xi8>, tensor<?xui8>) -> tensor<?xi16>
  %r1 = tir.pow %x1, %y1 : (tensor<?xi8>, tensor<?xui8>) -> tensor<?xi16>
  // CHECK: %r2 = tir.pow %x2, %y2 : (tensor<?xi32>, tensor<?xf32>) -> tensor<?xf64>
  %r2 = tir.pow %x2, %y2 : (tensor<?xi32>, tensor<?xf32>) -> tensor<?xf64>
  func.return
}

// CHECK-LABEL: func.func @maximum
func.func @maximum(%x: tensor<?xf64>, %y: tensor<?xf64>, %x1: tensor<?xi8>, %y1: tensor<?xui8>, %x2: tensor<?xi32>, %y2: tensor<?xf32>) {
  // CHECK: %r0 = tir.maximum %x, %y : tensor<?xf64>
  %r0 = tir.maximum %x, %y : tensor<?xf64>
  // CHECK: %r1 = tir.maximum %x1, %y1 : (tensor<?xi8>, tensor<?xui8>) -> tensor<?xi16>
  %r1 = tir.maximum %x1, %y1 : (tensor<?xi8>, tensor<?xui8>) -> tensor<?xi16>
  // CHECK: %r2 = tir.maximum %x2, %y2 : (tensor<?xi32>, tensor<?xf32>) -> tensor<?xf64>
  %r2 = tir.maximum %x2, %y2 : (tensor<?xi32>, tensor<?xf32>) -> tensor<?xf64>
  func.return
}

// CHECK-LABEL: func.func @minimum
func.func @minimum(%x: tensor<?xf64>, %y: tensor<?xf64>, %x1: tensor<?xi8>, %y1: tensor<?xui8>, %x2: tensor<?xi32>, %y2: tensor<?xf32>) {
  // CHECK: %r0 = tir.minimum %x, %y : tensor<?xf64>
  %r0 = tir.minimum %x, %y : tensor<?xf64>
  // CHECK: %r1 = tir.minimum %x1, %y1 : (tensor<?xi8>, tensor<?xui8>) -> tensor<?xi16>
  %r1 = tir.minimum %x1, %y1 : (tensor<?xi8>, tensor<?xui8>) -> tensor<?xi16>
  // CHECK: %r2 = tir.minimum %x2, %y2 : (tensor<?xi32>, tensor<?xf32>) -> tensor<?xf64>
  %r2 = tir.minimum %x2, %y2 : (tensor<?xi32>, tensor<?xf32>) -> tensor<?xf64>
  func.return
}

// CHECK-LABEL: func.func @neg
func.func @neg(%x: tensor<?xf64>, %x1: tensor<?xi32>, %x2: tensor<?xui16>) {
  // CHECK: %r0 = tir.neg %x : tensor<?xf64>
  %r0 = tir.neg %x : tensor<?xf64>
  // CHECK: %r1 = tir.neg %x1 : tensor<?xi32>
  %r1 = tir.neg %x1 : tensor<?xi32>
  // CHECK: %r2 = tir.neg %x2 : tensor<?xui16>
  %r2 = tir.neg %x2 : tensor<?xui16>
  func.return
}

// CHECK-LABEL: func.func @abs
func.func @abs(%x: tensor<?xf64>, %x1: tensor<?xi32>, %x2: tensor<?xui16>) {
  // CHECK: %r0 = tir.abs %x : tensor<?xf64>
  %r0 = tir.abs %x : tensor<?xf64>
  // CHECK: %r1 = tir.abs %x1 : tensor<?xi32>
  %r1 = tir.abs %x1 : tensor<?xi32>
  // CHECK: %r2 = tir.abs %x2 : tensor<?xui16>
  %r2 = tir.abs %x2 : tensor<?xui16>
  func.return
}

// CHECK-LABEL: func.func @sgn
func.func @sgn(%x: tensor<?xf64>, %x1: tensor<?xi32>, %x2: tensor<?xui16>) {
  // CHECK: %r0 = tir.sgn %x : tensor<?xf64>
  %r0 = tir.sgn %x : tensor<?xf64>
  // CHECK: %r1 = tir.sgn %x1 : tensor<?xi32>
  %r1 = tir.sgn %x1 : tensor<?xi32>
  // CHECK: %r2 = tir.sgn %x2 : tensor<?xui16>
  %r2 = tir.sgn %x2 : tensor<?xui16>
  func.return
}

// CHECK-LABEL: func.func @sqr
func.func @sqr(%x: tensor<?xf64>, %x1: tensor<?xi32>, %x2: tensor<?xui16>) {
  // CHECK: %r0 = tir.sqr %x : tensor<?xf64>
  %r0 = tir.sqr %x : tensor<?xf64>
  // CHECK: %r1 = tir.sqr %x1 : tensor<?xi32>
  %r1 = tir.sqr %x1 : tensor<?xi32>
  // CHECK: %r2 = tir.sqr %x2 : tensor<?xui16>
  %r2 = tir.sqr %x2 : tensor<?xui16>
  func.return
}

// CHECK-LABEL: func.func @sqrt
func.func @sqrt(%x: tensor<?xf64>, %x1: tensor<?xui16>, %x2: tensor<?xi32>) {
  // CHECK: %r0 = tir.sqrt %x : tensor<?xf64>
  %r0 = tir.sqrt %x : tensor<?xf64>
  // CHECK: %r1 = tir.sqrt %x1 : (tensor<?xui16>) -> tensor<?xf32>
  %r1 = tir.sqrt %x1 : (tensor<?xui16>) -> tensor<?xf32>
  // CHECK: %r2 = tir.sqrt %x2 : (tensor<?xi32>) -> tensor<?xf64>
  %r2 = tir.sqrt %x2 : (tensor<?xi32>) -> tensor<?xf64>
  func.return
}

// CHECK-LABEL: func.func @reciprocal
func.func @reciprocal(%x: tensor<?xf64>, %x1: tensor<?xui16>, %x2: tensor<?xi32>) {
  // CHECK: %r0 = tir.reciprocal %x : tensor<?xf64>
  %r0 = tir.reciprocal %x : tensor<?xf64>
  // CHECK: %r1 = tir.reciprocal %x1 : (tensor<?xui16>) -> tensor<?xf32>
  %r1 = tir.reciprocal %x1 : (tensor<?xui16>) -> tensor<?xf32>
  // CHECK: %r2 = tir.reciprocal %x2 : (tensor<?xi32>) -> tensor<?xf64>
  %r2 = tir.reciprocal %x2 : (tensor<?xi32>) -> tensor<?xf64>
  func.return
}

// CHECK-LABEL: func.func @ceil
func.func @ceil(%x: tensor<?xf64>, %x1: tensor<?xui16>, %x2: tensor<?xi32>) {
  // CHECK: %r0 = tir.ceil %x : tensor<?xf64>
  %r0 = tir.ceil %x : tensor<?xf64>
  // CHECK: %r1 = tir.ceil %x1 : (tensor<?xui16>) -> tensor<?xf32>
  %r1 = tir.ceil %x1 : (tensor<?xui16>) -> tensor<?xf32>
  // CHECK: %r2 = tir.ceil %x2 : (tensor<?xi32>) -> tensor<?xf64>
  %r2 = tir.ceil %x2 : (tensor<?xi32>) -> tensor<?xf64>
  func.return
}

// CHECK-LABEL: func.func @floor
func.func @floor(%x: tensor<?xf64>, %x1: tensor<?xui16>, %x2: tensor<?xi32>) {
  // CHECK: %r0 = tir.floor %x : tensor<?xf64>
  %r0 = tir.floor %x : tensor<?xf64>
  // CHECK: %r1 = tir.floor %x1 : (tensor<?xui16>) -> tensor<?xf32>
  %r1 = tir.floor %x1 : (tensor<?xui16>) -> tensor<?xf32>
  // CHECK: %r2 = tir.floor %x2 : (tensor<?xi32>) -> tensor<?xf64>
  %r2 = tir.floor %x2 : (tensor<?xi32>) -> tensor<?xf64>
  func.return
}

// CHECK-LABEL: func.func @trunc
func.func @trunc(%x: tensor<?xf64>, %x1: tensor<?xui16>, %x2: tensor<?xi32>) {
  // CHECK: %r0 = tir.trunc %x : tensor<?xf64>
  %r0 = tir.trunc %x : tensor<?xf64>
  // CHECK: %r1 = tir.trunc %x1 : (tensor<?xui16>) -> tensor<?xf32>
  %r1 = tir.trunc %x1 : (tensor<?xui16>) -> tensor<?xf32>
  // CHECK: %r2 = tir.trunc %x2 : (tensor<?xi32>) -> tensor<?xf64>
  %r2 = tir.trunc %x2 : (tensor<?xi32>) -> tensor<?xf64>
  func.return
}

// CHECK-LABEL: func.func @round_half_to_even
func.func @round_half_to_even(%x: tensor<?xf64>, %x1: tensor<?xui16>, %x2: tensor<?xi32>) {
  // CHECK: %r0 = tir.round_half_to_even %x : tensor<?xf64>
  %r0 = tir.round_half_to_even %x : tensor<?xf64>
  // CHECK: %r1 = tir.round_half_to_even %x1 : (tensor<?xui16>) -> tensor<?xf32>
  %r1 = tir.round_half_to_even %x1 : (tensor<?xui16>) -> tensor<?xf32>
  // CHECK: %r2 = tir.round_half_to_even %x2 : (tensor<?xi32>) -> tensor<?xf64>
  %r2 = tir.round_half_to_even %x2 : (tensor<?xi32>) -> tensor<?xf64>
  func.return
}

// CHECK-LABEL: func.func @round_half_away_from_zero
func.func @round_half_away_from_zero(%x: tensor<?xf64>, %x1: tensor<?xui16>, %x2: tensor<?xi32>) {
  // CHECK: %r0 = tir.round_half_away_from_zero %x : tensor<?xf64>
  %r0 = tir.round_half_away_from_zero %x : tensor<?xf64>
  // CHECK: %r1 = tir.round_half_away_from_zero %x1 : (tensor<?xui16>) -> tensor<?xf32>
  %r1 = tir.round_half_away_from_zero %x1 : (tensor<?xui16>) -> tensor<?xf32>
  // CHECK: %r2 = tir.round_half_away_from_zero %x2 : (tensor<?xi32>) -> tensor<?xf64>
  %r2 = tir.round_half_away_from_zero %x2 : (tensor<?xi32>) -> tensor<?xf64>
  func.return
}

// CHECK-LABEL: func.func @switch
func.func @switch(%x: tensor<?xi1>, %y: tensor<?xf64>, %z: tensor<?xf64>) {
  // CHECK: %r0 = tir.switch %x, %y, %z : (tensor<?xi1>, tensor<?xf64>, tensor<?xf64>) -> tensor<?xf64>
  %r0 = tir.switch %x, %y, %z : (tensor<?xi1>, tensor<?xf64>, tensor<?xf64>) -> tensor<?xf64>
  func.return
}

// CHECK-LABEL: func.func @clip
func.func @clip(%x: tensor<?xf64>, %y: tensor<?xf64>, %z: tensor<?xf64>, %x1: tensor<?xi32>, %y1: tensor<?xi32>, %z1: tensor<?xi32>, %x2: tensor<?xui16>, %y2: tensor<?xui16>, %z2: tensor<?xui16>) {
  // CHECK: %r0 = tir.clip %x, %y, %z : tensor<?xf64>
  %r0 = tir.clip %x, %y, %z : tensor<?xf64>
  // CHECK: %r1 = tir.clip %x1, %y1, %z1 : tensor<?xi32>
  %r1 = tir.clip %x1, %y1, %z1 : tensor<?xi32>
  // CHECK: %r2 = tir.clip %x2, %y2, %z2 : tensor<?xui16>
  %r2 = tir.clip %x2, %y2, %z2 : tensor<?xui16>
  func.return
}

// CHECK-LABEL: func.func @second
func.func @second(%x: tensor<?xf64>, %y: tensor<?xf64>, %x1: tensor<?xi8>, %y1: tensor<?xui8>, %x2: tensor<?xi32>, %y2: tensor<?xf32>) {
  // CHECK: %r0 = tir.second %x, %y : tensor<?xf64>
  %r0 = tir.second %x, %y : tensor<?xf64>
  // CHECK: %r1 = tir.second %x1, %y1 : (tensor<?xi8>, tensor<?xui8>) -> tensor<?xui8>
  %r1 = tir.second %x1, %y1 : (tensor<?xi8>, tensor<?xui8>) -> tensor<?xui8>
  // CHECK: %r2 = tir.second %x2, %y2 : (tensor<?xi32>, tensor<?xf32>) -> tensor<?xf32>
  %r2 = tir.second %x2, %y2 : (tensor<?xi32>, tensor<?xf32>) -> tensor<?xf32>
  func.return
}

// CHECK-LABEL: func.func @cast
func.func @cast(%x: tensor<?xi1>, %x1: tensor<?xf64>) {
  // CHECK: %r0 = tir.cast %x {dtype = "float64"} : (tensor<?xi1>) -> tensor<?xf64>
  %r0 = tir.cast %x {dtype = "float64"} : (tensor<?xi1>) -> tensor<?xf64>
  // CHECK: %r1 = tir.cast %x1 {dtype = "uint8"} : (tensor<?xf64>) -> tensor<?xui8>
  %r1 = tir.cast %x1 {dtype = "uint8"} : (tensor<?xf64>) -> tensor<?xui8>
  func.return
}
