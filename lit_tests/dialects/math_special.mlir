// RUN: tir-opt %s | filecheck %s
// RUN: tir-opt %s | tir-opt | filecheck %s

func.func @all(%x: f64, %y: f32) {
  %0 = math_special.gammaln %x : f64
  %1 = math_special.gamma %y : f32
  %2 = math_special.psi %x : f64
  %3 = math_special.tri_gamma %y : f32
  %4 = math_special.erfinv %x : f64
  %5 = math_special.erfcinv %y : f32
  %6 = math_special.erfcx %x : f64
  %7 = math_special.j0 %y : f32
  %8 = math_special.j1 %x : f64
  %9 = math_special.i0 %y : f32
  %10 = math_special.i1 %x : f64
  %11 = math_special.gammainc %x, %x : f64
  %12 = math_special.gammaincc %y, %y : f32
  %13 = math_special.jv %x, %x : f64
  %14 = math_special.iv %y, %y : f32
  func.return
}

// CHECK:      %0 = math_special.gammaln %x : f64
// CHECK-NEXT: %1 = math_special.gamma %y : f32
// CHECK-NEXT: %2 = math_special.psi %x : f64
// CHECK-NEXT: %3 = math_special.tri_gamma %y : f32
// CHECK-NEXT: %4 = math_special.erfinv %x : f64
// CHECK-NEXT: %5 = math_special.erfcinv %y : f32
// CHECK-NEXT: %6 = math_special.erfcx %x : f64
// CHECK-NEXT: %7 = math_special.j0 %y : f32
// CHECK-NEXT: %8 = math_special.j1 %x : f64
// CHECK-NEXT: %9 = math_special.i0 %y : f32
// CHECK-NEXT: %10 = math_special.i1 %x : f64
// CHECK-NEXT: %11 = math_special.gammainc %x, %x : f64
// CHECK-NEXT: %12 = math_special.gammaincc %y, %y : f32
// CHECK-NEXT: %13 = math_special.jv %x, %x : f64
// CHECK-NEXT: %14 = math_special.iv %y, %y : f32
