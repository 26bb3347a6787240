"""LLVM's objects belong to one context, and xDSL's builders to one stack: one thread at a time may use them."""

from __future__ import annotations

import os
import threading

LLVM_LOCK = threading.RLock()
"""Held around every use of llvmlite, while passes run, and where the runtime binds libraries: no other lock is needed that a
fork could leave behind."""

# A child has only the thread that forks: what another one has begun would never be finished there.
os.register_at_fork(
    before=LLVM_LOCK.acquire,
    after_in_parent=LLVM_LOCK.release,
    after_in_child=LLVM_LOCK.release,
)
