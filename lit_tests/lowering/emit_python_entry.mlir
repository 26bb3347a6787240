// RUN: tir-opt %s -p convert-to-llvm,emit-python-entry --split-input-file | filecheck %s

// One input and one shared vector; the last of two outputs becomes the value of the shared one.

// CHECK: llvm.func internal @main(%{{.*}}: !llvm.ptr, %{{.*}}: i64, %{{.*}}: i64, %{{.*}}: !llvm.ptr, %{{.*}}: i64, %{{.*}}: i64, %{{.*}}: !llvm.ptr) -> i32
// CHECK-SAME: tir.outputs = 2 : i64
// CHECK-SAME: tir.updates = [1 : i64]
// CHECK: llvm.func @tir_entry(%{{.*}}: !llvm.ptr, %{{.*}}: !llvm.ptr, %{{.*}}: i64, %{{.*}}: !llvm.ptr) -> !llvm.ptr
// The input.
// CHECK: llvm.mlir.addressof @tir_numpy_descr_float64
// CHECK: llvm.call @tir_array_data
// The shared value, and a reference to it.
// CHECK: llvm.call @tir_cell_content
// CHECK: llvm.call @tir_array_data
// CHECK: llvm.call @Py_IncRef
// CHECK: llvm.ashr
// CHECK: %[[STATUS:.*]] = llvm.call @main
// CHECK: llvm.icmp "eq" %[[STATUS]]
// Success: the update is stored.
// CHECK: llvm.call @PyList_SetItem
// Failure: both outputs are given up, and the handler is called.
// CHECK: llvm.call @Py_DecRef
// CHECK: llvm.call @Py_DecRef
// CHECK: llvm.call @PyLong_FromLongLong
// CHECK: llvm.call @PyObject_Vectorcall
// Every way out gives the reference to the shared value back.
// CHECK: ^{{.*}}(%[[RESULT:.*]]: !llvm.ptr):
// CHECK-NEXT: llvm.call @Py_DecRef
// CHECK-NEXT: llvm.return %[[RESULT]]
// The slow path.
// CHECK: llvm.call @PyObject_Vectorcall
// CHECK: llvm.func internal @tir_array_data
// CHECK: llvm.mlir.addressof @tir_numpy_PyArray_Type
// CHECK: llvm.func internal @tir_cell_content
func.func @main(
    %x: memref<?xf64, strided<[?], offset: ?>> {tir.kind = "input", tir.dtype = "float64"},
    %s: memref<?xf64, strided<[?], offset: ?>> {tir.kind = "shared", tir.dtype = "float64"})
    attributes {tir.updates = [1]} {
  %c0 = arith.constant 0 : index
  %n = memref.dim %x, %c0 : memref<?xf64, strided<[?], offset: ?>>
  %m = memref.dim %s, %c0 : memref<?xf64, strided<[?], offset: ?>>
  %equal = arith.cmpi eq, %n, %m : index
  rt.assert %equal, "sizes differ" {kind = "ValueError"}
  %out = rt.alloc_output(%n) {index = 0 : i64, dtype = "float64"} : memref<?xf64>
  %new = rt.alloc_output(%n) {index = 1 : i64, dtype = "float64"} : memref<?xf64>
  func.return
}

// -----

// A number may be a Python float, a Python int or a NumPy scalar; the one result is in a list, made before anything is read.

// CHECK: llvm.func @tir_entry
// CHECK: %[[LIST:.*]] = llvm.call @PyList_New
// The list is given up where the slow path is taken.
// CHECK: llvm.return %[[LIST]]
// CHECK: llvm.call @Py_DecRef(%[[LIST]])
// CHECK: llvm.call @tir_float64_data
// CHECK: llvm.call @main
// CHECK: llvm.func internal @tir_float64_data
// CHECK: llvm.mlir.addressof @PyFloat_Type
// CHECK: llvm.mlir.addressof @tir_numpy_scalar_float64
// CHECK: llvm.mlir.addressof @PyLong_Type
// CHECK: llvm.call @PyLong_AsLongLongAndOverflow
func.func @main(%x: memref<f64, strided<[], offset: ?>> {tir.kind = "input", tir.dtype = "float64"})
    attributes {tir.packing = "list"} {
  %out = rt.alloc_output() {index = 0 : i64, dtype = "float64"} : memref<f64>
  func.return
}

// -----

// The second input has a default: a call that leaves it out is filled up from the tuple that the function is bound to.

// CHECK: llvm.func @tir_entry(%[[SELF:.*]]: !llvm.ptr, %[[ARGS:.*]]: !llvm.ptr, %[[COUNT:.*]]: i64, %{{.*}}: !llvm.ptr)
// CHECK: llvm.icmp "ule" %[[COUNT]]
// CHECK: llvm.select
// CHECK: llvm.call @tir_float64_data
// CHECK: llvm.call @tir_float64_data
// CHECK: llvm.call @main
func.func @main(%x: memref<f64, strided<[], offset: ?>> {tir.kind = "input", tir.dtype = "float64"}, %y: memref<f64, strided<[], offset: ?>> {tir.kind = "input", tir.dtype = "float64"}) attributes {tir.positional = 2 : i64} {
  %out = rt.alloc_output() {index = 0 : i64, dtype = "float64"} : memref<f64>
  func.return
}

// -----

// The array of the first input is handed over if its memory is apart from that of the second, which is a number.

// CHECK: llvm.func internal @main
// CHECK-SAME: tir.taken = [0 : i64]
// CHECK: llvm.func @tir_entry
// CHECK: llvm.call @tir_memory_bounds(%[[X:[^,]*]],
// CHECK-NOT: llvm.call @tir_memory_bounds
// CHECK: %[[FREE:.*]] = llvm.call @tir_untouched(%[[X]],
// CHECK: llvm.store %[[FREE]]
// CHECK: llvm.call @main
func.func @main(%x: memref<?xf64> {tir.kind = "input", tir.dtype = "float64", tir.mutable}, %s: memref<f64, strided<[], offset: ?>> {tir.kind = "input", tir.dtype = "float64"}) {
  %y = rt.take_input %x {index = 0 : i64, dtype = "float64"} : memref<?xf64> to memref<?xf64>
  "memref.copy"(%x, %y) : (memref<?xf64>, memref<?xf64>) -> ()
  func.return
}

// -----

// Where the last stride is no argument, the array must have it.

// CHECK: llvm.func @tir_entry
// CHECK: [[SIZE:%\S+]] = llvm.mlir.constant(4) : i64
// CHECK: llvm.call @tir_array_data
// CHECK: [[LAST:%\S+]] = llvm.load {{.*}} : !llvm.ptr -> i64
// CHECK-NEXT: llvm.icmp "eq" [[LAST]], [[SIZE]] : i64
// CHECK: llvm.call @main
func.func @main(%x: memref<?x?xf32, strided<[?, 1], offset: ?>> {tir.kind = "input", tir.dtype = "float32"}) {
  %out = rt.alloc_output() {index = 0 : i64, dtype = "float32"} : memref<f32>
  func.return
}
