// RUN: tir-opt %s -p 'mark-cold-functions{limit=3}' | filecheck %s
// RUN: tir-opt %s -p 'mark-cold-functions{limit=3 large_module=20}' | filecheck %s --check-prefix=LARGE

// Long and without a loop.
// CHECK: llvm.func @main(%{{.*}}: i64) -> i64 attributes {{.*}}passthrough = ["nounwind", "optnone", "noinline"]
llvm.func @main(%a: i64) -> i64 attributes {passthrough = ["nounwind"]} {
  %0 = llvm.add %a, %a : i64
  %1 = llvm.add %0, %a : i64
  %2 = llvm.call @loop(%1) : (i64) -> i64
  llvm.return %2 : i64
}

// Short: constants are no instructions.
// CHECK: llvm.func @short
// CHECK-NOT: optnone
llvm.func @short() -> i64 {
  %0 = llvm.mlir.constant(1) : i64
  %1 = llvm.mlir.constant(2) : i64
  %2 = llvm.add %0, %1 : i64
  llvm.return %2 : i64
}

// A loop, what it calls, and what that calls.
// CHECK: llvm.func @loop
// CHECK-NOT: optnone
llvm.func @loop(%n: i64) -> i64 {
  llvm.br ^head(%n : i64)
^head(%i: i64):
  %next = llvm.call @called(%i) : (i64) -> i64
  %go = llvm.icmp "sgt" %next, %n : i64
  llvm.cond_br %go, ^head(%next : i64), ^end
^end:
  llvm.return %next : i64
}

// CHECK: llvm.func @called
// CHECK-NOT: optnone
llvm.func @called(%a: i64) -> i64 {
  %0 = llvm.add %a, %a : i64
  %1 = llvm.add %0, %a : i64
  %2 = llvm.call @called_by_it(%1) : (i64) -> i64
  llvm.return %2 : i64
}

// CHECK: llvm.func @called_by_it
// CHECK-NOT: optnone
llvm.func @called_by_it(%a: i64) -> i64 {
  %0 = llvm.add %a, %a : i64
  %1 = llvm.add %0, %a : i64
  %2 = llvm.add %1, %a : i64
  llvm.return %2 : i64
}

// To be inlined.
// CHECK: llvm.func @inlined
// CHECK-NOT: optnone
llvm.func @inlined(%a: i64) -> i64 attributes {passthrough = ["alwaysinline"]} {
  %0 = llvm.add %a, %a : i64
  %1 = llvm.add %0, %a : i64
  %2 = llvm.add %1, %a : i64
  llvm.return %2 : i64
}

// Its address is taken: a task, which runs a few times in a parallel loop.
// CHECK: llvm.func @body
// CHECK-SAME: "optnone"
llvm.func @body(%a: i64) -> i64 {
  %0 = llvm.add %a, %a : i64
  %1 = llvm.add %0, %a : i64
  %2 = llvm.add %1, %a : i64
  llvm.return %2 : i64
}

// CHECK: llvm.func @taker
// CHECK-NOT: optnone
llvm.func @taker() -> !llvm.ptr {
  %0 = llvm.mlir.addressof @body : !llvm.ptr
  llvm.return %0 : !llvm.ptr
}

// In a large module, short functions are marked as well, and the same are not.
// LARGE: llvm.func @main
// LARGE-SAME: "optnone"
// LARGE: llvm.func @short
// LARGE-SAME: "optnone"
// LARGE: llvm.func @loop
// LARGE-NOT: optnone
// LARGE: llvm.func @called
// LARGE-NOT: optnone
// LARGE: llvm.func @called_by_it
// LARGE-NOT: optnone
// LARGE: llvm.func @inlined
// LARGE-NOT: optnone
// LARGE: llvm.func @body
// LARGE-SAME: "optnone"
// LARGE: llvm.func @taker
// LARGE-SAME: "optnone"
