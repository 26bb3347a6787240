// RUN: tir-opt %s -p tir-to-linalg | filecheck %s

// One scalar function each; integers are converted to the float type that holds them.

func.func @exp_f64(%x: tensor<?xf64>) -> tensor<?xf64> {
  %0 = tir.exp %x : tensor<?xf64>
  func.return %0 : tensor<?xf64>
}
// CHECK-LABEL: func.func @exp_f64
// CHECK: math.exp %{{[0-9]+}} : f64

func.func @exp2_f64(%x: tensor<?xf64>) -> tensor<?xf64> {
  %0 = tir.exp2 %x : tensor<?xf64>
  func.return %0 : tensor<?xf64>
}
// CHECK-LABEL: func.func @exp2_f64
// CHECK: math.exp2 %{{[0-9]+}} : f64

func.func @expm1_f64(%x: tensor<?xf64>) -> tensor<?xf64> {
  %0 = tir.expm1 %x : tensor<?xf64>
  func.return %0 : tensor<?xf64>
}
// CHECK-LABEL: func.func @expm1_f64
// CHECK: math.expm1 %{{[0-9]+}} : f64

func.func @log_f64(%x: tensor<?xf64>) -> tensor<?xf64> {
  %0 = tir.log %x : tensor<?xf64>
  func.return %0 : tensor<?xf64>
}
// CHECK-LABEL: func.func @log_f64
// CHECK: math.log %{{[0-9]+}} : f64

func.func @log2_f64(%x: tensor<?xf64>) -> tensor<?xf64> {
  %0 = tir.log2 %x : tensor<?xf64>
  func.return %0 : tensor<?xf64>
}
// CHECK-LABEL: func.func @log2_f64
// CHECK: math.log2 %{{[0-9]+}} : f64

func.func @log10_f64(%x: tensor<?xf64>) -> tensor<?xf64> {
  %0 = tir.log10 %x : tensor<?xf64>
  func.return %0 : tensor<?xf64>
}
// CHECK-LABEL: func.func @log10_f64
// CHECK: math.log10 %{{[0-9]+}} : f64

func.func @log1p_f64(%x: tensor<?xf64>) -> tensor<?xf64> {
  %0 = tir.log1p %x : tensor<?xf64>
  func.return %0 : tensor<?xf64>
}
// CHECK-LABEL: func.func @log1p_f64
// CHECK: math.log1p %{{[0-9]+}} : f64

func.func @sin_f64(%x: tensor<?xf64>) -> tensor<?xf64> {
  %0 = tir.sin %x : tensor<?xf64>
  func.return %0 : tensor<?xf64>
}
// CHECK-LABEL: func.func @sin_f64
// CHECK: math.sin %{{[0-9]+}} : f64

func.func @cos_f64(%x: tensor<?xf64>) -> tensor<?xf64> {
  %0 = tir.cos %x : tensor<?xf64>
  func.return %0 : tensor<?xf64>
}
// CHECK-LABEL: func.func @cos_f64
// CHECK: math.cos %{{[0-9]+}} : f64

func.func @tan_f64(%x: tensor<?xf64>) -> tensor<?xf64> {
  %0 = tir.tan %x : tensor<?xf64>
  func.return %0 : tensor<?xf64>
}
// CHECK-LABEL: func.func @tan_f64
// CHECK: math.tan %{{[0-9]+}} : f64

func.func @arcsin_f64(%x: tensor<?xf64>) -> tensor<?xf64> {
  %0 = tir.arcsin %x : tensor<?xf64>
  func.return %0 : tensor<?xf64>
}
// CHECK-LABEL: func.func @arcsin_f64
// CHECK: math.asin %{{[0-9]+}} : f64

func.func @arccos_f64(%x: tensor<?xf64>) -> tensor<?xf64> {
  %0 = tir.arccos %x : tensor<?xf64>
  func.return %0 : tensor<?xf64>
}
// CHECK-LABEL: func.func @arccos_f64
// CHECK: math.acos %{{[0-9]+}} : f64

func.func @arctan_f64(%x: tensor<?xf64>) -> tensor<?xf64> {
  %0 = tir.arctan %x : tensor<?xf64>
  func.return %0 : tensor<?xf64>
}
// CHECK-LABEL: func.func @arctan_f64
// CHECK: math.atan %{{[0-9]+}} : f64

func.func @sinh_f64(%x: tensor<?xf64>) -> tensor<?xf64> {
  %0 = tir.sinh %x : tensor<?xf64>
  func.return %0 : tensor<?xf64>
}
// CHECK-LABEL: func.func @sinh_f64
// CHECK: math.sinh %{{[0-9]+}} : f64

func.func @cosh_f64(%x: tensor<?xf64>) -> tensor<?xf64> {
  %0 = tir.cosh %x : tensor<?xf64>
  func.return %0 : tensor<?xf64>
}
// CHECK-LABEL: func.func @cosh_f64
// CHECK: math.cosh %{{[0-9]+}} : f64

func.func @tanh_f64(%x: tensor<?xf64>) -> tensor<?xf64> {
  %0 = tir.tanh %x : tensor<?xf64>
  func.return %0 : tensor<?xf64>
}
// CHECK-LABEL: func.func @tanh_f64
// CHECK: math.tanh %{{[0-9]+}} : f64

func.func @arcsinh_f64(%x: tensor<?xf64>) -> tensor<?xf64> {
  %0 = tir.arcsinh %x : tensor<?xf64>
  func.return %0 : tensor<?xf64>
}
// CHECK-LABEL: func.func @arcsinh_f64
// CHECK: math.asinh %{{[0-9]+}} : f64

func.func @arccosh_f64(%x: tensor<?xf64>) -> tensor<?xf64> {
  %0 = tir.arccosh %x : tensor<?xf64>
  func.return %0 : tensor<?xf64>
}
// CHECK-LABEL: func.func @arccosh_f64
// CHECK: math.acosh %{{[0-9]+}} : f64

func.func @arctanh_f64(%x: tensor<?xf64>) -> tensor<?xf64> {
  %0 = tir.arctanh %x : tensor<?xf64>
  func.return %0 : tensor<?xf64>
}
// CHECK-LABEL: func.func @arctanh_f64
// CHECK: math.atanh %{{[0-9]+}} : f64

func.func @cbrt_f64(%x: tensor<?xf64>) -> tensor<?xf64> {
  %0 = tir.cbrt %x : tensor<?xf64>
  func.return %0 : tensor<?xf64>
}
// CHECK-LABEL: func.func @cbrt_f64
// CHECK: math.cbrt %{{[0-9]+}} : f64

func.func @erf_f64(%x: tensor<?xf64>) -> tensor<?xf64> {
  %0 = tir.erf %x : tensor<?xf64>
  func.return %0 : tensor<?xf64>
}
// CHECK-LABEL: func.func @erf_f64
// CHECK: math.erf %{{[0-9]+}} : f64

func.func @erfc_f64(%x: tensor<?xf64>) -> tensor<?xf64> {
  %0 = tir.erfc %x : tensor<?xf64>
  func.return %0 : tensor<?xf64>
}
// CHECK-LABEL: func.func @erfc_f64
// CHECK: math_ext.erfc %{{[0-9]+}} : f64

func.func @sigmoid_f64(%x: tensor<?xf64>) -> tensor<?xf64> {
  %0 = tir.sigmoid %x : tensor<?xf64>
  func.return %0 : tensor<?xf64>
}
// CHECK-LABEL: func.func @sigmoid_f64
// CHECK: math_ext.sigmoid %{{[0-9]+}} : f64

func.func @softplus_f64(%x: tensor<?xf64>) -> tensor<?xf64> {
  %0 = tir.softplus %x : tensor<?xf64>
  func.return %0 : tensor<?xf64>
}
// CHECK-LABEL: func.func @softplus_f64
// CHECK: math_ext.softplus %{{[0-9]+}} : f64

func.func @deg2rad_f64(%x: tensor<?xf64>) -> tensor<?xf64> {
  %0 = tir.deg2rad %x : tensor<?xf64>
  func.return %0 : tensor<?xf64>
}
// CHECK-LABEL: func.func @deg2rad_f64
// CHECK: arith.constant 0.017453292519943295 : f64
// CHECK: arith.mulf

func.func @rad2deg_f64(%x: tensor<?xf64>) -> tensor<?xf64> {
  %0 = tir.rad2deg %x : tensor<?xf64>
  func.return %0 : tensor<?xf64>
}
// CHECK-LABEL: func.func @rad2deg_f64
// CHECK: arith.constant 57.295779513082323 : f64
// CHECK: arith.mulf

func.func @arctan2_f64(%x: tensor<?xf64>, %y: tensor<?xf64>) -> tensor<?xf64> {
  %0 = tir.arctan2 %x, %y : tensor<?xf64>
  func.return %0 : tensor<?xf64>
}
// CHECK-LABEL: func.func @arctan2_f64
// CHECK: math.atan2

func.func @exp_i32(%x: tensor<?xi32>) -> tensor<?xf64> {
  %0 = tir.exp %x : (tensor<?xi32>) -> tensor<?xf64>
  func.return %0 : tensor<?xf64>
}
// CHECK-LABEL: func.func @exp_i32
// CHECK: arith.sitofp %{{[0-9]+}} : i32 to f64
// CHECK: math.exp %{{[0-9]+}} : f64

func.func @sin_ui8(%x: tensor<?xui8>) -> tensor<?xf32> {
  %0 = tir.sin %x : (tensor<?xui8>) -> tensor<?xf32>
  func.return %0 : tensor<?xf32>
}
// CHECK-LABEL: func.func @sin_ui8
// CHECK: arith.uitofp %{{[0-9]+}} : i8 to f32
// CHECK: math.sin %{{[0-9]+}} : f32
