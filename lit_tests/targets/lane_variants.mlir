// RUN: tir-opt %s -t llvm | filecheck %s

// A function for a rare case has a variant for vectors, which asks for all lanes at once.
llvm.func internal @rare(%usual: f64, %x: f64, %rare: i64) -> f64 attributes {passthrough = ["noinline", "willreturn", "memory(none)"], tir.rare_case} {
  llvm.return %x : f64
}
// CHECK:       define internal double @rare(double %v0, double %v1, i64 %v2) noinline willreturn memory(none) "vector-function-abi-variant"="_ZGV_LLVM_N{{[24]}}vvv_rare(rare.lanes{{[24]}})" {
// CHECK:       define internal preserve_allcc <4 x i64> @"rare.each"(ptr %usual, ptr %x, ptr %rare, i64 %count) nounwind noinline optnone {
// CHECK:         call double @"rare"(double %usual_i, double %x_i, i64 %rare_i)
// CHECK:       define internal preserve_allcc <{{[24]}} x double> @"rare.lanes{{[24]}}"
// CHECK:         %none = icmp eq i{{[24]}} %bits, 0
// CHECK-NEXT:    br i1 %none, label %b1, label %b2
// CHECK:       @llvm.compiler.used = appending global [2 x ptr]
