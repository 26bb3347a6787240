"""The llvm dialect as LLVM assembly.

One walk and plain strings. Constants are written where they are used, block arguments become phi nodes,
and intrinsics are declared as they are met, at as many types as there are.
"""

from __future__ import annotations

from typing import IO

from xdsl.dialects import llvm
from xdsl.dialects.builtin import (
    AnyFloat,
    ArrayAttr,
    DenseArrayBase,
    DictionaryAttr,
    IntegerAttr,
    ModuleOp,
    StringAttr,
)
from xdsl.ir import Attribute, Block, SSAValue

from tir.dialects.math_ext import RARE_CASE, TABLE
from tir.dialects.nvvm import KERNEL
from tir.support.errors import UnsupportedError

from . import lane_tables, lane_variants
from .legality import check_legal
from .llvm_instructions import ROWS
from .llvm_metadata import Metadata
from .llvm_types import (
    constant_text,
    initializer_text,
    inline_constant,
    string_text,
    symbol_text,
    type_text,
)

_UNIT_PARAMETER_ATTRIBUTES = {
    "llvm.noalias": "noalias",
    "llvm.nocapture": "captures(none)",
    "llvm.readonly": "readonly",
    "llvm.writeonly": "writeonly",
    "llvm.readnone": "readnone",
    "llvm.nonnull": "nonnull",
    "llvm.noundef": "noundef",
    "llvm.signext": "signext",
    "llvm.zeroext": "zeroext",
}
_VALUE_PARAMETER_ATTRIBUTES = {
    "llvm.align": "align {}",
    "llvm.dereferenceable": "dereferenceable({})",
}
_UNIT_FUNCTION_ATTRIBUTES = {
    "no_inline": "noinline",
    "no_unwind": "nounwind",
    "optimize_none": "optnone",
}
_STRING_FUNCTION_ATTRIBUTES = {"target_cpu": "target-cpu", "tune_cpu": "tune-cpu"}


def llvm_assembly(module: ModuleOp, target: str = "cpu") -> str:
    """The LLVM assembly of a module whose operations are all of the llvm dialect.

    Raises UnsupportedError for what LLVM's back end for `target` would abort on or has no form for.
    """
    check_legal(module, target)
    return _ModulePrinter(module, target).text()


def emit_llvm(module: ModuleOp, output: IO[str]) -> None:
    """Writes `llvm_assembly` to a stream: the target `llvm` of tir-opt."""
    output.write(llvm_assembly(module))


class _ModulePrinter:
    def __init__(self, module: ModuleOp, target: str):
        self.module = module
        self.target = target
        self.metadata = Metadata()
        self.declarations: dict[str, str] = {}
        self._types: dict[Attribute, str] = {}
        self._kept: list[str] = []

    def text(self) -> str:
        lines: list[str] = []
        for key, keyword in (
            ("llvm.target_triple", "triple"),
            ("llvm.data_layout", "datalayout"),
        ):
            value = self.module.attributes.get(key)
            if isinstance(value, StringAttr):
                lines.append(f'target {keyword} = "{value.data}"')
        for op in self.module.body.block.ops:
            if isinstance(op, llvm.FuncOp) and TABLE in op.attributes:
                lines += self._table(op)
            elif isinstance(op, llvm.FuncOp):
                _FunctionPrinter(self, lines).print(op)
                if self.has_variant(op):
                    lines += self._variant(op)
            elif isinstance(op, llvm.GlobalOp):
                lines.append(self._global(op))
            else:
                raise UnsupportedError(f"{op.name} has no LLVM assembly at module level")
        if self._kept:
            lines.append(lane_variants.kept(self._kept))
        lines.extend(self.declarations.values())
        lines.extend(self.metadata.lines())
        lines.append("")
        return "\n".join(lines)

    def type(self, type_: Attribute) -> str:
        text = self._types.get(type_)
        if text is None:
            text = self._types[type_] = type_text(type_)
        return text

    def has_variant(self, op: llvm.FuncOp) -> bool:
        """Whether loops may call a function for whole vectors."""
        return self.target == "cpu" and RARE_CASE in op.attributes

    def _variant(self, op: llvm.FuncOp) -> list[str]:
        """The vector variant of a function for a rare case."""
        name, type_ = op.sym_name.data, op.function_type.output
        assert isinstance(type_, AnyFloat)
        self._kept += lane_variants.kept_names(name, type_.bitwidth)
        return lane_variants.variant(name, self.type(type_), type_.bitwidth)

    def _table(self, op: llvm.FuncOp) -> list[str]:
        """What a table is for elements and for vectors."""
        name, elements = op.sym_name.data, op.attributes[TABLE]
        assert isinstance(elements, DenseArrayBase)
        self._kept.append(lane_tables.variant_name(name))
        self.declarations["llvm.x86.avx2.permd"] = lane_tables.DECLARATION
        return lane_tables.definitions(name, elements.get_values())

    def _global(self, op: llvm.GlobalOp) -> str:
        linkage = op.linkage.linkage.data
        type_ = op.global_type
        if op.body.blocks:
            initializer = initializer_text(op.body.block)
        elif op.value is None:
            initializer = None
        elif isinstance(op.value, StringAttr):
            initializer = string_text(op.value.data)
        else:
            initializer = constant_text(op.value, type_)
        words = [symbol_text(op.sym_name.data), "="]
        if linkage != "external" or initializer is None:
            words.append(linkage)
        if op.dso_local is not None:
            words.append("dso_local")
        if op.thread_local_ is not None:
            words.append("thread_local")
        if op.unnamed_addr is not None:
            keyword = llvm.UNNAMED_ADDR_KEYWORD_BY_KEY.get(op.unnamed_addr.value.data)
            words.extend([keyword] if keyword else [])
        if op.addr_space.value.data:
            words.append(f"addrspace({op.addr_space.value.data})")
        words.append("constant" if op.constant is not None else "global")
        words.append(self.type(type_))
        if initializer is not None:
            words.append(initializer)
        text = " ".join(words)
        if op.section is not None:
            text += f', section "{op.section.data}"'
        if op.alignment is not None:
            text += f", align {op.alignment.value.data}"
        return text


class _FunctionPrinter:
    def __init__(self, module: _ModulePrinter, lines: list[str]):
        self.module = module
        self.metadata = module.metadata
        self.lines = lines
        self.type = module.type
        self._names: dict[SSAValue, str] = {}
        self._labels: dict[Block, str] = {}
        self._incoming: dict[Block, list[tuple[str, tuple[SSAValue, ...]]]] = {}

    # What the rows of instructions use

    def value(self, value: SSAValue) -> str:
        name = self._names.get(value)
        if name is None:
            name = inline_constant(value.owner)
            if name is None:
                name = f"%v{len(self._names)}"
            self._names[value] = name
        return name

    def typed(self, value: SSAValue) -> str:
        return f"{self.type(value.type)} {self.value(value)}"

    def label(self, block: Block) -> str:
        return "%" + self._labels[block]

    def line(self, text: str) -> None:
        self.lines.append("  " + text)

    def declare(self, name: str, output: str, inputs: list[str]) -> None:
        if name not in self.module.declarations:
            self.module.declarations[name] = f"declare {output} @{name}({', '.join(inputs)})"

    # Functions

    def print(self, op: llvm.FuncOp) -> None:
        blocks = list(op.body.blocks)
        header = self._header(op, blocks[0] if blocks else None)
        if not blocks:
            self.lines.append(f"declare {header}")
            return
        self.lines.append(f"define {header} {{")
        self._labels.update((block, f"b{index}") for index, block in enumerate(blocks))
        for block in blocks:
            self._record_edges(block)
        for block in blocks:
            self.lines.append(f"{self._labels[block]}:")
            if block is not blocks[0]:
                self._phi_nodes(block)
            for item in block.ops:
                ROWS[item.name](self, item)
        self.lines.append("}")

    def _header(self, op: llvm.FuncOp, entry: Block | None) -> str:
        words: list[str] = []
        linkage = op.linkage.linkage.data
        if linkage != "external":
            words.append(linkage)
        visibility = op.visibility_.value.data
        if visibility:
            words.append({1: "hidden", 2: "protected"}[visibility])
        convention = op.CConv.convention.data
        if KERNEL in op.attributes:
            words.append("ptx_kernel")
        elif convention != "ccc":
            words.append(convention)
        words.append(self.type(op.function_type.output))
        parameters = [
            self._parameter(op, position, type_, entry)
            for position, type_ in enumerate(op.function_type.inputs)
        ]
        if op.function_type.is_variadic:
            parameters.append("...")
        words.append(f"{symbol_text(op.sym_name.data)}({', '.join(parameters)})")
        words.extend(_function_attributes(op))
        output = op.function_type.output
        if self.module.has_variant(op) and isinstance(output, AnyFloat):
            name, bits = op.sym_name.data, output.bitwidth
            words.append(
                f'"vector-function-abi-variant"="{lane_variants.variant_attribute(name, bits)}"'
            )
        return " ".join(words)

    def _parameter(
        self, op: llvm.FuncOp, position: int, type_: Attribute, entry: Block | None
    ) -> str:
        text = self.type(type_)
        if op.arg_attrs is not None:
            text += _parameter_attributes(op.arg_attrs.data[position])
        if entry is not None:
            text += f" {self.value(entry.args[position])}"
        return text

    def _record_edges(self, block: Block) -> None:
        """Notes what each successor's arguments are when they come from `block`."""
        terminator = block.last_op
        if terminator is None:
            raise UnsupportedError("a block without a terminator has no LLVM assembly")
        label = self._labels[block]
        if isinstance(terminator, llvm.BrOp):
            edges = [tuple(terminator.operands)]
        elif isinstance(terminator, llvm.CondBrOp):
            edges = [tuple(terminator.then_arguments), tuple(terminator.else_arguments)]
            then, otherwise = terminator.successors
            if then is otherwise and edges[0] != edges[1]:
                raise UnsupportedError("both branches go to one block with different arguments")
        else:
            edges = [() for _ in terminator.successors]
        for successor, arguments in zip(terminator.successors, edges, strict=True):
            if len(arguments) != len(successor.args):
                raise UnsupportedError("a branch passes a wrong number of arguments")
            self._incoming.setdefault(successor, []).append((label, arguments))

    def _phi_nodes(self, block: Block) -> None:
        for position, argument in enumerate(block.args):
            incoming = ", ".join(
                f"[ {self.value(arguments[position])}, %{label} ]"
                for label, arguments in self._incoming.get(block, ())
            )
            if not incoming:
                raise UnsupportedError("a block with arguments is unreachable")
            self.line(f"{self.value(argument)} = phi {self.type(argument.type)} {incoming}")


def _parameter_attributes(attributes: DictionaryAttr) -> str:
    text = ""
    for key, value in attributes.data.items():
        unit = _UNIT_PARAMETER_ATTRIBUTES.get(key)
        if unit is not None:
            text += f" {unit}"
            continue
        pattern = _VALUE_PARAMETER_ATTRIBUTES.get(key)
        if pattern is not None and isinstance(value, IntegerAttr):
            text += " " + pattern.format(value.value.data)
        else:
            raise UnsupportedError(f"unknown parameter attribute {key} = {value}")
    return text


def _function_attributes(op: llvm.FuncOp) -> list[str]:
    # The custom syntax of llvm.func reads properties back as discardable attributes.
    given = {**op.attributes, **op.properties}
    words: list[str] = []
    passthrough = given.get("passthrough")
    for item in passthrough if isinstance(passthrough, ArrayAttr) else ():
        if isinstance(item, StringAttr):
            words.append(item.data)
        elif isinstance(item, ArrayAttr):
            key, value = (str(part.data) for part in item if isinstance(part, StringAttr))
            words.append(f'"{key}"="{value}"')
    words.extend(word for key, word in _UNIT_FUNCTION_ATTRIBUTES.items() if key in given)
    for key, word in _STRING_FUNCTION_ATTRIBUTES.items():
        value = given.get(key)
        if isinstance(value, StringAttr):
            words.append(f'"{word}"="{value.data}"')
    features = given.get("target_features")
    if isinstance(features, llvm.TargetFeaturesAttr):
        words.append(f'"target-features"="{",".join(item.data for item in features.features)}"')
    return words
