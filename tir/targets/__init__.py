"""What a finished module is printed as, beside IR."""

TARGETS: dict[str, str] = {
    "llvm": "tir.targets.llvm_ir:emit_llvm",
    "asm": "tir.targets.assembly:emit_assembly",
}
"""Target name -> "module:function"; the function takes the module and the stream to write to."""
