"""One row per operation of the llvm dialect: how it reads as an instruction of LLVM assembly."""

from __future__ import annotations

from xdsl.dialects import llvm
from xdsl.dialects.builtin import DenseArrayBase, DictionaryAttr, IntegerAttr
from xdsl.ir import Operation

from .llvm_intrinsics import INTRINSIC_ROWS
from .llvm_types import function_type_text, symbol_text
from .llvm_writer import Row, Writer, fast_math_text
from .nvvm_instructions import NVVM_ROWS

_INTEGER_PREDICATES = [flag.value for flag in llvm.ICmpPredicateFlag]
_FLOAT_PREDICATES = [flag.value.lstrip("_") for flag in llvm.FCmpPredicateFlag]
_ORDERINGS = {
    0: "",
    1: "unordered",
    2: "monotonic",
    4: "acquire",
    5: "release",
    6: "acq_rel",
    7: "seq_cst",
}


def _integer_flags(op: Operation) -> str:
    text = ""
    overflow = op.properties.get("overflowFlags")
    if isinstance(overflow, IntegerAttr):
        bits = overflow.value.data
        text = ("nsw " if bits & 1 else "") + ("nuw " if bits & 2 else "")
    elif isinstance(overflow, llvm.OverflowAttr):
        text = "".join(f"{flag.value} " for flag in overflow.data)
    if "isExact" in op.properties:
        text += "exact "
    if "isDisjoint" in op.properties:
        text += "disjoint "
    return text


def _integer_binary(mnemonic: str) -> Row:
    def row(w: Writer, op: Operation) -> None:
        left, right = op.operands
        flags = _integer_flags(op) if op.properties else ""
        w.line(f"{w.value(op.results[0])} = {mnemonic} {flags}{w.typed(left)}, {w.value(right)}")

    return row


def _float_binary(mnemonic: str) -> Row:
    def row(w: Writer, op: Operation) -> None:
        left, right = op.operands
        w.line(
            f"{w.value(op.results[0])} = {mnemonic} {fast_math_text(op)}"
            f"{w.typed(left)}, {w.value(right)}"
        )

    return row


def _fneg(w: Writer, op: Operation) -> None:
    w.line(f"{w.value(op.results[0])} = fneg {fast_math_text(op)}{w.typed(op.operands[0])}")


def _cast(mnemonic: str) -> Row:
    def row(w: Writer, op: Operation) -> None:
        result = op.results[0]
        flags = "nneg " if "nonNeg" in op.properties else ""
        if mnemonic == "trunc":
            flags = _integer_flags(op)
        w.line(
            f"{w.value(result)} = {mnemonic} {flags}{w.typed(op.operands[0])}"
            f" to {w.type(result.type)}"
        )

    return row


def _predicate(op: Operation) -> int:
    predicate = op.properties["predicate"]
    assert isinstance(predicate, IntegerAttr)
    return predicate.value.data


def _icmp(w: Writer, op: Operation) -> None:
    left, right = op.operands
    predicate = _INTEGER_PREDICATES[_predicate(op)]
    w.line(f"{w.value(op.results[0])} = icmp {predicate} {w.typed(left)}, {w.value(right)}")


def _fcmp(w: Writer, op: Operation) -> None:
    left, right = op.operands
    predicate = _FLOAT_PREDICATES[_predicate(op)]
    w.line(
        f"{w.value(op.results[0])} = fcmp {fast_math_text(op)}{predicate} "
        f"{w.typed(left)}, {w.value(right)}"
    )


def _select(w: Writer, op: llvm.SelectOp) -> None:
    condition, then, otherwise = op.operands
    w.line(
        f"{w.value(op.results[0])} = select {fast_math_text(op)}{w.typed(condition)}, "
        f"{w.typed(then)}, {w.typed(otherwise)}"
    )


def _freeze(w: Writer, op: Operation) -> None:
    w.line(f"{w.value(op.results[0])} = freeze {w.typed(op.operands[0])}")


def _gep(w: Writer, op: llvm.GEPOp) -> None:
    dynamic = iter(op.operands[1:])
    indices = [
        w.typed(next(dynamic)) if index == llvm.GEP_USE_SSA_VAL else f"i32 {index}"
        for index in op.rawConstantIndices.iter_values()
    ]
    inbounds = "inbounds " if "inbounds" in op.properties else ""
    w.line(
        f"{w.value(op.results[0])} = getelementptr {inbounds}{w.type(op.elem_type)}, "
        f"{w.typed(op.operands[0])}, {', '.join(indices)}"
    )


def _alignment(op: Operation) -> str:
    alignment = op.properties.get("alignment")
    return f", align {alignment.value.data}" if isinstance(alignment, IntegerAttr) else ""


def _atomic(op: Operation) -> tuple[str, str]:
    ordering = op.properties.get("ordering")
    if not isinstance(ordering, IntegerAttr) or not ordering.value.data:
        return "", ""
    return "atomic ", f" {_ORDERINGS[ordering.value.data]}"


def _load(w: Writer, op: Operation) -> None:
    result = op.results[0]
    atomic, ordering = _atomic(op)
    text = (
        f"{w.value(result)} = load {atomic}{w.type(result.type)}, {w.typed(op.operands[0])}"
        f"{ordering}{_alignment(op)}"
    )
    if op.attributes:
        text += w.metadata.access(op.attributes)
        if "nontemporal" in op.attributes:
            text += w.metadata.nontemporal()
        if "invariant" in op.attributes:
            text += w.metadata.invariant_load()
    w.line(text)


def _store(w: Writer, op: Operation) -> None:
    value, pointer = op.operands
    atomic, ordering = _atomic(op)
    volatile = "volatile " if "volatile_" in op.properties else ""
    text = f"store {atomic}{volatile}{w.typed(value)}, {w.typed(pointer)}{ordering}{_alignment(op)}"
    if op.attributes:
        text += w.metadata.access(op.attributes)
    if "nontemporal" in op.properties:
        text += w.metadata.nontemporal()
    w.line(text)


def _alloca(w: Writer, op: llvm.AllocaOp) -> None:
    w.line(
        f"{w.value(op.results[0])} = alloca {w.type(op.elem_type)}, {w.typed(op.operands[0])}"
        f"{_alignment(op)}"
    )


def _positions(op: llvm.ExtractValueOp | llvm.InsertValueOp) -> str:
    return ", ".join(map(str, op.position.iter_values()))


def _extract_value(w: Writer, op: llvm.ExtractValueOp) -> None:
    w.line(f"{w.value(op.results[0])} = extractvalue {w.typed(op.operands[0])}, {_positions(op)}")


def _insert_value(w: Writer, op: llvm.InsertValueOp) -> None:
    container, value = op.operands
    w.line(
        f"{w.value(op.results[0])} = insertvalue {w.typed(container)}, {w.typed(value)}, "
        f"{_positions(op)}"
    )


def _branch(w: Writer, op: llvm.BrOp) -> None:
    annotation = op.attributes.get("loop_annotation")
    loop = w.metadata.loop(annotation) if isinstance(annotation, DictionaryAttr) else ""
    w.line(f"br label {w.label(op.successors[0])}{loop}")


def _conditional_branch(w: Writer, op: llvm.CondBrOp) -> None:
    annotation = op.attributes.get("loop_annotation")
    suffix = w.metadata.branch_weights(op.attributes)
    if isinstance(annotation, DictionaryAttr):
        suffix += w.metadata.loop(annotation)
    then, otherwise = op.successors
    w.line(
        f"br {w.typed(op.operands[0])}, label {w.label(then)}, label {w.label(otherwise)}{suffix}"
    )


def _switch(w: Writer, op: Operation) -> None:
    values = op.properties["case_values"]
    assert isinstance(values, DenseArrayBase)
    type_ = w.type(op.operands[0].type)
    default, *destinations = op.successors
    cases = " ".join(
        f"{type_} {value}, label {w.label(block)}"
        for value, block in zip(values.iter_values(), destinations, strict=True)  # pyright: ignore[reportAttributeAccessIssue]
    )
    w.line(f"switch {w.typed(op.operands[0])}, label {w.label(default)} [ {cases} ]")


def _return(w: Writer, op: Operation) -> None:
    w.line(f"ret {w.typed(op.operands[0])}" if op.operands else "ret void")


def _unreachable(w: Writer, _: Operation) -> None:
    w.line("unreachable")


def _call(w: Writer, op: llvm.CallOp) -> None:
    arguments = list(op.args)
    if op.callee is not None:
        callee = symbol_text(op.callee.root_reference.data)
    else:
        callee = w.value(arguments.pop(0))
    output = w.type(op.results[0].type) if op.results else "void"
    if op.var_callee_type is not None:
        output = function_type_text(op.var_callee_type)
    tail = op.TailCallKind.data.value
    text = "" if tail == "none" else f"{tail} "
    convention = op.CConv.convention.data
    text += f"call {fast_math_text(op)}" + ("" if convention == "ccc" else f"{convention} ")
    text += f"{output} {callee}({', '.join(map(w.typed, arguments))})"
    if op.results:
        text = f"{w.value(op.results[0])} = {text}"
    w.line(text + w.metadata.access(op.attributes))


def _nothing(_: Writer, __: Operation) -> None:
    """Constants are written where they are used."""


_INTEGER_BINARY = [
    "add",
    "sub",
    "mul",
    "udiv",
    "sdiv",
    "urem",
    "srem",
    "and",
    "or",
    "xor",
    "shl",
    "lshr",
    "ashr",
]
_FLOAT_BINARY = ["fadd", "fsub", "fmul", "fdiv", "frem"]
_CASTS = [
    "trunc",
    "zext",
    "sext",
    "fptrunc",
    "fpext",
    "fptosi",
    "fptoui",
    "sitofp",
    "uitofp",
    "bitcast",
    "inttoptr",
    "ptrtoint",
    "addrspacecast",
]

ROWS: dict[str, Row] = {
    **{f"llvm.{name}": _integer_binary(name) for name in _INTEGER_BINARY},
    **{f"llvm.{name}": _float_binary(name) for name in _FLOAT_BINARY},
    **{f"llvm.{name}": _cast(name) for name in _CASTS},
    **INTRINSIC_ROWS,
    **NVVM_ROWS,
    "llvm.fneg": _fneg,
    "llvm.icmp": _icmp,
    "llvm.fcmp": _fcmp,
    "llvm.select": _select,
    "llvm.freeze": _freeze,
    "llvm.getelementptr": _gep,
    "llvm.load": _load,
    "llvm.store": _store,
    "llvm.alloca": _alloca,
    "llvm.extractvalue": _extract_value,
    "llvm.insertvalue": _insert_value,
    "llvm.br": _branch,
    "llvm.cond_br": _conditional_branch,
    "llvm.switch": _switch,
    "llvm.return": _return,
    "llvm.unreachable": _unreachable,
    "llvm.call": _call,
    "llvm.mlir.constant": _nothing,
    "llvm.mlir.zero": _nothing,
    "llvm.mlir.undef": _nothing,
    "llvm.mlir.addressof": _nothing,
}
"""Operation name -> the function that writes it."""
