// RUN: tir-opt %s -p bufferize --split-input-file | filecheck %s

// A transposed operand is a view: the product reads it through its strides.

func.func @main(%x: tensor<?x?xf64> {tir.kind = "input", tir.dtype = "float64"}, %n: index) -> tensor<?x?xf64> attributes {tir.result_dtypes = ["float64"]} {
  %zero = arith.constant 0.0 : f64
  %t = linalg_ext.dimshuffle %x {new_order = [1, 0]} : tensor<?x?xf64> to tensor<?x?xf64>
  %e = tensor.empty(%n, %n) : tensor<?x?xf64>
  %f = linalg.fill ins(%zero : f64) outs(%e : tensor<?x?xf64>) -> tensor<?x?xf64>
  %p = linalg_ext.matmul ins(%x, %t : tensor<?x?xf64>, tensor<?x?xf64>) outs(%f : tensor<?x?xf64>) -> tensor<?x?xf64>
  func.return %p : tensor<?x?xf64>
}

// CHECK:         [[P:%\S+]] = rt.alloc_output(%n, %n) {index = 0 : i64, dtype = "float64"} : memref<?x?xf64>
// CHECK:         [[BASE:%\S+]], [[O:%\S+]], [[N:%\S+]], [[M:%\S+]], [[S:%\S+]], [[R:%\S+]] = memref.extract_strided_metadata %x
// CHECK:         [[T:%\S+]] = memref.reinterpret_cast [[BASE]] to offset: [[[O]]], sizes: [[[M]], [[N]]], strides: [[[R]], [[S]]]
// CHECK:         rt.gemm %x, [[T]], [[P]] {beta = 0.000000e+00 : f64}

// -----

// What a product of matrices is added to is read where it lies. If it is a value of our own that nobody else reads, the
// product is added there.

func.func @main(%x: tensor<?x?xf64> {tir.kind = "input", tir.dtype = "float64"}, %n: index) -> tensor<?x?xf64> attributes {tir.result_dtypes = ["float64"]} {
  %alpha = arith.constant 2.0 : f64
  %p = linalg_ext.matmul ins(%x, %x : tensor<?x?xf64>, tensor<?x?xf64>) outs(%x : tensor<?x?xf64>) -> tensor<?x?xf64>
  %q = linalg_ext.matmul ins(%x, %x, %alpha : tensor<?x?xf64>, tensor<?x?xf64>, f64) outs(%p : tensor<?x?xf64>) -> tensor<?x?xf64>
  func.return %q : tensor<?x?xf64>
}

// CHECK:         [[Q:%\S+]] = rt.alloc_output
// CHECK-NOT:     kernel.region
// CHECK:         rt.gemm %x, %x, [[Q]] plus %x : memref<?x?xf64, strided<[?, ?], offset: ?>> {beta = 1.000000e+00 : f64}
// CHECK-NEXT:    rt.gemm %x, %x, [[Q]] times %alpha : f64 {beta = 1.000000e+00 : f64}

// -----

// What other products are added to is copied.

func.func @main(%x: tensor<?x?xf64> {tir.kind = "input", tir.dtype = "float64"}, %v: tensor<?xf64> {tir.kind = "input", tir.dtype = "float64"}) -> tensor<?xf64> attributes {tir.result_dtypes = ["float64"]} {
  %p = linalg_ext.matvec ins(%x, %v : tensor<?x?xf64>, tensor<?xf64>) outs(%v : tensor<?xf64>) -> tensor<?xf64>
  func.return %p : tensor<?xf64>
}

// CHECK:         [[Q:%\S+]] = rt.alloc_output
// CHECK:         kernel.region(%{{.*}} = %v : {{.*}}, %{{.*}} = [[Q]] : memref<?xf64>)
// CHECK:         rt.gemv %x, %v, [[Q]] {beta = 1.000000e+00 : f64}
