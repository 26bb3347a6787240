"""What can go wrong when differentiating."""

from __future__ import annotations

from tir.support.errors import TirError


class DisconnectedInputError(TirError, ValueError):
    """A gradient was asked for a variable that the cost does not depend on."""


class NullTypeGradError(TirError, TypeError):
    """A gradient was asked for that is mathematically undefined."""


class GradientError(TirError, ArithmeticError):
    """A gradient is wrong: it differs from finite differences, or its type does not fit."""
