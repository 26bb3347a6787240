// RUN: tir-opt %s -p convert-to-llvm | filecheck %s

// A memref is a pointer to its first element, its dynamic sizes and, with an explicit layout, its dynamic strides.
// CHECK: llvm.func internal @loads(%[[X:.*]]: !llvm.ptr {llvm.noalias, llvm.nocapture}, %[[N:.*]]: i64, %[[SN:.*]]: i64, %[[S1:.*]]: i64, %[[B:.*]]: !llvm.ptr {llvm.nocapture}, %[[R:.*]]: i64, %[[C:.*]]: i64, %[[I:.*]]: i64)
func.func private @loads(%x: memref<?x1xf64, strided<[?, ?], offset: ?>> {llvm.noalias}, %b: memref<?x?xi1>, %i: index) {
  %c0 = arith.constant 0 : index
  // The index into a dimension of size 1 is not used.
  // CHECK: %[[O:.*]] = llvm.mul %[[I]], %[[SN]] overflow<nsw> : i64
  // CHECK-NEXT: %[[P:.*]] = llvm.getelementptr inbounds %[[X]][%[[O]]] : (!llvm.ptr, i64) -> !llvm.ptr, f64
  // CHECK-NEXT: llvm.load %[[P]] {alignment = 8 : i64} : !llvm.ptr -> f64
  %0 = memref.load %x[%i, %c0] : memref<?x1xf64, strided<[?, ?], offset: ?>>
  // A bool is a byte in memory.
  // CHECK-NEXT: %[[O1:.*]] = llvm.mul %[[I]], %[[C]] overflow<nsw> : i64
  // CHECK-NEXT: %[[O2:.*]] = llvm.add %[[O1]], %[[I]] overflow<nsw> : i64
  // CHECK-NEXT: %[[P1:.*]] = llvm.getelementptr inbounds %[[B]][%[[O2]]] : (!llvm.ptr, i64) -> !llvm.ptr, i8
  // CHECK-NEXT: %[[V:.*]] = llvm.load %[[P1]] {alignment = 1 : i64} : !llvm.ptr -> i8
  // CHECK-NEXT: %[[V1:.*]] = llvm.icmp "ne" %[[V]], %{{.*}} : i8
  %1 = memref.load %b[%i, %i] : memref<?x?xi1>
  // CHECK-NEXT: %[[V2:.*]] = llvm.zext %[[V1]] : i1 to i8
  // CHECK-NEXT: llvm.store %[[V2]], %[[B]] {alignment = 1 : i64} : i8, !llvm.ptr
  memref.store %1, %b[%c0, %c0] : memref<?x?xi1>
  func.return
}

// A view moves the pointer, and is no operation otherwise.
// CHECK: llvm.func internal @views(%[[X:.*]]: !llvm.ptr {llvm.nocapture}, %[[N:.*]]: i64, %[[M:.*]]: i64, %[[I:.*]]: i64)
func.func private @views(%x: memref<?x?xf64>, %i: index) -> f64 {
  // CHECK: %[[O:.*]] = llvm.mul %[[I]], %[[M]] overflow<nsw> : i64
  // CHECK-NEXT: %[[P:.*]] = llvm.getelementptr %[[X]][%[[O]]] : (!llvm.ptr, i64) -> !llvm.ptr, f64
  %row = memref.subview %x[%i, 0] [1, 4] [1, 1] : memref<?x?xf64> to memref<4xf64, strided<[1], offset: ?>>
  // CHECK-NEXT: %[[P1:.*]] = llvm.getelementptr inbounds %[[P]][%[[I]]] : (!llvm.ptr, i64) -> !llvm.ptr, f64
  // CHECK-NEXT: llvm.load %[[P1]]
  %0 = memref.load %row[%i] : memref<4xf64, strided<[1], offset: ?>>
  func.return %0 : f64
}

// A function that allocates returns a status, and frees when it is left, whatever the reason.
// CHECK: llvm.func internal @allocates(%[[N:.*]]: i64) -> i32
func.func private @allocates(%n: index) {
  // CHECK: %[[SLOT:.*]] = llvm.alloca %{{.*}} x !llvm.ptr
  // CHECK: llvm.store volatile %{{.*}}, %[[SLOT]] : !llvm.ptr, !llvm.ptr
  // CHECK: llvm.intr.umul.with.overflow
  // CHECK: %[[P:.*]] = llvm.call @aligned_alloc
  // CHECK-NEXT: llvm.store volatile %[[P]], %[[SLOT]]
  // CHECK-NEXT: %[[OK:.*]] = llvm.icmp "ne" %[[P]], %{{.*}} : !llvm.ptr
  // CHECK-NEXT: llvm.cond_br %[[OK]], ^[[GO:.*]], ^[[EXIT:.*]](%{{.*}} : i32)
  %x = memref.alloc(%n) : memref<?xf32>
  // CHECK: ^[[EXIT]](%[[STATUS:.*]]: i32):
  // CHECK-NEXT: %[[LEFT:.*]] = llvm.load %[[SLOT]]
  // CHECK-NEXT: llvm.call @free(%[[LEFT]])
  // CHECK-NEXT: llvm.return %[[STATUS]] : i32
  func.return
}
