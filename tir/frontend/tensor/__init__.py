"""The functions on tensors, by family; `tir.tensor` gathers their names."""
