"""The compiler's stages, as data: name, the passes that lead there, and what the IR then consists of.

A pipeline is a sequence of stages. Each stage can be printed, read back and tested on its own.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from xdsl.context import Context
from xdsl.dialects.builtin import Builtin, ModuleOp
from xdsl.ir import Dialect
from xdsl.utils.arg_spec import parse_spec

from tir.passes import DIALECTS, load_dialect, pass_factory
from tir.support.timing import measured
from tir.transforms.optimize import OPTIMIZATION_PASSES


@dataclass(frozen=True)
class Stage:
    """A level of the compiler at which one can stop."""

    name: str
    passes: tuple[str, ...]
    """Names, perhaps with options, as `tir-opt -p` takes them."""
    dialects: frozenset[str]
    """The dialects whose operations may be in the module afterwards."""


_HOST = {"builtin", "func", "arith", "rt"}

TIR = Stage("tir", (), frozenset({"builtin", "func", "tir"}))
OPTIMIZED = Stage("optimized", OPTIMIZATION_PASSES, TIR.dialects)
LINALG = Stage(
    "linalg",
    ("tir-to-linalg",),
    frozenset(
        _HOST | {"linalg", "linalg_ext", "tensor", "math", "math_ext", "math_special", "scf"}
    ),
)
KERNELS = Stage(
    "kernels",
    (
        "linalg-cse",
        "linalg-fuse-elementwise",
        "linalg-fold-add-into-dest",
        "linalg-transpose-operands",
        "form-kernels",
    ),
    LINALG.dialects | {"kernel"},
)
BUFFERS = Stage(
    "buffers",
    ("bufferize",),
    frozenset(
        _HOST
        | {"linalg", "linalg_ext", "kernel", "memref", "math", "math_ext", "math_special", "scf"}
    ),
)
PLANNED = Stage("planned", ("plan-buffers",), BUFFERS.dialects)
LOOPS = Stage(
    "loops",
    ("kernels-to-loops",),
    frozenset(_HOST | {"scf", "memref", "math", "math_ext", "math_special"}),
)
RANGES = Stage("ranges", ("outline-parallel",), LOOPS.dialects)


def kernels_to_llvm(tables: bool = False) -> tuple[str, ...]:
    """What functions of loops go through; with `tables` for a CPU that looks up vectors of elements in a table."""
    return ("expand-math{tables=true}" if tables else "expand-math", "convert-to-llvm")


def module_to_llvm(tables: bool = False) -> tuple[str, ...]:
    """What a module with `@main` goes through."""
    return (*kernels_to_llvm(tables), "emit-python-entry", "mark-cold-functions")


LLVM = Stage("llvm", module_to_llvm(), frozenset({"builtin", "llvm"}))
GPU = Stage(
    "gpu",
    ("kernels-to-gpu",),
    frozenset(_HOST | {"gpu", "scf", "memref", "math", "math_ext", "math_special"}),
)
NVVM = Stage(
    "nvvm",
    ("expand-math", "expand-fmod", "gpu-to-nvvm"),
    frozenset(_HOST | {"gpu", "scf", "memref", "llvm", "nvvm"}),
)

PIPELINES: dict[str, tuple[Stage, ...]] = {
    "cpu": (TIR, OPTIMIZED, LINALG, KERNELS, BUFFERS, PLANNED, LOOPS, RANGES, LLVM),
    "gpu": (TIR, OPTIMIZED, LINALG, KERNELS, BUFFERS, GPU, NVVM),
}


def pipeline_stages(
    pipeline: str, optimize: bool, vectorized: bool = True, tables: bool = False
) -> tuple[Stage, ...]:
    """The stages of a pipeline.

    If not `optimize`, no rewrite of the tir dialect is among them (`Mode(optimizer=None)`); if not `vectorized`, loops are
    written for an LLVM that makes no vector instructions of them; with `tables`, those instructions look up in tables.
    """
    stages = PIPELINES[pipeline]
    if not optimize:
        stages = _with_passes(stages, OPTIMIZED, ())
    if not vectorized:
        stages = _with_passes(stages, LOOPS, ("kernels-to-loops{vectorized=false}",))
    if tables:
        stages = _with_passes(stages, LLVM, module_to_llvm(tables=True))
    return stages


def _with_passes(
    stages: tuple[Stage, ...], stage: Stage, passes: tuple[str, ...]
) -> tuple[Stage, ...]:
    return tuple(replace(s, passes=passes) if s is stage else s for s in stages)


def stages_until(pipeline: str, stop_after: str | None) -> tuple[Stage, ...]:
    """The stages of a pipeline up to and with `stop_after`; `ValueError` for an unknown name."""
    if pipeline not in PIPELINES:
        raise ValueError(f"no pipeline is called {pipeline!r}; there are {', '.join(PIPELINES)}")
    stages = PIPELINES[pipeline]
    if stop_after is None:
        return stages
    names = [s.name for s in stages]
    if stop_after not in names:
        raise ValueError(
            f"pipeline {pipeline!r} has no stage {stop_after!r}; it has {', '.join(names)}"
        )
    return stages[: names.index(stop_after) + 1]


def stage_of_pass(stages: tuple[Stage, ...]) -> dict[str, str]:
    """Pass name -> the name of its stage, for reports."""
    return {name: stage.name for stage in stages for name in stage.passes}


def new_context() -> Context:
    """A context in which tir's and xDSL's dialects are known, loaded when first met."""
    # xDSL's own registry names every dialect without importing it.
    from xdsl.dialects import get_all_dialects  # noqa: PLC0415

    context = Context()
    context.load_dialect(Builtin)
    for name, factory in get_all_dialects().items():
        if name != "builtin" and name not in DIALECTS:
            context.register_dialect(name, factory)
    for name in DIALECTS:
        context.register_dialect(name, _dialect_factory(name))
    return context


def _dialect_factory(name: str) -> Callable[[], Dialect]:
    return lambda: load_dialect(name)


def run_stages(
    module: ModuleOp,
    stages: tuple[Stage, ...],
    context: Context | None = None,
    after_stage: Callable[[Stage, ModuleOp], None] | None = None,
    timings: dict[str, float] | None = None,
    verify: bool = False,
) -> None:
    """Take a module through stages, in place.

    `after_stage` is called at the end of each; `timings` collects seconds per pass; `verify` checks
    the module after every pass, which tests do and users do not pay for.
    """
    context = context or new_context()
    for stage in stages:
        run_passes(module, stage.passes, context, timings, verify)
        if after_stage is not None:
            after_stage(stage, module)


def run_passes(
    module: ModuleOp,
    passes: tuple[str, ...],
    context: Context,
    timings: dict[str, float] | None = None,
    verify: bool = False,
) -> None:
    """Apply passes to a module, in place; `timings` and `verify` as in `run_stages`."""
    for spec in passes:
        name, _, options = spec.partition("{")
        with measured(timings, name):
            made = pass_factory(name)()
            (made.from_spec(parse_spec(spec)) if options else made()).apply(context, module)
        if verify:
            module.verify()
