"""The native function that Python calls, written in the llvm dialect."""
