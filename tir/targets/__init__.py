"""What a finished module is printed as, beside IR."""

TARGETS: dict[str, str] = {
    "llvm": "tir.targets.llvm_ir:emit_llvm",
    "asm": "tir.targets.assembly:emit_assembly",
    "ptx": "tir.targets.ptx:emit_ptx",
}
"""Target name -> "module:function"; the function takes the module and the stream to write to."""

TARGETS_WITH_OPTIONS: dict[str, str] = {"ptx": "tir.targets.ptx:PtxTarget"}
"""The same for targets that take options, `ptx{arch=sm_80}` -> "module:class", a `Target` of xDSL's."""
