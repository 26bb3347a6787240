// RUN: tir-opt %s | tir-opt | filecheck %s
// RUN: tir-opt %s --print-op-generic | tir-opt | filecheck %s

// CHECK: %0 = nvvm.read.ptx.sreg.tid.x : i32
%0 = nvvm.read.ptx.sreg.tid.x : i32
// CHECK-NEXT: %1 = nvvm.read.ptx.sreg.ntid.y : i32
%1 = nvvm.read.ptx.sreg.ntid.y : i32
// CHECK-NEXT: %2 = nvvm.read.ptx.sreg.ctaid.z : i32
%2 = nvvm.read.ptx.sreg.ctaid.z : i32
// CHECK-NEXT: %3 = nvvm.read.ptx.sreg.nctaid.x : i32
%3 = nvvm.read.ptx.sreg.nctaid.x : i32
