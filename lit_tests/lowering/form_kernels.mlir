// RUN: tir-opt %s -p form-kernels | filecheck %s

// A region is isolated: the operand and the size become arguments, the initializer is made inside.

func.func @main(%x: tensor<?x?xf64>, %n: index) -> tensor<?xf64> {
  %zero = arith.constant 0.0 : f64
  %e = tensor.empty(%n) : tensor<?xf64>
  %f = linalg.fill ins(%zero : f64) outs(%e : tensor<?xf64>) -> tensor<?xf64>
  %s = linalg.generic {indexing_maps = [affine_map<(d0, d1) -> (d0, d1)>, affine_map<(d0, d1) -> (d0)>], iterator_types = ["parallel", "reduction"]} ins(%x : tensor<?x?xf64>) outs(%f : tensor<?xf64>) {
  ^bb0(%a: f64, %o: f64):
    %r = arith.addf %a, %o : f64
    linalg.yield %r : f64
  } -> tensor<?xf64>
  func.return %s : tensor<?xf64>
}

// CHECK:       func.func @main(%x: tensor<?x?xf64>, %n: index) -> tensor<?xf64> {
// CHECK-NEXT:    [[S:%\S+]] = kernel.region([[X:%\S+]] = %x : tensor<?x?xf64>, [[N:%\S+]] = %n : index) -> (tensor<?xf64>) {
// CHECK-NEXT:      [[E:%\S+]] = tensor.empty([[N]]) : tensor<?xf64>
// CHECK-NEXT:      [[Z:%\S+]] = arith.constant 0.000000e+00 : f64
// CHECK-NEXT:      [[F:%\S+]] = linalg.fill ins([[Z]] : f64) outs([[E]] : tensor<?xf64>) -> tensor<?xf64>
// CHECK-NEXT:      [[R:%\S+]] = linalg.generic {{.*}} ins([[X]] : tensor<?x?xf64>) outs([[F]] : tensor<?xf64>) {
// CHECK:           kernel.yield [[R]] : tensor<?xf64>
// CHECK:         func.return [[S]] : tensor<?xf64>

// A reduction and what reads its result row by row are one kernel, although a check stands between them: the kernel moves down.
// What only they need stays inside.

func.func @rows(%x: tensor<?x?xf64>, %n: index, %m: index, %c: i1) -> tensor<?x?xf64> {
  %zero = arith.constant 0.0 : f64
  %e = tensor.empty(%n) : tensor<?xf64>
  %f = linalg.fill ins(%zero : f64) outs(%e : tensor<?xf64>) -> tensor<?xf64>
  %s = linalg.generic {indexing_maps = [affine_map<(d0, d1) -> (d0, d1)>, affine_map<(d0, d1) -> (d0)>], iterator_types = ["parallel", "reduction"]} ins(%x : tensor<?x?xf64>) outs(%f : tensor<?xf64>) {
  ^bb0(%a: f64, %o: f64):
    %r = arith.addf %a, %o : f64
    linalg.yield %r : f64
  } -> tensor<?xf64>
  rt.assert %c, "sizes differ" {kind = "ValueError"}
  %d = tensor.empty(%n, %m) : tensor<?x?xf64>
  %y = linalg.generic {indexing_maps = [affine_map<(d0, d1) -> (d0, d1)>, affine_map<(d0, d1) -> (d0)>, affine_map<(d0, d1) -> (d0, d1)>], iterator_types = ["parallel", "parallel"]} ins(%x, %s : tensor<?x?xf64>, tensor<?xf64>) outs(%d : tensor<?x?xf64>) {
  ^bb0(%a: f64, %b: f64, %o: f64):
    %r = arith.divf %a, %b : f64
    linalg.yield %r : f64
  } -> tensor<?x?xf64>
  func.return %y : tensor<?x?xf64>
}

// CHECK-LABEL: func.func @rows
// CHECK-NEXT:    rt.assert
// CHECK-NEXT:    kernel.region({{.*}}) -> (tensor<?x?xf64>) {
// CHECK:           arith.addf
// CHECK:           arith.divf
// CHECK:           kernel.yield
// CHECK-NOT:     kernel.region

// Another row of the result is not there yet: two kernels.

func.func @other_rows(%x: tensor<?x?xf64>, %n: index) -> tensor<?x?xf64> {
  %zero = arith.constant 0.0 : f64
  %e = tensor.empty(%n) : tensor<?xf64>
  %f = linalg.fill ins(%zero : f64) outs(%e : tensor<?xf64>) -> tensor<?xf64>
  %s = linalg.generic {indexing_maps = [affine_map<(d0, d1) -> (d0, d1)>, affine_map<(d0, d1) -> (d0)>], iterator_types = ["parallel", "reduction"]} ins(%x : tensor<?x?xf64>) outs(%f : tensor<?xf64>) {
  ^bb0(%a: f64, %o: f64):
    %r = arith.addf %a, %o : f64
    linalg.yield %r : f64
  } -> tensor<?xf64>
  %d = tensor.empty(%n, %n) : tensor<?x?xf64>
  %y = linalg.generic {indexing_maps = [affine_map<(d0, d1) -> (d0, d1)>, affine_map<(d0, d1) -> (d1)>, affine_map<(d0, d1) -> (d0, d1)>], iterator_types = ["parallel", "parallel"]} ins(%x, %s : tensor<?x?xf64>, tensor<?xf64>) outs(%d : tensor<?x?xf64>) {
  ^bb0(%a: f64, %b: f64, %o: f64):
    %r = arith.divf %a, %b : f64
    linalg.yield %r : f64
  } -> tensor<?x?xf64>
  func.return %y : tensor<?x?xf64>
}

// CHECK-LABEL: func.func @other_rows
// CHECK:         kernel.region({{.*}}) -> (tensor<?xf64>) {
// CHECK:         kernel.region({{.*}}) -> (tensor<?x?xf64>) {

// The variance of everything: the sum, the mean and the squares about it are one kernel.

// CHECK:       func.func @variance
// CHECK:         [[Y:%\S+]] = kernel.region({{.*}}) -> (tensor<f64>) {
// CHECK:           [[S:%\S+]] = linalg.generic
// CHECK:           [[M:%\S+]] = linalg.generic {{.*}} ins([[S]] : tensor<f64>)
// CHECK:           [[Q:%\S+]] = linalg.generic {{.*}}, [[M]] : tensor<?x?xf64>, tensor<f64>)
// CHECK:           kernel.yield [[Q]] : tensor<f64>
// CHECK:         func.return [[Y]]
func.func @variance(%x: tensor<?x?xf64>, %n: f64) -> tensor<f64> {
  %zero = arith.constant 0.0 : f64
  %e = tensor.empty() : tensor<f64>
  %f = linalg.fill ins(%zero : f64) outs(%e : tensor<f64>) -> tensor<f64>
  %s = linalg.generic {indexing_maps = [affine_map<(d0, d1) -> (d0, d1)>, affine_map<(d0, d1) -> ()>], iterator_types = ["reduction", "reduction"]} ins(%x : tensor<?x?xf64>) outs(%f : tensor<f64>) {
  ^bb0(%a: f64, %o: f64):
    %r = arith.addf %a, %o : f64
    linalg.yield %r : f64
  } -> tensor<f64>
  %m = linalg.generic {indexing_maps = [affine_map<() -> ()>, affine_map<() -> ()>], iterator_types = []} ins(%s : tensor<f64>) outs(%e : tensor<f64>) {
  ^bb0(%a: f64, %o: f64):
    %r = arith.divf %a, %n : f64
    linalg.yield %r : f64
  } -> tensor<f64>
  %q = linalg.generic {indexing_maps = [affine_map<(d0, d1) -> (d0, d1)>, affine_map<(d0, d1) -> ()>, affine_map<(d0, d1) -> ()>], iterator_types = ["reduction", "reduction"]} ins(%x, %m : tensor<?x?xf64>, tensor<f64>) outs(%f : tensor<f64>) {
  ^bb0(%a: f64, %b: f64, %o: f64):
    %d = arith.subf %a, %b : f64
    %p = arith.mulf %d, %d : f64
    %r = arith.addf %p, %o : f64
    linalg.yield %r : f64
  } -> tensor<f64>
  func.return %q : tensor<f64>
}

// So are those of columns,

// CHECK:       func.func @variance_of_columns
// CHECK:         [[Y:%\S+]] = kernel.region({{.*}}) -> (tensor<?xf64>) {
// CHECK:           [[S:%\S+]] = linalg.generic
// CHECK:           [[M:%\S+]] = linalg.generic {{.*}} ins([[S]] : tensor<?xf64>)
// CHECK:           [[Q:%\S+]] = linalg.generic {{.*}}, [[M]] : tensor<?x?xf64>, tensor<?xf64>)
// CHECK:           kernel.yield [[Q]] : tensor<?xf64>
// CHECK:         func.return [[Y]]
func.func @variance_of_columns(%x: tensor<?x?xf64>, %n: f64, %k: index) -> tensor<?xf64> {
  %zero = arith.constant 0.0 : f64
  %e = tensor.empty(%k) : tensor<?xf64>
  %f = linalg.fill ins(%zero : f64) outs(%e : tensor<?xf64>) -> tensor<?xf64>
  %s = linalg.generic {indexing_maps = [affine_map<(d0, d1) -> (d0, d1)>, affine_map<(d0, d1) -> (d1)>], iterator_types = ["reduction", "parallel"]} ins(%x : tensor<?x?xf64>) outs(%f : tensor<?xf64>) {
  ^bb0(%a: f64, %o: f64):
    %r = arith.addf %a, %o : f64
    linalg.yield %r : f64
  } -> tensor<?xf64>
  %m = linalg.generic {indexing_maps = [affine_map<(d0) -> (d0)>, affine_map<(d0) -> (d0)>], iterator_types = ["parallel"]} ins(%s : tensor<?xf64>) outs(%e : tensor<?xf64>) {
  ^bb0(%a: f64, %o: f64):
    %r = arith.divf %a, %n : f64
    linalg.yield %r : f64
  } -> tensor<?xf64>
  %q = linalg.generic {indexing_maps = [affine_map<(d0, d1) -> (d0, d1)>, affine_map<(d0, d1) -> (d1)>, affine_map<(d0, d1) -> (d1)>], iterator_types = ["reduction", "parallel"]} ins(%x, %m : tensor<?x?xf64>, tensor<?xf64>) outs(%f : tensor<?xf64>) {
  ^bb0(%a: f64, %b: f64, %o: f64):
    %d = arith.subf %a, %b : f64
    %p = arith.mulf %d, %d : f64
    %r = arith.addf %p, %o : f64
    linalg.yield %r : f64
  } -> tensor<?xf64>
  func.return %q : tensor<?xf64>
}

// and the maximum and the exponentials below it, which nothing stands between.

// CHECK:       func.func @log_sum_exp
// CHECK:         kernel.region({{.*}}) -> (tensor<f32>, tensor<f32>) {
// CHECK:           [[M:%\S+]] = linalg.generic
// CHECK:           [[S:%\S+]] = linalg.generic {{.*}}, [[M]] : tensor<?x?xf32>, tensor<f32>)
// CHECK:           kernel.yield [[M]], [[S]]
func.func @log_sum_exp(%x: tensor<?x?xf32>) -> (tensor<f32>, tensor<f32>) {
  %lowest = arith.constant 0xff800000 : f32
  %zero = arith.constant 0.0 : f32
  %e = tensor.empty() : tensor<f32>
  %l = linalg.fill ins(%lowest : f32) outs(%e : tensor<f32>) -> tensor<f32>
  %f = linalg.fill ins(%zero : f32) outs(%e : tensor<f32>) -> tensor<f32>
  %m = linalg.generic {indexing_maps = [affine_map<(d0, d1) -> (d0, d1)>, affine_map<(d0, d1) -> ()>], iterator_types = ["reduction", "reduction"]} ins(%x : tensor<?x?xf32>) outs(%l : tensor<f32>) {
  ^bb0(%a: f32, %o: f32):
    %r = arith.maximumf %a, %o : f32
    linalg.yield %r : f32
  } -> tensor<f32>
  %s = linalg.generic {indexing_maps = [affine_map<(d0, d1) -> (d0, d1)>, affine_map<(d0, d1) -> ()>, affine_map<(d0, d1) -> ()>], iterator_types = ["reduction", "reduction"]} ins(%x, %m : tensor<?x?xf32>, tensor<f32>) outs(%f : tensor<f32>) {
  ^bb0(%a: f32, %t: f32, %o: f32):
    %none = arith.constant 0xff800000 : f32
    %is_none = arith.cmpf oeq, %t, %none : f32
    %z = arith.constant 0.0 : f32
    %h = arith.select %is_none, %z, %t : f32
    %d = arith.subf %a, %h : f32
    %p = math_ext.exp_nonpositive %d : f32
    %r = arith.addf %o, %p : f32
    linalg.yield %r : f32
  } -> tensor<f32>
  func.return %m, %s : tensor<f32>, tensor<f32>
}

// Where somebody needs the sum before the squares can be added up, it is a kernel of its own.

// CHECK:       func.func @needed_before
// CHECK:         [[S:%\S+]] = kernel.region
// CHECK:         tensor.extract [[S]]
// CHECK:         kernel.region
// CHECK:         kernel.region
func.func @needed_before(%x: tensor<?x?xf64>, %n: f64) -> (tensor<f64>, f64) {
  %zero = arith.constant 0.0 : f64
  %e = tensor.empty() : tensor<f64>
  %f = linalg.fill ins(%zero : f64) outs(%e : tensor<f64>) -> tensor<f64>
  %s = linalg.generic {indexing_maps = [affine_map<(d0, d1) -> (d0, d1)>, affine_map<(d0, d1) -> ()>], iterator_types = ["reduction", "reduction"]} ins(%x : tensor<?x?xf64>) outs(%f : tensor<f64>) {
  ^bb0(%a: f64, %o: f64):
    %r = arith.addf %a, %o : f64
    linalg.yield %r : f64
  } -> tensor<f64>
  %v = tensor.extract %s[] : tensor<f64>
  %m = linalg.generic {indexing_maps = [affine_map<() -> ()>, affine_map<() -> ()>], iterator_types = []} ins(%s : tensor<f64>) outs(%e : tensor<f64>) {
  ^bb0(%a: f64, %o: f64):
    %r = arith.divf %a, %n : f64
    linalg.yield %r : f64
  } -> tensor<f64>
  %q = linalg.generic {indexing_maps = [affine_map<(d0, d1) -> (d0, d1)>, affine_map<(d0, d1) -> ()>, affine_map<(d0, d1) -> ()>], iterator_types = ["reduction", "reduction"]} ins(%x, %m : tensor<?x?xf64>, tensor<f64>) outs(%f : tensor<f64>) {
  ^bb0(%a: f64, %b: f64, %o: f64):
    %d = arith.subf %a, %b : f64
    %p = arith.mulf %d, %d : f64
    %r = arith.addf %p, %o : f64
    linalg.yield %r : f64
  } -> tensor<f64>
  func.return %q, %v : tensor<f64>, f64
}

// What reads one element of its own row joins the kernel that makes the row. The mean of what it makes moves down, out of
// the way of the next operation on rows.

// CHECK:       func.func @gather_in_own_row
// CHECK:         [[L:%\S+]], {{%\S+}} = kernel.region
// CHECK:           iterator_types = ["parallel", "reduction"]
// CHECK:           tensor.extract
// CHECK:           arith.subf
// CHECK:           kernel.yield
// CHECK:         kernel.region({{.*}} = [[L]] : tensor<?xf64>) -> (tensor<f64>)
// CHECK-NOT:     kernel.region
func.func @gather_in_own_row(%x: tensor<?x?xf64>, %labels: tensor<?xindex>, %n: index, %m: index) -> (tensor<f64>, tensor<?x?xf64>) {
  %zero = arith.constant 0.0 : f64
  %e = tensor.empty(%n) : tensor<?xf64>
  %full = tensor.empty(%n, %m) : tensor<?x?xf64>
  %f = linalg.fill ins(%zero : f64) outs(%e : tensor<?xf64>) -> tensor<?xf64>
  %s, %t = linalg.generic {indexing_maps = [affine_map<(d0, d1) -> (d0, d1)>, affine_map<(d0, d1) -> (d0)>, affine_map<(d0, d1) -> (d0, d1)>], iterator_types = ["parallel", "reduction"]} ins(%x : tensor<?x?xf64>) outs(%f, %full : tensor<?xf64>, tensor<?x?xf64>) {
  ^bb0(%a: f64, %o: f64, %o1: f64):
    %b = arith.negf %a : f64
    %r = arith.addf %b, %o : f64
    linalg.yield %r, %b : f64, f64
  } -> (tensor<?xf64>, tensor<?x?xf64>)
  %l = linalg.generic {indexing_maps = [affine_map<(d0) -> (d0)>, affine_map<(d0) -> (d0)>, affine_map<(d0) -> (d0)>], iterator_types = ["parallel"]} ins(%labels, %s : tensor<?xindex>, tensor<?xf64>) outs(%e : tensor<?xf64>) {
  ^bb0(%label: index, %a: f64, %o: f64):
    %row = linalg.index 0 : index
    %picked = tensor.extract %t[%row, %label] : tensor<?x?xf64>
    %r = arith.divf %picked, %a : f64
    linalg.yield %r : f64
  } -> tensor<?xf64>
  %e0 = tensor.empty() : tensor<f64>
  %f0 = linalg.fill ins(%zero : f64) outs(%e0 : tensor<f64>) -> tensor<f64>
  %mean = linalg.generic {indexing_maps = [affine_map<(d0) -> (d0)>, affine_map<(d0) -> ()>], iterator_types = ["reduction"]} ins(%l : tensor<?xf64>) outs(%f0 : tensor<f64>) {
  ^bb0(%a: f64, %o: f64):
    %r = arith.addf %a, %o : f64
    linalg.yield %r : f64
  } -> tensor<f64>
  %g = linalg.generic {indexing_maps = [affine_map<(d0, d1) -> (d0, d1)>, affine_map<(d0, d1) -> (d0)>, affine_map<(d0, d1) -> (d0, d1)>], iterator_types = ["parallel", "parallel"]} ins(%t, %s : tensor<?x?xf64>, tensor<?xf64>) outs(%full : tensor<?x?xf64>) {
  ^bb0(%a: f64, %b: f64, %o: f64):
    %r = arith.subf %a, %b : f64
    linalg.yield %r : f64
  } -> tensor<?x?xf64>
  func.return %mean, %g : tensor<f64>, tensor<?x?xf64>
}

// What reads elements of other rows waits for all of them.

// CHECK:       func.func @gather_in_other_rows
// CHECK:         kernel.region
// CHECK:         kernel.region
// CHECK:           tensor.extract
func.func @gather_in_other_rows(%x: tensor<?x?xf64>, %labels: tensor<?xindex>, %n: index, %m: index) -> tensor<?xf64> {
  %zero = arith.constant 0.0 : f64
  %e = tensor.empty(%n) : tensor<?xf64>
  %full = tensor.empty(%n, %m) : tensor<?x?xf64>
  %f = linalg.fill ins(%zero : f64) outs(%e : tensor<?xf64>) -> tensor<?xf64>
  %s, %t = linalg.generic {indexing_maps = [affine_map<(d0, d1) -> (d0, d1)>, affine_map<(d0, d1) -> (d0)>, affine_map<(d0, d1) -> (d0, d1)>], iterator_types = ["parallel", "reduction"]} ins(%x : tensor<?x?xf64>) outs(%f, %full : tensor<?xf64>, tensor<?x?xf64>) {
  ^bb0(%a: f64, %o: f64, %o1: f64):
    %b = arith.negf %a : f64
    %r = arith.addf %b, %o : f64
    linalg.yield %r, %b : f64, f64
  } -> (tensor<?xf64>, tensor<?x?xf64>)
  %l = linalg.generic {indexing_maps = [affine_map<(d0) -> (d0)>, affine_map<(d0) -> (d0)>, affine_map<(d0) -> (d0)>], iterator_types = ["parallel"]} ins(%labels, %s : tensor<?xindex>, tensor<?xf64>) outs(%e : tensor<?xf64>) {
  ^bb0(%label: index, %a: f64, %o: f64):
    %row = linalg.index 0 : index
    %picked = tensor.extract %t[%label, %row] : tensor<?x?xf64>
    %r = arith.divf %picked, %a : f64
    linalg.yield %r : f64
  } -> tensor<?xf64>
  func.return %l : tensor<?xf64>
}
