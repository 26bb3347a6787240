"""Every operation of the dialect has all that an operation needs, in each of the places where it is kept."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.op_table import ROWS
from tir.autodiff import rules  # noqa: F401  registers the rules of the dialect
from tir.autodiff.registry import RULES
from tir.autodiff.rules import special  # noqa: F401  registers those that are imported late
from tir.dialects.tir.dialect import OPERATIONS
from tir.lowering.tir_to_linalg.registry import lowering_of

LIT_TESTS = Path(__file__).resolve().parent.parent / "lit_tests"


def _missing(present: set[str]) -> list[str]:
    return sorted(op.name for op in OPERATIONS if op.name not in present)


def test_every_operation_has_a_row() -> None:
    assert not _missing({row.op.name for row in ROWS})
    assert len({row.op for row in ROWS}) == len(ROWS)


def test_every_row_has_a_differentiable_case_or_says_why_not() -> None:
    for row in ROWS:
        assert not (row.constant_gradient and row.gradients), row.name


def test_every_operation_has_a_gradient_rule() -> None:
    assert not _missing({op.name for op in OPERATIONS if op in RULES})


def test_every_operation_has_a_lowering() -> None:
    assert not _missing({op.name for op in OPERATIONS if lowering_of(op)})


@pytest.mark.parametrize("folder", ["dialects/tir", "lowering/tir_to_linalg"])
def test_every_operation_has_a_lit_case(folder: str) -> None:
    files = [*(LIT_TESTS / folder).rglob("*.mlir"), (LIT_TESTS / folder).with_suffix(".mlir")]
    text = "\n".join(p.read_text() for p in files if p.exists())
    words = set(text.replace('"', " ").split())
    assert not _missing(words)
