"""`emit-python-entry` on modules that cannot be called from Python."""

from __future__ import annotations

import pytest
from xdsl.dialects.builtin import ModuleOp
from xdsl.parser import Parser

from tir.lowering.convert_to_llvm import ConvertToLLVMPass
from tir.lowering.emit_python_entry import EmitPythonEntryPass
from tir.pipelines import new_context
from tir.support.errors import LoweringError

VECTOR = "memref<?xf64, strided<[?], offset: ?>>"
ATTRIBUTES = '{tir.kind = "input", tir.dtype = "float64"}'


def emit_entry(text: str) -> ModuleOp:
    context = new_context()
    module = Parser(context, text).parse_module()
    ConvertToLLVMPass().apply(context, module)
    EmitPythonEntryPass().apply(context, module)
    return module


@pytest.mark.parametrize(
    ("parameter", "attributes", "message"),
    [
        (f"%x: memref<3xf64> {ATTRIBUTES}", "", "sizes must be 1 or ?"),
        (
            f"%x: memref<?xf64, strided<[1], offset: ?>> {ATTRIBUTES}",
            "",
            "must be dynamic",
        ),
        (f'%x: {VECTOR} {{tir.kind = "input"}}', "", "must be a memref with tir.dtype"),
        ('%x: f64 {tir.dtype = "float64"}', "", "must be a memref with tir.dtype"),
        (f'%x: {VECTOR} {{tir.dtype = "int32"}}', "", "does not hold int32"),
        (
            f"%x: {VECTOR} {ATTRIBUTES}",
            'attributes {tir.packing = "array"}',
            "0 outputs cannot be packed as 'array'",
        ),
    ],
)
def test_signatures_that_are_refused(parameter, attributes, message):
    with pytest.raises(LoweringError, match=message.replace("?", r"\?")):
        emit_entry(f"func.func @main({parameter}) {attributes} {{ func.return }}")


def test_only_shared_parameters_can_be_updated():
    with pytest.raises(LoweringError, match="updated but not shared"):
        emit_entry(f"""
        func.func @main(%x: {VECTOR} {ATTRIBUTES}) attributes {{tir.updates = [0]}} {{
          %out = rt.alloc_output() {{index = 0 : i64, dtype = "float64"}} : memref<f64>
          func.return
        }}
        """)


def test_entries_grow_with_the_number_of_updates_linearly():
    def size(count: int) -> int:
        shared = '{tir.kind = "shared", tir.dtype = "float64"}'
        parameters = ", ".join(f"%x{i}: {VECTOR} {shared}" for i in range(count))
        outputs = "\n".join(
            f'%o{i} = rt.alloc_output() {{index = {i} : i64, dtype = "float64"}} : memref<f64>'
            for i in range(count)
        )
        module = emit_entry(
            f"func.func @main({parameters}) attributes {{tir.updates = {list(range(count))}}}"
            f"{{ {outputs} func.return }}"
        )
        return sum(1 for _ in module.walk())

    sizes = [size(count) for count in (10, 20, 30)]
    assert sizes[2] - sizes[1] == pytest.approx(sizes[1] - sizes[0], abs=5)


def test_there_must_be_a_main():
    with pytest.raises(LoweringError, match="no llvm function @main"):
        emit_entry("func.func private @other() { func.return }")


def test_a_main_that_was_written_by_hand():
    context = new_context()
    module = Parser(context, "llvm.func @main() { llvm.return }").parse_module()
    with pytest.raises(LoweringError, match="convert-to-llvm sets them"):
        EmitPythonEntryPass().apply(context, module)
