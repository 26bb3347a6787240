"""The programs in the documents run: each file's ```python blocks, one after the other."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import tir
from tir import tensor as T

ROOT = Path(__file__).resolve().parent.parent
BLOCK = re.compile(r"^( *)```python\n(.*?)^ *```", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"\]\(([^)#:]+)\)")
README = (ROOT / "README.md").read_text()
DOCUMENTS = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md")])


def blocks(path: Path) -> list[str]:
    """The runnable blocks of a document, with line numbers of their own kept by blank lines."""
    text = path.read_text()
    return ["\n" * text[: m.start(2)].count("\n") + m[2] for m in BLOCK.finditer(text)]


@pytest.mark.parametrize("path", [p for p in DOCUMENTS if blocks(p)], ids=lambda p: p.name)
def test_programs_run(path: Path) -> None:
    names = {"__name__": path.stem}
    for block in blocks(path):
        exec(compile(block, str(path), "exec"), names)


def _pattern(line: str) -> re.Pattern[str]:
    """A line of IR with any names of values; `...` stands for any text."""
    text = re.escape(re.sub(r"%\w+", "%", line.strip())).replace(re.escape("..."), ".*")
    return re.compile(text.replace("%", r"%\w+"))


def test_the_readme_shows_what_the_compiler_does() -> None:
    x = T.dmatrix("x")
    f = tir.function([x], T.sum(T.log(1 + T.exp(x)), axis=1))
    shown = re.findall(r'^// f\.ir\("(\w+)"\)\n(.*?)^```', README, re.MULTILINE | re.DOTALL)
    assert len(shown) == README.count("```mlir")
    for stage, text in shown:
        lines = iter(line.strip() for line in f.ir(stage).splitlines())
        for line in text.splitlines():
            pattern = _pattern(line)
            assert any(map(pattern.fullmatch, lines)), f"not (or not here) in {stage}: {line}"


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda p: p.name)
def test_links_lead_somewhere(path: Path) -> None:
    missing = [link for link in LINK.findall(path.read_text()) if not (path.parent / link).exists()]
    assert not missing
