"""Programs run where a stray access ends the process: `python -m tests.reliability.guarded_run end|begin [NAME...]`.

What runs is printed before it does, so that the last line tells what was wrong. With `TIR_EXPLORE=1` programs are tried
with all their dtypes in both places, else with few.
"""

from __future__ import annotations

import faulthandler
import os
import sys
import traceback
from collections.abc import Sequence

import numpy as np

from tests.reliability import guard
from tests.reliability.costs import SMALL, costs
from tests.reliability.programs import PROGRAMS, Program, call, compare, layouts
from tests.runtime.native_entry import executable, on_failure, parameter, slow_path, strided
from tir.config import config

STRAY = "stray"
"""The name of a program that reads an element behind the last one, and one before the first."""

EXPLORE = bool(os.environ.get("TIR_EXPLORE"))

_VECTOR = strided(1, "f64")
_STRAY_MODULE = f"""
func.func @main({parameter("%x", _VECTOR, "float64")}) {{
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %n = memref.dim %x, %c0 : {_VECTOR}
  %before = arith.subi %c0, %c1 : index
  %out = rt.alloc_output() {{index = 0 : i64, dtype = "float64"}} : memref<f64>
  %a = memref.load %x[%n] : {_VECTOR}
  %b = memref.load %x[%before] : {_VECTOR}
  %c = arith.addf %a, %b : f64
  memref.store %c, %out[] : memref<f64>
  func.return
}}
"""


def run(program: Program, dtype: str) -> None:
    """Call a program with arrays of all sizes and layouts."""
    compiled, interpreted = program.make(dtype, "FAST_RUN"), program.make(dtype, "FAST_COMPILE")
    for shape in filter(program.accepts, program.shapes):
        arrays = program.arrays(shape, dtype)
        expected = call(interpreted, arrays)
        for layout, others in layouts(arrays).items():
            what = f"{program.name}: {dtype}, {shape}, {layout}"
            print(what, flush=True)
            compare(call(compiled, others), expected, program.rtol, what)


def _sample(program: Program, number: int, place: str) -> list[str]:
    """One dtype; for every other program none where blocks begin at a closed page, as few accesses go down."""
    if place == "end":
        return [program.dtypes[number % len(program.dtypes)]]
    return [program.dtypes[0]] if number % 2 else []


def main(arguments: Sequence[str]) -> int:
    """Run the named programs, or all; how many were wrong."""
    place, *names = arguments
    faulthandler.enable()
    guard.install(at_end=place == "end")
    # Ranges of loops begin and end anywhere in the one case; in the other there are none.
    config.threads = 2 if place == "end" else 1
    if STRAY in names:
        print(STRAY, flush=True)
        executable(_STRAY_MODULE).bind(slow_path, on_failure, [])(np.zeros(7))
    wrong: list[str] = []
    with costs(**SMALL):
        for number, program in enumerate(PROGRAMS):
            if names and program.name not in names:
                continue
            for dtype in program.dtypes if EXPLORE else _sample(program, number, place):
                try:
                    run(program, dtype)
                except Exception:
                    wrong.append(f"{program.name}, {dtype}:\n{traceback.format_exc()}")
    print("\n".join(wrong) or "done")
    return len(wrong)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
