// RUN: tir-opt %s -p tir-to-linalg | filecheck %s

func.func @matrices(%x: tensor<?x?xf64>, %y: tensor<?x?xf64>) -> tensor<?x?xf64> {
  %0 = tir.dot %x, %y : tensor<?x?xf64>
  func.return %0 : tensor<?x?xf64>
}
// CHECK-LABEL: func.func @matrices
// CHECK: rt.assert %{{[0-9]+}}, "Shape mismatch: x.shape[1] differs from y.shape[0]" {kind = "ValueError"}
// CHECK: [[START:%[0-9]+]] = linalg.fill
// CHECK: linalg_ext.matmul ins(%x, %y : tensor<?x?xf64>, tensor<?x?xf64>) outs([[START]] : tensor<?x?xf64>) -> tensor<?x?xf64>

// Operands are converted to the common dtype first.
func.func @matrix_vector(%x: tensor<?x?xi8>, %y: tensor<?xf32>) -> tensor<?xf32> {
  %0 = tir.dot %x, %y : (tensor<?x?xi8>, tensor<?xf32>) -> tensor<?xf32>
  func.return %0 : tensor<?xf32>
}
// CHECK-LABEL: func.func @matrix_vector
// CHECK: arith.sitofp
// CHECK: linalg_ext.matvec ins(%{{[0-9]+}}, %y : tensor<?x?xf32>, tensor<?xf32>) outs(%{{[0-9]+}} : tensor<?xf32>) -> tensor<?xf32>

func.func @vector_matrix(%x: tensor<?xf64>, %y: tensor<?x?xf64>) -> tensor<?xf64> {
  %0 = tir.dot %x, %y : (tensor<?xf64>, tensor<?x?xf64>) -> tensor<?xf64>
  func.return %0 : tensor<?xf64>
}
// CHECK-LABEL: func.func @vector_matrix
// CHECK: linalg_ext.vecmat ins(%x, %y : tensor<?xf64>, tensor<?x?xf64>)

func.func @vectors(%x: tensor<?xf64>, %y: tensor<?xf64>) -> tensor<f64> {
  %0 = tir.dot %x, %y : (tensor<?xf64>, tensor<?xf64>) -> tensor<f64>
  func.return %0 : tensor<f64>
}
// CHECK-LABEL: func.func @vectors
// CHECK: linalg_ext.dot ins(%x, %y : tensor<?xf64>, tensor<?xf64>) outs(%{{[0-9]+}} : tensor<f64>) -> tensor<f64>

// No library multiplies integers.
func.func @integers(%x: tensor<?x?xi32>, %y: tensor<?x?xi32>) -> tensor<?x?xi32> {
  %0 = tir.dot %x, %y : tensor<?x?xi32>
  func.return %0 : tensor<?x?xi32>
}
// CHECK-LABEL: func.func @integers
// CHECK: linalg.generic {indexing_maps = [affine_map<(d0, d1, d2) -> (d0, d2)>, affine_map<(d0, d1, d2) -> (d2, d1)>, affine_map<(d0, d1, d2) -> (d0, d1)>], iterator_types = ["parallel", "parallel", "reduction"]}
// CHECK: arith.muli
// CHECK-NEXT: arith.addi

func.func @stacks(%x: tensor<?x?x?xf64>, %y: tensor<1x?x?xf64>) -> tensor<?x?x?xf64> {
  %0 = tir.batched_dot %x, %y : (tensor<?x?x?xf64>, tensor<1x?x?xf64>) -> tensor<?x?x?xf64>
  func.return %0 : tensor<?x?x?xf64>
}
// CHECK-LABEL: func.func @stacks
// CHECK: rt.assert %{{[0-9]+}}, "Shape mismatch: x.shape[2] differs from y.shape[1]" {kind = "ValueError"}
// CHECK: linalg_ext.batch_matmul ins(%x, %y : tensor<?x?x?xf64>, tensor<1x?x?xf64>) outs(%{{[0-9]+}} : tensor<?x?x?xf64>)

// Several dimensions in front become one.
func.func @deep_stacks(%x: tensor<?x?x?x?xf64>) -> tensor<?x?x?x?xf64> {
  %0 = tir.batched_dot %x, %x : tensor<?x?x?x?xf64>
  func.return %0 : tensor<?x?x?x?xf64>
}
// CHECK-LABEL: func.func @deep_stacks
// CHECK: [[JOINED:%[0-9]+]] = linalg_ext.reshape %x({{.*}}) : tensor<?x?x?x?xf64> to tensor<?x?x?xf64>
// CHECK: [[PRODUCT:%[0-9]+]] = linalg_ext.batch_matmul ins([[JOINED]], {{.*}}) outs(%{{[0-9]+}} : tensor<?x?x?xf64>)
// CHECK: linalg_ext.reshape [[PRODUCT]]({{.*}}) : tensor<?x?x?xf64> to tensor<?x?x?x?xf64>
