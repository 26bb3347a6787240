// RUN: tir-opt %s | filecheck %s
// RUN: tir-opt %s | tir-opt | filecheck %s

// Special functions. Their text is read and printed unchanged.

// CHECK-LABEL: func.func @gammaln
func.func @gammaln(%x: tensor<?xf64>, %x1: tensor<?xui16>, %x2: tensor<?xi32>) {
  // CHECK: %r0 = tir.gammaln %x : tensor<?xf64>
  %r0 = tir.gammaln %x : tensor<?xf64>
  // CHECK: %r1 = tir.gammaln %x1 : (tensor<?xui16>) -> tensor<?xf32>
  %r1 = tir.gammaln %x1 : (tensor<?xui16>) -> tensor<?xf32>
  // CHECK: %r2 = tir.gammaln %x2 : (tensor<?xi32>) -> tensor<?xf64>
  %r2 = tir.gammaln %x2 : (tensor<?xi32>) -> tensor<?xf64>
  func.return
}

// CHECK-LABEL: func.func @gamma
func.func @gamma(%x: tensor<?xf64>, %x1: tensor<?xui16>, %x2: tensor<?xi32>) {
  // CHECK: %r0 = tir.gamma %x : tensor<?xf64>
  %r0 = tir.gamma %x : tensor<?xf64>
  // CHECK: %r1 = tir.gamma %x1 : (tensor<?xui16>) -> tensor<?xf32>
  %r1 = tir.gamma %x1 : (tensor<?xui16>) -> tensor<?xf32>
  // CHECK: %r2 = tir.gamma %x2 : (tensor<?xi32>) -> tensor<?xf64>
  %r2 = tir.gamma %x2 : (tensor<?xi32>) -> tensor<?xf64>
  func.return
}

// CHECK-LABEL: func.func @psi
func.func @psi(%x: tensor<?xf64>, %x1: tensor<?xui16>, %x2: tensor<?xi32>) {
  // CHECK: %r0 = tir.psi %x : tensor<?xf64>
  %r0 = tir.psi %x : tensor<?xf64>
  // CHECK: %r1 = tir.psi %x1 : (tensor<?xui16>) -> tensor<?xf32>
  %r1 = tir.psi %x1 : (tensor<?xui16>) -> tensor<?xf32>
  // CHECK: %r2 = tir.psi %x2 : (tensor<?xi32>) -> tensor<?xf64>
  %r2 = tir.psi %x2 : (tensor<?xi32>) -> tensor<?xf64>
  func.return
}

// CHECK-LABEL: func.func @tri_gamma
func.func @tri_gamma(%x: tensor<?xf64>, %x1: tensor<?xui16>, %x2: tensor<?xi32>) {
  // CHECK: %r0 = tir.tri_gamma %x : tensor<?xf64>
  %r0 = tir.tri_gamma %x : tensor<?xf64>
  // CHECK: %r1 = tir.tri_gamma %x1 : (tensor<?xui16>) -> tensor<?xf32>
  %r1 = tir.tri_gamma %x1 : (tensor<?xui16>) -> tensor<?xf32>
  // CHECK: %r2 = tir.tri_gamma %x2 : (tensor<?xi32>) -> tensor<?xf64>
  %r2 = tir.tri_gamma %x2 : (tensor<?xi32>) -> tensor<?xf64>
  func.return
}

// CHECK-LABEL: func.func @erfinv
func.func @erfinv(%x: tensor<?xf64>, %x1: tensor<?xui16>, %x2: tensor<?xi32>) {
  // CHECK: %r0 = tir.erfinv %x : tensor<?xf64>
  %r0 = tir.erfinv %x : tensor<?xf64>
  // CHECK: %r1 = tir.erfinv %x1 : (tensor<?xui16>) -> tensor<?xf32>
  %r1 = tir.erfinv %x1 : (tensor<?xui16>) -> tensor<?xf32>
  // CHECK: %r2 = tir.erfinv %x2 : (tensor<?xi32>) -> tensor<?xf64>
  %r2 = tir.erfinv %x2 : (tensor<?xi32>) -> tensor<?xf64>
  func.return
}

// CHECK-LABEL: func.func @erfcinv
func.func @erfcinv(%x: tensor<?xf64>, %x1: tensor<?xui16>, %x2: tensor<?xi32>) {
  // CHECK: %r0 = tir.erfcinv %x : tensor<?xf64>
  %r0 = tir.erfcinv %x : tensor<?xf64>
  // CHECK: %r1 = tir.erfcinv %x1 : (tensor<?xui16>) -> tensor<?xf32>
  %r1 = tir.erfcinv %x1 : (tensor<?xui16>) -> tensor<?xf32>
  // CHECK: %r2 = tir.erfcinv %x2 : (tensor<?xi32>) -> tensor<?xf64>
  %r2 = tir.erfcinv %x2 : (tensor<?xi32>) -> tensor<?xf64>
  func.return
}

// CHECK-LABEL: func.func @erfcx
func.func @erfcx(%x: tensor<?xf64>, %x1: tensor<?xui16>, %x2: tensor<?xi32>) {
  // CHECK: %r0 = tir.erfcx %x : tensor<?xf64>
  %r0 = tir.erfcx %x : tensor<?xf64>
  // CHECK: %r1 = tir.erfcx %x1 : (tensor<?xui16>) -> tensor<?xf32>
  %r1 = tir.erfcx %x1 : (tensor<?xui16>) -> tensor<?xf32>
  // CHECK: %r2 = tir.erfcx %x2 : (tensor<?xi32>) -> tensor<?xf64>
  %r2 = tir.erfcx %x2 : (tensor<?xi32>) -> tensor<?xf64>
  func.return
}

// CHECK-LABEL: func.func @j0
func.func @j0(%x: tensor<?xf64>, %x1: tensor<?xui16>, %x2: tensor<?xi32>) {
  // CHECK: %r0 = tir.j0 %x : tensor<?xf64>
  %r0 = tir.j0 %x : tensor<?xf64>
  // CHECK: %r1 = tir.j0 %x1 : (tensor<?xui16>) -> tensor<?xf32>
  %r1 = tir.j0 %x1 : (tensor<?xui16>) -> tensor<?xf32>
  // CHECK: %r2 = tir.j0 %x2 : (tensor<?xi32>) -> tensor<?xf64>
  %r2 = tir.j0 %x2 : (tensor<?xi32>) -> tensor<?xf64>
  func.return
}

// CHECK-LABEL: func.func @j1
func.func @j1(%x: tensor<?xf64>, %x1: tensor<?xui16>, %x2: tensor<?xi32>) {
  // CHECK: %r0 = tir.j1 %x : tensor<?xf64>
  %r0 = tir.j1 %x : tensor<?xf64>
  // CHECK: %r1 = tir.j1 %x1 : (tensor<?xui16>) -> tensor<?xf32>
  %r1 = tir.j1 %x1 : (tensor<?xui16>) -> tensor<?xf32>
  // CHECK: %r2 = tir.j1 %x2 : (tensor<?xi32>) -> tensor<?xf64>
  %r2 = tir.j1 %x2 : (tensor<?xi32>) -> tensor<?xf64>
  func.return
}

// CHECK-LABEL: func.func @i0
func.func @i0(%x: tensor<?xf64>, %x1: tensor<?xui16>, %x2: tensor<?xi32>) {
  // CHECK: %r0 = tir.i0 %x : tensor<?xf64>
  %r0 = tir.i0 %x : tensor<?xf64>
  // CHECK: %r1 = tir.i0 %x1 : (tensor<?xui16>) -> tensor<?xf32>
  %r1 = tir.i0 %x1 : (tensor<?xui16>) -> tensor<?xf32>
  // CHECK: %r2 = tir.i0 %x2 : (tensor<?xi32>) -> tensor<?xf64>
  %r2 = tir.i0 %x2 : (tensor<?xi32>) -> tensor<?xf64>
  func.return
}

// CHECK-LABEL: func.func @i1
func.func @i1(%x: tensor<?xf64>, %x1: tensor<?xui16>, %x2: tensor<?xi32>) {
  // CHECK: %r0 = tir.i1 %x : tensor<?xf64>
  %r0 = tir.i1 %x : tensor<?xf64>
  // CHECK: %r1 = tir.i1 %x1 : (tensor<?xui16>) -> tensor<?xf32>
  %r1 = tir.i1 %x1 : (tensor<?xui16>) -> tensor<?xf32>
  // CHECK: %r2 = tir.i1 %x2 : (tensor<?xi32>) -> tensor<?xf64>
  %r2 = tir.i1 %x2 : (tensor<?xi32>) -> tensor<?xf64>
  func.return
}

// CHECK-LABEL: func.func @gammainc
func.func @gammainc(%x: tensor<?x1xf64>, %y: tensor<?xf64>, %i: tensor<?xi32>) {
  // CHECK: %r0 = tir.gammainc %x, %y : (tensor<?x1xf64>, tensor<?xf64>) -> tensor<?x?xf64>
  %r0 = tir.gammainc %x, %y : (tensor<?x1xf64>, tensor<?xf64>) -> tensor<?x?xf64>
  // CHECK: %r1 = tir.gammainc %i, %i : (tensor<?xi32>, tensor<?xi32>) -> tensor<?xf64>
  %r1 = tir.gammainc %i, %i : (tensor<?xi32>, tensor<?xi32>) -> tensor<?xf64>
  func.return
}

// CHECK-LABEL: func.func @gammaincc
func.func @gammaincc(%x: tensor<?x1xf64>, %y: tensor<?xf64>, %i: tensor<?xi32>) {
  // CHECK: %r0 = tir.gammaincc %x, %y : (tensor<?x1xf64>, tensor<?xf64>) -> tensor<?x?xf64>
  %r0 = tir.gammaincc %x, %y : (tensor<?x1xf64>, tensor<?xf64>) -> tensor<?x?xf64>
  // CHECK: %r1 = tir.gammaincc %i, %i : (tensor<?xi32>, tensor<?xi32>) -> tensor<?xf64>
  %r1 = tir.gammaincc %i, %i : (tensor<?xi32>, tensor<?xi32>) -> tensor<?xf64>
  func.return
}

// CHECK-LABEL: func.func @jv
func.func @jv(%x: tensor<?x1xf64>, %y: tensor<?xf64>, %i: tensor<?xi32>) {
  // CHECK: %r0 = tir.jv %x, %y : (tensor<?x1xf64>, tensor<?xf64>) -> tensor<?x?xf64>
  %r0 = tir.jv %x, %y : (tensor<?x1xf64>, tensor<?xf64>) -> tensor<?x?xf64>
  // CHECK: %r1 = tir.jv %i, %i : (tensor<?xi32>, tensor<?xi32>) -> tensor<?xf64>
  %r1 = tir.jv %i, %i : (tensor<?xi32>, tensor<?xi32>) -> tensor<?xf64>
  func.return
}

// CHECK-LABEL: func.func @iv
func.func @iv(%x: tensor<?x1xf64>, %y: tensor<?xf64>, %i: tensor<?xi32>) {
  // CHECK: %r0 = tir.iv %x, %y : (tensor<?x1xf64>, tensor<?xf64>) -> tensor<?x?xf64>
  %r0 = tir.iv %x, %y : (tensor<?x1xf64>, tensor<?xf64>) -> tensor<?x?xf64>
  // CHECK: %r1 = tir.iv %i, %i : (tensor<?xi32>, tensor<?xi32>) -> tensor<?xf64>
  %r1 = tir.iv %i, %i : (tensor<?xi32>, tensor<?xi32>) -> tensor<?xf64>
  func.return
}
