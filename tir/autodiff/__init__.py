"""Differentiation of expression graphs: one rule per operation, and the walks that apply the rules."""
