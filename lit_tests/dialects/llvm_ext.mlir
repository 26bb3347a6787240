// RUN: tir-opt %s | filecheck %s
// RUN: tir-opt %s | tir-opt | filecheck %s

// CHECK-LABEL: llvm.func @casts
llvm.func @casts(%x: f64, %i: i32) {
  // CHECK: llvm.fptosi %{{.*}} : f64 to i32
  %0 = llvm.fptosi %x : f64 to i32
  // CHECK: llvm.fptoui %{{.*}} : f64 to i64
  %1 = llvm.fptoui %x : f64 to i64
  // CHECK: llvm.uitofp %{{.*}} : i32 to f32
  %2 = llvm.uitofp %i : i32 to f32
  // CHECK: llvm.freeze %{{.*}} : f64
  %3 = llvm.freeze %x : f64
  llvm.return
}

// CHECK-LABEL: llvm.func @comparisons
llvm.func @comparisons(%x: f64, %p: !llvm.ptr) {
  // CHECK: llvm.fcmp "olt" %{{.*}}, %{{.*}} {fastmathFlags = #llvm.fastmath<nnan>} : f64
  %0 = llvm.fcmp "olt" %x, %x {fastmathFlags = #llvm.fastmath<nnan>} : f64
  // CHECK: llvm.icmp "eq" %{{.*}}, %{{.*}} : !llvm.ptr
  %1 = llvm.icmp "eq" %p, %p : !llvm.ptr
  llvm.return
}

// CHECK-LABEL: llvm.func @intrinsics
llvm.func @intrinsics(%x: f64, %i: i64, %p: !llvm.ptr) {
  // CHECK: llvm.intr.trunc(%{{.*}}) : (f64) -> f64
  %0 = llvm.intr.trunc(%x) : (f64) -> f64
  // CHECK: llvm.intr.maximum(%{{.*}}, %{{.*}}) {fastmathFlags = #llvm.fastmath<nsz>} : (f64, f64) -> f64
  %1 = llvm.intr.maximum(%x, %x) {fastmathFlags = #llvm.fastmath<nsz>} : (f64, f64) -> f64
  // CHECK: llvm.intr.umin(%{{.*}}, %{{.*}}) : (i64, i64) -> i64
  %2 = llvm.intr.umin(%i, %i) : (i64, i64) -> i64
  // CHECK: llvm.intr.umul.with.overflow(%{{.*}}, %{{.*}}) : (i64, i64) -> !llvm.struct<(i64, i1)>
  %3 = llvm.intr.umul.with.overflow(%i, %i) : (i64, i64) -> !llvm.struct<(i64, i1)>
  // CHECK: llvm.intr.ctlz(%{{.*}}) {is_zero_poison = true} : (i64) -> i64
  %4 = llvm.intr.ctlz(%i) {is_zero_poison = true} : (i64) -> i64
  // CHECK: llvm.intr.memcpy(%{{.*}}, %{{.*}}, %{{.*}}) : !llvm.ptr, !llvm.ptr, i64
  llvm.intr.memcpy(%p, %p, %i) : !llvm.ptr, !llvm.ptr, i64
  llvm.return
}
