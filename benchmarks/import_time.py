"""How long `import tir` takes beside `import numpy`, each in a fresh process."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator

from benchmarks.report import Result

ROUNDS = 7


def _seconds(statement: str) -> float:
    start = time.perf_counter()
    subprocess.run([sys.executable, "-c", statement], check=True)
    return time.perf_counter() - start


def run() -> Iterator[Result]:
    """The extra time of `import tir` over `import numpy`; an empty program is taken off both."""
    best = {"": 1e9, "import numpy": 1e9, "import tir": 1e9}
    for _ in range(ROUNDS):
        best = {statement: min(old, _seconds(statement)) for statement, old in best.items()}
    numpy = best["import numpy"] - best[""]
    extra = best["import tir"] - best["import numpy"]
    yield Result("import tir, beyond numpy's", extra, "import numpy", numpy, 0.3, absolute=True)
