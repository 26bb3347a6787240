// RUN: tir-opt %s -p "expand-math{tables=true}" | filecheck %s

// Exponentials of float32 look up powers of two of eighths; float64 is as without tables.
func.func @terms(%x: f32, %y: f64) -> (f32, f64, f32) {
  %0 = math_ext.exp_term %x : f32
  %1 = math_ext.exp_term %y : f64
  %2 = math.exp %x : f32
  func.return %0, %1, %2 : f32, f64, f32
}

// CHECK:       func.func private @tir.exp_term.f32([[X:%[0-9]+]]: f32) -> f32 attributes {always_inline} {
// CHECK:         [[BITS:%[0-9]+]] = arith.bitcast {{.*}} : f32 to i32
// CHECK-NEXT:    [[POWER:%[0-9]+]] = func.call @tir.power_of_eighths.f32([[BITS]]) : (i32) -> i32
// CHECK:         [[SHIFTED:%[0-9]+]] = arith.shli [[BITS]]
// CHECK-NEXT:    [[SUM:%[0-9]+]] = arith.addi [[POWER]], [[SHIFTED]] : i32
// CHECK:         arith.mulf {{.*}} fastmath<contract> : f32
// CHECK:       func.func private @tir.power_of_eighths.f32(i32) -> i32 attributes {tir.table = array<i32: 1065353216, 1065063874, 1064843248, 1064697559, 1064633587, 1064658730, 1064781053, 1065009351>}
// CHECK:       func.func private @tir.exp_term.f64
// CHECK-NOT:     func.call
// CHECK:       func.func private @tir.exp.f32
// CHECK:         func.call @tir.power_of_eighths.127.f32
// CHECK:         arith.subi
// CHECK:       func.func private @tir.power_of_eighths.127.f32(i32) -> i32 attributes {tir.table =
