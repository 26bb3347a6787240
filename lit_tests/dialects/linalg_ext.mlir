// RUN: tir-opt %s | tir-opt | filecheck %s

func.func @views(%x: tensor<?x?xf64>, %n: index) {
  %0 = linalg_ext.dimshuffle %x {new_order = [1, -1, 0]} : tensor<?x?xf64> to tensor<?x1x?xf64>
  %1 = linalg_ext.reshape %x(%n) : tensor<?x?xf64> to tensor<?x1xf64>
  %2 = linalg_ext.reshape %x() : tensor<?x?xf64> to tensor<1xf64>
  func.return
}
// CHECK: linalg_ext.dimshuffle %x {new_order = [1 : i64, -1 : i64, 0 : i64]} : tensor<?x?xf64> to tensor<?x1x?xf64>
// CHECK: linalg_ext.reshape %x(%n) : tensor<?x?xf64> to tensor<?x1xf64>
// CHECK: linalg_ext.reshape %x() : tensor<?x?xf64> to tensor<1xf64>

func.func @on_tensors(%a: tensor<?x?xf64>, %x: tensor<?xf64>, %z: tensor<f64>, %i: tensor<?xi64>) {
  %0 = linalg_ext.matvec ins(%a, %x : tensor<?x?xf64>, tensor<?xf64>) outs(%x : tensor<?xf64>) -> tensor<?xf64>
  %1 = linalg_ext.vecmat ins(%x, %a : tensor<?xf64>, tensor<?x?xf64>) outs(%x : tensor<?xf64>) -> tensor<?xf64>
  %2 = linalg_ext.dot ins(%x, %x : tensor<?xf64>, tensor<?xf64>) outs(%z : tensor<f64>) -> tensor<f64>
  %3 = linalg_ext.scatter ins(%a, %i : tensor<?x?xf64>, tensor<?xi64>) outs(%a : tensor<?x?xf64>) {combiner = "add"} -> tensor<?x?xf64>
  func.return
}
// CHECK: linalg_ext.matvec ins(%a, %x : tensor<?x?xf64>, tensor<?xf64>) outs(%x : tensor<?xf64>) -> tensor<?xf64>
// CHECK: linalg_ext.vecmat ins(%x, %a : tensor<?xf64>, tensor<?x?xf64>) outs(%x : tensor<?xf64>) -> tensor<?xf64>
// CHECK: linalg_ext.dot ins(%x, %x : tensor<?xf64>, tensor<?xf64>) outs(%z : tensor<f64>) -> tensor<f64>
// CHECK: linalg_ext.scatter ins(%a, %i : tensor<?x?xf64>, tensor<?xi64>) outs(%a : tensor<?x?xf64>) {combiner = "add"} -> tensor<?x?xf64>

func.func @on_memrefs(%a: memref<?x?xf32>, %x: memref<?xf32>, %i: memref<?xi64>) {
  linalg_ext.matvec ins(%a, %x : memref<?x?xf32>, memref<?xf32>) outs(%x : memref<?xf32>)
  linalg_ext.scatter ins(%x, %i, %i : memref<?xf32>, memref<?xi64>, memref<?xi64>) outs(%a : memref<?x?xf32>) {combiner = "set"}
  func.return
}
// CHECK: linalg_ext.matvec ins(%a, %x : memref<?x?xf32>, memref<?xf32>) outs(%x : memref<?xf32>)
// CHECK: linalg_ext.scatter ins(%x, %i, %i : memref<?xf32>, memref<?xi64>, memref<?xi64>) outs(%a : memref<?x?xf32>) {combiner = "set"}

func.func @scaled(%a: tensor<?x?xf64>, %b: tensor<?x?x?xf64>, %alpha: f64) {
  %0 = linalg_ext.matmul ins(%a, %a, %alpha : tensor<?x?xf64>, tensor<?x?xf64>, f64) outs(%a : tensor<?x?xf64>) -> tensor<?x?xf64>
  %1 = linalg_ext.batch_matmul ins(%b, %b : tensor<?x?x?xf64>, tensor<?x?x?xf64>) outs(%b : tensor<?x?x?xf64>) -> tensor<?x?x?xf64>
  func.return
}
// CHECK: linalg_ext.matmul ins(%a, %a, %alpha : tensor<?x?xf64>, tensor<?x?xf64>, f64) outs(%a : tensor<?x?xf64>) -> tensor<?x?xf64>
// CHECK: linalg_ext.batch_matmul ins(%b, %b : tensor<?x?x?xf64>, tensor<?x?x?xf64>) outs(%b : tensor<?x?x?xf64>) -> tensor<?x?x?xf64>
