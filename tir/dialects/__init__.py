"""The dialects of tir's own: the tensor dialect, and those of the levels below it."""
