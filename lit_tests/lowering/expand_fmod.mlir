// RUN: tir-opt %s -p expand-fmod | filecheck %s

// One function per type, next to its uses.

// CHECK:      func.func @f(%x: f64, %y: f64) -> f64 {
// CHECK-NEXT:   %[[R:.*]] = func.call @tir.fmod.f64(%x, %y) : (f64, f64) -> f64
// CHECK-NEXT:   %[[S:.*]] = func.call @tir.fmod.f64(%[[R]], %y) : (f64, f64) -> f64
// CHECK-NEXT:   func.return %[[S]] : f64
func.func @f(%x: f64, %y: f64) -> f64 {
  %r = math_ext.fmod %x, %y : f64
  %s = math_ext.fmod %r, %y : f64
  func.return %s : f64
}

"gpu.module"() <{sym_name = "kernels"}> ({
  // CHECK:      "gpu.func"()
  // CHECK:        func.call @tir.fmod.f32
  "gpu.func"() <{function_type = (memref<f32>) -> (), kernel}> ({
  ^bb0(%p: memref<f32>):
    %x = memref.load %p[] : memref<f32>
    %y = math_ext.fmod %x, %x : f32
    memref.store %y, %p[] : memref<f32>
    "gpu.return"() : () -> ()
  }) {sym_name = "k"} : () -> ()
  // CHECK:      func.func private @tir.fmod.f32(%{{.*}}: f32, %{{.*}}: f32) -> f32 {
  // CHECK:        %[[SHIFT:.*]] = arith.constant 40 : i64
  // CHECK:        scf.for %{{.*}} iter_args(%[[REST:.*]] = %{{.*}}) -> (i64) {
  // CHECK-NEXT:     %[[MORE:.*]] = arith.shli %[[REST]], %[[SHIFT]] : i64
  // CHECK-NEXT:     %[[NEXT:.*]] = arith.remui %[[MORE]], %{{.*}} : i64
  // CHECK-NEXT:     scf.yield %[[NEXT]] : i64
}) : () -> ()

// CHECK:      func.func private @tir.fmod.f64
// CHECK-NOT:  @tir.fmod.f64
