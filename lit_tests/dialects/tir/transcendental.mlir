// RUN: tir-opt %s | filecheck %s
// RUN: tir-opt %s | tir-opt | filecheck %s

// Elementary functions. Their text is read and printed unchanged.

// CHECK-LABEL: func.func @exp
func.func @exp(%x: tensor<?xf64>, %x1: tensor<?xui16>, %x2: tensor<?xi32>) {
  // CHECK: %r0 = tir.exp %x : tensor<?xf64>
  %r0 = tir.exp %x : tensor<?xf64>
  // CHECK: %r1 = tir.exp %x1 : (tensor<?xui16>) -> tensor<?xf32>
  %r1 = tir.exp %x1 : (tensor<?xui16>) -> tensor<?xf32>
  // CHECK: %r2 = tir.exp %x2 : (tensor<?xi32>) -> tensor<?xf64>
  %r2 = tir.exp %x2 : (tensor<?xi32>) -> tensor<?xf64>
  func.return
}

// CHECK-LABEL: func.func @exp2
func.func @exp2(%x: tensor<?xf64>, %x1: tensor<?xui16>, %x2: tensor<?xi32>) {
  // CHECK: %r0 = tir.exp2 %x : tensor<?xf64>
  %r0 = tir.exp2 %x : tensor<?xf64>
  // CHECK: %r1 = tir.exp2 %x1 : (tensor<?xui16>) -> tensor<?xf32>
  %r1 = tir.exp2 %x1 : (tensor<?xui16>) -> tensor<?xf32>
  // CHECK: %r2 = tir.exp2 %x2 : (tensor<?xi32>) -> tensor<?xf64>
  %r2 = tir.exp2 %x2 : (tensor<?xi32>) -> tensor<?xf64>
  func.return
}

// CHECK-LABEL: func.func @expm1
func.func @expm1(%x: tensor<?xf64>, %x1: tensor<?xui16>, %x2: tensor<?xi32>) {
  // CHECK: %r0 = tir.expm1 %x : tensor<?xf64>
  %r0 = tir.expm1 %x : tensor<?xf64>
  // CHECK: %r1 = tir.expm1 %x1 : (tensor<?xui16>) -> tensor<?xf32>
  %r1 = tir.expm1 %x1 : (tensor<?xui16>) -> tensor<?xf32>
  // CHECK: %r2 = tir.expm1 %x2 : (tensor<?xi32>) -> tensor<?xf64>
  %r2 = tir.expm1 %x2 : (tensor<?xi32>) -> tensor<?xf64>
  func.return
}

// CHECK-LABEL: func.func @log
func.func @log(%x: tensor<?xf64>, %x1: tensor<?xui16>, %x2: tensor<?xi32>) {
  // CHECK: %r0 = tir.log %x : tensor<?xf64>
  %r0 = tir.log %x : tensor<?xf64>
  // CHECK: %r1 = tir.log %x1 : (tensor<?xui16>) -> tensor<?xf32>
  %r1 = tir.log %x1 : (tensor<?xui16>) -> tensor<?xf32>
  // CHECK: %r2 = tir.log %x2 : (tensor<?xi32>) -> tensor<?xf64>
  %r2 = tir.log %x2 : (tensor<?xi32>) -> tensor<?xf64>
  func.return
}

// CHECK-LABEL: func.func @log2
func.func @log2(%x: tensor<?xf64>, %x1: tensor<?xui16>, %x2: tensor<?xi32>) {
  // CHECK: %r0 = tir.log2 %x : tensor<?xf64>
  %r0 = tir.log2 %x : tensor<?xf64>
  // CHECK: %r1 = tir.log2 %x1 : (tensor<?xui16>) -> tensor<?xf32>
  %r1 = tir.log2 %x1 : (tensor<?xui16>) -> tensor<?xf32>
  // CHECK: %r2 = tir.log2 %x2 : (tensor<?xi32>) -> tensor<?xf64>
  %r2 = tir.log2 %x2 : (tensor<?xi32>) -> tensor<?xf64>
  func.return
}

// CHECK-LABEL: func.func @log10
func.func @log10(%x: tensor<?xf64>, %x1: tensor<?xui16>, %x2: tensor<?xi32>) {
  // CHECK: %r0 = tir.log10 %x : tensor<?xf64>
  %r0 = tir.log10 %x : tensor<?xf64>
  // CHECK: %r1 = tir.log10 %x1 : (tensor<?xui16>) -> tensor<?xf32>
  %r1 = tir.log10 %x1 : (tensor<?xui16>) -> tensor<?xf32>
  // CHECK: %r2 = tir.log10 %x2 : (tensor<?xi32>) -> tensor<?xf64>
  %r2 = tir.log10 %x2 : (tensor<?xi32>) -> tensor<?xf64>
  func.return
}

// CHECK-LABEL: func.func @log1p
func.func @log1p(%x: tensor<?xf64>, %x1: tensor<?xui16>, %x2: tensor<?xi32>) {
  // CHECK: %r0 = tir.log1p %x : tensor<?xf64>
  %r0 = tir.log1p %x : tensor<?xf64>
  // CHECK: %r1 = tir.log1p %x1 : (tensor<?xui16>) -> tensor<?xf32>
  %r1 = tir.log1p %x1 : (tensor<?xui16>) -> tensor<?xf32>
  // CHECK: %r2 = tir.log1p %x2 : (tensor<?xi32>) -> tensor<?xf64>
  %r2 = tir.log1p %x2 : (tensor<?xi32>) -> tensor<?xf64>
  func.return
}

// CHECK-LABEL: func.func @sin
func.func @sin(%x: tensor<?xf64>, %x1: tensor<?xui16>, %x2: tensor<?xi32>) {
  // CHECK: %r0 = tir.sin %x : tensor<?xf64>
  %r0 = tir.sin %x : tensor<?xf64>
  // CHECK: %r1 = tir.sin %x1 : (tensor<?xui16>) -> tensor<?xf32>
  %r1 = tir.sin %x1 : (tensor<?xui16>) -> tensor<?xf32>
  // CHECK: %r2 = tir.sin %x2 : (tensor<?xi32>) -> tensor<?xf64>
  %r2 = tir.sin %x2 : (tensor<?xi32>) -> tensor<?xf64>
  func.return
}

// CHECK-LABEL: func.func @cos
func.func @cos(%x: tensor<?xf64>, %x1: tensor<?xui16>, %x2: tensor<?xi32>) {
  // CHECK: %r0 = tir.cos %x : tensor<?xf64>
  %r0 = tir.cos %x : tensor<?xf64>
  // CHECK: %r1 = tir.cos %x1 : (tensor<?xui16>) -> tensor<?xf32>
  %r1 = tir.cos %x1 : (tensor<?xui16>) -> tensor<?xf32>
  // CHECK: %r2 = tir.cos %x2 : (tensor<?xi32>) -> tensor<?xf64>
  %r2 = tir.cos %x2 : (tensor<?xi32>) -> tensor<?xf64>
  func.return
}

// CHECK-LABEL: func.func @tan
func.func @tan(%x: tensor<?xf64>, %x1: tensor<?xui16>, %x2: tensor<?xi32>) {
  // CHECK: %r0 = tir.tan %x : tensor<?xf64>
  %r0 = tir.tan %x : tensor<?xf64>
  // CHECK: %r1 = tir.tan %x1 : (tensor<?xui16>) -> tensor<?xf32>
  %r1 = tir.tan %x1 : (tensor<?xui16>) -> tensor<?xf32>
  // CHECK: %r2 = tir.tan %x2 : (tensor<?xi32>) -> tensor<?xf64>
  %r2 = tir.tan %x2 : (tensor<?xi32>) -> tensor<?xf64>
  func.return
}

// CHECK-LABEL: func.func @arcsin
func.func @arcsin(%x: tensor<?xf64>, %x1: tensor<?xui16>, %x2: tensor<?xi32>) {
  // CHECK: %r0 = tir.arcsin %x : tensor<?xf64>
  %r0 = tir.arcsin %x : tensor<?xf64>
  // CHECK: %r1 = tir.arcsin %x1 : (tensor<?xui16>) -> tensor<?xf32>
  %r1 = tir.arcsin %x1 : (tensor<?xui16>) -> tensor<?xf32>
  // CHECK: %r2 = tir.arcsin %x2 : (tensor<?xi32>) -> tensor<?xf64>
  %r2 = tir.arcsin %x2 : (tensor<?xi32>) -> tensor<?xf64>
  func.return
}

// CHECK-LABEL: func.func @arccos
func.func @arccos(%x: tensor<?xf64>, %x1: tensor<?xui16>, %x2: tensor<?xi32>) {
  // CHECK: %r0 = tir.arccos %x : tensor<?xf64>
  %r0 = tir.arccos %x : tensor<?xf64>
  // CHECK: %r1 = tir.arccos %x1 : (tensor<?xui16>) -> tensor<?xf32>
  %r1 = tir.arccos %x1 : (tensor<?xui16>) -> tensor<?xf32>
  // CHECK: %r2 = tir.arccos %x2 : (tensor<?xi32>) -> tensor<?xf64>
  %r2 = tir.arccos %x2 : (tensor<?xi32>) -> tensor<?xf64>
  func.return
}

// CHECK-LABEL: func.func @arctan
func.func @arctan(%x: tensor<?xf64>, %x1: tensor<?xui16>, %x2: tensor<?xi32>) {
  // CHECK: %r0 = tir.arctan %x : tensor<?xf64>
  %r0 = tir.arctan %x : tensor<?xf64>
  // CHECK: %r1 = tir.arctan %x1 : (tensor<?xui16>) -> tensor<?xf32>
  %r1 = tir.arctan %x1 : (tensor<?xui16>) -> tensor<?xf32>
  // CHECK: %r2 = tir.arctan %x2 : (tensor<?xi32>) -> tensor<?xf64>
  %r2 = tir.arctan %x2 : (tensor<?xi32>) -> tensor<?xf64>
  func.return
}

// CHECK-LABEL: func.func @sinh
func.func @sinh(%x: tensor<?xf64>, %x1: tensor<?xui16>, %x2: tensor<?xi32>) {
  // CHECK: %r0 = tir.sinh %x : tensor<?xf64>
  %r0 = tir.sinh %x : tensor<?xf64>
  // CHECK: %r1 = tir.sinh %x1 : (tensor<?xui16>) -> tensor<?xf32>
  %r1 = tir.sinh %x1 : (tensor<?xui16>) -> tensor<?xf32>
  // CHECK: %r2 = tir.sinh %x2 : (tensor<?xi32>) -> tensor<?xf64>
  %r2 = tir.sinh %x2 : (tensor<?xi32>) -> tensor<?xf64>
  func.return
}

// CHECK-LABEL: func.func @cosh
func.func @cosh(%x: tensor<?xf64>, %x1: tensor<?xui16>, %x2: tensor<?xi32>) {
  // CHECK: %r0 = tir.cosh %x : tensor<?xf64>
  %r0 = tir.cosh %x : tensor<?xf64>
  // CHECK: %r1 = tir.cosh %x1 : (tensor<?xui16>) -> tensor<?xf32>
  %r1 = tir.cosh %x1 : (tensor<?xui16>) -> tensor<?xf32>
  // CHECK: %r2 = tir.cosh %x2 : (tensor<?xi32>) -> tensor<?xf64>
  %r2 = tir.cosh %x2 : (tensor<?xi32>) -> tensor<?xf64>
  func.return
}

// CHECK-LABEL: func.func @tanh
func.func @tanh(%x: tensor<?xf64>, %x1: tensor<?xui16>, %x2: tensor<?xi32>) {
  // CHECK: %r0 = tir.tanh %x : tensor<?xf64>
  %r0 = tir.tanh %x : tensor<?xf64>
  // CHECK: %r1 = tir.tanh %x1 : (tensor<?xui16>) -> tensor<?xf32>
  %r1 = tir.tanh %x1 : (tensor<?xui16>) -> tensor<?xf32>
  // CHECK: %r2 = tir.tanh %x2 : (tensor<?xi32>) -> tensor<?xf64>
  %r2 = tir.tanh %x2 : (tensor<?xi32>) -> tensor<?xf64>
  func.return
}

// CHECK-LABEL: func.func @arcsinh
func.func @arcsinh(%x: tensor<?xf64>, %x1: tensor<?xui16>, %x2: tensor<?xi32>) {
  // CHECK: %r0 = tir.arcsinh %x : tensor<?xf64>
  %r0 = tir.arcsinh %x : tensor<?xf64>
  // CHECK: %r1 = tir.arcsinh %x1 : (tensor<?xui16>) -> tensor<?xf32>
  %r1 = tir.arcsinh %x1 : (tensor<?xui16>) -> tensor<?xf32>
  // CHECK: %r2 = tir.arcsinh %x2 : (tensor<?xi32>) -> tensor<?xf64>
  %r2 = tir.arcsinh %x2 : (tensor<?xi32>) -> tensor<?xf64>
  func.return
}

// CHECK-LABEL: func.func @arccosh
func.func @arccosh(%x: tensor<?xf64>, %x1: tensor<?xui16>, %x2: tensor<?xi32>) {
  // CHECK: %r0 = tir.arccosh %x : tensor<?xf64>
  %r0 = tir.arccosh %x : tensor<?xf64>
  // CHECK: %r1 = tir.arccosh %x1 : (tensor<?xui16>) -> tensor<?xf32>
  %r1 = tir.arccosh %x1 : (tensor<?xui16>) -> tensor<?xf32>
  // CHECK: %r2 = tir.arccosh %x2 : (tensor<?xi32>) -> tensor<?xf64>
  %r2 = tir.arccosh %x2 : (tensor<?xi32>) -> tensor<?xf64>
  func.return
}

// CHECK-LABEL: func.func @arctanh
func.func @arctanh(%x: tensor<?xf64>, %x1: tensor<?xui16>, %x2: tensor<?xi32>) {
  // CHECK: %r0 = tir.arctanh %x : tensor<?xf64>
  %r0 = tir.arctanh %x : tensor<?xf64>
  // CHECK: %r1 = tir.arctanh %x1 : (tensor<?xui16>) -> tensor<?xf32>
  %r1 = tir.arctanh %x1 : (tensor<?xui16>) -> tensor<?xf32>
  // CHECK: %r2 = tir.arctanh %x2 : (tensor<?xi32>) -> tensor<?xf64>
  %r2 = tir.arctanh %x2 : (tensor<?xi32>) -> tensor<?xf64>
  func.return
}

// CHECK-LABEL: func.func @cbrt
func.func @cbrt(%x: tensor<?xf64>, %x1: tensor<?xui16>, %x2: tensor<?xi32>) {
  // CHECK: %r0 = tir.cbrt %x : tensor<?xf64>
  %r0 = tir.cbrt %x : tensor<?xf64>
  // CHECK: %r1 = tir.cbrt %x1 : (tensor<?xui16>) -> tensor<?xf32>
  %r1 = tir.cbrt %x1 : (tensor<?xui16>) -> tensor<?xf32>
  // CHECK: %r2 = tir.cbrt %x2 : (tensor<?xi32>) -> tensor<?xf64>
  %r2 = tir.cbrt %x2 : (tensor<?xi32>) -> tensor<?xf64>
  func.return
}

// CHECK-LABEL: func.func @deg2rad
func.func @deg2rad(%x: tensor<?xf64>, %x1: tensor<?xui16>, %x2: tensor<?xi32>) {
  // CHECK: %r0 = tir.deg2rad %x : tensor<?xf64>
  %r0 = tir.deg2rad %x : tensor<?xf64>
  // CHECK: %r1 = tir.deg2rad %x1 : (tensor<?xui16>) -> tensor<?xf32>
  %r1 = tir.deg2rad %x1 : (tensor<?xui16>) -> tensor<?xf32>
  // CHECK: %r2 = tir.deg2rad %x2 : (tensor<?xi32>) -> tensor<?xf64>
  %r2 = tir.deg2rad %x2 : (tensor<?xi32>) -> tensor<?xf64>
  func.return
}

// CHECK-LABEL: func.func @rad2deg
func.func @rad2deg(%x: tensor<?xf64>, %x1: tensor<?xui16>, %x2: tensor<?xi32>) {
  // CHECK: %r0 = tir.rad2deg %x : tensor<?xf64>
  %r0 = tir.rad2deg %x : tensor<?xf64>
  // CHECK: %r1 = tir.rad2deg %x1 : (tensor<?xui16>) -> tensor<?xf32>
  %r1 = tir.rad2deg %x1 : (tensor<?xui16>) -> tensor<?xf32>
  // CHECK: %r2 = tir.rad2deg %x2 : (tensor<?xi32>) -> tensor<?xf64>
  %r2 = tir.rad2deg %x2 : (tensor<?xi32>) -> tensor<?xf64>
  func.return
}

// CHECK-LABEL: func.func @arctan2
func.func @arctan2(%x: tensor<?xf64>, %y: tensor<?xf64>, %x1: tensor<?xi32>, %y1: tensor<?xf32>, %x2: tensor<?x1xf64>, %y2: tensor<1x?xf64>) {
  // CHECK: %r0 = tir.arctan2 %x, %y : tensor<?xf64>
  %r0 = tir.arctan2 %x, %y : tensor<?xf64>
  // CHECK: %r1 = tir.arctan2 %x1, %y1 : (tensor<?xi32>, tensor<?xf32>) -> tensor<?xf64>
  %r1 = tir.arctan2 %x1, %y1 : (tensor<?xi32>, tensor<?xf32>) -> tensor<?xf64>
  // CHECK: %r2 = tir.arctan2 %x2, %y2 : (tensor<?x1xf64>, tensor<1x?xf64>) -> tensor<?x?xf64>
  %r2 = tir.arctan2 %x2, %y2 : (tensor<?x1xf64>, tensor<1x?xf64>) -> tensor<?x?xf64>
  func.return
}

// CHECK-LABEL: func.func @erf
func.func @erf(%x: tensor<?xf64>, %x1: tensor<?xui16>, %x2: tensor<?xi32>) {
  // CHECK: %r0 = tir.erf %x : tensor<?xf64>
  %r0 = tir.erf %x : tensor<?xf64>
  // CHECK: %r1 = tir.erf %x1 : (tensor<?xui16>) -> tensor<?xf32>
  %r1 = tir.erf %x1 : (tensor<?xui16>) -> tensor<?xf32>
  // CHECK: %r2 = tir.erf %x2 : (tensor<?xi32>) -> tensor<?xf64>
  %r2 = tir.erf %x2 : (tensor<?xi32>) -> tensor<?xf64>
  func.return
}

// CHECK-LABEL: func.func @erfc
func.func @erfc(%x: tensor<?xf64>, %x1: tensor<?xui16>, %x2: tensor<?xi32>) {
  // CHECK: %r0 = tir.erfc %x : tensor<?xf64>
  %r0 = tir.erfc %x : tensor<?xf64>
  // CHECK: %r1 = tir.erfc %x1 : (tensor<?xui16>) -> tensor<?xf32>
  %r1 = tir.erfc %x1 : (tensor<?xui16>) -> tensor<?xf32>
  // CHECK: %r2 = tir.erfc %x2 : (tensor<?xi32>) -> tensor<?xf64>
  %r2 = tir.erfc %x2 : (tensor<?xi32>) -> tensor<?xf64>
  func.return
}

// CHECK-LABEL: func.func @sigmoid
func.func @sigmoid(%x: tensor<?xf64>, %x1: tensor<?xui16>, %x2: tensor<?xi32>) {
  // CHECK: %r0 = tir.sigmoid %x : tensor<?xf64>
  %r0 = tir.sigmoid %x : tensor<?xf64>
  // CHECK: %r1 = tir.sigmoid %x1 : (tensor<?xui16>) -> tensor<?xf32>
  %r1 = tir.sigmoid %x1 : (tensor<?xui16>) -> tensor<?xf32>
  // CHECK: %r2 = tir.sigmoid %x2 : (tensor<?xi32>) -> tensor<?xf64>
  %r2 = tir.sigmoid %x2 : (tensor<?xi32>) -> tensor<?xf64>
  func.return
}

// CHECK-LABEL: func.func @softplus
func.func @softplus(%x: tensor<?xf64>, %x1: tensor<?xui16>, %x2: tensor<?xi32>) {
  // CHECK: %r0 = tir.softplus %x : tensor<?xf64>
  %r0 = tir.softplus %x : tensor<?xf64>
  // CHECK: %r1 = tir.softplus %x1 : (tensor<?xui16>) -> tensor<?xf32>
  %r1 = tir.softplus %x1 : (tensor<?xui16>) -> tensor<?xf32>
  // CHECK: %r2 = tir.softplus %x2 : (tensor<?xi32>) -> tensor<?xf64>
  %r2 = tir.softplus %x2 : (tensor<?xi32>) -> tensor<?xf64>
  func.return
}
