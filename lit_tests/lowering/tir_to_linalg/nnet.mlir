// RUN: tir-opt %s -p tir-to-linalg | filecheck %s

func.func @softmax(%x: tensor<?x?xf64>) -> tensor<?x?xf64> {
  %0 = tir.softmax %x {axis = 1} : tensor<?x?xf64>
  func.return %0 : tensor<?x?xf64>
}
// CHECK-LABEL: func.func @softmax
// CHECK: [[TOP:%[0-9]+]] = linalg.generic {{.*}}iterator_types = ["parallel", "reduction"]} ins(%x : tensor<?x?xf64>)
// CHECK: arith.maximumf
// CHECK: [[EXP:%[0-9]+]] = linalg.generic {indexing_maps = [affine_map<(d0, d1) -> (d0, d1)>, affine_map<(d0, d1) -> (d0)>, affine_map<(d0, d1) -> (d0, d1)>], iterator_types = ["parallel", "parallel"]} ins(%x, [[TOP]] : tensor<?x?xf64>, tensor<?xf64>)
// CHECK: arith.subf
// CHECK-NEXT: math_ext.exp_nonpositive
// CHECK: [[SUM:%[0-9]+]] = linalg.generic {{.*}}iterator_types = ["parallel", "reduction"]} ins([[EXP]] : tensor<?x?xf64>)
// CHECK: [[INVERSE:%[0-9]+]] = linalg.generic {{.*}}ins([[SUM]] : tensor<?xf64>)
// CHECK: arith.divf
// CHECK: linalg.generic {{.*}}ins([[EXP]], [[INVERSE]] : tensor<?x?xf64>, tensor<?xf64>)
// CHECK: arith.mulf

func.func @log_softmax(%x: tensor<?x?xf32>) -> tensor<?x?xf32> {
  %0 = tir.log_softmax %x {axis = 0} : tensor<?x?xf32>
  func.return %0 : tensor<?x?xf32>
}
// CHECK-LABEL: func.func @log_softmax
// CHECK: iterator_types = ["reduction", "parallel"]} ins(%x : tensor<?x?xf32>)
// CHECK: math_ext.exp_term
// CHECK: arith.addf %{{[0-9]+}}, %{{[0-9]+}} fastmath<reassoc,contract>{{.*}} : f64
// CHECK: math.log %{{[0-9]+}} : f64
// CHECK: arith.subf
// CHECK-NEXT: arith.subf

// A maximum of -inf is not subtracted, and after one of inf the logarithm counts for nothing. Any number near the maximum would do.
func.func @log_sum_exp(%x: tensor<?x?xf64>) -> tensor<f64> {
  %0 = tir.log_sum_exp %x {axes = [0, 1]} : (tensor<?x?xf64>) -> tensor<f64>
  func.return %0 : tensor<f64>
}
// CHECK-LABEL: func.func @log_sum_exp
// CHECK: arith.maximumf {{.*}} {tir.may_be_near} : f64
// CHECK: [[EMPTY:%[0-9]+]] = arith.cmpf oeq
// CHECK: arith.select [[EMPTY]]
// CHECK: math_ext.exp_term
// CHECK: math.log

func.func @softmax_cross_entropy(%x: tensor<?x?xf64>, %labels: tensor<?xi32>) -> tensor<?xf64> {
  %0 = tir.softmax_cross_entropy %x, %labels : (tensor<?x?xf64>, tensor<?xi32>) -> tensor<?xf64>
  func.return %0 : tensor<?xf64>
}
// CHECK-LABEL: func.func @softmax_cross_entropy
// CHECK: rt.assert %{{[0-9]+}}, "Input dimension mis-match. (the scores have another number of rows than there are labels)" {kind = "ValueError"}
// CHECK: rt.assert %{{[0-9]+}}, "index out of bounds" {kind = "IndexError"}
// CHECK: math_ext.exp_term
// CHECK: tensor.extract %x[
// CHECK: math.log

func.func @softmax_cross_entropy_grad(%w: tensor<?xf64>, %x: tensor<?x?xf64>, %labels: tensor<?xi32>) -> tensor<?x?xf64> {
  %0 = tir.softmax_cross_entropy_grad %w, %x, %labels : (tensor<?xf64>, tensor<?x?xf64>, tensor<?xi32>) -> tensor<?x?xf64>
  func.return %0 : tensor<?x?xf64>
}
// CHECK-LABEL: func.func @softmax_cross_entropy_grad
// CHECK: math_ext.exp_term
// CHECK: linalg.generic {{.*}}ins(%x, %{{[0-9]+}}, %{{[0-9]+}}, %labels, %w : tensor<?x?xf64>, tensor<?xf64>, tensor<?xf64>, tensor<?xi32>, tensor<?xf64>)
// CHECK: math_ext.exp_nonpositive
// CHECK: linalg.index 1 : index
// CHECK: arith.mulf

// Below its maximum an operand has the maximum 0: the one maximum of %x serves, which has to be exact.
func.func @log_sum_exp_below_maximum(%x: tensor<?x?xf64>) -> tensor<f64> {
  %0 = tir.max %x {axes = [0, 1]} : (tensor<?x?xf64>) -> tensor<f64>
  %1 = tir.sub %x, %0 : (tensor<?x?xf64>, tensor<f64>) -> tensor<?x?xf64>
  %2 = tir.log_sum_exp %1 {axes = [0, 1]} : (tensor<?x?xf64>) -> tensor<f64>
  func.return %2 : tensor<f64>
}
// CHECK-LABEL: func.func @log_sum_exp_below_maximum
// CHECK-NOT: tir.may_be_near
// CHECK: ins(%x : tensor<?x?xf64>)
// CHECK: arith.maximumf
// CHECK: linalg.generic {{.*}}ins(%x, %{{[0-9]+}} : tensor<?x?xf64>, tensor<f64>)
// CHECK: math_ext.exp_term
// CHECK: math.log
// CHECK-NOT: arith.maximumf
// CHECK: func.return
