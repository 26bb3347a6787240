"""LLVM's objects belong to one context, which one thread at a time may use."""

from __future__ import annotations

import threading

LLVM_LOCK = threading.RLock()
"""Held around every use of llvmlite."""
