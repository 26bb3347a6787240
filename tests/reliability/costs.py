"""Other numbers for the compiler's cost model, so that small arrays go the ways of large ones."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager

import tir.lowering.kernels_to_loops.find_centred  # noqa: F401  (imported late, with the numbers that hold then)
from tir.passes import pass_factory
from tir.pipelines import PIPELINES
from tir.support import cost_model

SMALL = {
    "PARALLEL_WORK": 64,
    "STREAMING_BYTES": 1 << 9,
    "STREAM_BLOCK": 64,
    "PARTIAL_BLOCK": 64,
    "STRIP_LENGTH": 64,
    "FOLDED_ROW": 32,
    "PERMUTED_BYTES": 1,
    "STRIDED_ROW_BYTES": 1,
    "VARIANT_BYTES": 0,
    "VARIANT_BYTES_PER_NODE": 0,
    "CENTRED_CHUNK": 256,
    "CENTRE_SAMPLE": 4,
    "ONCE_CHUNK": 256,
    "ONCE_AHEAD": 64,
    "CENTRED_BLOCK_ROWS": 8,
    "PIECE_ROWS": 6,
    "BLOCK_ROWS": 4,
    "LONG_ROW": 64,
}
"""Loops of a few hundred elements have several ranges and blocks, and stream what they write.

Arguments in another layout than C order are not copied: the first one has a variant compiled.
"""


@contextmanager
def costs(**numbers: int) -> Iterator[None]:
    """The cost model with these numbers in place of its own, for what is compiled meanwhile."""
    for stages in PIPELINES.values():
        for stage in stages:
            for name in stage.passes:
                pass_factory(name)()
    places = []
    for name, number in numbers.items():
        old = getattr(cost_model, name)
        for module in list(sys.modules.values()):
            if module.__name__.startswith("tir.") and hasattr(module, name):
                places.append((module, name, old))
                setattr(module, name, number)
    try:
        yield
    finally:
        for module, name, old in places:
            setattr(module, name, old)
