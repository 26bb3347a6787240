// RUN: tir-opt %s | tir-opt | filecheck %s

// Several results are read back as they are printed.

func.func @siblings(%x: tensor<?xf64>, %n: index) -> (tensor<?xf64>, tensor<?xf64>) {
  %e0 = tensor.empty(%n) : tensor<?xf64>
  %t, %u = linalg.generic {indexing_maps = [affine_map<(d0) -> (d0)>, affine_map<(d0) -> (d0)>, affine_map<(d0) -> (d0)>], iterator_types = ["parallel"]} ins(%x : tensor<?xf64>) outs(%e0, %e0 : tensor<?xf64>, tensor<?xf64>) {
  ^bb0(%a: f64, %o: f64, %p: f64):
    %r = math.exp %a : f64
    linalg.yield %r, %a : f64, f64
  } -> (tensor<?xf64>, tensor<?xf64>)
  func.return %t, %u : tensor<?xf64>, tensor<?xf64>
}

// CHECK: %t, %u = linalg.generic
// CHECK: } -> (tensor<?xf64>, tensor<?xf64>)
