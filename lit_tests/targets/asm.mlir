// RUN: tir-opt %s -t asm | filecheck %s

// CHECK: three:
// CHECK: 3
// CHECK: ret
llvm.func @three() -> i32 {
  %0 = llvm.mlir.constant(3 : i32) : i32
  llvm.return %0 : i32
}
