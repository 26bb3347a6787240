// RUN: tir-opt %s | filecheck %s
// RUN: tir-opt %s | tir-opt | filecheck %s

// CHECK-LABEL: func.func @main
func.func @main(%a: memref<?x?xf64, strided<[?, ?], offset: ?>>, %n: index, %c: i1, %o: memref<f64>, %v: memref<?xf64>, %b: memref<?x?x?xf64>, %alpha: f64) {
  // CHECK: rt.assert %{{.*}}, "sizes differ" {kind = "ValueError"}
  rt.assert %c, "sizes differ" {kind = "ValueError"}
  // CHECK: rt.release_gil %{{.*}} : index
  rt.release_gil %n : index
  // CHECK: rt.alloc_output(%{{.*}}) {index = 0 : i64, dtype = "float64"} : memref<?x1xf64>
  %y = rt.alloc_output(%n) {index = 0 : i64, dtype = "float64"} : memref<?x1xf64>
  // CHECK: rt.take_shared %{{.*}} {index = 1 : i64, dtype = "float64"} : memref<?x?xf64, strided<[?, ?], offset: ?>> to memref<?x?xf64>
  %w = rt.take_shared %a {index = 1 : i64, dtype = "float64"} : memref<?x?xf64, strided<[?, ?], offset: ?>> to memref<?x?xf64>
  // CHECK: rt.take_input %{{.*}} {index = 2 : i64, dtype = "float64"} : memref<?x?xf64, strided<[?, ?], offset: ?>> to memref<?x?xf64>
  %in = rt.take_input %a {index = 2 : i64, dtype = "float64"} : memref<?x?xf64, strided<[?, ?], offset: ?>> to memref<?x?xf64>
  // CHECK: rt.take_input %{{.*}} : memref<?xf64> to memref<?xf64>
  %tmp = rt.take_input %v : memref<?xf64> to memref<?xf64>
  // CHECK: rt.alloc_arena(%{{.*}}, %{{.*}}, %{{.*}}) : memref<?x?xf64>, memref<?x4xi1>
  %t, %u = rt.alloc_arena(%n, %n, %n) : memref<?x?xf64>, memref<?x4xi1>
  // CHECK: rt.gemm %{{.*}}, %{{.*}}, %{{.*}} {beta = 0.000000e+00 : f64} : memref<?x?xf64, strided<[?, ?], offset: ?>>, memref<?x?xf64, strided<[?, ?], offset: ?>>, memref<?x1xf64>
  rt.gemm %a, %a, %y {beta = 0.0 : f64} : memref<?x?xf64, strided<[?, ?], offset: ?>>, memref<?x?xf64, strided<[?, ?], offset: ?>>, memref<?x1xf64>
  // CHECK: rt.gemm %{{.*}}, %{{.*}}, %{{.*}} times %alpha : f64 {beta = 1.000000e+00 : f64} :
  rt.gemm %a, %a, %y times %alpha : f64 {beta = 1.0 : f64} : memref<?x?xf64, strided<[?, ?], offset: ?>>, memref<?x?xf64, strided<[?, ?], offset: ?>>, memref<?x1xf64>
  // CHECK: rt.gemm %{{.*}}, %{{.*}}, %{{.*}} plus %a : memref<?x?xf64, strided<[?, ?], offset: ?>> times %alpha : f64 {beta = 1.000000e+00 : f64} :
  rt.gemm %a, %a, %y plus %a : memref<?x?xf64, strided<[?, ?], offset: ?>> times %alpha : f64 {beta = 1.0 : f64} : memref<?x?xf64, strided<[?, ?], offset: ?>>, memref<?x?xf64, strided<[?, ?], offset: ?>>, memref<?x1xf64>
  // CHECK: rt.batch_gemm %b, %b, %b {beta = 0.000000e+00 : f64} : memref<?x?x?xf64>, memref<?x?x?xf64>, memref<?x?x?xf64>
  rt.batch_gemm %b, %b, %b {beta = 0.0 : f64} : memref<?x?x?xf64>, memref<?x?x?xf64>, memref<?x?x?xf64>
  // CHECK: rt.gemv
  rt.gemv %a, %v, %v {beta = 0.0 : f64} : memref<?x?xf64, strided<[?, ?], offset: ?>>, memref<?xf64>, memref<?xf64>
  // CHECK: rt.dot
  rt.dot %v, %v, %o {beta = 0.0 : f64} : memref<?xf64>, memref<?xf64>, memref<f64>
  // CHECK: rt.acquire_gil
  rt.acquire_gil
  func.return
}

// CHECK-LABEL: func.func private @kernel
func.func private @kernel(%x: memref<?xf64>, %n: index, %grain: index) {
  // CHECK: rt.parallel (%{{.*}}, %{{.*}}) = %{{.*}} grain %{{.*}} {
  // CHECK-NEXT: memref.load
  // CHECK-NOT: rt.yield
  rt.parallel (%begin, %end) = %n grain %grain {
    %v = memref.load %x[%begin] : memref<?xf64>
  }
  func.return
}

// CHECK-LABEL: func.func private @next_row
func.func private @next_row(%x: memref<?x?xf64>, %i: index, %j: index) {
  // CHECK: rt.prefetch %x[%i, %j] : memref<?x?xf64>
  rt.prefetch %x[%i, %j] : memref<?x?xf64>
  func.return
}

func.func private @range(%x: memref<?xf64>, %n: index, %begin: index, %end: index) {
  func.return
}

func.func private @nothing(%begin: index, %end: index) {
  func.return
}

// CHECK-LABEL: func.func private @caller
func.func private @caller(%x: memref<?xf64>, %n: index, %grain: index) {
  // CHECK: rt.parallel_call @range(%{{.*}}, %{{.*}}) count %{{.*}} grain %{{.*}} : memref<?xf64>, index
  rt.parallel_call @range(%x, %n) count %n grain %grain : memref<?xf64>, index
  // CHECK: rt.parallel_call @nothing() count %{{.*}} grain %{{.*$}}
  rt.parallel_call @nothing() count %n grain %grain
  func.return
}
