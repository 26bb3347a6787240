// RUN: tir-opt %s -p canonicalize --pipeline cpu --timing -t asm -o /dev/null 2>&1 | filecheck %s

// The report is on stderr, the program in the file.
// CHECK: seconds  percent  stage, pass
// CHECK-NEXT: %  parse
// CHECK-NEXT: %  canonicalize
// CHECK-NEXT: %  optimized
// CHECK-NEXT: %    {{[a-z]}}
// CHECK: %  linalg
// CHECK-NEXT: %    tir-to-linalg
// CHECK: %  llvm
// CHECK: %    emit-python-entry
// CHECK: %  print as asm
// CHECK-NEXT: 100.0%  total

func.func @main(%x: tensor<?xf64> {tir.kind = "input"}) -> tensor<?xf64> attributes {tir.packing = "array", tir.updates = []} {
  %0 = tir.exp %x : tensor<?xf64>
  func.return %0 : tensor<?xf64>
}
