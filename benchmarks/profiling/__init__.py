"""Looks into one compiled function: the time, the work and the machine code of each of its kernels."""
