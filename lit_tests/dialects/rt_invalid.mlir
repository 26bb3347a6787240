// RUN: tir-opt %s --split-input-file --verify-diagnostics | filecheck %s

func.func @main(%n: index) {
  // CHECK: rt.alloc_output: dtype float32 is stored as f32, not as f64
  %y = rt.alloc_output(%n) {index = 0 : i64, dtype = "float32"} : memref<?xf64>
  func.return
}

// -----

func.func @main(%n: index) {
  // CHECK: rt.alloc_output: 2 dynamic dimensions but 1 sizes
  %y = rt.alloc_output(%n) {index = 0 : i64, dtype = "float64"} : memref<?x?xf64>
  func.return
}

// -----

func.func @main(%a: memref<?x?xf64>, %c: memref<?x?xf64, strided<[?, ?], offset: ?>>) {
  // CHECK: rt.gemm: the result must have unit inner stride
  rt.gemm %a, %a, %c {beta = 0.0 : f64} : memref<?x?xf64>, memref<?x?xf64>, memref<?x?xf64, strided<[?, ?], offset: ?>>
  func.return
}

// -----

func.func @main(%a: memref<?x?xi32>) {
  // CHECK: rt.gemm: elements must be f32 or f64, not i32
  rt.gemm %a, %a, %a {beta = 0.0 : f64} : memref<?x?xi32>, memref<?x?xi32>, memref<?x?xi32>
  func.return
}

// -----

func.func @main(%a: memref<?x?xf64>, %alpha: f32) {
  // CHECK: rt.gemm: alpha must be f64, not f32
  rt.gemm %a, %a, %a times %alpha : f32 {beta = 0.0 : f64} : memref<?x?xf64>, memref<?x?xf64>, memref<?x?xf64>
  func.return
}

// -----

func.func @main(%a: memref<?x?xf64>, %w: memref<?xf64>) {
  // CHECK: rt.gemm: expected an addend of rank 2 of f64, got memref<?xf64>
  rt.gemm %a, %a, %a plus %w : memref<?xf64> {beta = 1.0 : f64} : memref<?x?xf64>, memref<?x?xf64>, memref<?x?xf64>
  func.return
}

// -----

func.func @main(%a: memref<?x?xf64>) {
  // CHECK: rt.batch_gemm: expected a memref of rank 3
  rt.batch_gemm %a, %a, %a {beta = 0.0 : f64} : memref<?x?xf64>, memref<?x?xf64>, memref<?x?xf64>
  func.return
}

// -----

func.func private @kernel(%n: index) {
  // CHECK: rt.parallel_call: @missing is no function
  rt.parallel_call @missing() count %n grain %n
  func.return
}

// -----

func.func @main(%n: index) {
  // CHECK: rt.alloc_arena: 2 dynamic dimensions but 1 sizes
  %a, %b = rt.alloc_arena(%n) : memref<?xf64>, memref<?xf64>
  func.return
}

// -----

func.func private @range(%n: index, %begin: index) {
  func.return
}

func.func private @kernel(%n: index) {
  // CHECK: rt.parallel_call: @range must take the captured values and the two bounds of a range
  rt.parallel_call @range(%n) count %n grain %n : index
  func.return
}

// -----

func.func private @range(%begin: index, %end: index) -> index {
  func.return %end : index
}

func.func private @kernel(%n: index) {
  // CHECK: rt.parallel_call: @range must have no results
  rt.parallel_call @range() count %n grain %n
  func.return
}

// -----

func.func @main(%w: memref<?xf64, strided<[?], offset: ?>>) {
  // CHECK: rt.take_shared: the shapes of source and result must be the same
  %a = rt.take_shared %w {index = 0 : i64, dtype = "float64"} : memref<?xf64, strided<[?], offset: ?>> to memref<1xf64>
  func.return
}

// -----

func.func @main(%w: memref<?xf64>) {
  // CHECK: rt.take_input: an output has an index and a dtype
  %a = rt.take_input %w {index = 0 : i64} : memref<?xf64> to memref<?xf64>
  func.return
}

// -----

func.func @main(%w: memref<?xf64>) {
  // CHECK: rt.take_input: source and result must have the same element type
  %a = rt.take_input %w : memref<?xf64> to memref<?xf32>
  func.return
}

// -----

func.func @main(%w: memref<?xf64>) {
  // CHECK: rt.take_input: the memref must have the identity layout
  %a = rt.take_input %w : memref<?xf64> to memref<?xf64, strided<[?], offset: ?>>
  func.return
}

// -----

func.func private @kernel(%x: memref<?x?xf64>, %i: index) {
  // CHECK: rt.prefetch: expected 2 indices, got 1
  rt.prefetch %x[%i] : memref<?x?xf64>
  func.return
}
