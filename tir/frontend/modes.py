"""Modes: how a function is run, and how much it is rewritten first."""

from __future__ import annotations

from typing import Any

from tir.config import config

NATIVE = "native"
INTERPRETER = "interpreter"

_LINKERS = {
    NATIVE: NATIVE,
    INTERPRETER: INTERPRETER,
    # Theano's names.
    **dict.fromkeys(("c", "c|py", "cvm", "cvm_nogc", "vm", "vm_nogc"), NATIVE),
    **dict.fromkeys(("py", "py_nogc"), INTERPRETER),
}
_OPTIMIZERS = {
    **dict.fromkeys(("default", "fast_run", "fast_run_stable", "o2", "o3", "o4"), True),
    **dict.fromkeys(("None", "merge"), False),
}


class Mode:
    """How to compile: `linker` says what runs the function, `optimizer` whether it is rewritten before.

    Linkers: `"native"` (machine code; the default) and `"interpreter"` (NumPy). Optimizers: `"default"` (all
    rewrites) and `None` (none). Theano's names for these are known too.

    >>> Mode(optimizer=None).optimize
    False
    """

    def __init__(self, linker: str | None = None, optimizer: str | None = "default") -> None:
        linker = NATIVE if linker is None else linker
        if linker not in _LINKERS:
            raise ValueError(f"no linker is called {linker!r}; there are {', '.join(_LINKERS)}")
        optimizer = "None" if optimizer is None else optimizer
        if optimizer not in _OPTIMIZERS:
            raise ValueError(
                f"no optimizer is called {optimizer!r}; there are {', '.join(_OPTIMIZERS)}"
            )
        self.linker = _LINKERS[linker]
        self.optimizer = optimizer

    @property
    def interpreted(self) -> bool:
        """Whether NumPy runs the function, without machine code."""
        return self.linker == INTERPRETER

    @property
    def optimize(self) -> bool:
        """Whether the expression is rewritten before it is compiled."""
        return _OPTIMIZERS[self.optimizer]

    def clone(self, linker: str | None = None, optimizer: str | None = "") -> Mode:
        """A copy with another linker or optimizer."""
        return Mode(linker or self.linker, self.optimizer if optimizer == "" else optimizer)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Mode) and (self.linker, self.optimize) == (
            other.linker,
            other.optimize,
        )

    def __hash__(self) -> int:
        return hash((self.linker, self.optimize))

    def __repr__(self) -> str:
        return f"Mode(linker={self.linker!r}, optimizer={self.optimizer!r})"


FAST_RUN = Mode()
FAST_COMPILE = Mode(linker=INTERPRETER, optimizer=None)
predefined_modes: dict[str, Mode] = {
    "FAST_RUN": FAST_RUN,
    "FAST_COMPILE": FAST_COMPILE,
    "Mode": FAST_RUN,
}


def get_mode(mode: Any = None) -> Mode:
    """The mode of this name, the mode itself, or that of `config.mode` for None.

    >>> get_mode("FAST_COMPILE").interpreted
    True
    """
    if mode is None:
        mode = config.mode
    if isinstance(mode, Mode):
        return mode
    if not isinstance(mode, str):
        raise TypeError(f"a mode must be a Mode or the name of one, got {mode!r}")
    try:
        return predefined_modes[mode]
    except KeyError:
        raise ValueError(
            f"no mode is called {mode!r}; there are {', '.join(predefined_modes)}"
        ) from None
