// RUN: tir-opt %s -t llvm | filecheck %s

// CHECK: @text = internal constant [3 x i8] c"a\22\00"
llvm.mlir.global internal constant @text("a\22\00") {addr_space = 0 : i32} : !llvm.array<3 x i8>
// CHECK: @table = private global [2 x double] [double 0x3FF0000000000000, double 0xC000000000000000], align 64
llvm.mlir.global private @table(dense<[1.0, -2.0]> : tensor<2xf64>) {addr_space = 0 : i32, alignment = 64 : i64} : !llvm.array<2 x f64>
// CHECK: @elsewhere = external global ptr
llvm.mlir.global external @elsewhere() {addr_space = 0 : i32} : !llvm.ptr
// CHECK: @pair = internal constant { ptr, i32 } { ptr @text, i32 7 }
llvm.mlir.global internal constant @pair() {addr_space = 0 : i32} : !llvm.struct<(ptr, i32)> {
  %0 = llvm.mlir.undef : !llvm.struct<(ptr, i32)>
  %1 = llvm.mlir.addressof @text : !llvm.ptr
  %2 = llvm.insertvalue %1, %0[0] : !llvm.struct<(ptr, i32)>
  %3 = llvm.mlir.constant(7 : i32) : i32
  %4 = llvm.insertvalue %3, %2[1] : !llvm.struct<(ptr, i32)>
  llvm.return %4 : !llvm.struct<(ptr, i32)>
}

// CHECK: declare i32 @printf(ptr, ...)
llvm.func @printf(!llvm.ptr, ...) -> i32

// CHECK: define internal fastcc double @f(double %[[X:.*]], ptr noalias captures(none) align 64 %[[P:.*]]) alwaysinline "key"="value" {
llvm.func internal fastcc @f(%x: f64, %p: !llvm.ptr {llvm.noalias, llvm.nocapture, llvm.align = 64 : i64}) -> f64 attributes {passthrough = ["alwaysinline", ["key", "value"]]} {
  // Constants are written where they are used.
  // CHECK-NEXT: b0:
  %c = llvm.mlir.constant(0.1 : f64) : f64
  %n = llvm.mlir.constant(-3 : i64) : i64
  // CHECK-NEXT: %[[A:.*]] = fadd reassoc contract double %[[X]], 0x3FB999999999999A
  %a = llvm.fadd %x, %c {fastmathFlags = #llvm.fastmath<reassoc,contract>} : f64
  // CHECK-NEXT: %[[G:.*]] = getelementptr inbounds double, ptr %[[P]], i64 -3
  %g = llvm.getelementptr inbounds %p[%n] : (!llvm.ptr, i64) -> !llvm.ptr, f64
  // CHECK-NEXT: store double %[[A]], ptr %[[G]], align 8, !nontemporal ![[NT:.*]]
  llvm.store %a, %g {alignment = 8 : i64, nontemporal} : f64, !llvm.ptr
  // CHECK-NEXT: %[[C:.*]] = fcmp nnan olt double %[[X]], %[[A]]
  %less = llvm.fcmp "olt" %x, %a {fastmathFlags = #llvm.fastmath<nnan>} : f64
  // CHECK-NEXT: br i1 %[[C]], label %b1, label %b2, !prof ![[PROF:.*]]
  llvm.cond_br %less, ^then, ^merge(%a : f64) {branch_weights = array<i32: 9, 1>}
^then:
  // One intrinsic at two types.
  // CHECK: call nsz double @llvm.sqrt.f64(double %[[X]])
  %s = llvm.intr.sqrt(%x) {fastmathFlags = #llvm.fastmath<nsz>} : (f64) -> f64
  %h = llvm.fptrunc %s : f64 to f32
  // CHECK: call float @llvm.sqrt.f32(float
  %t = llvm.intr.sqrt(%h) : (f32) -> f32
  %w = llvm.fpext %t : f32 to f64
  // CHECK: br label %b2, !llvm.loop ![[LOOP:.*]]
  llvm.br ^merge(%w : f64) {loop_annotation = {unroll = 4 : i64}}
^merge(%r: f64):
  // CHECK: b2:
  // CHECK-NEXT: %[[R:.*]] = phi double [ %[[A]], %b0 ], [ %{{.*}}, %b1 ]
  // CHECK-NEXT: ret double %[[R]]
  llvm.return %r : f64
}
// CHECK: }
// CHECK-DAG: declare double @llvm.sqrt.f64(double)
// CHECK-DAG: declare float @llvm.sqrt.f32(float)
// CHECK-DAG: ![[NT]] = !{i32 1}
// CHECK-DAG: ![[PROF]] = !{!"branch_weights", i32 9, i32 1}
// CHECK-DAG: ![[LOOP]] = distinct !{![[LOOP]], ![[UNROLL:.*]]}
// CHECK-DAG: ![[UNROLL]] = !{!"llvm.loop.unroll.count", i32 4}
