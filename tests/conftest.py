"""Tests compile what they test: code that an earlier run left on disk is not used."""

from __future__ import annotations

import os

from tir.config import config

config.cache = False
# For the processes that tests start.
os.environ["TIR_FLAGS"] = ",".join(filter(None, (os.environ.get("TIR_FLAGS"), "cache=false")))
