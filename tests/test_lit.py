"""Runs the `RUN:` lines of the files in lit_tests/ in this process: `lit` would start two Pythons for each.

The commands `tir-opt`, `filecheck` and `not` are called as functions; a line that uses anything else is given to a
shell. `lit -v lit_tests` runs the same files in processes of their own.
"""

from __future__ import annotations

import contextlib
import io
import os
import re
import shlex
import subprocess
import sysconfig
import traceback
from collections.abc import Callable, Sequence
from pathlib import Path
from unittest import mock

import filecheck.main
import pytest
from xdsl.ir import Attribute

from tir.tools import tir_opt

ROOT = Path(__file__).resolve().parent.parent
LIT_TESTS = ROOT / "lit_tests"
RUN_LINE = re.compile(r"//\s*RUN:\s*(.*)")
SHELL_ONLY = re.compile(r"[;&<>$`*()]")


def run_lines(text: str) -> list[str]:
    r"""The commands of a file; a line that ends in a backslash goes on in the next.

    >>> run_lines("// RUN: a \\\n// RUN: b\n// RUN: c")
    ['a  b', 'c']
    """
    commands = [""]
    for match in RUN_LINE.finditer(text):
        line = match[1].rstrip()
        commands[-1] += line.removesuffix("\\")
        if line.endswith("\\"):
            commands[-1] += " "
        else:
            commands.append("")
    return [re.sub(r"  +", "  ", command) for command in commands if command]


def call(tool: Callable[[list[str]], object], argv: list[str], stdin: str) -> tuple[int, str, str]:
    """Status, output and errors of a tool called as a function."""
    out, errors, status = io.StringIO(), io.StringIO(), 0
    with (
        contextlib.redirect_stdout(out),
        contextlib.redirect_stderr(errors),
        mock.patch("sys.stdin", io.TextIOWrapper(io.BytesIO(stdin.encode()))),
        # What `--disable-verify` replaces must not stay replaced for the next file.
        mock.patch.object(Attribute, "__post_init__", Attribute.__post_init__),
    ):
        try:
            result = tool(argv)
            status = result if isinstance(result, int) else 0
        except SystemExit as leaving:
            status = leaving.code if isinstance(leaving.code, int) else int(bool(leaving.code))
        except Exception:
            traceback.print_exc()
            status = 1
    return status, out.getvalue(), errors.getvalue()


TOOLS: dict[str, Callable[[list[str]], object]] = {
    "tir-opt": tir_opt.main,
    "filecheck": lambda argv: filecheck.main.main(["filecheck", *argv]),
}


def run_in_process(commands: Sequence[list[str]]) -> tuple[int, str]:
    """Run a pipeline of tools; it fails if any of them does. Gives its status and all that was printed last."""
    text, worst, log = "", 0, ""
    for command in commands:
        negate = command[0] == "not"
        name, *argv = command[1:] if negate else command
        merge_errors = "2>&1" in argv
        argv = [a for a in argv if a != "2>&1"]
        status, text, errors = call(TOOLS[name], argv, text)
        log += f"$ {shlex.join(command)}\n{errors}"
        if merge_errors:
            text += errors
        if (status == 0) == negate:
            worst = status or 1
    return worst, log + text


def run_in_shell(command: str) -> tuple[int, str]:
    """Run a line in a shell, with tir's tools first in the path."""
    environment = dict(os.environ)
    scripts = sysconfig.get_path("scripts")
    environment["PATH"] = os.pathsep.join([scripts, environment.get("PATH", "")])
    done = subprocess.run(
        ["bash", "-o", "pipefail", "-c", command],
        capture_output=True,
        text=True,
        cwd=ROOT,
        env=environment,
        check=False,
    )
    return done.returncode, done.stdout + done.stderr


def run_command(command: str, file: Path, scratch: Path) -> tuple[int, str]:
    """Run one `RUN:` line of `file`."""
    command = command.replace("%s", str(file)).replace("%t", str(scratch / file.name))
    pipeline = [shlex.split(part) for part in command.split(" | ")]
    tools = {part[1] if part[0] == "not" else part[0] for part in pipeline}
    if tools <= TOOLS.keys() and not SHELL_ONLY.search(command.replace("2>&1", "")):
        return run_in_process(pipeline)
    return run_in_shell(command)


@pytest.mark.parametrize(
    "file",
    [
        pytest.param(path, id=str(path.relative_to(LIT_TESTS)))
        for path in sorted(LIT_TESTS.rglob("*.mlir"))
    ],
)
def test_lit_file(file: Path, tmp_path: Path) -> None:
    commands = run_lines(file.read_text())
    assert commands, f"{file} has no RUN line"
    for command in commands:
        status, output = run_command(command, file, tmp_path)
        assert status == 0, f"{command}\n{output}"


def test_the_runner_notices_failures(tmp_path: Path) -> None:
    file = tmp_path / "wrong.mlir"
    file.write_text("// CHECK: something else\nbuiltin.module {\n}\n")
    command = "tir-opt %s | filecheck %s"
    assert run_command(command, file, tmp_path)[0] != 0
    file.write_text("// CHECK: builtin.module {\nbuiltin.module {\n}\n")
    assert run_command(command, file, tmp_path)[0] == 0
    file.write_text("// CHECK: oops\n%0 = oops\n")
    assert run_command("tir-opt %s | filecheck %s", file, tmp_path)[0] != 0
    assert run_command("not tir-opt %s 2>&1 | filecheck %s", file, tmp_path)[0] == 0
