// RUN: tir-opt %s -p convert-to-llvm | filecheck %s

// CHECK: llvm.func internal @loop(%[[N:.*]]: i64, %[[X:.*]]: f64) -> f64
func.func private @loop(%n: index, %x: f64) -> f64 {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  // CHECK: llvm.br ^[[HEAD:.*]](%{{.*}}, %[[X]] : i64, f64)
  // CHECK-NEXT: ^[[HEAD]](%[[I:.*]]: i64, %[[A:.*]]: f64):
  // CHECK-NEXT: %[[GO:.*]] = llvm.icmp "slt" %[[I]], %[[N]] : i64
  // CHECK-NEXT: llvm.cond_br %[[GO]], ^[[BODY:.*]], ^[[DONE:.*]]
  // CHECK-NEXT: ^[[BODY]]:
  %r = scf.for %i = %c0 to %n step %c1 iter_args(%a = %x) -> (f64) {
    // CHECK-NEXT: %[[B:.*]] = llvm.fadd %[[A]], %[[A]] {fastmathFlags = #llvm.fastmath<reassoc>} : f64
    %b = arith.addf %a, %a fastmath<reassoc> : f64
    // CHECK-NEXT: %[[NEXT:.*]] = llvm.add %[[I]], %{{.*}} overflow<nsw> : i64
    // CHECK-NEXT: llvm.br ^[[HEAD]](%[[NEXT]], %[[B]] : i64, f64) {loop_annotation = {unroll = 4 : i64}}
    scf.yield %b : f64
  } {loop_annotation = {unroll = 4 : i64}}
  // CHECK-NEXT: ^[[DONE]]:
  // CHECK-NEXT: llvm.return %[[A]] : f64
  func.return %r : f64
}

// CHECK: llvm.func internal @if(%[[C:.*]]: i1, %[[X:.*]]: f64) -> f64
func.func private @if(%c: i1, %x: f64) -> f64 {
  // CHECK: llvm.cond_br %[[C]], ^[[THEN:.*]], ^[[ELSE:.*]]
  %r = scf.if %c -> (f64) {
    // CHECK: llvm.br ^[[MERGE:.*]](%[[X]] : f64)
    scf.yield %x : f64
  } else {
    // CHECK: %[[Y:.*]] = llvm.fneg %[[X]]
    // CHECK-NEXT: llvm.br ^[[MERGE]](%[[Y]] : f64)
    %y = arith.negf %x : f64
    scf.yield %y : f64
  }
  // CHECK: ^[[MERGE]](%[[R:.*]]: f64):
  // CHECK-NEXT: llvm.return %[[R]] : f64
  func.return %r : f64
}

// The accesses of a loop with independent iterations belong to its group.
// CHECK: llvm.func internal @parallel
func.func private @parallel(%x: memref<?xf64>, %n: index, %v: f64) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  scf.for %i = %c0 to %n step %c1 {
    // CHECK: llvm.store %{{.*}} {access_groups = array<i64: [[GROUP:.*]]>, alignment = 8 : i64}
    memref.store %v, %x[%i] : memref<?xf64>
    // CHECK: llvm.br {{.*}} {loop_annotation = {parallel_accesses = [[GROUP]] : i64}}
  } {loop_annotation = {parallel_accesses}}
  func.return
}
