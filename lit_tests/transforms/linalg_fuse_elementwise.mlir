// RUN: tir-opt %s -p linalg-fuse-elementwise --split-input-file | filecheck %s

// A chain becomes one operation; a constant moves into its body; a view into its indexing map.

func.func @chain(%x: tensor<?x?xf64>, %n: index, %m: index) -> tensor<?x?xf64> {
  %two = arith.constant dense<2.0> : tensor<f64>
  %e0 = tensor.empty(%m, %n) : tensor<?x?xf64>
  %t = linalg.generic {indexing_maps = [affine_map<(d0, d1) -> (d0, d1)>, affine_map<(d0, d1) -> (d0, d1)>], iterator_types = ["parallel", "parallel"]} ins(%x : tensor<?x?xf64>) outs(%e0 : tensor<?x?xf64>) {
  ^bb0(%a: f64, %o: f64):
    %r = math.exp %a : f64
    linalg.yield %r : f64
  } -> tensor<?x?xf64>
  %v = linalg_ext.dimshuffle %t {new_order = [1, 0]} : tensor<?x?xf64> to tensor<?x?xf64>
  %e1 = tensor.empty(%n, %m) : tensor<?x?xf64>
  %y = linalg.generic {indexing_maps = [affine_map<(d0, d1) -> (d0, d1)>, affine_map<(d0, d1) -> ()>, affine_map<(d0, d1) -> (d0, d1)>], iterator_types = ["parallel", "parallel"]} ins(%v, %two : tensor<?x?xf64>, tensor<f64>) outs(%e1 : tensor<?x?xf64>) {
  ^bb0(%a: f64, %b: f64, %o: f64):
    %r = arith.mulf %a, %b : f64
    linalg.yield %r : f64
  } -> tensor<?x?xf64>
  func.return %y : tensor<?x?xf64>
}

// CHECK-LABEL: @chain
// CHECK-NOT:     linalg_ext.dimshuffle
// CHECK:         linalg.generic {indexing_maps = [affine_map<(d0, d1) -> (d1, d0)>, affine_map<(d0, d1) -> (d0, d1)>]
// CHECK-SAME:    ins(%x : tensor<?x?xf64>)
// CHECK:           math.exp
// CHECK:           arith.constant 2.000000e+00 : f64
// CHECK:           arith.mulf
// CHECK-NOT:     linalg.generic

// -----

// Two users with the same loops: the merged operation has the results of both.

func.func @siblings(%x: tensor<?xf64>, %n: index) -> (tensor<?xf64>, tensor<?xf64>) {
  %e0 = tensor.empty(%n) : tensor<?xf64>
  %t = linalg.generic {indexing_maps = [affine_map<(d0) -> (d0)>, affine_map<(d0) -> (d0)>], iterator_types = ["parallel"]} ins(%x : tensor<?xf64>) outs(%e0 : tensor<?xf64>) {
  ^bb0(%a: f64, %o: f64):
    %r = math.exp %a : f64
    linalg.yield %r : f64
  } -> tensor<?xf64>
  %e1 = tensor.empty(%n) : tensor<?xf64>
  %y = linalg.generic {indexing_maps = [affine_map<(d0) -> (d0)>, affine_map<(d0) -> (d0)>], iterator_types = ["parallel"]} ins(%t : tensor<?xf64>) outs(%e1 : tensor<?xf64>) {
  ^bb0(%a: f64, %o: f64):
    %r = arith.addf %a, %a : f64
    linalg.yield %r : f64
  } -> tensor<?xf64>
  func.return %t, %y : tensor<?xf64>, tensor<?xf64>
}

// CHECK-LABEL: @siblings
// CHECK:         [[R:%\S+]], [[S:%\S+]] = linalg.generic
// CHECK-SAME:    ins(%x : tensor<?xf64>) outs(%{{.*}}, %{{.*}} : tensor<?xf64>, tensor<?xf64>)
// CHECK:           math.exp
// CHECK-NEXT:      arith.addf
// CHECK-NEXT:      linalg.yield
// CHECK:         func.return [[S]], [[R]]

// -----

// An expensive producer that would run again for every row is stored; a cheap one runs again.

func.func @recompute_or_store(%x: tensor<?xf64>, %y: tensor<?xf64>, %n: index, %m: index) -> tensor<?x?xf64> {
  %e0 = tensor.empty(%m) : tensor<?xf64>
  %expensive = linalg.generic {indexing_maps = [affine_map<(d0) -> (d0)>, affine_map<(d0) -> (d0)>], iterator_types = ["parallel"]} ins(%x : tensor<?xf64>) outs(%e0 : tensor<?xf64>) {
  ^bb0(%a: f64, %o: f64):
    %r = math.exp %a : f64
    linalg.yield %r : f64
  } -> tensor<?xf64>
  %cheap = linalg.generic {indexing_maps = [affine_map<(d0) -> (d0)>, affine_map<(d0) -> (d0)>], iterator_types = ["parallel"]} ins(%y : tensor<?xf64>) outs(%e0 : tensor<?xf64>) {
  ^bb0(%a: f64, %o: f64):
    %r = arith.negf %a : f64
    linalg.yield %r : f64
  } -> tensor<?xf64>
  %e1 = tensor.empty(%n, %m) : tensor<?x?xf64>
  %z = linalg.generic {indexing_maps = [affine_map<(d0, d1) -> (d1)>, affine_map<(d0, d1) -> (d1)>, affine_map<(d0, d1) -> (d0, d1)>], iterator_types = ["parallel", "parallel"]} ins(%expensive, %cheap : tensor<?xf64>, tensor<?xf64>) outs(%e1 : tensor<?x?xf64>) {
  ^bb0(%a: f64, %b: f64, %o: f64):
    %r = arith.mulf %a, %b : f64
    linalg.yield %r : f64
  } -> tensor<?x?xf64>
  func.return %z : tensor<?x?xf64>
}

// CHECK-LABEL: @recompute_or_store
// CHECK:         linalg.generic
// CHECK:           math.exp
// CHECK:         linalg.generic
// CHECK-NOT:       math.exp
// CHECK:           arith.negf
// CHECK-NEXT:      arith.mulf

// -----

// A producer moves into the reduction that consumes it.

func.func @reduction(%x: tensor<?xf64>, %n: index) -> tensor<f64> {
  %e0 = tensor.empty(%n) : tensor<?xf64>
  %t = linalg.generic {indexing_maps = [affine_map<(d0) -> (d0)>, affine_map<(d0) -> (d0)>], iterator_types = ["parallel"]} ins(%x : tensor<?xf64>) outs(%e0 : tensor<?xf64>) {
  ^bb0(%a: f64, %o: f64):
    %r = arith.mulf %a, %a : f64
    linalg.yield %r : f64
  } -> tensor<?xf64>
  %zero = arith.constant 0.0 : f64
  %e1 = tensor.empty() : tensor<f64>
  %f = linalg.fill ins(%zero : f64) outs(%e1 : tensor<f64>) -> tensor<f64>
  %s = linalg.generic {indexing_maps = [affine_map<(d0) -> (d0)>, affine_map<(d0) -> ()>], iterator_types = ["reduction"]} ins(%t : tensor<?xf64>) outs(%f : tensor<f64>) {
  ^bb0(%a: f64, %o: f64):
    %r = arith.addf %o, %a fastmath<reassoc> : f64
    linalg.yield %r : f64
  } -> tensor<f64>
  func.return %s : tensor<f64>
}

// CHECK-LABEL: @reduction
// CHECK:         linalg.generic {{.*}} iterator_types = ["reduction"]} ins(%x : tensor<?xf64>)
// CHECK:           arith.mulf
// CHECK-NEXT:      arith.addf
// CHECK-NOT:     linalg.generic

// -----

// A cheap producer with two users is not stored: each user computes it from what it would have to read anyway.

func.func @computed_twice(%x: tensor<?xf64>, %n: index) -> (tensor<?xf64>, tensor<f64>) {
  %e0 = tensor.empty(%n) : tensor<?xf64>
  %t = linalg.generic {indexing_maps = [affine_map<(d0) -> (d0)>, affine_map<(d0) -> (d0)>], iterator_types = ["parallel"]} ins(%x : tensor<?xf64>) outs(%e0 : tensor<?xf64>) {
  ^bb0(%a: f64, %o: f64):
    %r = arith.negf %a : f64
    linalg.yield %r : f64
  } -> tensor<?xf64>
  %e1 = tensor.empty(%n) : tensor<?xf64>
  %y = linalg.generic {indexing_maps = [affine_map<(d0) -> (d0)>, affine_map<(d0) -> (d0)>], iterator_types = ["parallel"]} ins(%t : tensor<?xf64>) outs(%e1 : tensor<?xf64>) {
  ^bb0(%a: f64, %o: f64):
    %r = math.exp %a : f64
    linalg.yield %r : f64
  } -> tensor<?xf64>
  %zero = arith.constant 0.0 : f64
  %e2 = tensor.empty() : tensor<f64>
  %f = linalg.fill ins(%zero : f64) outs(%e2 : tensor<f64>) -> tensor<f64>
  %s = linalg.generic {indexing_maps = [affine_map<(d0) -> (d0)>, affine_map<(d0) -> ()>], iterator_types = ["reduction"]} ins(%t : tensor<?xf64>) outs(%f : tensor<f64>) {
  ^bb0(%a: f64, %o: f64):
    %r = arith.addf %o, %a fastmath<reassoc> : f64
    linalg.yield %r : f64
  } -> tensor<f64>
  func.return %y, %s : tensor<?xf64>, tensor<f64>
}

// CHECK-LABEL: @computed_twice
// CHECK:         linalg.generic {{.*}} ins(%x : tensor<?xf64>)
// CHECK:           arith.negf
// CHECK-NEXT:      math.exp
// CHECK:         linalg.generic {{.*}} ins(%x : tensor<?xf64>)
// CHECK:           arith.negf
// CHECK-NEXT:      arith.addf

// -----

// What is computed of sizes is computed wherever it is used, divisions too: LLVM does it before the loops.

func.func @of_sizes(%x: tensor<?xf64>, %n: index, %count: i64) -> (tensor<?xf64>, tensor<f64>) {
  %e0 = tensor.empty() : tensor<f64>
  %one = arith.constant 1.0 : f64
  %t = linalg.generic {indexing_maps = [affine_map<() -> ()>], iterator_types = []} outs(%e0 : tensor<f64>) {
  ^bb0(%o: f64):
    %c = arith.sitofp %count : i64 to f64
    %r = arith.divf %one, %c : f64
    linalg.yield %r : f64
  } -> tensor<f64>
  %e1 = tensor.empty(%n) : tensor<?xf64>
  %y = linalg.generic {indexing_maps = [affine_map<(d0) -> (d0)>, affine_map<(d0) -> ()>, affine_map<(d0) -> (d0)>], iterator_types = ["parallel"]} ins(%x, %t : tensor<?xf64>, tensor<f64>) outs(%e1 : tensor<?xf64>) {
  ^bb0(%a: f64, %b: f64, %o: f64):
    %r = arith.mulf %a, %b : f64
    linalg.yield %r : f64
  } -> tensor<?xf64>
  func.return %y, %t : tensor<?xf64>, tensor<f64>
}

// CHECK-LABEL: @of_sizes
// CHECK:         linalg.generic {{.*}} ins(%x : tensor<?xf64>)
// CHECK:           arith.divf
// CHECK-NEXT:      arith.mulf
// CHECK:         func.return

// -----

// A cheap producer that is stored for a product is read by a reduction, too.

func.func @stored_anyway(%x: tensor<?x?xf64>, %w: tensor<?x?xf64>, %n: index) -> (tensor<?x?xf64>, tensor<?xf64>) {
  %zero = arith.constant 0.0 : f64
  %e0 = tensor.empty(%n, %n) : tensor<?x?xf64>
  %t = linalg.generic {indexing_maps = [affine_map<(d0, d1) -> (d0, d1)>, affine_map<(d0, d1) -> (d0, d1)>, affine_map<(d0, d1) -> (d0, d1)>], iterator_types = ["parallel", "parallel"]} ins(%x, %w : tensor<?x?xf64>, tensor<?x?xf64>) outs(%e0 : tensor<?x?xf64>) {
  ^bb0(%a: f64, %b: f64, %o: f64):
    %r = arith.mulf %a, %b : f64
    linalg.yield %r : f64
  } -> tensor<?x?xf64>
  %f0 = linalg.fill ins(%zero : f64) outs(%e0 : tensor<?x?xf64>) -> tensor<?x?xf64>
  %p = linalg_ext.matmul ins(%x, %t : tensor<?x?xf64>, tensor<?x?xf64>) outs(%f0 : tensor<?x?xf64>) -> tensor<?x?xf64>
  %e1 = tensor.empty(%n) : tensor<?xf64>
  %f1 = linalg.fill ins(%zero : f64) outs(%e1 : tensor<?xf64>) -> tensor<?xf64>
  %s = linalg.generic {indexing_maps = [affine_map<(d0, d1) -> (d0, d1)>, affine_map<(d0, d1) -> (d1)>], iterator_types = ["reduction", "parallel"]} ins(%t : tensor<?x?xf64>) outs(%f1 : tensor<?xf64>) {
  ^bb0(%a: f64, %o: f64):
    %r = arith.addf %o, %a fastmath<reassoc> : f64
    linalg.yield %r : f64
  } -> tensor<?xf64>
  func.return %p, %s : tensor<?x?xf64>, tensor<?xf64>
}

// CHECK-LABEL: @stored_anyway
// CHECK:         [[T:%\S+]] = linalg.generic
// CHECK:           arith.mulf
// CHECK:         linalg_ext.matmul ins(%x, [[T]] :
// CHECK:         linalg.generic {{.*}} ins([[T]] : tensor<?x?xf64>)
// CHECK-NOT:       arith.mulf
// CHECK:         func.return
