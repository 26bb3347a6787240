"""What every lowering of structured operations on buffers shares: a builder of loops, and the operands."""
