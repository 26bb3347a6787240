"""The vector variant of a table: one instruction looks up all lanes of a vector.

A function with the attribute `tir.table` is declared in the IR, and defined here, for one element and for a vector of them:

    @table.elements = internal constant [8 x i32] [i32 1, ...]
    define internal i32 @table(i32 %k) noinline ... { ... }
    define internal <8 x i32> @table.lanes8(<8 x i32> %k) alwaysinline ... {
      %result = call <8 x i32> @llvm.x86.avx2.permd(<8 x i32> <i32 1, ...>, <8 x i32> %k)
      ret <8 x i32> %result
    }

Loops call the first; the vectorizer replaces calls by those of the second (the attribute `vector-function-abi-variant`), and an
inliner that runs after it puts the instruction in their place.
"""

from __future__ import annotations

from collections.abc import Sequence

from tir.runtime import cpu

LANES = 8
"""The size of a table, and of the vectors that look up in it."""


def are_fast() -> bool:
    """Whether this CPU has such an instruction."""
    return "+avx2" in cpu.host_cpu().partition(" ")[2].split(",")


def variant_name(name: str) -> str:
    """The symbol of the variant."""
    return f"{name}.lanes{LANES}"


def definitions(name: str, elements: Sequence[int]) -> list[str]:
    """LLVM assembly of both functions of a table."""
    listed = ", ".join(f"i32 {element}" for element in elements)
    vector = f"<{LANES} x i32>"
    text = f"""\
@"{name}.elements" = internal constant [{LANES} x i32] [{listed}]
define internal i32 @"{name}"(i32 %k) nounwind noinline willreturn memory(none) "vector-function-abi-variant"="_ZGV_LLVM_N{LANES}v_{name}({variant_name(name)})" {{
  %place = and i32 %k, {LANES - 1}
  %index = zext i32 %place to i64
  %address = getelementptr inbounds i32, ptr @"{name}.elements", i64 %index
  %element = load i32, ptr %address
  ret i32 %element
}}
define internal {vector} @"{variant_name(name)}"({vector} %k) nounwind alwaysinline willreturn memory(none) {{
  %elements = call {vector} @llvm.x86.avx2.permd({vector} <{listed}>, {vector} %k)
  ret {vector} %elements
}}"""
    return text.splitlines()


DECLARATION = f"declare <{LANES} x i32> @llvm.x86.avx2.permd(<{LANES} x i32>, <{LANES} x i32>)"
