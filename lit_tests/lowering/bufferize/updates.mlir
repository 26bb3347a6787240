// RUN: tir-opt %s -p bufferize --split-input-file | filecheck %s

// The new value of a shared variable goes where the old one was, after everything else.

func.func @main(%w: tensor<?xf64> {tir.kind = "shared", tir.dtype = "float64"}) -> (tensor<?xf64>, tensor<?xf64>) attributes {tir.result_dtypes = ["float64", "float64"], tir.updates = [0]} {
  %c0 = arith.constant 0 : index
  %n = tensor.dim %w, %c0 : tensor<?xf64>
  %new = kernel.region(%a = %w : tensor<?xf64>, %d = %n : index) -> (tensor<?xf64>) {
    %e = tensor.empty(%d) : tensor<?xf64>
    %g = linalg.generic {indexing_maps = [affine_map<(d0) -> (d0)>, affine_map<(d0) -> (d0)>], iterator_types = ["parallel"]} ins(%a : tensor<?xf64>) outs(%e : tensor<?xf64>) {
    ^bb0(%i: f64, %o: f64):
      %r = arith.addf %i, %i : f64
      linalg.yield %r : f64
    } -> tensor<?xf64>
    kernel.yield %g : tensor<?xf64>
  }
  %y = kernel.region(%a = %w : tensor<?xf64>, %d = %n : index) -> (tensor<?xf64>) {
    %e = tensor.empty(%d) : tensor<?xf64>
    %g = linalg.generic {indexing_maps = [affine_map<(d0) -> (d0)>, affine_map<(d0) -> (d0)>], iterator_types = ["parallel"]} ins(%a : tensor<?xf64>) outs(%e : tensor<?xf64>) {
    ^bb0(%i: f64, %o: f64):
      %r = math.exp %i : f64
      linalg.yield %r : f64
    } -> tensor<?xf64>
    kernel.yield %g : tensor<?xf64>
  }
  func.return %y, %new : tensor<?xf64>, tensor<?xf64>
}

// CHECK-COUNT-1: rt.alloc_output
// CHECK:         rt.release_gil
// CHECK-NEXT:    kernel.region({{.*}} = %w : memref<?xf64>, {{.*}})
// CHECK:         math.exp
// CHECK:         rt.acquire_gil
// CHECK-NEXT:    [[NEW:%\S+]] = rt.take_shared %w {index = 1 : i64, dtype = "float64"} : memref<?xf64> to memref<?xf64>
// CHECK-NEXT:    kernel.region([[W:%\S+]] = [[NEW]] : memref<?xf64>) {
// CHECK-NEXT:      linalg.generic {{.*}} ins([[W]] : memref<?xf64>) outs([[W]] : memref<?xf64>) {
// CHECK:         func.return

// -----

// Not where elements are read that other iterations write: here each column of a matrix is added to the rows.

func.func @main(%w: tensor<?x?xf64> {tir.kind = "shared", tir.dtype = "float64"}) -> tensor<?x?xf64> attributes {tir.result_dtypes = ["float64"], tir.updates = [0]} {
  %c0 = arith.constant 0 : index
  %n = tensor.dim %w, %c0 : tensor<?x?xf64>
  %new = kernel.region(%a = %w : tensor<?x?xf64>, %d = %n : index) -> (tensor<?x?xf64>) {
    %e = tensor.empty(%d, %d) : tensor<?x?xf64>
    %g = linalg.generic {indexing_maps = [affine_map<(d0, d1) -> (d0, d1)>, affine_map<(d0, d1) -> (d1, d0)>, affine_map<(d0, d1) -> (d0, d1)>], iterator_types = ["parallel", "parallel"]} ins(%a, %a : tensor<?x?xf64>, tensor<?x?xf64>) outs(%e : tensor<?x?xf64>) {
    ^bb0(%i: f64, %j: f64, %o: f64):
      %r = arith.addf %i, %j : f64
      linalg.yield %r : f64
    } -> tensor<?x?xf64>
    kernel.yield %g : tensor<?x?xf64>
  }
  func.return %new : tensor<?x?xf64>
}

// CHECK:         rt.alloc_output
// CHECK-NOT:     rt.take_shared
// CHECK:         func.return

// -----

// Two updates that read each other's old values: one of them goes to new memory.

func.func @main(%v: tensor<?xf64> {tir.kind = "shared", tir.dtype = "float64"}, %w: tensor<?xf64> {tir.kind = "shared", tir.dtype = "float64"}) -> (tensor<?xf64>, tensor<?xf64>) attributes {tir.result_dtypes = ["float64", "float64"], tir.updates = [0, 1]} {
  %c0 = arith.constant 0 : index
  %n = tensor.dim %w, %c0 : tensor<?xf64>
  %p = kernel.region(%a = %v : tensor<?xf64>, %b = %w : tensor<?xf64>, %d = %n : index) -> (tensor<?xf64>) {
    %e = tensor.empty(%d) : tensor<?xf64>
    %g = linalg.generic {indexing_maps = [affine_map<(d0) -> (d0)>, affine_map<(d0) -> (d0)>, affine_map<(d0) -> (d0)>], iterator_types = ["parallel"]} ins(%a, %b : tensor<?xf64>, tensor<?xf64>) outs(%e : tensor<?xf64>) {
    ^bb0(%i: f64, %j: f64, %o: f64):
      %r = arith.addf %i, %j : f64
      linalg.yield %r : f64
    } -> tensor<?xf64>
    kernel.yield %g : tensor<?xf64>
  }
  %q = kernel.region(%a = %v : tensor<?xf64>, %b = %w : tensor<?xf64>, %d = %n : index) -> (tensor<?xf64>) {
    %e = tensor.empty(%d) : tensor<?xf64>
    %g = linalg.generic {indexing_maps = [affine_map<(d0) -> (d0)>, affine_map<(d0) -> (d0)>, affine_map<(d0) -> (d0)>], iterator_types = ["parallel"]} ins(%a, %b : tensor<?xf64>, tensor<?xf64>) outs(%e : tensor<?xf64>) {
    ^bb0(%i: f64, %j: f64, %o: f64):
      %r = arith.subf %i, %j : f64
      linalg.yield %r : f64
    } -> tensor<?xf64>
    kernel.yield %g : tensor<?xf64>
  }
  func.return %p, %q : tensor<?xf64>, tensor<?xf64>
}

// CHECK:         rt.alloc_output({{.*}}) {index = 0
// CHECK:         arith.addf
// CHECK:         rt.take_shared %w {index = 1
// CHECK:         arith.subf
// CHECK:         func.return
