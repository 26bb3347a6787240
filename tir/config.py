"""Typed configuration flags. Sources, weakest first: defaults, `tirrc` file, `TIR_FLAGS`, assignment.

>>> config.floatX
'float64'
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from configparser import ConfigParser, Error
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Flag:
    """One flag: its default, how text is read, and what it is for."""

    default: Any
    parse: Callable[[Any], Any]
    doc: str


def _choice(*allowed: str) -> Callable[[Any], str]:
    def parse(value: Any) -> str:
        if value not in allowed:
            raise ValueError(f"{value!r} is not one of {', '.join(allowed)}")
        return value

    return parse


def _boolean(value: Any) -> bool:
    if isinstance(value, bool):
        return value
    text = str(value).lower()
    if text in ("1", "true", "yes", "on"):
        return True
    if text in ("0", "false", "no", "off"):
        return False
    raise ValueError(f"{value!r} is not a boolean")


def _positive(value: Any) -> int:
    number = int(value)
    if number < 1:
        raise ValueError(f"{value!r} is not a positive integer")
    return number


FLAGS: dict[str, Flag] = {
    "floatX": Flag("float64", _choice("float64", "float32"), "dtype of unprefixed constructors"),
    "cast_policy": Flag(
        "custom",
        _choice("custom", "numpy+floatX"),
        "how Python numbers become constants: the smallest dtype that holds them, or NumPy's with "
        "floats as floatX",
    ),
    "mode": Flag("FAST_RUN", str, "the mode of functions compiled without one"),
    "on_unused_input": Flag(
        "raise", _choice("raise", "warn", "ignore"), "what an unused input of a function does"
    ),
    "exception_verbosity": Flag(
        "low", _choice("low", "high"), "how much an error of a compiled function tells"
    ),
    "opt_level": Flag(3, int, "optimization level of LLVM, 0 to 3"),
    "threads": Flag(
        os.cpu_count() or 1, _positive, "threads of BLAS products; OMP_NUM_THREADS also sets it"
    ),
}


class Config:
    """The flags as attributes; unknown names and bad values raise at once.

    >>> settings = Config({"floatX": "float32"})
    >>> settings.floatX
    'float32'
    >>> settings.floatX = "float63"
    Traceback (most recent call last):
    ValueError: bad value for the configuration flag floatX: 'float63' is not one of float64, float32
    >>> settings.colour
    Traceback (most recent call last):
    AttributeError: no configuration flag is called 'colour'; see FLAGS
    """

    def __init__(self, sources: Mapping[str, str] | None = None) -> None:
        self.__dict__["_values"] = {name: flag.default for name, flag in FLAGS.items()}
        for name, text in (sources or {}).items():
            setattr(self, name, text)

    def __getattr__(self, name: str) -> Any:
        try:
            return self.__dict__["_values"][name]
        except KeyError:
            raise AttributeError(f"no configuration flag is called {name!r}; see FLAGS") from None

    def __setattr__(self, name: str, value: Any) -> None:
        if name not in FLAGS:
            raise AttributeError(
                f"no configuration flag is called {name!r}; there are {', '.join(sorted(FLAGS))}"
            )
        try:
            self.__dict__["_values"][name] = FLAGS[name].parse(value)
        except ValueError as error:
            raise ValueError(f"bad value for the configuration flag {name}: {error}") from None

    def __str__(self) -> str:
        return "\n".join(
            f"{name} = {getattr(self, name)}\n    {flag.doc}" for name, flag in FLAGS.items()
        )

    @contextmanager
    def change_flags(self, **flags: Any) -> Iterator[None]:
        """Set flags for the length of a `with` block.

        >>> with config.change_flags(floatX="float32"):
        ...     config.floatX
        'float32'
        """
        old = {name: getattr(self, name) for name in flags}
        try:
            for name, value in flags.items():
                setattr(self, name, value)
            yield
        finally:
            for name, value in old.items():
                setattr(self, name, value)


def _sources() -> dict[str, str]:
    found: dict[str, str] = {}
    if omp := os.environ.get("OMP_NUM_THREADS", "").split(",")[0]:
        found["threads"] = omp
    path = Path(os.environ.get("TIRRC", "~/.tirrc")).expanduser()
    if path.is_file():
        parser = ConfigParser()
        parser.optionxform = str  # pyright: ignore[reportAttributeAccessIssue]
        try:
            parser.read_string(path.read_text())
        except (Error, UnicodeDecodeError) as error:
            raise ValueError(f"cannot read the configuration file {path}: {error}") from error
        for section in parser.sections():
            prefix = "" if section == "global" else f"{section}."
            found.update({prefix + key: value for key, value in parser.items(section)})
    for item in os.environ.get("TIR_FLAGS", "").split(","):
        if item.strip():
            name, equals, value = item.partition("=")
            if not equals:
                raise ValueError(f"TIR_FLAGS: {item!r} is not of the form name=value")
            found[name.strip()] = value.strip()
    return found


config = Config(_sources())
