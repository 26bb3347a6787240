"""How many threads tir may use at once."""

from __future__ import annotations

import os

from tir.config import config


def num_threads() -> int:
    """`config.threads`, else as many as the CPUs of this process."""
    return config.threads or len(os.sched_getaffinity(0))
