// RUN: tir-opt %s -p kernels-to-gpu | filecheck %s

// Contiguous operands are walked by one index, whatever their rank; the host launches enough threads.

// CHECK:      builtin.module attributes {gpu.container_module}
// CHECK-NEXT:   "gpu.module"() <{sym_name = "kernels"}> ({
// CHECK-NEXT:     "gpu.func"() <{function_type = (memref<?x?xf64>, memref<?x?xf64>) -> (), kernel}> ({
// CHECK-NEXT:     ^{{.*}}(%a: memref<?x?xf64>, %o: memref<?x?xf64>):
// CHECK:            %[[TOTAL:.*]] = arith.muli
// CHECK-NEXT:       %[[DIM:.*]] = "gpu.block_dim"() <{dimension = #gpu<dim x>}>
// CHECK-NEXT:       %[[BLOCK:.*]] = "gpu.block_id"() <{dimension = #gpu<dim x>}>
// CHECK-NEXT:       %[[START:.*]] = arith.muli %[[BLOCK]], %[[DIM]] : index
// CHECK-NEXT:       %[[THREAD:.*]] = "gpu.thread_id"() <{dimension = #gpu<dim x>}>
// CHECK-NEXT:       %[[FIRST:.*]] = arith.addi %[[START]], %[[THREAD]] : index
// CHECK-NEXT:       %[[BLOCKS:.*]] = "gpu.grid_dim"() <{dimension = #gpu<dim x>}>
// CHECK-NEXT:       %[[STEP:.*]] = arith.muli %[[BLOCKS]], %[[DIM]] : index
// CHECK-NOT:        arith.remui
// CHECK:            scf.for %[[I:.*]] = %[[FIRST]] to %[[TOTAL]] step %[[STEP]] {
// CHECK-NEXT:         %[[X:.*]] = memref.load %{{.*}}[%[[I]]]
// CHECK-NEXT:         %[[Y:.*]] = arith.mulf %[[X]], %[[X]] : f64
// CHECK-NEXT:         memref.store %[[Y]], %{{.*}}[%[[I]]]
// CHECK-NEXT:       }
// CHECK-NEXT:       "gpu.return"() : () -> ()
// CHECK-NEXT:     }) {sym_name = "kernel_0", gpu.known_block_size = array<i32: 256, 1, 1>, arg_attrs = [{llvm.noalias, llvm.readonly}, {llvm.noalias}]}

// CHECK:      func.func @main
// CHECK:        %[[N:.*]] = arith.muli
// CHECK-NEXT:   %[[PADDED:.*]] = arith.addi %[[N]], %{{.*}} : index
// CHECK-NEXT:   %[[NEEDED:.*]] = arith.divui %[[PADDED]], %[[C256:.*]] : index
// CHECK-NEXT:   %[[SOME:.*]] = arith.maxui %[[NEEDED]], %[[ONE:.*]] : index
// CHECK-NEXT:   %[[GRID:.*]] = arith.minui %[[SOME]], %{{.*}} : index
// CHECK-NEXT:   "gpu.launch_func"(%[[GRID]], %[[ONE]], %[[ONE]], %[[C256]], %[[ONE]], %[[ONE]], %x, %y) <{kernel = @kernels::@kernel_0
func.func @main(%x: memref<?x?xf64>, %y: memref<?x?xf64>) {
  kernel.region(%a = %x : memref<?x?xf64>, %o = %y : memref<?x?xf64>) {
    linalg.generic {indexing_maps = [affine_map<(d0, d1) -> (d0, d1)>, affine_map<(d0, d1) -> (d0, d1)>], iterator_types = ["parallel", "parallel"]} ins(%a : memref<?x?xf64>) outs(%o : memref<?x?xf64>) {
    ^bb0(%e: f64, %old: f64):
      %s = arith.mulf %e, %e : f64
      linalg.yield %s : f64
    }
  }
  func.return
}
