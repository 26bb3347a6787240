// RUN: tir-opt %s -p expand-math,gpu-to-nvvm | filecheck %s

// Device code becomes llvm and nvvm, with the functions that it calls; host code stays.

// CHECK:      "gpu.module"() <{sym_name = "kernels"}> ({
// CHECK-NEXT:   llvm.func @kernel_0(%[[X:.*]]: !llvm.ptr {llvm.noalias, llvm.readonly}, %[[SIZE:.*]]: i64, %[[STRIDE:.*]]: i64, %[[Y:.*]]: !llvm.ptr {llvm.noalias}) attributes {nvvm.kernel, passthrough = ["nounwind", ["nvvm.maxntid", "256,1,1"]]} {
// CHECK:          %[[THREAD:.*]] = nvvm.read.ptx.sreg.tid.x : i32
// CHECK-NEXT:     %[[I:.*]] = llvm.zext %[[THREAD]] : i32 to i64
// CHECK-NEXT:     nvvm.read.ptx.sreg.ntid.x : i32
// CHECK:          nvvm.read.ptx.sreg.ctaid.y : i32
// CHECK:          nvvm.read.ptx.sreg.nctaid.z : i32
// CHECK:          %[[OFFSET:.*]] = llvm.mul %[[I]], %[[STRIDE]]
// CHECK-NEXT:     %[[PLACE:.*]] = llvm.getelementptr inbounds %[[X]][%[[OFFSET]]] : (!llvm.ptr, i64) -> !llvm.ptr, f32
// CHECK-NEXT:     %[[V:.*]] = llvm.load %[[PLACE]] {alignment = 4 : i64} : !llvm.ptr -> f32
// CHECK-NEXT:     %[[E:.*]] = llvm.call @tir.exp.f32(%[[V]]) : (f32) -> f32
// CHECK-NEXT:     llvm.store %[[E]], %[[Y]] {alignment = 4 : i64} : f32, !llvm.ptr
// CHECK-NEXT:     llvm.return
// CHECK:        llvm.func internal @tir.exp.f32(%{{.*}}: f32) -> f32 attributes {passthrough = ["nounwind", "alwaysinline"]} {
"gpu.module"() <{sym_name = "kernels"}> ({
  "gpu.func"() <{function_type = (memref<?xf32, strided<[?], offset: ?>>, memref<f32>) -> (), kernel}> ({
  ^bb0(%x: memref<?xf32, strided<[?], offset: ?>>, %y: memref<f32>):
    %i = "gpu.thread_id"() <{dimension = #gpu<dim x>}> : () -> index
    %n = "gpu.block_dim"() <{dimension = #gpu<dim x>}> : () -> index
    %b = "gpu.block_id"() <{dimension = #gpu<dim y>}> : () -> index
    %g = "gpu.grid_dim"() <{dimension = #gpu<dim z>}> : () -> index
    %v = memref.load %x[%i] : memref<?xf32, strided<[?], offset: ?>>
    %e = math.exp %v : f32
    memref.store %e, %y[] : memref<f32>
    "gpu.return"() : () -> ()
  }) {sym_name = "kernel_0", gpu.known_block_size = array<i32: 256, 1, 1>, arg_attrs = [{llvm.noalias, llvm.readonly}, {llvm.noalias}]} : () -> ()
}) : () -> ()

// CHECK:      func.func @main(%a: memref<?xf32, strided<[?], offset: ?>>, %c: memref<f32>) {
// CHECK:        "gpu.launch_func"
func.func @main(%a: memref<?xf32, strided<[?], offset: ?>>, %c: memref<f32>) {
  %one = arith.constant 1 : index
  "gpu.launch_func"(%one, %one, %one, %one, %one, %one, %a, %c) <{kernel = @kernels::@kernel_0, operandSegmentSizes = array<i32: 0, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 2, 0>}> : (index, index, index, index, index, index, memref<?xf32, strided<[?], offset: ?>>, memref<f32>) -> ()
  func.return
}
