"""What the compiler believes about the machine: every number that decides how programs are scheduled.

Fusion asks what is cheap enough to compute twice; loops ask what is worth a second thread, and what is too large for the
caches. Times are of one core at about 3 GHz; being wrong by a factor of two costs a few percent somewhere.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

CHEAP_OPERATIONS = 4
"""A producer with at most this many operations, none of them expensive, is computed again rather than stored."""

MOST_OPERATIONS = 256
"""Bodies do not grow beyond this: registers run out long before, and LLVM's time grows faster than the body."""

MOST_RESULTS = 8
"""Nor do operations that share their loops have more results than this: each is a stream of its own to memory."""

EXPENSIVE_DIALECTS = ("math", "math_ext", "math_special", "tensor", "scf")
EXPENSIVE_OPERATIONS = ("arith.divf", "arith.divsi", "arith.divui", "arith.remsi", "arith.remui")

_MATH_WEIGHT = 16
"""An elementary function as a multiple of an addition."""

PARALLEL_WORK = 1 << 17
"""What a second thread must have to do, in additions: 20 to 40 us, several times the cost of waking it."""

LIGHT_WORK = 16
"""Bodies that cost more, those with an elementary function, wait for one operation after the other: vector code works on several
vectors at a time."""

MANY_VECTORS = 4
"""How many: constants are loaded once for all of them, and their chains of operations overlap."""

HEAVY_WORK = 32
"""Beyond this it is fewer: LLVM would need up to twice the time, and a tenth is gained."""

FEW_VECTORS = 2
"""How many that are."""

MOST_ACCUMULATORS = 8
"""Vectors that a loop which reads several places adds to, at most: half of the registers, as elements and centres need some, too."""

SHORT_WORK = 12
"""Bodies that cost less are worth a second loop, for several places of memory at once: they wait for memory, and are little code."""

STREAMING_BYTES = 8 << 20
"""Outputs beyond this are not in the cache when somebody reads them: they are written past it."""

STREAM_BLOCK = 1024
"""Elements that are computed into the first-level cache before they are written past it."""

SUM_LANES = 32
"""Partial sums that vector code keeps, at most: four vectors of eight float32."""

SUM_BLOCK = 512
"""Elements of float64 that are summed without compensation: 16 for each of 32 partial sums that vector code keeps."""

NARROW_SUM_BLOCK = 64
"""Elements of float32 that are summed in float32, before their sum is added in float64, for each vector at a time: vectors stay
narrow, and each of eight partial sums has 8 terms, as in NumPy's."""

HEAVY_SUM_BLOCK = 128
"""The same where fewer vectors are worked on at a time, as terms take an elementary function or sums are many: twice as many terms for
each partial sum."""

CACHE_LINE = 64
"""Bytes that memory sends at a time."""

PREFETCH_LINES = 4
"""How many lines of the next row are asked for at a time: one by one, the loop around that would cost as much as they do."""

PARTIAL_RESULTS = 256
"""A reduction over everything has at most this many partial results, each of a block of consecutive elements."""

PARTIAL_BLOCK = 1 << 15
"""The least elements of such a block. How a sum is split depends on its size only, never on the threads."""

CENTRED_CHUNK = 1 << 13
"""Bytes of memory that are read for their centre and, while the cache has them, again for sums about that.

Few, so that reading memory and computing are never far apart; enough to be worth the merging.
"""

ONCE_CHUNK = 1 << 15
"""The same where it is read once as a rule: if not, a cache has it still."""

ONCE_AHEAD = 1 << 12
"""How many bytes further on memory is asked for meanwhile."""

PIECE_ROWS = 48
"""The number of rows that columns add to sums about a centre before they look whether that is near.

Fewer than exponentials at the distance `NEAR_MAXIMUM` stand for: columns of equal elements stay near.
"""

LONG_ROW = 512
"""Rows of at least so many bytes are pages apart where those of a piece are divided into what is read at once."""

NEAR_MAXIMUM = 4.0
"""How far the maximum may be from the centre of a sum of exponentials: their rounding errors grow with the distance."""

CENTRE_SAMPLE = 64
"""So many elements tell about where the mean or the maximum of more is: as a rule as near as it has to be."""

NEAR_MEAN = 0.25
"""What part of a sum of squares about a centre may be due to its distance from the mean: no bit is lost then."""

CENTRED_BLOCK_ROWS = 64
"""The least rows of a block with results of its own, as merging these takes as long as reading some rows."""

BLOCK_ROWS = 64
"""Short rows that are computed side by side: some vectors of each column."""

SHORT_ROW = 96
"""Bytes of such rows at most: a block stays in the first-level cache, and longer rows are work for vectors by themselves."""

TILE_ROWS = 32
"""Elements of a line of memory, of 4 bytes: what a tile of a transposed operand takes of each."""

TILE_LENGTH = 64
"""Lines in such a tile: together they stay in the first-level cache, with room for other operands."""

SUM_ROWS = 16
"""Rows that are added to partial sums of their columns before those are added with care: the leaves of pairwise summation."""

STRIP_LENGTH = 4096
"""Columns that are reduced at a time: their partial sums stay in the first-level cache while rows stream by."""

READ_STREAMS = 4
"""Places of memory that a reduction reads from: a core gets a fifth more from several streams than from one, and twice as much from the
last cache, if they are pages apart; of neighbours it gets less."""

CACHED_ROWS = 1 << 18
"""Bytes of rows that are read at once, if they are read once more: half of what a core's own cache has."""

READ_BYTES = 1024
"""What a reduction of columns takes of each in turn."""

FOLDED_ROW = 256
"""Rows of at most half as many columns are taken several at a time, so that loops over them are long."""

FOLDED_VECTOR = 8
"""Their number is a multiple of this: together they are whole vectors, whatever the number of columns."""

ROW_BLOCKS = 8
"""A reduction of columns has at most this many pieces, if not more strips: blocks of rows with partial results of their own."""

GIL_RELEASE_WORK = 1 << 16
"""Elements below which a switch of threads costs more than it can gain."""

PERMUTED_BYTES = 1 << 15
"""Smaller arguments in another layout than C order are copied in a few microseconds: no variant of a function is for them."""

STRIDED_ROW_BYTES = 64
"""Arguments with gaps between their rows have a variant if a row has as many bytes: loops over shorter ones gain little."""

VARIANT_BYTES = 1 << 29
"""What can be copied into C order in the time that it takes to compile a variant of a function, 0.1 s, ..."""

VARIANT_BYTES_PER_NODE = 1 << 25
"""... and of each operation in it."""

VARIANT_LOOKUP_BYTES = 1 << 24
"""What can be copied in the time that it takes to ask the cache for a variant, and to load it."""

MOST_VARIANTS = 4
"""Variants of one function: each is as large as the function itself."""

MOST_LAYOUTS = 32
"""Layouts of arguments of which a function keeps an account."""

WIDE_ACCESS_BYTES = 8
"""What a thread of a GPU reads or writes by one instruction. Kernels that read float32 one by one reach five sixths of the speed at
which memory is copied, and those that read bytes a third; by 8 bytes it is all of it. 16 gain little more, for twice the code."""

WIDE_WORK = 256
"""Additions that a thread has to do for the elements that it takes at a time, at most: arithmetic takes longer than memory beyond."""


def is_expensive(name: str) -> bool:
    """Whether an operation of this name is worth storing the result of.

    >>> is_expensive("math.exp"), is_expensive("arith.mulf")
    (True, False)
    """
    return name.partition(".")[0] in EXPENSIVE_DIALECTS or name in EXPENSIVE_OPERATIONS


def variant_bytes(operations: int) -> int:
    """The bytes of permuted arguments that are copied before a variant with this many operations is compiled."""
    return VARIANT_BYTES + VARIANT_BYTES_PER_NODE * operations


def work_per_element(names: Iterable[str]) -> int:
    """The cost of a body of operations with these names, in additions; at least what loading an element costs.

    >>> work_per_element(["arith.subf", "math.exp"])
    19
    """
    return 2 + sum(_MATH_WEIGHT if is_expensive(name) else 1 for name in names)


def elements_per_thread(names: Sequence[str], element_bytes: int) -> int:
    """How many neighbouring elements a thread of a GPU takes at a time for a body of operations with these names.

    `element_bytes` is the size of the largest element.

    >>> elements_per_thread(["arith.addf"], 4), elements_per_thread(["math_special.gamma"], 4)
    (2, 1)
    """
    if any(name.startswith("math_special.") for name in names):
        return 1
    count = WIDE_ACCESS_BYTES // element_bytes
    work = work_per_element(names)
    while count > 1 and count * work > WIDE_WORK:
        count //= 2
    return count
