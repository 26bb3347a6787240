"""Rewrites of the `tir` dialect into simpler forms of the same level, family by family.

A family is a module of patterns (see `pattern`); the passes that apply them are in `tir.transforms`.
"""
