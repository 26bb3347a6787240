// RUN: tir-opt %s | filecheck %s
// RUN: tir-opt %s | tir-opt | filecheck %s

func.func @all(%x: f64, %y: f32) {
  %0 = math_ext.erfc %x : f64
  %1 = math_ext.sigmoid %y : f32
  %2 = math_ext.softplus %x : f64
  %3 = math_ext.exp_nonpositive %x : f64
  %4 = math_ext.exp_term %y : f32
  func.return
}

// CHECK:      %0 = math_ext.erfc %x : f64
// CHECK-NEXT: %1 = math_ext.sigmoid %y : f32
// CHECK-NEXT: %2 = math_ext.softplus %x : f64
// CHECK-NEXT: %3 = math_ext.exp_nonpositive %x : f64
// CHECK-NEXT: %4 = math_ext.exp_term %y : f32
