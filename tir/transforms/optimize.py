"""The order in which the rewrites of the `tir` dialect run."""

from __future__ import annotations

_PREPARE = (
    # Patterns compare values by identity.
    "merge",
    # Bring together what reshaping and repeating have parted.
    "canonicalize-dimshuffles",
    "sink-fills",
    "constant-fold",
    # Gradients still have the form in which their rules built them.
    "stabilize",
    # Sizes from where they are decided; fillings no longer need the values that they are like.
    "infer-shapes",
)
_SIMPLIFY = (
    "merge",
    "sink-fills",
    "simplify-arithmetic",
    "canonicalize-dimshuffles",
    "constant-fold",
    "merge",
    # What arithmetic has brought together.
    "stabilize",
)
_FINISH = ("sink-fills", "infer-shapes", "simplify-arithmetic", "constant-fold", "merge")

_ROUNDS = 3
"""The gradient of a softmax written by hand takes as many until it is recognized."""

OPTIMIZATION_PASSES: tuple[str, ...] = (*_PREPARE, *_SIMPLIFY * _ROUNDS, *_FINISH)
"""Names of passes. Each is linear in the size of the program."""
