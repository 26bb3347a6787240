"""A module of the `tir` dialect and options -> machine code, with every stage's text on demand."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from io import StringIO
from pathlib import Path

from xdsl.dialects.builtin import ArrayAttr, DictionaryAttr, LocationAttr, ModuleOp, StringAttr

from tir.config import config
from tir.fingerprint import fingerprint
from tir.graph.emit import source_location
from tir.runtime import cpu
from tir.runtime.cache import Cache
from tir.support.source import SourceLocation
from tir.support.timing import measured

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
    """A compiled function: object code, what its failure codes mean, and the program it came from."""

    object_code: bytes
    failures: tuple[Failure, ...]
    timings: dict[str, float] = field(repr=False)
    """Seconds spent in each pass and in each step of LLVM; empty where the code came from the cache."""
    source: ModuleOp = field(repr=False)
    optimize: bool = field(repr=False)
    """Whether the rewrites of the tir dialect ran."""

    def ir(self, stage: str) -> str:
        """The text of the program after a stage (`"tir"`, `"kernels"`, ...) or as a target (`"asm"`, `"ptx"`).

        `ValueError` for an unknown name. The passes run again, so asking costs a compilation.
        """
        from tir.passes import load  # noqa: PLC0415 - see _compile
        from tir.pipelines import PIPELINES, pipeline_stages, run_stages  # noqa: PLC0415
        from tir.targets import TARGETS  # noqa: PLC0415

        module = self.source.clone()
        names = []
        for pipeline in PIPELINES:
            stages = pipeline_stages(pipeline, self.optimize)
            here = [s.name for s in stages]
            if stage in here:
                run_stages(module, stages[: here.index(stage) + 1])
                return str(module)
            names += [name for name in here if name not in names]
        if stage in _TARGET_OF_NAME:
            pipeline, target = _TARGET_OF_NAME[stage]
            run_stages(module, pipeline_stages(pipeline, self.optimize))
            output = StringIO()
            load(TARGETS[target])(module, output)  # pyright: ignore[reportCallIssue]
            return output.getvalue()
        known = ", ".join([*names, *_TARGET_OF_NAME])
        raise ValueError(f"no stage is called {stage!r}; there are {known}")


def compile_module(module: ModuleOp, optimize: bool = True) -> Artifact:
    """Compile a module of the `tir` dialect for this CPU. The module is left as it is.

    Code that an equal program left in the cache (`config.cache`, `config.cache_dir`) is taken from there, without
    running a pass or LLVM.
    """
    if not config.cache:
        return _compile(module, optimize)
    cache = Cache(Path(config.cache_dir).expanduser())
    key = fingerprint(module, "cpu", optimize, config.opt_level)
    content = cache.get(key)
    if content is not None:
        return _unpack(content, module, optimize)
    artifact = _compile(module, optimize)
    cache.put(key, _pack(artifact))
    return artifact


def _compile(module: ModuleOp, optimize: bool) -> Artifact:
    # The passes, the llvm dialect and its printer take long to import, and cached code needs none of them.
    from tir.pipelines import pipeline_stages, run_stages  # noqa: PLC0415
    from tir.targets.llvm_ir import llvm_assembly  # noqa: PLC0415

    timings: dict[str, float] = {}
    work = module.clone()
    run_stages(work, pipeline_stages("cpu", optimize), timings=timings)
    with measured(timings, "llvm-assembly"):
        text = llvm_assembly(work)
    object_code = cpu.compile_to_object(text, config.opt_level, timings)
    return Artifact(object_code, _failures(work), timings, module, optimize)


def _pack(artifact: Artifact) -> bytes:
    """An artifact as bytes: a line of JSON, then the object code.

    A location is kept as the number of an operation that has it, as equal programs may come from different lines.
    """
    numbers: dict[SourceLocation | None, int] = {}
    for number, op in enumerate(artifact.source.walk()):
        numbers.setdefault(source_location(op.location), number)
    failures = [(f.kind, f.message, numbers.get(f.location)) for f in artifact.failures]
    return json.dumps(failures).encode() + b"\n" + artifact.object_code


def _unpack(content: bytes, module: ModuleOp, optimize: bool) -> Artifact:
    header, _, object_code = content.partition(b"\n")
    locations = [source_location(op.location) for op in module.walk()]
    failures = tuple(
        Failure(kind, message, None if number is None else locations[number])
        for kind, message, number in json.loads(header)
    )
    return Artifact(object_code, failures, {}, module, optimize)


def _failures(module: ModuleOp) -> tuple[Failure, ...]:
    attribute = module.attributes.get(FAILURES_ATTRIBUTE)
    if not isinstance(attribute, ArrayAttr):
        return ()
    return tuple(_failure(entry) for entry in attribute.data if isinstance(entry, DictionaryAttr))


def _failure(entry: DictionaryAttr) -> Failure:
    kind, message, location = (entry.data.get(key) for key in ("kind", "message", "location"))
    assert isinstance(kind, StringAttr)
    assert isinstance(message, StringAttr)
    return Failure(
        kind.data,
        message.data,
        source_location(location) if isinstance(location, LocationAttr) else None,
    )
