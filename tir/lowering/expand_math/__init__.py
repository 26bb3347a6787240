"""Elementary functions as straight-line scalar code: the pass `expand-math`."""
