// RUN: tir-opt %s -p stabilize | filecheck %s

func.func @softmax(%x: tensor<?x?xf64>) -> (tensor<?x?xf64>, tensor<?x?xf64>) {
  %e = tir.exp %x : tensor<?x?xf64>
  %s = tir.sum %e {axes = [1]} : (tensor<?x?xf64>) -> tensor<?xf64>
  %k = tir.dimshuffle %s {new_order = [0, -1]} : (tensor<?xf64>) -> tensor<?x1xf64>
  %p = tir.true_div %e, %k : (tensor<?x?xf64>, tensor<?x1xf64>) -> tensor<?x?xf64>
  %l = tir.log %p : tensor<?x?xf64>
  func.return %p, %l : tensor<?x?xf64>, tensor<?x?xf64>
}

// CHECK-LABEL: func.func @softmax(
// CHECK-NEXT:    %[[p:.*]] = tir.softmax %x {axis = 1} : tensor<?x?xf64>
// CHECK-NEXT:    %[[l:.*]] = tir.log_softmax %x {axis = 1} : tensor<?x?xf64>
// CHECK-NEXT:    func.return %[[p]], %[[l]] : tensor<?x?xf64>, tensor<?x?xf64>

// The reduced dimension is leading, so no dimshuffle keeps it.

func.func @softmax_of_columns(%x: tensor<?x?xf64>) -> (tensor<?x?xf64>) {
  %e = tir.exp %x : tensor<?x?xf64>
  %s = tir.sum %e {axes = [0]} : (tensor<?x?xf64>) -> tensor<?xf64>
  %r = tir.reciprocal %s : tensor<?xf64>
  %p = tir.mul %e, %r : (tensor<?x?xf64>, tensor<?xf64>) -> tensor<?x?xf64>
  func.return %p : tensor<?x?xf64>
}

// CHECK-LABEL: func.func @softmax_of_columns(
// CHECK-NEXT:    %[[p:.*]] = tir.softmax %x {axis = 0} : tensor<?x?xf64>
// CHECK-NEXT:    func.return %[[p]] : tensor<?x?xf64>

// The shift that users write themselves goes.

func.func @softmax_of_shifted(%x: tensor<?x?xf64>) -> (tensor<?x?xf64>) {
  %m = tir.max %x {axes = [1]} : (tensor<?x?xf64>) -> tensor<?xf64>
  %d = tir.dimshuffle %m {new_order = [0, -1]} : (tensor<?xf64>) -> tensor<?x1xf64>
  %z = tir.sub %x, %d : (tensor<?x?xf64>, tensor<?x1xf64>) -> tensor<?x?xf64>
  %e = tir.exp %z : tensor<?x?xf64>
  %s = tir.sum %e {axes = [1]} : (tensor<?x?xf64>) -> tensor<?xf64>
  %k = tir.dimshuffle %s {new_order = [0, -1]} : (tensor<?xf64>) -> tensor<?x1xf64>
  %p = tir.true_div %e, %k : (tensor<?x?xf64>, tensor<?x1xf64>) -> tensor<?x?xf64>
  func.return %p : tensor<?x?xf64>
}

// CHECK-LABEL: func.func @softmax_of_shifted(
// CHECK-NEXT:    %[[p:.*]] = tir.softmax %x {axis = 1} : tensor<?x?xf64>
// CHECK-NEXT:    func.return %[[p]] : tensor<?x?xf64>

func.func @log_sum_exp(%x: tensor<?x?xf64>) -> (tensor<f64>) {
  %e = tir.exp %x : tensor<?x?xf64>
  %s = tir.sum %e {axes = [0, 1]} : (tensor<?x?xf64>) -> tensor<f64>
  %l = tir.log %s : tensor<f64>
  func.return %l : tensor<f64>
}

// CHECK-LABEL: func.func @log_sum_exp(
// CHECK-NEXT:    %[[l:.*]] = tir.log_sum_exp %x {axes = [0, 1]} : (tensor<?x?xf64>) -> tensor<f64>
// CHECK-NEXT:    func.return %[[l]] : tensor<f64>

func.func @softplus(%x: tensor<?xf64>) -> (tensor<?xf64>) {
  %one = tir.constant {value = dense<1.0> : tensor<f64>} : tensor<f64>
  %e = tir.exp %x : tensor<?xf64>
  %s = tir.add %one, %e : (tensor<f64>, tensor<?xf64>) -> tensor<?xf64>
  %l = tir.log %s : tensor<?xf64>
  func.return %l : tensor<?xf64>
}

// CHECK-LABEL: func.func @softplus(
// CHECK-NEXT:    %[[l:.*]] = tir.softplus %x : tensor<?xf64>
// CHECK-NEXT:    func.return %[[l]] : tensor<?xf64>

func.func @sigmoid(%x: tensor<?xf64>) -> (tensor<?xf64>, tensor<?xf64>) {
  %one = tir.constant {value = dense<1.0> : tensor<f64>} : tensor<f64>
  %n = tir.neg %x : tensor<?xf64>
  %e = tir.exp %n : tensor<?xf64>
  %s = tir.add %e, %one : (tensor<?xf64>, tensor<f64>) -> tensor<?xf64>
  %p = tir.true_div %one, %s : (tensor<f64>, tensor<?xf64>) -> tensor<?xf64>
  %l = tir.log %p : tensor<?xf64>
  func.return %p, %l : tensor<?xf64>, tensor<?xf64>
}

// CHECK-LABEL: func.func @sigmoid(
// CHECK-NEXT:    %[[n:.*]] = tir.neg %x : tensor<?xf64>
// CHECK-NEXT:    %[[v0:.*]] = tir.neg %[[n]] : tensor<?xf64>
// CHECK-NEXT:    %[[p:.*]] = tir.sigmoid %[[v0]] : tensor<?xf64>
// CHECK-NEXT:    %[[v1:.*]] = tir.neg %[[v0]] : tensor<?xf64>
// CHECK-NEXT:    %[[v2:.*]] = tir.softplus %[[v1]] : tensor<?xf64>
// CHECK-NEXT:    %[[l:.*]] = tir.neg %[[v2]] : tensor<?xf64>
// CHECK-NEXT:    func.return %[[p]], %[[l]] : tensor<?xf64>, tensor<?xf64>

func.func @one(%x: tensor<?xf64>) -> (tensor<?xf64>, tensor<?xf64>) {
  %one = tir.constant {value = dense<1.0> : tensor<f64>} : tensor<f64>
  %e = tir.exp %x : tensor<?xf64>
  %a = tir.sub %e, %one : (tensor<?xf64>, tensor<f64>) -> tensor<?xf64>
  %f = tir.erf %x : tensor<?xf64>
  %b = tir.sub %one, %f : (tensor<f64>, tensor<?xf64>) -> tensor<?xf64>
  func.return %a, %b : tensor<?xf64>, tensor<?xf64>
}

// CHECK-LABEL: func.func @one(
// CHECK-NEXT:    %[[a:.*]] = tir.expm1 %x : tensor<?xf64>
// CHECK-NEXT:    %[[b:.*]] = tir.erfc %x : tensor<?xf64>
// CHECK-NEXT:    func.return %[[a]], %[[b]] : tensor<?xf64>, tensor<?xf64>

func.func @scaled_erfc(%x: tensor<?xf64>) -> (tensor<?xf64>, tensor<?xf64>) {
  %s = tir.sqr %x : tensor<?xf64>
  %n = tir.neg %s : tensor<?xf64>
  %e = tir.exp %n : tensor<?xf64>
  %c = tir.erfc %x : tensor<?xf64>
  %a = tir.true_div %e, %c : tensor<?xf64>
  %i = tir.exp %s : tensor<?xf64>
  %b = tir.mul %i, %c : tensor<?xf64>
  func.return %a, %b : tensor<?xf64>, tensor<?xf64>
}

// CHECK-LABEL: func.func @scaled_erfc(
// CHECK-NEXT:    %[[scaled:.*]] = tir.erfcx %x : tensor<?xf64>
// CHECK-NEXT:    %[[a:.*]] = tir.reciprocal %[[scaled]] : tensor<?xf64>
// CHECK-NEXT:    %[[b:.*]] = tir.erfcx %x : tensor<?xf64>
// CHECK-NEXT:    func.return %[[a]], %[[b]] : tensor<?xf64>, tensor<?xf64>

func.func @cross_entropy(%x: tensor<?x?xf64>, %y: tensor<?xi32>) -> (tensor<?xf64>) {
  %zero = tir.constant {value = dense<0> : tensor<i64>} : tensor<i64>
  %one = tir.constant {value = dense<1> : tensor<i64>} : tensor<i64>
  %n = tir.dim %y {axis = 0} : (tensor<?xi32>) -> tensor<i64>
  %rows = tir.arange %zero, %n, %one : (tensor<i64>, tensor<i64>, tensor<i64>) -> tensor<?xi64>
  %p = tir.softmax %x {axis = 1} : tensor<?x?xf64>
  %l = tir.log %p : tensor<?x?xf64>
  %loss = tir.advanced_subtensor %l, %rows, %y : (tensor<?x?xf64>, tensor<?xi64>, tensor<?xi32>) -> tensor<?xf64>
  func.return %loss : tensor<?xf64>
}

// CHECK-LABEL: func.func @cross_entropy(
// CHECK-NEXT:    %[[v0:.*]] = tir.softmax_cross_entropy %x, %y : (tensor<?x?xf64>, tensor<?xi32>) -> tensor<?xf64>
// CHECK-NEXT:    %[[loss:.*]] = tir.neg %[[v0]] : tensor<?xf64>
// CHECK-NEXT:    func.return %[[loss]] : tensor<?xf64>

// The gradient of the loss above by x, as the gradient rules write it.

func.func @cross_entropy_gradient(%x: tensor<?x?xf64>, %y: tensor<?xi32>, %w: tensor<?xf64>) -> (tensor<?x?xf64>) {
  %zero = tir.constant {value = dense<0> : tensor<i64>} : tensor<i64>
  %one = tir.constant {value = dense<1> : tensor<i64>} : tensor<i64>
  %n = tir.dim %y {axis = 0} : (tensor<?xi32>) -> tensor<i64>
  %rows = tir.arange %zero, %n, %one : (tensor<i64>, tensor<i64>, tensor<i64>) -> tensor<?xi64>
  %p = tir.softmax %x {axis = 1} : tensor<?x?xf64>
  %f = tir.constant {value = dense<0.0> : tensor<f64>} : tensor<f64>
  %z = tir.second %p, %f : (tensor<?x?xf64>, tensor<f64>) -> tensor<?x?xf64>
  %a = tir.advanced_inc_subtensor %z, %w, %rows, %y : (tensor<?x?xf64>, tensor<?xf64>, tensor<?xi64>, tensor<?xi32>) -> tensor<?x?xf64>
  %g = tir.true_div %a, %p : tensor<?x?xf64>
  %gp = tir.mul %g, %p : tensor<?x?xf64>
  %s = tir.sum %gp {axes = [1]} : (tensor<?x?xf64>) -> tensor<?xf64>
  %k = tir.dimshuffle %s {new_order = [0, -1]} : (tensor<?xf64>) -> tensor<?x1xf64>
  %d = tir.sub %g, %k : (tensor<?x?xf64>, tensor<?x1xf64>) -> tensor<?x?xf64>
  %r = tir.mul %p, %d : tensor<?x?xf64>
  func.return %r : tensor<?x?xf64>
}

// CHECK-LABEL: func.func @cross_entropy_gradient(
// CHECK-NEXT:    %[[v0:.*]] = tir.neg %w : tensor<?xf64>
// CHECK-NEXT:    %[[r:.*]] = tir.softmax_cross_entropy_grad %[[v0]], %x, %y : (tensor<?xf64>, tensor<?x?xf64>, tensor<?xi32>) -> tensor<?x?xf64>
// CHECK-NEXT:    func.return %[[r]] : tensor<?x?xf64>

func.func @argmax(%x: tensor<?x?xf64>) -> (tensor<?xi64>) {
  %p = tir.softmax %x {axis = 1} : tensor<?x?xf64>
  %i = tir.argmax %p {axes = [1]} : (tensor<?x?xf64>) -> tensor<?xi64>
  func.return %i : tensor<?xi64>
}

// CHECK-LABEL: func.func @argmax(
// CHECK-NEXT:    %[[i:.*]] = tir.argmax %x {axes = [1]} : (tensor<?x?xf64>) -> tensor<?xi64>
// CHECK-NEXT:    func.return %[[i]] : tensor<?xi64>

// The shift by the maximum that users write themselves, with the reduced dimension kept and in another order.

func.func @log_sum_exp_of_shifted(%x: tensor<?x?xf64>, %b: tensor<?x1xf64>) -> (tensor<?x1xf64>, tensor<?xf64>) {
  %m = tir.max %x {axes = [1]} : (tensor<?x?xf64>) -> tensor<?xf64>
  %d = tir.dimshuffle %m {new_order = [0, -1]} : (tensor<?xf64>) -> tensor<?x1xf64>
  %z = tir.sub %x, %d : (tensor<?x?xf64>, tensor<?x1xf64>) -> tensor<?x?xf64>
  %e = tir.exp %z : tensor<?x?xf64>
  %s = tir.sum %e {axes = [1]} : (tensor<?x?xf64>) -> tensor<?xf64>
  %k = tir.dimshuffle %s {new_order = [0, -1]} : (tensor<?xf64>) -> tensor<?x1xf64>
  %l = tir.log %k : tensor<?x1xf64>
  %a = tir.add %d, %b : tensor<?x1xf64>
  %r = tir.add %l, %a : tensor<?x1xf64>
  %n = tir.log %s : tensor<?xf64>
  %q = tir.add %n, %m : tensor<?xf64>
  func.return %r, %q : tensor<?x1xf64>, tensor<?xf64>
}

// CHECK-LABEL: func.func @log_sum_exp_of_shifted(
// CHECK-NEXT:    %[[l:.*]] = tir.log_sum_exp %x {axes = [1]} : (tensor<?x?xf64>) -> tensor<?xf64>
// CHECK-NEXT:    %[[k:.*]] = tir.dimshuffle %[[l]] {new_order = [0, -1]} : (tensor<?xf64>) -> tensor<?x1xf64>
// CHECK-NEXT:    %[[r:.*]] = tir.add %[[k]], %b : tensor<?x1xf64>
// CHECK-NEXT:    %[[q:.*]] = tir.log_sum_exp %x {axes = [1]} : (tensor<?x?xf64>) -> tensor<?xf64>
// CHECK-NEXT:    func.return %[[r]], %[[q]] : tensor<?x1xf64>, tensor<?xf64>

// Not what is added along another axis, the maximum of something else or along another axis, and not of integers.

func.func @log_sum_exp_of_otherwise_shifted(%x: tensor<?x?xf64>, %y: tensor<?x?xf64>, %i: tensor<?xi64>) -> (tensor<?x?xf64>, tensor<?xf64>, tensor<?xf64>, tensor<f64>) {
  %m = tir.max %x {axes = [0]} : (tensor<?x?xf64>) -> tensor<?xf64>
  %z = tir.sub %x, %m : (tensor<?x?xf64>, tensor<?xf64>) -> tensor<?x?xf64>
  %e = tir.exp %z : tensor<?x?xf64>
  %s = tir.sum %e {axes = [0]} : (tensor<?x?xf64>) -> tensor<?xf64>
  %l = tir.log %s : tensor<?xf64>
  %k = tir.dimshuffle %m {new_order = [0, -1]} : (tensor<?xf64>) -> tensor<?x1xf64>
  %across = tir.add %l, %k : (tensor<?xf64>, tensor<?x1xf64>) -> tensor<?x?xf64>
  %n = tir.max %y {axes = [0]} : (tensor<?x?xf64>) -> tensor<?xf64>
  %another = tir.add %l, %n : tensor<?xf64>
  %t = tir.sum %e {axes = [1]} : (tensor<?x?xf64>) -> tensor<?xf64>
  %o = tir.log %t : tensor<?xf64>
  %other = tir.add %o, %m : tensor<?xf64>
  %p = tir.max %i {axes = [0]} : (tensor<?xi64>) -> tensor<i64>
  %w = tir.sub %i, %p : (tensor<?xi64>, tensor<i64>) -> tensor<?xi64>
  %f = tir.exp %w : (tensor<?xi64>) -> tensor<?xf64>
  %g = tir.sum %f {axes = [0]} : (tensor<?xf64>) -> tensor<f64>
  %h = tir.log %g : tensor<f64>
  %whole = tir.add %h, %p : (tensor<f64>, tensor<i64>) -> tensor<f64>
  func.return %across, %another, %other, %whole : tensor<?x?xf64>, tensor<?xf64>, tensor<?xf64>, tensor<f64>
}

// CHECK-LABEL: func.func @log_sum_exp_of_otherwise_shifted(
// CHECK:         %[[z:.*]] = tir.sub %x, %[[m:.*]] :
// CHECK-NEXT:    %[[l:.*]] = tir.log_sum_exp %[[z]] {axes = [0]}
// CHECK:         %{{.*}} = tir.add %[[l]], %{{.*}} : (tensor<?xf64>, tensor<?x1xf64>) -> tensor<?x?xf64>
// CHECK:         %{{.*}} = tir.add %[[l]], %{{.*}} : tensor<?xf64>
// CHECK:         %[[o:.*]] = tir.log_sum_exp %[[z]] {axes = [1]}
// CHECK:         %{{.*}} = tir.add %[[o]], %[[m]] : tensor<?xf64>
// CHECK:         %[[w:.*]] = tir.log_sum_exp %{{.*}} {axes = [0]} : (tensor<?xf64>) -> tensor<f64>
// CHECK:         %{{.*}} = tir.add %[[w]], %{{.*}} : (tensor<f64>, tensor<i64>) -> tensor<f64>

func.func @log_softmax_by_hand(%x: tensor<?x?xf64>) -> (tensor<?x?xf64>, tensor<?x?xf64>, tensor<?x?xf64>) {
  %m = tir.max %x {axes = [0]} : (tensor<?x?xf64>) -> tensor<?xf64>
  %z = tir.sub %x, %m : (tensor<?x?xf64>, tensor<?xf64>) -> tensor<?x?xf64>
  %e = tir.exp %z : tensor<?x?xf64>
  %s = tir.sum %e {axes = [0]} : (tensor<?x?xf64>) -> tensor<?xf64>
  %l = tir.log %s : tensor<?xf64>
  %a = tir.sub %z, %l : (tensor<?x?xf64>, tensor<?xf64>) -> tensor<?x?xf64>
  %n = tir.log_sum_exp %x {axes = [1]} : (tensor<?x?xf64>) -> tensor<?xf64>
  %k = tir.dimshuffle %n {new_order = [0, -1]} : (tensor<?xf64>) -> tensor<?x1xf64>
  %b = tir.sub %x, %k : (tensor<?x?xf64>, tensor<?x1xf64>) -> tensor<?x?xf64>
  %t = tir.log_softmax %x {axis = 1} : tensor<?x?xf64>
  %p = tir.exp %t : tensor<?x?xf64>
  func.return %a, %b, %p : tensor<?x?xf64>, tensor<?x?xf64>, tensor<?x?xf64>
}

// CHECK-LABEL: func.func @log_softmax_by_hand(
// CHECK-NEXT:    %[[a:.*]] = tir.log_softmax %x {axis = 0} : tensor<?x?xf64>
// CHECK-NEXT:    %[[b:.*]] = tir.log_softmax %x {axis = 1} : tensor<?x?xf64>
// CHECK-NEXT:    %[[p:.*]] = tir.softmax %x {axis = 1} : tensor<?x?xf64>
// CHECK-NEXT:    func.return %[[a]], %[[b]], %[[p]] : tensor<?x?xf64>, tensor<?x?xf64>, tensor<?x?xf64>

// Not across the rows, not of something else, and not where the sum is needed anyway.

func.func @no_log_softmax(%x: tensor<?x?xf64>, %y: tensor<?x?xf64>) -> (tensor<?x?xf64>, tensor<?x?xf64>, tensor<?xf64>, tensor<?x?xf64>) {
  %n = tir.log_sum_exp %x {axes = [1]} : (tensor<?x?xf64>) -> tensor<?xf64>
  %a = tir.sub %x, %n : (tensor<?x?xf64>, tensor<?xf64>) -> tensor<?x?xf64>
  %m = tir.log_sum_exp %x {axes = [0]} : (tensor<?x?xf64>) -> tensor<?xf64>
  %b = tir.sub %y, %m : (tensor<?x?xf64>, tensor<?xf64>) -> tensor<?x?xf64>
  %k = tir.log_sum_exp %y {axes = [0]} : (tensor<?x?xf64>) -> tensor<?xf64>
  %c = tir.sub %y, %k : (tensor<?x?xf64>, tensor<?xf64>) -> tensor<?x?xf64>
  func.return %a, %b, %k, %c : tensor<?x?xf64>, tensor<?x?xf64>, tensor<?xf64>, tensor<?x?xf64>
}

// CHECK-LABEL: func.func @no_log_softmax(
// CHECK-NOT:     tir.log_softmax

// What goes to the place of the maximum: the sum of the gradient by the scores. %p sums to 1.

func.func @sums_of_softmax_gradients(%x: tensor<?x?xf64>, %g: tensor<?x?xf64>, %c: tensor<?x1xf64>) -> (tensor<?x?xf64>, tensor<?x?xf64>, tensor<?x?xf64>) {
  %zero = tir.constant {value = dense<0.0> : tensor<f64>} : tensor<f64>
  %m = tir.max %x {axes = [1]} : (tensor<?x?xf64>) -> tensor<?xf64>
  %mk = tir.dimshuffle %m {new_order = [0, -1]} : (tensor<?xf64>) -> tensor<?x1xf64>
  %is = tir.eq %x, %mk : (tensor<?x?xf64>, tensor<?x1xf64>) -> tensor<?x?xi1>
  %p = tir.softmax %x {axis = 1} : tensor<?x?xf64>
  %cp = tir.mul %c, %p : (tensor<?x1xf64>, tensor<?x?xf64>) -> tensor<?x?xf64>
  %a = tir.sum %cp {axes = [1]} : (tensor<?x?xf64>) -> tensor<?xf64>
  %ak = tir.dimshuffle %a {new_order = [0, -1]} : (tensor<?xf64>) -> tensor<?x1xf64>
  %a2 = tir.switch %is, %ak, %zero : (tensor<?x?xi1>, tensor<?x1xf64>, tensor<f64>) -> tensor<?x?xf64>
  %gp = tir.mul %g, %p : tensor<?x?xf64>
  %s = tir.sum %gp {axes = [1]} : (tensor<?x?xf64>) -> tensor<?xf64>
  %k = tir.dimshuffle %s {new_order = [0, -1]} : (tensor<?xf64>) -> tensor<?x1xf64>
  %d = tir.sub %g, %k : (tensor<?x?xf64>, tensor<?x1xf64>) -> tensor<?x?xf64>
  %h = tir.mul %d, %p : tensor<?x?xf64>
  %b = tir.sum %h {axes = [1]} : (tensor<?x?xf64>) -> tensor<?xf64>
  %bk = tir.dimshuffle %b {new_order = [0, -1]} : (tensor<?xf64>) -> tensor<?x1xf64>
  %b2 = tir.switch %is, %bk, %zero : (tensor<?x?xi1>, tensor<?x1xf64>, tensor<f64>) -> tensor<?x?xf64>
  %t = tir.sum %g {axes = [1]} : (tensor<?x?xf64>) -> tensor<?xf64>
  %u = tir.dimshuffle %t {new_order = [0, -1]} : (tensor<?xf64>) -> tensor<?x1xf64>
  %v = tir.mul %u, %p : (tensor<?x1xf64>, tensor<?x?xf64>) -> tensor<?x?xf64>
  %w = tir.sub %g, %v : tensor<?x?xf64>
  %e = tir.sum %w {axes = [1]} : (tensor<?x?xf64>) -> tensor<?xf64>
  %ek = tir.dimshuffle %e {new_order = [0, -1]} : (tensor<?xf64>) -> tensor<?x1xf64>
  %e2 = tir.switch %is, %ek, %zero : (tensor<?x?xi1>, tensor<?x1xf64>, tensor<f64>) -> tensor<?x?xf64>
  func.return %a2, %b2, %e2 : tensor<?x?xf64>, tensor<?x?xf64>, tensor<?x?xf64>
}

// CHECK-LABEL: func.func @sums_of_softmax_gradients(
// CHECK:         %[[a:.*]] = tir.dimshuffle %c {new_order = [0]} : (tensor<?x1xf64>) -> tensor<?xf64>
// CHECK-NEXT:    %[[ak:.*]] = tir.dimshuffle %[[a]] {new_order = [0, -1]}
// CHECK-NEXT:    %[[a2:.*]] = tir.switch %{{.*}}, %[[ak]], %{{.*}}
// CHECK:         %[[z:.*]] = tir.constant {value = dense<0.000000e+00> : tensor<f64>} : tensor<f64>
// CHECK:         %[[b:.*]] = tir.alloc %[[z]],
// CHECK-NEXT:    %[[bk:.*]] = tir.dimshuffle %[[b]] {new_order = [0, -1]}
// CHECK-NEXT:    %[[b2:.*]] = tir.switch %{{.*}}, %[[bk]], %{{.*}}
// CHECK:         %[[y:.*]] = tir.constant {value = dense<0.000000e+00> : tensor<f64>} : tensor<f64>
// CHECK:         %[[e:.*]] = tir.alloc %[[y]],
// CHECK-NEXT:    %[[ek:.*]] = tir.dimshuffle %[[e]] {new_order = [0, -1]}
// CHECK-NEXT:    %[[e2:.*]] = tir.switch %{{.*}}, %[[ek]], %{{.*}}
// CHECK-NEXT:    func.return %[[a2]], %[[b2]], %[[e2]] :

// Not along another axis, of something that changes along the rows, of the sum of another gradient, or where the sum itself is wanted.

func.func @other_sums(%x: tensor<?x?xf64>, %g: tensor<?x?xf64>, %f: tensor<?x?xf64>) -> (tensor<?xf64>, tensor<?xf64>, tensor<?xf64>, tensor<?xf64>) {
  %p = tir.softmax %x {axis = 1} : tensor<?x?xf64>
  %a = tir.sum %p {axes = [0]} : (tensor<?x?xf64>) -> tensor<?xf64>
  %gp = tir.mul %g, %p : tensor<?x?xf64>
  %s = tir.sum %gp {axes = [1]} : (tensor<?x?xf64>) -> tensor<?xf64>
  %k = tir.dimshuffle %s {new_order = [0, -1]} : (tensor<?xf64>) -> tensor<?x1xf64>
  %d = tir.sub %f, %k : (tensor<?x?xf64>, tensor<?x1xf64>) -> tensor<?x?xf64>
  %h = tir.mul %d, %p : tensor<?x?xf64>
  %b = tir.sum %h {axes = [1]} : (tensor<?x?xf64>) -> tensor<?xf64>
  %one = tir.sum %p {axes = [1]} : (tensor<?x?xf64>) -> tensor<?xf64>
  func.return %a, %s, %b, %one : tensor<?xf64>, tensor<?xf64>, tensor<?xf64>, tensor<?xf64>
}

// CHECK-LABEL: func.func @other_sums(
// CHECK:         %[[a:.*]] = tir.sum %{{.*}} {axes = [0]}
// CHECK:         %[[s:.*]] = tir.sum %{{.*}} {axes = [1]}
// CHECK:         %[[b:.*]] = tir.sum %{{.*}} {axes = [1]}
// CHECK:         %[[one:.*]] = tir.sum %{{.*}} {axes = [1]}
// CHECK-NEXT:    func.return %[[a]], %[[s]], %[[b]], %[[one]] :

// The gradient of the loss by labels, as it comes from x - log_sum_exp(x).

func.func @cross_entropy_gradient_of_a_difference(%x: tensor<?x?xf64>, %y: tensor<?xi32>, %w: tensor<?xf64>) -> (tensor<?x?xf64>) {
  %zero = tir.constant {value = dense<0> : tensor<i64>} : tensor<i64>
  %one = tir.constant {value = dense<1> : tensor<i64>} : tensor<i64>
  %n = tir.dim %y {axis = 0} : (tensor<?xi32>) -> tensor<i64>
  %rows = tir.arange %zero, %n, %one : (tensor<i64>, tensor<i64>, tensor<i64>) -> tensor<?xi64>
  %p = tir.softmax %x {axis = 1} : tensor<?x?xf64>
  %f = tir.constant {value = dense<0.0> : tensor<f64>} : tensor<f64>
  %z = tir.second %p, %f : (tensor<?x?xf64>, tensor<f64>) -> tensor<?x?xf64>
  %a = tir.advanced_inc_subtensor %z, %w, %rows, %y : (tensor<?x?xf64>, tensor<?xf64>, tensor<?xi64>, tensor<?xi32>) -> tensor<?x?xf64>
  %s = tir.sum %a {axes = [1]} : (tensor<?x?xf64>) -> tensor<?xf64>
  %k = tir.dimshuffle %s {new_order = [0, -1]} : (tensor<?xf64>) -> tensor<?x1xf64>
  %m = tir.neg %k : tensor<?x1xf64>
  %q = tir.mul %m, %p : (tensor<?x1xf64>, tensor<?x?xf64>) -> tensor<?x?xf64>
  %r = tir.add %q, %a : tensor<?x?xf64>
  func.return %r : tensor<?x?xf64>
}

// CHECK-LABEL: func.func @cross_entropy_gradient_of_a_difference(
// CHECK-NEXT:    %[[v0:.*]] = tir.neg %w : tensor<?xf64>
// CHECK-NEXT:    %[[r:.*]] = tir.softmax_cross_entropy_grad %[[v0]], %x, %y
