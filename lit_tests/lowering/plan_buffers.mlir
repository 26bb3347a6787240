// RUN: tir-opt %s -p plan-buffers --split-input-file | filecheck %s

// An elementwise region writes over an operand that dies there; what is left is one arena.

// CHECK-LABEL: func.func @main
func.func @main(%x: memref<?xf64, strided<[?], offset: ?>>, %w: memref<?x?xf64, strided<[?, ?], offset: ?>>) {
  %c0 = arith.constant 0 : index
  %n = memref.dim %x, %c0 : memref<?xf64, strided<[?], offset: ?>>
  %m = memref.dim %w, %c0 : memref<?x?xf64, strided<[?, ?], offset: ?>>
  %y = rt.alloc_output(%m) {index = 0 : i64, dtype = "float64"} : memref<?xf64>
  // CHECK: [[N:%\S+]] = memref.dim %x
  // CHECK: [[M:%\S+]] = memref.dim %w
  // CHECK: [[Y:%\S+]] = rt.alloc_output([[M]])
  // CHECK: [[A:%\S+]], [[C:%\S+]] = rt.alloc_arena([[N]], [[M]]) : memref<?xf64>, memref<?xf64>
  %a = memref.alloc(%n) : memref<?xf64>
  // CHECK-NEXT: kernel.region({{.*}} = %x : {{.*}}, {{.*}} = [[A]] : memref<?xf64>) {
  kernel.region(%i = %x : memref<?xf64, strided<[?], offset: ?>>, %o = %a : memref<?xf64>) {
    linalg.generic {indexing_maps = [affine_map<(d0) -> (d0)>, affine_map<(d0) -> (d0)>], iterator_types = ["parallel"]} ins(%i : memref<?xf64, strided<[?], offset: ?>>) outs(%o : memref<?xf64>) {
    ^bb0(%s: f64, %t: f64):
      %r = math.exp %s : f64
      linalg.yield %r : f64
    }
  }
  %b = memref.alloc(%n) : memref<?xf64>
  // CHECK: kernel.region({{.*}} = %x : {{.*}}, [[O:%\S+]] = [[A]] : memref<?xf64>) {
  // CHECK-NEXT: linalg.generic {{.*}} ins([[O]], {{.*}}) outs([[O]] : memref<?xf64>)
  kernel.region(%i = %a : memref<?xf64>, %j = %x : memref<?xf64, strided<[?], offset: ?>>, %o = %b : memref<?xf64>) {
    linalg.generic {indexing_maps = [affine_map<(d0) -> (d0)>, affine_map<(d0) -> (d0)>, affine_map<(d0) -> (d0)>], iterator_types = ["parallel"]} ins(%i, %j : memref<?xf64>, memref<?xf64, strided<[?], offset: ?>>) outs(%o : memref<?xf64>) {
    ^bb0(%s: f64, %q: f64, %t: f64):
      %r = arith.addf %s, %q : f64
      linalg.yield %r : f64
    }
  }
  memref.dealloc %a : memref<?xf64>
  %c = memref.alloc(%m) : memref<?xf64>
  // CHECK: rt.gemv %w, [[A]], [[C]]
  rt.gemv %w, %b, %c {alpha = 1.0 : f64, beta = 0.0 : f64} : memref<?x?xf64, strided<[?, ?], offset: ?>>, memref<?xf64>, memref<?xf64>
  memref.dealloc %b : memref<?xf64>
  kernel.region(%i = %c : memref<?xf64>, %o = %y : memref<?xf64>) {
    linalg.generic {indexing_maps = [affine_map<(d0) -> (0)>, affine_map<(d0) -> (d0)>], iterator_types = ["parallel"]} ins(%i : memref<?xf64>) outs(%o : memref<?xf64>) {
    ^bb0(%s: f64, %t: f64):
      linalg.yield %s : f64
    }
  }
  // CHECK-NOT: memref.dealloc
  memref.dealloc %c : memref<?xf64>
  func.return
}

// -----

// A temporary that becomes an output elementwise lives there from the start; small ones are on the stack.

// CHECK-LABEL: func.func @main
func.func @main(%x: memref<?xf64, strided<[?], offset: ?>>) {
  %c0 = arith.constant 0 : index
  %n = memref.dim %x, %c0 : memref<?xf64, strided<[?], offset: ?>>
  // CHECK: [[Y:%\S+]] = rt.alloc_output
  %y = rt.alloc_output(%n) {index = 0 : i64, dtype = "float64"} : memref<?xf64>
  // CHECK-NEXT: [[S:%\S+]] = memref.alloca() : memref<f64>
  %s = memref.alloc() : memref<f64>
  // CHECK-NEXT: rt.dot %x, %x, [[S]]
  rt.dot %x, %x, %s {alpha = 1.0 : f64, beta = 0.0 : f64} : memref<?xf64, strided<[?], offset: ?>>, memref<?xf64, strided<[?], offset: ?>>, memref<f64>
  %a = memref.alloc(%n) : memref<?xf64>
  // CHECK-NEXT: kernel.region({{.*}} = [[S]] : memref<f64>, {{.*}} = [[Y]] : memref<?xf64>) {
  kernel.region(%i = %s : memref<f64>, %o = %a : memref<?xf64>) {
    linalg.generic {indexing_maps = [affine_map<(d0) -> ()>, affine_map<(d0) -> (d0)>], iterator_types = ["parallel"]} ins(%i : memref<f64>) outs(%o : memref<?xf64>) {
    ^bb0(%q: f64, %t: f64):
      linalg.yield %q : f64
    }
  }
  memref.dealloc %s : memref<f64>
  // CHECK: kernel.region([[O:%\S+]] = [[Y]] : memref<?xf64>) {
  kernel.region(%i = %a : memref<?xf64>, %o = %y : memref<?xf64>) {
    linalg.generic {indexing_maps = [affine_map<(d0) -> (d0)>, affine_map<(d0) -> (d0)>], iterator_types = ["parallel"]} ins(%i : memref<?xf64>) outs(%o : memref<?xf64>) {
    ^bb0(%q: f64, %t: f64):
      %r = arith.negf %q : f64
      linalg.yield %r : f64
    }
  }
  memref.dealloc %a : memref<?xf64>
  func.return
}

// -----

// Not in place where an element is read at another position; but the third temporary takes the place of the first.

// CHECK-LABEL: func.func @main
func.func @main(%x: memref<?x?xf64, strided<[?, ?], offset: ?>>, %n: index, %ok: i1) {
  %y = rt.alloc_output() {index = 0 : i64, dtype = "float64"} : memref<f64>
  // CHECK: [[A:%\S+]], [[B:%\S+]] = rt.alloc_arena(%n, %n, %n, %n) : memref<?x?xf64>, memref<?x?xf64>
  %a = memref.alloc(%n, %n) : memref<?x?xf64>
  rt.gemm %x, %x, %a {alpha = 1.0 : f64, beta = 0.0 : f64} : memref<?x?xf64, strided<[?, ?], offset: ?>>, memref<?x?xf64, strided<[?, ?], offset: ?>>, memref<?x?xf64>
  %b = memref.alloc(%n, %n) : memref<?x?xf64>
  // CHECK: kernel.region({{.*}} = [[A]] : memref<?x?xf64>, {{.*}} = [[B]] : memref<?x?xf64>) {
  kernel.region(%i = %a : memref<?x?xf64>, %o = %b : memref<?x?xf64>) {
    linalg.generic {indexing_maps = [affine_map<(d0, d1) -> (d1, d0)>, affine_map<(d0, d1) -> (d0, d1)>], iterator_types = ["parallel", "parallel"]} ins(%i : memref<?x?xf64>) outs(%o : memref<?x?xf64>) {
    ^bb0(%q: f64, %t: f64):
      linalg.yield %q : f64
    }
  }
  memref.dealloc %a : memref<?x?xf64>
  // CHECK: rt.gemm %x, [[B]], [[A]]
  %c = memref.alloc(%n, %n) : memref<?x?xf64>
  rt.gemm %x, %b, %c {alpha = 1.0 : f64, beta = 0.0 : f64} : memref<?x?xf64, strided<[?, ?], offset: ?>>, memref<?x?xf64>, memref<?x?xf64>
  memref.dealloc %b : memref<?x?xf64>
  // A size that is only checked here makes an arena of its own.
  // CHECK: rt.assert
  // CHECK-NEXT: [[D:%\S+]] = rt.alloc_arena([[K:%\S+]]) : memref<?xf32>
  %big = arith.constant 5 : index
  %k = arith.muli %n, %big : index
  %zero = arith.constant 0 : index
  %fine = arith.cmpi sge, %k, %zero : index
  rt.assert %fine, "a size is negative" {kind = "ValueError"}
  %d = memref.alloc(%k) : memref<?xf32>
  kernel.region(%i = %c : memref<?x?xf64>, %p = %d : memref<?xf32>, %o = %y : memref<f64>) {
    linalg.generic {indexing_maps = [affine_map<() -> (0, 0)>, affine_map<() -> (0)>, affine_map<() -> ()>], iterator_types = []} ins(%i, %p : memref<?x?xf64>, memref<?xf32>) outs(%o : memref<f64>) {
    ^bb0(%q: f64, %u: f32, %t: f64):
      linalg.yield %q : f64
    }
  }
  memref.dealloc %c : memref<?x?xf64>
  memref.dealloc %d : memref<?xf32>
  func.return
}

// -----

// Outputs lie in inputs that may be overwritten, if they are written in place or after the last use. Of two outputs the first
// that is written gets the input; none does while somebody still reads it.

// CHECK-LABEL: func.func @main
func.func @main(%x: memref<?xf64> {tir.kind = "input", tir.dtype = "float64", tir.mutable}, %w: memref<?x?xf64> {tir.kind = "input", tir.dtype = "float64", tir.mutable}) attributes {tir.updates = []} {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %n = memref.dim %x, %c0 : memref<?xf64>
  %r = memref.dim %w, %c0 : memref<?x?xf64>
  %c = memref.dim %w, %c1 : memref<?x?xf64>
  // CHECK: [[Y:%\S+]] = rt.take_input %x {index = 0 : i64, dtype = "float64"} : memref<?xf64> to memref<?xf64>
  %y = rt.alloc_output(%n) {index = 0 : i64, dtype = "float64"} : memref<?xf64>
  // CHECK-NEXT: [[Z:%\S+]] = rt.alloc_output
  %z = rt.alloc_output(%n) {index = 1 : i64, dtype = "float64"} : memref<?xf64>
  // CHECK-NEXT: [[V:%\S+]] = rt.take_input %w {index = 2 : i64, dtype = "float64"} : memref<?x?xf64> to memref<?x?xf64>
  %v = rt.alloc_output(%r, %c) {index = 2 : i64, dtype = "float64"} : memref<?x?xf64>
  // CHECK-NEXT: rt.gemv %w, %x, [[Z]]
  rt.gemv %w, %x, %z {beta = 0.0 : f64} : memref<?x?xf64>, memref<?xf64>, memref<?xf64>
  // CHECK-NEXT: "memref.copy"(%x, [[Y]])
  // CHECK-NEXT: kernel.region([[O:%\S+]] = [[Y]] : memref<?xf64>) {
  // CHECK-NEXT: linalg.generic {{.*}} ins([[O]] : memref<?xf64>) outs([[O]] : memref<?xf64>)
  kernel.region(%i = %x : memref<?xf64>, %o = %y : memref<?xf64>) {
    linalg.generic {indexing_maps = [affine_map<(d0) -> (d0)>, affine_map<(d0) -> (d0)>], iterator_types = ["parallel"]} ins(%i : memref<?xf64>) outs(%o : memref<?xf64>) {
    ^bb0(%s: f64, %t: f64):
      %e = math.exp %s : f64
      linalg.yield %e : f64
    }
  }
  // CHECK-NOT: memref.copy
  // CHECK: kernel.region({{.*}} = [[Z]] : memref<?xf64>, {{.*}} = [[V]] : memref<?x?xf64>) {
  kernel.region(%i = %z : memref<?xf64>, %o = %v : memref<?x?xf64>) {
    linalg.generic {indexing_maps = [affine_map<(d0, d1) -> (d0)>, affine_map<(d0, d1) -> (d0, d1)>], iterator_types = ["parallel", "parallel"]} ins(%i : memref<?xf64>) outs(%o : memref<?x?xf64>) {
    ^bb0(%s: f64, %t: f64):
      linalg.yield %s : f64
    }
  }
  func.return
}

// -----

// A temporary takes the input, and no arena is left; the new value of a shared variable does not.

// CHECK-LABEL: func.func @main
func.func @main(%x: memref<?xf64> {tir.kind = "input", tir.dtype = "float64", tir.mutable}, %w: memref<?x?xf64, strided<[?, ?], offset: ?>> {tir.kind = "shared", tir.dtype = "float64"}) attributes {tir.updates = [1]} {
  %c0 = arith.constant 0 : index
  %n = memref.dim %x, %c0 : memref<?xf64>
  // CHECK: rt.alloc_output
  %y = rt.alloc_output(%n) {index = 0 : i64, dtype = "float64"} : memref<?xf64>
  // CHECK: [[T:%\S+]] = rt.take_input %x : memref<?xf64> to memref<?xf64>
  // CHECK-NEXT: "memref.copy"(%x, [[T]])
  // CHECK-NEXT: kernel.region({{.*}} = [[T]] : memref<?xf64>) {
  %a = memref.alloc(%n) : memref<?xf64>
  kernel.region(%i = %x : memref<?xf64>, %o = %a : memref<?xf64>) {
    linalg.generic {indexing_maps = [affine_map<(d0) -> (d0)>, affine_map<(d0) -> (d0)>], iterator_types = ["parallel"]} ins(%i : memref<?xf64>) outs(%o : memref<?xf64>) {
    ^bb0(%s: f64, %t: f64):
      %e = math.exp %s : f64
      linalg.yield %e : f64
    }
  }
  // CHECK: rt.gemv %w, [[T]], %{{.*}}
  // CHECK-NOT: alloc_arena
  rt.gemv %w, %a, %y {beta = 0.0 : f64} : memref<?x?xf64, strided<[?, ?], offset: ?>>, memref<?xf64>, memref<?xf64>
  memref.dealloc %a : memref<?xf64>
  func.return
}

// -----

// A region that could write an output over an input waits for those that read the input later.

// CHECK-LABEL: func.func @main
func.func @main(%x: memref<?xf64> {tir.kind = "input", tir.dtype = "float64", tir.mutable}) attributes {tir.updates = []} {
  %c0 = arith.constant 0 : index
  %n = memref.dim %x, %c0 : memref<?xf64>
  // CHECK: [[Y:%\S+]] = rt.take_input %x {index = 0 : i64, dtype = "float64"}
  %y = rt.alloc_output(%n) {index = 0 : i64, dtype = "float64"} : memref<?xf64>
  // CHECK-NEXT: [[P:%\S+]] = rt.alloc_output
  %p = rt.alloc_output() {index = 1 : i64, dtype = "float64"} : memref<f64>
  kernel.region(%i = %x : memref<?xf64>, %o = %y : memref<?xf64>) {
    linalg.generic {indexing_maps = [affine_map<(d0) -> (d0)>, affine_map<(d0) -> (d0)>], iterator_types = ["parallel"]} ins(%i : memref<?xf64>) outs(%o : memref<?xf64>) {
    ^bb0(%s: f64, %t: f64):
      %e = math.exp %s : f64
      linalg.yield %e : f64
    }
  }
  // CHECK-NEXT: rt.dot %x, %x, [[P]]
  rt.dot %x, %x, %p {beta = 0.0 : f64} : memref<?xf64>, memref<?xf64>, memref<f64>
  // CHECK-NEXT: "memref.copy"(%x, [[Y]])
  // CHECK-NEXT: kernel.region([[O:%\S+]] = [[Y]] : memref<?xf64>) {
  func.return
}

// -----

// It does not wait if somebody reads what it writes.

// CHECK-LABEL: func.func @main
func.func @main(%x: memref<?xf64> {tir.kind = "input", tir.dtype = "float64", tir.mutable}) attributes {tir.updates = []} {
  %c0 = arith.constant 0 : index
  %n = memref.dim %x, %c0 : memref<?xf64>
  // CHECK-NOT: rt.take_input
  %y = rt.alloc_output(%n) {index = 0 : i64, dtype = "float64"} : memref<?xf64>
  %p = rt.alloc_output() {index = 1 : i64, dtype = "float64"} : memref<f64>
  // CHECK: kernel.region
  kernel.region(%i = %x : memref<?xf64>, %o = %y : memref<?xf64>) {
    linalg.generic {indexing_maps = [affine_map<(d0) -> (d0)>, affine_map<(d0) -> (d0)>], iterator_types = ["parallel"]} ins(%i : memref<?xf64>) outs(%o : memref<?xf64>) {
    ^bb0(%s: f64, %t: f64):
      %e = math.exp %s : f64
      linalg.yield %e : f64
    }
  }
  // CHECK: rt.dot
  rt.dot %x, %y, %p {beta = 0.0 : f64} : memref<?xf64>, memref<?xf64>, memref<f64>
  func.return
}
