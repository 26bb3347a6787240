; Copies of strided arrays into contiguous ones, shared out to threads. What is copied is a matrix, or several at a
; fixed distance from each other. Rows go in groups, so that where the source has its columns in one piece, each
; line of the cache is read once for all rows it holds.

; Destination and source; the bytes of an element, the rows and columns of a matrix, the groups of its rows and the rows
; of a group; the bytes from one matrix and row of the destination to the next, and of the source from one matrix, row
; and column to the next.
%copy = type { ptr, ptr, i64, i64, i64, i64, i64, i64, i64, i64, i64, i64 }

declare i32 @tir_parallel_for(ptr, ptr, i64, i64)
declare void @llvm.memcpy.p0.p0.i64(ptr, ptr, i64, i1)
declare i64 @llvm.umin.i64(i64, i64)
declare i64 @llvm.umax.i64(i64, i64)
declare i64 @llvm.abs.i64(i64, i1)

; void tir_copy(to, from, bytes, matrices, rows, columns, to_matrix, to_row, from_matrix, from_row, from_column)
;
; The columns of the destination follow each other; other distances are in bytes, those of the source of any sign. An
; element has 1, 2, 4, 8 or 16 bytes.
define void @tir_copy(
  ptr %to, ptr %from, i64 %bytes, i64 %matrices, i64 %rows, i64 %columns, i64 %to_matrix, i64 %to_row,
  i64 %from_matrix, i64 %from_row, i64 %from_column
) nounwind {
  %copy = alloca %copy, align 64
  %none = icmp sle i64 %columns, 0
  br i1 %none, label %done, label %share

share:
  %line_rows = udiv i64 64, %bytes
  %above = add i64 %rows, %line_rows
  %above_less = sub i64 %above, 1
  %groups = udiv i64 %above_less, %line_rows
  %p0 = insertvalue %copy poison, ptr %to, 0
  %p1 = insertvalue %copy %p0, ptr %from, 1
  %p2 = insertvalue %copy %p1, i64 %bytes, 2
  %p3 = insertvalue %copy %p2, i64 %rows, 3
  %p4 = insertvalue %copy %p3, i64 %columns, 4
  %p5 = insertvalue %copy %p4, i64 %groups, 5
  %p6 = insertvalue %copy %p5, i64 %line_rows, 6
  %p7 = insertvalue %copy %p6, i64 %to_matrix, 7
  %p8 = insertvalue %copy %p7, i64 %to_row, 8
  %p9 = insertvalue %copy %p8, i64 %from_matrix, 9
  %p10 = insertvalue %copy %p9, i64 %from_row, 10
  %p11 = insertvalue %copy %p10, i64 %from_column, 11
  store %copy %p11, ptr %copy, align 64
  ; Some 64 kB for each thread at least.
  %group_bytes = mul i64 %columns, 64
  %quotient = udiv i64 65536, %group_bytes
  %grain = call i64 @llvm.umax.i64(i64 %quotient, i64 1)
  %count = mul i64 %matrices, %groups
  %status = call i32 @tir_parallel_for(ptr @copy_groups, ptr %copy, i64 %count, i64 %grain)
  br label %done

done:
  ret void
}

; The task of the loop: some of the groups of all matrices.
define internal i32 @copy_groups(ptr %copy, i64 %begin, i64 %end) nounwind {
entry:
  %c = load %copy, ptr %copy, align 8
  %to = extractvalue %copy %c, 0
  %from = extractvalue %copy %c, 1
  %bytes = extractvalue %copy %c, 2
  %rows = extractvalue %copy %c, 3
  %columns = extractvalue %copy %c, 4
  %groups = extractvalue %copy %c, 5
  %line_rows = extractvalue %copy %c, 6
  %to_matrix = extractvalue %copy %c, 7
  %to_row = extractvalue %copy %c, 8
  %from_matrix = extractvalue %copy %c, 9
  %from_row = extractvalue %copy %c, 10
  %from_column = extractvalue %copy %c, 11
  br label %test

test:
  %at = phi i64 [ %begin, %entry ], [ %next, %copied ]
  %more = icmp ult i64 %at, %end
  br i1 %more, label %group, label %done

group:
  %matrix = udiv i64 %at, %groups
  %number = urem i64 %at, %groups
  %first = mul i64 %number, %line_rows
  %rest = sub i64 %rows, %first
  %height = call i64 @llvm.umin.i64(i64 %rest, i64 %line_rows)
  %to_1 = mul i64 %matrix, %to_matrix
  %to_2 = mul i64 %first, %to_row
  %to_3 = add i64 %to_1, %to_2
  %to_here = getelementptr i8, ptr %to, i64 %to_3
  %from_1 = mul i64 %matrix, %from_matrix
  %from_2 = mul i64 %first, %from_row
  %from_3 = add i64 %from_1, %from_2
  %from_here = getelementptr i8, ptr %from, i64 %from_3
  switch i64 %bytes, label %of_1 [ i64 2, label %of_2
                                   i64 4, label %of_4
                                   i64 8, label %of_8
                                   i64 16, label %of_16 ]

of_1:
  call void @copy_group(i64 1, ptr %to_here, ptr %from_here, i64 %height, i64 %columns, i64 %to_row, i64 %from_row, i64 %from_column)
  br label %copied

of_2:
  call void @copy_group(i64 2, ptr %to_here, ptr %from_here, i64 %height, i64 %columns, i64 %to_row, i64 %from_row, i64 %from_column)
  br label %copied

of_4:
  call void @copy_group(i64 4, ptr %to_here, ptr %from_here, i64 %height, i64 %columns, i64 %to_row, i64 %from_row, i64 %from_column)
  br label %copied

of_8:
  call void @copy_group(i64 8, ptr %to_here, ptr %from_here, i64 %height, i64 %columns, i64 %to_row, i64 %from_row, i64 %from_column)
  br label %copied

of_16:
  call void @copy_group(i64 16, ptr %to_here, ptr %from_here, i64 %height, i64 %columns, i64 %to_row, i64 %from_row, i64 %from_column)
  br label %copied

copied:
  %next = add i64 %at, 1
  br label %test

done:
  ret i32 0
}

; One group of rows. `bytes` is a constant in each copy of this code, so that the copy of an element is a load and a
; store. Columns of the source in one piece are read down, rows in one piece are copied whole.
define internal void @copy_group(
  i64 %bytes, ptr %to, ptr %from, i64 %height, i64 %columns, i64 %to_row, i64 %from_row, i64 %from_column
) alwaysinline nounwind {
entry:
  %whole_rows = icmp eq i64 %from_column, %bytes
  %row_bytes = mul i64 %columns, %bytes
  br i1 %whole_rows, label %row_test, label %strided

row_test:
  %row = phi i64 [ 0, %entry ], [ %row_next, %row_copy ]
  %row_to = phi ptr [ %to, %entry ], [ %row_to_next, %row_copy ]
  %row_from = phi ptr [ %from, %entry ], [ %row_from_next, %row_copy ]
  %row_more = icmp ult i64 %row, %height
  br i1 %row_more, label %row_copy, label %done

row_copy:
  call void @llvm.memcpy.p0.p0.i64(ptr %row_to, ptr %row_from, i64 %row_bytes, i1 false)
  %row_next = add i64 %row, 1
  %row_to_next = getelementptr i8, ptr %row_to, i64 %to_row
  %row_from_next = getelementptr i8, ptr %row_from, i64 %from_row
  br label %row_test

strided:                                        ; the inner loop goes where the source is denser
  %row_distance = call i64 @llvm.abs.i64(i64 %from_row, i1 false)
  %column_distance = call i64 @llvm.abs.i64(i64 %from_column, i1 false)
  %down = icmp ult i64 %row_distance, %column_distance
  %inner_count = select i1 %down, i64 %height, i64 %columns
  %outer_count = select i1 %down, i64 %columns, i64 %height
  %to_inner = select i1 %down, i64 %to_row, i64 %bytes
  %to_outer = select i1 %down, i64 %bytes, i64 %to_row
  %from_inner = select i1 %down, i64 %from_row, i64 %from_column
  %from_outer = select i1 %down, i64 %from_column, i64 %from_row
  br label %outer_test

outer_test:
  %outer = phi i64 [ 0, %strided ], [ %outer_next, %outer_step ]
  %outer_to = phi ptr [ %to, %strided ], [ %outer_to_next, %outer_step ]
  %outer_from = phi ptr [ %from, %strided ], [ %outer_from_next, %outer_step ]
  %outer_more = icmp ult i64 %outer, %outer_count
  br i1 %outer_more, label %element, label %done

element:
  %inner = phi i64 [ 0, %outer_test ], [ %inner_next, %element ]
  %element_to = phi ptr [ %outer_to, %outer_test ], [ %element_to_next, %element ]
  %element_from = phi ptr [ %outer_from, %outer_test ], [ %element_from_next, %element ]
  call void @llvm.memcpy.p0.p0.i64(ptr %element_to, ptr %element_from, i64 %bytes, i1 false)
  %inner_next = add i64 %inner, 1
  %element_to_next = getelementptr i8, ptr %element_to, i64 %to_inner
  %element_from_next = getelementptr i8, ptr %element_from, i64 %from_inner
  %inner_more = icmp ult i64 %inner_next, %inner_count
  br i1 %inner_more, label %element, label %outer_step

outer_step:
  %outer_next = add i64 %outer, 1
  %outer_to_next = getelementptr i8, ptr %outer_to, i64 %to_outer
  %outer_from_next = getelementptr i8, ptr %outer_from, i64 %from_outer
  br label %outer_test

done:
  ret void
}
