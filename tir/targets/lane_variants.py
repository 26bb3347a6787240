"""The vector variant of a function for a rare case: one test for all lanes of a vector.

LLVM's loop vectorizer has no branch that depends on whole vectors, so code for a rare case would run for every element.
A function `f(usual, x, rare)` with the attribute `tir.rare_case` is `usual` wherever the integer `rare` is 0, and what it computes of x
where that is -1. Loops call it, and the vectorizer replaces calls by those of its variant (the
attribute `vector-function-abi-variant`, LLVM's form of the vector function ABI). The variant returns `usual` if no lane is rare, and
else calls the scalar function lane by lane:

    define internal preserve_allcc <4 x double> @f.lanes4(<4 x double> %usual, <4 x double> %x, <4 x i64> %rare) {
      %signs = icmp slt <4 x i64> %rare, zeroinitializer
      %bits = bitcast <4 x i1> %signs to i4
      %none = icmp eq i4 %bits, 0
      br i1 %none, label %b1, label %b2
      ...

As the variant preserves all registers, loops keep their constants in registers across the call: the test needs no other.
"""

from __future__ import annotations

from collections.abc import Sequence

from tir.runtime import cpu


def vector_bits() -> int:
    """The size of the vectors for which there is a variant. Loops that call it do without wider ones.

    On x86 with AVX there must be none of 128 bits: LLVM zeroes the upper halves of registers at the end of a function whose results
    do not need them, though they are to be preserved.
    """
    return 256 if "+avx" in cpu.host_cpu() else 128


def variant_name(name: str, lanes: int) -> str:
    """The symbol of a variant."""
    return f"{name}.lanes{lanes}"


def kept_names(name: str, bits: int) -> list[str]:
    """The functions that LLVM is not to remove or change: nothing calls them before the vectorizer does."""
    return [f"{name}.each", variant_name(name, vector_bits() // bits)]


def variant_attribute(name: str, bits: int) -> str:
    """What tells the vectorizer about the variant of a function."""
    lanes = vector_bits() // bits
    return f"_ZGV_LLVM_N{lanes}vvv_{name}({variant_name(name, lanes)})"


def variant(name: str, element: str, bits: int) -> list[str]:
    """LLVM assembly of the variant of a function of floats of that many bits."""
    text = [_lane_loop(name, element, bits), _variant(name, element, bits, vector_bits() // bits)]
    return "\n".join(text).splitlines()


def kept(names: Sequence[str]) -> str:
    """The global that makes LLVM keep them as they are."""
    pointers = ", ".join(f'ptr @"{name}"' for name in names)
    return (
        f"@llvm.compiler.used = appending global [{len(names)} x ptr] [{pointers}], "
        'section "llvm.metadata"'
    )


def _lane_loop(name: str, element: str, bits: int) -> str:
    # Were it optimized, its own calls would become those of a variant. Were there no vector among its results, LLVM would zero the
    # upper halves of the registers, which it has to preserve, before it returns.
    return f"""\
define internal preserve_allcc <4 x i64> @"{name}.each"(ptr %usual, ptr %x, ptr %rare, i64 %count) nounwind noinline optnone {{
b0:
  br label %b1
b1:
  %i = phi i64 [ 0, %b0 ], [ %next, %b1 ]
  %to = getelementptr {element}, ptr %usual, i64 %i
  %from = getelementptr {element}, ptr %x, i64 %i
  %which = getelementptr i{bits}, ptr %rare, i64 %i
  %usual_i = load {element}, ptr %to
  %x_i = load {element}, ptr %from
  %rare_i = load i{bits}, ptr %which
  %result = call {element} @"{name}"({element} %usual_i, {element} %x_i, i{bits} %rare_i)
  store {element} %result, ptr %to
  %next = add i64 %i, 1
  %more = icmp slt i64 %next, %count
  br i1 %more, label %b1, label %b2
b2:
  ret <4 x i64> zeroinitializer
}}"""


def _variant(name: str, element: str, bits: int, lanes: int) -> str:
    vector, integers = f"<{lanes} x {element}>", f"<{lanes} x i{bits}>"
    parameters = f"({vector} %usual, {vector} %x, {integers} %rare)"
    symbol = variant_name(name, lanes)
    return f"""\
define internal preserve_allcc {vector} @"{symbol}"{parameters} nounwind noinline {{
b0:
  %signs = icmp slt {integers} %rare, zeroinitializer
  %bits = bitcast <{lanes} x i1> %signs to i{lanes}
  %none = icmp eq i{lanes} %bits, 0
  br i1 %none, label %b1, label %b2
b1:
  ret {vector} %usual
b2:
  %result = tail call preserve_allcc {vector} @"{symbol}.slow"{parameters}
  ret {vector} %result
}}
define internal preserve_allcc {vector} @"{symbol}.slow"{parameters} nounwind noinline optnone {{
b0:
  %to = alloca {vector}
  %from = alloca {vector}
  %which = alloca {integers}
  store {vector} %usual, ptr %to
  store {vector} %x, ptr %from
  store {integers} %rare, ptr %which
  %nothing = call preserve_allcc <4 x i64> @"{name}.each"(ptr %to, ptr %from, ptr %which, i64 {lanes})
  %result = load {vector}, ptr %to
  ret {vector} %result
}}"""
