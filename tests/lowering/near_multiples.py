"""The floats nearest to multiples of pi/2: there sin, cos and tan need the most bits of pi."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from mpmath import mp


def denominators(ratio: int, one: int) -> Iterator[int]:
    """Those of the convergents of the continued fraction of `ratio / one`."""
    before, last = 0, 1
    while ratio % one:
        ratio, one = one, ratio % one
        before, last = last, ratio // one * last + before
        yield last


def near_multiples(dtype: str, each: int) -> np.ndarray:
    """Of each power of two from 1 on, the `each` nearest numbers between it and the next, or nearly so.

    `m 2**e` is near a multiple if m is a denominator of a convergent of `2**e / (pi/2)`, or a small combination of two that
    follow each other.
    """
    info = np.finfo(dtype)
    digits = info.nmant + 1
    low, high = 1 << info.nmant, 1 << digits
    scale = 1 << (4 * digits)
    found: list[float] = []
    with mp.workprec(info.maxexp + 8 * digits):
        whole = int(mp.floor(2 / mp.pi * mp.mpf(2) ** (info.maxexp + 6 * digits)))
    for exponent in range(-info.nmant, info.maxexp - info.nmant):
        # Quarter turns in a unit of the mantissa, without the whole ones.
        ratio = (whole >> (info.maxexp + 2 * digits - exponent)) % scale

        def distance(m: int, ratio: int = ratio) -> int:
            turned = m * ratio % scale
            return min(turned, scale - turned)

        before, last = 0, 1
        for denominator in denominators(ratio, scale):
            if denominator >= high:
                break
            before, last = last, denominator
        candidates = set[int]()
        for other in range(-each, each + 1):
            first = -((other * before - low) // last)
            end = -((other * before - high) // last)
            most = min(each, end - first)
            for times in (*range(first, first + most), *range(end - most, end)):
                candidates.add(times * last + other * before)
        nearest = sorted((m for m in candidates if low <= m < high), key=distance)[:each]
        found += [float(np.ldexp(float(m), exponent)) for m in nearest]
    return np.array(found, dtype)
