"""The exceptions that tir raises beside Python's own."""

from __future__ import annotations


class TirError(Exception):
    """Base of every exception that is tir's own."""


class UnsupportedError(TirError, NotImplementedError):
    """Something valid that tir cannot do yet; the message says what and why."""


class LoweringError(TirError):
    """A pass met IR that breaks the invariants of its input level: a bug in tir."""
