"""Run every check of the project and print one line for each: `python -m tests.run_all`.

`--only PART` runs one of them; `--jobs N` is the number of test processes. The exit status is nonzero if any failed.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import sysconfig
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SCRIPTS = Path(sysconfig.get_path("scripts"))


@dataclass(frozen=True)
class Part:
    """A named group of commands that all have to succeed."""

    name: str
    commands: tuple[tuple[str, ...], ...]

    def run(self) -> bool:
        """Run the commands, all of them even if one fails."""
        statuses = [subprocess.run(c, cwd=ROOT, check=False).returncode for c in self.commands]
        return not any(statuses)


def parts(jobs: int) -> list[Part]:
    """All checks, the quickest first."""
    ruff = str(SCRIPTS / "ruff")
    pytest = (sys.executable, "-m", "pytest")
    spread = ("-n", str(jobs)) if jobs > 1 else ()
    return [
        Part("lint", ((ruff, "check", "."), (ruff, "format", "--check", "."))),
        Part("types", ((str(SCRIPTS / "pyright"),),)),
        Part("doctest", ((*pytest, "--doctest-modules", "tir"),)),
        Part("lit", ((*pytest, *spread, "tests/test_lit.py"),)),
        Part("unit", ((*pytest, *spread, "--ignore=tests/test_lit.py", "tests"),)),
    ]


def main(argv: Sequence[str] | None = None) -> int:
    """Run the chosen parts; the number of failed ones is the exit status."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--only", action="append", choices=[part.name for part in parts(1)])
    options = parser.parse_args(argv)
    summary = []
    for part in parts(options.jobs):
        if options.only and part.name not in options.only:
            continue
        print(f"\n== {part.name}", flush=True)
        start = time.perf_counter()
        passed = part.run()
        summary.append((part.name, passed, time.perf_counter() - start))
    print("\n== summary")
    for name, passed, seconds in summary:
        print(f"{name:10} {'passed' if passed else 'FAILED':8} {seconds:7.1f} s")
    return sum(not passed for _, passed, _ in summary)


if __name__ == "__main__":
    sys.exit(main())
