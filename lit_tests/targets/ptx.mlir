// RUN: tir-opt %s -t ptx | filecheck %s
// RUN: tir-opt %s -t 'ptx{arch=sm_80}' | filecheck %s --check-prefix OLDER

// CHECK:      .target sm_90
// OLDER:      .target sm_80
// CHECK:      .visible .entry kernel_0(
// CHECK:      .maxntid 128, 1, 1
// CHECK:      %tid.x
// CHECK:      ld.global.nc.b64
// CHECK:      add.rn.f64
// CHECK:      st.global.b64
// CHECK-NOT:  @helper
"gpu.module"() <{sym_name = "kernels"}> ({
  llvm.func @kernel_0(%x: !llvm.ptr {llvm.noalias, llvm.readonly}, %y: !llvm.ptr {llvm.noalias}) attributes {nvvm.kernel, passthrough = [["nvvm.maxntid", "128,1,1"]]} {
    %t = nvvm.read.ptx.sreg.tid.x : i32
    %i = llvm.zext %t : i32 to i64
    %p = llvm.getelementptr inbounds %x[%i] : (!llvm.ptr, i64) -> !llvm.ptr, f64
    %v = llvm.load %p : !llvm.ptr -> f64
    %w = llvm.call @helper(%v) : (f64) -> f64
    %q = llvm.getelementptr inbounds %y[%i] : (!llvm.ptr, i64) -> !llvm.ptr, f64
    llvm.store %w, %q : f64, !llvm.ptr
    llvm.return
  }
  llvm.func internal @helper(%x: f64) -> f64 {
    %r = llvm.fadd %x, %x : f64
    llvm.return %r : f64
  }
}) : () -> ()

// Host code is no part of it.
func.func @main() {
  func.return
}
