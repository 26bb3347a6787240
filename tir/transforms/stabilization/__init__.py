"""The rewrites of the pass `stabilize`, family by family."""
