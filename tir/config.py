"""Typed configuration flags. Sources, weakest first: defaults, `tirrc` file, `TIR_FLAGS`, assignment.

>>> config.floatX
'float64'
"""

from __future__ import annotations

import operator
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
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


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise ValueError(f"{value!r} is not a string")
    return value


def _integer(least: int, most: int) -> Callable[[Any], int]:
    def parse(value: Any) -> int:
        try:
            number = int(value) if isinstance(value, str) else operator.index(value)
        except (TypeError, ValueError):
            raise ValueError(f"{value!r} is not an integer") from None
        if not least <= number <= most:
            raise ValueError(f"{value!r} is not between {least} and {most}")
        return number

    return parse


def _optional(parse: Callable[[Any], int]) -> Callable[[Any], int | None]:
    return lambda value: None if value is None else parse(value)


FLAGS: dict[str, Flag] = {
    "floatX": Flag("float64", _choice("float64", "float32"), "dtype of unprefixed constructors"),
    "cast_policy": Flag(
        "custom",
        _choice("custom", "numpy+floatX"),
        "how Python numbers become constants: the smallest dtype that holds them, or NumPy's with "
        "floats as floatX",
    ),
    "mode": Flag("FAST_RUN", _text, "the mode of functions compiled without one"),
    "on_unused_input": Flag(
        "raise", _choice("raise", "warn", "ignore"), "what an unused input of a function does"
    ),
    "exception_verbosity": Flag(
        "low", _choice("low", "high"), "how much an error of a compiled function tells"
    ),
    "cache": Flag(True, _boolean, "whether compiled code is kept on disk for other processes"),
    "cache_dir": Flag(
        os.path.join(os.environ.get("XDG_CACHE_HOME") or "~/.cache", "tir"),
        _text,
        "the folder of the compiled code that is kept",
    ),
    "opt_level": Flag(
        2,
        _integer(0, 3),
        "how LLVM optimizes: 0 not at all, 1 without vector instructions, 2 what makes loops fast, 3 everything it can",
    ),
    "threads": Flag(
        None,
        _optional(_integer(1, 1024)),
        "threads of loops and matrix products, from the next call on; OMP_NUM_THREADS also sets it, None "
        "is one for each CPU that this process may use",
    ),
    "layout_variants": Flag(
        True,
        _boolean,
        "whether functions that often get large arguments in another layout than C order (a.T, a[:, :k]) are compiled once more "
        "for that, which spares copies but may add terms in another order",
    ),
    "pool_limit": Flag(
        None,
        _optional(_integer(0, 1 << 46)),
        "bytes of memory that are kept unused for the next large arrays, from the next function that is compiled on; "
        "None means an eighth of the machine's memory, at most 4 GB",
    ),
}


class Config:
    """The flags as attributes; unknown names and bad values raise at once.

    >>> settings = Config()
    >>> settings.floatX = "float32"
    >>> settings.floatX
    'float32'
    >>> settings.floatX = "float63"
    Traceback (most recent call last):
    ValueError: bad value for the configuration flag floatX: 'float63' is not one of float64, float32
    >>> settings.colour
    Traceback (most recent call last):
    AttributeError: no configuration flag is called 'colour'; see FLAGS
    """

    def __init__(self) -> None:
        self.__dict__["_values"] = {name: flag.default for name, flag in FLAGS.items()}
        self.__dict__["_listeners"] = {}

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
        for listener in self.__dict__["_listeners"].get(name, ()):
            listener()

    def on_change(self, name: str, listener: Callable[[], None]) -> None:
        """Has a function called after each assignment to a flag."""
        self.__dict__["_listeners"].setdefault(name, []).append(listener)

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


def _file_settings(path: Path) -> Iterator[tuple[str, str]]:
    if not path.is_file():
        return
    # Most users have no such file.
    from configparser import ConfigParser, Error  # noqa: PLC0415

    parser = ConfigParser(interpolation=None)
    parser.optionxform = str  # pyright: ignore[reportAttributeAccessIssue]
    try:
        parser.read_string(path.read_text())
    except (Error, UnicodeDecodeError) as error:
        raise ValueError(f"cannot read the configuration file {path}: {error}") from error
    for section in parser.sections():
        prefix = "" if section == "global" else f"{section}."
        for key, value in parser.items(section):
            yield prefix + key, value


def _environment_settings(text: str) -> Iterator[tuple[str, str]]:
    for item in filter(str.strip, text.split(",")):
        name, equals, value = item.partition("=")
        if not equals:
            raise ValueError(f"TIR_FLAGS: {item!r} is not of the form name=value")
        yield name.strip(), value.strip()


def _from_sources() -> Config:
    """The flags as the file and the environment set them; `ValueError` naming the one that is wrong."""
    settings = Config()
    omp = os.environ.get("OMP_NUM_THREADS", "").split(",")[0]
    # It is not tir's own variable, so what tir does not understand in it is no error.
    with suppress(ValueError):
        settings.threads = omp
    path = Path(os.environ.get("TIRRC", "~/.tirrc")).expanduser()
    sources = {
        str(path): _file_settings(path),
        "TIR_FLAGS": _environment_settings(os.environ.get("TIR_FLAGS", "")),
    }
    for origin, items in sources.items():
        for name, text in items:
            try:
                setattr(settings, name, text)
            except (AttributeError, ValueError) as error:
                raise ValueError(f"{origin}: {error}") from None
    return settings


config = _from_sources()
