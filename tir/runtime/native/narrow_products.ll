; Products of matrices with few columns, such as the classes of a classifier, for which BLAS has no good kernel: it pads
; them to the width of a vector. Here vectors lie along the sum where the rows of a are contiguous, and along the rows
; where its columns are. Tiles of five columns keep ten sums in registers. A sum is cut into blocks that stay in the
; first cache; that depends on its length only.

declare <8 x float> @llvm.masked.load.v8f32.p0(ptr, i32, <8 x i1>, <8 x float>)
declare <4 x double> @llvm.masked.load.v4f64.p0(ptr, i32, <4 x i1>, <4 x double>)
declare <8 x float> @llvm.fmuladd.v8f32(<8 x float>, <8 x float>, <8 x float>)
declare <4 x double> @llvm.fmuladd.v4f64(<4 x double>, <4 x double>, <4 x double>)
declare float @llvm.vector.reduce.fadd.v8f32(float, <8 x float>)
declare double @llvm.vector.reduce.fadd.v4f64(double, <4 x double>)
declare i64 @llvm.umin.i64(i64, i64)

; i1 tir_narrow_gemm(bytes, layout_a, layout_b, m, n, k, alpha, a, lda, b, ldb, beta, c, ldc)
;
; c = alpha * (a @ b) + beta * c by rows, as cblas_sgemm and cblas_dgemm do, where that is faster than BLAS; otherwise
; nothing, and false. BLAS is as good at 8 columns and better from 12 on.
define i1 @tir_narrow_gemm(
  i64 %bytes, i32 %layout_a, i32 %layout_b, i64 %m, i64 %n, i64 %k, double %alpha,
  ptr %a, i64 %lda, ptr %b, i64 %ldb, double %beta, ptr %c, i64 %ldc
) nounwind {
  %fewer = sub i64 %n, 1
  %narrow = icmp ult i64 %fewer, 11
  %tall = icmp uge i64 %m, 96
  %deep = icmp uge i64 %k, 128
  %suitable_1 = and i1 %narrow, %tall
  %suitable = and i1 %suitable_1, %deep
  br i1 %suitable, label %multiply, label %leave

leave:
  ret i1 false

multiply:
  %plain_b = icmp eq i32 %layout_b, 111
  %b_row = select i1 %plain_b, i64 %ldb, i64 1
  %b_column = select i1 %plain_b, i64 1, i64 %ldb
  %lda_bytes = mul i64 %lda, %bytes
  %ldc_bytes = mul i64 %ldc, %bytes
  %b_row_bytes = mul i64 %b_row, %bytes
  %b_column_bytes = mul i64 %b_column, %bytes
  %plain_a = icmp eq i32 %layout_a, 111
  %single = icmp eq i64 %bytes, 4
  %by_sum = select i1 %single, ptr @block_by_sum_float, ptr @block_by_sum_double
  %by_rows = select i1 %single, ptr @block_by_rows_float, ptr @block_by_rows_double
  %block = select i1 %plain_a, ptr %by_sum, ptr %by_rows
  %a_term = select i1 %plain_a, i64 %bytes, i64 %lda_bytes
  ; Terms of a block: 2 kB of each column of b, or 256 lines of a.
  %sum_terms = udiv i64 2048, %bytes
  %most = select i1 %plain_a, i64 %sum_terms, i64 256
  %last = add i64 %k, -1
  %whole = udiv i64 %last, %most
  %blocks = add i64 %whole, 1
  %above = add i64 %k, %whole
  %even = udiv i64 %above, %blocks
  ; Whole vectors.
  %even_above = add i64 %even, 7
  %terms = and i64 %even_above, -8
  br label %next

next:
  %from = phi i64 [ 0, %multiply ], [ %to, %next ]
  %a_from = phi ptr [ %a, %multiply ], [ %a_to, %next ]
  %b_from = phi ptr [ %b, %multiply ], [ %b_to, %next ]
  %scale = phi double [ %beta, %multiply ], [ 1.0, %next ]
  %left = sub i64 %k, %from
  %these = call i64 @llvm.umin.i64(i64 %terms, i64 %left)
  call void %block(
    i64 %m, i64 %n, i64 %these, double %alpha, ptr %a_from, i64 %lda_bytes,
    ptr %b_from, i64 %b_row_bytes, i64 %b_column_bytes, double %scale, ptr %c, i64 %ldc_bytes)
  %to = add i64 %from, %these
  %a_offset = mul i64 %these, %a_term
  %a_to = getelementptr i8, ptr %a_from, i64 %a_offset
  %b_offset = mul i64 %these, %b_row_bytes
  %b_to = getelementptr i8, ptr %b_from, i64 %b_offset
  %more = icmp ult i64 %to, %k
  br i1 %more, label %next, label %done

done:
  ret i1 true
}

; A block of the sum, with vectors along it: the columns of b are copied, each into a piece of its own, then tiles of two
; rows and five columns.
define internal void @block_by_sum_float(
  i64 %m, i64 %n, i64 %terms, double %wide_alpha, ptr %a, i64 %a_row,
  ptr %b, i64 %b_row, i64 %b_column, double %wide_beta, ptr %c, i64 %c_row
) nounwind {
entry:
  ; Pieces of 2 kB and a line, so that they do not compete for the same lines of the cache.
  %columns = alloca [11 x [2112 x i8]], align 64
  %sums = alloca [10 x float], align 64
  %alpha = fptrunc double %wide_alpha to float
  %beta = fptrunc double %wide_beta to float
  br label %column

column:
  %j = phi i64 [ 0, %entry ], [ %j_next, %copied ]
  %from_column = mul i64 %j, %b_column
  %from = getelementptr i8, ptr %b, i64 %from_column
  %to = getelementptr [2112 x i8], ptr %columns, i64 %j
  br label %copy

copy:
  %term = phi i64 [ 0, %column ], [ %term_next, %copy ]
  %offset = mul i64 %term, %b_row
  %from_at = getelementptr i8, ptr %from, i64 %offset
  %to_at = getelementptr float, ptr %to, i64 %term
  %element = load float, ptr %from_at, align 4
  store float %element, ptr %to_at, align 4
  %term_next = add i64 %term, 1
  %more_terms = icmp ult i64 %term_next, %terms
  br i1 %more_terms, label %copy, label %copied

  ; Zeros behind it, for the part of a vector that the last terms leave.
copied:
  %end = getelementptr float, ptr %to, i64 %terms
  store <8 x float> zeroinitializer, ptr %end, align 4
  %j_next = add i64 %j, 1
  %more_columns = icmp ult i64 %j_next, %n
  br i1 %more_columns, label %column, label %rows

rows:
  %i = phi i64 [ 0, %copied ], [ %i_next, %rows_done ]
  %a_offset = mul i64 %i, %a_row
  %a_at = getelementptr i8, ptr %a, i64 %a_offset
  %rows_left = sub i64 %m, %i
  %tile_rows = call i64 @llvm.umin.i64(i64 %rows_left, i64 2)
  %two = icmp eq i64 %tile_rows, 2
  %second = select i1 %two, i64 %a_row, i64 0
  br label %tile

tile:
  %first = phi i64 [ 0, %rows ], [ %first_next, %tile ]
  %columns_left = sub i64 %n, %first
  %tile_columns = call i64 @llvm.umin.i64(i64 %columns_left, i64 5)
  %b_at = getelementptr [2112 x i8], ptr %columns, i64 %first
  call void @tile_by_sum_float(i64 %terms, ptr %a_at, i64 %second, ptr %b_at, i64 %tile_columns, ptr %sums)
  %c_at = call ptr @place_float(ptr %c, i64 %c_row, i64 %i, i64 %first)
  call void @store_float(
    ptr %sums, i64 5, i64 1, i64 0, i64 %tile_rows, i64 %tile_columns, float %alpha, float %beta, ptr %c_at, i64 %c_row)
  %first_next = add i64 %first, 5
  %more_tiles = icmp ult i64 %first_next, %n
  br i1 %more_tiles, label %tile, label %rows_done

rows_done:
  %i_next = add i64 %i, 2
  %more_rows = icmp ult i64 %i_next, %m
  br i1 %more_rows, label %rows, label %done

done:
  ret void
}

; The sums of two rows and up to five columns, row by row. Where columns are missing the last one is taken again.
define internal void @tile_by_sum_float(
  i64 %terms, ptr %a, i64 %second, ptr %columns, i64 %count, ptr %sums
) nounwind {
entry:
  %last = add i64 %count, -1
  %j0 = call i64 @llvm.umin.i64(i64 0, i64 %last)
  %b0 = getelementptr [2112 x i8], ptr %columns, i64 %j0
  %j1 = call i64 @llvm.umin.i64(i64 1, i64 %last)
  %b1 = getelementptr [2112 x i8], ptr %columns, i64 %j1
  %j2 = call i64 @llvm.umin.i64(i64 2, i64 %last)
  %b2 = getelementptr [2112 x i8], ptr %columns, i64 %j2
  %j3 = call i64 @llvm.umin.i64(i64 3, i64 %last)
  %b3 = getelementptr [2112 x i8], ptr %columns, i64 %j3
  %j4 = call i64 @llvm.umin.i64(i64 4, i64 %last)
  %b4 = getelementptr [2112 x i8], ptr %columns, i64 %j4
  %a_second = getelementptr i8, ptr %a, i64 %second
  %whole = and i64 %terms, -8
  %tail = sub i64 %terms, %whole
  %some = icmp ne i64 %whole, 0
  br i1 %some, label %add, label %rest

add:
  %term = phi i64 [ 0, %entry ], [ %term_next, %add ]
  %s00 = phi <8 x float> [ zeroinitializer, %entry ], [ %n00, %add ]
  %s01 = phi <8 x float> [ zeroinitializer, %entry ], [ %n01, %add ]
  %s02 = phi <8 x float> [ zeroinitializer, %entry ], [ %n02, %add ]
  %s03 = phi <8 x float> [ zeroinitializer, %entry ], [ %n03, %add ]
  %s04 = phi <8 x float> [ zeroinitializer, %entry ], [ %n04, %add ]
  %s10 = phi <8 x float> [ zeroinitializer, %entry ], [ %n10, %add ]
  %s11 = phi <8 x float> [ zeroinitializer, %entry ], [ %n11, %add ]
  %s12 = phi <8 x float> [ zeroinitializer, %entry ], [ %n12, %add ]
  %s13 = phi <8 x float> [ zeroinitializer, %entry ], [ %n13, %add ]
  %s14 = phi <8 x float> [ zeroinitializer, %entry ], [ %n14, %add ]
  %x0_at = getelementptr float, ptr %a, i64 %term
  %x0 = load <8 x float>, ptr %x0_at, align 4
  %x1_at = getelementptr float, ptr %a_second, i64 %term
  %x1 = load <8 x float>, ptr %x1_at, align 4
  %b0_at = getelementptr float, ptr %b0, i64 %term
  %y0 = load <8 x float>, ptr %b0_at, align 4
  %n00 = call <8 x float> @llvm.fmuladd.v8f32(<8 x float> %x0, <8 x float> %y0, <8 x float> %s00)
  %n10 = call <8 x float> @llvm.fmuladd.v8f32(<8 x float> %x1, <8 x float> %y0, <8 x float> %s10)
  %b1_at = getelementptr float, ptr %b1, i64 %term
  %y1 = load <8 x float>, ptr %b1_at, align 4
  %n01 = call <8 x float> @llvm.fmuladd.v8f32(<8 x float> %x0, <8 x float> %y1, <8 x float> %s01)
  %n11 = call <8 x float> @llvm.fmuladd.v8f32(<8 x float> %x1, <8 x float> %y1, <8 x float> %s11)
  %b2_at = getelementptr float, ptr %b2, i64 %term
  %y2 = load <8 x float>, ptr %b2_at, align 4
  %n02 = call <8 x float> @llvm.fmuladd.v8f32(<8 x float> %x0, <8 x float> %y2, <8 x float> %s02)
  %n12 = call <8 x float> @llvm.fmuladd.v8f32(<8 x float> %x1, <8 x float> %y2, <8 x float> %s12)
  %b3_at = getelementptr float, ptr %b3, i64 %term
  %y3 = load <8 x float>, ptr %b3_at, align 4
  %n03 = call <8 x float> @llvm.fmuladd.v8f32(<8 x float> %x0, <8 x float> %y3, <8 x float> %s03)
  %n13 = call <8 x float> @llvm.fmuladd.v8f32(<8 x float> %x1, <8 x float> %y3, <8 x float> %s13)
  %b4_at = getelementptr float, ptr %b4, i64 %term
  %y4 = load <8 x float>, ptr %b4_at, align 4
  %n04 = call <8 x float> @llvm.fmuladd.v8f32(<8 x float> %x0, <8 x float> %y4, <8 x float> %s04)
  %n14 = call <8 x float> @llvm.fmuladd.v8f32(<8 x float> %x1, <8 x float> %y4, <8 x float> %s14)
  %term_next = add i64 %term, 8
  %more = icmp ult i64 %term_next, %whole
  br i1 %more, label %add, label %rest

rest:
  %w00 = phi <8 x float> [ zeroinitializer, %entry ], [ %n00, %add ]
  %w01 = phi <8 x float> [ zeroinitializer, %entry ], [ %n01, %add ]
  %w02 = phi <8 x float> [ zeroinitializer, %entry ], [ %n02, %add ]
  %w03 = phi <8 x float> [ zeroinitializer, %entry ], [ %n03, %add ]
  %w04 = phi <8 x float> [ zeroinitializer, %entry ], [ %n04, %add ]
  %w10 = phi <8 x float> [ zeroinitializer, %entry ], [ %n10, %add ]
  %w11 = phi <8 x float> [ zeroinitializer, %entry ], [ %n11, %add ]
  %w12 = phi <8 x float> [ zeroinitializer, %entry ], [ %n12, %add ]
  %w13 = phi <8 x float> [ zeroinitializer, %entry ], [ %n13, %add ]
  %w14 = phi <8 x float> [ zeroinitializer, %entry ], [ %n14, %add ]
  %none = icmp eq i64 %tail, 0
  br i1 %none, label %finish, label %partly

partly:
  %tail_first = insertelement <8 x i64> poison, i64 %tail, i64 0
  %tails = shufflevector <8 x i64> %tail_first, <8 x i64> poison, <8 x i32> zeroinitializer
  %mask = icmp ult <8 x i64> <i64 0, i64 1, i64 2, i64 3, i64 4, i64 5, i64 6, i64 7>, %tails
  %z0_at = getelementptr float, ptr %a, i64 %whole
  %z0 = call <8 x float> @llvm.masked.load.v8f32.p0(ptr %z0_at, i32 4, <8 x i1> %mask, <8 x float> zeroinitializer)
  %z1_at = getelementptr float, ptr %a_second, i64 %whole
  %z1 = call <8 x float> @llvm.masked.load.v8f32.p0(ptr %z1_at, i32 4, <8 x i1> %mask, <8 x float> zeroinitializer)
  %b0_at_tail = getelementptr float, ptr %b0, i64 %whole
  %y0_tail = load <8 x float>, ptr %b0_at_tail, align 4
  %t00 = call <8 x float> @llvm.fmuladd.v8f32(<8 x float> %z0, <8 x float> %y0_tail, <8 x float> %w00)
  %t10 = call <8 x float> @llvm.fmuladd.v8f32(<8 x float> %z1, <8 x float> %y0_tail, <8 x float> %w10)
  %b1_at_tail = getelementptr float, ptr %b1, i64 %whole
  %y1_tail = load <8 x float>, ptr %b1_at_tail, align 4
  %t01 = call <8 x float> @llvm.fmuladd.v8f32(<8 x float> %z0, <8 x float> %y1_tail, <8 x float> %w01)
  %t11 = call <8 x float> @llvm.fmuladd.v8f32(<8 x float> %z1, <8 x float> %y1_tail, <8 x float> %w11)
  %b2_at_tail = getelementptr float, ptr %b2, i64 %whole
  %y2_tail = load <8 x float>, ptr %b2_at_tail, align 4
  %t02 = call <8 x float> @llvm.fmuladd.v8f32(<8 x float> %z0, <8 x float> %y2_tail, <8 x float> %w02)
  %t12 = call <8 x float> @llvm.fmuladd.v8f32(<8 x float> %z1, <8 x float> %y2_tail, <8 x float> %w12)
  %b3_at_tail = getelementptr float, ptr %b3, i64 %whole
  %y3_tail = load <8 x float>, ptr %b3_at_tail, align 4
  %t03 = call <8 x float> @llvm.fmuladd.v8f32(<8 x float> %z0, <8 x float> %y3_tail, <8 x float> %w03)
  %t13 = call <8 x float> @llvm.fmuladd.v8f32(<8 x float> %z1, <8 x float> %y3_tail, <8 x float> %w13)
  %b4_at_tail = getelementptr float, ptr %b4, i64 %whole
  %y4_tail = load <8 x float>, ptr %b4_at_tail, align 4
  %t04 = call <8 x float> @llvm.fmuladd.v8f32(<8 x float> %z0, <8 x float> %y4_tail, <8 x float> %w04)
  %t14 = call <8 x float> @llvm.fmuladd.v8f32(<8 x float> %z1, <8 x float> %y4_tail, <8 x float> %w14)
  br label %finish

finish:
  %f00 = phi <8 x float> [ %w00, %rest ], [ %t00, %partly ]
  %f01 = phi <8 x float> [ %w01, %rest ], [ %t01, %partly ]
  %f02 = phi <8 x float> [ %w02, %rest ], [ %t02, %partly ]
  %f03 = phi <8 x float> [ %w03, %rest ], [ %t03, %partly ]
  %f04 = phi <8 x float> [ %w04, %rest ], [ %t04, %partly ]
  %f10 = phi <8 x float> [ %w10, %rest ], [ %t10, %partly ]
  %f11 = phi <8 x float> [ %w11, %rest ], [ %t11, %partly ]
  %f12 = phi <8 x float> [ %w12, %rest ], [ %t12, %partly ]
  %f13 = phi <8 x float> [ %w13, %rest ], [ %t13, %partly ]
  %f14 = phi <8 x float> [ %w14, %rest ], [ %t14, %partly ]
  %r00 = call reassoc float @llvm.vector.reduce.fadd.v8f32(float -0.0, <8 x float> %f00)
  %p00 = getelementptr float, ptr %sums, i64 0
  store float %r00, ptr %p00, align 4
  %r01 = call reassoc float @llvm.vector.reduce.fadd.v8f32(float -0.0, <8 x float> %f01)
  %p01 = getelementptr float, ptr %sums, i64 1
  store float %r01, ptr %p01, align 4
  %r02 = call reassoc float @llvm.vector.reduce.fadd.v8f32(float -0.0, <8 x float> %f02)
  %p02 = getelementptr float, ptr %sums, i64 2
  store float %r02, ptr %p02, align 4
  %r03 = call reassoc float @llvm.vector.reduce.fadd.v8f32(float -0.0, <8 x float> %f03)
  %p03 = getelementptr float, ptr %sums, i64 3
  store float %r03, ptr %p03, align 4
  %r04 = call reassoc float @llvm.vector.reduce.fadd.v8f32(float -0.0, <8 x float> %f04)
  %p04 = getelementptr float, ptr %sums, i64 4
  store float %r04, ptr %p04, align 4
  %r10 = call reassoc float @llvm.vector.reduce.fadd.v8f32(float -0.0, <8 x float> %f10)
  %p10 = getelementptr float, ptr %sums, i64 5
  store float %r10, ptr %p10, align 4
  %r11 = call reassoc float @llvm.vector.reduce.fadd.v8f32(float -0.0, <8 x float> %f11)
  %p11 = getelementptr float, ptr %sums, i64 6
  store float %r11, ptr %p11, align 4
  %r12 = call reassoc float @llvm.vector.reduce.fadd.v8f32(float -0.0, <8 x float> %f12)
  %p12 = getelementptr float, ptr %sums, i64 7
  store float %r12, ptr %p12, align 4
  %r13 = call reassoc float @llvm.vector.reduce.fadd.v8f32(float -0.0, <8 x float> %f13)
  %p13 = getelementptr float, ptr %sums, i64 8
  store float %r13, ptr %p13, align 4
  %r14 = call reassoc float @llvm.vector.reduce.fadd.v8f32(float -0.0, <8 x float> %f14)
  %p14 = getelementptr float, ptr %sums, i64 9
  store float %r14, ptr %p14, align 4
  ret void
}

; A block of the sum, with vectors along the rows: tiles of 16 rows and five columns. The last tile of rows begins early
; enough to be whole, and leaves out what is done.
define internal void @block_by_rows_float(
  i64 %m, i64 %n, i64 %terms, double %wide_alpha, ptr %a, i64 %a_term,
  ptr %b, i64 %b_row, i64 %b_column, double %wide_beta, ptr %c, i64 %c_row
) nounwind {
entry:
  %sums = alloca [80 x float], align 64
  %alpha = fptrunc double %wide_alpha to float
  %beta = fptrunc double %wide_beta to float
  %last = sub i64 %m, 16
  br label %rows

rows:
  %i = phi i64 [ 0, %entry ], [ %i_next, %rows_done ]
  %begin = call i64 @llvm.umin.i64(i64 %i, i64 %last)
  %skip = sub i64 %i, %begin
  %a_at = getelementptr float, ptr %a, i64 %begin
  br label %tile

tile:
  %first = phi i64 [ 0, %rows ], [ %first_next, %tile ]
  %columns_left = sub i64 %n, %first
  %tile_columns = call i64 @llvm.umin.i64(i64 %columns_left, i64 5)
  %b_offset = mul i64 %first, %b_column
  %b_at = getelementptr i8, ptr %b, i64 %b_offset
  call void @tile_by_rows_float(
    i64 %terms, ptr %a_at, i64 %a_term, ptr %b_at, i64 %b_row, i64 %b_column, i64 %tile_columns, ptr %sums)
  %c_at = call ptr @place_float(ptr %c, i64 %c_row, i64 %begin, i64 %first)
  call void @store_float(
    ptr %sums, i64 1, i64 16, i64 %skip, i64 16, i64 %tile_columns, float %alpha, float %beta, ptr %c_at, i64 %c_row)
  %first_next = add i64 %first, 5
  %more_tiles = icmp ult i64 %first_next, %n
  br i1 %more_tiles, label %tile, label %rows_done

rows_done:
  %i_next = add i64 %i, 16
  %more_rows = icmp ult i64 %i_next, %m
  br i1 %more_rows, label %rows, label %done

done:
  ret void
}

; The sums of 16 rows and up to five columns, column by column.
define internal void @tile_by_rows_float(
  i64 %terms, ptr %a, i64 %a_term, ptr %b, i64 %b_row, i64 %b_column, i64 %count, ptr %sums
) nounwind {
entry:
  %last = add i64 %count, -1
  %j0 = call i64 @llvm.umin.i64(i64 0, i64 %last)
  %o0 = mul i64 %j0, %b_column
  %j1 = call i64 @llvm.umin.i64(i64 1, i64 %last)
  %o1 = mul i64 %j1, %b_column
  %j2 = call i64 @llvm.umin.i64(i64 2, i64 %last)
  %o2 = mul i64 %j2, %b_column
  %j3 = call i64 @llvm.umin.i64(i64 3, i64 %last)
  %o3 = mul i64 %j3, %b_column
  %j4 = call i64 @llvm.umin.i64(i64 4, i64 %last)
  %o4 = mul i64 %j4, %b_column
  br label %add

add:
  %term = phi i64 [ 0, %entry ], [ %term_next, %add ]
  %a_at = phi ptr [ %a, %entry ], [ %a_next, %add ]
  %b_at = phi ptr [ %b, %entry ], [ %b_next, %add ]
  %s00 = phi <8 x float> [ zeroinitializer, %entry ], [ %n00, %add ]
  %s01 = phi <8 x float> [ zeroinitializer, %entry ], [ %n01, %add ]
  %s02 = phi <8 x float> [ zeroinitializer, %entry ], [ %n02, %add ]
  %s03 = phi <8 x float> [ zeroinitializer, %entry ], [ %n03, %add ]
  %s04 = phi <8 x float> [ zeroinitializer, %entry ], [ %n04, %add ]
  %s10 = phi <8 x float> [ zeroinitializer, %entry ], [ %n10, %add ]
  %s11 = phi <8 x float> [ zeroinitializer, %entry ], [ %n11, %add ]
  %s12 = phi <8 x float> [ zeroinitializer, %entry ], [ %n12, %add ]
  %s13 = phi <8 x float> [ zeroinitializer, %entry ], [ %n13, %add ]
  %s14 = phi <8 x float> [ zeroinitializer, %entry ], [ %n14, %add ]
  %a_second = getelementptr float, ptr %a_at, i64 8
  %x0 = load <8 x float>, ptr %a_at, align 4
  %x1 = load <8 x float>, ptr %a_second, align 4
  %b0_at = getelementptr i8, ptr %b_at, i64 %o0
  %y0 = load float, ptr %b0_at, align 4
  %v0 = insertelement <8 x float> poison, float %y0, i64 0
  %u0 = shufflevector <8 x float> %v0, <8 x float> poison, <8 x i32> zeroinitializer
  %n00 = call <8 x float> @llvm.fmuladd.v8f32(<8 x float> %x0, <8 x float> %u0, <8 x float> %s00)
  %n10 = call <8 x float> @llvm.fmuladd.v8f32(<8 x float> %x1, <8 x float> %u0, <8 x float> %s10)
  %b1_at = getelementptr i8, ptr %b_at, i64 %o1
  %y1 = load float, ptr %b1_at, align 4
  %v1 = insertelement <8 x float> poison, float %y1, i64 0
  %u1 = shufflevector <8 x float> %v1, <8 x float> poison, <8 x i32> zeroinitializer
  %n01 = call <8 x float> @llvm.fmuladd.v8f32(<8 x float> %x0, <8 x float> %u1, <8 x float> %s01)
  %n11 = call <8 x float> @llvm.fmuladd.v8f32(<8 x float> %x1, <8 x float> %u1, <8 x float> %s11)
  %b2_at = getelementptr i8, ptr %b_at, i64 %o2
  %y2 = load float, ptr %b2_at, align 4
  %v2 = insertelement <8 x float> poison, float %y2, i64 0
  %u2 = shufflevector <8 x float> %v2, <8 x float> poison, <8 x i32> zeroinitializer
  %n02 = call <8 x float> @llvm.fmuladd.v8f32(<8 x float> %x0, <8 x float> %u2, <8 x float> %s02)
  %n12 = call <8 x float> @llvm.fmuladd.v8f32(<8 x float> %x1, <8 x float> %u2, <8 x float> %s12)
  %b3_at = getelementptr i8, ptr %b_at, i64 %o3
  %y3 = load float, ptr %b3_at, align 4
  %v3 = insertelement <8 x float> poison, float %y3, i64 0
  %u3 = shufflevector <8 x float> %v3, <8 x float> poison, <8 x i32> zeroinitializer
  %n03 = call <8 x float> @llvm.fmuladd.v8f32(<8 x float> %x0, <8 x float> %u3, <8 x float> %s03)
  %n13 = call <8 x float> @llvm.fmuladd.v8f32(<8 x float> %x1, <8 x float> %u3, <8 x float> %s13)
  %b4_at = getelementptr i8, ptr %b_at, i64 %o4
  %y4 = load float, ptr %b4_at, align 4
  %v4 = insertelement <8 x float> poison, float %y4, i64 0
  %u4 = shufflevector <8 x float> %v4, <8 x float> poison, <8 x i32> zeroinitializer
  %n04 = call <8 x float> @llvm.fmuladd.v8f32(<8 x float> %x0, <8 x float> %u4, <8 x float> %s04)
  %n14 = call <8 x float> @llvm.fmuladd.v8f32(<8 x float> %x1, <8 x float> %u4, <8 x float> %s14)
  %a_next = getelementptr i8, ptr %a_at, i64 %a_term
  %b_next = getelementptr i8, ptr %b_at, i64 %b_row
  %term_next = add i64 %term, 1
  %more = icmp ult i64 %term_next, %terms
  br i1 %more, label %add, label %finish

finish:
  %p00 = getelementptr float, ptr %sums, i64 0
  store <8 x float> %n00, ptr %p00, align 4
  %p01 = getelementptr float, ptr %sums, i64 16
  store <8 x float> %n01, ptr %p01, align 4
  %p02 = getelementptr float, ptr %sums, i64 32
  store <8 x float> %n02, ptr %p02, align 4
  %p03 = getelementptr float, ptr %sums, i64 48
  store <8 x float> %n03, ptr %p03, align 4
  %p04 = getelementptr float, ptr %sums, i64 64
  store <8 x float> %n04, ptr %p04, align 4
  %p10 = getelementptr float, ptr %sums, i64 8
  store <8 x float> %n10, ptr %p10, align 4
  %p11 = getelementptr float, ptr %sums, i64 24
  store <8 x float> %n11, ptr %p11, align 4
  %p12 = getelementptr float, ptr %sums, i64 40
  store <8 x float> %n12, ptr %p12, align 4
  %p13 = getelementptr float, ptr %sums, i64 56
  store <8 x float> %n13, ptr %p13, align 4
  %p14 = getelementptr float, ptr %sums, i64 72
  store <8 x float> %n14, ptr %p14, align 4
  ret void
}

; Rows of a result from `skip` on: alpha * sum + beta * old, without regard to what was there where beta is 0.
define internal void @store_float(
  ptr %sums, i64 %row_step, i64 %column_step, i64 %skip, i64 %rows, i64 %columns, float %alpha, float %beta,
  ptr %c, i64 %c_row
) nounwind {
entry:
  %overwrites = fcmp oeq float %beta, 0.0
  br label %row

row:
  %i = phi i64 [ %skip, %entry ], [ %i_next, %row_done ]
  %sums_offset = mul i64 %i, %row_step
  %sums_at = getelementptr float, ptr %sums, i64 %sums_offset
  %c_offset = mul i64 %i, %c_row
  %c_at = getelementptr i8, ptr %c, i64 %c_offset
  br label %column

column:
  %j = phi i64 [ 0, %row ], [ %j_next, %column ]
  %sum_offset = mul i64 %j, %column_step
  %sum_at = getelementptr float, ptr %sums_at, i64 %sum_offset
  %sum = load float, ptr %sum_at, align 4
  %place = getelementptr float, ptr %c_at, i64 %j
  %old = load float, ptr %place, align 4
  %times_beta = fmul float %beta, %old
  %kept = select i1 %overwrites, float 0.0, float %times_beta
  %scaled = fmul float %alpha, %sum
  %result = fadd float %scaled, %kept
  store float %result, ptr %place, align 4
  %j_next = add i64 %j, 1
  %more_columns = icmp ult i64 %j_next, %columns
  br i1 %more_columns, label %column, label %row_done

row_done:
  %i_next = add i64 %i, 1
  %more_rows = icmp ult i64 %i_next, %rows
  br i1 %more_rows, label %row, label %done

done:
  ret void
}

define internal ptr @place_float(ptr %c, i64 %c_row, i64 %row, i64 %column) nounwind alwaysinline {
  %offset = mul i64 %row, %c_row
  %row_at = getelementptr i8, ptr %c, i64 %offset
  %place = getelementptr float, ptr %row_at, i64 %column
  ret ptr %place
}

; A block of the sum, with vectors along it: the columns of b are copied, each into a piece of its own, then tiles of two
; rows and five columns.
define internal void @block_by_sum_double(
  i64 %m, i64 %n, i64 %terms, double %wide_alpha, ptr %a, i64 %a_row,
  ptr %b, i64 %b_row, i64 %b_column, double %wide_beta, ptr %c, i64 %c_row
) nounwind {
entry:
  ; Pieces of 2 kB and a line, so that they do not compete for the same lines of the cache.
  %columns = alloca [11 x [2112 x i8]], align 64
  %sums = alloca [10 x double], align 64
  %alpha = fadd double %wide_alpha, -0.0
  %beta = fadd double %wide_beta, -0.0
  br label %column

column:
  %j = phi i64 [ 0, %entry ], [ %j_next, %copied ]
  %from_column = mul i64 %j, %b_column
  %from = getelementptr i8, ptr %b, i64 %from_column
  %to = getelementptr [2112 x i8], ptr %columns, i64 %j
  br label %copy

copy:
  %term = phi i64 [ 0, %column ], [ %term_next, %copy ]
  %offset = mul i64 %term, %b_row
  %from_at = getelementptr i8, ptr %from, i64 %offset
  %to_at = getelementptr double, ptr %to, i64 %term
  %element = load double, ptr %from_at, align 8
  store double %element, ptr %to_at, align 8
  %term_next = add i64 %term, 1
  %more_terms = icmp ult i64 %term_next, %terms
  br i1 %more_terms, label %copy, label %copied

  ; Zeros behind it, for the part of a vector that the last terms leave.
copied:
  %end = getelementptr double, ptr %to, i64 %terms
  store <4 x double> zeroinitializer, ptr %end, align 8
  %j_next = add i64 %j, 1
  %more_columns = icmp ult i64 %j_next, %n
  br i1 %more_columns, label %column, label %rows

rows:
  %i = phi i64 [ 0, %copied ], [ %i_next, %rows_done ]
  %a_offset = mul i64 %i, %a_row
  %a_at = getelementptr i8, ptr %a, i64 %a_offset
  %rows_left = sub i64 %m, %i
  %tile_rows = call i64 @llvm.umin.i64(i64 %rows_left, i64 2)
  %two = icmp eq i64 %tile_rows, 2
  %second = select i1 %two, i64 %a_row, i64 0
  br label %tile

tile:
  %first = phi i64 [ 0, %rows ], [ %first_next, %tile ]
  %columns_left = sub i64 %n, %first
  %tile_columns = call i64 @llvm.umin.i64(i64 %columns_left, i64 5)
  %b_at = getelementptr [2112 x i8], ptr %columns, i64 %first
  call void @tile_by_sum_double(i64 %terms, ptr %a_at, i64 %second, ptr %b_at, i64 %tile_columns, ptr %sums)
  %c_at = call ptr @place_double(ptr %c, i64 %c_row, i64 %i, i64 %first)
  call void @store_double(
    ptr %sums, i64 5, i64 1, i64 0, i64 %tile_rows, i64 %tile_columns, double %alpha, double %beta, ptr %c_at, i64 %c_row)
  %first_next = add i64 %first, 5
  %more_tiles = icmp ult i64 %first_next, %n
  br i1 %more_tiles, label %tile, label %rows_done

rows_done:
  %i_next = add i64 %i, 2
  %more_rows = icmp ult i64 %i_next, %m
  br i1 %more_rows, label %rows, label %done

done:
  ret void
}

; The sums of two rows and up to five columns, row by row. Where columns are missing the last one is taken again.
define internal void @tile_by_sum_double(
  i64 %terms, ptr %a, i64 %second, ptr %columns, i64 %count, ptr %sums
) nounwind {
entry:
  %last = add i64 %count, -1
  %j0 = call i64 @llvm.umin.i64(i64 0, i64 %last)
  %b0 = getelementptr [2112 x i8], ptr %columns, i64 %j0
  %j1 = call i64 @llvm.umin.i64(i64 1, i64 %last)
  %b1 = getelementptr [2112 x i8], ptr %columns, i64 %j1
  %j2 = call i64 @llvm.umin.i64(i64 2, i64 %last)
  %b2 = getelementptr [2112 x i8], ptr %columns, i64 %j2
  %j3 = call i64 @llvm.umin.i64(i64 3, i64 %last)
  %b3 = getelementptr [2112 x i8], ptr %columns, i64 %j3
  %j4 = call i64 @llvm.umin.i64(i64 4, i64 %last)
  %b4 = getelementptr [2112 x i8], ptr %columns, i64 %j4
  %a_second = getelementptr i8, ptr %a, i64 %second
  %whole = and i64 %terms, -4
  %tail = sub i64 %terms, %whole
  %some = icmp ne i64 %whole, 0
  br i1 %some, label %add, label %rest

add:
  %term = phi i64 [ 0, %entry ], [ %term_next, %add ]
  %s00 = phi <4 x double> [ zeroinitializer, %entry ], [ %n00, %add ]
  %s01 = phi <4 x double> [ zeroinitializer, %entry ], [ %n01, %add ]
  %s02 = phi <4 x double> [ zeroinitializer, %entry ], [ %n02, %add ]
  %s03 = phi <4 x double> [ zeroinitializer, %entry ], [ %n03, %add ]
  %s04 = phi <4 x double> [ zeroinitializer, %entry ], [ %n04, %add ]
  %s10 = phi <4 x double> [ zeroinitializer, %entry ], [ %n10, %add ]
  %s11 = phi <4 x double> [ zeroinitializer, %entry ], [ %n11, %add ]
  %s12 = phi <4 x double> [ zeroinitializer, %entry ], [ %n12, %add ]
  %s13 = phi <4 x double> [ zeroinitializer, %entry ], [ %n13, %add ]
  %s14 = phi <4 x double> [ zeroinitializer, %entry ], [ %n14, %add ]
  %x0_at = getelementptr double, ptr %a, i64 %term
  %x0 = load <4 x double>, ptr %x0_at, align 8
  %x1_at = getelementptr double, ptr %a_second, i64 %term
  %x1 = load <4 x double>, ptr %x1_at, align 8
  %b0_at = getelementptr double, ptr %b0, i64 %term
  %y0 = load <4 x double>, ptr %b0_at, align 8
  %n00 = call <4 x double> @llvm.fmuladd.v4f64(<4 x double> %x0, <4 x double> %y0, <4 x double> %s00)
  %n10 = call <4 x double> @llvm.fmuladd.v4f64(<4 x double> %x1, <4 x double> %y0, <4 x double> %s10)
  %b1_at = getelementptr double, ptr %b1, i64 %term
  %y1 = load <4 x double>, ptr %b1_at, align 8
  %n01 = call <4 x double> @llvm.fmuladd.v4f64(<4 x double> %x0, <4 x double> %y1, <4 x double> %s01)
  %n11 = call <4 x double> @llvm.fmuladd.v4f64(<4 x double> %x1, <4 x double> %y1, <4 x double> %s11)
  %b2_at = getelementptr double, ptr %b2, i64 %term
  %y2 = load <4 x double>, ptr %b2_at, align 8
  %n02 = call <4 x double> @llvm.fmuladd.v4f64(<4 x double> %x0, <4 x double> %y2, <4 x double> %s02)
  %n12 = call <4 x double> @llvm.fmuladd.v4f64(<4 x double> %x1, <4 x double> %y2, <4 x double> %s12)
  %b3_at = getelementptr double, ptr %b3, i64 %term
  %y3 = load <4 x double>, ptr %b3_at, align 8
  %n03 = call <4 x double> @llvm.fmuladd.v4f64(<4 x double> %x0, <4 x double> %y3, <4 x double> %s03)
  %n13 = call <4 x double> @llvm.fmuladd.v4f64(<4 x double> %x1, <4 x double> %y3, <4 x double> %s13)
  %b4_at = getelementptr double, ptr %b4, i64 %term
  %y4 = load <4 x double>, ptr %b4_at, align 8
  %n04 = call <4 x double> @llvm.fmuladd.v4f64(<4 x double> %x0, <4 x double> %y4, <4 x double> %s04)
  %n14 = call <4 x double> @llvm.fmuladd.v4f64(<4 x double> %x1, <4 x double> %y4, <4 x double> %s14)
  %term_next = add i64 %term, 4
  %more = icmp ult i64 %term_next, %whole
  br i1 %more, label %add, label %rest

rest:
  %w00 = phi <4 x double> [ zeroinitializer, %entry ], [ %n00, %add ]
  %w01 = phi <4 x double> [ zeroinitializer, %entry ], [ %n01, %add ]
  %w02 = phi <4 x double> [ zeroinitializer, %entry ], [ %n02, %add ]
  %w03 = phi <4 x double> [ zeroinitializer, %entry ], [ %n03, %add ]
  %w04 = phi <4 x double> [ zeroinitializer, %entry ], [ %n04, %add ]
  %w10 = phi <4 x double> [ zeroinitializer, %entry ], [ %n10, %add ]
  %w11 = phi <4 x double> [ zeroinitializer, %entry ], [ %n11, %add ]
  %w12 = phi <4 x double> [ zeroinitializer, %entry ], [ %n12, %add ]
  %w13 = phi <4 x double> [ zeroinitializer, %entry ], [ %n13, %add ]
  %w14 = phi <4 x double> [ zeroinitializer, %entry ], [ %n14, %add ]
  %none = icmp eq i64 %tail, 0
  br i1 %none, label %finish, label %partly

partly:
  %tail_first = insertelement <4 x i64> poison, i64 %tail, i64 0
  %tails = shufflevector <4 x i64> %tail_first, <4 x i64> poison, <4 x i32> zeroinitializer
  %mask = icmp ult <4 x i64> <i64 0, i64 1, i64 2, i64 3>, %tails
  %z0_at = getelementptr double, ptr %a, i64 %whole
  %z0 = call <4 x double> @llvm.masked.load.v4f64.p0(ptr %z0_at, i32 8, <4 x i1> %mask, <4 x double> zeroinitializer)
  %z1_at = getelementptr double, ptr %a_second, i64 %whole
  %z1 = call <4 x double> @llvm.masked.load.v4f64.p0(ptr %z1_at, i32 8, <4 x i1> %mask, <4 x double> zeroinitializer)
  %b0_at_tail = getelementptr double, ptr %b0, i64 %whole
  %y0_tail = load <4 x double>, ptr %b0_at_tail, align 8
  %t00 = call <4 x double> @llvm.fmuladd.v4f64(<4 x double> %z0, <4 x double> %y0_tail, <4 x double> %w00)
  %t10 = call <4 x double> @llvm.fmuladd.v4f64(<4 x double> %z1, <4 x double> %y0_tail, <4 x double> %w10)
  %b1_at_tail = getelementptr double, ptr %b1, i64 %whole
  %y1_tail = load <4 x double>, ptr %b1_at_tail, align 8
  %t01 = call <4 x double> @llvm.fmuladd.v4f64(<4 x double> %z0, <4 x double> %y1_tail, <4 x double> %w01)
  %t11 = call <4 x double> @llvm.fmuladd.v4f64(<4 x double> %z1, <4 x double> %y1_tail, <4 x double> %w11)
  %b2_at_tail = getelementptr double, ptr %b2, i64 %whole
  %y2_tail = load <4 x double>, ptr %b2_at_tail, align 8
  %t02 = call <4 x double> @llvm.fmuladd.v4f64(<4 x double> %z0, <4 x double> %y2_tail, <4 x double> %w02)
  %t12 = call <4 x double> @llvm.fmuladd.v4f64(<4 x double> %z1, <4 x double> %y2_tail, <4 x double> %w12)
  %b3_at_tail = getelementptr double, ptr %b3, i64 %whole
  %y3_tail = load <4 x double>, ptr %b3_at_tail, align 8
  %t03 = call <4 x double> @llvm.fmuladd.v4f64(<4 x double> %z0, <4 x double> %y3_tail, <4 x double> %w03)
  %t13 = call <4 x double> @llvm.fmuladd.v4f64(<4 x double> %z1, <4 x double> %y3_tail, <4 x double> %w13)
  %b4_at_tail = getelementptr double, ptr %b4, i64 %whole
  %y4_tail = load <4 x double>, ptr %b4_at_tail, align 8
  %t04 = call <4 x double> @llvm.fmuladd.v4f64(<4 x double> %z0, <4 x double> %y4_tail, <4 x double> %w04)
  %t14 = call <4 x double> @llvm.fmuladd.v4f64(<4 x double> %z1, <4 x double> %y4_tail, <4 x double> %w14)
  br label %finish

finish:
  %f00 = phi <4 x double> [ %w00, %rest ], [ %t00, %partly ]
  %f01 = phi <4 x double> [ %w01, %rest ], [ %t01, %partly ]
  %f02 = phi <4 x double> [ %w02, %rest ], [ %t02, %partly ]
  %f03 = phi <4 x double> [ %w03, %rest ], [ %t03, %partly ]
  %f04 = phi <4 x double> [ %w04, %rest ], [ %t04, %partly ]
  %f10 = phi <4 x double> [ %w10, %rest ], [ %t10, %partly ]
  %f11 = phi <4 x double> [ %w11, %rest ], [ %t11, %partly ]
  %f12 = phi <4 x double> [ %w12, %rest ], [ %t12, %partly ]
  %f13 = phi <4 x double> [ %w13, %rest ], [ %t13, %partly ]
  %f14 = phi <4 x double> [ %w14, %rest ], [ %t14, %partly ]
  %r00 = call reassoc double @llvm.vector.reduce.fadd.v4f64(double -0.0, <4 x double> %f00)
  %p00 = getelementptr double, ptr %sums, i64 0
  store double %r00, ptr %p00, align 8
  %r01 = call reassoc double @llvm.vector.reduce.fadd.v4f64(double -0.0, <4 x double> %f01)
  %p01 = getelementptr double, ptr %sums, i64 1
  store double %r01, ptr %p01, align 8
  %r02 = call reassoc double @llvm.vector.reduce.fadd.v4f64(double -0.0, <4 x double> %f02)
  %p02 = getelementptr double, ptr %sums, i64 2
  store double %r02, ptr %p02, align 8
  %r03 = call reassoc double @llvm.vector.reduce.fadd.v4f64(double -0.0, <4 x double> %f03)
  %p03 = getelementptr double, ptr %sums, i64 3
  store double %r03, ptr %p03, align 8
  %r04 = call reassoc double @llvm.vector.reduce.fadd.v4f64(double -0.0, <4 x double> %f04)
  %p04 = getelementptr double, ptr %sums, i64 4
  store double %r04, ptr %p04, align 8
  %r10 = call reassoc double @llvm.vector.reduce.fadd.v4f64(double -0.0, <4 x double> %f10)
  %p10 = getelementptr double, ptr %sums, i64 5
  store double %r10, ptr %p10, align 8
  %r11 = call reassoc double @llvm.vector.reduce.fadd.v4f64(double -0.0, <4 x double> %f11)
  %p11 = getelementptr double, ptr %sums, i64 6
  store double %r11, ptr %p11, align 8
  %r12 = call reassoc double @llvm.vector.reduce.fadd.v4f64(double -0.0, <4 x double> %f12)
  %p12 = getelementptr double, ptr %sums, i64 7
  store double %r12, ptr %p12, align 8
  %r13 = call reassoc double @llvm.vector.reduce.fadd.v4f64(double -0.0, <4 x double> %f13)
  %p13 = getelementptr double, ptr %sums, i64 8
  store double %r13, ptr %p13, align 8
  %r14 = call reassoc double @llvm.vector.reduce.fadd.v4f64(double -0.0, <4 x double> %f14)
  %p14 = getelementptr double, ptr %sums, i64 9
  store double %r14, ptr %p14, align 8
  ret void
}

; A block of the sum, with vectors along the rows: tiles of 8 rows and five columns. The last tile of rows begins early
; enough to be whole, and leaves out what is done.
define internal void @block_by_rows_double(
  i64 %m, i64 %n, i64 %terms, double %wide_alpha, ptr %a, i64 %a_term,
  ptr %b, i64 %b_row, i64 %b_column, double %wide_beta, ptr %c, i64 %c_row
) nounwind {
entry:
  %sums = alloca [40 x double], align 64
  %alpha = fadd double %wide_alpha, -0.0
  %beta = fadd double %wide_beta, -0.0
  %last = sub i64 %m, 8
  br label %rows

rows:
  %i = phi i64 [ 0, %entry ], [ %i_next, %rows_done ]
  %begin = call i64 @llvm.umin.i64(i64 %i, i64 %last)
  %skip = sub i64 %i, %begin
  %a_at = getelementptr double, ptr %a, i64 %begin
  br label %tile

tile:
  %first = phi i64 [ 0, %rows ], [ %first_next, %tile ]
  %columns_left = sub i64 %n, %first
  %tile_columns = call i64 @llvm.umin.i64(i64 %columns_left, i64 5)
  %b_offset = mul i64 %first, %b_column
  %b_at = getelementptr i8, ptr %b, i64 %b_offset
  call void @tile_by_rows_double(
    i64 %terms, ptr %a_at, i64 %a_term, ptr %b_at, i64 %b_row, i64 %b_column, i64 %tile_columns, ptr %sums)
  %c_at = call ptr @place_double(ptr %c, i64 %c_row, i64 %begin, i64 %first)
  call void @store_double(
    ptr %sums, i64 1, i64 8, i64 %skip, i64 8, i64 %tile_columns, double %alpha, double %beta, ptr %c_at, i64 %c_row)
  %first_next = add i64 %first, 5
  %more_tiles = icmp ult i64 %first_next, %n
  br i1 %more_tiles, label %tile, label %rows_done

rows_done:
  %i_next = add i64 %i, 8
  %more_rows = icmp ult i64 %i_next, %m
  br i1 %more_rows, label %rows, label %done

done:
  ret void
}

; The sums of 8 rows and up to five columns, column by column.
define internal void @tile_by_rows_double(
  i64 %terms, ptr %a, i64 %a_term, ptr %b, i64 %b_row, i64 %b_column, i64 %count, ptr %sums
) nounwind {
entry:
  %last = add i64 %count, -1
  %j0 = call i64 @llvm.umin.i64(i64 0, i64 %last)
  %o0 = mul i64 %j0, %b_column
  %j1 = call i64 @llvm.umin.i64(i64 1, i64 %last)
  %o1 = mul i64 %j1, %b_column
  %j2 = call i64 @llvm.umin.i64(i64 2, i64 %last)
  %o2 = mul i64 %j2, %b_column
  %j3 = call i64 @llvm.umin.i64(i64 3, i64 %last)
  %o3 = mul i64 %j3, %b_column
  %j4 = call i64 @llvm.umin.i64(i64 4, i64 %last)
  %o4 = mul i64 %j4, %b_column
  br label %add

add:
  %term = phi i64 [ 0, %entry ], [ %term_next, %add ]
  %a_at = phi ptr [ %a, %entry ], [ %a_next, %add ]
  %b_at = phi ptr [ %b, %entry ], [ %b_next, %add ]
  %s00 = phi <4 x double> [ zeroinitializer, %entry ], [ %n00, %add ]
  %s01 = phi <4 x double> [ zeroinitializer, %entry ], [ %n01, %add ]
  %s02 = phi <4 x double> [ zeroinitializer, %entry ], [ %n02, %add ]
  %s03 = phi <4 x double> [ zeroinitializer, %entry ], [ %n03, %add ]
  %s04 = phi <4 x double> [ zeroinitializer, %entry ], [ %n04, %add ]
  %s10 = phi <4 x double> [ zeroinitializer, %entry ], [ %n10, %add ]
  %s11 = phi <4 x double> [ zeroinitializer, %entry ], [ %n11, %add ]
  %s12 = phi <4 x double> [ zeroinitializer, %entry ], [ %n12, %add ]
  %s13 = phi <4 x double> [ zeroinitializer, %entry ], [ %n13, %add ]
  %s14 = phi <4 x double> [ zeroinitializer, %entry ], [ %n14, %add ]
  %a_second = getelementptr double, ptr %a_at, i64 4
  %x0 = load <4 x double>, ptr %a_at, align 8
  %x1 = load <4 x double>, ptr %a_second, align 8
  %b0_at = getelementptr i8, ptr %b_at, i64 %o0
  %y0 = load double, ptr %b0_at, align 8
  %v0 = insertelement <4 x double> poison, double %y0, i64 0
  %u0 = shufflevector <4 x double> %v0, <4 x double> poison, <4 x i32> zeroinitializer
  %n00 = call <4 x double> @llvm.fmuladd.v4f64(<4 x double> %x0, <4 x double> %u0, <4 x double> %s00)
  %n10 = call <4 x double> @llvm.fmuladd.v4f64(<4 x double> %x1, <4 x double> %u0, <4 x double> %s10)
  %b1_at = getelementptr i8, ptr %b_at, i64 %o1
  %y1 = load double, ptr %b1_at, align 8
  %v1 = insertelement <4 x double> poison, double %y1, i64 0
  %u1 = shufflevector <4 x double> %v1, <4 x double> poison, <4 x i32> zeroinitializer
  %n01 = call <4 x double> @llvm.fmuladd.v4f64(<4 x double> %x0, <4 x double> %u1, <4 x double> %s01)
  %n11 = call <4 x double> @llvm.fmuladd.v4f64(<4 x double> %x1, <4 x double> %u1, <4 x double> %s11)
  %b2_at = getelementptr i8, ptr %b_at, i64 %o2
  %y2 = load double, ptr %b2_at, align 8
  %v2 = insertelement <4 x double> poison, double %y2, i64 0
  %u2 = shufflevector <4 x double> %v2, <4 x double> poison, <4 x i32> zeroinitializer
  %n02 = call <4 x double> @llvm.fmuladd.v4f64(<4 x double> %x0, <4 x double> %u2, <4 x double> %s02)
  %n12 = call <4 x double> @llvm.fmuladd.v4f64(<4 x double> %x1, <4 x double> %u2, <4 x double> %s12)
  %b3_at = getelementptr i8, ptr %b_at, i64 %o3
  %y3 = load double, ptr %b3_at, align 8
  %v3 = insertelement <4 x double> poison, double %y3, i64 0
  %u3 = shufflevector <4 x double> %v3, <4 x double> poison, <4 x i32> zeroinitializer
  %n03 = call <4 x double> @llvm.fmuladd.v4f64(<4 x double> %x0, <4 x double> %u3, <4 x double> %s03)
  %n13 = call <4 x double> @llvm.fmuladd.v4f64(<4 x double> %x1, <4 x double> %u3, <4 x double> %s13)
  %b4_at = getelementptr i8, ptr %b_at, i64 %o4
  %y4 = load double, ptr %b4_at, align 8
  %v4 = insertelement <4 x double> poison, double %y4, i64 0
  %u4 = shufflevector <4 x double> %v4, <4 x double> poison, <4 x i32> zeroinitializer
  %n04 = call <4 x double> @llvm.fmuladd.v4f64(<4 x double> %x0, <4 x double> %u4, <4 x double> %s04)
  %n14 = call <4 x double> @llvm.fmuladd.v4f64(<4 x double> %x1, <4 x double> %u4, <4 x double> %s14)
  %a_next = getelementptr i8, ptr %a_at, i64 %a_term
  %b_next = getelementptr i8, ptr %b_at, i64 %b_row
  %term_next = add i64 %term, 1
  %more = icmp ult i64 %term_next, %terms
  br i1 %more, label %add, label %finish

finish:
  %p00 = getelementptr double, ptr %sums, i64 0
  store <4 x double> %n00, ptr %p00, align 8
  %p01 = getelementptr double, ptr %sums, i64 8
  store <4 x double> %n01, ptr %p01, align 8
  %p02 = getelementptr double, ptr %sums, i64 16
  store <4 x double> %n02, ptr %p02, align 8
  %p03 = getelementptr double, ptr %sums, i64 24
  store <4 x double> %n03, ptr %p03, align 8
  %p04 = getelementptr double, ptr %sums, i64 32
  store <4 x double> %n04, ptr %p04, align 8
  %p10 = getelementptr double, ptr %sums, i64 4
  store <4 x double> %n10, ptr %p10, align 8
  %p11 = getelementptr double, ptr %sums, i64 12
  store <4 x double> %n11, ptr %p11, align 8
  %p12 = getelementptr double, ptr %sums, i64 20
  store <4 x double> %n12, ptr %p12, align 8
  %p13 = getelementptr double, ptr %sums, i64 28
  store <4 x double> %n13, ptr %p13, align 8
  %p14 = getelementptr double, ptr %sums, i64 36
  store <4 x double> %n14, ptr %p14, align 8
  ret void
}

; Rows of a result from `skip` on: alpha * sum + beta * old, without regard to what was there where beta is 0.
define internal void @store_double(
  ptr %sums, i64 %row_step, i64 %column_step, i64 %skip, i64 %rows, i64 %columns, double %alpha, double %beta,
  ptr %c, i64 %c_row
) nounwind {
entry:
  %overwrites = fcmp oeq double %beta, 0.0
  br label %row

row:
  %i = phi i64 [ %skip, %entry ], [ %i_next, %row_done ]
  %sums_offset = mul i64 %i, %row_step
  %sums_at = getelementptr double, ptr %sums, i64 %sums_offset
  %c_offset = mul i64 %i, %c_row
  %c_at = getelementptr i8, ptr %c, i64 %c_offset
  br label %column

column:
  %j = phi i64 [ 0, %row ], [ %j_next, %column ]
  %sum_offset = mul i64 %j, %column_step
  %sum_at = getelementptr double, ptr %sums_at, i64 %sum_offset
  %sum = load double, ptr %sum_at, align 8
  %place = getelementptr double, ptr %c_at, i64 %j
  %old = load double, ptr %place, align 8
  %times_beta = fmul double %beta, %old
  %kept = select i1 %overwrites, double 0.0, double %times_beta
  %scaled = fmul double %alpha, %sum
  %result = fadd double %scaled, %kept
  store double %result, ptr %place, align 8
  %j_next = add i64 %j, 1
  %more_columns = icmp ult i64 %j_next, %columns
  br i1 %more_columns, label %column, label %row_done

row_done:
  %i_next = add i64 %i, 1
  %more_rows = icmp ult i64 %i_next, %rows
  br i1 %more_rows, label %row, label %done

done:
  ret void
}

define internal ptr @place_double(ptr %c, i64 %c_row, i64 %row, i64 %column) nounwind alwaysinline {
  %offset = mul i64 %row, %c_row
  %row_at = getelementptr i8, ptr %c, i64 %offset
  %place = getelementptr double, ptr %row_at, i64 %column
  ret ptr %place
}
