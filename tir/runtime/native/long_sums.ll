; Products with few results, each a long sum: the sums are cut, and the threads share the chunks. How they are cut depends
; on the sizes only, and chunks are added in their order, so that the threads never change the result.

; What one chunk calls; the bytes of an element; the chunks, the length that is cut; the operands, with the elements
; from one term to the next; where the results of the first chunk go, the bytes from there to those of the next; what
; BLAS is told of a matrix: its layout, its number of results, its leading stride.
%sum = type { ptr, i64, i64, i64, ptr, i64, ptr, i64, ptr, i64, i32, i32, i32 }

declare i32 @tir_parallel_for(ptr, ptr, i64, i64)
declare float @scipy_cblas_sdot(i32, ptr, i32, ptr, i32)
declare double @scipy_cblas_ddot(i32, ptr, i32, ptr, i32)
declare void @scipy_cblas_sgemv(i32, i32, i32, i32, float, ptr, i32, ptr, i32, float, ptr, i32)
declare void @scipy_cblas_dgemv(i32, i32, i32, i32, double, ptr, i32, ptr, i32, double, ptr, i32)
declare i64 @llvm.umin.i64(i64, i64)

; double tir_shared_dot(bytes, n, x, x_stride, y, y_stride)
;
; The sum of x * y, as cblas_sdot and cblas_ddot give it. Strides fit BLAS's integers; where one is negative, the pointer
; is that of the last element, as BLAS has it. Chunks of float32 are added in float64.
define double @tir_shared_dot(i64 %bytes, i64 %n, ptr %x, i64 %x_stride, ptr %y, i64 %y_stride) nounwind {
entry:
  %sum = alloca %sum, align 64
  %parts = alloca [64 x double], align 64
  %single = icmp eq i64 %bytes, 4
  %call = select i1 %single, ptr @dot_float, ptr @dot_double
  %some = call i64 @count_chunks(i64 %n, i64 64)
  %no_chunks = icmp eq i64 %some, 0
  %chunks = select i1 %no_chunks, i64 1, i64 %some
  %s1 = insertvalue %sum zeroinitializer, ptr %call, 0
  %s2 = insertvalue %sum %s1, i64 %bytes, 1
  %s3 = insertvalue %sum %s2, i64 %chunks, 2
  %s4 = insertvalue %sum %s3, i64 %n, 3
  %s5 = insertvalue %sum %s4, ptr %x, 4
  %s6 = insertvalue %sum %s5, i64 %x_stride, 5
  %s7 = insertvalue %sum %s6, ptr %y, 6
  %s8 = insertvalue %sum %s7, i64 %y_stride, 7
  %s9 = insertvalue %sum %s8, ptr %parts, 8
  %s10 = insertvalue %sum %s9, i64 8, 9
  store %sum %s10, ptr %sum, align 64
  %status = call i32 @tir_parallel_for(ptr @add_chunks, ptr %sum, i64 %chunks, i64 1)
  %first = load double, ptr %parts, align 8
  br label %test

test:
  %chunk = phi i64 [ 1, %entry ], [ %next, %add ]
  %total = phi double [ %first, %entry ], [ %total_next, %add ]
  %more = icmp ult i64 %chunk, %chunks
  br i1 %more, label %add, label %done

add:
  %part_at = getelementptr inbounds double, ptr %parts, i64 %chunk
  %part = load double, ptr %part_at, align 8
  %total_next = fadd double %total, %part
  %next = add i64 %chunk, 1
  br label %test

done:
  ret double %total
}

; i1 tir_summed_gemv(bytes, layout, m, n, alpha, a, lda, x, x_stride, beta, y, y_stride)
;
; What tir_shared_gemv does, if there are so few results and so long sums that threads had better share the sums; otherwise
; nothing, and false.
define i1 @tir_summed_gemv(
  i64 %bytes, i32 %layout, i64 %m, i64 %n, double %alpha, ptr %a, i64 %lda, ptr %x, i64 %x_stride,
  double %beta, ptr %y, i64 %y_stride
) nounwind {
entry:
  %plain = icmp eq i32 %layout, 111
  ; Fewer results than two bands of them have.
  %many = select i1 %plain, i64 32, i64 512
  %some_results = icmp ugt i64 %m, 0
  %few_results = icmp ult i64 %m, %many
  %suitable = and i1 %some_results, %few_results
  br i1 %suitable, label %count, label %leave

count:
  %work = mul i64 %m, %n
  %most = udiv i64 4096, %m
  %most_chunks = call i64 @llvm.umin.i64(i64 %most, i64 64)
  %chunks = call i64 @count_chunks(i64 %work, i64 %most_chunks)
  %several = icmp ugt i64 %chunks, 1
  br i1 %several, label %share, label %leave

leave:
  ret i1 false

share:
  %sum = alloca %sum, align 64
  %parts = alloca [4096 x double], align 64
  %single = icmp eq i64 %bytes, 4
  %call = select i1 %single, ptr @gemv_float, ptr @gemv_double
  %step = select i1 %plain, i64 1, i64 %lda
  %part_bytes = mul i64 %m, %bytes
  %m_narrow = trunc i64 %m to i32
  %lda_narrow = trunc i64 %lda to i32
  %s1 = insertvalue %sum poison, ptr %call, 0
  %s2 = insertvalue %sum %s1, i64 %bytes, 1
  %s3 = insertvalue %sum %s2, i64 %chunks, 2
  %s4 = insertvalue %sum %s3, i64 %n, 3
  %s5 = insertvalue %sum %s4, ptr %a, 4
  %s6 = insertvalue %sum %s5, i64 %step, 5
  %s7 = insertvalue %sum %s6, ptr %x, 6
  %s8 = insertvalue %sum %s7, i64 %x_stride, 7
  %s9 = insertvalue %sum %s8, ptr %parts, 8
  %s10 = insertvalue %sum %s9, i64 %part_bytes, 9
  %s11 = insertvalue %sum %s10, i32 %layout, 10
  %s12 = insertvalue %sum %s11, i32 %m_narrow, 11
  %s13 = insertvalue %sum %s12, i32 %lda_narrow, 12
  store %sum %s13, ptr %sum, align 64
  %status = call i32 @tir_parallel_for(ptr @add_chunks, ptr %sum, i64 %chunks, i64 1)
  %store = select i1 %single, ptr @store_float, ptr @store_double
  br label %result

result:
  %i = phi i64 [ 0, %share ], [ %i_next, %added ]
  br label %add

add:
  %chunk = phi i64 [ 0, %result ], [ %chunk_next, %add ]
  %total = phi double [ -0.0, %result ], [ %total_next, %add ]
  %before = mul i64 %chunk, %m
  %place = add i64 %before, %i
  %part = call double @load(ptr %parts, i64 %place, i1 %single)
  %total_next = fadd double %total, %part
  %chunk_next = add i64 %chunk, 1
  %more_chunks = icmp ult i64 %chunk_next, %chunks
  br i1 %more_chunks, label %add, label %added

added:
  %y_offset = mul i64 %i, %y_stride
  call void %store(double %total_next, double %alpha, double %beta, ptr %y, i64 %y_offset)
  %i_next = add i64 %i, 1
  %more = icmp ult i64 %i_next, %m
  br i1 %more, label %result, label %done

done:
  ret i1 true
}

; How many chunks pay for so many multiplications: they wait for memory, so 2^16 are enough for one.
define internal i64 @count_chunks(i64 %work, i64 %most) nounwind alwaysinline {
  %useful = lshr i64 %work, 16
  %chunks = call i64 @llvm.umin.i64(i64 %useful, i64 %most)
  ret i64 %chunks
}

; The task of the loop over the chunks.
define internal i32 @add_chunks(ptr %context, i64 %begin, i64 %end) nounwind {
entry:
  %sum = load %sum, ptr %context, align 64
  %call = extractvalue %sum %sum, 0
  %bytes = extractvalue %sum %sum, 1
  %chunks = extractvalue %sum %sum, 2
  %length = extractvalue %sum %sum, 3
  %a = extractvalue %sum %sum, 4
  %a_step = extractvalue %sum %sum, 5
  %x = extractvalue %sum %sum, 6
  %x_step = extractvalue %sum %sum, 7
  %parts = extractvalue %sum %sum, 8
  %part_bytes = extractvalue %sum %sum, 9
  br label %add

add:
  %chunk = phi i64 [ %begin, %entry ], [ %next, %add ]
  %next = add i64 %chunk, 1
  %from = call i64 @first_term(i64 %chunk, i64 %chunks, i64 %length)
  %to = call i64 @first_term(i64 %next, i64 %chunks, i64 %length)
  %a_part = call ptr @locate(ptr %a, i64 %a_step, i64 %from, i64 %to, i64 %length, i64 %bytes)
  %x_part = call ptr @locate(ptr %x, i64 %x_step, i64 %from, i64 %to, i64 %length, i64 %bytes)
  %offset = mul i64 %chunk, %part_bytes
  %part = getelementptr inbounds i8, ptr %parts, i64 %offset
  %terms = sub i64 %to, %from
  %terms_narrow = trunc i64 %terms to i32
  call void %call(ptr %context, ptr %a_part, ptr %x_part, i32 %terms_narrow, ptr %part)
  %more = icmp ult i64 %next, %end
  br i1 %more, label %add, label %done

done:
  ret i32 0
}

; Where a chunk begins: at a multiple of 64 terms, the one behind the last at the end.
define internal i64 @first_term(i64 %chunk, i64 %chunks, i64 %length) nounwind alwaysinline {
  %above = add i64 %length, 63
  %pieces = lshr i64 %above, 6
  %before = mul i64 %chunk, %pieces
  %whole = udiv i64 %before, %chunks
  %term = shl i64 %whole, 6
  %within = call i64 @llvm.umin.i64(i64 %term, i64 %length)
  ret i64 %within
}

; What BLAS calls the beginning of a chunk: its lowest address.
define internal ptr @locate(ptr %base, i64 %step, i64 %from, i64 %to, i64 %length, i64 %bytes) nounwind alwaysinline {
  %forwards = icmp sge i64 %step, 0
  %behind = sub i64 %to, %length
  %terms = select i1 %forwards, i64 %from, i64 %behind
  %elements = mul i64 %terms, %step
  %offset = mul i64 %elements, %bytes
  %place = getelementptr inbounds i8, ptr %base, i64 %offset
  ret ptr %place
}

define internal void @dot_float(ptr %context, ptr %x, ptr %y, i32 %terms, ptr %part) nounwind {
  %sum = load %sum, ptr %context, align 64
  %x_step = extractvalue %sum %sum, 5
  %y_step = extractvalue %sum %sum, 7
  %x_stride = trunc i64 %x_step to i32
  %y_stride = trunc i64 %y_step to i32
  %product = call float @scipy_cblas_sdot(i32 %terms, ptr %x, i32 %x_stride, ptr %y, i32 %y_stride)
  %wide = fpext float %product to double
  store double %wide, ptr %part, align 8
  ret void
}

define internal void @dot_double(ptr %context, ptr %x, ptr %y, i32 %terms, ptr %part) nounwind {
  %sum = load %sum, ptr %context, align 64
  %x_step = extractvalue %sum %sum, 5
  %y_step = extractvalue %sum %sum, 7
  %x_stride = trunc i64 %x_step to i32
  %y_stride = trunc i64 %y_step to i32
  %product = call double @scipy_cblas_ddot(i32 %terms, ptr %x, i32 %x_stride, ptr %y, i32 %y_stride)
  store double %product, ptr %part, align 8
  ret void
}

define internal void @gemv_float(ptr %context, ptr %a, ptr %x, i32 %terms, ptr %part) nounwind {
  %sum = load %sum, ptr %context, align 64
  %x_step = extractvalue %sum %sum, 7
  %layout = extractvalue %sum %sum, 10
  %m = extractvalue %sum %sum, 11
  %lda = extractvalue %sum %sum, 12
  %x_stride = trunc i64 %x_step to i32
  %plain = icmp eq i32 %layout, 111
  %rows = select i1 %plain, i32 %m, i32 %terms
  %columns = select i1 %plain, i32 %terms, i32 %m
  call void @scipy_cblas_sgemv(
    i32 101, i32 %layout, i32 %rows, i32 %columns,
    float 1.0, ptr %a, i32 %lda, ptr %x, i32 %x_stride, float 0.0, ptr %part, i32 1)
  ret void
}

define internal void @gemv_double(ptr %context, ptr %a, ptr %x, i32 %terms, ptr %part) nounwind {
  %sum = load %sum, ptr %context, align 64
  %x_step = extractvalue %sum %sum, 7
  %layout = extractvalue %sum %sum, 10
  %m = extractvalue %sum %sum, 11
  %lda = extractvalue %sum %sum, 12
  %x_stride = trunc i64 %x_step to i32
  %plain = icmp eq i32 %layout, 111
  %rows = select i1 %plain, i32 %m, i32 %terms
  %columns = select i1 %plain, i32 %terms, i32 %m
  call void @scipy_cblas_dgemv(
    i32 101, i32 %layout, i32 %rows, i32 %columns,
    double 1.0, ptr %a, i32 %lda, ptr %x, i32 %x_stride, double 0.0, ptr %part, i32 1)
  ret void
}

; An element of the results of chunks.
define internal double @load(ptr %parts, i64 %place, i1 %single) nounwind {
  br i1 %single, label %float, label %double

float:
  %float_at = getelementptr inbounds float, ptr %parts, i64 %place
  %narrow = load float, ptr %float_at, align 4
  %wide = fpext float %narrow to double
  ret double %wide

double:
  %double_at = getelementptr inbounds double, ptr %parts, i64 %place
  %value = load double, ptr %double_at, align 8
  ret double %value
}

; alpha * total + beta * old, without regard to what was there where beta is 0.
define internal void @store_float(double %total, double %alpha, double %beta, ptr %y, i64 %offset) nounwind {
  %place = getelementptr float, ptr %y, i64 %offset
  %old = load float, ptr %place, align 4
  %wide = fpext float %old to double
  %sum = call double @scaled_sum(double %total, double %alpha, double %beta, double %wide)
  %narrow = fptrunc double %sum to float
  store float %narrow, ptr %place, align 4
  ret void
}

define internal void @store_double(double %total, double %alpha, double %beta, ptr %y, i64 %offset) nounwind {
  %place = getelementptr double, ptr %y, i64 %offset
  %old = load double, ptr %place, align 8
  %sum = call double @scaled_sum(double %total, double %alpha, double %beta, double %old)
  store double %sum, ptr %place, align 8
  ret void
}

define internal double @scaled_sum(double %total, double %alpha, double %beta, double %old) nounwind alwaysinline {
  %times_beta = fmul double %beta, %old
  %overwrites = fcmp oeq double %beta, 0.0
  %kept = select i1 %overwrites, double 0.0, double %times_beta
  %scaled = fmul double %alpha, %total
  %sum = fadd double %scaled, %kept
  ret double %sum
}
