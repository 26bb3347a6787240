"""Measures the error of every elementary function against mpmath and prints a markdown table.

    python benchmarks/ulp_table.py [samples] > docs/elementary_functions.md

`samples` (default 5000) scales the number of points per function and type, which is about five times that.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from tests.lowering import extended_precision
from tests.lowering.elementary_functions import (
    FUNCTIONS,
    TRIGONOMETRIC,
    Function,
    largest_error,
    sample_points,
)
from tests.lowering.near_multiples import near_multiples
from tests.lowering.scalar_jit import CompiledLoop
from tests.lowering.special_functions import SPECIAL_FUNCTIONS

INTRODUCTION = """# Elementary functions

The pass `expand-math` turns every elementary function on float32 and float64 into straight-line code: an argument
reduction, a minimax polynomial, a reconstruction. There is no branch, and no table but for one that is a register, so LLVM
vectorizes loops over it for whatever vectors the CPU has, and a GPU needs no library. No fast-math flag is
set: infinities, NaNs, signed zeros, subnormal arguments and subnormal results are those of C99.
Fused multiply-adds are used freely; a CPU without them gives the same results, slowly.

The polynomials come from `benchmarks/fit_polynomials.py`, which fits them by Remez' algorithm; the docstrings of
`tir/lowering/expand_math/` name the sources of the algorithms. Where a plain evaluation would lose more than
a unit in the last place, the critical terms are carried as unevaluated sums of two numbers: the logarithm in
`pow`, `exp(-x*x)` in `erfc`, the square roots in `asinh` and `acosh`.

Time goes by the number of operations, as vector code computes every case: so most functions have one formula
for their whole range (`tanh` and `sinh` by an addition theorem that is exact near zero) or two short ones (`erf`: beyond 1.2 it is
`1 - p**8`, and little is asked of the polynomial p for the eighth root of erfc), powers of two are one shift of a sum that rounded to an integer, long polynomials are evaluated in pairs (Estrin) and short ones in a chain (Horner), and special
values come from clamps and sign bits where that is possible.

`sin`, `cos` and `tan` are right for every argument. Multiples of a three-part pi/2 are subtracted from arguments below 2**20
(2**16 in float32; 2**24 in `tan`, which computes in float64). Larger ones have a function of their own: a Payne-Hanek product in integers, and
for float32 products in float64 with seven exact words of 1/(2 pi). Vector code cannot branch element by element, and would compute
that for every element. So loops call the function for a whole vector at a time, and it returns at once if no element is large: three
instructions. It preserves all registers, so that the loop keeps its constants. All float32 arguments were tried once: the largest errors
are 1.54 units of `sin` and `cos`, and 0.50 of `tan`.

`exp_nonpositive` is what rows that were shifted by their maximum use: as nothing overflows, it does without the cases of `exp`.
`exp_term` is what sums of such exponentials add up, among them 1. Its error is small beside 1, and need not be beside a small term: it
subtracts multiples of log 2 in one part (float32), and what is below the smallest normal number may become 0. So it is not in the table.
On CPUs with AVX2 `exp`, `exp_nonpositive` and `exp_term` of float32 take `2**(k/8)` from a table that is one register: `x = k/8 log 2 + r`
leaves so little that a polynomial of degree 3 does. The largest error of `exp` is 1.14 units then, instead of the 1.04 of the table below.

## Special functions

`gammaln gamma psi tri_gamma erfinv erfcinv erfcx j0 j1 i0 i1` are straight-line code too; their tables come from
`benchmarks/fit_special_functions.py`. Those of float32 are computed in float64, with shorter polynomials, and right to half a unit. Negative
arguments of the gamma function and its relatives, which need a reflection formula, and large ones of `j0` and `j1` are functions of their
own, as large arguments of the sine are.

Errors of float64 stay below 2 units but for `j0` and `j1` (4, and 3 at most for `i0` and `i1`). Where terms cancel, a small absolute
error is all that is kept, and the table's unit is the last place of those terms: of `gammaln` and `psi` between their negative poles
(of the largest of the result, 1, and the value at `1 - x`), of `j0` and `j1` from their third zeros on (of the amplitude `sqrt(2/(pi x))`). The zeros
1 and 2 of `gammaln`, the positive one of `psi`, and the first two of `j0` and `j1` are exact.

`gammainc gammaincc jv iv` are scalar functions with branches and loops, in float64 for both types, which vector code calls element by
element: a microsecond or two. Their float32 results are right to half a unit. Errors of float64 are about 10 units, and up to 100
beside small results of `gammaincc`, for `gammainc` with parameters of 1e6 (in general `k log(k) / 2e4` units), and for `jv` and `iv` with orders and
arguments of hundreds; those of `jv` are measured beside its amplitude. Series and recurrences take about `6 sqrt(k)`, or v, steps. `jv` refuses
with NaN orders beyond 2**27 where it would need the recurrence.

## Largest errors

In units of the last place of the exact result, and where they are. The points are random ones of all exponents, in
each function's interesting range, and around its special points, subnormal numbers and (for the trigonometric
functions) the numbers of each binade that are nearest to multiples of pi/2, against mpmath with 160 bits; and {dense} random points
in each of a few intervals against NumPy or SciPy in the next wider format, where those have the function.
The tests demand less than 2, or the bound named above. `ns` is the time per element of a loop over 20,000 elements in cache, on one core of the CPU that
the table was made on.

| function | points | float64 error | at | float32 error | at | float64 ns | float32 ns |
|---|---:|---:|---:|---:|---:|---:|---:|"""

DENSE = 200_000
"""Points in each interval that are compared with a wider format."""


def nanoseconds(loop: Callable[[], object], size: int) -> float:
    """The best time of one call, per element, without what other processes take."""
    best = float("inf")
    for _ in range(600):
        start = time.thread_time()
        loop()
        best = min(best, time.thread_time() - start)
    return best / size * 1e9


def dense_error(function: Function, dtype: str, loop: CompiledLoop) -> tuple[int, float, float]:
    """The number of points compared with a wider format, the largest error, and where it is."""
    op_class = function.op_class
    if op_class not in extended_precision.POINTS_AND_ORACLES:
        return 0, 0.0, 0.0
    if dtype == "float64" and op_class in extended_precision.FLOAT32_ONLY:
        return 0, 0.0, 0.0
    x = extended_precision.arguments(op_class, dtype, DENSE, seed=1)
    return x.size, *extended_precision.largest_error(op_class, x, loop(x))


def row(function: Function, samples: int) -> str:
    """One line of the table."""
    errors, times, count = [], [], 0
    for dtype in ("float64", "float32"):
        loop = CompiledLoop(function.op_class, dtype, function.arity)
        points = sample_points(function, dtype, samples, seed=1)
        if function.op_class in TRIGONOMETRIC:
            points = (np.concatenate([*points, near_multiples(dtype, 8)]),)
        error, place = largest_error(function, loop(*points), points)
        dense_count, dense, dense_place = dense_error(function, dtype, loop)
        if dense > error:
            error, place = dense, (dense_place,)
        count += points[0].size + dense_count
        errors += [f"{error:.2f}", ", ".join(f"{x:.6g}" for x in place)]
        rng = np.random.default_rng(0)
        arguments = [rng.uniform(0.1, 5, 20_000).astype(dtype) for _ in range(function.arity)]
        times.append(f"{nanoseconds(lambda: loop(*arguments), 20_000):.2f}")  # noqa: B023 - called at once
    return f"| {function.name} | {count} | " + " | ".join([*errors, *times]) + " |"


def main() -> None:
    """Prints the page."""
    samples = int(sys.argv[1]) if len(sys.argv) > 1 else 5000
    print(INTRODUCTION.format(dense=f"{DENSE:,}"))
    with np.errstate(all="ignore"):
        for function in FUNCTIONS:
            print(row(function, samples), flush=True)
        for function in SPECIAL_FUNCTIONS:
            # mpmath takes long for them.
            print(row(function, samples // 10), flush=True)


if __name__ == "__main__":
    main()
