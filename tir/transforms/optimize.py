"""The order in which the rewrites of the `tir` dialect run."""

from __future__ import annotations

OPTIMIZATION_PASSES: tuple[str, ...] = (
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
    "merge",
    "sink-fills",
    "simplify-arithmetic",
    "canonicalize-dimshuffles",
    "constant-fold",
    "merge",
    # What arithmetic brought together.
    "stabilize",
    "infer-shapes",
    "simplify-arithmetic",
    "merge",
)
"""Names of passes. Each is linear in the size of the program."""
