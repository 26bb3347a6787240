// RUN: tir-opt %s -t llvm | filecheck %s

// A table is defined for one element, which loops call, and for a vector, which is inlined where the vectorizer calls it.
llvm.func internal @table(i32) -> i32 attributes {tir.table = array<i32: 7, 6, 5, 4, 3, 2, 1, 0>}
// CHECK:       @"table.elements" = internal constant [8 x i32] [i32 7, i32 6, i32 5, i32 4, i32 3, i32 2, i32 1, i32 0]
// CHECK-NEXT:  define internal i32 @"table"(i32 %k) nounwind noinline willreturn memory(none) "vector-function-abi-variant"="_ZGV_LLVM_N8v_table(table.lanes8)" {
// CHECK-NEXT:    %place = and i32 %k, 7
// CHECK:       define internal <8 x i32> @"table.lanes8"(<8 x i32> %k) nounwind alwaysinline willreturn memory(none) {
// CHECK-NEXT:    %elements = call <8 x i32> @llvm.x86.avx2.permd(<8 x i32> <i32 7, i32 6, i32 5, i32 4, i32 3, i32 2, i32 1, i32 0>, <8 x i32> %k)
// CHECK:       @llvm.compiler.used = appending global [1 x ptr] [ptr @"table.lanes8"], section "llvm.metadata"
// CHECK:       declare <8 x i32> @llvm.x86.avx2.permd(<8 x i32>, <8 x i32>)
