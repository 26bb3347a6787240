; Products of matrices with few columns, such as the classes of a classifier, for which BLAS has no good kernel: it pads
; them to the width of a vector. Here vectors lie along the sum where the rows of a are contiguous, and along the rows
; where its columns are. Tiles of five columns keep ten sums in registers. A sum is cut into blocks that stay in the
; first cache; that depends on its length only.

; for each real
declare <$lanes x $real> @llvm.masked.load.$vector.p0(ptr, i32, <$lanes x i1>, <$lanes x $real>)
declare <$lanes x $real> @llvm.fmuladd.$vector(<$lanes x $real>, <$lanes x $real>, <$lanes x $real>)
declare $real @llvm.vector.reduce.fadd.$vector($real, <$lanes x $real>)
; end
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

define internal float @narrow_float(double %value) nounwind alwaysinline {
  %narrow = fptrunc double %value to float
  ret float %narrow
}

define internal double @narrow_double(double %value) nounwind alwaysinline {
  ret double %value
}

; for each real
; A block of the sum, with vectors along it: the columns of b are copied, each into a piece of its own, then tiles of two
; rows and five columns.
define internal void @block_by_sum_$real(
  i64 %m, i64 %n, i64 %terms, double %wide_alpha, ptr %a, i64 %a_row,
  ptr %b, i64 %b_row, i64 %b_column, double %wide_beta, ptr %c, i64 %c_row
) nounwind {
entry:
  ; Pieces of 2 kB and a line, so that they do not compete for the same lines of the cache.
  %columns = alloca [11 x [2112 x i8]], align 64
  %sums = alloca [10 x $real], align 64
  %alpha = call $real @narrow_$real(double %wide_alpha)
  %beta = call $real @narrow_$real(double %wide_beta)
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
  %to_at = getelementptr $real, ptr %to, i64 %term
  %element = load $real, ptr %from_at, align $bytes
  store $real %element, ptr %to_at, align $bytes
  %term_next = add i64 %term, 1
  %more_terms = icmp ult i64 %term_next, %terms
  br i1 %more_terms, label %copy, label %copied

  ; Zeros behind it, for the part of a vector that the last terms leave.
copied:
  %end = getelementptr $real, ptr %to, i64 %terms
  store <$lanes x $real> zeroinitializer, ptr %end, align $bytes
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
  call void @tile_by_sum_$real(i64 %terms, ptr %a_at, i64 %second, ptr %b_at, i64 %tile_columns, ptr %sums)
  %c_at = call ptr @place_$real(ptr %c, i64 %c_row, i64 %i, i64 %first)
  call void @store_$real(
    ptr %sums, i64 5, i64 1, i64 0, i64 %tile_rows, i64 %tile_columns, $real %alpha, $real %beta, ptr %c_at, i64 %c_row)
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
define internal void @tile_by_sum_$real(
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
  %whole = and i64 %terms, -$lanes
  %tail = sub i64 %terms, %whole
  %some = icmp ne i64 %whole, 0
  br i1 %some, label %add, label %rest

add:
  %term = phi i64 [ 0, %entry ], [ %term_next, %add ]
  %s00 = phi <$lanes x $real> [ zeroinitializer, %entry ], [ %n00, %add ]
  %s01 = phi <$lanes x $real> [ zeroinitializer, %entry ], [ %n01, %add ]
  %s02 = phi <$lanes x $real> [ zeroinitializer, %entry ], [ %n02, %add ]
  %s03 = phi <$lanes x $real> [ zeroinitializer, %entry ], [ %n03, %add ]
  %s04 = phi <$lanes x $real> [ zeroinitializer, %entry ], [ %n04, %add ]
  %s10 = phi <$lanes x $real> [ zeroinitializer, %entry ], [ %n10, %add ]
  %s11 = phi <$lanes x $real> [ zeroinitializer, %entry ], [ %n11, %add ]
  %s12 = phi <$lanes x $real> [ zeroinitializer, %entry ], [ %n12, %add ]
  %s13 = phi <$lanes x $real> [ zeroinitializer, %entry ], [ %n13, %add ]
  %s14 = phi <$lanes x $real> [ zeroinitializer, %entry ], [ %n14, %add ]
  %x0_at = getelementptr $real, ptr %a, i64 %term
  %x0 = load <$lanes x $real>, ptr %x0_at, align $bytes
  %x1_at = getelementptr $real, ptr %a_second, i64 %term
  %x1 = load <$lanes x $real>, ptr %x1_at, align $bytes
  %b0_at = getelementptr $real, ptr %b0, i64 %term
  %y0 = load <$lanes x $real>, ptr %b0_at, align $bytes
  %n00 = call <$lanes x $real> @llvm.fmuladd.$vector(<$lanes x $real> %x0, <$lanes x $real> %y0, <$lanes x $real> %s00)
  %n10 = call <$lanes x $real> @llvm.fmuladd.$vector(<$lanes x $real> %x1, <$lanes x $real> %y0, <$lanes x $real> %s10)
  %b1_at = getelementptr $real, ptr %b1, i64 %term
  %y1 = load <$lanes x $real>, ptr %b1_at, align $bytes
  %n01 = call <$lanes x $real> @llvm.fmuladd.$vector(<$lanes x $real> %x0, <$lanes x $real> %y1, <$lanes x $real> %s01)
  %n11 = call <$lanes x $real> @llvm.fmuladd.$vector(<$lanes x $real> %x1, <$lanes x $real> %y1, <$lanes x $real> %s11)
  %b2_at = getelementptr $real, ptr %b2, i64 %term
  %y2 = load <$lanes x $real>, ptr %b2_at, align $bytes
  %n02 = call <$lanes x $real> @llvm.fmuladd.$vector(<$lanes x $real> %x0, <$lanes x $real> %y2, <$lanes x $real> %s02)
  %n12 = call <$lanes x $real> @llvm.fmuladd.$vector(<$lanes x $real> %x1, <$lanes x $real> %y2, <$lanes x $real> %s12)
  %b3_at = getelementptr $real, ptr %b3, i64 %term
  %y3 = load <$lanes x $real>, ptr %b3_at, align $bytes
  %n03 = call <$lanes x $real> @llvm.fmuladd.$vector(<$lanes x $real> %x0, <$lanes x $real> %y3, <$lanes x $real> %s03)
  %n13 = call <$lanes x $real> @llvm.fmuladd.$vector(<$lanes x $real> %x1, <$lanes x $real> %y3, <$lanes x $real> %s13)
  %b4_at = getelementptr $real, ptr %b4, i64 %term
  %y4 = load <$lanes x $real>, ptr %b4_at, align $bytes
  %n04 = call <$lanes x $real> @llvm.fmuladd.$vector(<$lanes x $real> %x0, <$lanes x $real> %y4, <$lanes x $real> %s04)
  %n14 = call <$lanes x $real> @llvm.fmuladd.$vector(<$lanes x $real> %x1, <$lanes x $real> %y4, <$lanes x $real> %s14)
  %term_next = add i64 %term, $lanes
  %more = icmp ult i64 %term_next, %whole
  br i1 %more, label %add, label %rest

rest:
  %w00 = phi <$lanes x $real> [ zeroinitializer, %entry ], [ %n00, %add ]
  %w01 = phi <$lanes x $real> [ zeroinitializer, %entry ], [ %n01, %add ]
  %w02 = phi <$lanes x $real> [ zeroinitializer, %entry ], [ %n02, %add ]
  %w03 = phi <$lanes x $real> [ zeroinitializer, %entry ], [ %n03, %add ]
  %w04 = phi <$lanes x $real> [ zeroinitializer, %entry ], [ %n04, %add ]
  %w10 = phi <$lanes x $real> [ zeroinitializer, %entry ], [ %n10, %add ]
  %w11 = phi <$lanes x $real> [ zeroinitializer, %entry ], [ %n11, %add ]
  %w12 = phi <$lanes x $real> [ zeroinitializer, %entry ], [ %n12, %add ]
  %w13 = phi <$lanes x $real> [ zeroinitializer, %entry ], [ %n13, %add ]
  %w14 = phi <$lanes x $real> [ zeroinitializer, %entry ], [ %n14, %add ]
  %none = icmp eq i64 %tail, 0
  br i1 %none, label %finish, label %partly

partly:
  %tail_first = insertelement <$lanes x i64> poison, i64 %tail, i64 0
  %tails = shufflevector <$lanes x i64> %tail_first, <$lanes x i64> poison, <$lanes x i32> zeroinitializer
  %mask = icmp ult <$lanes x i64> <$numbers>, %tails
  %z0_at = getelementptr $real, ptr %a, i64 %whole
  %z0 = call <$lanes x $real> @llvm.masked.load.$vector.p0(ptr %z0_at, i32 $bytes, <$lanes x i1> %mask, <$lanes x $real> zeroinitializer)
  %z1_at = getelementptr $real, ptr %a_second, i64 %whole
  %z1 = call <$lanes x $real> @llvm.masked.load.$vector.p0(ptr %z1_at, i32 $bytes, <$lanes x i1> %mask, <$lanes x $real> zeroinitializer)
  %b0_at_tail = getelementptr $real, ptr %b0, i64 %whole
  %y0_tail = load <$lanes x $real>, ptr %b0_at_tail, align $bytes
  %t00 = call <$lanes x $real> @llvm.fmuladd.$vector(<$lanes x $real> %z0, <$lanes x $real> %y0_tail, <$lanes x $real> %w00)
  %t10 = call <$lanes x $real> @llvm.fmuladd.$vector(<$lanes x $real> %z1, <$lanes x $real> %y0_tail, <$lanes x $real> %w10)
  %b1_at_tail = getelementptr $real, ptr %b1, i64 %whole
  %y1_tail = load <$lanes x $real>, ptr %b1_at_tail, align $bytes
  %t01 = call <$lanes x $real> @llvm.fmuladd.$vector(<$lanes x $real> %z0, <$lanes x $real> %y1_tail, <$lanes x $real> %w01)
  %t11 = call <$lanes x $real> @llvm.fmuladd.$vector(<$lanes x $real> %z1, <$lanes x $real> %y1_tail, <$lanes x $real> %w11)
  %b2_at_tail = getelementptr $real, ptr %b2, i64 %whole
  %y2_tail = load <$lanes x $real>, ptr %b2_at_tail, align $bytes
  %t02 = call <$lanes x $real> @llvm.fmuladd.$vector(<$lanes x $real> %z0, <$lanes x $real> %y2_tail, <$lanes x $real> %w02)
  %t12 = call <$lanes x $real> @llvm.fmuladd.$vector(<$lanes x $real> %z1, <$lanes x $real> %y2_tail, <$lanes x $real> %w12)
  %b3_at_tail = getelementptr $real, ptr %b3, i64 %whole
  %y3_tail = load <$lanes x $real>, ptr %b3_at_tail, align $bytes
  %t03 = call <$lanes x $real> @llvm.fmuladd.$vector(<$lanes x $real> %z0, <$lanes x $real> %y3_tail, <$lanes x $real> %w03)
  %t13 = call <$lanes x $real> @llvm.fmuladd.$vector(<$lanes x $real> %z1, <$lanes x $real> %y3_tail, <$lanes x $real> %w13)
  %b4_at_tail = getelementptr $real, ptr %b4, i64 %whole
  %y4_tail = load <$lanes x $real>, ptr %b4_at_tail, align $bytes
  %t04 = call <$lanes x $real> @llvm.fmuladd.$vector(<$lanes x $real> %z0, <$lanes x $real> %y4_tail, <$lanes x $real> %w04)
  %t14 = call <$lanes x $real> @llvm.fmuladd.$vector(<$lanes x $real> %z1, <$lanes x $real> %y4_tail, <$lanes x $real> %w14)
  br label %finish

finish:
  %f00 = phi <$lanes x $real> [ %w00, %rest ], [ %t00, %partly ]
  %f01 = phi <$lanes x $real> [ %w01, %rest ], [ %t01, %partly ]
  %f02 = phi <$lanes x $real> [ %w02, %rest ], [ %t02, %partly ]
  %f03 = phi <$lanes x $real> [ %w03, %rest ], [ %t03, %partly ]
  %f04 = phi <$lanes x $real> [ %w04, %rest ], [ %t04, %partly ]
  %f10 = phi <$lanes x $real> [ %w10, %rest ], [ %t10, %partly ]
  %f11 = phi <$lanes x $real> [ %w11, %rest ], [ %t11, %partly ]
  %f12 = phi <$lanes x $real> [ %w12, %rest ], [ %t12, %partly ]
  %f13 = phi <$lanes x $real> [ %w13, %rest ], [ %t13, %partly ]
  %f14 = phi <$lanes x $real> [ %w14, %rest ], [ %t14, %partly ]
  %r00 = call reassoc $real @llvm.vector.reduce.fadd.$vector($real -0.0, <$lanes x $real> %f00)
  %p00 = getelementptr $real, ptr %sums, i64 0
  store $real %r00, ptr %p00, align $bytes
  %r01 = call reassoc $real @llvm.vector.reduce.fadd.$vector($real -0.0, <$lanes x $real> %f01)
  %p01 = getelementptr $real, ptr %sums, i64 1
  store $real %r01, ptr %p01, align $bytes
  %r02 = call reassoc $real @llvm.vector.reduce.fadd.$vector($real -0.0, <$lanes x $real> %f02)
  %p02 = getelementptr $real, ptr %sums, i64 2
  store $real %r02, ptr %p02, align $bytes
  %r03 = call reassoc $real @llvm.vector.reduce.fadd.$vector($real -0.0, <$lanes x $real> %f03)
  %p03 = getelementptr $real, ptr %sums, i64 3
  store $real %r03, ptr %p03, align $bytes
  %r04 = call reassoc $real @llvm.vector.reduce.fadd.$vector($real -0.0, <$lanes x $real> %f04)
  %p04 = getelementptr $real, ptr %sums, i64 4
  store $real %r04, ptr %p04, align $bytes
  %r10 = call reassoc $real @llvm.vector.reduce.fadd.$vector($real -0.0, <$lanes x $real> %f10)
  %p10 = getelementptr $real, ptr %sums, i64 5
  store $real %r10, ptr %p10, align $bytes
  %r11 = call reassoc $real @llvm.vector.reduce.fadd.$vector($real -0.0, <$lanes x $real> %f11)
  %p11 = getelementptr $real, ptr %sums, i64 6
  store $real %r11, ptr %p11, align $bytes
  %r12 = call reassoc $real @llvm.vector.reduce.fadd.$vector($real -0.0, <$lanes x $real> %f12)
  %p12 = getelementptr $real, ptr %sums, i64 7
  store $real %r12, ptr %p12, align $bytes
  %r13 = call reassoc $real @llvm.vector.reduce.fadd.$vector($real -0.0, <$lanes x $real> %f13)
  %p13 = getelementptr $real, ptr %sums, i64 8
  store $real %r13, ptr %p13, align $bytes
  %r14 = call reassoc $real @llvm.vector.reduce.fadd.$vector($real -0.0, <$lanes x $real> %f14)
  %p14 = getelementptr $real, ptr %sums, i64 9
  store $real %r14, ptr %p14, align $bytes
  ret void
}

; A block of the sum, with vectors along the rows: tiles of two vectors of rows and five columns. The last tile begins early
; enough to be whole, and leaves out what is done.
define internal void @block_by_rows_$real(
  i64 %m, i64 %n, i64 %terms, double %wide_alpha, ptr %a, i64 %a_term,
  ptr %b, i64 %b_row, i64 %b_column, double %wide_beta, ptr %c, i64 %c_row
) nounwind {
entry:
  %sums = alloca [80 x $real], align 64
  %alpha = call $real @narrow_$real(double %wide_alpha)
  %beta = call $real @narrow_$real(double %wide_beta)
  %last = sub i64 %m, $two_vectors
  br label %rows

rows:
  %i = phi i64 [ 0, %entry ], [ %i_next, %rows_done ]
  %begin = call i64 @llvm.umin.i64(i64 %i, i64 %last)
  %skip = sub i64 %i, %begin
  %a_at = getelementptr $real, ptr %a, i64 %begin
  br label %tile

tile:
  %first = phi i64 [ 0, %rows ], [ %first_next, %tile ]
  %columns_left = sub i64 %n, %first
  %tile_columns = call i64 @llvm.umin.i64(i64 %columns_left, i64 5)
  %b_offset = mul i64 %first, %b_column
  %b_at = getelementptr i8, ptr %b, i64 %b_offset
  call void @tile_by_rows_$real(
    i64 %terms, ptr %a_at, i64 %a_term, ptr %b_at, i64 %b_row, i64 %b_column, i64 %tile_columns, ptr %sums)
  %c_at = call ptr @place_$real(ptr %c, i64 %c_row, i64 %begin, i64 %first)
  call void @store_$real(
    ptr %sums, i64 1, i64 $two_vectors, i64 %skip, i64 $two_vectors, i64 %tile_columns, $real %alpha, $real %beta, ptr %c_at, i64 %c_row)
  %first_next = add i64 %first, 5
  %more_tiles = icmp ult i64 %first_next, %n
  br i1 %more_tiles, label %tile, label %rows_done

rows_done:
  %i_next = add i64 %i, $two_vectors
  %more_rows = icmp ult i64 %i_next, %m
  br i1 %more_rows, label %rows, label %done

done:
  ret void
}

; The sums of two vectors of rows and up to five columns, column by column.
define internal void @tile_by_rows_$real(
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
  %s00 = phi <$lanes x $real> [ zeroinitializer, %entry ], [ %n00, %add ]
  %s01 = phi <$lanes x $real> [ zeroinitializer, %entry ], [ %n01, %add ]
  %s02 = phi <$lanes x $real> [ zeroinitializer, %entry ], [ %n02, %add ]
  %s03 = phi <$lanes x $real> [ zeroinitializer, %entry ], [ %n03, %add ]
  %s04 = phi <$lanes x $real> [ zeroinitializer, %entry ], [ %n04, %add ]
  %s10 = phi <$lanes x $real> [ zeroinitializer, %entry ], [ %n10, %add ]
  %s11 = phi <$lanes x $real> [ zeroinitializer, %entry ], [ %n11, %add ]
  %s12 = phi <$lanes x $real> [ zeroinitializer, %entry ], [ %n12, %add ]
  %s13 = phi <$lanes x $real> [ zeroinitializer, %entry ], [ %n13, %add ]
  %s14 = phi <$lanes x $real> [ zeroinitializer, %entry ], [ %n14, %add ]
  %a_second = getelementptr $real, ptr %a_at, i64 $lanes
  %x0 = load <$lanes x $real>, ptr %a_at, align $bytes
  %x1 = load <$lanes x $real>, ptr %a_second, align $bytes
  %b0_at = getelementptr i8, ptr %b_at, i64 %o0
  %y0 = load $real, ptr %b0_at, align $bytes
  %v0 = insertelement <$lanes x $real> poison, $real %y0, i64 0
  %u0 = shufflevector <$lanes x $real> %v0, <$lanes x $real> poison, <$lanes x i32> zeroinitializer
  %n00 = call <$lanes x $real> @llvm.fmuladd.$vector(<$lanes x $real> %x0, <$lanes x $real> %u0, <$lanes x $real> %s00)
  %n10 = call <$lanes x $real> @llvm.fmuladd.$vector(<$lanes x $real> %x1, <$lanes x $real> %u0, <$lanes x $real> %s10)
  %b1_at = getelementptr i8, ptr %b_at, i64 %o1
  %y1 = load $real, ptr %b1_at, align $bytes
  %v1 = insertelement <$lanes x $real> poison, $real %y1, i64 0
  %u1 = shufflevector <$lanes x $real> %v1, <$lanes x $real> poison, <$lanes x i32> zeroinitializer
  %n01 = call <$lanes x $real> @llvm.fmuladd.$vector(<$lanes x $real> %x0, <$lanes x $real> %u1, <$lanes x $real> %s01)
  %n11 = call <$lanes x $real> @llvm.fmuladd.$vector(<$lanes x $real> %x1, <$lanes x $real> %u1, <$lanes x $real> %s11)
  %b2_at = getelementptr i8, ptr %b_at, i64 %o2
  %y2 = load $real, ptr %b2_at, align $bytes
  %v2 = insertelement <$lanes x $real> poison, $real %y2, i64 0
  %u2 = shufflevector <$lanes x $real> %v2, <$lanes x $real> poison, <$lanes x i32> zeroinitializer
  %n02 = call <$lanes x $real> @llvm.fmuladd.$vector(<$lanes x $real> %x0, <$lanes x $real> %u2, <$lanes x $real> %s02)
  %n12 = call <$lanes x $real> @llvm.fmuladd.$vector(<$lanes x $real> %x1, <$lanes x $real> %u2, <$lanes x $real> %s12)
  %b3_at = getelementptr i8, ptr %b_at, i64 %o3
  %y3 = load $real, ptr %b3_at, align $bytes
  %v3 = insertelement <$lanes x $real> poison, $real %y3, i64 0
  %u3 = shufflevector <$lanes x $real> %v3, <$lanes x $real> poison, <$lanes x i32> zeroinitializer
  %n03 = call <$lanes x $real> @llvm.fmuladd.$vector(<$lanes x $real> %x0, <$lanes x $real> %u3, <$lanes x $real> %s03)
  %n13 = call <$lanes x $real> @llvm.fmuladd.$vector(<$lanes x $real> %x1, <$lanes x $real> %u3, <$lanes x $real> %s13)
  %b4_at = getelementptr i8, ptr %b_at, i64 %o4
  %y4 = load $real, ptr %b4_at, align $bytes
  %v4 = insertelement <$lanes x $real> poison, $real %y4, i64 0
  %u4 = shufflevector <$lanes x $real> %v4, <$lanes x $real> poison, <$lanes x i32> zeroinitializer
  %n04 = call <$lanes x $real> @llvm.fmuladd.$vector(<$lanes x $real> %x0, <$lanes x $real> %u4, <$lanes x $real> %s04)
  %n14 = call <$lanes x $real> @llvm.fmuladd.$vector(<$lanes x $real> %x1, <$lanes x $real> %u4, <$lanes x $real> %s14)
  %a_next = getelementptr i8, ptr %a_at, i64 %a_term
  %b_next = getelementptr i8, ptr %b_at, i64 %b_row
  %term_next = add i64 %term, 1
  %more = icmp ult i64 %term_next, %terms
  br i1 %more, label %add, label %finish

finish:
  %p00 = getelementptr $real, ptr %sums, i64 0
  store <$lanes x $real> %n00, ptr %p00, align $bytes
  %p01 = getelementptr [$two_vectors x $real], ptr %sums, i64 1
  store <$lanes x $real> %n01, ptr %p01, align $bytes
  %p02 = getelementptr [$two_vectors x $real], ptr %sums, i64 2
  store <$lanes x $real> %n02, ptr %p02, align $bytes
  %p03 = getelementptr [$two_vectors x $real], ptr %sums, i64 3
  store <$lanes x $real> %n03, ptr %p03, align $bytes
  %p04 = getelementptr [$two_vectors x $real], ptr %sums, i64 4
  store <$lanes x $real> %n04, ptr %p04, align $bytes
  %p10 = getelementptr [$two_vectors x $real], ptr %sums, i64 0, i64 $lanes
  store <$lanes x $real> %n10, ptr %p10, align $bytes
  %p11 = getelementptr [$two_vectors x $real], ptr %sums, i64 1, i64 $lanes
  store <$lanes x $real> %n11, ptr %p11, align $bytes
  %p12 = getelementptr [$two_vectors x $real], ptr %sums, i64 2, i64 $lanes
  store <$lanes x $real> %n12, ptr %p12, align $bytes
  %p13 = getelementptr [$two_vectors x $real], ptr %sums, i64 3, i64 $lanes
  store <$lanes x $real> %n13, ptr %p13, align $bytes
  %p14 = getelementptr [$two_vectors x $real], ptr %sums, i64 4, i64 $lanes
  store <$lanes x $real> %n14, ptr %p14, align $bytes
  ret void
}

; Rows of a result from `skip` on: alpha * sum + beta * old, without regard to what was there where beta is 0.
define internal void @store_$real(
  ptr %sums, i64 %row_step, i64 %column_step, i64 %skip, i64 %rows, i64 %columns, $real %alpha, $real %beta,
  ptr %c, i64 %c_row
) nounwind {
entry:
  %overwrites = fcmp oeq $real %beta, 0.0
  br label %row

row:
  %i = phi i64 [ %skip, %entry ], [ %i_next, %row_done ]
  %sums_offset = mul i64 %i, %row_step
  %sums_at = getelementptr $real, ptr %sums, i64 %sums_offset
  %c_offset = mul i64 %i, %c_row
  %c_at = getelementptr i8, ptr %c, i64 %c_offset
  br label %column

column:
  %j = phi i64 [ 0, %row ], [ %j_next, %column ]
  %sum_offset = mul i64 %j, %column_step
  %sum_at = getelementptr $real, ptr %sums_at, i64 %sum_offset
  %sum = load $real, ptr %sum_at, align $bytes
  %place = getelementptr $real, ptr %c_at, i64 %j
  %old = load $real, ptr %place, align $bytes
  %times_beta = fmul $real %beta, %old
  %kept = select i1 %overwrites, $real 0.0, $real %times_beta
  %scaled = fmul $real %alpha, %sum
  %result = fadd $real %scaled, %kept
  store $real %result, ptr %place, align $bytes
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

define internal ptr @place_$real(ptr %c, i64 %c_row, i64 %row, i64 %column) nounwind alwaysinline {
  %offset = mul i64 %row, %c_row
  %row_at = getelementptr i8, ptr %c, i64 %offset
  %place = getelementptr $real, ptr %row_at, i64 %column
  ret ptr %place
}
; end
