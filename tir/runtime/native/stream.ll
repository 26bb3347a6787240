; Writing past the cache, for outputs that are larger than it.

declare void @llvm.memcpy.p0.p0.i64(ptr, ptr, i64, i1)
declare i64 @llvm.umin.i64(i64, i64)

; void tir_stream_copy(destination, source, bytes)
;
; Whole lines of 64 bytes of the destination are stored without being read into the cache first; what is left at both
; ends is copied as usual. `tir_stream_fence` has to follow before another thread reads.
define void @tir_stream_copy(ptr noalias %destination, ptr noalias %source, i64 %bytes) nounwind {
entry:
  %address = ptrtoint ptr %destination to i64
  %negative = sub i64 0, %address
  %to_line = and i64 %negative, 63
  %head = call i64 @llvm.umin.i64(i64 %to_line, i64 %bytes)
  call void @llvm.memcpy.p0.p0.i64(ptr %destination, ptr %source, i64 %head, i1 false)
  %rest = sub i64 %bytes, %head
  %lines = and i64 %rest, -64
  %end = add i64 %head, %lines
  br label %test

test:
  %at = phi i64 [ %head, %entry ], [ %next, %line ]
  %more = icmp ult i64 %at, %end
  br i1 %more, label %line, label %tail

line:
  %from = getelementptr inbounds i8, ptr %source, i64 %at
  %to = getelementptr inbounds i8, ptr %destination, i64 %at
  %value = load <8 x i64>, ptr %from, align 1
  store <8 x i64> %value, ptr %to, align 64, !nontemporal !0
  %next = add i64 %at, 64
  br label %test

tail:
  %last_from = getelementptr inbounds i8, ptr %source, i64 %end
  %last_to = getelementptr inbounds i8, ptr %destination, i64 %end
  %left = sub i64 %bytes, %end
  call void @llvm.memcpy.p0.p0.i64(ptr %last_to, ptr %last_from, i64 %left, i1 false)
  ret void
}

; Stores that went past the cache are not ordered like others: this makes them visible before what follows.
define void @tir_stream_fence() nounwind {
  fence seq_cst
  ret void
}

!0 = !{i32 1}
