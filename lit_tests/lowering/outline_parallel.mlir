// RUN: tir-opt %s -p outline-parallel | filecheck %s
// RUN: tir-opt %s -p outline-parallel | tir-opt | filecheck %s

// What the body reads becomes a parameter, in the order of its use; constants are repeated.

// CHECK-LABEL: func.func private @scale_range_0(
// CHECK-SAME: %x: memref<?xf64, strided<[?], offset: ?>> {llvm.noalias}, %s: f64, %y: memref<?xf64> {llvm.noalias}, %begin: index, %end: index) attributes {no_inline} {
// CHECK-NEXT: %[[C1:.*]] = arith.constant 1 : index
// CHECK-NEXT: scf.for %i = %begin to %end step %[[C1]] {
// CHECK-NEXT: memref.load %x[%i]
// CHECK-NEXT: arith.mulf %{{.*}}, %s : f64
// CHECK-NEXT: memref.store %{{.*}}, %y[%i]
// CHECK-NEXT: }
// CHECK-NEXT: func.return
// CHECK-LABEL: func.func private @scale(
// CHECK: %[[N:.*]] = memref.dim
// CHECK-NEXT: rt.parallel_call @scale_range_0(%x, %s, %y) count %[[N]] grain %{{.*}} : memref<?xf64, strided<[?], offset: ?>>, f64, memref<?xf64>
// CHECK-NEXT: func.return
func.func private @scale(%x: memref<?xf64, strided<[?], offset: ?>> {llvm.noalias}, %y: memref<?xf64> {llvm.noalias}, %s: f64) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %grain = arith.constant 1024 : index
  %n = memref.dim %y, %c0 : memref<?xf64>
  rt.parallel (%begin, %end) = %n grain %grain {
    scf.for %i = %begin to %end step %c1 {
      %v = memref.load %x[%i] : memref<?xf64, strided<[?], offset: ?>>
      %w = arith.mulf %v, %s : f64
      memref.store %w, %y[%i] : memref<?xf64>
    }
  }
  func.return
}

// Views and sizes are repeated: one buffer crosses, not its views.

// CHECK-LABEL: func.func private @views_range_0(
// CHECK-SAME: %x: memref<?x?xf64, strided<[?, ?], offset: ?>> {llvm.noalias}, %begin: index, %end: index)
// CHECK-NEXT: %[[C0:.*]] = arith.constant 0 : index
// CHECK-NEXT: %[[D:.*]] = memref.dim %x, %[[C0]]
// CHECK-NEXT: %[[TWICE:.*]] = arith.muli %[[D]], %[[D]]
// CHECK-NEXT: %{{.*}}, %{{.*}}, %{{.*}}, %{{.*}}, %[[ROW:.*]], %{{.*}} = memref.extract_strided_metadata %x
// CHECK-NEXT: %[[VIEW:.*]] = memref.reinterpret_cast %x to offset: [0], sizes: [%[[TWICE]]], strides: [%[[ROW]]]
// CHECK-NEXT: memref.load %[[VIEW]][%begin]
// CHECK: rt.parallel_call @views_range_0(%x) count
func.func private @views(%x: memref<?x?xf64, strided<[?, ?], offset: ?>> {llvm.noalias}, %grain: index) {
  %c0 = arith.constant 0 : index
  %d = memref.dim %x, %c0 : memref<?x?xf64, strided<[?, ?], offset: ?>>
  %twice = arith.muli %d, %d : index
  %base, %offset, %rows, %columns, %row, %column = memref.extract_strided_metadata %x : memref<?x?xf64, strided<[?, ?], offset: ?>> -> memref<f64>, index, index, index, index, index
  %view = memref.reinterpret_cast %x to offset: [0], sizes: [%twice], strides: [%row] : memref<?x?xf64, strided<[?, ?], offset: ?>> to memref<?xf64, strided<[?], offset: ?>>
  rt.parallel (%begin, %end) = %d grain %grain {
    %v = memref.load %view[%begin] : memref<?xf64, strided<[?], offset: ?>>
  }
  func.return
}

// Memory of the kernel's own overlaps nothing. Each rt.parallel has a function; one inside of a loop takes its index.

// CHECK-LABEL: func.func private @several_range_0(
// CHECK-SAME: %t: memref<?xf64> {llvm.noalias}, %begin: index, %end: index)
// CHECK-LABEL: func.func private @several_range_1(
// CHECK-SAME: %i: index, %t: memref<?xf64> {llvm.noalias}, %{{.*}}: index, %{{.*}}: index)
// CHECK-LABEL: func.func private @several(
// CHECK: rt.parallel_call @several_range_0(%t)
// CHECK: scf.for
// CHECK: rt.parallel_call @several_range_1(%i, %t)
func.func private @several(%n: index) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %zero = arith.constant 0.0 : f64
  %t = memref.alloc(%n) : memref<?xf64>
  rt.parallel (%begin, %end) = %n grain %c1 {
    memref.store %zero, %t[%begin] : memref<?xf64>
  }
  scf.for %i = %c0 to %n step %c1 {
    rt.parallel (%b, %e) = %n grain %c1 {
      %at = arith.addi %b, %i : index
      memref.store %zero, %t[%at] : memref<?xf64>
    }
  }
  memref.dealloc %t : memref<?xf64>
  func.return
}

// One inside of another runs at once, unless its count is 0.

// CHECK-LABEL: func.func private @nested_range_0(
// CHECK-NOT: rt.parallel
// CHECK: %[[ZERO:.*]] = arith.constant 0 : index
// CHECK-NEXT: %[[SOME:.*]] = arith.cmpi sgt, %m, %[[ZERO]] : index
// CHECK-NEXT: scf.if %[[SOME]] {
// CHECK-NEXT: memref.load %x[%[[ZERO]]]
// CHECK-NEXT: memref.load %x[%m]
// CHECK-NEXT: }
// CHECK-NEXT: func.return
func.func private @nested(%x: memref<?xf64>, %n: index, %m: index) {
  rt.parallel (%begin, %end) = %n grain %n {
    rt.parallel (%b, %e) = %m grain %m {
      %v = memref.load %x[%b] : memref<?xf64>
      %w = memref.load %x[%e] : memref<?xf64>
    }
  }
  func.return
}

// A view that cannot be repeated may overlap what crosses beside it.

// CHECK-LABEL: func.func private @unknown_range_0(
// CHECK-SAME: memref<?xf64>, %x: memref<?xf64>, %begin: index, %end: index)
func.func private @unknown(%x: memref<?xf64> {llvm.noalias}, %n: index) {
  %view = memref.collapse_shape %x [[0]] : memref<?xf64> into memref<?xf64>
  rt.parallel (%begin, %end) = %n grain %n {
    %v = memref.load %view[%begin] : memref<?xf64>
    memref.store %v, %x[%end] : memref<?xf64>
  }
  func.return
}

// A function of that name is there already.

// CHECK-LABEL: func.func private @taken_range_1(
// CHECK: rt.parallel_call @taken_range_1
func.func private @taken_range_0() {
  func.return
}

func.func private @taken(%x: memref<?xf64>, %n: index) {
  rt.parallel (%begin, %end) = %n grain %n {
    %v = memref.load %x[%begin] : memref<?xf64>
  }
  func.return
}
