"""Configuration flags: where they come from, and what is refused."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tir.config import FLAGS, Config, config

ROOT = Path(__file__).resolve().parent.parent


def flag_in_a_new_process(name: str, **environment: str) -> str:
    """What a new process prints as the value of a flag, or its error."""
    inherited = {k: v for k, v in os.environ.items() if k not in ("TIR_FLAGS", "OMP_NUM_THREADS")}
    done = subprocess.run(
        [sys.executable, "-c", f"from tir.config import config; print(config.{name})"],
        env={**inherited, "TIRRC": "/nonexistent", **environment},
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    return done.stdout.strip() or done.stderr


def test_every_flag_has_a_valid_default_and_a_purpose() -> None:
    fresh = Config()
    for name, flag in FLAGS.items():
        assert flag.parse(flag.default) == getattr(fresh, name)
        assert flag.doc
        assert f"{name} = " in str(fresh)


def test_assignment_is_checked() -> None:
    settings = Config()
    settings.floatX = "float32"
    assert settings.floatX == "float32"
    with pytest.raises(ValueError, match="flag floatX: 'float16' is not one of float64, float32"):
        settings.floatX = "float16"
    assert settings.floatX == "float32"
    with pytest.raises(AttributeError, match="no configuration flag is called 'floatx'"):
        settings.floatx = "float32"
    with pytest.raises(AttributeError, match="no configuration flag"):
        _ = settings.floatx
    for name, value in (
        ("threads", 0),
        ("threads", 1.5),
        ("opt_level", 4),
        ("opt_level", -1),
        ("opt_level", None),
        ("opt_level", "high"),
        ("mode", None),
        ("cache_dir", None),
    ):
        with pytest.raises(ValueError, match=f"bad value for the configuration flag {name}"):
            setattr(settings, name, value)


def test_flags_change_for_a_while_only() -> None:
    before = config.floatX
    with config.change_flags(floatX="float32"):
        assert config.floatX == "float32"
    assert config.floatX == before
    with pytest.raises(KeyError), config.change_flags(floatX="float32"):
        raise KeyError
    assert config.floatX == before
    with (
        pytest.raises(ValueError, match="cast_policy"),
        config.change_flags(floatX="float32", cast_policy="other"),
    ):
        pass
    assert config.floatX == before


def test_environment_variable() -> None:
    assert (
        flag_in_a_new_process("floatX", TIR_FLAGS="mode=FAST_COMPILE, floatX=float32") == "float32"
    )
    assert flag_in_a_new_process("threads", OMP_NUM_THREADS="3") == "3"
    assert flag_in_a_new_process("threads", OMP_NUM_THREADS="3", TIR_FLAGS="threads=2") == "2"
    assert "not of the form name=value" in flag_in_a_new_process("floatX", TIR_FLAGS="floatX")
    assert "TIR_FLAGS: no configuration flag" in flag_in_a_new_process(
        "floatX", TIR_FLAGS="floatx=float32"
    )
    assert "TIR_FLAGS: bad value for the configuration flag opt_level" in flag_in_a_new_process(
        "floatX", TIR_FLAGS="opt_level=9"
    )


@pytest.mark.parametrize("value", ["", "0", "many"])
def test_what_other_libraries_may_read_does_not_stop_tir(value: str) -> None:
    assert flag_in_a_new_process("threads", OMP_NUM_THREADS=value) == "None"


def test_listeners_hear_of_every_assignment() -> None:
    settings = Config()
    heard = []
    settings.on_change("opt_level", lambda: heard.append(settings.opt_level))
    settings.opt_level = 1
    settings.floatX = "float32"
    with pytest.raises(ValueError), settings.change_flags(opt_level=2):
        settings.opt_level = 9
    assert heard == [1, 2, 1]


def test_file(tmp_path: Path) -> None:
    file = tmp_path / "tirrc"
    file.write_text("[global]\nfloatX = float32\nmode = FAST_COMPILE\n")
    assert flag_in_a_new_process("floatX", TIRRC=str(file)) == "float32"
    assert flag_in_a_new_process("mode", TIRRC=str(file), TIR_FLAGS="mode=FAST_RUN") == "FAST_RUN"
    file.write_text("[global]\nfloatX = 50%\n")
    error = flag_in_a_new_process("floatX", TIRRC=str(file))
    assert f"{file}: bad value for the configuration flag floatX: '50%'" in error
    file.write_text("floatX without a section")
    assert "cannot read the configuration file" in flag_in_a_new_process("floatX", TIRRC=str(file))
