"""The parts of the conversion to the llvm dialect, by source dialect."""
