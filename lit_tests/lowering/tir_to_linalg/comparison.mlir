// RUN: tir-opt %s -p tir-to-linalg | filecheck %s

// Predicates depend on the kind of number; results are i1.

func.func @eq_f64(%x: tensor<?xf64>, %y: tensor<?xf64>) -> tensor<?xi1> {
  %0 = tir.eq %x, %y : (tensor<?xf64>, tensor<?xf64>) -> tensor<?xi1>
  func.return %0 : tensor<?xi1>
}
// CHECK-LABEL: func.func @eq_f64
// CHECK: arith.cmpf oeq, %{{[0-9]+}}, %{{[0-9]+}} : f64

func.func @eq_i64(%x: tensor<?xi64>, %y: tensor<?xi64>) -> tensor<?xi1> {
  %0 = tir.eq %x, %y : (tensor<?xi64>, tensor<?xi64>) -> tensor<?xi1>
  func.return %0 : tensor<?xi1>
}
// CHECK-LABEL: func.func @eq_i64
// CHECK: arith.cmpi eq, %{{[0-9]+}}, %{{[0-9]+}} : i64

func.func @eq_ui16(%x: tensor<?xui16>, %y: tensor<?xui16>) -> tensor<?xi1> {
  %0 = tir.eq %x, %y : (tensor<?xui16>, tensor<?xui16>) -> tensor<?xi1>
  func.return %0 : tensor<?xi1>
}
// CHECK-LABEL: func.func @eq_ui16
// CHECK: arith.cmpi eq, %{{[0-9]+}}, %{{[0-9]+}} : i16

func.func @neq_f64(%x: tensor<?xf64>, %y: tensor<?xf64>) -> tensor<?xi1> {
  %0 = tir.neq %x, %y : (tensor<?xf64>, tensor<?xf64>) -> tensor<?xi1>
  func.return %0 : tensor<?xi1>
}
// CHECK-LABEL: func.func @neq_f64
// CHECK: arith.cmpf une, %{{[0-9]+}}, %{{[0-9]+}} : f64

func.func @neq_i64(%x: tensor<?xi64>, %y: tensor<?xi64>) -> tensor<?xi1> {
  %0 = tir.neq %x, %y : (tensor<?xi64>, tensor<?xi64>) -> tensor<?xi1>
  func.return %0 : tensor<?xi1>
}
// CHECK-LABEL: func.func @neq_i64
// CHECK: arith.cmpi ne, %{{[0-9]+}}, %{{[0-9]+}} : i64

func.func @neq_ui16(%x: tensor<?xui16>, %y: tensor<?xui16>) -> tensor<?xi1> {
  %0 = tir.neq %x, %y : (tensor<?xui16>, tensor<?xui16>) -> tensor<?xi1>
  func.return %0 : tensor<?xi1>
}
// CHECK-LABEL: func.func @neq_ui16
// CHECK: arith.cmpi ne, %{{[0-9]+}}, %{{[0-9]+}} : i16

func.func @lt_f64(%x: tensor<?xf64>, %y: tensor<?xf64>) -> tensor<?xi1> {
  %0 = tir.lt %x, %y : (tensor<?xf64>, tensor<?xf64>) -> tensor<?xi1>
  func.return %0 : tensor<?xi1>
}
// CHECK-LABEL: func.func @lt_f64
// CHECK: arith.cmpf olt, %{{[0-9]+}}, %{{[0-9]+}} : f64

func.func @lt_i64(%x: tensor<?xi64>, %y: tensor<?xi64>) -> tensor<?xi1> {
  %0 = tir.lt %x, %y : (tensor<?xi64>, tensor<?xi64>) -> tensor<?xi1>
  func.return %0 : tensor<?xi1>
}
// CHECK-LABEL: func.func @lt_i64
// CHECK: arith.cmpi slt, %{{[0-9]+}}, %{{[0-9]+}} : i64

func.func @lt_ui16(%x: tensor<?xui16>, %y: tensor<?xui16>) -> tensor<?xi1> {
  %0 = tir.lt %x, %y : (tensor<?xui16>, tensor<?xui16>) -> tensor<?xi1>
  func.return %0 : tensor<?xi1>
}
// CHECK-LABEL: func.func @lt_ui16
// CHECK: arith.cmpi ult, %{{[0-9]+}}, %{{[0-9]+}} : i16

func.func @le_f64(%x: tensor<?xf64>, %y: tensor<?xf64>) -> tensor<?xi1> {
  %0 = tir.le %x, %y : (tensor<?xf64>, tensor<?xf64>) -> tensor<?xi1>
  func.return %0 : tensor<?xi1>
}
// CHECK-LABEL: func.func @le_f64
// CHECK: arith.cmpf ole, %{{[0-9]+}}, %{{[0-9]+}} : f64

func.func @le_i64(%x: tensor<?xi64>, %y: tensor<?xi64>) -> tensor<?xi1> {
  %0 = tir.le %x, %y : (tensor<?xi64>, tensor<?xi64>) -> tensor<?xi1>
  func.return %0 : tensor<?xi1>
}
// CHECK-LABEL: func.func @le_i64
// CHECK: arith.cmpi sle, %{{[0-9]+}}, %{{[0-9]+}} : i64

func.func @le_ui16(%x: tensor<?xui16>, %y: tensor<?xui16>) -> tensor<?xi1> {
  %0 = tir.le %x, %y : (tensor<?xui16>, tensor<?xui16>) -> tensor<?xi1>
  func.return %0 : tensor<?xi1>
}
// CHECK-LABEL: func.func @le_ui16
// CHECK: arith.cmpi ule, %{{[0-9]+}}, %{{[0-9]+}} : i16

func.func @gt_f64(%x: tensor<?xf64>, %y: tensor<?xf64>) -> tensor<?xi1> {
  %0 = tir.gt %x, %y : (tensor<?xf64>, tensor<?xf64>) -> tensor<?xi1>
  func.return %0 : tensor<?xi1>
}
// CHECK-LABEL: func.func @gt_f64
// CHECK: arith.cmpf ogt, %{{[0-9]+}}, %{{[0-9]+}} : f64

func.func @gt_i64(%x: tensor<?xi64>, %y: tensor<?xi64>) -> tensor<?xi1> {
  %0 = tir.gt %x, %y : (tensor<?xi64>, tensor<?xi64>) -> tensor<?xi1>
  func.return %0 : tensor<?xi1>
}
// CHECK-LABEL: func.func @gt_i64
// CHECK: arith.cmpi sgt, %{{[0-9]+}}, %{{[0-9]+}} : i64

func.func @gt_ui16(%x: tensor<?xui16>, %y: tensor<?xui16>) -> tensor<?xi1> {
  %0 = tir.gt %x, %y : (tensor<?xui16>, tensor<?xui16>) -> tensor<?xi1>
  func.return %0 : tensor<?xi1>
}
// CHECK-LABEL: func.func @gt_ui16
// CHECK: arith.cmpi ugt, %{{[0-9]+}}, %{{[0-9]+}} : i16

func.func @ge_f64(%x: tensor<?xf64>, %y: tensor<?xf64>) -> tensor<?xi1> {
  %0 = tir.ge %x, %y : (tensor<?xf64>, tensor<?xf64>) -> tensor<?xi1>
  func.return %0 : tensor<?xi1>
}
// CHECK-LABEL: func.func @ge_f64
// CHECK: arith.cmpf oge, %{{[0-9]+}}, %{{[0-9]+}} : f64

func.func @ge_i64(%x: tensor<?xi64>, %y: tensor<?xi64>) -> tensor<?xi1> {
  %0 = tir.ge %x, %y : (tensor<?xi64>, tensor<?xi64>) -> tensor<?xi1>
  func.return %0 : tensor<?xi1>
}
// CHECK-LABEL: func.func @ge_i64
// CHECK: arith.cmpi sge, %{{[0-9]+}}, %{{[0-9]+}} : i64

func.func @ge_ui16(%x: tensor<?xui16>, %y: tensor<?xui16>) -> tensor<?xi1> {
  %0 = tir.ge %x, %y : (tensor<?xui16>, tensor<?xui16>) -> tensor<?xi1>
  func.return %0 : tensor<?xi1>
}
// CHECK-LABEL: func.func @ge_ui16
// CHECK: arith.cmpi uge, %{{[0-9]+}}, %{{[0-9]+}} : i16

func.func @isnan_f64(%x: tensor<?xf64>) -> tensor<?xi1> {
  %0 = tir.isnan %x : (tensor<?xf64>) -> tensor<?xi1>
  func.return %0 : tensor<?xi1>
}
// CHECK-LABEL: func.func @isnan_f64
// CHECK: arith.cmpf uno, [[X:%[0-9]+]], [[X]] : f64

func.func @isnan_i32(%x: tensor<?xi32>) -> tensor<?xi1> {
  %0 = tir.isnan %x : (tensor<?xi32>) -> tensor<?xi1>
  func.return %0 : tensor<?xi1>
}
// CHECK-LABEL: func.func @isnan_i32
// CHECK: arith.constant false

func.func @isinf_f64(%x: tensor<?xf64>) -> tensor<?xi1> {
  %0 = tir.isinf %x : (tensor<?xf64>) -> tensor<?xi1>
  func.return %0 : tensor<?xi1>
}
// CHECK-LABEL: func.func @isinf_f64
// CHECK: math.absf
// CHECK: arith.cmpf oeq

func.func @and_i32(%x: tensor<?xi32>, %y: tensor<?xi32>) -> tensor<?xi32> {
  %0 = tir.and %x, %y : tensor<?xi32>
  func.return %0 : tensor<?xi32>
}
// CHECK-LABEL: func.func @and_i32
// CHECK: arith.andi %{{[0-9]+}}, %{{[0-9]+}} : i32

func.func @or_i32(%x: tensor<?xi32>, %y: tensor<?xi32>) -> tensor<?xi32> {
  %0 = tir.or %x, %y : tensor<?xi32>
  func.return %0 : tensor<?xi32>
}
// CHECK-LABEL: func.func @or_i32
// CHECK: arith.ori %{{[0-9]+}}, %{{[0-9]+}} : i32

func.func @xor_i32(%x: tensor<?xi32>, %y: tensor<?xi32>) -> tensor<?xi32> {
  %0 = tir.xor %x, %y : tensor<?xi32>
  func.return %0 : tensor<?xi32>
}
// CHECK-LABEL: func.func @xor_i32
// CHECK: arith.xori %{{[0-9]+}}, %{{[0-9]+}} : i32

func.func @invert_i32(%x: tensor<?xi32>) -> tensor<?xi32> {
  %0 = tir.invert %x : tensor<?xi32>
  func.return %0 : tensor<?xi32>
}
// CHECK-LABEL: func.func @invert_i32
// CHECK: arith.constant -1 : i32
// CHECK: arith.xori

func.func @invert_i1(%x: tensor<?xi1>) -> tensor<?xi1> {
  %0 = tir.invert %x : tensor<?xi1>
  func.return %0 : tensor<?xi1>
}
// CHECK-LABEL: func.func @invert_i1
// CHECK: arith.constant true
// CHECK: arith.xori
