"""What users call: tensors, functions, shared variables, modes."""
