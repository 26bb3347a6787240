// RUN: not tir-opt %s 2>&1 | filecheck %s

// What does not verify is reported with its place, also where the syntax is generic.

func.func @main(%x: tensor<?xf64>) -> tensor<?x?xf64> {
  %y = "tir.add"(%x, %x) : (tensor<?xf64>, tensor<?xf64>) -> tensor<?x?xf64>
  func.return %y : tensor<?x?xf64>
}

// CHECK: invalid_generic.mlir:6:3: tir.add has result type tensor<?x?xf64>, but its operands give tensor<?xf64>
