// RUN: tir-opt %s -p form-kernels | filecheck %s

// A region is isolated: the operand and the size become arguments, the initializer is made inside.

func.func @main(%x: tensor<?x?xf64>, %n: index) -> tensor<?xf64> {
  %zero = arith.constant 0.0 : f64
  %e = tensor.empty(%n) : tensor<?xf64>
  %f = linalg.fill ins(%zero : f64) outs(%e : tensor<?xf64>) -> tensor<?xf64>
  %s = linalg.generic {indexing_maps = [affine_map<(d0, d1) -> (d0, d1)>, affine_map<(d0, d1) -> (d0)>], iterator_types = ["parallel", "reduction"]} ins(%x : tensor<?x?xf64>) outs(%f : tensor<?xf64>) {
  ^bb0(%a: f64, %o: f64):
    %r = arith.addf %a, %o : f64
    linalg.yield %r : f64
  } -> tensor<?xf64>
  func.return %s : tensor<?xf64>
}

// CHECK:       func.func @main(%x: tensor<?x?xf64>, %n: index) -> tensor<?xf64> {
// CHECK-NEXT:    [[S:%\S+]] = kernel.region([[X:%\S+]] = %x : tensor<?x?xf64>, [[N:%\S+]] = %n : index) -> (tensor<?xf64>) {
// CHECK-NEXT:      [[E:%\S+]] = tensor.empty([[N]]) : tensor<?xf64>
// CHECK-NEXT:      [[Z:%\S+]] = arith.constant 0.000000e+00 : f64
// CHECK-NEXT:      [[F:%\S+]] = linalg.fill ins([[Z]] : f64) outs([[E]] : tensor<?xf64>) -> tensor<?xf64>
// CHECK-NEXT:      [[R:%\S+]] = linalg.generic {{.*}} ins([[X]] : tensor<?x?xf64>) outs([[F]] : tensor<?xf64>) {
// CHECK:           kernel.yield [[R]] : tensor<?xf64>
// CHECK:         func.return [[S]] : tensor<?xf64>
