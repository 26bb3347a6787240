"""The callable that `function` returns."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NoReturn

from tir.frontend.call_arguments import ArgumentBinder, ArgumentConverter
from tir.frontend.inputs import In
from tir.frontend.interpreted import InterpretedProgram
from tir.frontend.layout_variants import Layouts
from tir.frontend.modes import Mode
from tir.frontend.native import NativeProgram
from tir.frontend.program import Program
from tir.frontend.shared import SharedVariable
from tir.graph.variable import Variable
from tir.support.arrays import Layout
from tir.support.errors import UnsupportedError


@dataclass(frozen=True)
class Maker:
    """What a function was made from."""

    inputs: Sequence[In]
    outputs: Sequence[Variable]
    updates: dict[SharedVariable, Variable]
    mode: Mode


class Function:
    """A compiled function: call it with arrays, by position or by name.

    Arrays of exactly the dtypes and ranks of the inputs go to machine code directly; whatever else can be
    converted without loss is converted. Results are new arrays, also for rank 0, or arguments of mutable inputs.

    `name` appears in errors; `maker` tells what the function was made from; `trust_input` exists for compatibility: checking
    the arguments costs nothing that could be saved.
    """

    def __init__(self, program: Program, mode: Mode, name: str) -> None:
        self.name = name
        self.trust_input = False
        self._program = program
        runner = (
            InterpretedProgram(program)
            if mode.interpreted
            else NativeProgram(program, mode.optimize, name)
        )
        converter = ArgumentConverter(
            name, program.all_inputs, program.states, program.shared, runner
        )
        binder = ArgumentBinder(converter, program.states, runner.entry(converter, ()))
        defaults = [binder.defaults.get(position) for position in converter.regular]
        call = runner.entry(binder, () if program.positional is None else defaults)
        self._runner = runner
        self._binder = binder
        self.__class__ = _with_call(  # pyright: ignore[reportAttributeAccessIssue]
            type(self), _dictionary_call(call, program.outputs.keys, program.outputs.form)
        )
        self.maker = Maker(
            program.all_inputs, program.outputs.variables, dict(program.updates), mode
        )

    if TYPE_CHECKING:

        def __call__(self, *arguments: Any, **named: Any) -> Any:
            """The outputs for arguments by position or by name."""

    def ir(self, stage: str = "tir", layouts: Sequence[Layout | None] | None = None) -> str:
        """The text of the program at a stage of the compiler, such as "tir", "kernels" or "llvm".

        With `layouts`, one of `variants()` or others, it is the text of the variant for them.
        """
        return self._runner.ir(stage, None if layouts is None else self._checked(layouts))

    def variants(self) -> list[Layouts]:
        """The layouts of arguments for which the function has been compiled once more (see `config.layout_variants`).

        Each has, for each input that is not a state, its layout in memory, or None for C order:
        `[(Layout(order=(1, 0), strided=False), None)]` where the first of two inputs has often come transposed.
        """
        return self._runner.variants()

    def timings(self) -> dict[str, float]:
        """The seconds that each pass of the compiler took, in their order, and each step of LLVM.

        Nothing is in it where the code came from the cache, or where the function is interpreted.
        """
        return self._runner.timings()

    def peak_memory(self) -> int:
        """The most bytes that a call has allocated so far: its outputs, and the arena of its temporaries.

        Memory that an update takes over from the old value is not new, and what is on the stack is little.
        """
        return self._runner.peak_memory()

    def get_shared(self) -> list[SharedVariable]:
        """The shared variables that the function reads or updates."""
        states = set(self._program.states.values())
        return [v for v in self._program.shared if v not in states]

    def __getitem__(self, key: Any) -> Any:
        """The default value of an input, or the current value of a state, by variable, name or number."""
        position = self._binder.position_of(key)
        state = self._program.states.get(position)
        if state is not None:
            return state.get_value(borrow=True)
        if position not in self._binder.defaults:
            raise KeyError(f"the input {key!r} has no default value")
        return self._binder.defaults[position]

    def __setitem__(self, key: Any, value: Any) -> None:
        position = self._binder.position_of(key)
        if position not in self._program.states:
            raise KeyError(f"only inputs with an update have a state that can be set, not {key!r}")
        self._program.states[position].set_value(value)

    def _checked(self, layouts: Sequence[Layout | None]) -> Layouts:
        """Layouts that fit the inputs; `ValueError` if these do not."""
        ranks = [given.variable.type.ndim for given in self._program.inputs]
        if len(layouts) != len(ranks) or any(
            layout is not None
            and not (isinstance(layout, Layout) and sorted(layout.order) == list(range(rank)))
            for layout, rank in zip(layouts, ranks, strict=True)
        ):
            raise ValueError(
                f"{self!r} needs None or a Layout for each of its inputs, whose ranks are {ranks}; got {layouts!r}"
            )
        return tuple(layouts)

    def __reduce__(self) -> NoReturn:
        raise UnsupportedError(
            f"{self!r} holds machine code, which cannot be copied or pickled yet: copy or pickle the "
            "expressions, and compile them"
        )

    def __repr__(self) -> str:
        return f"<tir function {self.name}>"


def _with_call(base: type[Function], call: Callable[..., Any]) -> type[Function]:
    """A class of its own for one function: native code in the class is called without a frame of Python in between."""
    own = {"__slots__": (), "__call__": staticmethod(call), "__doc__": base.__doc__}
    return type(base.__name__, (base,), own)


def _dictionary_call(
    call: Callable[..., Any], keys: tuple[str, ...], form: str
) -> Callable[..., Any]:
    if form != "dict":
        return call

    def call_for_dictionary(*arguments: Any, **named: Any) -> dict[str, Any]:
        return dict(zip(keys, call(*arguments, **named), strict=True))

    return call_for_dictionary
