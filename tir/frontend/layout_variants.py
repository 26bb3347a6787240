"""Variants of a compiled function for the layouts of its arguments, made when they are worth their compilation."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from threading import Lock
from typing import TYPE_CHECKING, Any

import numpy as np

from tir.config import config
from tir.frontend.compiled_version import CompiledVersion
from tir.frontend.program import Program
from tir.support.arrays import Layout, memory_layout
from tir.support.cost_model import (
    MOST_LAYOUTS,
    MOST_VARIANTS,
    PERMUTED_BYTES,
    STRIDED_ROW_BYTES,
    VARIANT_LOOKUP_BYTES,
    variant_bytes,
)
from tir.support.errors import TirError
from tir.support.garbage import collection_paused

if TYPE_CHECKING:
    from tir.compiler import Artifact

Array = np.ndarray[Any, Any]
Layouts = tuple[Layout | None, ...]
"""For each input its layout, or None for C order."""


@dataclass(eq=False)
class _Record:
    """What has happened with arguments of the same layouts."""

    copied: int = 0
    """The bytes of arguments copied into C order because there was no variant."""
    looked_up: bool = False
    """Whether the cache has been asked for the variant."""
    refused: bool = False
    """Whether there will be no variant."""
    version: CompiledVersion | None = None
    run: Callable[..., Any] | None = None


class LayoutVariants:
    """Runs a program for arrays of the right types and any layout.

    Its code is made for arguments in C order, and what is strided is copied. Where the axes of an argument lie in memory in
    another order (`a.T`), or where there are gaps between its rows (`a[:, :k]`), a variant of the code needs no copy: one that
    is compiled for `x.transpose(order)` in the place of `x`. To rent or to buy: arguments of the same layouts are copied until
    that has cost about as much as it costs to compile the variant, which then serves all later calls. So both together cost
    at most twice what the better choice would have. Costs are counted in bytes, so that the same calls always make the
    same choices; only that a variant which another process left in the cache is taken at once.

    Threads: one at a time compiles, and nobody waits for it; the others go on with copies.
    """

    def __init__(self, program: Program, name: str, main: CompiledVersion) -> None:
        self._program = program
        self._name = name
        self._optimize = main.artifact.optimize
        self._computation = main.artifact.computation
        self._run_in_c_order = main.closed_entry()
        self._records: dict[Layouts, _Record] = {}
        # Taken without waiting only, so a process that is forked meanwhile does not wait for it forever.
        self._changing = Lock()

    def __call__(self, *arrays: Array) -> Any:
        """The result of a call, by a variant or after copying."""
        if any(array.nbytes >= PERMUTED_BYTES for array in arrays) and config.layout_variants:
            layouts = tuple(map(_layout_worth_a_variant, arrays))
            if any(layouts):
                record = self._record(layouts)
                if record is not None:
                    run = record.run or self._obtain(record, layouts, arrays)
                    if run is not None:
                        return run(*map(_in_layout, arrays, layouts))
        return self._run_in_c_order(*map(_in_c_order, arrays))

    def all_layouts(self) -> list[Layouts]:
        """The layouts for which there are variants."""
        return [layouts for layouts, record in self._records.copy().items() if record.run]

    def versions(self) -> list[CompiledVersion]:
        """The variants."""
        return [r.version for r in self._records.copy().values() if r.version is not None]

    def _record(self, layouts: Layouts) -> _Record | None:
        """The record of layouts; None for new ones when there are many."""
        record = self._records.get(layouts)
        if record is None and len(self._records) < MOST_LAYOUTS:
            record = self._records.setdefault(layouts, _Record())
        return record

    def _obtain(
        self, record: _Record, layouts: Layouts, arrays: Sequence[Array]
    ) -> Callable[..., Any] | None:
        """The variant, if it is there, or worth to be compiled now; counts what will be copied else."""
        record.copied += sum(
            array.nbytes
            for array, layout in zip(arrays, layouts, strict=True)
            if layout is not None
        )
        look_up = not record.looked_up and record.copied >= VARIANT_LOOKUP_BYTES
        build = record.copied >= self._price
        if record.refused or not (look_up or build) or not self._changing.acquire(blocking=False):
            return record.run
        try:
            if len(self.all_layouts()) >= MOST_VARIANTS:
                record.refused = True
            elif record.run is None:
                self._make(record, layouts, build)
        finally:
            self._changing.release()
        return record.run

    @cached_property
    def _price(self) -> int:
        """The bytes that could be copied in the time that compiling takes."""
        return variant_bytes(len(self._computation.nodes()))

    def _make(self, record: _Record, layouts: Layouts, build: bool) -> None:
        # Imported when the first function is compiled.
        from tir.compiler import compile_computation, find_compiled  # noqa: PLC0415

        # Whatever happens, the next call does not try the same again.
        record.looked_up, record.refused = True, build
        computation = self._computation.with_layouts(layouts)
        with collection_paused():
            artifact: Artifact | None
            if build:
                try:
                    artifact = compile_computation(computation, optimize=self._optimize)
                except TirError as error:
                    warnings.warn(
                        f"{self._name} goes on copying arguments of the layouts {layouts}, as no variant of it can be "
                        f"compiled: {error}",
                        RuntimeWarning,
                        stacklevel=2,
                    )
                    return
            else:
                artifact = find_compiled(computation, optimize=self._optimize)
            if artifact is not None:
                record.version = CompiledVersion(self._program, artifact, self._name, layouts)
                record.run = record.version.closed_entry()
                record.refused = False


def _layout_worth_a_variant(array: Array) -> Layout | None:
    return None if array.nbytes < PERMUTED_BYTES else memory_layout(array, STRIDED_ROW_BYTES)


def _in_layout(array: Array, layout: Layout | None) -> Array:
    return _in_c_order(array) if layout is None else array.transpose(layout.order)


def _in_c_order(array: Array) -> Array:
    if array.flags.c_contiguous:
        return array
    if array.nbytes >= PERMUTED_BYTES:
        # Most calls copy nothing.
        from tir.runtime.copies import contiguous  # noqa: PLC0415

        array = contiguous(array)
    return np.ascontiguousarray(array)
