"""The modes in which functions must behave alike."""

from __future__ import annotations

import pytest

import tir

every_mode = pytest.mark.parametrize(
    "mode",
    ["FAST_COMPILE", "FAST_RUN", tir.Mode(optimizer=None)],
    ids=["interpreted", "optimized", "unoptimized"],
)
