"""The assembly of one block of a function, with the loop around it."""

from __future__ import annotations

import re

import llvmlite.binding as llvm

from tir.config import config
from tir.runtime.llvm_passes import level_of

_FUNCTION = '"?{name}"?:'
_LABEL = re.compile(r"(\.L\w+):|# %bb\.\d+:")
_JUMP = re.compile(r"\s+j\w+\s+(\.L\w+)")
_NOISE = re.compile(r"\s+\.(?!long|quad)\w+")


def verbose_assembly(optimized: str) -> str:
    """The assembly of LLVM's optimized assembly, with the names of blocks as comments."""
    llvm.initialize_native_target()
    llvm.initialize_native_asmprinter()
    machine = llvm.Target.from_default_triple().create_target_machine(
        cpu=llvm.get_host_cpu_name(),
        features=llvm.get_host_cpu_features().flatten(),
        opt=level_of(config.opt_level).codegen,
        reloc="pic",
        codemodel="small",
    )
    machine.set_asm_verbosity(True)
    module = llvm.parse_assembly(optimized)
    module.triple = machine.triple
    return machine.emit_assembly(module)


def function_lines(assembly: str, name: str) -> list[str]:
    """The lines of one function; empty if it is not there."""
    lines = assembly.splitlines()
    starts = [
        i for i, line in enumerate(lines) if re.match(_FUNCTION.format(name=re.escape(name)), line)
    ]
    if not starts:
        return []
    body = lines[starts[0] :]
    end = next((i for i, line in enumerate(body) if line.startswith(".Lfunc_end")), len(body))
    return [line for line in body[:end] if not _NOISE.match(line)]


def loop_of_block(lines: list[str], label: str) -> list[str]:
    """The innermost loop that contains the block of a label in LLVM's assembly, or that block where none does.

    A loop is what lies between a label and a later jump to it.
    """
    starts = [i for i, line in enumerate(lines) if re.search(rf'# %"?{re.escape(label)}"?$', line)]
    if not starts:
        return []
    place = starts[0]
    labels = {match[1]: i for i, line in enumerate(lines) if (match := _LABEL.match(line))}
    loops = [
        (labels[match[1]], i)
        for i, line in enumerate(lines)
        if (match := _JUMP.match(line)) and labels.get(match[1], i) <= place <= i
    ]
    if loops:
        first, last = min(loops, key=lambda loop: loop[1] - loop[0])
        return lines[first : last + 1]
    end = next((i for i in range(place + 1, len(lines)) if _LABEL.match(lines[i])), len(lines))
    return lines[place:end]
