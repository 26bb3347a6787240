"""A process in the environment of one framework: `python -m benchmarks.worker FRAMEWORK`.

It reads one request per line from its standard input and answers each with one line, both JSON:

    {"do": "build", "workload": "polynomial"}   -> {"bytes": 240000000}
    {"do": "time", "seconds": 0.2}              -> {"times": [0.0105, 0.0107, ...]}
    {"do": "drop"}                              -> {}

or `{"error": "..."}`. It lives until its input ends. A result that is not NumPy's is an error of `build`.
"""

from __future__ import annotations

import gc
import json
import os
import sys
from typing import Any

from benchmarks.adapters import adapter
from benchmarks.oracle import bytes_moved, check
from benchmarks.stopwatch import Stopwatch
from benchmarks.workloads import WORKLOADS


class Worker:
    """Holds the workload that is being measured."""

    def __init__(self, framework: str) -> None:
        self._adapter = adapter(framework)
        self._stopwatch: Stopwatch | None = None

    def hello(self) -> dict[str, Any]:
        """Which version answers."""
        return {"version": self._adapter.VERSION}

    def build(self, workload: str) -> dict[str, Any]:
        """Compile a workload and compare its results with NumPy's."""
        self.drop()
        work = WORKLOADS[workload]
        program = self._adapter.build(work)
        results = program.results()
        check(work, results)
        self._stopwatch = Stopwatch(program.statement, program.names)
        return {"bytes": bytes_moved(work, results)}

    def time(self, seconds: float) -> dict[str, Any]:
        """Times of one call each."""
        assert self._stopwatch is not None, "nothing has been built"
        return {"times": self._stopwatch.samples(seconds)}

    def drop(self) -> dict[str, Any]:
        """Give the memory of the workload back."""
        self._stopwatch = None
        gc.collect()
        return {}

    def answer(self, request: dict[str, Any]) -> dict[str, Any]:
        """What a request gives; whatever a framework raises goes into the answer."""
        action = getattr(self, request.pop("do"))
        try:
            return action(**request)
        except Exception as error:
            return {"error": f"{type(error).__name__}: {error}"}


def main() -> None:
    """Answer until the input ends."""
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # what a framework prints is no answer
    worker = Worker(sys.argv[1])
    for line in sys.stdin:
        print(json.dumps(worker.answer(json.loads(line))), file=answers, flush=True)


if __name__ == "__main__":
    main()
