"""LLVM's own passes, without what llvmlite leaks."""

from __future__ import annotations

from types import ModuleType
from typing import Any


def run_passes(llvm: ModuleType, builder: Any, module: Any) -> None:
    """Run the passes of a pass builder of llvmlite on a module; the caller holds the lock.

    What llvmlite calls when a pass manager dies leaves LLVM's own one alive: 100 kB each time.
    """
    manager = builder.getModulePassManager()
    try:
        manager.run(module, builder)
    finally:
        llvm.newpassmanagers.NewPassManager._dispose(manager)
        manager.detach()
