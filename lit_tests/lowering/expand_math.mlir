// RUN: tir-opt %s -p expand-math | filecheck %s

// Two uses of one function share it; another type has its own; what is an instruction stays.
func.func @uses(%x: f64, %y: f32) -> (f64, f64, f32, f64) {
  %0 = math.exp %x : f64
  %1 = math.exp %0 : f64
  %2 = math.exp %y : f32
  %3 = math.sqrt %1 : f64
  func.return %0, %1, %2, %3 : f64, f64, f32, f64
}

// CHECK:       builtin.module {
// CHECK-LABEL: func.func @uses
// CHECK-NEXT:    %0 = func.call @tir.exp.f64(%x) : (f64) -> f64
// CHECK-NEXT:    %1 = func.call @tir.exp.f64(%0) : (f64) -> f64
// CHECK-NEXT:    %2 = func.call @tir.exp.f32(%y) : (f32) -> f32
// CHECK-NEXT:    %3 = math.sqrt %1 : f64

// Ops of math_ext, two operands, and ops inside of loops.
func.func @inside(%x: memref<?xf64>, %n: index) {
  %zero = arith.constant 0 : index
  %one = arith.constant 1 : index
  scf.for %i = %zero to %n step %one {
    %v = memref.load %x[%i] : memref<?xf64>
    %a = math_ext.erfc %v : f64
    %b = math.powf %a, %v : f64
    %c = math.round %b : f64
    memref.store %c, %x[%i] : memref<?xf64>
  }
  func.return
}

// CHECK-LABEL: func.func @inside
// CHECK:         %a = func.call @tir.erfc.f64(%v) : (f64) -> f64
// CHECK-NEXT:    %b = func.call @tir.powf.f64(%a, %v) : (f64, f64) -> f64
// CHECK-NEXT:    %c = func.call @tir.round.f64(%b) : (f64) -> f64

// Other element types are not touched.
func.func @half(%x: f16) -> f16 {
  %0 = math.exp %x : f16
  func.return %0 : f16
}

// CHECK-LABEL: func.func @half
// CHECK-NEXT:    %0 = math.exp %x : f16

// CHECK-LABEL: func.func private @tir.exp.f64(%0: f64) -> f64 attributes {always_inline} {
// CHECK-NOT:     {{math\.exp|func\.call|cf\.|scf\.}}
// CHECK:         func.return
// CHECK-NEXT:  }
// CHECK-NEXT:  func.func private @tir.exp.f32(%0: f32) -> f32 attributes {always_inline} {
// CHECK-NOT:     func.func private @tir.exp.
// CHECK:         func.func private @tir.erfc.f64
// CHECK:         func.func private @tir.powf.f64(%0: f64, %1: f64) -> f64

// A small one in full.
// CHECK:       func.func private @tir.round.f64(%0: f64) -> f64 attributes {always_inline} {
// CHECK-NEXT:    %1 = math.trunc %0 : f64
// CHECK-NEXT:    %2 = arith.subf %0, %1 : f64
// CHECK-NEXT:    %3 = math.absf %2 : f64
// CHECK-NEXT:    %4 = arith.constant 5.000000e-01 : f64
// CHECK-NEXT:    %5 = arith.cmpf oge, %3, %4 : f64
// CHECK-NEXT:    %6 = arith.constant 1.000000e+00 : f64
// CHECK-NEXT:    %7 = arith.constant 0.000000e+00 : f64
// CHECK-NEXT:    %8 = arith.select %5, %6, %7 : f64
// CHECK-NEXT:    %9 = math.copysign %8, %0 : f64
// CHECK-NEXT:    %10 = arith.addf %1, %9 : f64
// CHECK-NEXT:    func.return %10 : f64

// Large arguments of trigonometric functions have a function of their own, which loops call for whole vectors.
func.func @trigonometric(%x: f64) -> f64 {
  %0 = math.sin %x : f64
  func.return %0 : f64
}

// CHECK:       func.func private @tir.sin.f64(%0: f64) -> f64 attributes {always_inline} {
// CHECK:         [[SIZE:%[0-9]+]] = math.absf %0 : f64
// CHECK:         [[FAR:%[0-9]+]] = arith.cmpf oge, [[SIZE]], {{%[0-9]+}} : f64
// CHECK-NEXT:    [[MASK:%[0-9]+]] = arith.extsi [[FAR]] : i1 to i64
// CHECK-NEXT:    [[RESULT:%[0-9]+]] = func.call @tir.sin.far.f64({{%[0-9]+}}, %0, [[MASK]]) : (f64, f64, i64) -> f64
// CHECK-NEXT:    func.return [[RESULT]] : f64
// CHECK:       func.func private @tir.sin.far.f64(%{{[0-9]+}}: f64, %{{[0-9]+}}: f64, %{{[0-9]+}}: i64) -> f64 attributes {no_inline, tir.rare_case} {
// CHECK:         scf.if
// CHECK:         } else {
// CHECK-NEXT:      scf.yield %{{[0-9]+}} : f64
