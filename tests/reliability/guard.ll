; An allocator whose blocks end, or begin, exactly at memory that nobody may touch, and stay untouchable when they have
; been given back. A block is a page for the header, a page that is closed, the pages of the data, a page that is closed.
; What the data holds at first is all ones: floats are NaN.

@guard_at_end = global i32 1

declare ptr @mmap(ptr, i64, i32, i32, i32, i64)
declare i32 @mprotect(ptr, i64, i32)
declare void @llvm.memset.p0.i64(ptr, i8, i64, i1)
declare void @llvm.memcpy.p0.p0.i64(ptr, ptr, i64, i1)
declare i64 @llvm.umin.i64(i64, i64)
@tir_numpy_PyArray_Type = external global i8
declare ptr @tir_numpy_PyArray_New(ptr, i32, ptr, i32, ptr, ptr, i32, i32, ptr)

define ptr @guard_malloc(ptr %context, i64 %size) {
entry:
  %possible = icmp ult i64 %size, 1099511627776
  br i1 %possible, label %map, label %none

map:
  %up = add i64 %size, 4095
  %room = and i64 %up, -4096
  %total = add i64 %room, 12288
  %base = call ptr @mmap(ptr null, i64 %total, i32 0, i32 16418, i32 -1, i64 0)
  %number = ptrtoint ptr %base to i64
  %failed = icmp eq i64 %number, -1
  br i1 %failed, label %none, label %open

open:
  %data = getelementptr i8, ptr %base, i64 8192
  %first = call i32 @mprotect(ptr %base, i64 4096, i32 3)
  %second = call i32 @mprotect(ptr %data, i64 %room, i32 3)
  %both = or i32 %first, %second
  %closed = icmp ne i32 %both, 0
  br i1 %closed, label %none, label %fill

fill:
  store i64 %total, ptr %base, align 8
  %size_at = getelementptr i8, ptr %base, i64 8
  store i64 %size, ptr %size_at, align 8
  call void @llvm.memset.p0.i64(ptr %data, i8 -1, i64 %room, i1 false)
  %slack = sub i64 %room, %size
  %at_end = load i32, ptr @guard_at_end
  %is_end = icmp ne i32 %at_end, 0
  %offset = select i1 %is_end, i64 %slack, i64 0
  %block = getelementptr i8, ptr %data, i64 %offset
  ret ptr %block

none:
  ret ptr null
}

define ptr @guard_calloc(ptr %context, i64 %count, i64 %item) {
entry:
  %size = mul i64 %count, %item
  %block = call ptr @guard_malloc(ptr %context, i64 %size)
  %missing = icmp eq ptr %block, null
  br i1 %missing, label %done, label %clear

clear:
  call void @llvm.memset.p0.i64(ptr %block, i8 0, i64 %size, i1 false)
  br label %done

done:
  ret ptr %block
}

define internal ptr @header(ptr %block) {
  %address = ptrtoint ptr %block to i64
  %page = and i64 %address, -4096
  %base = sub i64 %page, 8192
  %header = inttoptr i64 %base to ptr
  ret ptr %header
}

define void @guard_free(ptr %context, ptr %block, i64 %size) {
entry:
  %nothing = icmp eq ptr %block, null
  br i1 %nothing, label %done, label %close

close:
  %base = call ptr @header(ptr %block)
  %total = load i64, ptr %base, align 8
  call ptr @mmap(ptr %base, i64 %total, i32 0, i32 16434, i32 -1, i64 0)
  br label %done

done:
  ret void
}

define ptr @guard_realloc(ptr %context, ptr %old, i64 %size) {
entry:
  %new = call ptr @guard_malloc(ptr %context, i64 %size)
  %missing = icmp eq ptr %new, null
  %nothing = icmp eq ptr %old, null
  %either = or i1 %missing, %nothing
  br i1 %either, label %done, label %copy

copy:
  %base = call ptr @header(ptr %old)
  %size_at = getelementptr i8, ptr %base, i64 8
  %old_size = load i64, ptr %size_at, align 8
  %bytes = call i64 @llvm.umin.i64(i64 %old_size, i64 %size)
  call void @llvm.memcpy.p0.p0.i64(ptr %new, ptr %old, i64 %bytes, i1 false)
  call void @guard_free(ptr null, ptr %old, i64 0)
  br label %done

done:
  ret ptr %new
}

; In place of the C allocator's functions, and of the pool's, for compiled code.
define ptr @guard_aligned_alloc(i64 %alignment, i64 %size) {
  %block = call ptr @guard_malloc(ptr null, i64 %size)
  ret ptr %block
}

define void @guard_release(ptr %block) {
  call void @guard_free(ptr null, ptr %block, i64 0)
  ret void
}

define ptr @guard_scratch_malloc(i64 %size) {
  %block = call ptr @guard_malloc(ptr null, i64 %size)
  ret ptr %block
}

define void @guard_scratch_free(ptr %block, i64 %size) {
  call void @guard_free(ptr null, ptr %block, i64 %size)
  ret void
}

; NumPy's own, whatever the size: it asks the handler that is set.
define ptr @guard_new_array(i32 %rank, ptr %sizes, i32 %type_number, i64 %item_size) {
  %array = call ptr @tir_numpy_PyArray_New(ptr @tir_numpy_PyArray_Type, i32 %rank, ptr %sizes, i32 %type_number, ptr null, ptr null, i32 0, i32 0, ptr null)
  ret ptr %array
}
