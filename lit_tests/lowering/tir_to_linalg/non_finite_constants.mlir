// RUN: tir-opt %s -p tir-to-linalg | tir-opt | filecheck %s

// Infinities and NaN in arrays pass as bits, which every stage reads back as it prints them.

func.func @main(%x: tensor<?xf32>) -> tensor<?xf32> {
  %c = tir.constant {value = dense<"0x0000807F0000803F"> : tensor<2xf32>} : tensor<?xf32>
  %y = tir.add %x, %c : tensor<?xf32>
  func.return %y : tensor<?xf32>
}

// CHECK:      [[C:%\S+]] = arith.constant dense<[2139095040, 1065353216]> : tensor<2xi32>
// CHECK:      linalg.generic
// CHECK:        arith.bitcast {{.*}} : i32 to f32
