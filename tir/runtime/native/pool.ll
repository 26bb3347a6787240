; A pool of large blocks of memory, and NumPy arrays whose data lies in them.
;
; The system clears each page of fresh memory when it is first touched, which costs more than simple arithmetic on
; it. So blocks that are given back are kept, up to a limit, for the next request of about the same size. There are no
; locks: a free block is a word in a slot, its address with its class in the low bits, and whoever exchanges that
; word for 0 owns the block. A thread may stop anywhere, or a process be forked, and nobody waits.
;
; The sizes of blocks are q * 2^e bytes with q from 5 to 8; the class of a size is 4 e + q - 4.

%header = type { i64, i64, ptr, i64 }           ; before the data: capacity, class, the mapping and its size
%allocator = type { ptr, ptr, ptr, ptr, ptr }   ; NumPy's PyDataMemAllocator: context, malloc, calloc, realloc, free

; NumPy's PyDataMem_Handler: 127 bytes of name, the version, the allocator.
@tir_pool_handler = global { [8 x i8], [119 x i8], i8, %allocator } {
  [8 x i8] c"tir_pool", [119 x i8] zeroinitializer, i8 1,
  %allocator { ptr null, ptr @tir_pool_malloc, ptr @tir_pool_calloc, ptr @tir_pool_realloc, ptr @tir_pool_free }
}, align 8
@tir_pool_capsule = global ptr null             ; the Python object around the handler that each array refers to

@tir_pool_limit = global i64 0                  ; the most bytes of free blocks that are kept
@tir_pool_kept = global i64 0                   ; the bytes of free blocks
@tir_pool_in_use = global i64 0                 ; the bytes of blocks that somebody holds
@tir_pool_peak = global i64 0                   ; the most that in_use ever was

@slots = internal global [128 x i64] zeroinitializer, align 64
@hand = internal global i64 0                   ; the slot that is emptied next where room is needed

@tir_numpy_PyArray_Type = external global i8

declare ptr @tir_numpy_PyArray_New(ptr, i32, ptr, i32, ptr, ptr, i32, i32, ptr)
declare ptr @tir_numpy_PyArray_NewCopy(ptr, i32)
declare ptr @PyErr_NoMemory()
declare ptr @aligned_alloc(i64, i64)
declare void @free(ptr)
declare void @Py_IncRef(ptr)
declare ptr @mmap(ptr, i64, i32, i32, i32, i64)
declare i32 @munmap(ptr, i64)
declare i32 @madvise(ptr, i64, i32)
declare i64 @llvm.ctlz.i64(i64, i1)
declare i64 @llvm.umax.i64(i64, i64)
declare i64 @llvm.umin.i64(i64, i64)
declare { i64, i1 } @llvm.umul.with.overflow.i64(i64, i64)
declare void @llvm.memcpy.p0.p0.i64(ptr, ptr, i64, i1)
declare void @llvm.memset.p0.i64(ptr, i8, i64, i1)

; A block of at least so many bytes, uninitialized, at a multiple of 4096, of 2 MB from 2 MB up; null where there is none.
define ptr @tir_pool_malloc(ptr %context, i64 %size) {
entry:
  %possible = icmp ult i64 %size, 70368744177664
  br i1 %possible, label %classify, label %fail

classify:
  %wanted = call i64 @llvm.umax.i64(i64 %size, i64 65536)
  %last = sub i64 %wanted, 1
  %zeros = call i64 @llvm.ctlz.i64(i64 %last, i1 true)
  %e = sub i64 61, %zeros
  %steps = lshr i64 %last, %e
  %q = add i64 %steps, 1
  %capacity = shl i64 %q, %e
  %e4 = shl i64 %e, 2
  %eq = add i64 %e4, %q
  %class = sub i64 %eq, 4
  %kept = call ptr @take(i64 %class, i64 %capacity)
  %found = icmp ne ptr %kept, null
  br i1 %found, label %succeed, label %first

first:
  %fresh = call ptr @map(i64 %class, i64 %capacity)
  %mapped = icmp ne ptr %fresh, null
  br i1 %mapped, label %succeed, label %second

second:                                         ; the pool itself may hold what is missing
  call i64 @tir_pool_trim()
  %again = call ptr @map(i64 %class, i64 %capacity)
  %remapped = icmp ne ptr %again, null
  br i1 %remapped, label %succeed, label %fail

succeed:
  %block = phi ptr [ %kept, %classify ], [ %fresh, %first ], [ %again, %second ]
  %before = atomicrmw add ptr @tir_pool_in_use, i64 %capacity monotonic
  %now = add i64 %before, %capacity
  atomicrmw umax ptr @tir_pool_peak, i64 %now monotonic
  ret ptr %block

fail:
  ret ptr null
}

; A free block of a class, out of its slot; else null.
define internal ptr @take(i64 %class, i64 %capacity) {
entry:
  %start = mul i64 %class, 13
  br label %look

look:
  %i = phi i64 [ 0, %entry ], [ %next, %other ]
  %sum = add i64 %start, %i
  %index = and i64 %sum, 127
  %slot = getelementptr i64, ptr @slots, i64 %index
  %word = load atomic i64, ptr %slot monotonic, align 8
  %its = and i64 %word, 4095
  %fits = icmp eq i64 %its, %class
  br i1 %fits, label %grab, label %other

grab:
  %pair = cmpxchg ptr %slot, i64 %word, i64 0 acquire monotonic
  %got = extractvalue { i64, i1 } %pair, 1
  br i1 %got, label %done, label %other

done:
  atomicrmw sub ptr @tir_pool_kept, i64 %capacity monotonic
  %address = and i64 %word, -4096
  %block = inttoptr i64 %address to ptr
  ret ptr %block

other:
  %next = add i64 %i, 1
  %more = icmp ult i64 %next, 128
  br i1 %more, label %look, label %none

none:
  ret ptr null
}

; A new block from the system, with huge pages where it is large; null where there is none.
define internal ptr @map(i64 %class, i64 %capacity) {
entry:
  %large = icmp uge i64 %capacity, 2097152
  %alignment = select i1 %large, i64 2097152, i64 4096
  %slack = add i64 %alignment, 4096
  %total = add i64 %capacity, %slack
  %base = call ptr @mmap(ptr null, i64 %total, i32 3, i32 34, i32 -1, i64 0)
  %number = ptrtoint ptr %base to i64
  %failed = icmp eq i64 %number, -1
  br i1 %failed, label %none, label %mapped

mapped:
  %behind = add i64 %number, 64
  %top = sub i64 %alignment, 1
  %over = add i64 %behind, %top
  %mask = sub i64 0, %alignment
  %at = and i64 %over, %mask
  %block = inttoptr i64 %at to ptr
  %header = getelementptr i8, ptr %block, i64 -64
  store i64 %capacity, ptr %header, align 8
  %class_at = getelementptr %header, ptr %header, i64 0, i32 1
  store i64 %class, ptr %class_at, align 8
  %base_at = getelementptr %header, ptr %header, i64 0, i32 2
  store ptr %base, ptr %base_at, align 8
  %total_at = getelementptr %header, ptr %header, i64 0, i32 3
  store i64 %total, ptr %total_at, align 8
  br i1 %large, label %huge, label %done

huge:
  call i32 @madvise(ptr %block, i64 %capacity, i32 14)
  br label %done

done:
  ret ptr %block

none:
  ret ptr null
}

define internal void @unmap(ptr %block) {
  %header = getelementptr i8, ptr %block, i64 -64
  %base_at = getelementptr %header, ptr %header, i64 0, i32 2
  %base = load ptr, ptr %base_at, align 8
  %total_at = getelementptr %header, ptr %header, i64 0, i32 3
  %total = load i64, ptr %total_at, align 8
  call i32 @munmap(ptr %base, i64 %total)
  ret void
}

; Give the block of a slot back to the system; how many bytes that were.
define internal i64 @empty(i64 %index) {
entry:
  %slot = getelementptr i64, ptr @slots, i64 %index
  %word = atomicrmw xchg ptr %slot, i64 0 acquire
  %full = icmp ne i64 %word, 0
  br i1 %full, label %release, label %none

release:
  %address = and i64 %word, -4096
  %block = inttoptr i64 %address to ptr
  %header = getelementptr i8, ptr %block, i64 -64
  %capacity = load i64, ptr %header, align 8
  call void @unmap(ptr %block)
  atomicrmw sub ptr @tir_pool_kept, i64 %capacity monotonic
  ret i64 %capacity

none:
  ret i64 0
}

; Give all free blocks back to the system; how many bytes that were.
define i64 @tir_pool_trim() {
entry:
  br label %each

each:
  %i = phi i64 [ 0, %entry ], [ %next, %each ]
  %total = phi i64 [ 0, %entry ], [ %sum, %each ]
  %bytes = call i64 @empty(i64 %i)
  %sum = add i64 %total, %bytes
  %next = add i64 %i, 1
  %more = icmp ult i64 %next, 128
  br i1 %more, label %each, label %done

done:
  ret i64 %sum
}

; Take a block back: into a free slot if the limit allows it, perhaps in place of others; else to the system.
define void @tir_pool_free(ptr %context, ptr %block, i64 %size) {
entry:
  %nothing = icmp eq ptr %block, null
  br i1 %nothing, label %done, label %given

given:
  %header = getelementptr i8, ptr %block, i64 -64
  %capacity = load i64, ptr %header, align 8
  %class_at = getelementptr %header, ptr %header, i64 0, i32 1
  %class = load i64, ptr %class_at, align 8
  atomicrmw sub ptr @tir_pool_in_use, i64 %capacity monotonic
  %limit = load atomic i64, ptr @tir_pool_limit monotonic, align 8
  %hopeless = icmp ugt i64 %capacity, %limit
  br i1 %hopeless, label %release, label %keep

keep:
  %address = ptrtoint ptr %block to i64
  %word = or i64 %address, %class
  %start = mul i64 %class, 13
  atomicrmw add ptr @tir_pool_kept, i64 %capacity monotonic
  br label %try

try:                                            ; a bounded number of times
  %attempt = phi i64 [ 0, %keep ], [ %tried, %evict ]
  %kept = load atomic i64, ptr @tir_pool_kept monotonic, align 8
  %allowed = icmp ule i64 %kept, %limit
  br i1 %allowed, label %look, label %full

look:
  %i = phi i64 [ 0, %try ], [ %next, %other ]
  %sum = add i64 %start, %i
  %index = and i64 %sum, 127
  %slot = getelementptr i64, ptr @slots, i64 %index
  %pair = cmpxchg ptr %slot, i64 0, i64 %word release monotonic
  %stored = extractvalue { i64, i1 } %pair, 1
  br i1 %stored, label %done, label %other

other:
  %next = add i64 %i, 1
  %more = icmp ult i64 %next, 128
  br i1 %more, label %look, label %full

full:
  %patient = icmp ult i64 %attempt, 256
  br i1 %patient, label %evict, label %give_up

evict:
  %hand = atomicrmw add ptr @hand, i64 1 monotonic
  %victim = and i64 %hand, 127
  call i64 @empty(i64 %victim)
  %tried = add i64 %attempt, 1
  br label %try

give_up:
  atomicrmw sub ptr @tir_pool_kept, i64 %capacity monotonic
  br label %release

release:
  call void @unmap(ptr %block)
  br label %done

done:
  ret void
}

define ptr @tir_pool_calloc(ptr %context, i64 %count, i64 %item) {
entry:
  %product = call { i64, i1 } @llvm.umul.with.overflow.i64(i64 %count, i64 %item)
  %size = extractvalue { i64, i1 } %product, 0
  %overflow = extractvalue { i64, i1 } %product, 1
  br i1 %overflow, label %none, label %allocate

allocate:
  %block = call ptr @tir_pool_malloc(ptr %context, i64 %size)
  %missing = icmp eq ptr %block, null
  br i1 %missing, label %none, label %clear

clear:
  call void @llvm.memset.p0.i64(ptr %block, i8 0, i64 %size, i1 false)
  ret ptr %block

none:
  ret ptr null
}

; Another size for a block: in place where it has room and that is not wasteful.
define ptr @tir_pool_realloc(ptr %context, ptr %old, i64 %size) {
entry:
  %nothing = icmp eq ptr %old, null
  br i1 %nothing, label %allocate, label %given

allocate:
  %first = call ptr @tir_pool_malloc(ptr %context, i64 %size)
  ret ptr %first

given:
  %header = getelementptr i8, ptr %old, i64 -64
  %capacity = load i64, ptr %header, align 8
  %fits = icmp ule i64 %size, %capacity
  %half = lshr i64 %capacity, 1
  %used = icmp uge i64 %size, %half
  %smallest = icmp ule i64 %capacity, 65536
  %worth = or i1 %used, %smallest
  %stay = and i1 %fits, %worth
  br i1 %stay, label %same, label %move

same:
  ret ptr %old

move:
  %new = call ptr @tir_pool_malloc(ptr %context, i64 %size)
  %missing = icmp eq ptr %new, null
  br i1 %missing, label %none, label %copy

copy:
  %bytes = call i64 @llvm.umin.i64(i64 %size, i64 %capacity)
  call void @llvm.memcpy.p0.p0.i64(ptr %new, ptr %old, i64 %bytes, i1 false)
  call void @tir_pool_free(ptr %context, ptr %old, i64 %capacity)
  ret ptr %new

none:
  ret ptr null
}

; A C-contiguous array, uninitialized: NumPy's own where it is small, else with its data in the pool. Null, with an
; exception set, where there is no memory. The GIL is held.
define ptr @tir_new_array(i32 %rank, ptr %sizes, i32 %type_number, i64 %item_size) {
entry:
  %axes = sext i32 %rank to i64
  br label %head

head:
  %axis = phi i64 [ 0, %entry ], [ %next, %multiply ]
  %bytes = phi i64 [ %item_size, %entry ], [ %product, %multiply ]
  %more = icmp ult i64 %axis, %axes
  br i1 %more, label %multiply, label %decide

multiply:                                       ; sizes that are negative or too large are for NumPy to refuse
  %size_at = getelementptr i64, ptr %sizes, i64 %axis
  %size = load i64, ptr %size_at, align 8
  %pair = call { i64, i1 } @llvm.umul.with.overflow.i64(i64 %bytes, i64 %size)
  %product = extractvalue { i64, i1 } %pair, 0
  %overflow = extractvalue { i64, i1 } %pair, 1
  %next = add i64 %axis, 1
  br i1 %overflow, label %plain, label %head

decide:
  %small = icmp ult i64 %bytes, 131072
  %negative = icmp slt i64 %bytes, 0
  %ordinary = or i1 %small, %negative
  br i1 %ordinary, label %plain, label %pooled

plain:
  %array = call ptr @tir_numpy_PyArray_New(ptr @tir_numpy_PyArray_Type, i32 %rank, ptr %sizes, i32 %type_number, ptr null, ptr null, i32 0, i32 0, ptr null)
  ret ptr %array

pooled:
  %data = call ptr @tir_pool_malloc(ptr null, i64 %bytes)
  %missing = icmp eq ptr %data, null
  br i1 %missing, label %no_memory, label %wrap

wrap:                                           ; the flags say contiguous, aligned and writeable
  %wrapped = call ptr @tir_numpy_PyArray_New(ptr @tir_numpy_PyArray_Type, i32 %rank, ptr %sizes, i32 %type_number, ptr null, ptr %data, i32 0, i32 1281, ptr null)
  %failed = icmp eq ptr %wrapped, null
  br i1 %failed, label %give_back, label %own

own:
  %flags_at = getelementptr i8, ptr %wrapped, i64 64
  %flags = load i32, ptr %flags_at, align 4
  %owned = or i32 %flags, 4
  store i32 %owned, ptr %flags_at, align 4
  %capsule = load ptr, ptr @tir_pool_capsule, align 8
  call void @Py_IncRef(ptr %capsule)
  %handler_at = getelementptr i8, ptr %wrapped, i64 88
  store ptr %capsule, ptr %handler_at, align 8
  ret ptr %wrapped

give_back:
  call void @tir_pool_free(ptr null, ptr %data, i64 %bytes)
  ret ptr null

no_memory:
  %raised = call ptr @PyErr_NoMemory()
  ret ptr null
}

; Memory for the length of a call, at a multiple of 64: of the pool from 64 kB up, else of the C allocator. Null where
; there is none. The size is a multiple of 64.
define ptr @tir_scratch_malloc(i64 %size) {
  %large = icmp uge i64 %size, 65536
  br i1 %large, label %pooled, label %plain

pooled:
  %block = call ptr @tir_pool_malloc(ptr null, i64 %size)
  ret ptr %block

plain:
  %memory = call ptr @aligned_alloc(i64 64, i64 %size)
  ret ptr %memory
}

; Give back what `tir_scratch_malloc` gave for this size; null is allowed.
define void @tir_scratch_free(ptr %memory, i64 %size) {
  %large = icmp uge i64 %size, 65536
  br i1 %large, label %pooled, label %plain

pooled:
  call void @tir_pool_free(ptr null, ptr %memory, i64 %size)
  ret void

plain:
  call void @free(ptr %memory)
  ret void
}

; An array that holds the values of another, whose memory may be written to: a new reference to the array itself if
; only its cell, a list of one item, and the caller refer to it and it is contiguous, aligned, writeable and owns its
; data; else a copy. Null with an exception set where there is no memory. The GIL is held.
define ptr @tir_take_shared(ptr %array, ptr %cell) {
entry:
  %count = load i32, ptr %array, align 8
  %alone = icmp eq i32 %count, 2
  %length_at = getelementptr i8, ptr %cell, i64 16
  %length = load i64, ptr %length_at, align 8
  %filled = icmp sgt i64 %length, 0
  %both = and i1 %alone, %filled
  br i1 %both, label %look, label %copy

look:
  %items_at = getelementptr i8, ptr %cell, i64 24
  %items = load ptr, ptr %items_at, align 8
  %content = load ptr, ptr %items, align 8
  %same = icmp eq ptr %content, %array
  %base_at = getelementptr i8, ptr %array, i64 48
  %base = load ptr, ptr %base_at, align 8
  %no_base = icmp eq ptr %base, null
  %flags_at = getelementptr i8, ptr %array, i64 64
  %flags = load i32, ptr %flags_at, align 4
  %needed = and i32 %flags, 1285
  %own = icmp eq i32 %needed, 1285
  %weak_at = getelementptr i8, ptr %array, i64 72
  %weak = load ptr, ptr %weak_at, align 8
  %no_weak = icmp eq ptr %weak, null
  %ours = and i1 %same, %no_base
  %writeable = and i1 %own, %no_weak
  %exclusive = and i1 %ours, %writeable
  br i1 %exclusive, label %take, label %copy

take:
  call void @Py_IncRef(ptr %array)
  ret ptr %array

copy:
  %new = call ptr @tir_numpy_PyArray_NewCopy(ptr %array, i32 0)
  ret ptr %new
}

; An output in the memory of an input: a new reference to that array, or a new one where it is null.
define ptr @tir_take_input(ptr %array, i32 %rank, ptr %sizes, i32 %type_number, i64 %item_size) {
  %free = icmp ne ptr %array, null
  br i1 %free, label %take, label %make

take:
  call void @Py_IncRef(ptr %array)
  ret ptr %array

make:
  %new = call ptr @tir_new_array(i32 %rank, ptr %sizes, i32 %type_number, i64 %item_size)
  ret ptr %new
}

; The data of an array, or memory for the length of a call where it is null.
define ptr @tir_take_scratch(ptr %array, i64 %size) {
  %free = icmp ne ptr %array, null
  br i1 %free, label %take, label %make

take:
  %data_at = getelementptr i8, ptr %array, i64 16
  %data = load ptr, ptr %data_at, align 8
  ret ptr %data

make:
  %memory = call ptr @tir_scratch_malloc(i64 %size)
  ret ptr %memory
}

; Writes the address of the first byte of an array's elements and the one behind the last.
define void @tir_memory_bounds(ptr %array, i64 %item_size, ptr %bounds) {
entry:
  %data_at = getelementptr i8, ptr %array, i64 16
  %data = load i64, ptr %data_at, align 8
  %rank_at = getelementptr i8, ptr %array, i64 24
  %rank = load i32, ptr %rank_at, align 4
  %axes = sext i32 %rank to i64
  %sizes_at = getelementptr i8, ptr %array, i64 32
  %sizes = load ptr, ptr %sizes_at, align 8
  %strides_at = getelementptr i8, ptr %array, i64 40
  %strides = load ptr, ptr %strides_at, align 8
  %behind = add i64 %data, %item_size
  %high_at = getelementptr i64, ptr %bounds, i64 1
  br label %head

head:
  %axis = phi i64 [ 0, %entry ], [ %next, %extend ]
  %low = phi i64 [ %data, %entry ], [ %lower, %extend ]
  %high = phi i64 [ %behind, %entry ], [ %higher, %extend ]
  %more = icmp slt i64 %axis, %axes
  br i1 %more, label %look, label %done

look:
  %size_at = getelementptr i64, ptr %sizes, i64 %axis
  %size = load i64, ptr %size_at, align 8
  %some = icmp sgt i64 %size, 0
  br i1 %some, label %extend, label %empty

extend:
  %stride_at = getelementptr i64, ptr %strides, i64 %axis
  %stride = load i64, ptr %stride_at, align 8
  %steps = sub i64 %size, 1
  %reach = mul i64 %steps, %stride
  %backwards = icmp slt i64 %reach, 0
  %before = select i1 %backwards, i64 %reach, i64 0
  %after = select i1 %backwards, i64 0, i64 %reach
  %lower = add i64 %low, %before
  %higher = add i64 %high, %after
  %next = add i64 %axis, 1
  br label %head

empty:
  store i64 %data, ptr %bounds, align 8
  store i64 %data, ptr %high_at, align 8
  ret void

done:
  store i64 %low, ptr %bounds, align 8
  store i64 %high, ptr %high_at, align 8
  ret void
}

; The array itself if it is contiguous, aligned and writeable and shares no memory with the others, else null. `bounds`
; has two words for each of `count` arguments, of which this array is number `own`.
define ptr @tir_untouched(ptr %array, ptr %bounds, i64 %count, i64 %own) {
entry:
  %flags_at = getelementptr i8, ptr %array, i64 64
  %flags = load i32, ptr %flags_at, align 4
  %needed = and i32 %flags, 1281
  %usable = icmp eq i32 %needed, 1281
  br i1 %usable, label %compare, label %refuse

compare:
  %own_place = shl i64 %own, 1
  %low_at = getelementptr i64, ptr %bounds, i64 %own_place
  %low = load i64, ptr %low_at, align 8
  %high_at = getelementptr i64, ptr %low_at, i64 1
  %high = load i64, ptr %high_at, align 8
  br label %head

head:
  %number = phi i64 [ 0, %compare ], [ %next, %pass ]
  %more = icmp ult i64 %number, %count
  br i1 %more, label %look, label %accept

look:
  %place = shl i64 %number, 1
  %other_low_at = getelementptr i64, ptr %bounds, i64 %place
  %other_low = load i64, ptr %other_low_at, align 8
  %other_high_at = getelementptr i64, ptr %other_low_at, i64 1
  %other_high = load i64, ptr %other_high_at, align 8
  %starts_before = icmp ult i64 %other_low, %high
  %ends_behind = icmp ult i64 %low, %other_high
  %overlap = and i1 %starts_before, %ends_behind
  %is_other = icmp ne i64 %number, %own
  %shared = and i1 %overlap, %is_other
  br i1 %shared, label %refuse, label %pass

pass:
  %next = add i64 %number, 1
  br label %head

accept:
  ret ptr %array

refuse:
  ret ptr null
}
