"""`function`: from expressions to a callable."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tir.config import FLAGS, config
from tir.frontend.compiled_function import Function
from tir.frontend.inputs import as_inputs
from tir.frontend.modes import get_mode
from tir.frontend.program import as_outputs, make_program
from tir.support.source import user_location


def function(
    inputs: Any,
    outputs: Any = None,
    mode: Any = None,
    updates: Any = None,
    givens: Any = None,
    no_default_updates: Any = False,
    accept_inplace: bool = False,
    name: str | None = None,
    rebuild_strict: bool = True,
    allow_input_downcast: bool | None = None,
    profile: Any = None,
    on_unused_input: str | None = None,
) -> Function:
    """Compile expressions into a callable.

    - `inputs`: a list of variables or `In(variable, ...)`. Only arguments of `In(variable, mutable=True)` are ever changed: those
      the function may overwrite, and return.
    - `outputs`: an expression (a call returns one array), a list (a list), a dictionary with string keys (a dictionary), or
      None (None).
    - `updates`: a dictionary, or a list of pairs, of shared variables and the expressions of their new values. All expressions
      read the old values, as do the outputs.
    - `givens`: a dictionary or pairs; each key is replaced by its value in outputs and updates.
    - `no_default_updates`: True, or a list of shared variables, to leave their default updates out.
    - `allow_input_downcast`: whether arguments may lose precision; None allows it for Python floats only.
    - `on_unused_input`: "raise" (`UnusedInputError`), "warn" or "ignore"; None means the flag of that name.
    - `mode`: see `tir.frontend.modes`.

    `accept_inplace`, `rebuild_strict` and `profile` are accepted for compatibility and have no effect.

    Raises `TypeError` for what cannot be an input, output or update, `UnusedInputError` and `MissingInputError`.
    """
    if name is not None and not isinstance(name, str):
        raise TypeError(f"the name of a function must be a string, got {name!r}")
    on_unused = config.on_unused_input if on_unused_input is None else on_unused_input
    try:
        on_unused = FLAGS["on_unused_input"].parse(on_unused)
    except ValueError as error:
        raise ValueError(f"bad value for on_unused_input: {error}") from None
    program = make_program(
        as_inputs(inputs, allow_input_downcast),
        as_outputs(outputs),
        updates,
        givens,
        no_default_updates,
        on_unused,
    )
    return Function(program, get_mode(mode), name or _default_name())


def _default_name() -> str:
    location = user_location()
    return f"{Path(location.filename).name}:{location.line}" if location else "unnamed"
