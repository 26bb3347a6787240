"""The check that this Python lays its objects out as compiled code expects."""

from __future__ import annotations

import sys
from types import SimpleNamespace

import pytest

from tir.runtime import python_abi
from tir.support.errors import UnsupportedError


def test_this_build_is_fine():
    python_abi.bind_symbols()
    python_abi.bind_symbols()


def test_free_threaded_builds_are_refused(monkeypatch):
    monkeypatch.setattr(python_abi, "_bound", False)
    monkeypatch.setattr(sys, "abiflags", "t")
    with pytest.raises(UnsupportedError, match="with the GIL"):
        python_abi.bind_symbols()


def test_other_implementations_are_refused(monkeypatch):
    monkeypatch.setattr(python_abi, "_bound", False)
    monkeypatch.setattr(sys, "implementation", SimpleNamespace(name="pypy"))
    with pytest.raises(UnsupportedError, match="not pypy"):
        python_abi.bind_symbols()
