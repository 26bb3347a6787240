// RUN: tir-opt %s -p convert-to-llvm --split-input-file | filecheck %s

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

// -----

// The array behind the outputs is that of the input, or null: then memory is new, and counts.

// CHECK: llvm.func @main(%{{.*}}: !llvm.ptr, %{{.*}}: i64, %[[OUTS:.*]]: !llvm.ptr) -> i32
// CHECK-SAME: tir.taken = [0 : i64]
func.func @main(%x: memref<?xf64>) {
  // CHECK: %[[AT:.*]] = llvm.getelementptr inbounds %[[OUTS]][%{{.*}}]
  // CHECK: %[[ARRAY:.*]] = llvm.load %[[AT]]
  // CHECK: %[[FREE:.*]] = llvm.icmp "ne" %[[ARRAY]]
  // CHECK: llvm.call @tir_take_input(%[[ARRAY]],
  // CHECK: llvm.select %[[FREE]], %{{.*}}, %{{.*}} : i1, i64
  %y = rt.take_input %x {index = 0 : i64, dtype = "float64"} : memref<?xf64> to memref<?xf64>
  // CHECK: %[[T:.*]] = llvm.call @tir_take_scratch(
  // CHECK: llvm.select %{{.*}}, %{{.*}}, %[[T]] : i1, !llvm.ptr
  %t = rt.take_input %x : memref<?xf64> to memref<?xf64>
  // CHECK: %[[SAME:.*]] = llvm.icmp "eq" %{{.*}}, %{{.*}} : !llvm.ptr
  // CHECK: llvm.select %[[SAME]]
  // CHECK: llvm.call @memcpy
  "memref.copy"(%x, %y) : (memref<?xf64>, memref<?xf64>) -> ()
  // CHECK: llvm.call @tir_scratch_free
  func.return
}
