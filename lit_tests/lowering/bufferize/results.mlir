// RUN: tir-opt %s -p bufferize --split-input-file | filecheck %s

// A result is written into the output array; a temporary is freed after its last use.

func.func @main(%x: tensor<?xf64> {tir.kind = "input", tir.dtype = "float64"}) -> tensor<?xf64> attributes {tir.result_dtypes = ["float64"]} {
  %c0 = arith.constant 0 : index
  %n = tensor.dim %x, %c0 : tensor<?xf64>
  %t = kernel.region(%a = %x : tensor<?xf64>, %d = %n : index) -> (tensor<?xf64>) {
    %e = tensor.empty(%d) : tensor<?xf64>
    %g = linalg.generic {indexing_maps = [affine_map<(d0) -> (d0)>, affine_map<(d0) -> (d0)>], iterator_types = ["parallel"]} ins(%a : tensor<?xf64>) outs(%e : tensor<?xf64>) {
    ^bb0(%i: f64, %o: f64):
      %r = arith.negf %i : f64
      linalg.yield %r : f64
    } -> tensor<?xf64>
    kernel.yield %g : tensor<?xf64>
  }
  %v = linalg_ext.dimshuffle %t {new_order = [-1, 0]} : tensor<?xf64> to tensor<1x?xf64>
  %w = linalg_ext.dimshuffle %v {new_order = [1]} : tensor<1x?xf64> to tensor<?xf64>
  %y = kernel.region(%a = %w : tensor<?xf64>, %d = %n : index) -> (tensor<?xf64>) {
    %e = tensor.empty(%d) : tensor<?xf64>
    %g = linalg.generic {indexing_maps = [affine_map<(d0) -> (d0)>, affine_map<(d0) -> (d0)>], iterator_types = ["parallel"]} ins(%a : tensor<?xf64>) outs(%e : tensor<?xf64>) {
    ^bb0(%i: f64, %o: f64):
      %r = math.exp %i : f64
      linalg.yield %r : f64
    } -> tensor<?xf64>
    kernel.yield %g : tensor<?xf64>
  }
  func.return %y : tensor<?xf64>
}

// CHECK:       func.func @main(%x: memref<?xf64> {{.*}}) attributes
// CHECK:         [[N:%\S+]] = memref.dim %x
// CHECK-NEXT:    [[Y:%\S+]] = rt.alloc_output([[N]]) {index = 0 : i64, dtype = "float64"} : memref<?xf64>
// CHECK:         [[T:%\S+]] = memref.alloc([[N]]) : memref<?xf64>
// CHECK:         rt.release_gil
// CHECK:         kernel.region({{.*}} = %x : memref<?xf64>, {{.*}} = [[T]] : memref<?xf64>) {
// CHECK:         memref.reinterpret_cast
// CHECK:         [[W:%\S+]] = memref.reinterpret_cast
// CHECK:         kernel.region({{.*}} = [[W]] : {{.*}}, {{.*}} = [[Y]] : memref<?xf64>) {
// CHECK:         memref.dealloc [[T]]
// CHECK-NEXT:    rt.acquire_gil
// CHECK-NEXT:    func.return

// -----

// An argument that is returned is copied: outputs never alias inputs.

func.func @main(%x: tensor<?xi8> {tir.kind = "input", tir.dtype = "uint8"}) -> tensor<?xi8> attributes {tir.result_dtypes = ["uint8"]} {
  func.return %x : tensor<?xi8>
}

// CHECK:       func.func @main(%x: memref<?xi8>
// CHECK:         [[Y:%\S+]] = rt.alloc_output({{.*}}) {index = 0 : i64, dtype = "uint8"} : memref<?xi8>
// CHECK:         kernel.region({{.*}} = %x {{.*}}, {{.*}} = [[Y]]

// -----

// A scatter writes into a buffer of our own in place, and into a copy of an argument.

func.func @main(%x: tensor<?xf64> {tir.kind = "input", tir.dtype = "float64"}, %i: tensor<?xi64> {tir.kind = "input", tir.dtype = "int64"}) -> tensor<?xf64> attributes {tir.result_dtypes = ["float64"]} {
  %y = kernel.region(%a = %x : tensor<?xf64>, %j = %i : tensor<?xi64>) -> (tensor<?xf64>) {
    %s = linalg_ext.scatter ins(%a, %j : tensor<?xf64>, tensor<?xi64>) outs(%a : tensor<?xf64>) {combiner = "add"} -> tensor<?xf64>
    kernel.yield %s : tensor<?xf64>
  }
  func.return %y : tensor<?xf64>
}

// CHECK:         [[Y:%\S+]] = rt.alloc_output
// CHECK:         kernel.region({{.*}} = %x {{.*}}, {{.*}} = [[Y]] : memref<?xf64>) {
// CHECK:         kernel.region([[A:%\S+]] = %x {{.*}}, [[I:%\S+]] = %i {{.*}}, [[O:%\S+]] = [[Y]] : memref<?xf64>) {
// CHECK-NEXT:      linalg_ext.scatter ins([[A]], [[I]] : {{.*}}) outs([[O]] : memref<?xf64>) {combiner = "add"}

// -----

// A scatter that reads the buffer it updates writes into a copy, although nobody else reads that buffer.

func.func @main(%n: index, %i: tensor<?xi64> {tir.kind = "input", tir.dtype = "int64"}) -> tensor<?xf64> attributes {tir.result_dtypes = ["float64"]} {
  %t = kernel.region(%d = %n : index) -> (tensor<?xf64>) {
    %e = tensor.empty(%d) : tensor<?xf64>
    %c = arith.constant 1.0 : f64
    %f = linalg.fill ins(%c : f64) outs(%e : tensor<?xf64>) -> tensor<?xf64>
    kernel.yield %f : tensor<?xf64>
  }
  %y = kernel.region(%a = %t : tensor<?xf64>, %j = %i : tensor<?xi64>) -> (tensor<?xf64>) {
    %s = linalg_ext.scatter ins(%a, %j : tensor<?xf64>, tensor<?xi64>) outs(%a : tensor<?xf64>) {combiner = "add"} -> tensor<?xf64>
    kernel.yield %s : tensor<?xf64>
  }
  func.return %y : tensor<?xf64>
}

// CHECK:         [[T:%\S+]] = memref.alloc
// CHECK:         [[Y:%\S+]] = rt.alloc_output
// CHECK:         kernel.region({{.*}} = [[T]] : memref<?xf64>, {{.*}} = [[Y]] : memref<?xf64>) {
// CHECK:         kernel.region([[A:%\S+]] = [[T]] : memref<?xf64>, [[I:%\S+]] = %i {{.*}}, [[O:%\S+]] = [[Y]] : memref<?xf64>) {
// CHECK-NEXT:      linalg_ext.scatter ins([[A]], [[I]] : {{.*}}) outs([[O]] : memref<?xf64>) {combiner = "add"}

// -----

// An input whose rows may lie anywhere.

func.func @main(%x: tensor<?x?xf64> {tir.kind = "input", tir.dtype = "float64", tir.strided}) -> tensor<?x?xf64> attributes {tir.result_dtypes = ["float64"]} {
  func.return %x : tensor<?x?xf64>
}

// CHECK:       func.func @main(%x: memref<?x?xf64, strided<[?, 1], offset: ?>> {
// CHECK:         kernel.region(%{{.*}} = %x : memref<?x?xf64, strided<[?, 1], offset: ?>>
