// RUN: tir-opt %s -p tir-to-linalg | filecheck %s

// One scalar function each; integers are converted to the float type that holds them.

func.func @gammaln_f64(%x: tensor<?xf64>) -> tensor<?xf64> {
  %0 = tir.gammaln %x : tensor<?xf64>
  func.return %0 : tensor<?xf64>
}
// CHECK-LABEL: func.func @gammaln_f64
// CHECK: math_special.gammaln %{{[0-9]+}} : f64

func.func @gamma_f64(%x: tensor<?xf64>) -> tensor<?xf64> {
  %0 = tir.gamma %x : tensor<?xf64>
  func.return %0 : tensor<?xf64>
}
// CHECK-LABEL: func.func @gamma_f64
// CHECK: math_special.gamma %{{[0-9]+}} : f64

func.func @psi_f64(%x: tensor<?xf64>) -> tensor<?xf64> {
  %0 = tir.psi %x : tensor<?xf64>
  func.return %0 : tensor<?xf64>
}
// CHECK-LABEL: func.func @psi_f64
// CHECK: math_special.psi %{{[0-9]+}} : f64

func.func @tri_gamma_f64(%x: tensor<?xf64>) -> tensor<?xf64> {
  %0 = tir.tri_gamma %x : tensor<?xf64>
  func.return %0 : tensor<?xf64>
}
// CHECK-LABEL: func.func @tri_gamma_f64
// CHECK: math_special.tri_gamma %{{[0-9]+}} : f64

func.func @erfinv_f64(%x: tensor<?xf64>) -> tensor<?xf64> {
  %0 = tir.erfinv %x : tensor<?xf64>
  func.return %0 : tensor<?xf64>
}
// CHECK-LABEL: func.func @erfinv_f64
// CHECK: math_special.erfinv %{{[0-9]+}} : f64

func.func @erfcinv_f64(%x: tensor<?xf64>) -> tensor<?xf64> {
  %0 = tir.erfcinv %x : tensor<?xf64>
  func.return %0 : tensor<?xf64>
}
// CHECK-LABEL: func.func @erfcinv_f64
// CHECK: math_special.erfcinv %{{[0-9]+}} : f64

func.func @erfcx_f64(%x: tensor<?xf64>) -> tensor<?xf64> {
  %0 = tir.erfcx %x : tensor<?xf64>
  func.return %0 : tensor<?xf64>
}
// CHECK-LABEL: func.func @erfcx_f64
// CHECK: math_special.erfcx %{{[0-9]+}} : f64

func.func @j0_f64(%x: tensor<?xf64>) -> tensor<?xf64> {
  %0 = tir.j0 %x : tensor<?xf64>
  func.return %0 : tensor<?xf64>
}
// CHECK-LABEL: func.func @j0_f64
// CHECK: math_special.j0 %{{[0-9]+}} : f64

func.func @j1_f64(%x: tensor<?xf64>) -> tensor<?xf64> {
  %0 = tir.j1 %x : tensor<?xf64>
  func.return %0 : tensor<?xf64>
}
// CHECK-LABEL: func.func @j1_f64
// CHECK: math_special.j1 %{{[0-9]+}} : f64

func.func @i0_f64(%x: tensor<?xf64>) -> tensor<?xf64> {
  %0 = tir.i0 %x : tensor<?xf64>
  func.return %0 : tensor<?xf64>
}
// CHECK-LABEL: func.func @i0_f64
// CHECK: math_special.i0 %{{[0-9]+}} : f64

func.func @i1_f64(%x: tensor<?xf64>) -> tensor<?xf64> {
  %0 = tir.i1 %x : tensor<?xf64>
  func.return %0 : tensor<?xf64>
}
// CHECK-LABEL: func.func @i1_f64
// CHECK: math_special.i1 %{{[0-9]+}} : f64

func.func @gammainc_f64(%x: tensor<?xf64>, %y: tensor<?xi16>) -> tensor<?xf64> {
  %0 = tir.gammainc %x, %y : (tensor<?xf64>, tensor<?xi16>) -> tensor<?xf64>
  func.return %0 : tensor<?xf64>
}
// CHECK-LABEL: func.func @gammainc_f64
// CHECK: [[Y:%[0-9]+]] = arith.sitofp %{{[0-9]+}} : i16 to f64
// CHECK: math_special.gammainc %{{[0-9]+}}, [[Y]] : f64

func.func @gammaincc_f64(%x: tensor<?xf64>, %y: tensor<?xi16>) -> tensor<?xf64> {
  %0 = tir.gammaincc %x, %y : (tensor<?xf64>, tensor<?xi16>) -> tensor<?xf64>
  func.return %0 : tensor<?xf64>
}
// CHECK-LABEL: func.func @gammaincc_f64
// CHECK: [[Y:%[0-9]+]] = arith.sitofp %{{[0-9]+}} : i16 to f64
// CHECK: math_special.gammaincc %{{[0-9]+}}, [[Y]] : f64

func.func @jv_f64(%x: tensor<?xf64>, %y: tensor<?xi16>) -> tensor<?xf64> {
  %0 = tir.jv %x, %y : (tensor<?xf64>, tensor<?xi16>) -> tensor<?xf64>
  func.return %0 : tensor<?xf64>
}
// CHECK-LABEL: func.func @jv_f64
// CHECK: [[Y:%[0-9]+]] = arith.sitofp %{{[0-9]+}} : i16 to f64
// CHECK: math_special.jv %{{[0-9]+}}, [[Y]] : f64

func.func @iv_f64(%x: tensor<?xf64>, %y: tensor<?xi16>) -> tensor<?xf64> {
  %0 = tir.iv %x, %y : (tensor<?xf64>, tensor<?xi16>) -> tensor<?xf64>
  func.return %0 : tensor<?xf64>
}
// CHECK-LABEL: func.func @iv_f64
// CHECK: [[Y:%[0-9]+]] = arith.sitofp %{{[0-9]+}} : i16 to f64
// CHECK: math_special.iv %{{[0-9]+}}, [[Y]] : f64

func.func @gammaln_i8(%x: tensor<?xi8>) -> tensor<?xf32> {
  %0 = tir.gammaln %x : (tensor<?xi8>) -> tensor<?xf32>
  func.return %0 : tensor<?xf32>
}
// CHECK-LABEL: func.func @gammaln_i8
// CHECK: [[X:%[0-9]+]] = arith.sitofp %{{[0-9]+}} : i8 to f32
// CHECK: math_special.gammaln [[X]] : f32
