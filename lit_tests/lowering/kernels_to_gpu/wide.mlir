// RUN: tir-opt %s -p kernels-to-gpu | filecheck %s
// RUN: tir-opt %s -p kernels-to-gpu,gpu-to-nvvm -t ptx | filecheck %s --check-prefix PTX

// A thread takes neighbours that are 8 bytes together: all are read, computed, and stored. What is left is done one by one. Memory begins
// at a multiple of 8, and the host launches half as many threads.

// CHECK:      %[[FIRST:.*]] = arith.addi %{{.*}}, %{{.*}} : index
// CHECK:      %[[STEP:.*]] = arith.muli
// CHECK:      %[[WHOLE:.*]] = arith.divui %[[TOTAL:.*]], %[[C2:.*]] : index
// CHECK-NEXT: scf.for %[[I:.*]] = %[[FIRST]] to %[[WHOLE]] step %[[STEP]] {
// CHECK-NEXT:   %[[A:.*]] = arith.muli %[[I]], %[[C2]] : index
// CHECK-NEXT:   %[[B:.*]] = arith.addi %[[A]], %{{.*}} : index
// CHECK-NEXT:   %[[X:.*]] = memref.load %[[V:.*]][%[[A]]]
// CHECK-NEXT:   %[[Y:.*]] = memref.load %[[V]][%[[B]]]
// CHECK-NEXT:   %[[P:.*]] = arith.mulf %[[X]], %[[X]] : f32
// CHECK-NEXT:   %[[Q:.*]] = arith.mulf %[[Y]], %[[Y]] : f32
// CHECK-NEXT:   memref.store %[[P]], %[[W:.*]][%[[A]]]
// CHECK-NEXT:   memref.store %[[Q]], %[[W]][%[[B]]]
// CHECK-NEXT: }
// CHECK-NEXT: %[[DONE:.*]] = arith.muli %[[WHOLE]], %[[C2]] : index
// CHECK-NEXT: %[[REST:.*]] = arith.addi %[[DONE]], %[[FIRST]] : index
// CHECK-NEXT: scf.for %[[J:.*]] = %[[REST]] to %[[TOTAL]] step %[[STEP]] {
// CHECK-NEXT:   memref.load %[[V]][%[[J]]]
// CHECK:      arg_attrs = [{llvm.noalias, llvm.readonly, llvm.align = 8 : i64}, {llvm.noalias, llvm.align = 8 : i64}]}

// A view may begin anywhere: one by one.
// CHECK-NOT:  llvm.align

// CHECK:      func.func @main
// CHECK:        %[[C512:.*]] = arith.constant 512 : index
// CHECK:        arith.divui %{{.*}}, %[[C512]] : index

// PTX:        .visible .entry kernel_0(
// PTX:        ld.global.nc.v2.b32
// PTX:        st.global.v2.b32
// PTX:        .visible .entry kernel_1(
// PTX-NOT:    .v2
func.func @main(%x: memref<?xf32>, %y: memref<?xf32>, %z: memref<?xf32, strided<[1], offset: ?>>) {
  kernel.region(%a = %x : memref<?xf32>, %o = %y : memref<?xf32>) {
    linalg.generic {indexing_maps = [affine_map<(d0) -> (d0)>, affine_map<(d0) -> (d0)>], iterator_types = ["parallel"]} ins(%a : memref<?xf32>) outs(%o : memref<?xf32>) {
    ^bb0(%e: f32, %old: f32):
      %s = arith.mulf %e, %e : f32
      linalg.yield %s : f32
    }
  }
  kernel.region(%a = %z : memref<?xf32, strided<[1], offset: ?>>, %o = %y : memref<?xf32>) {
    linalg.generic {indexing_maps = [affine_map<(d0) -> (d0)>, affine_map<(d0) -> (d0)>], iterator_types = ["parallel"]} ins(%a : memref<?xf32, strided<[1], offset: ?>>) outs(%o : memref<?xf32>) {
    ^bb0(%e: f32, %old: f32):
      %s = arith.mulf %e, %e : f32
      linalg.yield %s : f32
    }
  }
  func.return
}
