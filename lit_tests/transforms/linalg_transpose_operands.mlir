// RUN: tir-opt %s -p linalg-transpose-operands | filecheck %s

// All operands lie in one order, which is not that of the loops: the loops change places.
// CHECK-LABEL: func.func @ordered
// CHECK:         linalg.generic {indexing_maps = [affine_map<(d0, d1) -> (d0, d1)>, affine_map<(d0, d1) -> (d1)>], iterator_types = ["reduction", "parallel"]} ins(%x
// CHECK:           linalg.index 1 : index
func.func @ordered(%x: tensor<?x?xf64>, %o: tensor<?xf64>) -> tensor<?xf64> {
  %s = linalg.generic {indexing_maps = [affine_map<(d0, d1) -> (d1, d0)>, affine_map<(d0, d1) -> (d0)>], iterator_types = ["parallel", "reduction"]} ins(%x : tensor<?x?xf64>) outs(%o : tensor<?xf64>) {
  ^bb0(%a: f64, %b: f64):
    %i = linalg.index 0 : index
    %j = arith.index_cast %i : index to i64
    %k = arith.sitofp %j : i64 to f64
    %m = arith.mulf %a, %k : f64
    %r = arith.addf %m, %b : f64
    linalg.yield %r : f64
  } -> tensor<?xf64>
  func.return %s : tensor<?xf64>
}

// They disagree: what lies across the innermost loop is transposed first, once for both readers. The vector stays.
// CHECK-LABEL: func.func @across
// CHECK:         [[T:%\S+]] = linalg.generic {indexing_maps = [affine_map<(d0, d1) -> (d1, d0)>, affine_map<(d0, d1) -> (d0, d1)>], iterator_types = ["parallel", "parallel"]} ins(%y : tensor<?x?xf64>)
// CHECK:         linalg.generic {indexing_maps = [affine_map<(d0, d1) -> (d0, d1)>, affine_map<(d0, d1) -> (d0, d1)>, affine_map<(d0, d1) -> (d0)>, affine_map<(d0, d1) -> (d0)>], iterator_types = ["parallel", "reduction"]} ins(%x, [[T]], %o
// CHECK-NOT:     iterator_types = ["parallel", "parallel"]
// CHECK:         linalg.generic {{.*}} ins(%x, [[T]], %o
func.func @across(%x: tensor<?x?xf64>, %y: tensor<?x?xf64>, %o: tensor<?xf64>) -> (tensor<?xf64>, tensor<?xf64>) {
  %s = linalg.generic {indexing_maps = [affine_map<(d0, d1) -> (d0, d1)>, affine_map<(d0, d1) -> (d1, d0)>, affine_map<(d0, d1) -> (d0)>, affine_map<(d0, d1) -> (d0)>], iterator_types = ["parallel", "reduction"]} ins(%x, %y, %o : tensor<?x?xf64>, tensor<?x?xf64>, tensor<?xf64>) outs(%o : tensor<?xf64>) {
  ^bb0(%a: f64, %b: f64, %v: f64, %c: f64):
    %m = arith.mulf %a, %b : f64
    %r = arith.addf %m, %c : f64
    linalg.yield %r : f64
  } -> tensor<?xf64>
  %t = linalg.generic {indexing_maps = [affine_map<(d0, d1) -> (d0, d1)>, affine_map<(d0, d1) -> (d1, d0)>, affine_map<(d0, d1) -> (d0)>, affine_map<(d0, d1) -> (d0)>], iterator_types = ["parallel", "reduction"]} ins(%x, %y, %o : tensor<?x?xf64>, tensor<?x?xf64>, tensor<?xf64>) outs(%o : tensor<?xf64>) {
  ^bb0(%a: f64, %b: f64, %v: f64, %c: f64):
    %m = arith.mulf %a, %b : f64
    %r = arith.maximumf %m, %c : f64
    linalg.yield %r : f64
  } -> tensor<?xf64>
  func.return %s, %t : tensor<?xf64>, tensor<?xf64>
}

// What is stored beside a sum lies along the loops, so they stay; the maximum reads the copy that this needs, to share its rows.
// CHECK-LABEL: func.func @stored
// CHECK:         [[T:%\S+]] = linalg.generic {indexing_maps = [affine_map<(d0, d1) -> (d1, d0)>, affine_map<(d0, d1) -> (d0, d1)>], iterator_types = ["parallel", "parallel"]} ins(%x : tensor<?x?xf64>)
// CHECK:         linalg.generic {indexing_maps = [affine_map<(d0, d1) -> (d0, d1)>, affine_map<(d0, d1) -> (d0)>], iterator_types = ["parallel", "reduction"]} ins([[T]]
// CHECK-NOT:     iterator_types = ["parallel", "parallel"]
// CHECK:         linalg.generic {indexing_maps = [affine_map<(d0, d1) -> (d0, d1)>, affine_map<(d0, d1) -> (d0)>, affine_map<(d0, d1) -> (d0)>, affine_map<(d0, d1) -> (d0, d1)>], iterator_types = ["parallel", "reduction"]} ins([[T]]
func.func @stored(%x: tensor<?x?xf64>, %o: tensor<?xf64>, %e: tensor<?x?xf64>) -> (tensor<?xf64>, tensor<?x?xf64>) {
  %m = linalg.generic {indexing_maps = [affine_map<(d0, d1) -> (d1, d0)>, affine_map<(d0, d1) -> (d0)>], iterator_types = ["parallel", "reduction"]} ins(%x : tensor<?x?xf64>) outs(%o : tensor<?xf64>) {
  ^bb0(%a: f64, %c: f64):
    %r = arith.maximumf %a, %c : f64
    linalg.yield %r : f64
  } -> tensor<?xf64>
  %s, %t = linalg.generic {indexing_maps = [affine_map<(d0, d1) -> (d1, d0)>, affine_map<(d0, d1) -> (d0)>, affine_map<(d0, d1) -> (d0)>, affine_map<(d0, d1) -> (d0, d1)>], iterator_types = ["parallel", "reduction"]} ins(%x, %m : tensor<?x?xf64>, tensor<?xf64>) outs(%o, %e : tensor<?xf64>, tensor<?x?xf64>) {
  ^bb0(%a: f64, %b: f64, %c: f64, %d: f64):
    %k = arith.subf %a, %b : f64
    %r = arith.addf %c, %k : f64
    linalg.yield %r, %k : f64, f64
  } -> (tensor<?xf64>, tensor<?x?xf64>)
  func.return %s, %t : tensor<?xf64>, tensor<?x?xf64>
}

// The innermost loop goes along memory already: the outer ones change places, and nothing is copied.
// CHECK-LABEL: func.func @outer
// CHECK:         linalg.generic {indexing_maps = [affine_map<(d0, d1, d2) -> (d0, d1, d2)>, affine_map<(d0, d1, d2) -> (d1, d0)>], iterator_types = ["parallel", "parallel", "reduction"]} ins(%x
func.func @outer(%x: tensor<?x?x?xf64>, %o: tensor<?x?xf64>) -> tensor<?x?xf64> {
  %s = linalg.generic {indexing_maps = [affine_map<(d0, d1, d2) -> (d1, d0, d2)>, affine_map<(d0, d1, d2) -> (d0, d1)>], iterator_types = ["parallel", "parallel", "reduction"]} ins(%x : tensor<?x?x?xf64>) outs(%o : tensor<?x?xf64>) {
  ^bb0(%a: f64, %b: f64):
    %r = arith.addf %a, %b : f64
    linalg.yield %r : f64
  } -> tensor<?x?xf64>
  func.return %s : tensor<?x?xf64>
}
