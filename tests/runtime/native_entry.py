"""Loop-level modules, written as text, made into functions that Python calls."""

from __future__ import annotations

from typing import Any

from xdsl.parser import Parser

from tir.lowering.convert_to_llvm import ConvertToLLVMPass
from tir.lowering.emit_python_entry import EmitPythonEntryPass
from tir.lowering.outline_parallel import OutlineParallelPass
from tir.pipelines import new_context
from tir.runtime.cpu import compile_to_object
from tir.runtime.executable import Executable
from tir.targets.llvm_ir import llvm_assembly


def executable(text: str) -> Executable:
    """The entry of a module with a function @main at the level of loops."""
    context = new_context()
    module = Parser(context, text).parse_module()
    module.verify()
    for convert in (OutlineParallelPass(), ConvertToLLVMPass(), EmitPythonEntryPass()):
        convert.apply(context, module)
        module.verify()
    return Executable(compile_to_object(llvm_assembly(module)))


def slow_path(*arguments: Any, **named: Any) -> Any:
    """Returns what it was called with."""
    return "slow", arguments, named


class Failed(Exception):
    """What the failure handler of these tests raises."""


def on_failure(*arguments: Any) -> Any:
    """Raises what it was called with."""
    raise Failed(*arguments)


def strided(rank: int, element: str) -> str:
    """The type of an array from Python."""
    sizes = "".join("?x" for _ in range(rank))
    return f"memref<{sizes}{element}, strided<[{', '.join('?' * rank)}], offset: ?>>"


def parameter(name: str, type_: str, dtype: str, kind: str = "input") -> str:
    """A parameter of @main with the attributes that tell what it is."""
    return f'{name}: {type_} {{tir.kind = "{kind}", tir.dtype = "{dtype}"}}'
