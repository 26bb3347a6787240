// RUN: tir-opt %s -p convert-to-llvm | filecheck %s
// RUN: tir-opt %s -p convert-to-llvm -t llvm | filecheck %s --check-prefix=LLVM

// CHECK-LABEL: llvm.func internal @range(
// CHECK-SAME: llvm.nocapture
func.func private @range(%x: memref<?xf64>, %s: f64, %begin: index, %end: index) attributes {no_inline} {
  %c1 = arith.constant 1 : index
  scf.for %i = %begin to %end step %c1 {
    memref.store %s, %x[%i] : memref<?xf64>
  }
  func.return
}

// Other threads see what a kernel shares, so it captures its buffers.

// CHECK-LABEL: llvm.func internal @kernel(
// CHECK-NOT: llvm.nocapture
// CHECK: %[[CONTEXT:.*]] = llvm.alloca
// CHECK: %[[BELOW:.*]] = llvm.sub
// CHECK-NEXT: %[[ONCE:.*]] = llvm.icmp "ult" %[[BELOW]], %{{.*}} : i64
// CHECK-NEXT: llvm.cond_br %[[ONCE]]
// CHECK: llvm.call @range(
// CHECK: llvm.store %{{.*}}, %[[CONTEXT]] : !llvm.ptr
// CHECK: llvm.store %{{.*}} : i64
// CHECK: llvm.store %{{.*}} : f64
// CHECK: %[[TASK:.*]] = llvm.mlir.addressof @range.task : !llvm.ptr
// CHECK-NEXT: llvm.call @tir_parallel_for(%[[TASK]], %[[CONTEXT]], %{{.*}}, %{{.*}}) {{.*}} -> i32
// CHECK-NOT: llvm.icmp
// CHECK: llvm.return
// LLVM-LABEL: define internal void @kernel(
// LLVM: call i32 @tir_parallel_for(ptr @range.task, ptr %{{.*}}, i64 %{{.*}}, i64 %{{.*}})
func.func private @kernel(%x: memref<?xf64>, %s: f64, %n: index, %grain: index) {
  rt.parallel_call @range(%x, %s) count %n grain %grain : memref<?xf64>, f64
  func.return
}

// CHECK-LABEL: llvm.func internal @range.task(
// CHECK: llvm.load
// CHECK: llvm.call @range(
// CHECK: llvm.return %{{.*}} : i32
// LLVM-LABEL: define internal i32 @range.task(ptr %{{.*}}, i64 %{{.*}}, i64 %{{.*}})
// LLVM: call void @range(
// LLVM: ret i32 0

// What a range fails with, the kernel does.

// CHECK-LABEL: llvm.func internal @failing(
// CHECK-SAME: -> i32
func.func private @failing(%n: index, %begin: index, %end: index) {
  %t = memref.alloc(%n) : memref<?xf64>
  memref.dealloc %t : memref<?xf64>
  func.return
}

// CHECK-LABEL: llvm.func internal @caller(
// CHECK-SAME: -> i32
// CHECK: %[[DIRECT:.*]] = llvm.call @failing(
// CHECK: llvm.br ^[[DONE:.*]](%[[DIRECT]] : i32)
// CHECK: %[[SHARED:.*]] = llvm.call @tir_parallel_for(
// CHECK-NEXT: llvm.br ^[[DONE]](%[[SHARED]] : i32)
// CHECK-NEXT: ^[[DONE]](%[[STATUS:.*]]: i32):
// CHECK-NEXT: llvm.icmp "eq" %[[STATUS]]
// CHECK-NEXT: llvm.cond_br
func.func private @caller(%n: index, %grain: index) {
  rt.parallel_call @failing(%n) count %n grain %grain : index
  func.return
}

// CHECK-LABEL: llvm.func internal @failing.task(
// CHECK: %[[RESULT:.*]] = llvm.call @failing(
// CHECK-NEXT: llvm.return %[[RESULT]] : i32

// Where the next row would begin may be behind the buffer.

// CHECK-LABEL: llvm.func internal @next_row(
// CHECK: %[[AT:.*]] = llvm.getelementptr %{{.*}}[%{{.*}}]
// CHECK: llvm.call_intrinsic "llvm.prefetch.p0"(%[[AT]], %{{.*}}, %{{.*}}, %{{.*}})
// LLVM-LABEL: define internal void @next_row(
// LLVM: %[[AT:.*]] = getelementptr double, ptr
// LLVM-NEXT: call void @llvm.prefetch.p0(ptr %[[AT]], i32 0, i32 2, i32 1)
func.func private @next_row(%x: memref<?x?xf64>, %i: index) {
  rt.prefetch %x[%i, %i] : memref<?x?xf64>
  func.return
}
