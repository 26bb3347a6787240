// RUN: not tir-opt %s -t llvm 2>&1 | filecheck %s

// CHECK: builtin.unrealized_conversion_cast in @f has no LLVM assembly
llvm.func @f(%x: i64) -> i64 {
  %0 = builtin.unrealized_conversion_cast %x : i64 to index
  %1 = builtin.unrealized_conversion_cast %0 : index to i64
  llvm.return %1 : i64
}
