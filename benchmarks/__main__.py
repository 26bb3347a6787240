"""Run the benchmarks named on the command line, or all: `python -m benchmarks elementwise matmul`."""

from __future__ import annotations

import argparse
import importlib
import sys

BENCHMARKS = ("elementwise", "matmul", "call_overhead", "compile_time", "import_time")


def main() -> int:
    """Print each result beside its peers; the number of missed aims is the exit status."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", metavar="name", help=", ".join(BENCHMARKS))
    names = parser.parse_args().names or BENCHMARKS
    if unknown := set(names) - set(BENCHMARKS):
        parser.error(f"no benchmark is called {unknown.pop()}; there are {', '.join(BENCHMARKS)}")
    missed = 0
    for name in names:
        print(name, flush=True)
        for result in importlib.import_module(f"benchmarks.{name}").run():
            print(result, flush=True)
            missed += not result.met
    return missed


if __name__ == "__main__":
    sys.exit(main())
