"""Programs under valgrind's memcheck: `python -m tests.reliability.memcheck [NAME...]`; minutes for all of them.

Finds what closed pages do not: what is read before it was written, what is freed twice or used after that, and strays into a
neighbour. One process compiles, and leaves the code on disk; the one under valgrind only loads and calls it.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

from tests.reliability.costs import SMALL, costs
from tests.reliability.programs import PROGRAMS, Made, Program, call, layouts

_COMPILE, _CALL = "--compile", "--call"
_LARGEST = 1200
"""Elements of the arrays that programs are called with."""


def available() -> bool:
    """Whether valgrind is installed."""
    return shutil.which("valgrind") is not None


def check(names: Sequence[str]) -> int:
    """Compile the named programs, or all, and call them under valgrind; the exit status tells whether it found nothing."""
    with tempfile.TemporaryDirectory() as folder:
        # CPython's own allocator would hide what becomes of small blocks.
        environment = {
            **os.environ,
            "TIR_FLAGS": f"cache=true,cache_dir={folder},threads=1",
            "PYTHONMALLOC": "malloc",
            "OPENBLAS_NUM_THREADS": "1",
        }
        here = [sys.executable, "-m", "tests.reliability.memcheck"]
        subprocess.run([*here, _COMPILE, *names], env=environment, check=True)
        valgrind = [
            "valgrind",
            "--quiet",
            "--error-exitcode=9",
            "--leak-check=no",
            "--num-callers=80",
            f"--suppressions={Path(__file__).with_name('valgrind.supp')}",
        ]
        return subprocess.run(
            [*valgrind, *here, _CALL, *names], env=environment, check=False
        ).returncode


def _made(names: Sequence[str]) -> Iterator[tuple[Program, str, Made]]:
    for number, program in enumerate(PROGRAMS):
        if not names or program.name in names:
            dtype = program.dtypes[number % len(program.dtypes)]
            yield program, dtype, program.make(dtype, "FAST_RUN")


def _compile(names: Sequence[str]) -> None:
    with costs(**SMALL):
        for _ in _made(names):
            pass


def _call(names: Sequence[str]) -> None:
    for program, dtype, made in _made(names):
        assert not made.function.timings(), "the code should come from the disk"
        for shape in filter(program.accepts, program.shapes):
            if np.prod(shape) <= _LARGEST:
                for layout, arrays in layouts(program.arrays(shape, dtype)).items():
                    print(
                        f"{program.name}: {dtype}, {shape}, {layout}", file=sys.stderr, flush=True
                    )
                    for result in call(made, arrays):
                        # Valgrind tells what is undefined when something depends on it.
                        np.any(result > 1)


def main(arguments: Sequence[str]) -> int:
    """What the command line asks for."""
    if arguments[:1] == [_COMPILE]:
        _compile(arguments[1:])
        return 0
    if arguments[:1] == [_CALL]:
        _call(arguments[1:])
        # What CPython does at its end is not ours.
        sys.stderr.flush()
        os._exit(0)
    return check(arguments)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
