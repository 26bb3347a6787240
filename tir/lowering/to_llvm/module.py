"""What the conversion of one module to the llvm dialect keeps and shares."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from typing import TYPE_CHECKING

from xdsl.dialects import func, llvm
from xdsl.dialects.builtin import (
    ArrayAttr,
    DictionaryAttr,
    IntegerAttr,
    ModuleOp,
    StringAttr,
    UnknownLoc,
    i64,
)
from xdsl.ir import Attribute, Block, Operation, Region

from .emitter import FunctionEmitter, Handler

if TYPE_CHECKING:
    from xdsl.dialects import gpu

VOID = llvm.LLVMVoidType()
FAILURES_ATTRIBUTE = "tir.failures"
_DEFAULT_VISIBILITY = IntegerAttr(0, i64)
_CCONV = llvm.CallingConventionAttr("ccc")
_INTERNAL = llvm.LinkageAttr("internal")
_EXTERNAL = llvm.LinkageAttr("external")


class ModuleEmitter:
    """Collects the converted functions, the declarations they need and the failures they report."""

    def __init__(
        self,
        module: ModuleOp | gpu.ModuleOp,
        handlers: Mapping[type[Operation], Handler],
        structured_terminators: frozenset[type[Operation]],
    ):
        self.module = module
        self.handlers = handlers
        self.structured_terminators = structured_terminators
        self.block = Block()
        self.functions: dict[str, func.FuncOp] = {}
        self.status_functions: set[str] = set()
        self.may_run_out_of_memory = False
        self._known_symbols: set[str] = set()
        self._failures: list[Attribute] = []
        self._access_groups = 0

    @classmethod
    def extending(cls, module: ModuleOp) -> ModuleEmitter:
        """An emitter that adds functions of the llvm dialect to a module that is converted already."""
        emitter = cls(module, {}, frozenset())
        for op in module.body.block.ops:
            if isinstance(op, llvm.FuncOp | llvm.GlobalOp):
                emitter._known_symbols.add(op.sym_name.data)
        return emitter

    def append(self) -> None:
        """Adds the new functions and declarations to the end of the module."""
        for op in list(self.block.ops):
            op.detach()
            self.module.body.block.add_op(op)

    def declare(
        self,
        name: str,
        inputs: Sequence[Attribute],
        output: Attribute = VOID,
        passthrough: Sequence[str] = ("nounwind",),
    ) -> None:
        """Declares an external function, once."""
        if name not in self._known_symbols:
            self._known_symbols.add(name)
            self.block.add_op(
                make_function(
                    name, inputs, output, _EXTERNAL, region=Region(), passthrough=passthrough
                )
            )

    def declare_global(self, name: str, type_: Attribute) -> None:
        """Declares external data, once."""
        if name not in self._known_symbols:
            self._known_symbols.add(name)
            self.block.add_op(llvm.GlobalOp(type_, name, _EXTERNAL))

    def helper(
        self, name: str, inputs: Sequence[Attribute], output: Attribute
    ) -> FunctionEmitter | None:
        """Starts an internal function of the compiler's own; None where the module has it already."""
        if name in self._known_symbols:
            return None
        self._known_symbols.add(name)
        region = Region()
        emitter = FunctionEmitter(self, region, status=False)
        for type_ in inputs:
            emitter.prologue.insert_arg(type_, len(emitter.prologue.args))
        self.block.add_op(
            make_function(
                name, inputs, output, _INTERNAL, region=region, passthrough=("nounwind", "noinline")
            )
        )
        return emitter

    def new_failure(self, op: Operation, kind: str, message: str) -> int:
        """The status for a failure that `op` may have; the module's attribute describes it."""
        entry: dict[str, Attribute] = {"kind": StringAttr(kind), "message": StringAttr(message)}
        if not isinstance(op.location, UnknownLoc):
            entry["location"] = op.location
        self._failures.append(DictionaryAttr(entry))
        return len(self._failures)

    def new_access_group(self) -> int:
        """The number of a loop with independent iterations."""
        self._access_groups += 1
        return self._access_groups

    def finish(self) -> None:
        """Puts the converted operations in place of the module's."""
        self.module.detach_region(0)
        self.module.add_region(Region(self.block))
        if self._failures:
            self.module.attributes[FAILURES_ATTRIBUTE] = ArrayAttr(self._failures)


def make_function(
    name: str,
    inputs: Sequence[Attribute],
    output: Attribute,
    linkage: llvm.LinkageAttr,
    *,
    region: Region,
    passthrough: Sequence[str] = (),
    arg_attrs: ArrayAttr[DictionaryAttr] | None = None,
) -> llvm.FuncOp:
    """An `llvm.func`, a declaration where the region is empty."""
    properties: dict[str, Attribute] = {
        "sym_name": StringAttr(name),
        "function_type": llvm.LLVMFunctionType(list(inputs), output),
        "CConv": _CCONV,
        "linkage": linkage,
        "visibility_": _DEFAULT_VISIBILITY,
    }
    if passthrough:
        properties["passthrough"] = _passthrough(tuple(passthrough))
    if arg_attrs is not None:
        properties["arg_attrs"] = arg_attrs
    return llvm.FuncOp.create(properties=properties, regions=[region])


@cache
def _passthrough(words: tuple[str, ...]) -> Attribute:
    return ArrayAttr([StringAttr(word) for word in words])


def function_linkage(op: func.FuncOp) -> llvm.LinkageAttr:
    """Private functions with a body are internal, all others external."""
    private = op.sym_visibility is not None and op.sym_visibility.data == "private"
    return _INTERNAL if private and op.body.blocks else _EXTERNAL
