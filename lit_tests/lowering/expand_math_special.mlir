// RUN: tir-opt %s -p expand-math | filecheck %s

func.func @special(%x: f32, %k: f64) -> (f32, f64) {
  %0 = math_special.gammaln %x : f32
  %1 = math_special.gammainc %k, %k : f64
  func.return %0, %1 : f32, f64
}

// CHECK-LABEL: func.func @special
// CHECK-NEXT:    func.call @tir.gammaln.f32(%x) : (f32) -> f32
// CHECK-NEXT:    func.call @tir.gammainc.f64(%k, %k) : (f64, f64) -> f64

// Special functions of float32 are computed in float64; negative arguments are rare.
// CHECK:       func.func private @tir.gammaln.f32(%0: f32) -> f32 attributes {always_inline} {
// CHECK:         [[WIDE:%[0-9]+]] = arith.extf %0 : f32 to f64
// CHECK:         [[USUAL:%[0-9]+]] = arith.truncf {{%[0-9]+}} : f64 to f32
// CHECK:         [[MASK:%[0-9]+]] = arith.extsi {{%[0-9]+}} : i1 to i32
// CHECK-NEXT:    [[RESULT:%[0-9]+]] = func.call @tir.gammaln.far.f32([[USUAL]], %0, [[MASK]]) : (f32, f32, i32) -> f32
// CHECK-NEXT:    func.return [[RESULT]] : f32
// CHECK:       func.func private @tir.gammaln.far.f32(

// Some have branches and loops, and are not inlined.
// CHECK:       func.func private @tir.gammainc.f64(%{{[0-9]+}}: f64, %{{[0-9]+}}: f64) -> f64 attributes {no_inline} {
// CHECK:         scf.if
// CHECK:         scf.while
