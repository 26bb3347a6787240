"""Runs a function as machine code."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from tir.config import config
from tir.frontend.compiled_version import CompiledVersion
from tir.frontend.layout_variants import Layouts, LayoutVariants
from tir.frontend.program import Program
from tir.support.garbage import collection_paused


class NativeProgram:
    """A program compiled to a native function of arrays of exactly the right types, one for each input."""

    def __init__(self, program: Program, optimize: bool, name: str) -> None:
        with collection_paused():
            # The compiler is imported when the first function is compiled.
            from tir.compiler import compile_computation  # noqa: PLC0415
            from tir.runtime.pool import get_pool  # noqa: PLC0415

            artifact = compile_computation(program.computation, optimize=optimize)
            self._main = CompiledVersion(program, artifact, name)
            get_pool().set_limit(config.pool_limit)
        self._variants = LayoutVariants(program, name, self._main)
        self._run = self._main.entry(self._variants)

    def __call__(self, *arrays: Any) -> Any:
        return self._run(*arrays)

    def entry(self, convert: Callable[..., Any], defaults: Sequence[Any]) -> Callable[..., Any]:
        """A native function that calls `convert` for arguments that are not as machine code needs them."""
        return self._main.entry(convert, defaults)

    def peak_memory(self) -> int:
        """The most bytes that a call has allocated so far."""
        return max(version.peak_memory() for version in (self._main, *self._variants.versions()))

    def ir(self, stage: str, layouts: Layouts | None = None) -> str:
        """The text of the program, or of its variant for some layouts, at a stage of the compiler."""
        artifact = self._main.artifact
        if layouts is not None:
            artifact = replace(artifact, computation=artifact.computation.with_layouts(layouts))
        return artifact.ir(stage)

    def variants(self) -> list[Layouts]:
        """The layouts for which there are variants."""
        return self._variants.all_layouts()

    def timings(self) -> dict[str, float]:
        """The seconds that the steps of the compiler took."""
        return dict(self._main.artifact.timings)
