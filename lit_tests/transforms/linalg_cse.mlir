// RUN: tir-opt %s -p linalg-cse | filecheck %s

// Structured operations with equal bodies on equal operands are done once; other bodies stay. A condition is checked once.

func.func @main(%x: tensor<?xf64>, %c: i1) -> (tensor<?xf64>, tensor<?xf64>, tensor<?xf64>) {
  %c0 = arith.constant 0 : index
  %n = tensor.dim %x, %c0 : tensor<?xf64>
  %e0 = tensor.empty(%n) : tensor<?xf64>
  %a = linalg.generic {indexing_maps = [affine_map<(d0) -> (d0)>, affine_map<(d0) -> (d0)>], iterator_types = ["parallel"]} ins(%x : tensor<?xf64>) outs(%e0 : tensor<?xf64>) {
  ^bb0(%i: f64, %o: f64):
    %r = math.exp %i : f64
    linalg.yield %r : f64
  } -> tensor<?xf64>
  rt.assert %c, "first" {kind = "ValueError"}
  rt.assert %c, "second" {kind = "ValueError"}
  %m = tensor.dim %x, %c0 : tensor<?xf64>
  %e1 = tensor.empty(%m) : tensor<?xf64>
  %b = linalg.generic {indexing_maps = [affine_map<(d0) -> (d0)>, affine_map<(d0) -> (d0)>], iterator_types = ["parallel"]} ins(%x : tensor<?xf64>) outs(%e1 : tensor<?xf64>) {
  ^bb0(%i: f64, %o: f64):
    %r = math.exp %i : f64
    linalg.yield %r : f64
  } -> tensor<?xf64>
  %d = linalg.generic {indexing_maps = [affine_map<(d0) -> (d0)>, affine_map<(d0) -> (d0)>], iterator_types = ["parallel"]} ins(%x : tensor<?xf64>) outs(%e1 : tensor<?xf64>) {
  ^bb0(%i: f64, %o: f64):
    %r = math.log %i : f64
    linalg.yield %r : f64
  } -> tensor<?xf64>
  func.return %a, %b, %d : tensor<?xf64>, tensor<?xf64>, tensor<?xf64>
}

// CHECK:         [[A:%\S+]] = linalg.generic
// CHECK:           math.exp
// CHECK:         rt.assert %c, "first"
// CHECK-NOT:     rt.assert
// CHECK-NOT:     tensor.dim
// CHECK-NOT:     math.exp
// CHECK:         [[D:%\S+]] = linalg.generic
// CHECK:           math.log
// CHECK:         func.return [[A]], [[A]], [[D]]

// Zeros that are a value are not what a product is added to.

// CHECK-LABEL: func.func @destinations
// CHECK:         %[[ZEROS:[a-z0-9_]+]] = linalg.fill
// CHECK:         %[[OWN:[a-z0-9_]+]] = linalg.fill
// CHECK:         %[[PRODUCT:[a-z0-9_]+]] = linalg_ext.matmul {{.*}} outs(%[[OWN]] :
// CHECK:         func.return %[[ZEROS]], %[[PRODUCT]]
func.func @destinations(%x: tensor<?x?xf64>, %n: index) -> (tensor<?x?xf64>, tensor<?x?xf64>) {
  %zero = arith.constant 0.0 : f64
  %e = tensor.empty(%n, %n) : tensor<?x?xf64>
  %zeros = linalg.fill ins(%zero : f64) outs(%e : tensor<?x?xf64>) -> tensor<?x?xf64>
  %f = tensor.empty(%n, %n) : tensor<?x?xf64>
  %dest = linalg.fill ins(%zero : f64) outs(%f : tensor<?x?xf64>) -> tensor<?x?xf64>
  %product = linalg_ext.matmul ins(%x, %x : tensor<?x?xf64>, tensor<?x?xf64>) outs(%dest : tensor<?x?xf64>) -> tensor<?x?xf64>
  func.return %zeros, %product : tensor<?x?xf64>, tensor<?x?xf64>
}
