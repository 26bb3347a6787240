"""Programs give the interpreter's values at each optimization level of LLVM and with one thread and two.

A few of them at each level; all of them at all levels with `TIR_EXPLORE=1`.
"""

from __future__ import annotations

import numpy as np
import pytest

from tests.reliability.costs import SMALL, costs
from tests.reliability.guarded_run import EXPLORE
from tests.reliability.programs import PROGRAMS, Program, call, compare
from tir.config import config

LEVELS = (0, 1, 2, 3)
STRIDE = 5
"""One of so many programs is tried at a level, another at the next."""

CASES = [
    pytest.param(program, level, id=f"{program.name}-{level}")
    for level in LEVELS
    for number, program in enumerate(PROGRAMS)
    if EXPLORE or number % STRIDE == level
]


@pytest.mark.parametrize(("program", "level"), CASES)
def test_values(program: Program, level: int) -> None:
    """Results that hold no matrix product are the same, bit by bit, whatever the number of threads."""
    for dtype in program.dtypes if EXPLORE else program.dtypes[-1:]:
        interpreted = program.make(dtype, "FAST_COMPILE")
        with config.change_flags(opt_level=level), costs(**SMALL):
            compiled = program.make(dtype, "FAST_RUN")
        for shape in filter(program.accepts, program.shapes):
            arrays = program.arrays(shape, dtype)
            expected = call(interpreted, arrays)
            found = []
            for threads in (1, 2):
                with config.change_flags(threads=threads):
                    found.append(call(compiled, arrays))
                compare(found[-1], expected, program.rtol, f"{shape}, {threads} threads")
            if "product" not in program.name and program.name != "step":
                for one, two in zip(*found, strict=True):
                    np.testing.assert_array_equal(one, two, f"{shape}")
