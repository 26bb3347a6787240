// RUN: tir-opt %s -p kernels-to-gpu | filecheck %s

// A fill is elementwise too; scalars of the region are computed by every thread. An array of rank 0 has one element.

// CHECK:      %[[V:.*]] = arith.constant 1.500000e+00 : f64
// CHECK:      scf.for %[[I:.*]] = %{{.*}} to
// CHECK-NEXT:   memref.store %[[V]], %{{.*}}[%[[I]]] : memref<?xf64>
// CHECK:      sym_name = "kernel_0"
// CHECK:      scf.for
// CHECK-NEXT:   memref.store %{{.*}}, %{{.*}}[] : memref<f64>
// CHECK:      sym_name = "kernel_1"
// CHECK:      "gpu.launch_func"{{.*}}kernel = @kernels::@kernel_0
// CHECK:      "gpu.launch_func"{{.*}}kernel = @kernels::@kernel_1
func.func @main(%x: memref<?xf64>, %y: memref<f64>) {
  kernel.region(%o = %x : memref<?xf64>) {
    %v = arith.constant 1.5 : f64
    linalg.fill ins(%v : f64) outs(%o : memref<?xf64>)
  }
  kernel.region(%o = %y : memref<f64>) {
    %v = arith.constant 2.5 : f64
    linalg.fill ins(%v : f64) outs(%o : memref<f64>)
  }
  func.return
}
