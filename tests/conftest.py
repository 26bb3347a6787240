"""Tests compile what they test: code that an earlier run left on disk is not used.

`TIR_FLAGS=opt_level=0,threads=2` runs them at another level of LLVM and with another number of threads, and
`TIR_SMALL_COSTS=1` with a cost model that has small arrays go the ways of large ones, as threads are of no use without.
"""

from __future__ import annotations

import os

from tir.config import config

config.cache = False
# For the processes that tests start.
os.environ["TIR_FLAGS"] = ",".join(filter(None, (os.environ.get("TIR_FLAGS"), "cache=false")))

if os.environ.get("TIR_SMALL_COSTS"):
    from tests.reliability.costs import SMALL, costs

    _small_costs = costs(**SMALL)
    _small_costs.__enter__()
