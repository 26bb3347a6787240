; Matrix products shared out to threads. The result is cut into bands of rows or of columns, each of them a product of
; its own by one call of BLAS, which has one thread: no band waits for another, so a thread that is late costs what it
; does of the work and no more. How a result is cut depends on its size only, so that the threads never change it.

; What one band calls; the bands of a result, the length that is cut, the pieces it has, the bytes of an element; the
; operands, with the elements from one line to the next along that length, and from one matrix to the next; what BLAS
; is told: the layouts, the sizes, the leading strides, the scales; then whether the bands are rows. Last what is copied
; into the result before it is added to, null where it is there: its strides along the length that is cut, of rows and
; of columns.
%product = type {
  ptr, i64, i64, i64, i64,
  ptr, i64, i64, ptr, i64, i64, ptr, i64, i64,
  i32, i32, i32, i32, i32, i32, i32, i32, double, double, i1,
  ptr, i64, i64, i64
}

declare i32 @tir_parallel_for(ptr, ptr, i64, i64)
declare i1 @tir_narrow_gemm(i64, i32, i32, i64, i64, i64, double, ptr, i64, ptr, i64, double, ptr, i64)
declare i1 @tir_summed_gemv(i64, i32, i64, i64, double, ptr, i64, ptr, i64, double, ptr, i64)
declare void @scipy_cblas_sgemm(i32, i32, i32, i32, i32, i32, float, ptr, i32, ptr, i32, float, ptr, i32)
declare void @scipy_cblas_dgemm(i32, i32, i32, i32, i32, i32, double, ptr, i32, ptr, i32, double, ptr, i32)
declare void @scipy_cblas_sgemv(i32, i32, i32, i32, float, ptr, i32, ptr, i32, float, ptr, i32)
declare void @scipy_cblas_dgemv(i32, i32, i32, i32, double, ptr, i32, ptr, i32, double, ptr, i32)
declare i64 @llvm.umin.i64(i64, i64)
declare i64 @llvm.umax.i64(i64, i64)
declare i64 @llvm.ctlz.i64(i64, i1)
declare void @tir_copy(ptr, ptr, i64, i64, i64, i64, i64, i64, i64, i64, i64)

; void tir_shared_gemm(bytes, count, layout_a, layout_b, m, n, k, alpha, a, lda, a_batch, b, ldb, b_batch,
;                      beta, old, old_row, old_column, c, ldc, c_batch)
;
; c = alpha * (a @ b) + beta * old for `count` matrices by rows, as cblas_sgemm and cblas_dgemm do, for elements of 4 or
; 8 bytes. All sizes and strides fit BLAS's integers. `old` is c itself; of one matrix it may be another, of any strides,
; that does not overlap c. Each thread copies what it adds to, which it then finds in its cache.
define void @tir_shared_gemm(
  i64 %bytes, i64 %count, i32 %layout_a, i32 %layout_b, i64 %m, i64 %n, i64 %k, double %alpha,
  ptr %a, i64 %lda, i64 %a_batch, ptr %b, i64 %ldb, i64 %b_batch, double %beta,
  ptr %old, i64 %old_row, i64 %old_column, ptr %c, i64 %ldc, i64 %c_batch
) nounwind {
  %product = alloca %product, align 64
  %by_rows = icmp sge i64 %m, %n
  %length = select i1 %by_rows, i64 %m, i64 %n
  %other = select i1 %by_rows, i64 %n, i64 %m
  %plain_a = icmp eq i32 %layout_a, 111
  %a_line = select i1 %plain_a, i64 %lda, i64 1
  %a_step = select i1 %by_rows, i64 %a_line, i64 0
  %plain_b = icmp eq i32 %layout_b, 111
  %b_line = select i1 %plain_b, i64 1, i64 %ldb
  %b_step = select i1 %by_rows, i64 0, i64 %b_line
  %c_step = select i1 %by_rows, i64 %ldc, i64 1
  %single = icmp eq i64 %bytes, 4
  %band = select i1 %single, ptr @gemm_float, ptr @gemm_double
  %m_narrow = trunc i64 %m to i32
  %n_narrow = trunc i64 %n to i32
  %k_narrow = trunc i64 %k to i32
  %lda_narrow = trunc i64 %lda to i32
  %ldb_narrow = trunc i64 %ldb to i32
  %ldc_narrow = trunc i64 %ldc to i32

  %p1 = insertvalue %product poison, ptr %band, 0
  %p2 = insertvalue %product %p1, i64 %bytes, 4
  %p3 = insertvalue %product %p2, ptr %a, 5
  %p4 = insertvalue %product %p3, i64 %a_step, 6
  %p5 = insertvalue %product %p4, i64 %a_batch, 7
  %p6 = insertvalue %product %p5, ptr %b, 8
  %p7 = insertvalue %product %p6, i64 %b_step, 9
  %p8 = insertvalue %product %p7, i64 %b_batch, 10
  %p9 = insertvalue %product %p8, ptr %c, 11
  %p10 = insertvalue %product %p9, i64 %c_step, 12
  %p11 = insertvalue %product %p10, i64 %c_batch, 13
  %p12 = insertvalue %product %p11, i32 %layout_a, 14
  %p13 = insertvalue %product %p12, i32 %layout_b, 15
  %p14 = insertvalue %product %p13, i32 %m_narrow, 16
  %p15 = insertvalue %product %p14, i32 %n_narrow, 17
  %p16 = insertvalue %product %p15, i32 %k_narrow, 18
  %p17 = insertvalue %product %p16, i32 %lda_narrow, 19
  %p18 = insertvalue %product %p17, i32 %ldb_narrow, 20
  %p19 = insertvalue %product %p18, i32 %ldc_narrow, 21
  %p20 = insertvalue %product %p19, double %alpha, 22
  %p21 = insertvalue %product %p20, double %beta, 23
  %p22 = insertvalue %product %p21, i1 %by_rows, 24
  %there = icmp eq ptr %old, %c
  %ignored = fcmp oeq double %beta, 0.0
  %no_copy = or i1 %there, %ignored
  %copied = select i1 %no_copy, ptr null, ptr %old
  %old_step = select i1 %by_rows, i64 %old_row, i64 %old_column
  %p23 = insertvalue %product %p22, ptr %copied, 25
  %p24 = insertvalue %product %p23, i64 %old_step, 26
  %p25 = insertvalue %product %p24, i64 %old_row, 27
  %p26 = insertvalue %product %p25, i64 %old_column, 28
  store %product %p26, ptr %product, align 64

  ; 2^18 multiplications take some ten microseconds. Each band packs the other factor anew, so it has many lines: with
  ; 128 of them a product of 1024 x 1024 takes 8 % longer than uncut, with 256 of them 4 %.
  %line = mul i64 %other, %k
  call void @share(ptr %product, i64 %count, i64 %length, i64 %line, i64 262144, i64 96, i64 256)
  ret void
}

; void tir_shared_gemv(bytes, layout, m, n, alpha, a, lda, x, x_stride, beta, y, y_stride)
;
; y = alpha * (a @ x) + beta * y for m results, as cblas_sgemv and cblas_dgemv do. The strides fit BLAS's integers.
define void @tir_shared_gemv(
  i64 %bytes, i32 %layout, i64 %m, i64 %n, double %alpha, ptr %a, i64 %lda, ptr %x, i64 %x_stride,
  double %beta, ptr %y, i64 %y_stride
) nounwind {
  %summed = call i1 @tir_summed_gemv(
    i64 %bytes, i32 %layout, i64 %m, i64 %n, double %alpha, ptr %a, i64 %lda, ptr %x, i64 %x_stride,
    double %beta, ptr %y, i64 %y_stride)
  br i1 %summed, label %done, label %by_results

done:
  ret void

by_results:
  %product = alloca %product, align 64
  %plain = icmp eq i32 %layout, 111
  %a_step = select i1 %plain, i64 %lda, i64 1
  %single = icmp eq i64 %bytes, 4
  %band = select i1 %single, ptr @gemv_float, ptr @gemv_double
  %n_narrow = trunc i64 %n to i32
  %lda_narrow = trunc i64 %lda to i32
  %x_narrow = trunc i64 %x_stride to i32
  %y_narrow = trunc i64 %y_stride to i32

  %p1 = insertvalue %product zeroinitializer, ptr %band, 0
  %p2 = insertvalue %product %p1, i64 %bytes, 4
  %p3 = insertvalue %product %p2, ptr %a, 5
  %p4 = insertvalue %product %p3, i64 %a_step, 6
  %p5 = insertvalue %product %p4, ptr %x, 8
  %p6 = insertvalue %product %p5, ptr %y, 11
  %p7 = insertvalue %product %p6, i64 %y_stride, 12
  %p8 = insertvalue %product %p7, i32 %layout, 14
  %p9 = insertvalue %product %p8, i32 %n_narrow, 18
  %p10 = insertvalue %product %p9, i32 %lda_narrow, 19
  %p11 = insertvalue %product %p10, i32 %x_narrow, 20
  %p12 = insertvalue %product %p11, i32 %y_narrow, 21
  %p13 = insertvalue %product %p12, double %alpha, 22
  %p14 = insertvalue %product %p13, double %beta, 23
  store %product %p14, ptr %product, align 64

  ; Each multiplication waits for memory, so fewer are enough. Bands of columns are wide, for whole pages of each row.
  %least = select i1 %plain, i64 16, i64 256
  call void @share(ptr %product, i64 1, i64 %m, i64 %n, i64 65536, i64 %least, i64 %least)
  ret void
}

; Cuts each of `count` results into bands and shares them out. There are up to four if each has `least` lines and about
; `work` multiplications, `line` of them in each line; more only if each has `wide` lines. A power of two of bands suits
; most numbers of threads. Bands consist of pieces of 16 lines, which suit the kernels of BLAS, and are of even size.
define internal void @share(
  ptr %product, i64 %count, i64 %length, i64 %line, i64 %work, i64 %least, i64 %wide
) nounwind {
  %some_work = call i64 @llvm.umax.i64(i64 %line, i64 1)
  %whole = udiv i64 %work, %some_work
  %enough = add i64 %whole, 1
  %shortest = call i64 @llvm.umax.i64(i64 %enough, i64 %least)
  %short_bands = udiv i64 %length, %shortest
  %few = call i64 @llvm.umin.i64(i64 %short_bands, i64 4)
  %widest = call i64 @llvm.umax.i64(i64 %enough, i64 %wide)
  %wide_bands = udiv i64 %length, %widest
  %fitting = call i64 @llvm.umax.i64(i64 %few, i64 %wide_bands)
  %some_count = call i64 @llvm.umax.i64(i64 %count, i64 1)
  %useful = udiv i64 64, %some_count
  %most = call i64 @llvm.umin.i64(i64 %fitting, i64 %useful)
  %some_bands = call i64 @llvm.umax.i64(i64 %most, i64 1)
  %zeros = call i64 @llvm.ctlz.i64(i64 %some_bands, i1 true)
  %power = sub i64 63, %zeros
  %bands = shl i64 1, %power
  %bands_at = getelementptr inbounds %product, ptr %product, i64 0, i32 1
  store i64 %bands, ptr %bands_at, align 8
  %length_at = getelementptr inbounds %product, ptr %product, i64 0, i32 2
  store i64 %length, ptr %length_at, align 8
  %above = add i64 %length, 15
  %pieces = lshr i64 %above, 4
  %pieces_at = getelementptr inbounds %product, ptr %product, i64 0, i32 3
  store i64 %pieces, ptr %pieces_at, align 8
  %some_length = call i64 @llvm.umax.i64(i64 %length, i64 1)
  %lines = lshr i64 %some_length, %power
  %last = add i64 %lines, -1
  %wanted = add i64 %enough, %last
  %grain = udiv i64 %wanted, %lines
  %all = shl i64 %count, %power
  %status = call i32 @tir_parallel_for(ptr @multiply_bands, ptr %product, i64 %all, i64 %grain)
  ret void
}

; The task of the loop over the bands of all results.
define internal i32 @multiply_bands(ptr %context, i64 %begin, i64 %end) nounwind {
entry:
  %product = load %product, ptr %context, align 64
  %call = extractvalue %product %product, 0
  %bands = extractvalue %product %product, 1
  %length = extractvalue %product %product, 2
  %pieces = extractvalue %product %product, 3
  %bytes = extractvalue %product %product, 4
  %a = extractvalue %product %product, 5
  %a_step = extractvalue %product %product, 6
  %a_batch = extractvalue %product %product, 7
  %b = extractvalue %product %product, 8
  %b_step = extractvalue %product %product, 9
  %b_batch = extractvalue %product %product, 10
  %c = extractvalue %product %product, 11
  %c_step = extractvalue %product %product, 12
  %c_batch = extractvalue %product %product, 13
  %m_narrow = extractvalue %product %product, 16
  %n_narrow = extractvalue %product %product, 17
  %ldc_narrow = extractvalue %product %product, 21
  %by_rows = extractvalue %product %product, 24
  %old = extractvalue %product %product, 25
  %old_step = extractvalue %product %product, 26
  %old_row = extractvalue %product %product, 27
  %old_column = extractvalue %product %product, 28
  %m = zext i32 %m_narrow to i64
  %n = zext i32 %n_narrow to i64
  %ldc = zext i32 %ldc_narrow to i64
  %no_copy = icmp eq ptr %old, null
  br label %locate

locate:
  %band = phi i64 [ %begin, %entry ], [ %next, %multiply ]
  %matrix = udiv i64 %band, %bands
  %number = urem i64 %band, %bands
  %after = add i64 %number, 1
  %from = call i64 @first_line(i64 %number, i64 %bands, i64 %pieces, i64 %length)
  %to = call i64 @first_line(i64 %after, i64 %bands, i64 %pieces, i64 %length)
  %extent = sub i64 %to, %from
  %extent_narrow = trunc i64 %extent to i32
  %a_part = call ptr @locate(ptr %a, i64 %a_step, i64 %from, i64 %a_batch, i64 %matrix, i64 %bytes)
  %b_part = call ptr @locate(ptr %b, i64 %b_step, i64 %from, i64 %b_batch, i64 %matrix, i64 %bytes)
  %c_part = call ptr @locate(ptr %c, i64 %c_step, i64 %from, i64 %c_batch, i64 %matrix, i64 %bytes)
  br i1 %no_copy, label %multiply, label %copy

copy:
  %old_part = call ptr @locate(ptr %old, i64 %old_step, i64 %from, i64 0, i64 0, i64 %bytes)
  %rows = select i1 %by_rows, i64 %extent, i64 %m
  %columns = select i1 %by_rows, i64 %n, i64 %extent
  call void @tir_copy_matrix(
    i64 %bytes, i64 %rows, i64 %columns, ptr %c_part, i64 %ldc, ptr %old_part, i64 %old_row, i64 %old_column)
  br label %multiply

multiply:
  call void %call(ptr %context, ptr %a_part, ptr %b_part, ptr %c_part, i32 %extent_narrow)
  %next = add i64 %band, 1
  %more = icmp ult i64 %next, %end
  br i1 %more, label %locate, label %done

done:
  ret i32 0
}

; void tir_copy_matrix(bytes, rows, columns, to, to_row, from, from_row, from_column)
;
; Copies a matrix of any strides, which count elements, into rows that are contiguous.
define void @tir_copy_matrix(
  i64 %bytes, i64 %rows, i64 %columns, ptr %to, i64 %to_row, ptr %from, i64 %from_row, i64 %from_column
) nounwind {
  %to_row_bytes = mul i64 %to_row, %bytes
  %from_row_bytes = mul i64 %from_row, %bytes
  %from_column_bytes = mul i64 %from_column, %bytes
  call void @tir_copy(
    ptr %to, ptr %from, i64 %bytes, i64 1, i64 %rows, i64 %columns, i64 0, i64 %to_row_bytes,
    i64 0, i64 %from_row_bytes, i64 %from_column_bytes)
  ret void
}

; Where a band begins: the one behind the last at the end of the length.
define internal i64 @first_line(i64 %band, i64 %bands, i64 %pieces, i64 %length) nounwind alwaysinline {
  %before = mul i64 %band, %pieces
  %whole = udiv i64 %before, %bands
  %line = shl i64 %whole, 4
  %within = call i64 @llvm.umin.i64(i64 %line, i64 %length)
  ret i64 %within
}

; Where the band that begins at a line has its first element of an operand.
define internal ptr @locate(ptr %base, i64 %step, i64 %line, i64 %batch, i64 %matrix, i64 %bytes) nounwind alwaysinline {
  %lines = mul i64 %step, %line
  %matrices = mul i64 %batch, %matrix
  %elements = add i64 %lines, %matrices
  %offset = mul i64 %elements, %bytes
  %place = getelementptr inbounds i8, ptr %base, i64 %offset
  ret ptr %place
}

define internal void @gemm_float(ptr %context, ptr %a, ptr %b, ptr %c, i32 %extent) nounwind {
entry:
  %product = load %product, ptr %context, align 64
  %layout_a = extractvalue %product %product, 14
  %layout_b = extractvalue %product %product, 15
  %m = extractvalue %product %product, 16
  %n = extractvalue %product %product, 17
  %k = extractvalue %product %product, 18
  %lda = extractvalue %product %product, 19
  %ldb = extractvalue %product %product, 20
  %ldc = extractvalue %product %product, 21
  %alpha_wide = extractvalue %product %product, 22
  %beta_wide = extractvalue %product %product, 23
  %by_rows = extractvalue %product %product, 24
  %rows = select i1 %by_rows, i32 %extent, i32 %m
  %columns = select i1 %by_rows, i32 %n, i32 %extent
  %rows_wide = zext i32 %rows to i64
  %columns_wide = zext i32 %columns to i64
  %k_wide = zext i32 %k to i64
  %lda_wide = zext i32 %lda to i64
  %ldb_wide = zext i32 %ldb to i64
  %ldc_wide = zext i32 %ldc to i64
  %narrow = call i1 @tir_narrow_gemm(
    i64 4, i32 %layout_a, i32 %layout_b, i64 %rows_wide, i64 %columns_wide, i64 %k_wide,
    double %alpha_wide, ptr %a, i64 %lda_wide, ptr %b, i64 %ldb_wide, double %beta_wide, ptr %c, i64 %ldc_wide)
  br i1 %narrow, label %done, label %blas

blas:
  %alpha = fptrunc double %alpha_wide to float
  %beta = fptrunc double %beta_wide to float
  call void @scipy_cblas_sgemm(
    i32 101, i32 %layout_a, i32 %layout_b, i32 %rows, i32 %columns, i32 %k,
    float %alpha, ptr %a, i32 %lda, ptr %b, i32 %ldb, float %beta, ptr %c, i32 %ldc)
  br label %done

done:
  ret void
}

define internal void @gemm_double(ptr %context, ptr %a, ptr %b, ptr %c, i32 %extent) nounwind {
entry:
  %product = load %product, ptr %context, align 64
  %layout_a = extractvalue %product %product, 14
  %layout_b = extractvalue %product %product, 15
  %m = extractvalue %product %product, 16
  %n = extractvalue %product %product, 17
  %k = extractvalue %product %product, 18
  %lda = extractvalue %product %product, 19
  %ldb = extractvalue %product %product, 20
  %ldc = extractvalue %product %product, 21
  %alpha = extractvalue %product %product, 22
  %beta = extractvalue %product %product, 23
  %by_rows = extractvalue %product %product, 24
  %rows = select i1 %by_rows, i32 %extent, i32 %m
  %columns = select i1 %by_rows, i32 %n, i32 %extent
  %rows_wide = zext i32 %rows to i64
  %columns_wide = zext i32 %columns to i64
  %k_wide = zext i32 %k to i64
  %lda_wide = zext i32 %lda to i64
  %ldb_wide = zext i32 %ldb to i64
  %ldc_wide = zext i32 %ldc to i64
  %narrow = call i1 @tir_narrow_gemm(
    i64 8, i32 %layout_a, i32 %layout_b, i64 %rows_wide, i64 %columns_wide, i64 %k_wide,
    double %alpha, ptr %a, i64 %lda_wide, ptr %b, i64 %ldb_wide, double %beta, ptr %c, i64 %ldc_wide)
  br i1 %narrow, label %done, label %blas

blas:
  call void @scipy_cblas_dgemm(
    i32 101, i32 %layout_a, i32 %layout_b, i32 %rows, i32 %columns, i32 %k,
    double %alpha, ptr %a, i32 %lda, ptr %b, i32 %ldb, double %beta, ptr %c, i32 %ldc)
  br label %done

done:
  ret void
}

define internal void @gemv_float(ptr %context, ptr %a, ptr %x, ptr %y, i32 %extent) nounwind {
  %product = load %product, ptr %context, align 64
  %layout = extractvalue %product %product, 14
  %k = extractvalue %product %product, 18
  %lda = extractvalue %product %product, 19
  %x_stride = extractvalue %product %product, 20
  %y_stride = extractvalue %product %product, 21
  %alpha_wide = extractvalue %product %product, 22
  %beta_wide = extractvalue %product %product, 23
  %plain = icmp eq i32 %layout, 111
  %rows = select i1 %plain, i32 %extent, i32 %k
  %columns = select i1 %plain, i32 %k, i32 %extent
  %alpha = fptrunc double %alpha_wide to float
  %beta = fptrunc double %beta_wide to float
  call void @scipy_cblas_sgemv(
    i32 101, i32 %layout, i32 %rows, i32 %columns,
    float %alpha, ptr %a, i32 %lda, ptr %x, i32 %x_stride, float %beta, ptr %y, i32 %y_stride)
  ret void
}

define internal void @gemv_double(ptr %context, ptr %a, ptr %x, ptr %y, i32 %extent) nounwind {
  %product = load %product, ptr %context, align 64
  %layout = extractvalue %product %product, 14
  %k = extractvalue %product %product, 18
  %lda = extractvalue %product %product, 19
  %x_stride = extractvalue %product %product, 20
  %y_stride = extractvalue %product %product, 21
  %alpha = extractvalue %product %product, 22
  %beta = extractvalue %product %product, 23
  %plain = icmp eq i32 %layout, 111
  %rows = select i1 %plain, i32 %extent, i32 %k
  %columns = select i1 %plain, i32 %k, i32 %extent
  call void @scipy_cblas_dgemv(
    i32 101, i32 %layout, i32 %rows, i32 %columns,
    double %alpha, ptr %a, i32 %lda, ptr %x, i32 %x_stride, double %beta, ptr %y, i32 %y_stride)
  ret void
}
