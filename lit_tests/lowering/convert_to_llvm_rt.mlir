// RUN: tir-opt %s -p convert-to-llvm | filecheck %s

// CHECK: builtin.module attributes {tir.failures = [{kind = "ValueError", message = "must not be empty", location = loc({{.*}}:10:3)}, {kind = "ValueError", message = "rt.gemm: {{.*}}32-bit{{.*}}", location = loc({{.*}}:19:3)}]}
// CHECK-LABEL: llvm.func @main(
// CHECK-SAME: !llvm.ptr) -> i32
func.func @main(%a: memref<?x?xf64, strided<[?, ?], offset: ?>>, %ok: i1) {
  %c0 = arith.constant 0 : index
  %n = memref.dim %a, %c0 : memref<?x?xf64, strided<[?, ?], offset: ?>>
  // CHECK: llvm.cond_br %{{.*}}, ^{{.*}}, ^[[EXIT:.*]](%{{.*}} : i32) {branch_weights = array<i32: 100000, 1>}
  rt.assert %ok, "must not be empty" {kind = "ValueError"}
  // CHECK: %[[ARRAY:.*]] = llvm.call @tir_new_array(
  // CHECK: llvm.cond_br %{{.*}}, ^{{.*}}, ^[[EXIT]]
  // CHECK: llvm.store %[[ARRAY]]
  %y = rt.alloc_output(%n, %n) {index = 0 : i64, dtype = "float64"} : memref<?x?xf64>
  // CHECK: llvm.icmp "sgt"
  // CHECK: llvm.call @PyEval_SaveThread
  rt.release_gil %n : index
  // CHECK: llvm.call @tir_dgemm
  rt.gemm %a, %a, %y {beta = 0.0 : f64} : memref<?x?xf64, strided<[?, ?], offset: ?>>, memref<?x?xf64, strided<[?, ?], offset: ?>>, memref<?x?xf64>
  // CHECK: llvm.call @PyEval_RestoreThread
  rt.acquire_gil
  // CHECK: ^[[EXIT]](%{{.*}}: i32):
  // CHECK: llvm.call @PyEval_RestoreThread
  // CHECK: llvm.call @PyErr_NoMemory
  func.return
}
// CHECK: llvm.func @tir_dgemm(f64, i64, i64, i64, !llvm.ptr, i64, i64, !llvm.ptr, i64, i64, f64, !llvm.ptr, i64) -> i32
