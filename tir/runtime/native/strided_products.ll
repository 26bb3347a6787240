; Matrix products of operands of any layout: what compiled code calls. These functions choose the routine and the layout,
; pack what BLAS cannot read, check ranges, and compute by loops what BLAS would get wrong or be slow at. What is left goes
; to `products.ll`, which shares it out to threads.
;
; A matrix passes as a pointer, a row stride and a column stride, in elements; any strides will do. Elements have 4 or 8
; bytes, and scales pass as double, which holds every float. Each function returns a status: 0, or -2 where memory ran out,
; or -3 where a size or stride does not fit BLAS's 32-bit integers.

; How BLAS would read a matrix where it is: whether it can; by rows (111) or by columns (112); the leading stride.
%layout = type { i1, i32, i64 }

; An operand as BLAS takes it: where it begins, its layout, its stride; the copy to free or null; whether there was memory.
%operand = type { ptr, i32, i64, ptr, i1 }

declare void @tir_shared_gemm(
  i64, i64, i32, i32, i64, i64, i64, double, ptr, i64, i64, ptr, i64, i64, double,
  ptr, i64, i64, ptr, i64, i64)
declare void @tir_copy_matrix(i64, i64, i64, ptr, i64, ptr, i64, i64)
declare void @tir_shared_gemv(i64, i32, i64, i64, double, ptr, i64, ptr, i64, double, ptr, i64)
declare double @tir_shared_dot(i64, i64, ptr, i64, ptr, i64)
declare ptr @aligned_alloc(i64, i64)
declare void @free(ptr)
declare i64 @llvm.smax.i64(i64, i64)
declare i64 @llvm.umin.i64(i64, i64)
declare { i64, i1 } @llvm.umul.with.overflow.i64(i64, i64)

; for each real
; i32 tir_sgemm(alpha, m, n, k, a, a_row, a_column, b, b_row, b_column, beta, c, c_row)
;
; c = alpha * (a @ b) + beta * c, where the rows of c are contiguous.
define i32 @tir_${letter}gemm(
  $real %alpha, i64 %m, i64 %n, i64 %k, ptr %a, i64 %a_row, i64 %a_column, ptr %b, i64 %b_row, i64 %b_column,
  $real %beta, ptr %c, i64 %c_row
) nounwind {
  %tiny = call i1 @is_tiny(i64 %m, i64 %n, i64 %k)
  br i1 %tiny, label %loops, label %large

loops:
  call void @multiply_$real(
    $real %alpha, i64 %m, i64 %n, i64 %k, ptr %a, i64 %a_row, i64 %a_column, ptr %b, i64 %b_row, i64 %b_column,
    $real %beta, ptr %c, i64 %c_row)
  ret i32 0

large:
  %wide_alpha = call double @widen_$real($real %alpha)
  %wide_beta = call double @widen_$real($real %beta)
  %status = call i32 @gemm(
    i64 $bytes, double %wide_alpha, i64 %m, i64 %n, i64 %k, ptr %a, i64 %a_row, i64 %a_column,
    ptr %b, i64 %b_row, i64 %b_column, double %wide_beta, ptr %c, i64 %c_row)
  ret i32 %status
}

; i32 tir_sgemm_onto(alpha, m, n, k, a, a_row, a_column, b, b_row, b_column, beta, old, old_row, old_column, c, c_row)
;
; c = alpha * (a @ b) + beta * old, where the rows of c are contiguous, and `old` does not overlap it.
define i32 @tir_${letter}gemm_onto(
  $real %alpha, i64 %m, i64 %n, i64 %k, ptr %a, i64 %a_row, i64 %a_column, ptr %b, i64 %b_row, i64 %b_column,
  $real %beta, ptr %old, i64 %old_row, i64 %old_column, ptr %c, i64 %c_row
) nounwind {
  %wide_alpha = call double @widen_$real($real %alpha)
  %wide_beta = call double @widen_$real($real %beta)
  %status = call i32 @gemm_onto(
    i64 $bytes, double %wide_alpha, i64 %m, i64 %n, i64 %k, ptr %a, i64 %a_row, i64 %a_column,
    ptr %b, i64 %b_row, i64 %b_column, double %wide_beta, ptr %old, i64 %old_row, i64 %old_column,
    ptr %c, i64 %c_row)
  ret i32 %status
}

; i32 tir_sgemv(alpha, m, n, a, a_row, a_column, x, x_stride, beta, y, y_stride)
;
; y = alpha * (a @ x) + beta * y for m results.
define i32 @tir_${letter}gemv(
  $real %alpha, i64 %m, i64 %n, ptr %a, i64 %a_row, i64 %a_column, ptr %x, i64 %x_stride,
  $real %beta, ptr %y, i64 %y_stride
) nounwind {
  %wide_alpha = call double @widen_$real($real %alpha)
  %wide_beta = call double @widen_$real($real %beta)
  %status = call i32 @gemv(
    i64 $bytes, double %wide_alpha, i64 %m, i64 %n, ptr %a, i64 %a_row, i64 %a_column, ptr %x, i64 %x_stride,
    double %wide_beta, ptr %y, i64 %y_stride)
  ret i32 %status
}

; i32 tir_sbatch_gemm(count, alpha, m, n, k, a, a_batch, a_row, a_column, b, b_batch, b_row, b_column,
;                     beta, c, c_batch, c_row)
;
; The same as `count` calls of tir_sgemm.
define i32 @tir_${letter}batch_gemm(
  i64 %count, $real %alpha, i64 %m, i64 %n, i64 %k, ptr %a, i64 %a_batch, i64 %a_row, i64 %a_column,
  ptr %b, i64 %b_batch, i64 %b_row, i64 %b_column, $real %beta, ptr %c, i64 %c_batch, i64 %c_row
) nounwind {
  %wide_alpha = call double @widen_$real($real %alpha)
  %wide_beta = call double @widen_$real($real %beta)
  %status = call i32 @batch_gemm(
    i64 $bytes, i64 %count, double %wide_alpha, i64 %m, i64 %n, i64 %k, ptr %a, i64 %a_batch, i64 %a_row, i64 %a_column,
    ptr %b, i64 %b_batch, i64 %b_row, i64 %b_column, double %wide_beta, ptr %c, i64 %c_batch, i64 %c_row)
  ret i32 %status
}

; i32 tir_sdot(alpha, n, x, x_stride, y, y_stride, beta, out)
;
; out = alpha * sum(x * y) + beta * out.
define i32 @tir_${letter}dot(
  $real %alpha, i64 %n, ptr %x, i64 %x_stride, ptr %y, i64 %y_stride, $real %beta, ptr %out
) nounwind {
  %fits = icmp sle i64 %n, 2147483647
  br i1 %fits, label %prepare, label %too_large

too_large:
  ret i32 -3

prepare:
  %left = call %operand @prepare_vector(i64 $bytes, ptr %x, i64 %x_stride, i64 %n)
  %left_copy = extractvalue %operand %left, 3
  %left_ready = extractvalue %operand %left, 4
  br i1 %left_ready, label %prepare_right, label %no_memory

prepare_right:
  %right = call %operand @prepare_vector(i64 $bytes, ptr %y, i64 %y_stride, i64 %n)
  %right_copy = extractvalue %operand %right, 3
  %right_ready = extractvalue %operand %right, 4
  br i1 %right_ready, label %call, label %no_right

no_right:
  call void @free(ptr %left_copy)
  br label %no_memory

no_memory:
  ret i32 -2

call:
  %left_at = extractvalue %operand %left, 0
  %left_stride = extractvalue %operand %left, 2
  %right_at = extractvalue %operand %right, 0
  %right_stride = extractvalue %operand %right, 2
  %wide = call double @tir_shared_dot(
    i64 $bytes, i64 %n, ptr %left_at, i64 %left_stride, ptr %right_at, i64 %right_stride)
  %product = call $real @narrow_$real(double %wide)
  call void @store_scaled_sum_$real($real %product, $real %alpha, $real %beta, ptr %out)
  call void @free(ptr %left_copy)
  call void @free(ptr %right_copy)
  ret i32 0
}
; end

define internal float @narrow_float(double %value) nounwind alwaysinline {
  %narrow = fptrunc double %value to float
  ret float %narrow
}

define internal double @narrow_double(double %value) nounwind alwaysinline {
  ret double %value
}

define internal double @widen_float(float %value) nounwind alwaysinline {
  %wide = fpext float %value to double
  ret double %wide
}

define internal double @widen_double(double %value) nounwind alwaysinline {
  ret double %value
}

define internal i32 @gemm(
  i64 %bytes, double %alpha, i64 %m, i64 %n, i64 %k, ptr %a, i64 %a_row, i64 %a_column,
  ptr %b, i64 %b_row, i64 %b_column, double %beta, ptr %c, i64 %c_row
) nounwind {
  %status = call i32 @gemm_onto(
    i64 %bytes, double %alpha, i64 %m, i64 %n, i64 %k, ptr %a, i64 %a_row, i64 %a_column,
    ptr %b, i64 %b_row, i64 %b_column, double %beta, ptr %c, i64 %c_row, i64 1, ptr %c, i64 %c_row)
  ret i32 %status
}

; Where BLAS multiplies matrices, each thread copies its part of `old`; else it is copied first.
define internal i32 @gemm_onto(
  i64 %bytes, double %alpha, i64 %m, i64 %n, i64 %k, ptr %a, i64 %a_row, i64 %a_column,
  ptr %b, i64 %b_row, i64 %b_column, double %beta, ptr %old, i64 %old_row, i64 %old_column, ptr %c, i64 %c_row
) nounwind {
  %tiny = call i1 @is_tiny(i64 %m, i64 %n, i64 %k)
  br i1 %tiny, label %loops, label %large

loops:
  call void @bring(i64 %bytes, i64 %m, i64 %n, ptr %old, i64 %old_row, i64 %old_column, ptr %c, i64 %c_row)
  call void @multiply(
    i64 %bytes, double %alpha, i64 %m, i64 %n, i64 %k, ptr %a, i64 %a_row, i64 %a_column,
    ptr %b, i64 %b_row, i64 %b_column, double %beta, ptr %c, i64 %c_row)
  ret i32 0

large:
  %usual = call i1 @is_usual(double %alpha)
  br i1 %usual, label %multiply, label %unusual

  ; The product into a temporary, then the scales by a loop.
unusual:
  %product = call ptr @allocate(i64 %bytes, i64 %m, i64 %n)
  %no_product = icmp eq ptr %product, null
  br i1 %no_product, label %no_memory, label %multiply_apart

multiply_apart:
  %status = call i32 @gemm(
    i64 %bytes, double 1.0, i64 %m, i64 %n, i64 %k, ptr %a, i64 %a_row, i64 %a_column,
    ptr %b, i64 %b_row, i64 %b_column, double 0.0, ptr %product, i64 %n)
  %good = icmp eq i32 %status, 0
  br i1 %good, label %scale, label %multiplied_apart

scale:
  call void @bring(i64 %bytes, i64 %m, i64 %n, ptr %old, i64 %old_row, i64 %old_column, ptr %c, i64 %c_row)
  call void @add_scaled(i64 %bytes, i64 %m, i64 %n, double %alpha, ptr %product, double %beta, ptr %c, i64 %c_row)
  br label %multiplied_apart

multiplied_apart:
  call void @free(ptr %product)
  ret i32 %status

multiply:
  %one_column = icmp eq i64 %n, 1
  br i1 %one_column, label %by_column, label %several_columns

by_column:
  call void @bring(i64 %bytes, i64 %m, i64 %n, ptr %old, i64 %old_row, i64 %old_column, ptr %c, i64 %c_row)
  %column_status = call i32 @gemv(
    i64 %bytes, double %alpha, i64 %m, i64 %k, ptr %a, i64 %a_row, i64 %a_column, ptr %b, i64 %b_row,
    double %beta, ptr %c, i64 %c_row)
  ret i32 %column_status

several_columns:
  %one_row = icmp eq i64 %m, 1
  br i1 %one_row, label %by_row, label %matrices

by_row:
  call void @bring(i64 %bytes, i64 %m, i64 %n, ptr %old, i64 %old_row, i64 %old_column, ptr %c, i64 %c_row)
  %row_status = call i32 @gemv(
    i64 %bytes, double %alpha, i64 %n, i64 %k, ptr %b, i64 %b_column, i64 %b_row, ptr %a, i64 %a_column,
    double %beta, ptr %c, i64 1)
  ret i32 %row_status

  ; A row stride means nothing where there is one row, or nothing in a row.
matrices:
  %least = call i64 @llvm.smax.i64(i64 %n, i64 1)
  %few_rows = icmp sle i64 %m, 1
  %no_columns = icmp sle i64 %n, 0
  %unused = or i1 %few_rows, %no_columns
  %leading = select i1 %unused, i64 %least, i64 %c_row
  %m_fits = icmp sle i64 %m, 2147483647
  %n_fits = icmp sle i64 %n, 2147483647
  %k_fits = icmp sle i64 %k, 2147483647
  %leading_fits = icmp sle i64 %leading, 2147483647
  %leading_enough = icmp sge i64 %leading, %least
  %fits_1 = and i1 %m_fits, %n_fits
  %fits_2 = and i1 %k_fits, %leading_fits
  %fits_3 = and i1 %fits_1, %fits_2
  %fits = and i1 %fits_3, %leading_enough
  br i1 %fits, label %prepare, label %too_large

too_large:
  ret i32 -3

prepare:
  %left = call %operand @prepare_matrix(i64 %bytes, ptr %a, i64 %a_row, i64 %a_column, i64 %m, i64 %k)
  %left_copy = extractvalue %operand %left, 3
  %left_ready = extractvalue %operand %left, 4
  br i1 %left_ready, label %prepare_right, label %no_memory

prepare_right:
  %right = call %operand @prepare_matrix(i64 %bytes, ptr %b, i64 %b_row, i64 %b_column, i64 %k, i64 %n)
  %right_copy = extractvalue %operand %right, 3
  %right_ready = extractvalue %operand %right, 4
  br i1 %right_ready, label %call, label %no_right

no_right:
  call void @free(ptr %left_copy)
  br label %no_memory

no_memory:
  ret i32 -2

call:
  %left_at = extractvalue %operand %left, 0
  %left_layout = extractvalue %operand %left, 1
  %left_stride = extractvalue %operand %left, 2
  %right_at = extractvalue %operand %right, 0
  %right_layout = extractvalue %operand %right, 1
  %right_stride = extractvalue %operand %right, 2
  call void @tir_shared_gemm(
    i64 %bytes, i64 1, i32 %left_layout, i32 %right_layout, i64 %m, i64 %n, i64 %k, double %alpha,
    ptr %left_at, i64 %left_stride, i64 0, ptr %right_at, i64 %right_stride, i64 0, double %beta,
    ptr %old, i64 %old_row, i64 %old_column, ptr %c, i64 %leading, i64 0)
  call void @free(ptr %left_copy)
  call void @free(ptr %right_copy)
  ret i32 0
}

; Copies what is added to, unless it is there.
define internal void @bring(
  i64 %bytes, i64 %m, i64 %n, ptr %old, i64 %old_row, i64 %old_column, ptr %c, i64 %c_row
) nounwind {
  %there = icmp eq ptr %old, %c
  br i1 %there, label %done, label %copy

copy:
  call void @tir_copy_matrix(
    i64 %bytes, i64 %m, i64 %n, ptr %c, i64 %c_row, ptr %old, i64 %old_row, i64 %old_column)
  br label %done

done:
  ret void
}

define internal i32 @gemv(
  i64 %bytes, double %alpha, i64 %m, i64 %n, ptr %a, i64 %a_row, i64 %a_column, ptr %x, i64 %x_stride,
  double %beta, ptr %y, i64 %y_stride
) nounwind {
  %usual = call i1 @is_usual(double %alpha)
  br i1 %usual, label %multiply, label %unusual

unusual:
  %product = call ptr @allocate(i64 %bytes, i64 %m, i64 1)
  %no_product = icmp eq ptr %product, null
  br i1 %no_product, label %no_memory, label %multiply_apart

multiply_apart:
  %status = call i32 @gemv(
    i64 %bytes, double 1.0, i64 %m, i64 %n, ptr %a, i64 %a_row, i64 %a_column, ptr %x, i64 %x_stride,
    double 0.0, ptr %product, i64 1)
  %good = icmp eq i32 %status, 0
  br i1 %good, label %scale, label %multiplied_apart

scale:
  call void @add_scaled(i64 %bytes, i64 %m, i64 1, double %alpha, ptr %product, double %beta, ptr %y, i64 %y_stride)
  br label %multiplied_apart

multiplied_apart:
  call void @free(ptr %product)
  ret i32 %status

  ; A stride means nothing where there is one element.
multiply:
  %few = icmp sle i64 %m, 1
  %step = select i1 %few, i64 1, i64 %y_stride
  %m_fits = icmp sle i64 %m, 2147483647
  %n_fits = icmp sle i64 %n, 2147483647
  %step_fits = icmp sle i64 %step, 2147483647
  %fits_1 = and i1 %m_fits, %n_fits
  %fits = and i1 %fits_1, %step_fits
  br i1 %fits, label %in_range, label %too_large

too_large:
  ret i32 -3

  ; BLAS leaves y as it is where the matrix has no columns.
in_range:
  %some = icmp sgt i64 %n, 0
  br i1 %some, label %prepare, label %nothing

nothing:
  call void @multiply(
    i64 %bytes, double %alpha, i64 %m, i64 1, i64 0, ptr %a, i64 0, i64 0, ptr %x, i64 0, i64 0,
    double %beta, ptr %y, i64 %y_stride)
  ret i32 0

prepare:
  %matrix = call %operand @prepare_matrix(i64 %bytes, ptr %a, i64 %a_row, i64 %a_column, i64 %m, i64 %n)
  %matrix_copy = extractvalue %operand %matrix, 3
  %matrix_ready = extractvalue %operand %matrix, 4
  br i1 %matrix_ready, label %prepare_vector, label %no_memory

prepare_vector:
  %vector = call %operand @prepare_vector(i64 %bytes, ptr %x, i64 %x_stride, i64 %n)
  %vector_copy = extractvalue %operand %vector, 3
  %vector_ready = extractvalue %operand %vector, 4
  br i1 %vector_ready, label %call, label %no_vector

no_vector:
  call void @free(ptr %matrix_copy)
  br label %no_memory

no_memory:
  ret i32 -2

call:
  %matrix_at = extractvalue %operand %matrix, 0
  %layout = extractvalue %operand %matrix, 1
  %leading = extractvalue %operand %matrix, 2
  %vector_at = extractvalue %operand %vector, 0
  %vector_step = extractvalue %operand %vector, 2
  call void @tir_shared_gemv(
    i64 %bytes, i32 %layout, i64 %m, i64 %n, double %alpha, ptr %matrix_at, i64 %leading,
    ptr %vector_at, i64 %vector_step, double %beta, ptr %y, i64 %step)
  call void @free(ptr %matrix_copy)
  call void @free(ptr %vector_copy)
  ret i32 0
}

; All at once where BLAS can read every matrix where it is, and has enough to do with each.
define internal i32 @batch_gemm(
  i64 %bytes, i64 %count, double %alpha, i64 %m, i64 %n, i64 %k,
  ptr %a, i64 %a_batch, i64 %a_row, i64 %a_column, ptr %b, i64 %b_batch, i64 %b_row, i64 %b_column,
  double %beta, ptr %c, i64 %c_batch, i64 %c_row
) nounwind {
entry:
  %left = call %layout @find_layout(i64 %a_row, i64 %a_column, i64 %m, i64 %k)
  %right = call %layout @find_layout(i64 %b_row, i64 %b_column, i64 %k, i64 %n)
  %left_readable = extractvalue %layout %left, 0
  %right_readable = extractvalue %layout %right, 0
  %usual = call i1 @is_usual(double %alpha)
  %tiny = call i1 @is_tiny(i64 %m, i64 %n, i64 %k)
  %large = xor i1 %tiny, true
  %count_fits = icmp sle i64 %count, 2147483647
  %m_fits = icmp sle i64 %m, 2147483647
  %n_fits = icmp sle i64 %n, 2147483647
  %k_fits = icmp sle i64 %k, 2147483647
  %c_row_fits = icmp sle i64 %c_row, 2147483647
  %some_rows = icmp sge i64 %m, 1
  %some_columns = icmp sge i64 %n, 1
  %some_terms = icmp sge i64 %k, 1
  %c_row_enough = icmp sge i64 %c_row, %n
  %and_1 = and i1 %left_readable, %right_readable
  %and_2 = and i1 %and_1, %usual
  %and_3 = and i1 %and_2, %large
  %and_4 = and i1 %and_3, %count_fits
  %and_5 = and i1 %and_4, %m_fits
  %and_6 = and i1 %and_5, %n_fits
  %and_7 = and i1 %and_6, %k_fits
  %and_8 = and i1 %and_7, %c_row_fits
  %and_9 = and i1 %and_8, %some_rows
  %and_10 = and i1 %and_9, %some_columns
  %and_11 = and i1 %and_10, %some_terms
  %together = and i1 %and_11, %c_row_enough
  br i1 %together, label %all_at_once, label %one_by_one

all_at_once:
  %left_layout = extractvalue %layout %left, 1
  %left_stride = extractvalue %layout %left, 2
  %right_layout = extractvalue %layout %right, 1
  %right_stride = extractvalue %layout %right, 2
  call void @tir_shared_gemm(
    i64 %bytes, i64 %count, i32 %left_layout, i32 %right_layout, i64 %m, i64 %n, i64 %k, double %alpha,
    ptr %a, i64 %left_stride, i64 %a_batch, ptr %b, i64 %right_stride, i64 %b_batch, double %beta,
    ptr %c, i64 %c_row, i64 1, ptr %c, i64 %c_row, i64 %c_batch)
  ret i32 0

one_by_one:
  %a_bytes = mul i64 %a_batch, %bytes
  %b_bytes = mul i64 %b_batch, %bytes
  %c_bytes = mul i64 %c_batch, %bytes
  br label %next

next:
  %index = phi i64 [ 0, %one_by_one ], [ %following, %multiplied ]
  %a_at = phi ptr [ %a, %one_by_one ], [ %a_next, %multiplied ]
  %b_at = phi ptr [ %b, %one_by_one ], [ %b_next, %multiplied ]
  %c_at = phi ptr [ %c, %one_by_one ], [ %c_next, %multiplied ]
  %more = icmp slt i64 %index, %count
  br i1 %more, label %one, label %done

one:
  %status = call i32 @gemm(
    i64 %bytes, double %alpha, i64 %m, i64 %n, i64 %k, ptr %a_at, i64 %a_row, i64 %a_column,
    ptr %b_at, i64 %b_row, i64 %b_column, double %beta, ptr %c_at, i64 %c_row)
  %good = icmp eq i32 %status, 0
  br i1 %good, label %multiplied, label %failed

multiplied:
  %following = add i64 %index, 1
  %a_next = getelementptr i8, ptr %a_at, i64 %a_bytes
  %b_next = getelementptr i8, ptr %b_at, i64 %b_bytes
  %c_next = getelementptr i8, ptr %c_at, i64 %c_bytes
  br label %next

failed:
  ret i32 %status

done:
  ret i32 0
}

; Whether there are so few multiplications that loops are done before BLAS has looked at its arguments.
define internal i1 @is_tiny(i64 %m, i64 %n, i64 %k) nounwind alwaysinline {
  ; Each size first, so that the product cannot overflow.
  %few_rows = icmp sle i64 %m, 128
  %few_columns = icmp sle i64 %n, 128
  %few_terms = icmp sle i64 %k, 128
  %small_1 = and i1 %few_rows, %few_columns
  %small = and i1 %small_1, %few_terms
  %results = mul i64 %m, %n
  %count = mul i64 %results, %k
  %few = icmp sle i64 %count, 128
  %tiny = and i1 %small, %few
  ret i1 %tiny
}

; Whether BLAS may multiply by alpha at any moment: not where it is 0, NaN, infinite or extreme. BLAS ignores NaN in the
; factors where alpha is 0, and some routines scale the factors first, which overflows or vanishes where the product itself
; does not. The square lies between 2^-64 and 2^64.
define internal i1 @is_usual(double %alpha) nounwind alwaysinline {
  %square = fmul double %alpha, %alpha
  %enough = fcmp oge double %square, 0x3BF0000000000000
  %not_much = fcmp ole double %square, 0x43F0000000000000
  %usual = and i1 %enough, %not_much
  ret i1 %usual
}

; Memory for rows * columns elements, which the caller frees; null where there is none.
define internal ptr @allocate(i64 %bytes, i64 %rows, i64 %columns) nounwind {
  %row = call { i64, i1 } @llvm.umul.with.overflow.i64(i64 %bytes, i64 %columns)
  %row_bytes = extractvalue { i64, i1 } %row, 0
  %row_overflow = extractvalue { i64, i1 } %row, 1
  %all = call { i64, i1 } @llvm.umul.with.overflow.i64(i64 %row_bytes, i64 %rows)
  %all_bytes = extractvalue { i64, i1 } %all, 0
  %all_overflow = extractvalue { i64, i1 } %all, 1
  %overflow = or i1 %row_overflow, %all_overflow
  ; No allocator gives 2^62 bytes.
  %wanted = select i1 %overflow, i64 4611686018427387840, i64 %all_bytes
  %possible = call i64 @llvm.umin.i64(i64 %wanted, i64 4611686018427387840)
  %above = add i64 %possible, 64
  %padded = and i64 %above, -64
  %pointer = call ptr @aligned_alloc(i64 64, i64 %padded)
  ret ptr %pointer
}

define internal %layout @find_layout(i64 %row_stride, i64 %column_stride, i64 %rows, i64 %columns) nounwind alwaysinline {
  %single_row = icmp sle i64 %rows, 1
  %single_column = icmp sle i64 %columns, 1

  %row_least = call i64 @llvm.smax.i64(i64 %columns, i64 1)
  %row_leading = select i1 %single_row, i64 %row_least, i64 %row_stride
  %row_unit = icmp eq i64 %column_stride, 1
  %row_dense = or i1 %single_column, %row_unit
  %row_apart = icmp sge i64 %row_leading, %row_least
  %row_fits = icmp sle i64 %row_leading, 2147483647
  %row_both = and i1 %row_apart, %row_fits
  %by_rows = and i1 %row_dense, %row_both

  %column_least = call i64 @llvm.smax.i64(i64 %rows, i64 1)
  %column_leading = select i1 %single_column, i64 %column_least, i64 %column_stride
  %column_unit = icmp eq i64 %row_stride, 1
  %column_dense = or i1 %single_row, %column_unit
  %column_apart = icmp sge i64 %column_leading, %column_least
  %column_fits = icmp sle i64 %column_leading, 2147483647
  %column_both = and i1 %column_apart, %column_fits
  %by_columns = and i1 %column_dense, %column_both

  %readable = or i1 %by_rows, %by_columns
  %number = select i1 %by_rows, i32 111, i32 112
  %leading = select i1 %by_rows, i64 %row_leading, i64 %column_leading
  %l1 = insertvalue %layout poison, i1 %readable, 0
  %l2 = insertvalue %layout %l1, i32 %number, 1
  %l3 = insertvalue %layout %l2, i64 %leading, 2
  ret %layout %l3
}

; A matrix where it is if BLAS can read it there, else a copy.
define internal %operand @prepare_matrix(
  i64 %bytes, ptr %matrix, i64 %row_stride, i64 %column_stride, i64 %rows, i64 %columns
) nounwind {
  %layout = call %layout @find_layout(i64 %row_stride, i64 %column_stride, i64 %rows, i64 %columns)
  %readable = extractvalue %layout %layout, 0
  br i1 %readable, label %in_place, label %copy

in_place:
  %number = extractvalue %layout %layout, 1
  %leading = extractvalue %layout %layout, 2
  %o1 = insertvalue %operand { ptr poison, i32 poison, i64 poison, ptr null, i1 true }, ptr %matrix, 0
  %o2 = insertvalue %operand %o1, i32 %number, 1
  %o3 = insertvalue %operand %o2, i64 %leading, 2
  ret %operand %o3

copy:
  %stride = call i64 @llvm.smax.i64(i64 %columns, i64 1)
  %packed = call %operand @pack(
    i64 %bytes, ptr %matrix, i64 %rows, i64 %columns, i64 %row_stride, i64 %column_stride, i64 %stride)
  ret %operand %packed
}

; A vector from its lowest address, with a stride that is not 0; else a copy.
define internal %operand @prepare_vector(i64 %bytes, ptr %vector, i64 %stride, i64 %count) nounwind {
  %single = icmp sle i64 %count, 1
  %step = select i1 %single, i64 1, i64 %stride
  %moves = icmp ne i64 %step, 0
  %not_above = icmp sle i64 %step, 2147483647
  %not_below = icmp sge i64 %step, -2147483647
  %fits = and i1 %not_above, %not_below
  %usable = and i1 %moves, %fits
  br i1 %usable, label %in_place, label %copy

in_place:
  %backwards = icmp slt i64 %step, 0
  %last_index = add i64 %count, -1
  %last_element = mul i64 %last_index, %step
  %last_offset = mul i64 %last_element, %bytes
  %last = getelementptr i8, ptr %vector, i64 %last_offset
  %lowest = select i1 %backwards, ptr %last, ptr %vector
  %o1 = insertvalue %operand { ptr poison, i32 111, i64 poison, ptr null, i1 true }, ptr %lowest, 0
  %o2 = insertvalue %operand %o1, i64 %step, 2
  ret %operand %o2

copy:
  %packed = call %operand @pack(i64 %bytes, ptr %vector, i64 1, i64 %count, i64 0, i64 %stride, i64 1)
  ret %operand %packed
}

; A copy by rows without gaps, as an operand with the stride that BLAS is told.
define internal %operand @pack(
  i64 %bytes, ptr %source, i64 %rows, i64 %columns, i64 %row_stride, i64 %column_stride, i64 %stride
) nounwind {
entry:
  %target = call ptr @allocate(i64 %bytes, i64 %rows, i64 %columns)
  %has_memory = icmp ne ptr %target, null
  %o1 = insertvalue %operand { ptr poison, i32 111, i64 poison, ptr poison, i1 poison }, ptr %target, 0
  %o2 = insertvalue %operand %o1, i64 %stride, 2
  %o3 = insertvalue %operand %o2, ptr %target, 3
  %o4 = insertvalue %operand %o3, i1 %has_memory, 4
  %some_rows = icmp sgt i64 %rows, 0
  %some_columns = icmp sgt i64 %columns, 0
  %some_1 = and i1 %some_rows, %some_columns
  %some = and i1 %some_1, %has_memory
  %single = icmp eq i64 %bytes, 4
  %row_bytes = mul i64 %row_stride, %bytes
  %column_bytes = mul i64 %column_stride, %bytes
  br i1 %some, label %row, label %done

row:
  %row_index = phi i64 [ 0, %entry ], [ %row_next, %row_end ]
  %row_from = phi ptr [ %source, %entry ], [ %row_from_next, %row_end ]
  %row_to = phi ptr [ %target, %entry ], [ %row_to_next, %row_end ]
  br i1 %single, label %float, label %double

float:
  %float_index = phi i64 [ 0, %row ], [ %float_next, %float ]
  %float_from = phi ptr [ %row_from, %row ], [ %float_from_next, %float ]
  %float_to = phi ptr [ %row_to, %row ], [ %float_to_next, %float ]
  %float_value = load float, ptr %float_from, align 4
  store float %float_value, ptr %float_to, align 4
  %float_from_next = getelementptr i8, ptr %float_from, i64 %column_bytes
  %float_to_next = getelementptr i8, ptr %float_to, i64 4
  %float_next = add i64 %float_index, 1
  %float_more = icmp slt i64 %float_next, %columns
  br i1 %float_more, label %float, label %row_end

double:
  %double_index = phi i64 [ 0, %row ], [ %double_next, %double ]
  %double_from = phi ptr [ %row_from, %row ], [ %double_from_next, %double ]
  %double_to = phi ptr [ %row_to, %row ], [ %double_to_next, %double ]
  %double_value = load double, ptr %double_from, align 8
  store double %double_value, ptr %double_to, align 8
  %double_from_next = getelementptr i8, ptr %double_from, i64 %column_bytes
  %double_to_next = getelementptr i8, ptr %double_to, i64 8
  %double_next = add i64 %double_index, 1
  %double_more = icmp slt i64 %double_next, %columns
  br i1 %double_more, label %double, label %row_end

row_end:
  %row_to_next = phi ptr [ %float_to_next, %float ], [ %double_to_next, %double ]
  %row_from_next = getelementptr i8, ptr %row_from, i64 %row_bytes
  %row_next = add i64 %row_index, 1
  %more = icmp slt i64 %row_next, %rows
  br i1 %more, label %row, label %done

done:
  ret %operand %o4
}

; c = alpha * (a @ b) + beta * c by three loops, for any sizes.
define internal void @multiply(
  i64 %bytes, double %alpha, i64 %m, i64 %n, i64 %k, ptr %a, i64 %a_row, i64 %a_column,
  ptr %b, i64 %b_row, i64 %b_column, double %beta, ptr %c, i64 %c_row
) nounwind {
  %single = icmp eq i64 %bytes, 4
  br i1 %single, label %float, label %double

float:
  %float_alpha = fptrunc double %alpha to float
  %float_beta = fptrunc double %beta to float
  call void @multiply_float(
    float %float_alpha, i64 %m, i64 %n, i64 %k, ptr %a, i64 %a_row, i64 %a_column,
    ptr %b, i64 %b_row, i64 %b_column, float %float_beta, ptr %c, i64 %c_row)
  ret void

double:
  call void @multiply_double(
    double %alpha, i64 %m, i64 %n, i64 %k, ptr %a, i64 %a_row, i64 %a_column,
    ptr %b, i64 %b_row, i64 %b_column, double %beta, ptr %c, i64 %c_row)
  ret void
}

; for each real
define internal void @multiply_$real(
  $real %alpha, i64 %m, i64 %n, i64 %k, ptr %a, i64 %a_row, i64 %a_column, ptr %b, i64 %b_row, i64 %b_column,
  $real %beta, ptr %c, i64 %c_row
) nounwind {
entry:
  %some_rows = icmp sgt i64 %m, 0
  %some_columns = icmp sgt i64 %n, 0
  %some = and i1 %some_rows, %some_columns
  br i1 %some, label %row, label %done

row:
  %i = phi i64 [ 0, %entry ], [ %i_next, %row_end ]
  %a_begin = phi ptr [ %a, %entry ], [ %a_begin_next, %row_end ]
  %c_begin = phi ptr [ %c, %entry ], [ %c_begin_next, %row_end ]
  br label %column

column:
  %j = phi i64 [ 0, %row ], [ %j_next, %column_end ]
  %b_begin = phi ptr [ %b, %row ], [ %b_begin_next, %column_end ]
  %c_at = phi ptr [ %c_begin, %row ], [ %c_next, %column_end ]
  br label %term

term:
  %l = phi i64 [ 0, %column ], [ %l_next, %add ]
  %total = phi $real [ 0.0, %column ], [ %total_next, %add ]
  %a_at = phi ptr [ %a_begin, %column ], [ %a_next, %add ]
  %b_at = phi ptr [ %b_begin, %column ], [ %b_next, %add ]
  %more_terms = icmp slt i64 %l, %k
  br i1 %more_terms, label %add, label %column_end

add:
  %x = load $real, ptr %a_at, align $bytes
  %y = load $real, ptr %b_at, align $bytes
  %product = fmul $real %x, %y
  %total_next = fadd $real %total, %product
  %a_next = getelementptr $real, ptr %a_at, i64 %a_column
  %b_next = getelementptr $real, ptr %b_at, i64 %b_row
  %l_next = add i64 %l, 1
  br label %term

column_end:
  call void @store_scaled_sum_$real($real %total, $real %alpha, $real %beta, ptr %c_at)
  %b_begin_next = getelementptr $real, ptr %b_begin, i64 %b_column
  %c_next = getelementptr $real, ptr %c_at, i64 1
  %j_next = add i64 %j, 1
  %more_columns = icmp slt i64 %j_next, %n
  br i1 %more_columns, label %column, label %row_end

row_end:
  %a_begin_next = getelementptr $real, ptr %a_begin, i64 %a_row
  %c_begin_next = getelementptr $real, ptr %c_begin, i64 %c_row
  %i_next = add i64 %i, 1
  %more_rows = icmp slt i64 %i_next, %m
  br i1 %more_rows, label %row, label %done

done:
  ret void
}
; end

; c = alpha * product + beta * c, for a product without gaps.
define internal void @add_scaled(
  i64 %bytes, i64 %m, i64 %n, double %alpha, ptr %product, double %beta, ptr %c, i64 %c_row
) nounwind {
  %some_rows = icmp sgt i64 %m, 0
  %some_columns = icmp sgt i64 %n, 0
  %some = and i1 %some_rows, %some_columns
  br i1 %some, label %add, label %done

add:
  %single = icmp eq i64 %bytes, 4
  %loops = select i1 %single, ptr @add_scaled_float, ptr @add_scaled_double
  %c_row_bytes = mul i64 %c_row, %bytes
  call void %loops(i64 %m, i64 %n, double %alpha, ptr %product, double %beta, ptr %c, i64 %c_row_bytes)
  br label %done

done:
  ret void
}

; for each real
define internal void @add_scaled_$real(
  i64 %m, i64 %n, double %wide_alpha, ptr %product, double %wide_beta, ptr %c, i64 %c_row
) nounwind {
entry:
  %alpha = call $real @narrow_$real(double %wide_alpha)
  %beta = call $real @narrow_$real(double %wide_beta)
  br label %row

row:
  %i = phi i64 [ 0, %entry ], [ %i_next, %row_end ]
  %product_begin = phi ptr [ %product, %entry ], [ %product_next, %row_end ]
  %c_begin = phi ptr [ %c, %entry ], [ %c_begin_next, %row_end ]
  br label %column

column:
  %j = phi i64 [ 0, %row ], [ %j_next, %column ]
  %product_at = phi ptr [ %product_begin, %row ], [ %product_next, %column ]
  %c_at = phi ptr [ %c_begin, %row ], [ %c_next, %column ]
  %value = load $real, ptr %product_at, align $bytes
  call void @store_scaled_sum_$real($real %value, $real %alpha, $real %beta, ptr %c_at)
  %product_next = getelementptr i8, ptr %product_at, i64 $bytes
  %c_next = getelementptr i8, ptr %c_at, i64 $bytes
  %j_next = add i64 %j, 1
  %more_columns = icmp slt i64 %j_next, %n
  br i1 %more_columns, label %column, label %row_end

row_end:
  %c_begin_next = getelementptr i8, ptr %c_begin, i64 %c_row
  %i_next = add i64 %i, 1
  %more_rows = icmp slt i64 %i_next, %m
  br i1 %more_rows, label %row, label %done

done:
  ret void
}
; end

; for each real
; alpha * product + beta * old, without regard to what was there where beta is 0.
define internal void @store_scaled_sum_$real(
  $real %product, $real %alpha, $real %beta, ptr %place
) nounwind alwaysinline {
  %old = load $real, ptr %place, align $bytes
  %times_beta = fmul $real %beta, %old
  %overwrites = fcmp oeq $real %beta, 0.0
  %kept = select i1 %overwrites, $real 0.0, $real %times_beta
  %scaled = fmul $real %alpha, %product
  %sum = fadd $real %scaled, %kept
  store $real %sum, ptr %place, align $bytes
  ret void
}
; end
