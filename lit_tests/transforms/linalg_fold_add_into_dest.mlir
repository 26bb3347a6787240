// RUN: tir-opt %s -p linalg-fold-add-into-dest | filecheck %s
// RUN: tir-opt %s -p linalg-fold-add-into-dest | tir-opt | filecheck %s

// A step of gradient descent is one library call: the weights are the destination.

// CHECK-LABEL: func.func @step
// CHECK-NOT:     linalg.generic
// CHECK:         [[ALPHA:%\S+]] = arith.constant -5.000000e-01 : f32
// CHECK-NEXT:    [[P:%\S+]] = linalg_ext.matmul ins(%a, %b, [[ALPHA]] : tensor<?x?xf32>, tensor<?x?xf32>, f32) outs(%w : tensor<?x?xf32>) -> tensor<?x?xf32>
// CHECK-NEXT:    func.return [[P]]
func.func @step(%w: tensor<?x?xf32>, %a: tensor<?x?xf32>, %b: tensor<?x?xf32>, %m: index, %n: index) -> tensor<?x?xf32> {
  %zero = arith.constant 0.0 : f32
  %e = tensor.empty(%m, %n) : tensor<?x?xf32>
  %f = linalg.fill ins(%zero : f32) outs(%e : tensor<?x?xf32>) -> tensor<?x?xf32>
  %p = linalg_ext.matmul ins(%a, %b : tensor<?x?xf32>, tensor<?x?xf32>) outs(%f : tensor<?x?xf32>) -> tensor<?x?xf32>
  %d = tensor.empty(%m, %n) : tensor<?x?xf32>
  %y = linalg.generic {indexing_maps = [affine_map<(d0, d1) -> (d0, d1)>, affine_map<(d0, d1) -> (d0, d1)>, affine_map<(d0, d1) -> (d0, d1)>], iterator_types = ["parallel", "parallel"]} ins(%w, %p : tensor<?x?xf32>, tensor<?x?xf32>) outs(%d : tensor<?x?xf32>) {
  ^bb0(%i: f32, %j: f32, %o: f32):
    %rate = arith.constant 0.5 : f32
    %s = arith.mulf %rate, %j : f32
    %r = arith.subf %i, %s : f32
    linalg.yield %r : f32
  } -> tensor<?x?xf32>
  func.return %y : tensor<?x?xf32>
}

// What else is in the sum is computed first. A scalar that comes at run time is read by host code.

// CHECK-LABEL: func.func @rate
// CHECK:         [[RATE:%\S+]] = tensor.extract %rate[] : tensor<f64>
// CHECK:         [[ALPHA:%\S+]] = arith.negf [[RATE]] : f64
// CHECK:         [[REST:%\S+]] = linalg.generic {{.*}} ins(%w, %v
// CHECK:           arith.mulf
// CHECK-NOT:       arith.subf
// CHECK:         linalg_ext.matvec ins(%a, %b, [[ALPHA]] : {{.*}}) outs([[REST]] : tensor<?xf64>)
func.func @rate(%w: tensor<?xf64>, %v: tensor<?xf64>, %a: tensor<?x?xf64>, %b: tensor<?xf64>, %rate: tensor<f64>, %m: index) -> tensor<?xf64> {
  %zero = arith.constant 0.0 : f64
  %e = tensor.empty(%m) : tensor<?xf64>
  %f = linalg.fill ins(%zero : f64) outs(%e : tensor<?xf64>) -> tensor<?xf64>
  %p = linalg_ext.matvec ins(%a, %b : tensor<?x?xf64>, tensor<?xf64>) outs(%f : tensor<?xf64>) -> tensor<?xf64>
  %d = tensor.empty(%m) : tensor<?xf64>
  %y = linalg.generic {indexing_maps = [affine_map<(d0) -> (d0)>, affine_map<(d0) -> (d0)>, affine_map<(d0) -> (d0)>, affine_map<(d0) -> ()>, affine_map<(d0) -> (d0)>], iterator_types = ["parallel"]} ins(%w, %v, %p, %rate : tensor<?xf64>, tensor<?xf64>, tensor<?xf64>, tensor<f64>) outs(%d : tensor<?xf64>) {
  ^bb0(%i: f64, %j: f64, %k: f64, %l: f64, %o: f64):
    %s = arith.mulf %i, %j : f64
    %t = arith.mulf %k, %l : f64
    %r = arith.subf %s, %t : f64
    linalg.yield %r : f64
  } -> tensor<?xf64>
  func.return %y : tensor<?xf64>
}

// Behind a function of the sum one product is read by the elementwise operation, as before; of two, the second
// is added to the first.

// CHECK-LABEL: func.func @recurrence
// CHECK:         [[P:%\S+]] = linalg_ext.matmul ins(%a, %b : {{.*}}) outs([[F:%\S+]] :
// CHECK:         [[Q:%\S+]] = linalg_ext.matmul ins(%b, %a : {{.*}}) outs([[P]] :
// CHECK:         linalg.generic {{.*}} ins(%c, [[Q]] :
// CHECK-NEXT:    ^{{.*}}([[I:%\S+]]: f64, [[J:%\S+]]: f64, %{{.*}}: f64):
// CHECK-NEXT:      [[S:%\S+]] = arith.addf [[I]], [[J]] : f64
// CHECK-NEXT:      math.tanh [[S]] : f64
// CHECK-LABEL: func.func @alone
// CHECK:         linalg_ext.matmul ins(%a, %b :
// CHECK-NEXT:    linalg.generic
func.func @recurrence(%a: tensor<?x?xf64>, %b: tensor<?x?xf64>, %c: tensor<?xf64>, %n: index) -> tensor<?x?xf64> {
  %zero = arith.constant 0.0 : f64
  %e = tensor.empty(%n, %n) : tensor<?x?xf64>
  %f = linalg.fill ins(%zero : f64) outs(%e : tensor<?x?xf64>) -> tensor<?x?xf64>
  %g = linalg.fill ins(%zero : f64) outs(%e : tensor<?x?xf64>) -> tensor<?x?xf64>
  %p = linalg_ext.matmul ins(%a, %b : tensor<?x?xf64>, tensor<?x?xf64>) outs(%f : tensor<?x?xf64>) -> tensor<?x?xf64>
  %q = linalg_ext.matmul ins(%b, %a : tensor<?x?xf64>, tensor<?x?xf64>) outs(%g : tensor<?x?xf64>) -> tensor<?x?xf64>
  %y = linalg.generic {indexing_maps = [affine_map<(d0, d1) -> (d0, d1)>, affine_map<(d0, d1) -> (d0, d1)>, affine_map<(d0, d1) -> (d1)>, affine_map<(d0, d1) -> (d0, d1)>], iterator_types = ["parallel", "parallel"]} ins(%p, %q, %c : tensor<?x?xf64>, tensor<?x?xf64>, tensor<?xf64>) outs(%e : tensor<?x?xf64>) {
  ^bb0(%i: f64, %j: f64, %k: f64, %o: f64):
    %s = arith.addf %i, %j : f64
    %t = arith.addf %s, %k : f64
    %r = math.tanh %t : f64
    linalg.yield %r : f64
  } -> tensor<?x?xf64>
  func.return %y : tensor<?x?xf64>
}
func.func @alone(%a: tensor<?x?xf64>, %b: tensor<?x?xf64>, %c: tensor<?xf64>, %n: index) -> tensor<?x?xf64> {
  %zero = arith.constant 0.0 : f64
  %e = tensor.empty(%n, %n) : tensor<?x?xf64>
  %f = linalg.fill ins(%zero : f64) outs(%e : tensor<?x?xf64>) -> tensor<?x?xf64>
  %p = linalg_ext.matmul ins(%a, %b : tensor<?x?xf64>, tensor<?x?xf64>) outs(%f : tensor<?x?xf64>) -> tensor<?x?xf64>
  %y = linalg.generic {indexing_maps = [affine_map<(d0, d1) -> (d0, d1)>, affine_map<(d0, d1) -> (d1)>, affine_map<(d0, d1) -> (d0, d1)>], iterator_types = ["parallel", "parallel"]} ins(%p, %c : tensor<?x?xf64>, tensor<?xf64>) outs(%e : tensor<?x?xf64>) {
  ^bb0(%i: f64, %k: f64, %o: f64):
    %t = arith.addf %i, %k : f64
    %r = math.tanh %t : f64
    linalg.yield %r : f64
  } -> tensor<?x?xf64>
  func.return %y : tensor<?x?xf64>
}

// A product that somebody else reads stays.

// CHECK-LABEL: func.func @shared
// CHECK:         [[P:%\S+]] = linalg_ext.matmul ins(%a, %a :
// CHECK-NEXT:    [[Y:%\S+]] = linalg.generic
// CHECK:         func.return [[P]], [[Y]]
func.func @shared(%a: tensor<?x?xf64>, %n: index) -> (tensor<?x?xf64>, tensor<?x?xf64>) {
  %zero = arith.constant 0.0 : f64
  %e = tensor.empty(%n, %n) : tensor<?x?xf64>
  %f = linalg.fill ins(%zero : f64) outs(%e : tensor<?x?xf64>) -> tensor<?x?xf64>
  %p = linalg_ext.matmul ins(%a, %a : tensor<?x?xf64>, tensor<?x?xf64>) outs(%f : tensor<?x?xf64>) -> tensor<?x?xf64>
  %y = linalg.generic {indexing_maps = [affine_map<(d0, d1) -> (d0, d1)>, affine_map<(d0, d1) -> (d0, d1)>, affine_map<(d0, d1) -> (d0, d1)>], iterator_types = ["parallel", "parallel"]} ins(%a, %p : tensor<?x?xf64>, tensor<?x?xf64>) outs(%e : tensor<?x?xf64>) {
  ^bb0(%i: f64, %j: f64, %o: f64):
    %r = arith.addf %i, %j : f64
    linalg.yield %r : f64
  } -> tensor<?x?xf64>
  func.return %p, %y : tensor<?x?xf64>, tensor<?x?xf64>
}
