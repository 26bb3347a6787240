"""What the system tells of this machine, for the keys of what is kept on disk: LLVM would take long to start."""

from __future__ import annotations

import os
from functools import cache
from pathlib import Path

_WANTED = ("vendor_id", "cpu family", "model", "stepping", "flags", "Features", "CPU part")


@cache
def machine_description() -> str:
    """The system, its release, the kind of machine, and the CPU with its instruction set extensions."""
    return "\n".join([*os.uname()[::2], _cpu()])


def _cpu() -> str:
    try:
        text = Path("/proc/cpuinfo").read_text()
    except OSError:
        # Systems that tell it otherwise; importing `platform` takes long.
        import platform  # noqa: PLC0415

        return f"{platform.machine()} {platform.processor()}"
    first = text.split("\n\n", 1)[0]
    return "\n".join(line for line in first.splitlines() if line.split("\t")[0].strip() in _WANTED)
