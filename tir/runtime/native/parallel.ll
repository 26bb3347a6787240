; Ranges of a loop shared out to threads of our own, which sleep between loops.
;
; Nobody waits for a thread that has taken nothing: the loop ends when all ranges that were taken are finished, and a
; helper that the system lets run too late finds them all taken. What it reads is not on the stack of the caller, and
; what it changes, the mark of a range, carries the number of the loop.

@tir_threads = global i32 1

@held = internal global i32 0, align 64         ; 1 while a thread has the team: one loop at a time uses all CPUs
@created = internal global i32 0                ; how many helpers there are
@number = internal global i64 0, align 64       ; of the loop, from 1 up; helpers wait for it to change
@sleepers = internal global i32 0, align 64     ; how many helpers sleep, or are about to, and have not been woken
@left = internal global i32 0, align 64         ; the ranges that are not finished, more by 2^30 if the caller sleeps
@wake = internal global [64 x i8] zeroinitializer, align 64      ; a sem_t, on which helpers sleep
@finished = internal global [64 x i8] zeroinitializer, align 64  ; a sem_t, on which the caller sleeps

; The task, its context, the count of iterations, the number of ranges, the units in a range, how many ranges have
; one unit more, the iterations of a unit, the size of the team; the first status that is not 0.
%loop = type { ptr, ptr, i64, i64, i64, i64, i64, i64, i32 }
@loop = internal global %loop zeroinitializer, align 64

; For each range twice the number of the loop, and 1 more once somebody has taken it.
@marks = internal global [1024 x i64] zeroinitializer, align 64

declare i32 @pthread_create(ptr, ptr, ptr, ptr)
declare i32 @pthread_detach(i64)
declare i32 @pthread_sigmask(i32, ptr, ptr)
declare i32 @sem_init(ptr, i32, i32)
declare i32 @sem_post(ptr)
declare i32 @sem_wait(ptr)
declare i64 @llvm.umin.i64(i64, i64)
declare void @llvm.memset.p0.i64(ptr, i8, i64, i1)

; i32 tir_parallel_for(i32 task(context, begin, end), context, count, grain)
;
; Calls the task for consecutive ranges that cover 0 to count, each of at least `grain` iterations; the bounds are
; multiples of 64 where the grain is at least 64. The first status that is not 0 is the result, and keeps ranges
; that nobody has started from running. A loop in a loop runs in its thread, as do loops of other threads meanwhile.
define i32 @tir_parallel_for(ptr %task, ptr %context, i64 %count, i64 %grain) nounwind {
entry:
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
  %possible = call i64 @llvm.umin.i64(i64 %wanted, i64 1024)
  %ranges = call i64 @llvm.umin.i64(i64 %most, i64 %possible)
  %several = icmp ugt i64 %ranges, 1
  %many = icmp ugt i32 %threads, 1
  %useful = and i1 %several, %many
  br i1 %useful, label %try, label %serial

try:
  %holder = atomicrmw xchg ptr @held, i32 1 acquire
  %free = icmp eq i32 %holder, 0
  br i1 %free, label %share, label %serial

share:
  %quotient = udiv i64 %units, %ranges
  %remainder = urem i64 %units, %ranges
  store ptr %task, ptr @loop, align 8
  store ptr %context, ptr getelementptr (%loop, ptr @loop, i64 0, i32 1), align 8
  store i64 %count, ptr getelementptr (%loop, ptr @loop, i64 0, i32 2), align 8
  store atomic i64 %ranges, ptr getelementptr (%loop, ptr @loop, i64 0, i32 3) monotonic, align 8
  store i64 %quotient, ptr getelementptr (%loop, ptr @loop, i64 0, i32 4), align 8
  store i64 %remainder, ptr getelementptr (%loop, ptr @loop, i64 0, i32 5), align 8
  store i64 %unit, ptr getelementptr (%loop, ptr @loop, i64 0, i32 6), align 8
  %team = call i64 @llvm.umin.i64(i64 %threads_wide, i64 %ranges)
  store atomic i64 %team, ptr getelementptr (%loop, ptr @loop, i64 0, i32 7) monotonic, align 8
  store atomic i32 0, ptr getelementptr (%loop, ptr @loop, i64 0, i32 8) monotonic, align 4
  %ranges_narrow = trunc i64 %ranges to i32
  store atomic i32 %ranges_narrow, ptr @left monotonic, align 4
  %previous = load atomic i64, ptr @number monotonic, align 8
  %number = add i64 %previous, 1
  %unmarked = shl i64 %number, 1
  br label %mark

mark:
  %range = phi i64 [ 0, %share ], [ %next, %mark ]
  %mark_at = getelementptr inbounds [1024 x i64], ptr @marks, i64 0, i64 %range
  store atomic i64 %unmarked, ptr %mark_at release, align 8
  %next = add i64 %range, 1
  %more = icmp ult i64 %next, %ranges
  br i1 %more, label %mark, label %call_helpers

call_helpers:
  %helpers = add i64 %team, -1
  call void @create_helpers(i64 %helpers)
  store atomic i64 %number, ptr @number seq_cst, align 8
  call void @wake_helpers()
  call void @take_ranges(i64 %number, i64 %ranges, i64 %team, i64 0)
  call void @wait_for_helpers()
  %status = load atomic i32, ptr getelementptr (%loop, ptr @loop, i64 0, i32 8) monotonic, align 4
  store atomic i32 0, ptr @held release, align 4
  ret i32 %status

serial:
  %result = call i32 %task(ptr %context, i64 0, i64 %count)
  ret i32 %result
}

; Takes ranges of a loop that nobody has taken, first those of its own part, so that a thread finds there in its cache
; what it wrote in the loop before. Where the loop is over, there are none, whatever else is true of it.
define internal void @take_ranges(i64 %number, i64 %ranges, i64 %team, i64 %thread) nounwind {
entry:
  %unmarked = shl i64 %number, 1
  %marked = or i64 %unmarked, 1
  %before = mul i64 %thread, %ranges
  %first = udiv i64 %before, %team
  br label %look

look:
  %seen = phi i64 [ 0, %entry ], [ %seen_next, %pass ]
  %some = icmp ult i64 %seen, %ranges
  br i1 %some, label %read, label %done

read:
  %ahead = add i64 %first, %seen
  %over = icmp uge i64 %ahead, %ranges
  %wrapped = sub i64 %ahead, %ranges
  %range = select i1 %over, i64 %wrapped, i64 %ahead
  %mark_at = getelementptr inbounds [1024 x i64], ptr @marks, i64 0, i64 %range
  %mark = load atomic i64, ptr %mark_at monotonic, align 8
  %is_free = icmp eq i64 %mark, %unmarked
  br i1 %is_free, label %take, label %pass

take:
  %exchange = cmpxchg ptr %mark_at, i64 %unmarked, i64 %marked acquire monotonic
  %mine = extractvalue { i64, i1 } %exchange, 1
  br i1 %mine, label %run, label %pass

run:
  call void @run_range(i64 %range)
  %left = atomicrmw sub ptr @left, i32 1 acq_rel
  %last = icmp eq i32 %left, 1073741825
  br i1 %last, label %tell, label %pass

tell:                                           ; the caller sleeps, and this was the last
  %posted = call i32 @sem_post(ptr @finished)
  br label %pass

pass:
  %seen_next = add i64 %seen, 1
  br label %look

done:
  ret void
}

; Runs a range of the loop, which is not over before it is finished.
define internal void @run_range(i64 %range) nounwind {
entry:
  %failure = load atomic i32, ptr getelementptr (%loop, ptr @loop, i64 0, i32 8) monotonic, align 4
  %well = icmp eq i32 %failure, 0
  br i1 %well, label %run, label %done

run:
  %task = load ptr, ptr @loop, align 8
  %context = load ptr, ptr getelementptr (%loop, ptr @loop, i64 0, i32 1), align 8
  %count = load i64, ptr getelementptr (%loop, ptr @loop, i64 0, i32 2), align 8
  %ranges = load atomic i64, ptr getelementptr (%loop, ptr @loop, i64 0, i32 3) monotonic, align 8
  %quotient = load i64, ptr getelementptr (%loop, ptr @loop, i64 0, i32 4), align 8
  %remainder = load i64, ptr getelementptr (%loop, ptr @loop, i64 0, i32 5), align 8
  %unit = load i64, ptr getelementptr (%loop, ptr @loop, i64 0, i32 6), align 8
  %after = add i64 %range, 1
  %begin_units = mul i64 %range, %quotient
  %begin_more = call i64 @llvm.umin.i64(i64 %range, i64 %remainder)
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
  br i1 %good, label %done, label %fail

fail:
  %exchange = cmpxchg ptr getelementptr (%loop, ptr @loop, i64 0, i32 8), i32 0, i32 %status monotonic monotonic
  br label %done

done:
  ret void
}

; Returns when all ranges are finished: soon, usually, so the caller looks for some ten microseconds before it sleeps.
define internal void @wait_for_helpers() nounwind {
entry:
  br label %look

look:
  %turn = phi i32 [ 0, %entry ], [ %next, %again ]
  %left = load atomic i32, ptr @left acquire, align 4
  %over = icmp eq i32 %left, 0
  br i1 %over, label %done, label %again

again:
  fence seq_cst                                 ; leaves the core to the other thread it may have
  %next = add i32 %turn, 1
  %patient = icmp ult i32 %next, 5000
  br i1 %patient, label %look, label %announce

announce:
  %old = atomicrmw add ptr @left, i32 1073741824 acq_rel
  %late = icmp eq i32 %old, 0
  br i1 %late, label %done, label %sleep

sleep:                                          ; a signal ends it, too
  %interrupted = call i32 @sem_wait(ptr @finished)
  %woken = icmp eq i32 %interrupted, 0
  br i1 %woken, label %done, label %sleep

done:
  ret void
}

; What helper number `argument` does all its life.
define internal ptr @help(ptr %argument) nounwind {
entry:
  %thread = ptrtoint ptr %argument to i64
  br label %wait

wait:
  %known = phi i64 [ 0, %entry ], [ %known, %sleep ], [ %new, %work ], [ %new, %take_part ]
  br label %look

look:
  %turn = phi i32 [ 0, %wait ], [ %next, %again ]
  %current = load atomic i64, ptr @number acquire, align 8
  %changed = icmp ne i64 %current, %known
  br i1 %changed, label %work, label %again

again:
  fence seq_cst
  %next = add i32 %turn, 1
  %patient = icmp ult i32 %next, 10000
  br i1 %patient, label %look, label %announce

announce:
  %others = atomicrmw add ptr @sleepers, i32 1 seq_cst
  %latest = load atomic i64, ptr @number seq_cst, align 8
  %same = icmp eq i64 %latest, %known
  br i1 %same, label %sleep, label %withdraw

withdraw:                                       ; unless somebody has counted on this thread: it is being woken then
  %number_asleep = load atomic i32, ptr @sleepers monotonic, align 4
  %none = icmp eq i32 %number_asleep, 0
  br i1 %none, label %sleep, label %leave

leave:
  %fewer = add i32 %number_asleep, -1
  %exchange = cmpxchg ptr @sleepers, i32 %number_asleep, i32 %fewer seq_cst monotonic
  %left = extractvalue { i32, i1 } %exchange, 1
  br i1 %left, label %work, label %withdraw

sleep:
  %interrupted = call i32 @sem_wait(ptr @wake)
  %woken = icmp eq i32 %interrupted, 0
  br i1 %woken, label %wait, label %sleep

work:
  %new = phi i64 [ %current, %look ], [ %latest, %leave ]
  %ranges = load atomic i64, ptr getelementptr (%loop, ptr @loop, i64 0, i32 3) monotonic, align 8
  %team = load atomic i64, ptr getelementptr (%loop, ptr @loop, i64 0, i32 7) monotonic, align 8
  %member = icmp ult i64 %thread, %team
  br i1 %member, label %take_part, label %wait

take_part:
  call void @take_ranges(i64 %new, i64 %ranges, i64 %team, i64 %thread)
  br label %wait
}

; All that sleep now: they are few, and semaphores cannot choose. Not those that fall asleep again meanwhile, which may
; take turns with this thread on one CPU.
define internal void @wake_helpers() nounwind {
entry:
  %some = load atomic i32, ptr @sleepers seq_cst, align 4
  %none = icmp eq i32 %some, 0
  br i1 %none, label %done, label %count

count:
  %asleep = atomicrmw xchg ptr @sleepers, i32 0 seq_cst
  br label %look

look:
  %woken = phi i32 [ 0, %count ], [ %next, %post ]
  %more = icmp ult i32 %woken, %asleep
  br i1 %more, label %post, label %done

post:
  %posted = call i32 @sem_post(ptr @wake)
  %next = add i32 %woken, 1
  br label %look

done:
  ret void
}

; As many helpers as wanted, or as the system gives. They leave signals to the threads of the program.
define internal void @create_helpers(i64 %wanted) nounwind {
entry:
  %there = load i32, ptr @created, align 4
  %wanted_narrow = trunc i64 %wanted to i32
  %enough = icmp uge i32 %there, %wanted_narrow
  br i1 %enough, label %done, label %prepare

prepare:
  %all_signals = alloca [128 x i8], align 8
  %old_signals = alloca [128 x i8], align 8
  %thread = alloca i64, align 8
  call void @llvm.memset.p0.i64(ptr %all_signals, i8 -1, i64 128, i1 false)
  %blocked = call i32 @pthread_sigmask(i32 2, ptr %all_signals, ptr %old_signals)
  br label %create

create:
  %count = phi i32 [ %there, %prepare ], [ %helper, %created ]
  %helper = add i32 %count, 1
  %helper_wide = zext i32 %helper to i64
  %argument = inttoptr i64 %helper_wide to ptr
  %failure = call i32 @pthread_create(ptr %thread, ptr null, ptr @help, ptr %argument)
  %success = icmp eq i32 %failure, 0
  br i1 %success, label %created, label %restore

created:
  %handle = load i64, ptr %thread, align 8
  %detached = call i32 @pthread_detach(i64 %handle)
  store i32 %helper, ptr @created, align 4
  %fewer = icmp ult i32 %helper, %wanted_narrow
  br i1 %fewer, label %create, label %restore

restore:
  %restored = call i32 @pthread_sigmask(i32 2, ptr %old_signals, ptr null)
  br label %done

done:
  ret void
}

; Before the first loop, and in a forked child, which has none of the helpers, and where nobody holds the team.
define void @tir_reset_helpers() nounwind {
  store i32 0, ptr @held, align 4
  store i32 0, ptr @created, align 4
  store i32 0, ptr @sleepers, align 4
  %wake = call i32 @sem_init(ptr @wake, i32 0, i32 0)
  %finished = call i32 @sem_init(ptr @finished, i32 0, i32 0)
  ret void
}
