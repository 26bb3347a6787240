"""Which linker is tested, and where."""

from __future__ import annotations

import platform

import pytest

from tir.runtime import cpu
from tir.runtime.linker import NeedsLinker

own_linker_only = pytest.mark.skipif(
    platform.machine() != "x86_64", reason="objects for other machines go to LLVM's linker"
)


def refuse(linker: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Have code loaded without the linker of our own (`"own"`), or without LLVM's where there is another (`"llvm"`)."""

    def needs_linker(*_: object) -> None:
        raise NeedsLinker

    if linker == "own":
        monkeypatch.setattr(cpu, "link", needs_linker)
    elif platform.machine() == "x86_64":
        monkeypatch.setattr(cpu, "_link_with_llvm", needs_linker)
