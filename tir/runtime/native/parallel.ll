; Ranges of a loop shared out to the threads of an OpenMP run time. That is called through pointers that
; tir/runtime/threads.py sets; where they are null, loops run in the calling thread.

@tir_threads = global i32 1
@tir_gomp_parallel = global ptr null
@tir_omp_in_parallel = global ptr null
@tir_omp_get_thread_num = global ptr null

; A pthread_mutex_t, held by the thread that has the team: one loop at a time uses all CPUs.
@tir_team = global [64 x i8] zeroinitializer, align 64

declare i32 @pthread_mutex_trylock(ptr)
declare i32 @pthread_mutex_unlock(ptr)
declare i64 @llvm.umin.i64(i64, i64)
declare void @llvm.memset.p0.i64(ptr, i8, i64, i1)

; The task, its context, the count of iterations, the number of ranges, the units in a range, how many ranges have
; one unit more, the iterations of a unit, the size of the team; then a byte for each range, which tells whether a
; thread has taken it, and the first status that is not 0.
%loop = type { ptr, ptr, i64, i64, i64, i64, i64, i64, ptr, i32 }

; i32 tir_parallel_for(i32 task(context, begin, end), context, count, grain)
;
; Calls the task for consecutive ranges that cover 0 to count, each of at least `grain` iterations; the bounds are
; multiples of 64 where the grain is at least 64. The first status that is not 0 is the result, and keeps ranges
; that nobody has started from running.
define i32 @tir_parallel_for(ptr %task, ptr %context, i64 %count, i64 %grain) nounwind {
entry:
  %loop = alloca %loop, align 64
  %some = icmp sgt i64 %count, 0
  br i1 %some, label %divide, label %nothing

nothing:
  ret i32 0

divide:
  %threads = load atomic i32, ptr @tir_threads monotonic, align 4
  %coarse = icmp sge i64 %grain, 64
  %unit = select i1 %coarse, i64 64, i64 1
  %positive = icmp sgt i64 %grain, 0
  %least = select i1 %positive, i64 %grain, i64 1
  %above = add i64 %least, -1
  %whole = udiv i64 %above, %unit
  %units_least = add i64 %whole, 1
  %units = udiv i64 %count, %unit
  %most = udiv i64 %units, %units_least
  %threads_wide = zext i32 %threads to i64
  ; A few ranges for each thread: whoever is late takes fewer.
  %wanted = shl i64 %threads_wide, 2
  %ranges = call i64 @llvm.umin.i64(i64 %most, i64 %wanted)
  %several = icmp ugt i64 %ranges, 1
  %parallel = load atomic ptr, ptr @tir_gomp_parallel monotonic, align 8
  %available = icmp ne ptr %parallel, null
  %many = icmp ugt i32 %threads, 1
  %both = and i1 %several, %available
  %useful = and i1 %both, %many
  br i1 %useful, label %ask, label %serial

ask:
  %in_parallel = load atomic ptr, ptr @tir_omp_in_parallel monotonic, align 8
  %nested = call i32 %in_parallel()
  %outermost = icmp eq i32 %nested, 0
  br i1 %outermost, label %try, label %serial

try:
  %busy = call i32 @pthread_mutex_trylock(ptr @tir_team)
  %free = icmp eq i32 %busy, 0
  br i1 %free, label %share, label %serial

share:
  %quotient = udiv i64 %units, %ranges
  %remainder = urem i64 %units, %ranges
  store ptr %task, ptr %loop, align 8
  %context_at = getelementptr inbounds %loop, ptr %loop, i64 0, i32 1
  store ptr %context, ptr %context_at, align 8
  %count_at = getelementptr inbounds %loop, ptr %loop, i64 0, i32 2
  store i64 %count, ptr %count_at, align 8
  %ranges_at = getelementptr inbounds %loop, ptr %loop, i64 0, i32 3
  store i64 %ranges, ptr %ranges_at, align 8
  %quotient_at = getelementptr inbounds %loop, ptr %loop, i64 0, i32 4
  store i64 %quotient, ptr %quotient_at, align 8
  %remainder_at = getelementptr inbounds %loop, ptr %loop, i64 0, i32 5
  store i64 %remainder, ptr %remainder_at, align 8
  %unit_at = getelementptr inbounds %loop, ptr %loop, i64 0, i32 6
  store i64 %unit, ptr %unit_at, align 8
  %team_wide = call i64 @llvm.umin.i64(i64 %threads_wide, i64 %ranges)
  %team_at = getelementptr inbounds %loop, ptr %loop, i64 0, i32 7
  store i64 %team_wide, ptr %team_at, align 8
  %taken = alloca i8, i64 %ranges, align 64
  call void @llvm.memset.p0.i64(ptr %taken, i8 0, i64 %ranges, i1 false)
  %taken_at = getelementptr inbounds %loop, ptr %loop, i64 0, i32 8
  store ptr %taken, ptr %taken_at, align 8
  %status_at = getelementptr inbounds %loop, ptr %loop, i64 0, i32 9
  store i32 0, ptr %status_at, align 4
  %team = trunc i64 %team_wide to i32
  call void %parallel(ptr @take_ranges, ptr %loop, i32 %team, i32 0)
  %status = load atomic i32, ptr %status_at monotonic, align 4
  %unlocked = call i32 @pthread_mutex_unlock(ptr @tir_team)
  ret i32 %status

serial:
  %result = call i32 %task(ptr %context, i64 0, i64 %count)
  ret i32 %result
}

; What every thread of the team does: take ranges that nobody has taken, first those of its own part of the loop, so
; that it finds there in its cache what it wrote in the loop before.
define internal void @take_ranges(ptr %loop) nounwind {
entry:
  %task = load ptr, ptr %loop, align 8
  %context_at = getelementptr inbounds %loop, ptr %loop, i64 0, i32 1
  %context = load ptr, ptr %context_at, align 8
  %count_at = getelementptr inbounds %loop, ptr %loop, i64 0, i32 2
  %count = load i64, ptr %count_at, align 8
  %ranges_at = getelementptr inbounds %loop, ptr %loop, i64 0, i32 3
  %ranges = load i64, ptr %ranges_at, align 8
  %quotient_at = getelementptr inbounds %loop, ptr %loop, i64 0, i32 4
  %quotient = load i64, ptr %quotient_at, align 8
  %remainder_at = getelementptr inbounds %loop, ptr %loop, i64 0, i32 5
  %remainder = load i64, ptr %remainder_at, align 8
  %unit_at = getelementptr inbounds %loop, ptr %loop, i64 0, i32 6
  %unit = load i64, ptr %unit_at, align 8
  %team_at = getelementptr inbounds %loop, ptr %loop, i64 0, i32 7
  %team = load i64, ptr %team_at, align 8
  %taken_at = getelementptr inbounds %loop, ptr %loop, i64 0, i32 8
  %taken = load ptr, ptr %taken_at, align 8
  %status_at = getelementptr inbounds %loop, ptr %loop, i64 0, i32 9
  %get_thread = load atomic ptr, ptr @tir_omp_get_thread_num monotonic, align 8
  %thread = call i32 %get_thread()
  %thread_wide = zext i32 %thread to i64
  %before = mul i64 %thread_wide, %ranges
  %first = udiv i64 %before, %team
  br label %look

look:
  %seen = phi i64 [ 0, %entry ], [ %seen_next, %pass ]
  %failure = load atomic i32, ptr %status_at monotonic, align 4
  %well = icmp eq i32 %failure, 0
  %left = icmp ult i64 %seen, %ranges
  %go_on = and i1 %well, %left
  br i1 %go_on, label %take, label %done

take:
  %ahead = add i64 %first, %seen
  %over = icmp uge i64 %ahead, %ranges
  %wrapped = sub i64 %ahead, %ranges
  %number = select i1 %over, i64 %wrapped, i64 %ahead
  %mark = getelementptr inbounds i8, ptr %taken, i64 %number
  %old = atomicrmw xchg ptr %mark, i8 1 monotonic
  %mine = icmp eq i8 %old, 0
  br i1 %mine, label %run, label %pass

pass:
  %seen_next = add i64 %seen, 1
  br label %look

run:
  %after = add i64 %number, 1
  %begin_units = mul i64 %number, %quotient
  %begin_more = call i64 @llvm.umin.i64(i64 %number, i64 %remainder)
  %begin_sum = add i64 %begin_units, %begin_more
  %begin = mul i64 %begin_sum, %unit
  %end_units = mul i64 %after, %quotient
  %end_more = call i64 @llvm.umin.i64(i64 %after, i64 %remainder)
  %end_sum = add i64 %end_units, %end_more
  %bound = mul i64 %end_sum, %unit
  %last = icmp eq i64 %after, %ranges
  %end = select i1 %last, i64 %count, i64 %bound
  %status = call i32 %task(ptr %context, i64 %begin, i64 %end)
  %good = icmp eq i32 %status, 0
  br i1 %good, label %pass, label %fail

fail:
  %exchange = cmpxchg ptr %status_at, i32 0, i32 %status monotonic monotonic
  br label %done

done:
  ret void
}
