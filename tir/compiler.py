"""A computation and options -> machine code, with every stage's text on demand."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from io import StringIO
from pathlib import Path
from typing import TYPE_CHECKING, Self

from xdsl.dialects.builtin import ArrayAttr, DictionaryAttr, LocationAttr, ModuleOp, StringAttr

from tir.config import config
from tir.fingerprint import fingerprint
from tir.graph.computation import Computation
from tir.runtime.cache import Cache
from tir.runtime.llvm_host import starting_meanwhile
from tir.runtime.llvm_lock import LLVM_LOCK
from tir.runtime.llvm_passes import level_of
from tir.support.source import SourceLocation

if TYPE_CHECKING:
    from tir.pipelines import Stage

FAILURES_ATTRIBUTE = "tir.failures"
_TARGET_OF_NAME = {"llvm-ir": ("cpu", "llvm"), "asm": ("cpu", "asm"), "ptx": ("gpu", "ptx")}
"""Texts beyond the last stage, with pipeline and target; `llvm` alone is the name of the stage of that dialect."""


@dataclass(frozen=True)
class Failure:
    """What one failure code of the compiled function means."""

    kind: str
    """The name of the builtin exception to raise."""
    message: str
    location: SourceLocation | None
    """The user's line that built the operation."""


@dataclass
class Artifact:
    """A compiled function: object code, what its failure codes mean, and what it was made from."""

    object_code: bytes
    failures: tuple[Failure, ...]
    timings: dict[str, float] = field(repr=False)
    """Seconds spent in each pass and in each step of LLVM; empty where the code came from the cache."""
    computation: Computation = field(repr=False)
    optimize: bool = field(repr=False)
    """Whether the rewrites of the tir dialect ran."""
    level: int = field(repr=False)
    """LLVM's level of optimization, `config.opt_level`."""

    def ir(self, stage: str) -> str:
        """The text of the program after a stage (`"tir"`, `"kernels"`, ...) or as a target (`"asm"`, `"ptx"`).

        `ValueError` for an unknown name. The passes run again, so asking costs a compilation.
        """
        from tir.passes import load  # noqa: PLC0415 - see `_Compiled.of`
        from tir.pipelines import PIPELINES, run_stages  # noqa: PLC0415
        from tir.targets import TARGETS  # noqa: PLC0415

        module = self.computation.emit()
        names = []
        for pipeline in PIPELINES:
            stages = self._stages(pipeline)
            here = [s.name for s in stages]
            if stage in here:
                with LLVM_LOCK:
                    run_stages(module, stages[: here.index(stage) + 1])
                return str(module)
            names += [name for name in here if name not in names]
        if stage in _TARGET_OF_NAME:
            pipeline, target = _TARGET_OF_NAME[stage]
            with LLVM_LOCK:
                run_stages(module, self._stages(pipeline))
            output = StringIO()
            load(TARGETS[target])(module, output)  # pyright: ignore[reportCallIssue]
            return output.getvalue()
        known = ", ".join([*names, *_TARGET_OF_NAME])
        raise ValueError(f"no stage is called {stage!r}; there are {known}")

    def _stages(self, pipeline: str) -> tuple[Stage, ...]:
        """A pipeline with the options that this function is compiled with on this CPU."""
        from tir.code_generation import uses_tables  # noqa: PLC0415 - see `_Compiled.of`
        from tir.pipelines import pipeline_stages  # noqa: PLC0415

        vectorized = level_of(self.level).vectorize_loops
        return pipeline_stages(pipeline, self.optimize, vectorized, uses_tables(self.level))


def compile_computation(computation: Computation, optimize: bool = True) -> Artifact:
    """Compile a computation for this CPU.

    Code that an equal one left in the cache (`config.cache`, `config.cache_dir`) is taken from there, without making a
    module, running a pass, or LLVM.
    """
    level = config.opt_level
    place = _place_in_cache(computation, optimize, level)
    compiled = _found(place)
    if compiled is None:
        compiled = _Compiled.of(computation, optimize, level)
        if place is not None:
            cache, key = place
            cache.put(key, compiled.pack())
    return compiled.artifact(computation, optimize, level)


def find_compiled(computation: Computation, optimize: bool = True) -> Artifact | None:
    """What `compile_computation` would take from the cache; None where it would have to compile."""
    level = config.opt_level
    compiled = _found(_place_in_cache(computation, optimize, level))
    return None if compiled is None else compiled.artifact(computation, optimize, level)


def _place_in_cache(
    computation: Computation, optimize: bool, level: int
) -> tuple[Cache, str] | None:
    """The cache, and the key under which it keeps the code of a computation; None if nothing is kept."""
    if not config.cache:
        return None
    key = fingerprint(computation, "cpu", optimize, level)
    return Cache(Path(config.cache_dir).expanduser()), key


def _found(place: tuple[Cache, str] | None) -> _Compiled | None:
    if place is None:
        return None
    cache, key = place
    content = cache.get(key)
    return None if content is None else _Compiled.unpack(content)


@dataclass(frozen=True)
class _Compiled:
    """What equal computations share, whatever lines they come from: a failure names a node by its number."""

    object_code: bytes
    failures: list[tuple[str, str, int | None]]
    """The kind, the message, and the node at whose line the operation was built."""
    timings: dict[str, float] = field(default_factory=dict)

    @classmethod
    def of(cls, computation: Computation, optimize: bool, level: int) -> Self:
        """Run the passes and LLVM."""
        # The passes, the llvm dialect and its printer take long to import, and cached code needs none of them.
        from tir.pipelines import LLVM, pipeline_stages, run_stages  # noqa: PLC0415

        timings: dict[str, float] = {}
        module = computation.emit()
        # What leads to LLVM is for `object_code` to run, on one part of the module after the other.
        *stages, last = pipeline_stages("cpu", optimize, level_of(level).vectorize_loops)
        assert last is LLVM
        with LLVM_LOCK:
            with starting_meanwhile():
                run_stages(module, tuple(stages), timings=timings)
                from tir.code_generation import object_code  # noqa: PLC0415
            code = object_code(module, level, timings)
        numbers = {_line(node.location): i for i, node in enumerate(computation.nodes())}
        failures = [(f.kind, f.message, numbers.get(_line(f.location))) for f in _failures(module)]
        return cls(code, failures, timings)

    def pack(self) -> bytes:
        """As bytes: a line of JSON, then the object code."""
        return json.dumps(self.failures).encode() + b"\n" + self.object_code

    @classmethod
    def unpack(cls, content: bytes) -> Self:
        """What `pack` made bytes of, without the timings."""
        header, _, object_code = content.partition(b"\n")
        return cls(object_code, json.loads(header))

    def artifact(self, computation: Computation, optimize: bool, level: int) -> Artifact:
        """The same for one of the computations."""
        nodes = computation.nodes() if self.failures else []
        failures = tuple(
            Failure(kind, message, None if number is None else nodes[number].location)
            for kind, message, number in self.failures
        )
        return Artifact(self.object_code, failures, self.timings, computation, optimize, level)


def _line(location: SourceLocation | None) -> tuple[str, int] | None:
    """What the IR knows of a location."""
    return None if location is None else (location.filename, location.line)


def _failures(module: ModuleOp) -> tuple[Failure, ...]:
    attribute = module.attributes.get(FAILURES_ATTRIBUTE)
    if not isinstance(attribute, ArrayAttr):
        return ()
    return tuple(_failure(entry) for entry in attribute.data if isinstance(entry, DictionaryAttr))


def _failure(entry: DictionaryAttr) -> Failure:
    # Beside the conversion from graphs, which cached code does not need.
    from tir.graph.emit import source_location  # noqa: PLC0415

    kind, message, location = (entry.data.get(key) for key in ("kind", "message", "location"))
    assert isinstance(kind, StringAttr)
    assert isinstance(message, StringAttr)
    return Failure(
        kind.data,
        message.data,
        source_location(location) if isinstance(location, LocationAttr) else None,
    )
