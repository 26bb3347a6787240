"""`tir-opt`: reads IR, runs passes or a whole pipeline, prints IR, LLVM assembly or machine code.

All of xdsl-opt's options and passes work; tir adds its dialects, passes and targets, and

    tir-opt program.mlir --pipeline cpu --stop-after kernels
    tir-opt program.mlir --pipeline cpu -t asm
    tir-opt program.mlir --pipeline cpu -t asm --timing    # where the time went, on stderr
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import IO

from xdsl.context import Context
from xdsl.dialects import get_all_dialects
from xdsl.dialects.builtin import ModuleOp
from xdsl.passes import ModulePass
from xdsl.utils.exceptions import DiagnosticException, ParseError, VerifyException
from xdsl.utils.target import Target
from xdsl.xdsl_opt_main import xDSLOptMain

from tir.passes import DIALECTS, PASSES, load, load_dialect, pass_factory
from tir.pipelines import PIPELINES, run_stages, stage_of_pass, stages_until
from tir.support.errors import TirError
from tir.support.timing import measured, timing_report
from tir.targets import TARGETS, TARGETS_WITH_OPTIONS
from tir.tools.locations import LocatingParser, first_invalid, location_text


class TirOptMain(xDSLOptMain):
    """xdsl-opt with tir's dialects, passes, pipelines and targets."""

    module: ModuleOp | None = None
    """The module that was read last."""

    def __init__(self, args: Sequence[str] | None = None) -> None:
        self.timings: dict[str, float] = {}
        super().__init__(description="tir's pass driver", args=args)
        self.pipeline = replace(
            self.pipeline, passes=tuple(_Timed(p, self.timings) for p in self.pipeline.passes)
        )
        try:
            self.stages = ()
            if self.args.pipeline is not None:
                self.stages = stages_until(self.args.pipeline, self.args.stop_after)
            elif self.args.stop_after is not None:
                raise ValueError("--stop-after needs --pipeline")
        except ValueError as error:
            raise SystemExit(f"tir-opt: {error}") from None

    def register_all_dialects(self) -> None:
        for name, factory in get_all_dialects().items():
            if name not in DIALECTS:
                self.ctx.register_dialect(name, factory)
        for name in DIALECTS:
            self.ctx.register_dialect(name, lambda name=name: load_dialect(name))

    def register_all_frontends(self) -> None:
        def parse(source: IO[bytes]) -> ModuleOp:
            with measured(self.timings, "parse"):
                parser = LocatingParser(self.ctx, source.read().decode(), self.get_input_name())
                self.module = parser.parse_module(not self.args.no_implicit_module)
                return self.module

        self.available_frontends["mlir"] = parse

    def register_all_passes(self) -> None:
        super().register_all_passes()
        for name in PASSES:
            self.register_pass(name, pass_factory(name))

    def register_all_targets(self) -> None:
        super().register_all_targets()
        for name, reference in TARGETS.items():
            self.available_targets[name] = _target(reference)
        for name, reference in TARGETS_WITH_OPTIONS.items():
            self.available_targets[name] = _target_class(reference)

    def register_all_arguments(self, arg_parser: argparse.ArgumentParser) -> None:
        super().register_all_arguments(arg_parser)
        arg_parser.add_argument(
            "--pipeline", help=f"run a whole pipeline: {', '.join(PIPELINES)}", default=None
        )
        arg_parser.add_argument(
            "--stop-after", help="the last stage of the pipeline to run", default=None
        )
        arg_parser.add_argument(
            "--timing",
            action="store_true",
            help="print the seconds that each stage and pass took, on stderr",
        )

    def apply_passes(self, prog: ModuleOp) -> None:
        super().apply_passes(prog)
        verify = not self.args.disable_verify
        run_stages(prog, self.stages, self.ctx, timings=self.timings, verify=verify)

    def output_resulting_program(self, prog: ModuleOp) -> str:
        with measured(self.timings, f"print as {self.args.target}"):
            return super().output_resulting_program(prog)

    def run(self) -> None:
        super().run()
        if self.args.timing:
            print(timing_report(self.timings, stage_of_pass(self.stages)), file=sys.stderr)


@dataclass(frozen=True)
class _Timed(ModulePass):
    """A pass whose time is taken."""

    inner: ModulePass
    timings: dict[str, float]

    @property
    def name(self) -> str:  # pyright: ignore[reportIncompatibleVariableOverride]
        return self.inner.name

    def apply(self, ctx: Context, op: ModuleOp) -> None:
        with measured(self.timings, self.name):
            self.inner.apply(ctx, op)


def _target(reference: str):
    def emit(module: ModuleOp, output) -> None:
        load(reference)(module, output)  # pyright: ignore[reportCallIssue]

    return emit


def _target_class(reference: str):
    def factory() -> type[Target]:
        found = load(reference)
        assert isinstance(found, type)
        assert issubclass(found, Target)
        return found

    return factory


def main(args: Sequence[str] | None = None) -> int:
    """Run the driver; errors in the input are reported with their location, without a traceback."""
    try:
        driver = TirOptMain(args)
    except ValueError as error:  # an unknown pass, or an option that a pass does not have
        print(f"tir-opt: {error}", file=sys.stderr)
        return 2
    try:
        driver.run()
    except (ParseError, TirError) as error:
        print(error, file=sys.stderr)
        return 1
    except (VerifyException, DiagnosticException) as error:
        invalid = first_invalid(driver.module) if driver.module is not None else None
        where = location_text(invalid) if invalid is not None else ""
        print(f"{where}{error}", file=sys.stderr)
        return 1
    except (OSError, UnicodeDecodeError) as error:
        print(f"tir-opt: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
