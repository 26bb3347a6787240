"""No access out of bounds: arrays and temporaries end, or begin, where the memory of the process does."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from tests.reliability.guarded_run import STRAY


def _run(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "tests.reliability.guarded_run", *arguments],
        capture_output=True,
        text=True,
        check=False,
        # Threads that wait busily would take the time of other tests.
        env={**os.environ, "OMP_WAIT_POLICY": "passive"},
    )


@pytest.mark.parametrize("place", ["end", "begin"])
def test_programs(place: str) -> None:
    done = _run(place)
    report = f"{done.stdout[-4000:]}\n{done.stderr[-4000:]}"
    assert done.returncode == 0, report
    assert done.stdout.endswith("done\n"), report


@pytest.mark.parametrize("place", ["end", "begin"])
def test_a_stray_access_ends_the_process(place: str) -> None:
    done = _run(place, STRAY)
    assert done.returncode < 0
    assert done.stdout == f"{STRAY}\n"
